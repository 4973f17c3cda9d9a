"""Overlapping scales: rows on a body, spirals around an axis."""

from __future__ import annotations

import numpy as np
import pytest

from training.synth.kit.imbricate import Lane, cover, spiral

PATH = np.column_stack([np.linspace(0, 0.5, 40), np.zeros(40), np.zeros(40)])
LANE = Lane(
    path=PATH, up=np.tile([0.0, 0.0, 1.0], (40, 1)), wide=np.full(40, 0.06), high=np.full(40, 0.05), span=2.0
)


def test_scales_lie_on_the_body_with_their_outer_side_out() -> None:
    places = cover(LANE, np.random.default_rng(0), across=9, ratio=1.1)
    y, z = places.points[:, 1] / 0.06, places.points[:, 2] / 0.05
    assert np.hypot(y, z) == pytest.approx(np.ones(len(y)))
    outward = places.axes[:, 2]
    assert (np.einsum("ij,ij->i", outward[:, 1:], np.column_stack([y, z])) > 0).all()
    assert places.points[:, 0].min() < 0.05
    assert places.points[:, 0].max() > 0.45


def test_missing_scales_leave_gaps() -> None:
    places = cover(LANE, np.random.default_rng(0), across=9, ratio=1.1)
    missing = np.arange(len(places.sizes)) % 3 == 0
    assert len(places.without(missing).points) == (~missing).sum()


def test_a_spiral_turns_by_the_golden_angle() -> None:
    count = 200
    flat, level = np.linspace(0, 1, count), np.zeros(count)
    places = spiral(flat, np.ones(count), level, np.ones(count), np.random.default_rng(0))
    angle = np.unwrap(np.arctan2(places.points[:, 1], places.points[:, 0]))
    assert np.degrees(np.diff(angle)).mean() == pytest.approx(137.5, abs=1)
