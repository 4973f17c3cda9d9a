"""Meshes of simple shapes, in metres, and the two ways to make one: sweep and lathe."""

from __future__ import annotations

import numpy as np

from training.synth.kit.geometry import Array, Face, FacetMesh


def cloth_mesh(size: float, seed: int, height: float) -> FacetMesh:
    """Return a sheet with soft folds of about ``height``."""
    rng = np.random.default_rng(seed)
    vertices, faces = grid_mesh(size, size, 220)
    for _ in range(14):
        angle, phase = rng.uniform(0, 2 * np.pi, 2)
        across = vertices[:, 0] * np.cos(angle) + vertices[:, 1] * np.sin(angle)
        along = vertices[:, 1] * np.cos(angle) - vertices[:, 0] * np.sin(angle)
        wave = np.sin(rng.uniform(18, 45) * across + 2 * np.sin(7 * along + phase) + phase)
        vertices[:, 2] += height / 3.5 * np.abs(wave) ** 1.5 * rng.uniform(0.3, 1.0)
    vertices[:, 2] -= np.percentile(vertices[:, 2], 60)
    return vertices, faces


def grid_mesh(width: float, depth: float, count: int) -> FacetMesh:
    """Return a flat sheet at z = 0, centred, with ``count`` vertices along each side."""
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, count), np.linspace(-0.5, 0.5, count))
    vertices = np.stack([x.ravel() * width, y.ravel() * depth, np.zeros(x.size)], axis=1)
    rows = range(count - 1)
    corner = [(i * count + j) for i in rows for j in rows]
    return vertices, [(a, a + 1, a + count + 1, a + count) for a in corner]


def box_mesh(width: float, depth: float, height: float) -> FacetMesh:
    """Return a box centred in x and y, standing on z = 0."""
    x, y = width / 2, depth / 2
    flat = [(-x, -y), (x, -y), (x, y), (-x, y)]
    vertices = np.array([(*p, z) for z in (0.0, height) for p in flat])
    sides = [(i, (i + 1) % 4, (i + 1) % 4 + 4, i + 4) for i in range(4)]
    return vertices, [(3, 2, 1, 0), (4, 5, 6, 7), *sides]


def sphere_mesh(radius: float) -> FacetMesh:
    """Return a ball about the origin."""
    angle = np.linspace(0.0, np.pi, 25)
    return lathe_mesh(radius * np.stack([np.sin(angle), np.cos(angle)], axis=1), sides=48)


def lathe_mesh(profile: Array, sides: int = 96) -> FacetMesh:
    """Turn a profile (N, 2) of radius and height about the z axis."""
    angle = np.linspace(0.0, 2 * np.pi, sides, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], axis=1)  # (S, 3)
    height = np.zeros((len(profile), 1, 3))
    height[:, 0, 2] = profile[:, 1]
    rings = profile[:, 0, None, None] * ring + height
    faces = ring_faces(len(profile), sides, closed=False)
    return rings.reshape(-1, 3), [face[::-1] for face in faces]


def rod_mesh(start: float, end: float, r_start: float, r_end: float, sides: int) -> FacetMesh:
    """Return a capped rod along x that tapers from ``r_start`` to ``r_end``."""
    centres = np.array([(x, 0.0, 0.0) for x in (start, start, end, end)])
    r = np.array([1e-6, r_start, r_end, 1e-6])[:, None]
    side, up = r * np.array([0.0, 1.0, 0.0]), r * np.array([0.0, 0.0, 1.0])
    return sweep(centres, side, up, sides, closed=False)


def tube_mesh(
    path: Array, radius: float, closed: bool = False, flatten: float = 1.0, sides: int = 24
) -> FacetMesh:
    """Wrap a tube around a path (N, 3); ``flatten`` is its height over its width."""
    tangent = np.gradient(path, axis=0)
    if closed:
        tangent = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    level = np.ptp(path[:, 2]) < 0.5 * np.ptp(path[:, :2].max(axis=0) - path[:, :2].min(axis=0))
    helper = np.array([0.0, 0.0, 1.0]) if closed or level else np.array([0.0, 1.0, 0.0])
    side = np.cross(tangent, helper)
    length = np.linalg.norm(side, axis=1, keepdims=True)
    side = np.where(
        length > 1e-9, side / np.maximum(length, 1e-9), [1.0, 0.0, 0.0]
    )  # where the path is upright
    up = np.cross(side, tangent)
    return sweep(path, side * radius * flatten, up * radius, sides, closed)


def sweep(centres: Array, side: Array, up: Array, sides: int, closed: bool) -> FacetMesh:
    """Join rings into a tube: ring ``i`` has centre, side and up vectors (N, 3)."""
    angle = np.linspace(0.0, 2 * np.pi, sides, endpoint=False)[None, :, None]
    rings = centres[:, None] + side[:, None] * np.cos(angle) + up[:, None] * np.sin(angle)
    return rings.reshape(-1, 3), ring_faces(len(centres), sides, closed)


def ring_faces(rings: int, sides: int, closed: bool) -> list[Face]:
    """Number the quads between neighbouring rings of ``sides`` vertices."""
    spans = rings if closed else rings - 1
    return [
        (a * sides + j, a * sides + (j + 1) % sides, b * sides + (j + 1) % sides, b * sides + j)
        for a, b in ((i, (i + 1) % rings) for i in range(spans))
        for j in range(sides)
    ]
