"""Draws of antlers: points by kind of deer, mirrored pairs, sawn pieces."""

from __future__ import annotations

import pytest

from training.synth.kit.draws import Draws
from training.synth.subjects.horns import antler_draws as draw

SEEDS = range(60)


def test_points_are_those_of_the_kind() -> None:
    tines = {
        name: [len(getattr(draw, f"draw_{name}")(Draws(seed, (name,)))["tines"]) for seed in SEEDS]
        for name in ("roe", "deer", "moose")
    }
    assert set(tines["roe"]) == {2}
    assert set(tines["deer"]) == {3, 4, 5, 6}
    assert min(tines["moose"]) >= 5


def test_only_a_moose_has_a_palm() -> None:
    assert draw.draw_moose(Draws(1, ()))["palm"] > 0.1
    assert draw.draw_deer(Draws(1, ()))["palm"] == draw.draw_roe(Draws(1, ()))["palm"] == 0


@pytest.mark.parametrize("seed", range(10))
def test_a_roe_has_one_point_that_looks_back(seed: int) -> None:
    ahead, back = draw.draw_roe(Draws(seed, ()))["tines"]
    assert ahead["angle_deg"] < 0 < back["angle_deg"]


def test_trophies_are_of_deer_and_roe() -> None:
    lengths = [draw.draw_trophy(Draws(seed, ()))["antler"]["length_m"] for seed in SEEDS]
    assert any(length < 0.27 for length in lengths)
    assert any(length > 0.34 for length in lengths)


def test_sawn_tips_taper_and_lengths_do_not() -> None:
    for seed in SEEDS:
        piece = draw.draw_sawn(Draws(seed, ()))
        assert (piece["taper"] > 0.7) == piece["tip"]


def test_colours_are_darker_in_the_grooves_than_at_worn_tips() -> None:
    for seed in SEEDS:
        tones = draw.draw_tones(Draws(seed, ()))
        assert sum(tones["groove"]) < sum(tones["body"]) < sum(tones["tip"]) * 1.2
