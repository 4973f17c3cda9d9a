"""The surfaces of mounds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from training.synth.setting.mounds import _leaning, _slope, _spots, bed, heap


def ring(radius: float) -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    return radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)


def test_a_heap_is_highest_in_its_middle_and_ends_at_its_rim() -> None:
    for seed in range(10):
        surface = heap(0.5, 0.2, np.random.default_rng(seed))
        middle, slope, outside = (surface(ring(radius)) for radius in (0.001, 0.3, 0.56))
        assert middle.mean() > slope.mean() > 0
        assert (outside < 0).all()
        assert middle.max() <= 0.2 * 1.25


def test_a_bed_covers_everything() -> None:
    surface = bed(0.05, 0.5, np.random.default_rng(1))
    places = np.random.default_rng(2).uniform(-2, 2, (500, 2))
    assert (surface(places) >= 0).all()
    assert surface(places).max() <= 0.1


def test_pieces_are_spread_over_the_whole_place() -> None:
    spots = _spots((0.4, 0.2), 0.05, 2, np.random.default_rng(3))
    counts, _, _ = np.histogram2d(spots[:, 0], spots[:, 1], bins=(4, 2), range=((-0.4, 0.4), (-0.2, 0.2)))
    assert counts.min() > 0.6 * counts.max()


def test_pieces_lean_with_the_surface() -> None:
    def ramp(places: np.ndarray) -> np.ndarray:
        return 1.0 + 0.5 * places[:, 0]

    slope = _slope(ramp, np.array([0.1, 0.2]), 0.01)
    assert slope == pytest.approx([0.5, 0.0])
    assert _leaning(slope, 0.0, 0.0) == pytest.approx((0.0, -math.atan(0.5), 0.0))
    assert _leaning(slope, 0.0, math.pi / 2) == pytest.approx((-math.atan(0.5), 0.0, math.pi / 2))
