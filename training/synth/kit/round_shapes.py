"""Turned and drawn-out shapes: lathe work, rings, tubes along paths and balls; quads, normals outward, metres."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.synth.kit.geometry import Array, ArrayMesh, Numbers
from training.synth.kit.meshes import ring_faces


def lathed(profile: Sequence[Numbers] | Array, *, sides: int = 32, loop: bool = False) -> ArrayMesh:
    """Turn a profile about the z axis.

    Args:
        profile: Radius and height (N, 2); starts and ends near the axis unless it is a loop.
        sides: Facets around.
        loop: Whether the profile closes on itself, as for a ring.
    """
    radius, height = np.asarray(profile, dtype=np.float64).T
    angle = np.linspace(0.0, 2 * np.pi, sides, endpoint=False)
    x, y = radius[:, None] * np.cos(angle), radius[:, None] * np.sin(angle)
    vertices = np.stack([x, y, np.repeat(height[:, None], sides, axis=1)], axis=-1)
    return outward(vertices.reshape(-1, 3), np.array(ring_faces(len(radius), sides, closed=loop)))


def outward(vertices: Array, faces: Array) -> ArrayMesh:
    """Turn the quads of a closed mesh so that their normals point out of it."""
    a, b, c, d = (vertices[faces[:, k]] for k in range(4))
    volume = np.einsum("ij,ij->", a, np.cross(b, c)) + np.einsum("ij,ij->", a, np.cross(c, d))
    return vertices, faces if volume >= 0 else faces[:, ::-1]


def ball(radius: float, *, sides: int = 24) -> ArrayMesh:
    """Return a ball about the origin."""
    polar = np.linspace(0.0, np.pi, sides // 2 + 1)
    return lathed(radius * np.column_stack([np.sin(polar), np.cos(polar)]), sides=sides)


def ring(radius: float, width: float, depth: float, *, squareness: float = 0.3, sides: int = 72) -> ArrayMesh:
    """Return a ring that lies about z = 0.

    Args:
        radius: Of its hole.
        width: Along z.
        depth: From the hole outward.
        squareness: 0 an oval section, towards 1 a rectangle.
        sides: Facets around.
    """
    angle = np.linspace(0.0, 2 * np.pi, 24, endpoint=False)
    power = 1 - 0.75 * squareness
    across = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power
    up = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power
    middle = radius + depth / 2
    return lathed(np.column_stack([middle + depth / 2 * across, width / 2 * up]), sides=sides, loop=True)


def tube(
    path: Array, radius: float | Array, *, sides: int = 16, closed: bool = False, flatness: float = 1.0
) -> ArrayMesh:
    """Wrap a tube around a path.

    Args:
        path: Shape (N, 3).
        radius: One for all, or one for each point of the path.
        sides: Facets around.
        closed: Whether the path is a loop; else the ends are capped.
        flatness: Height over width of the section.
    """
    size = np.broadcast_to(np.asarray(radius, dtype=np.float64), len(path))
    side, up = frames(path, closed=closed)
    if not closed:
        path = path[[0, *range(len(path)), -1]]
        side, up = side[[0, *range(len(side)), -1]], up[[0, *range(len(up)), -1]]
        size = np.concatenate([[size[0] * 1e-3], size, [size[-1] * 1e-3]])
    angle = np.linspace(0.0, 2 * np.pi, sides, endpoint=False)[:, None]
    across = side[:, None] * np.cos(angle) + flatness * up[:, None] * np.sin(angle)  # (N, sides, 3)
    vertices = path[:, None] + size[:, None, None] * across
    return outward(vertices.reshape(-1, 3), np.array(ring_faces(len(path), sides, closed=closed)))


def frames(path: Array, *, closed: bool = False) -> tuple[Array, Array]:
    """Return unit vectors across a path and up from it, (N, 3) each, up as near to +z as the path allows."""
    tangent = np.gradient(path, axis=0)
    if closed:
        tangent = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-12)
    steep = np.abs(tangent[:, 2]).max() > 0.95
    up = np.array([0.0, 1.0, 0.0]) if steep else np.array([0.0, 0.0, 1.0])
    ups = np.empty_like(tangent)
    for number, along in enumerate(tangent):
        up = up - along * (up @ along)
        up = up / max(float(np.linalg.norm(up)), 1e-9)
        ups[number] = up
    return np.cross(ups, tangent), ups


def smooth_path(points: Sequence[Numbers] | Array, count: int, *, closed: bool = False) -> Array:
    """Return ``count`` points, evenly apart, on a smooth curve through ``points`` (K, 3)."""
    knots = np.asarray(points, dtype=np.float64)
    padded = np.concatenate([knots[-2:], knots, knots[:2]]) if closed else knots[[0, *range(len(knots)), -1]]
    if closed:
        padded = padded[1:]
    before, a, b, after = padded[:-3], padded[1:-2], padded[2:-1], padded[3:]
    t = np.linspace(0, 1, 24, endpoint=False)[:, None, None]
    bent = 0.5 * (
        2 * a
        + (b - before) * t
        + (2 * before - 5 * a + 4 * b - after) * t**2
        + (3 * a - before - 3 * b + after) * t**3
    )  # Catmull-Rom
    fine = np.concatenate([bent.transpose(1, 0, 2).reshape(-1, 3), knots[:1] if closed else knots[-1:]])
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(fine, axis=0), axis=1))])
    at = np.linspace(0.0, length[-1], count, endpoint=not closed)
    return np.column_stack([np.interp(at, length, fine[:, k]) for k in range(3)])
