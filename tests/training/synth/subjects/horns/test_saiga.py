"""Saiga horn: its draws, and horns, pairs and bundles as bodies."""

from __future__ import annotations

import numpy as np
import pytest

from training.synth.kit.draws import Draws
from training.synth.subjects.horns import saiga
from training.synth.subjects.horns import saiga_draws as draw

SEEDS = range(60)


def test_horns_have_the_size_and_rings_that_the_pharmacopoeia_gives() -> None:
    horns = [draw.draw_horn(Draws(seed, ())) for seed in SEEDS]
    assert all(0.15 <= horn["length_m"] <= 0.33 and 0.025 <= 2 * horn["base_m"] <= 0.04 for horn in horns)
    assert all((horn["start"], horn["end"]) == (0, 1) and horn["rings"] >= 10 for horn in horns)


def test_cut_pieces_are_parts_of_horns() -> None:
    cuts = [draw.draw_cut(Draws(seed, ())) for seed in SEEDS]
    assert all(0 <= cut["start"] < cut["end"] <= 1 for cut in cuts)
    assert np.mean([cut["end"] - cut["start"] for cut in cuts]) < 0.5


def test_tones_keep_to_their_colours() -> None:
    pale, old = (
        np.mean([draw.draw_tones(Draws(seed, ()), draw.COLOURS[name])["body"] for seed in SEEDS])
        for name in ("pale", "old")
    )
    assert pale > 1.8 * old


def test_some_pairs_have_a_skull_and_ties_one_or_two_bands() -> None:
    assert {draw.draw_pair(Draws(seed, ()), skull=0.5)["skull"] for seed in SEEDS} == {True, False}
    assert not any(draw.draw_pair(Draws(seed, ()), skull=0.0)["skull"] for seed in SEEDS)
    assert {draw.draw_tie(Draws(seed, ()))["bands"] for seed in SEEDS} == {1, 2}


def points(bodies: list[saiga.Body]) -> np.ndarray:
    return np.concatenate([body.vertices for body in bodies])


def test_a_horn_is_a_long_cone_with_rings_below_a_smooth_tip() -> None:
    values = draw.draw_horn(Draws(3, ()))
    (skin, *_) = saiga.raw_horn(values)
    rings = skin.vertices.reshape(-1, saiga.SIDES, 3)
    radius = np.linalg.norm(rings - rings.mean(axis=1, keepdims=True), axis=2).mean(axis=1)
    assert radius[5] > 3 * radius[-5]
    bumps = np.abs(np.diff(radius, 2))
    assert bumps[:100].mean() > 4 * bumps[-30:-5].mean()


def test_a_pair_is_its_own_mirror_image_and_a_skull_joins_it() -> None:
    horn = draw.draw_horn(Draws(5, ()))
    values = {"spread_deg": 15, "skull": False, "seed": 2}
    bare = saiga.pair(horn, values, hanging=True)
    half = len(bare) // 2
    assert len(points(bare[:half])) == len(points(bare[half:]))
    assert points(bare)[:, 0].min() == pytest.approx(-points(bare)[:, 0].max(), rel=0.02)
    joined = saiga.pair(horn, {**values, "skull": True}, hanging=True)
    assert [body.slot for body in joined].count(saiga.BONE) == 1


def test_a_pair_hangs_only_if_its_lot_does() -> None:
    values = {**draw.draw_horn(Draws(6, ())), "pair": draw.draw_pair(Draws(7, ()), skull=1.0)}
    lying, hanging = (
        points(saiga.laid_pair({**values, "arrangement": {"kind": kind}})) for kind in ("single", "hanging")
    )
    assert np.ptp(hanging[:, 2]) > 2 * np.ptp(lying[:, 2])


@pytest.mark.parametrize("bands", [1, 2])
def test_a_bundle_holds_every_horn_and_its_bands(bands: int) -> None:
    horns = [draw.draw_horn(Draws(seed, ())) for seed in range(5)]
    bodies = saiga.tied(horns, {"bands": bands})
    assert [body.slot for body in bodies].count(saiga.TIE) == bands
    assert np.ptp(points(bodies)[:, 0]) > 0.9 * min(horn["length_m"] for horn in horns)
    assert points(bodies)[:, 2].min() == pytest.approx(0, abs=1e-3)
