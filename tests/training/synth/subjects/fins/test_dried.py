"""The outlines of dried fins and fish."""

from __future__ import annotations

import numpy as np
import pytest

from training.synth.subjects.fins.dried import OUTLINES, rounded


@pytest.mark.parametrize("kind", sorted(OUTLINES))
def test_an_outline_runs_counter_clockwise_and_its_height_is_kept(kind: str) -> None:
    outline = rounded(np.array(OUTLINES[kind]) * 0.2, np.random.default_rng(3), 0.2)
    x, y = outline.T
    area = 0.5 * float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())
    assert area > 0
    assert np.ptp(y) == pytest.approx(0.2, rel=0.15)


@pytest.mark.parametrize("kind", sorted(OUTLINES))
def test_every_ray_from_the_middle_meets_the_outline_once(kind: str) -> None:
    """As a plate needs it: `training.synth.kit.grown_shapes.plate` fills it from the origin."""
    outline = rounded(np.array(OUTLINES[kind]), np.random.default_rng(5), 1.0)
    angle = np.unwrap(np.arctan2(outline[:, 1], outline[:, 0]))
    backwards = -np.minimum(np.diff(angle), 0).sum()
    assert backwards < np.radians(35)
