"""Flat things of any outline: plates with rounded rims cut out of a sheet, then bent into shape.

An outline is a function of points (N, 2) in metres that returns signed distances (N,), negative inside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from training.synth.kit.geometry import Array, ArrayMesh, Numbers

Outline = Callable[[Array], Array]


def plate_mesh(
    outline: Outline,
    low: Numbers,
    high: Numbers,
    step: float,
    *,
    thickness: float,
    rim: float = 0.3,
    round_over: float | None = None,
) -> ArrayMesh:
    """Cut a plate that lies about z = 0.

    Args:
        outline: Its shape.
        low: Lower corner of the box in which the shape lies.
        high: Upper corner.
        step: Length of a facet.
        thickness: In the middle.
        rim: Thickness of the edge as a share of ``thickness``.
        round_over: How far from the edge it has its full thickness; None: as far as it is thick.
    """
    points, quads = _sheet(outline, low, high, step)
    edges = _open_edges(quads)
    shore = np.unique(edges)
    points[shore] = _snapped(outline, points[shore], step)
    depth = np.clip(-outline(points), 0.0, None)
    depth[shore] = 0.0
    near = np.clip(depth / (round_over or thickness), 0.0, 1.0)
    half = thickness / 2 * (rim + (1 - rim) * np.sqrt(1 - (1 - near) ** 2))
    top = np.column_stack([points, half])
    bottom = np.column_stack([points, -half])
    count = len(points)
    walls = np.column_stack([edges[:, 0] + count, edges[:, 1] + count, edges[:, 1], edges[:, 0]])
    return np.concatenate([top, bottom]), np.concatenate([quads, quads[:, ::-1] + count, walls])


def _sheet(outline: Outline, low: Numbers, high: Numbers, step: float) -> ArrayMesh:
    """Return the points (N, 2) and quads of the squares whose middles are inside."""
    x, y = (np.arange(a - step, b + 2 * step, step) for a, b in zip(low, high, strict=True))
    points = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    number = np.arange(len(points)).reshape(len(x), len(y))
    quads = np.stack([number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]], axis=-1)
    quads = quads.reshape(-1, 4)
    quads = quads[outline(points[quads].mean(axis=1)) < 0]
    used, quads = np.unique(quads, return_inverse=True)
    return points[used], quads.reshape(-1, 4)


def _open_edges(quads: Array) -> Array:
    """Return the directed edges (M, 2) that only one quad has."""
    edges = np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)])
    _, place, count = np.unique(np.sort(edges, axis=1), axis=0, return_index=True, return_counts=True)
    return edges[place[count == 1]]


def _snapped(outline: Outline, points: Array, step: float) -> Array:
    """Move points that are about a step off onto the outline."""
    start, small = points, step * 0.05
    for _ in range(3):
        here = outline(points)
        slope = np.stack(
            [outline(points + axis) - outline(points - axis) for axis in np.eye(2) * small], axis=1
        )
        slope /= np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-12)
        points = start + np.clip(points - here[:, None] * slope - start, -step, step)
    return points


def polygon(corners: Array | Sequence[Numbers], *, rounding: float = 0.0) -> Outline:
    """Return the outline of a polygon (K, 2), its corners rounded by a radius."""
    start = np.asarray(corners, dtype=np.float64)
    middle = start.mean(axis=0)
    if rounding:
        away = np.linalg.norm(start - middle, axis=1, keepdims=True)
        start = middle + (start - middle) * np.clip(1 - rounding / away, 0.2, 1.0)
    along = np.roll(start, -1, axis=0) - start
    start, along = start[(along**2).sum(-1) > 0], along[(along**2).sum(-1) > 0]

    def distance(points: Array) -> Array:
        gap = points[:, None] - start  # (N, K, 2)
        share = np.clip((gap * along).sum(-1) / (along**2).sum(-1), 0.0, 1.0)
        nearest = np.linalg.norm(gap - share[..., None] * along, axis=-1).min(axis=1)
        end = start + along
        spans = (start[:, 1] > points[:, None, 1]) != (end[:, 1] > points[:, None, 1])
        height = np.where(along[:, 1] == 0, 1e-12, along[:, 1])
        crossing = start[:, 0] + (points[:, None, 1] - start[:, 1]) / height * along[:, 0]
        inside = (spans & (points[:, None, 0] < crossing)).sum(axis=1) % 2 == 1
        return np.where(inside, -nearest, nearest) - rounding

    return distance


def disc_outline(x: float, y: float, radius: float) -> Outline:
    """Return a disc."""
    return lambda points: np.hypot(points[:, 0] - x, points[:, 1] - y) - radius


def bar(start: Numbers, end: Numbers, wide: float, narrow: float) -> Outline:
    """Return a bar with round ends that tapers from ``wide`` to ``narrow`` (full widths)."""
    first, along = np.asarray(start), np.asarray(end) - np.asarray(start)

    def distance(points: Array) -> Array:
        share = np.clip((points - first) @ along / (along @ along), 0.0, 1.0)
        gap = np.linalg.norm(points - first - share[:, None] * along, axis=1)
        return gap - (wide + share * (narrow - wide)) / 2

    return distance


def united(*outlines: Outline, fillet: float = 0.0) -> Outline:
    """Return the union of outlines, joints filled by about ``fillet``."""

    def distance(points: Array) -> Array:
        total = outlines[0](points)
        for outline in outlines[1:]:
            other = outline(points)
            bulge = np.maximum(fillet - np.abs(total - other), 0.0) if fillet else 0.0
            total = np.minimum(total, other) - (bulge**2 / (4 * fillet) if fillet else 0.0)
        return total

    return distance


def cut(outline: Outline, *holes: Outline) -> Outline:
    """Return an outline without the holes."""

    def distance(points: Array) -> Array:
        return np.max([outline(points), *(-hole(points) for hole in holes)], axis=0)

    return distance


def worn(outline: Outline, noise: Callable[[Array], Array], depth: float) -> Outline:
    """Return an outline pushed in and out by ``depth`` times ``noise`` of the points (N, 2)."""
    return lambda points: outline(points) + depth * noise(points)


def wrapped(vertices: Array, radius: float) -> Array:
    """Wrap a plate that lies along x around a cylinder along y, so that its ends bend down."""
    angle, r = vertices[:, 0] / radius, radius + vertices[:, 2]
    return np.column_stack([r * np.sin(angle), vertices[:, 1], r * np.cos(angle) - radius])


def dished(vertices: Array, length_radius: float, width_radius: float) -> Array:
    """Bend a plate down towards its ends (radius along x) and sides (radius along y), as a saddle if one is < 0."""
    drop = vertices[:, 0] ** 2 / (2 * length_radius) + vertices[:, 1] ** 2 / (2 * width_radius)
    return vertices - np.column_stack([0 * drop, 0 * drop, drop])
