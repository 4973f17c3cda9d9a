"""The outline of a flat skin: where trunk, limbs, head and tail are."""

from __future__ import annotations

import numpy as np
import pytest

from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.pelts.outline import Regions, bounds, draw_outline, regions

BODY = 1.2


def outline(**more: object) -> Parameters:
    drawn = draw_outline(Draws(3, ()), body=BODY, tail=0.6, tail_thick=0.04)
    return {**drawn, "holes": 0, "ragged": 0.0, "tail_bend": 0.0, "head": "flat", **more}


def grid(drawn: Parameters) -> Regions:
    low_x, low_y, high_x, high_y = bounds(drawn)
    y, x = np.mgrid[low_y:high_y:220j, low_x:high_x:260j]
    return regions(drawn, x.ravel(), y.ravel())


def test_the_skin_lies_within_its_bounds_and_is_as_long_as_drawn() -> None:
    where = grid(outline())
    inside = where.depth > 0
    x, y = where.x[inside], where.y[inside]
    low_x, low_y, high_x, high_y = bounds(outline())
    assert low_x < x.min() < x.max() < high_x
    assert low_y < y.min() < y.max() < high_y
    assert np.ptp(x) > BODY


def test_trunk_limbs_head_and_tail_are_where_they_belong() -> None:
    where = grid(outline())
    inside = where.depth > 0
    assert where.x[inside & (where.head > 0.9)].min() > BODY
    assert where.x[inside & (where.tail > 0.9)].max() < 0
    assert np.abs(where.y[inside & (where.limb > 0.9)]).min() > 0.1
    trunk = inside & (where.limb < 0.1) & (where.head < 0.1) & (where.tail < 0.1)
    assert trunk.sum() > 0.3 * inside.sum()


def test_hair_runs_to_the_tail_along_the_back() -> None:
    where = regions(outline(), np.linspace(0.2, 1.0, 9), np.zeros(9))
    assert np.allclose(np.hypot(where.flow_x, where.flow_y), 1, atol=1e-4)
    assert (where.flow_x < -0.95).all()


@pytest.mark.parametrize(
    ("change", "value"), [("head", "cut"), ("tail", 0.05), ("limbs_cut", "cut"), ("holes", 3)]
)
def test_what_was_cut_off_is_missing(change: str, value: object) -> None:
    base = {"limbs_cut": "paws", "seed": 5}
    whole, cut = (grid(outline(**{**base, **more})) for more in ({}, {change: value}))
    assert (cut.depth > 0).mean() < (whole.depth > 0).mean() or change == "tail"
    if change == "tail":
        assert cut.x[cut.depth > 0].min() > whole.x[whole.depth > 0].min()
