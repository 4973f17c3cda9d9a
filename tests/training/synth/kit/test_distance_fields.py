"""Signed distances: zero on the surface, negative inside, blended without jumps."""

from __future__ import annotations

import numpy as np
import pytest

from training.synth.kit.distance_fields import blend, capsule, ellipsoid, gradient
from training.synth.kit.geometry import Array


def ball(points: Array) -> Array:
    return np.linalg.norm(points, axis=1) - 1.0


def test_distances_are_zero_on_the_surface_and_negative_inside() -> None:
    points = np.array([(2, 0, 0), (0, 1, 0), (0, 0, 3), (0.5, 0.2, 0.3), (4, 4, 4)], np.float32)
    found = ellipsoid(points, (0, 0, 0), (2, 1, 3))
    assert found[:3] == pytest.approx(0.0, abs=1e-6)
    assert found[3] < 0 < found[4]
    rod = capsule(points, (0, 0, 0), (0, 0, 2), 0.5, 1.0)
    assert rod == pytest.approx([1.5, 0.5, 0.0, 0.5385 - 0.575, 32**0.5 * 1.06066 - 1.0], abs=1e-3)


def test_pitch_raises_and_yaw_turns_the_front_end() -> None:
    up, left = np.array([(0, 0, 2.0)], np.float32), np.array([(0, 2.0, 0)], np.float32)
    assert ellipsoid(up, (0, 0, 0), (2, 1, 1), pitch=90.0) == pytest.approx([0.0], abs=1e-5)
    assert ellipsoid(left, (0, 0, 0), (2, 1, 1), yaw=90.0) == pytest.approx([0.0], abs=1e-5)


def test_a_join_adds_and_an_intersection_removes_at_most_a_quarter_of_the_fillet() -> None:
    a, b = np.random.default_rng(0).uniform(-1, 1, (2, 500))
    joined, met = blend(a, b, 0.2), blend(a, b, -0.2)
    assert ((joined <= np.minimum(a, b)) & (joined >= np.minimum(a, b) - 0.05)).all()
    assert ((met >= np.maximum(a, b)) & (met <= np.maximum(a, b) + 0.05)).all()
    assert (joined < np.minimum(a, b)).any()


def test_the_gradient_of_a_ball_points_away_from_its_middle() -> None:
    points = np.random.default_rng(1).normal(size=(50, 3))
    away = points / np.linalg.norm(points, axis=1, keepdims=True)
    assert gradient(ball, points) == pytest.approx(away, abs=1e-3)
