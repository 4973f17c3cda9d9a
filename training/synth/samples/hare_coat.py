"""The lines that the carver cut into the hare: hair strokes and toes; lengths in centimetres."""

from __future__ import annotations

import numpy as np

from training.synth.kit.blender import nearest_distances
from training.synth.kit.distance_fields import ellipsoid, gradient
from training.synth.kit.geometry import Array
from training.synth.subjects.carvings.hare_body import EAR_HOLLOW, fold, hare_distance, straighten_back


def cut_lines(vertices: Array) -> Array:
    """Return how much each vertex lies in an engraved line, 0 to 1.

    Hair strokes start at random vertices and follow the coat from nose to tail; the toes and
    the whisker pads get a few lines of their own.
    """
    rng = np.random.default_rng(11)
    starts = rng.choice(len(vertices), 5600, replace=False)
    starts = starts[furred(vertices[starts])]
    strokes = trace_strokes(vertices[starts], rng)
    stain = line_strength(vertices, strokes, width=0.013)
    depth = np.where(furred(vertices), 1.0, 0.0) * stain
    return np.maximum(depth, line_strength(vertices, toe_lines(), width=0.03))


def furred(p: Array) -> Array:
    """Tell which points (N, 3) of the hare carry hair: not soles, ear hollows, nose or eyes."""
    q = fold(p)
    eye = np.linalg.norm(q - np.array((1.79, 0.62, 2.10), np.float32), axis=1) < 0.26
    hollow = ellipsoid(straighten_back(q), *EAR_HOLLOW, yaw=-9.0) < 0.06
    return ~(eye | hollow | (q[:, 0] > 2.36) | (q[:, 2] < 0.30))


def trace_strokes(starts: Array, rng: np.random.Generator) -> Array:
    """Follow the lie of the coat over the surface from each start (N, 3).

    Returns:
        Points along all the strokes, (N * steps, 3).
    """
    steps, stride = 14, rng.uniform(0.010, 0.030, size=(len(starts), 1))
    sway = rng.normal(0.0, 0.16, size=(len(starts), 3))
    points, place = [starts], starts
    for _ in range(steps - 1):
        normal = gradient(hare_distance, place)
        lie = np.stack([-np.ones(len(place)), 0.25 * place[:, 1], -0.45 + 0 * place[:, 0]], axis=1)
        lie = lie + sway
        lie -= (lie * normal).sum(axis=1, keepdims=True) * normal
        lie /= np.maximum(np.linalg.norm(lie, axis=1, keepdims=True), 1e-6)
        place = place + lie * stride
        place = (place - normal * hare_distance(place)[:, None]).astype(np.float32)
        points.append(place)
    return np.concatenate(points)


def line_strength(vertices: Array, points: Array, width: float) -> Array:
    """Fall off from 1 on the ``points`` to 0 at ``width`` from them, for each vertex."""
    distance = nearest_distances(vertices, points)
    return np.clip(1.0 - (distance / width) ** 2, 0.0, 1.0)


def toe_lines() -> Array:
    """Return points (N, 3) along the cuts between the toes of all four feet."""
    t = np.linspace(0.0, 1.0, 30)[:, None]
    lines = []
    for x, y, z in ((0.11, 1.16, 0.20), (1.73, 0.46, 0.18)):
        for shift in (-0.08, 0.08):
            for side in (-1.0, 1.0):
                tip = np.array((x + 0.22, side * (y + shift), z))
                back = np.array((x - 0.12, side * (y + shift), z + 0.235))
                top = np.array((x + 0.14, side * (y + shift), z + 0.20))
                lines.append((1 - t) ** 2 * tip + 2 * t * (1 - t) * top + t**2 * back)
    return np.concatenate(lines)
