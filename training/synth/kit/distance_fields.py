"""Signed distance fields, negative inside: solids, their joins, and the mesh of a zero surface."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from training.synth.kit.geometry import Array, ArrayMesh, Point


def ellipsoid(p: Array, centre: Point, radii: Point, pitch: float = 0.0, yaw: float = 0.0) -> Array:
    """Approximate signed distance to an ellipsoid (Quilez's bound: k0 (k0 - 1) / k1).

    Args:
        p: Points, (N, 3).
        centre: Its centre.
        radii: Half axes.
        pitch: Degrees that its +x end is raised.
        yaw: Degrees that its +x end turns to +y.
    """
    q = (p - np.asarray(centre, np.float32)) @ rotation(pitch, yaw)
    k0 = np.linalg.norm(q / np.asarray(radii, np.float32), axis=1)
    k1 = np.linalg.norm(q / np.asarray(radii, np.float32) ** 2, axis=1)
    return k0 * (k0 - 1.0) / np.maximum(k1, 1e-6)


def rotation(pitch: float, yaw: float) -> Array:
    """Return the (3, 3) matrix whose columns are the axes after pitch, then yaw, in degrees."""
    a, b = math.radians(pitch), math.radians(yaw)
    raise_x = [[math.cos(a), 0, -math.sin(a)], [0, 1, 0], [math.sin(a), 0, math.cos(a)]]
    turn_x = [[math.cos(b), -math.sin(b), 0], [math.sin(b), math.cos(b), 0], [0, 0, 1]]
    return (np.array(turn_x) @ np.array(raise_x)).astype(np.float32)


def capsule(p: Array, start: Point, end: Point, r_start: float, r_end: float) -> Array:
    """Approximate signed distance to a rod whose radius goes from ``r_start`` to ``r_end``."""
    a, axis = np.asarray(start, np.float32), np.asarray(end, np.float32) - np.asarray(start, np.float32)
    t = np.clip((p - a) @ axis / (axis @ axis), 0.0, 1.0)
    return np.linalg.norm(p - a - t[:, None] * axis, axis=1) - (r_start + t * (r_end - r_start))


def blend(a: Array, b: Array, width: float) -> Array:
    """Join two distance fields with a fillet of ``width``; a negative width intersects them."""
    sign, k = (1.0, width) if width > 0 else (-1.0, -width)
    h = np.maximum(k - np.abs(a - b), 0.0) / k
    return sign * (np.minimum(sign * a, sign * b) - h * h * k / 4.0)


def gradient(field: Callable[[Array], Array], p: Array, step: float = 0.004) -> Array:
    """Return the unit gradient of ``field`` at points (N, 3), by central differences."""
    axes = np.eye(3, dtype=np.float32) * step
    slope = np.stack([field(p + axis) - field(p - axis) for axis in axes], axis=1)
    return slope / np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-9)


def surface_nets(field: Callable[[Array], Array], low: Point, high: Point, step: float) -> ArrayMesh:
    """Mesh the zero surface of ``field`` with naive surface nets (Gibson 1998).

    Args:
        field: Signed distance at points (N, 3), negative inside.
        low: Lower corner of the box to search.
        high: Upper corner.
        step: Grid spacing.

    Returns:
        Vertices (N, 3), float32, and quads (M, 4) with outward winding.
    """
    axes = [np.arange(a, b, step, dtype=np.float32) for a, b in zip(low, high, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)  # (X, Y, Z, 3)
    values = field(points.reshape(-1, 3)).reshape(points.shape[:3])
    offsets = np.array([(i, j, k) for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    size = np.array(values.shape) - 1
    boxes = [tuple(map(slice, offset, offset + size)) for offset in offsets]
    corners = np.stack([values[box] for box in boxes], axis=-1)  # (X-1, Y-1, Z-1, 8)
    inside = (corners < 0).sum(axis=-1)
    cells = np.argwhere((inside > 0) & (inside < 8))
    places = crossing_means(corners[tuple(cells.T)], offsets)
    index = np.full(tuple(size), -1)
    index[tuple(cells.T)] = np.arange(len(cells))
    faces = np.concatenate([edge_quads(values < 0, index, axis) for axis in range(3)])
    return (np.asarray(low, np.float32) + (cells + places) * step).astype(np.float32), faces


def crossing_means(corners: Array, offsets: Array) -> Array:
    """Average where the cell edges cross zero: corners (N, 8) give places (N, 3), 0 to 1."""
    total, count = np.zeros((len(corners), 3)), np.zeros((len(corners), 1))
    for a in range(8):
        for b in range(a + 1, 8):
            if np.abs(offsets[a] - offsets[b]).sum() != 1:
                continue
            crosses = ((corners[:, a] < 0) != (corners[:, b] < 0))[:, None]
            span = np.where(crosses[:, 0], corners[:, a] - corners[:, b], 1.0)
            t = (corners[:, a] / span)[:, None]
            total += np.where(crosses, offsets[a] + t * (offsets[b] - offsets[a]), 0.0)
            count += crosses
    return total / count


def edge_quads(inside: Array, index: Array, axis: int) -> Array:
    """Return one quad (M, 4) for each grid edge along ``axis`` that the surface crosses."""
    u, v = (axis + 1) % 3, (axis + 2) % 3
    first, second = np.moveaxis(inside, axis, 0)[:-1], np.moveaxis(inside, axis, 0)[1:]
    edges = np.argwhere(np.moveaxis(first != second, 0, axis))
    edges = edges[(edges[:, u] > 0) & (edges[:, v] > 0)]
    step_u, step_v = np.eye(3, dtype=int)[u], np.eye(3, dtype=int)[v]
    around = [edges - step_u - step_v, edges - step_v, edges, edges - step_u]
    quads = np.stack([index[tuple(cell.T)] for cell in around], axis=1)
    outward = inside[tuple(edges.T)]
    return np.where(outward[:, None], quads, quads[:, ::-1])
