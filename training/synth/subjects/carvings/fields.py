"""Tools to carve with distance fields: chains, slabs, folds, and the mesh of a carving with its worn and dark places.

Carvings are made about one unit high, then scaled; +z is up, they face +x.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from training.synth.kit.assembly import Part
from training.synth.kit.distance_fields import blend, capsule, surface_nets
from training.synth.kit.geometry import Array, Numbers, Point

Field = Callable[[Array], Array]
"""Signed distance at points (N, 3), negative inside."""

_BLOCK = 4  # grid points along each side of the blocks that are skipped when the surface is far


def carve(field: Field, low: Point, high: Point, *, cells: int, height: float, material: int = 0) -> Part:
    """Mesh a carving.

    Args:
        field: Signed distance, in units.
        low: Lower corner of its box.
        high: Upper corner.
        cells: Along the longest side of the box.
        height: Metres to a unit.
        material: Number of its material.

    Returns:
        The mesh in metres with the point attributes ``recess`` (1 in hollows) and ``edge`` (1 on ridges).
    """
    step = max(b - a for a, b in zip(low, high, strict=True)) / cells
    vertices, faces = surface_nets(near_surface(field, low, high, step), low, high, step)
    normals = _normals(vertices, faces)
    recess = np.zeros(len(vertices))
    for reach in (2.2 * step, 8.0 * step):
        recess += 0.5 * (1 - np.clip(field(vertices + np.float32(reach) * normals) / reach, 0, 1))
    edge = 1 - np.clip(-field(vertices - np.float32(3 * step) * normals) / (3 * step), 0, 1)
    values = {"recess": np.clip(1.5 * recess - 0.05, 0, 1), "edge": np.clip(1.6 * edge - 0.25, 0, 1)}
    return Part(vertices=vertices.astype(np.float64) * height, faces=faces, values=values, material=material)


def near_surface(field: Field, low: Point, high: Point, step: float) -> Field:
    """Return the field over a whole grid, but exact only near the surface, where meshing needs it."""

    def values(points: Array) -> Array:
        shape = tuple(len(np.arange(a, b, step, dtype=np.float32)) for a, b in zip(low, high, strict=True))
        grid = points.reshape(*shape, 3)
        half = _BLOCK // 2
        picks = [np.minimum(np.arange(half, size + half, _BLOCK), size - 1) for size in shape]
        rough = field(grid[np.ix_(*picks)].reshape(-1, 3)).reshape([len(pick) for pick in picks])
        for axis in range(3):
            rough = np.repeat(rough, _BLOCK, axis=axis)
        full = rough[: shape[0], : shape[1], : shape[2]].reshape(-1).astype(np.float32)
        close = np.abs(full) < 5.5 * step
        full[close] = field(points[close])
        return _closed(full.reshape(shape), step).reshape(-1)

    return values


def _closed(values: Array, step: float) -> Array:
    """Make the faces of the box empty, so that whatever reaches them ends there."""
    for axis in range(3):
        for end in (0, -1):
            face = np.moveaxis(values, axis, 0)[end]
            np.maximum(face, 0.3 * step, out=face)
    return values


def _normals(vertices: Array, faces: Array) -> Array:
    """Return outward unit normals of a quad mesh, (N, 3)."""
    a, b, c, d = (vertices[faces[:, k]] for k in range(4))
    cross = np.cross(c - a, d - b)
    total = np.zeros_like(vertices)
    for k in range(4):
        for axis in range(3):
            total[:, axis] += np.bincount(faces[:, k], weights=cross[:, axis], minlength=len(vertices))
    return (total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)).astype(np.float32)


def chain(p: Array, points: Sequence[Numbers] | Array, radii: Numbers) -> Array:
    """Return the distance to a rod through points (K, 3) with a radius at each."""
    knots = [(float(x), float(y), float(z)) for x, y, z in points]
    total = capsule(p, knots[0], knots[1], float(radii[0]), float(radii[1]))
    for k in range(1, len(knots) - 1):
        total = np.minimum(total, capsule(p, knots[k], knots[k + 1], float(radii[k]), float(radii[k + 1])))
    return total


def union(*fields: Array, width: float = 0.02) -> Array:
    """Join fields with a small fillet."""
    total = fields[0]
    for other in fields[1:]:
        total = blend(total, other, width)
    return total


def cylinder(p: Array, centre: Point, radius: float, half: float, *, oval: float = 1.0) -> Array:
    """Return the distance to an upright cylinder; ``oval`` is its extent in y over that in x."""
    q = p - np.asarray(centre, np.float32)
    round_ = np.hypot(q[:, 0], q[:, 1] / np.float32(oval)) - radius
    return np.maximum(round_, np.abs(q[:, 2]) - half)


def box(p: Array, centre: Point, half: Point, *, soft: float = 0.01) -> Array:
    """Return the distance to a box with rounded edges."""
    q = np.abs(p - np.asarray(centre, np.float32)) - np.asarray(half, np.float32) + np.float32(soft)
    return np.linalg.norm(np.maximum(q, 0), axis=1) + np.minimum(q.max(axis=1), 0) - soft


def mirrored(p: Array) -> Array:
    """Move points to the +y side: what is symmetric in y is made once."""
    q = p.copy()
    q[:, 1] = np.abs(q[:, 1])
    return q


def placed(p: Array, at: Point, *, size: float = 1.0, turn: float = 0.0) -> Array:
    """Return points in the space of a part: ``size`` times as large, turned about z by radians, at a place."""
    q = (p - np.asarray(at, np.float32)) / np.float32(size)
    c, s = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    return np.column_stack([c * q[:, 0] + s * q[:, 1], -s * q[:, 0] + c * q[:, 1], q[:, 2]])


def folds(p: Array, rng: np.random.Generator, *, count: float, sway: float = 0.5) -> Array:
    """Return -1 to 1: ridges that hang down a robe, swaying and uneven."""
    angle = np.arctan2(p[:, 1], p[:, 0])
    a, b, c = rng.uniform(0, 6, 3)
    wave = np.sin(count * angle + sway * (3 * np.sin(4 * p[:, 2] + a) + 2 * np.sin(2 * angle + b)) + c)
    return (wave * np.abs(wave) ** 0.3 * (0.7 + 0.3 * np.sin(3 * angle + a))).astype(np.float32)


def speckle(p: Array, rng: np.random.Generator, size: float, waves: int = 7) -> Array:
    """Return smooth noise of about -1 to 1 with features of ``size``."""
    way = rng.normal(0, 3.0 / size, (3, waves)).astype(np.float32)
    return np.sin(p @ way + rng.uniform(0, 6, waves).astype(np.float32)).sum(axis=1) * np.float32(
        1.3 / waves**0.5 / 1.4
    )


def scales(p: Array, size: float) -> Array:
    """Return 0 to 1: overlapping scales laid along x on what is round about x."""
    u = p[:, 0] / size
    v = np.arctan2(p[:, 2], p[:, 1]) * 0.16 / size
    row = np.floor(v)
    along = u + 0.5 * (row % 2)
    away = np.hypot((along - np.floor(along)) - 0.2, (v - row - 0.5) * 0.9)
    return np.clip(1.1 - 1.4 * away, 0, 1).astype(np.float32)
