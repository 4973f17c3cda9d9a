"""The shapes that families are made of: tapers along a path, plates with an outline, blobs, and their irregularity."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from training.synth.kit.blender import add_attribute, add_mesh
from training.synth.kit.geometry import Array, Face, FacetMesh, Mesh, Numbers
from training.synth.kit.meshes import ring_faces

Profile = Sequence[tuple[float, float]]
"""Stops of a curve: where from 0 to 1, and the value there."""


def curve(profile: Profile, at: Array) -> Array:
    """Return a smooth curve through stops (monotone in between, no overshoot) at ``at``."""
    x, y = np.array(profile, dtype=np.float64).T
    place = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    share = np.clip((at - x[place]) / (x[place + 1] - x[place]), 0, 1)
    return y[place] + (y[place + 1] - y[place]) * share * share * (3 - 2 * share)


def arc(length: float, *, bend_deg: float, steps: int, rise_deg: float = 0.0, late: float = 1.0) -> Array:
    """Return a path (steps, 3) from the origin along x that turns by ``bend_deg`` to +y and ``rise_deg`` to +z.

    Args:
        length: Along the path.
        bend_deg: Turn from start to end.
        steps: Points.
        rise_deg: Turn out of the plane.
        late: Above 1 the path turns more near its end.
    """
    u = np.linspace(0.0, 1.0, steps)
    yaw, pitch = np.radians(bend_deg) * u**late, np.radians(rise_deg) * u**late
    step = np.stack([np.cos(yaw) * np.cos(pitch), np.sin(yaw) * np.cos(pitch), np.sin(pitch)], axis=1)
    middles = (step[1:] + step[:-1]) / 2 * length / (steps - 1)
    return np.concatenate([np.zeros((1, 3)), np.cumsum(middles, axis=0)])


def taper(
    path: Array, wide: Array, high: Array, *, sides: int = 40, twist_deg: float = 0.0, squareness: float = 0.0
) -> tuple[FacetMesh, Array, Array]:
    """Wrap a closed skin around a path.

    Args:
        path: Centre line (N, 3).
        wide: Half width (N,), in the plane of the path.
        high: Half height (N,).
        sides: Points around.
        twist_deg: Turn of the cross-section from start to end.
        squareness: 0 an ellipse, towards 1 a rounded rectangle.

    Returns:
        The mesh, whose ends are closed by a point each, and for each vertex its share of the way (V,), 0 to 1, and its
        angle around (V,), radians.
    """
    across, up = _frames(path)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    power = 1 - 0.75 * squareness
    cosine = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power
    sine = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power
    turn = np.radians(twist_deg) * np.linspace(0, 1, len(path))[:, None]
    x = wide[:, None] * cosine * np.cos(turn) - high[:, None] * sine * np.sin(turn)  # (N, sides)
    y = wide[:, None] * cosine * np.sin(turn) + high[:, None] * sine * np.cos(turn)
    rings = path[:, None] + x[..., None] * across[:, None] + y[..., None] * up[:, None]  # (N, sides, 3)
    count = len(path)
    vertices = np.concatenate([rings.reshape(-1, 3), path[:1], path[-1:]])
    faces: list[Face] = [*ring_faces(count, sides, closed=False)]
    first, last = count * sides, count * sides + 1
    faces += [(first, (j + 1) % sides, j) for j in range(sides)]
    faces += [(last, (count - 1) * sides + j, (count - 1) * sides + (j + 1) % sides) for j in range(sides)]
    along = np.concatenate([np.repeat(np.linspace(0, 1, count), sides), [0.0, 1.0]])
    around = np.concatenate([np.tile(angle, count), [0.0, 0.0]])
    return (vertices, faces), along, around


def _frames(path: Array) -> tuple[Array, Array]:
    """Return the directions across (in the xy plane where it can) and up, (N, 3) each, along a path."""
    tangent = np.gradient(path, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    up = np.array([0.0, 0.0, 1.0]) if abs(tangent[0, 2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    ups = []
    for direction in tangent:  # carried along, so that it never flips
        up = up - direction * (up @ direction)
        up = up / np.linalg.norm(up)
        ups.append(up)
    lifted = np.array(ups)
    return np.cross(lifted, tangent), lifted


def plate(
    outline: Array,
    *,
    thickness: float,
    dome: Callable[[Array, Array], Array] | None = None,
    rings: int = 8,
    edge: float = 0.35,
) -> tuple[FacetMesh, Array]:
    """Return a thin plate with an outline.

    Args:
        outline: Points (N, 2) around the origin, counter-clockwise, which every ray from the origin meets once.
        thickness: In the middle.
        dome: Height of the middle surface at (points (V, 2), share of the way to the rim (V,)).
        rings: Between middle and rim.
        edge: Thickness at the rim over that in the middle.

    Returns:
        The mesh and each vertex's share of the way to the rim (V,), 0 to 1.
    """
    share = np.concatenate([[0.0], np.linspace(0, 1, rings + 1)[1:] ** 0.8])
    flat = np.concatenate([np.zeros((1, 2)), *(outline * s for s in share[1:])])  # (1 + rings N, 2)
    rim = np.concatenate([[0.0], np.repeat(share[1:], len(outline))])
    height = dome(flat, rim) if dome else np.zeros(len(flat))
    half = thickness / 2 * (1 - (1 - edge) * rim**3)
    top = np.column_stack([flat, height + half])
    bottom = np.column_stack([flat, height - half])
    n, m = len(outline), len(flat)
    faces: list[Face] = [(0, 1 + j, 1 + (j + 1) % n) for j in range(n)]
    for r in range(rings - 1):
        a, b = 1 + r * n, 1 + (r + 1) * n
        faces += [(a + j, b + j, b + (j + 1) % n, a + (j + 1) % n) for j in range(n)]
    under = [tuple(m + k for k in face[::-1]) for face in faces]
    last = 1 + (rings - 1) * n
    side = [(last + j, m + last + j, m + last + (j + 1) % n, last + (j + 1) % n) for j in range(n)]
    return (np.concatenate([top, bottom]), [*faces, *under, *side]), np.concatenate([rim, rim])


def blob(radii: Numbers, *, columns: int = 32, rows: int = 20) -> FacetMesh:
    """Return an ellipsoid about the origin, to be roughened by `roughen`."""
    polar = np.linspace(0, np.pi, rows + 2)[1:-1]
    angle = np.linspace(0, 2 * np.pi, columns, endpoint=False)
    ring = np.stack(
        [
            np.sin(polar)[:, None] * np.cos(angle),
            np.sin(polar)[:, None] * np.sin(angle),
            np.repeat(np.cos(polar)[:, None], columns, axis=1),
        ],
        axis=-1,
    ).reshape(-1, 3)
    vertices = np.concatenate([ring, [[0, 0, 1.0]], [[0, 0, -1.0]]]) * np.asarray(radii)
    faces: list[Face] = [face[::-1] for face in ring_faces(rows, columns, closed=False)]
    top, bottom = rows * columns, rows * columns + 1
    faces += [(top, j, (j + 1) % columns) for j in range(columns)]
    faces += [
        (bottom, (rows - 1) * columns + (j + 1) % columns, (rows - 1) * columns + j) for j in range(columns)
    ]
    return vertices, faces


def waves(points: Array, rng: np.random.Generator, *, size: float, count: int = 12) -> Array:
    """Return smooth noise (N,), about -1 to 1, whose features are about ``size`` metres."""
    direction = rng.normal(size=(count, points.shape[1]))
    direction *= (
        2
        * np.pi
        / size
        * rng.uniform(0.5, 1.5, (count, 1))
        / np.linalg.norm(direction, axis=1, keepdims=True)
    )
    return np.sin(points @ direction.T + rng.uniform(0, 2 * np.pi, count)).sum(axis=1) * (0.9 / count**0.5)


def roughen(mesh: FacetMesh, rng: np.random.Generator, *, size: float, depth: float) -> FacetMesh:
    """Move vertices away from the middle by noise: ``depth`` at most, features of ``size``."""
    vertices, faces = mesh
    middle = (vertices.min(axis=0) + vertices.max(axis=0)) / 2
    outward = vertices - middle
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)
    return vertices + outward * (depth * waves(vertices, rng, size=size))[:, None], faces


def rest(mesh: FacetMesh) -> FacetMesh:
    """Centre a mesh on x = y = 0 and put its lowest point on z = 0."""
    vertices, faces = mesh
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    return vertices - [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]], faces


def turned(mesh: FacetMesh, *, about: str, degrees: float) -> FacetMesh:
    """Turn a mesh about an axis through the origin."""
    vertices, faces = mesh
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[about]
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    out = vertices.copy()
    out[:, i], out[:, j] = c * vertices[:, i] - s * vertices[:, j], s * vertices[:, i] + c * vertices[:, j]
    return out, faces


def moved(mesh: Mesh, by: Numbers, *, scale: float = 1.0) -> FacetMesh:
    """Scale a mesh about the origin, then shift it."""
    vertices, faces = mesh
    return np.asarray(vertices) * scale + np.asarray(by), [tuple(face) for face in faces]


def joined(meshes: Sequence[Mesh]) -> tuple[FacetMesh, Array]:
    """Return many meshes as one, and for each vertex the number of the mesh it came from (V,)."""
    vertices, faces, start = [], [], 0
    for points, facets in meshes:
        vertices.append(np.asarray(points))
        faces += [tuple(int(k) + start for k in face) for face in facets]
        start += len(points)
    part = np.repeat(np.arange(len(meshes)), [len(points) for points in vertices])
    return (np.concatenate(vertices), faces), part


def add_piece(name: str, mesh: Mesh, material: Any, **attributes: Array) -> Any:
    """Add an object whose vertices carry the attributes, numbers (V,) that materials read."""
    thing = add_mesh(name, mesh, material)
    for key, values in attributes.items():
        add_attribute(thing, key, values)
    return thing
