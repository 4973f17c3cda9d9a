"""Draws of raw tusks: where they are sawn, how long and how thick they are, and what is written on them."""

from __future__ import annotations

from functools import partial

import pytest

from training.synth.kit.draws import Draws
from training.synth.subjects.ivory import tusk_draws as draw

SEEDS = range(80)
CUTS = {
    "whole": draw.whole,
    "to_mount": draw.to_mount,
    "tip": draw.tip,
    "piece": draw.piece,
    "stub": draw.stub,
}


@pytest.mark.parametrize("name", CUTS)
def test_a_piece_lies_within_its_tusk(name: str) -> None:
    for seed in SEEDS:
        start, end = CUTS[name](Draws(seed, (name,)), 0.3)
        assert 0 <= start < end <= 1


def test_stubs_are_short_and_tips_solid() -> None:
    assert all(end - start <= 0.09 for start, end in (draw.stub(Draws(seed, ()), 0.3) for seed in SEEDS))
    assert all(draw.tip(Draws(seed, ()), 0.3)[0] > 0.5 for seed in SEEDS)


def test_as_many_whole_tusks_are_sawn_as_asked() -> None:
    never, always = (partial(draw.whole, sawn=share) for share in (0.0, 1.0))
    assert all(never(Draws(seed, ()), 0.3) == (0.0, 1.0) for seed in SEEDS)
    assert all(always(Draws(seed, ()), 0.3)[0] > 0 for seed in SEEDS)


def test_asian_tusks_are_more_slender() -> None:
    ratios = {
        kind: [
            tusk["radius_m"] / tusk["length_m"]
            for seed in SEEDS
            for tusk in [draw.draw_tusk(Draws(seed, ()), kind, draw.whole, 1.0, marked=False)]
        ]
        for kind in ("asian", "african")
    }
    assert sum(ratios["asian"]) < 0.85 * sum(ratios["african"])


def test_only_marked_lots_bear_writing() -> None:
    plain, marked = (
        [draw.draw_tusk(Draws(seed, ()), "african", draw.whole, 1.0, marked=marked)["mark"] for seed in SEEDS]
        for marked in (False, True)
    )
    assert not any(plain)
    assert 0.6 < sum(map(bool, marked)) / len(marked) < 1.0
