"""Patterns of coats: smooth steps, spots, open rings and stripes, all from 0 to 1 or -1 to 1, equal for a seed."""

from __future__ import annotations

import numpy as np
import pytest

from training.synth.kit import coat_patterns as coat

AT = np.random.default_rng(0).uniform(0, 12, (2, 3000)).astype(np.float32)


def test_a_step_rises_or_falls_smoothly() -> None:
    at = np.array([0.0, 1.0, 1.5, 2.0, 3.0])
    assert coat.step(1.0, 2.0, at) == pytest.approx([0, 0, 0.5, 1, 1])
    assert coat.step(2.0, 1.0, at) == pytest.approx([1, 1, 0.5, 0, 0])


def test_noise_is_equal_for_a_seed_and_about_as_large_as_it_says() -> None:
    first, again, other = (coat.noise(*AT, seed) for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert 0.2 < np.abs(first).max() < 1.8


def test_larger_spots_cover_more() -> None:
    found = coat.cells(*AT, 5)
    small, large = (coat.spots(found, size) for size in (0.15, 0.35))
    assert 0 <= small.min() <= large.max() <= 1
    assert small.mean() < large.mean()


def test_rosettes_are_rings_with_an_inside() -> None:
    dark, inside = coat.rosettes(coat.cells(*AT, 5), size=0.35, width=0.1, broken=0.0, dots=0.0)
    assert (dark > 0.9).any()
    assert ((inside > 0.9) & (dark < 0.1)).any()
