"""The bead strings of the sample pictures, in metres."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh
from training.synth.kit.geometry import Array
from training.synth.kit.meshes import sphere_mesh


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
