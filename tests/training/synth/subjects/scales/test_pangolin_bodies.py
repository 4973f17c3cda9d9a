"""Scaled skins, tails and bodies: sizes, overlap and what fell off."""

from __future__ import annotations

import numpy as np
import pytest

from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.scales import pangolin_bodies as bodies
from training.synth.subjects.scales.scale_draws import draw_body, draw_strung

BODIES = {name: getattr(bodies, name) for name in ("flat_skin", "skin_piece", "tail", "curled_body")}


def values(**more: float) -> Parameters:
    return {
        **draw_body(Draws(2, ())),
        "body_length": 0.5,
        "missing": 0.0,
        "roll_deg": 0.0,
        "across": 9,
        **more,
    }


def points(parts: list[bodies.Part]) -> np.ndarray:
    return np.concatenate([part.vertices for part in parts])


@pytest.mark.parametrize("name", BODIES)
def test_a_body_has_scales_and_skin_and_about_its_length(name: str) -> None:
    parts = BODIES[name](values(), np.random.default_rng(1))
    assert {part.material for part in parts} == {bodies.SCALE, bodies.SKIN}
    assert np.isfinite(points(parts)).all()
    assert 0.1 < np.ptp(points(parts), axis=0).max() < 0.9


def test_missing_scales_are_missing() -> None:
    whole, bare = (
        BODIES["tail"](values(missing=missing), np.random.default_rng(1)) for missing in (0.0, 0.5)
    )
    counts = [
        sum(len(part.vertices) for part in parts if part.material == bodies.SCALE) for parts in (whole, bare)
    ]
    assert 0.3 < counts[1] / counts[0] < 0.7


def test_a_rolled_up_animal_is_rounder_than_a_flat_one() -> None:
    flat, curled = (
        np.ptp(points(BODIES[name](values(), np.random.default_rng(3))), axis=0)
        for name in ("flat_skin", "curled_body")
    )
    assert max(curled[:2]) / min(curled[:2]) < 1.4 < max(flat) / min(flat)


def test_a_string_has_as_many_scales_as_drawn() -> None:
    lot = draw_strung(Draws(4, ()))
    few, many = (
        sum(
            len(part.vertices)
            for part in bodies.strung({**lot, "strung_count": count}, np.random.default_rng(1))
            if part.material == 0
        )
        for count in (10, 20)
    )
    assert many == pytest.approx(2 * few, rel=0.01)
