"""The bangles and bead strings of the sample pictures, in metres."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh
from training.synth.kit.geometry import Array, Point
from training.synth.kit.meshes import sphere_mesh
from training.synth.subjects.jewellery.bangles import bangle_mesh

# Ring radius, place and tilt (degrees) of each bangle.
BANGLES: tuple[tuple[float, Point, Point], ...] = (
    (0.034, (-0.055, 0.025, 0.007), (0, 0, 0)),
    (0.033, (-0.053, 0.027, 0.0205), (0, 0, 40)),
    (0.034, (-0.056, 0.024, 0.0345), (2, -1, 90)),
    (0.036, (0.030, 0.050, 0.007), (0, 0, 20)),
    (0.032, (0.060, 0.012, 0.020), (22, 12, 0)),
    (0.033, (0.004, -0.050, 0.007), (0, 0, 60)),
)


def add_bangles(material: Any) -> None:
    """Add a stack of three bangles and three loose ones."""
    for radius, place, tilt in BANGLES:
        ring = add_mesh("bangle", bangle_mesh(radius, width=0.013), material)
        ring.location = place
        ring.rotation_euler = tuple(math.radians(angle) for angle in tilt)


def string_beads(path: Array, materials: Sequence[Any], radius: float) -> None:
    """Set touching beads along a path (N, 3), the materials in a mixed but fixed order."""
    rng = np.random.default_rng(7)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    count = round(length[-1] / (2.04 * radius))
    stations = (np.arange(count) + 0.5) * length[-1] / count
    for station in stations:
        bead = add_mesh("bead", sphere_mesh(radius), materials[int(rng.integers(len(materials)))])
        bead.location = tuple(np.interp(station, length, path[:, k]) for k in range(3))
        size = rng.uniform(0.96, 1.0)
        bead.scale = (size, size, size)
        bead.rotation_euler = tuple(rng.uniform(0, 6, 3))


def necklace_path() -> Array:
    """Return a closed, slightly uneven loop (N, 3), resting on z = 0."""
    t = np.linspace(0, 2 * np.pi, 900, endpoint=False)
    r = 0.076 * (1 + 0.10 * np.cos(2 * t + 0.6) + 0.06 * np.sin(3 * t) + 0.03 * np.sin(5 * t))
    return np.stack([1.15 * r * np.cos(t), 0.85 * r * np.sin(t), 0.0062 + 0 * t], axis=1)


def bead_strand_path() -> Array:
    """Return the winding line (N, 3) of the ivory beads on the market cloth."""
    t = np.linspace(0, 1, 600)
    x, y = 0.055 + 0.075 * t, -0.045 + 0.03 * np.sin(5.2 * t) - 0.02 * t
    return np.stack([x, y, 0.0075 + 0 * t], axis=1)


def scatter_beads(material: Any, seed: int) -> None:
    """Lay a few loose beads in front of the bangles."""
    rng = np.random.default_rng(seed)
    for i in range(7):
        radius = rng.uniform(0.005, 0.008)
        bead = add_mesh("bead", sphere_mesh(radius), material)
        bead.location = (-0.105 + 0.020 * i % 0.06, -0.045 - 0.018 * (i // 3), radius)
        bead.rotation_euler = tuple(rng.uniform(0, 6, 3))
