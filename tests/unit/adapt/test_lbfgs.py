from __future__ import annotations

import numpy as np
import pytest

from wildvision.adapt.lbfgs import minimize_all


def bowls(scale: np.ndarray, centre: np.ndarray):
    """P quadratic functions, each with its own curvature and lowest point; counts how often each was asked."""
    asked = np.zeros(len(scale), int)

    def loss(rows: np.ndarray, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        asked[rows] += 1
        gap = point - centre[rows]
        return 0.5 * (scale[rows] * gap**2).sum(axis=1), scale[rows] * gap

    return loss, asked


def test_each_problem_finds_its_own_lowest_point() -> None:
    rng = np.random.default_rng(0)
    scale, centre = rng.uniform(0.01, 50, (7, 30)), rng.normal(0, 3, (7, 30))
    loss, _ = bowls(scale, centre)
    found = minimize_all(loss, np.zeros((7, 30)), max_steps=500, min_gain=1e-12)
    assert found == pytest.approx(centre, abs=1e-3)


def test_a_problem_that_is_solved_is_not_asked_again() -> None:
    rng = np.random.default_rng(1)
    scale = np.stack([np.ones(20), np.geomspace(0.01, 100, 20)])
    loss, asked = bowls(scale, rng.normal(0, 1, (2, 20)))
    minimize_all(loss, np.zeros((2, 20)), max_steps=500, min_gain=1e-9)
    assert asked[0] < asked[1] / 2


def test_together_is_as_alone() -> None:
    rng = np.random.default_rng(2)
    scale, centre = rng.uniform(0.1, 5, (3, 10)), rng.normal(0, 1, (3, 10))
    together = minimize_all(bowls(scale, centre)[0], np.zeros((3, 10)), max_steps=9, min_gain=0)
    for row in range(3):
        part = slice(row, row + 1)
        alone = minimize_all(bowls(scale[part], centre[part])[0], np.zeros((1, 10)), max_steps=9, min_gain=0)
        np.testing.assert_array_equal(together[part], alone)


def test_steps_are_bounded_and_a_start_at_the_bottom_stays() -> None:
    centre = np.ones((1, 4))
    loss, _ = bowls(np.full((1, 4), 2.0), centre)
    np.testing.assert_array_equal(minimize_all(loss, centre.copy(), max_steps=50, min_gain=1e-9), centre)
    loss, asked = bowls(np.geomspace(1e-3, 1e3, 4)[None], centre)
    minimize_all(loss, np.zeros((1, 4)), max_steps=3, min_gain=0)
    assert asked[0] <= 1 + 3 * 12
