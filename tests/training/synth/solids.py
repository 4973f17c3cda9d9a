"""What a mesh encloses, and where it is open."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np

from training.synth.kit.geometry import Mesh

WELD = 1e-5  # metres: vertices nearer than this are one point


def open_edges(mesh: Mesh) -> list[tuple[int, int]]:
    """Edges not walked as often one way as the other: none on a closed, evenly wound surface."""
    cells = np.rint(np.asarray(mesh[0], np.float64) / WELD).astype(np.int64)
    welded = np.unique(cells, axis=0, return_inverse=True)[1].ravel()
    walked: Counter[tuple[int, int]] = Counter()
    for face in mesh[1]:
        corners = welded[np.asarray(face)].tolist()
        walked.update((a, b) for a, b in itertools.pairwise([*corners, corners[0]]) if a != b)
    return [(a, b) for (a, b), times in walked.items() if walked.get((b, a), 0) != times]


def volume(mesh: Mesh) -> float:
    """Signed volume of a closed mesh: positive when its faces look outward."""
    vertices, total = np.asarray(mesh[0], np.float64), 0.0
    for face in mesh[1]:
        first, *others = vertices[np.asarray(face)]
        total += sum(float(first @ np.cross(b, c)) for b, c in itertools.pairwise(others))
    return total / 6
