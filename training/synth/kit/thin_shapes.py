"""Thin grown things as closed shells around a curved sheet: scales, bracts, peel, bark, crisps; metres."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from training.synth.kit.geometry import Array, ArrayMesh

Values = Mapping[str, Array]
"""One number per vertex (V,) under each name, for a material to read."""


def grid(rows: int, columns: int) -> tuple[Array, Array]:
    """Return u (0 to 1 along the rows) and v (-1 to 1 across), shape (rows, columns) each."""
    u, v = np.meshgrid(np.linspace(0.0, 1.0, rows), np.linspace(-1.0, 1.0, columns), indexing="ij")
    return u, v


def shell(middle: Array, thickness: float | Array) -> ArrayMesh:
    """Return the closed shell around a sheet.

    Args:
        middle: Points of the sheet (rows, columns, 3); its upper side is towards (down the rows) x (across).
        thickness: Of the shell: one for all, or shape (rows, columns).

    Returns:
        Upper side, then lower side, in the order of the sheet, joined along the border.
    """
    rows, columns = middle.shape[:2]
    across = np.cross(np.gradient(middle, axis=0), np.gradient(middle, axis=1))
    length = np.linalg.norm(across, axis=2, keepdims=True)
    usual = across.sum(axis=(0, 1)) / max(float(np.linalg.norm(across.sum(axis=(0, 1)))), 1e-12)
    normal = np.where(length > 1e-12, across / np.maximum(length, 1e-12), usual)
    half = np.broadcast_to(np.asarray(thickness, dtype=np.float64), (rows, columns))[..., None] / 2
    upper, lower = middle + normal * half, middle - normal * half
    vertices = np.concatenate([upper.reshape(-1, 3), lower.reshape(-1, 3)])
    return vertices, shell_faces(rows, columns)


def shell_faces(rows: int, columns: int) -> Array:
    """Return the quads of an upper sheet (rows, columns), of the lower one behind it, and of the wall between them."""
    number = np.arange(rows * columns).reshape(rows, columns)
    top = np.stack([number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]], axis=-1).reshape(
        -1, 4
    )
    border = np.concatenate([number[0], number[1:, -1], number[-1, -2::-1], number[-2:0:-1, 0]])
    onward = np.roll(border, -1)
    count = rows * columns
    walls = np.column_stack([border, onward, onward + count, border + count])
    return np.concatenate([top, top[:, ::-1] + count, walls])


def both_sides(values: Array) -> Array:
    """Return numbers of a sheet (rows, columns) for the vertices of its shell (V,)."""
    return np.concatenate([values.ravel(), values.ravel()])


def lower_side(rows: int, columns: int) -> Array:
    """Return 1 for the vertices of a shell's lower side and 0 for those of its upper side (V,)."""
    return np.repeat([0.0, 1.0], rows * columns)


def to_border(u: Array, v: Array) -> Array:
    """Return how near each place of a grid is to its far end and its sides: 0 in the middle, 1 at the border."""
    return np.maximum(u, np.abs(v)) ** 2


def bent(points: Array, *, along: float = 0.0, across: float = 0.0) -> Array:
    """Bend a sheet (..., 3) that lies about z = 0 downwards.

    Args:
        points: With x along and y across.
        along: Curvature of its length, 1/m; below 0 the ends rise.
        across: Curvature of its width, 1/m.
    """
    out = points
    for axis, curvature in ((1, across), (0, along)):
        if abs(curvature) < 1e-6:
            continue
        radius = 1.0 / curvature
        angle, away = out[..., axis] * curvature, radius + out[..., 2]
        moved = out.copy()
        moved[..., axis], moved[..., 2] = away * np.sin(angle), away * np.cos(angle) - radius
        out = moved
    return out


def soft_noise(u: Array, v: Array, rng: np.random.Generator, *, waves: float = 2.0, count: int = 8) -> Array:
    """Return smooth noise over a grid, about -1 to 1, with about ``waves`` waves across it."""
    total = np.zeros_like(u)
    for _ in range(count):
        direction = rng.normal(0.0, 1.0, 2) * waves * np.pi
        total += np.sin(direction[0] * u + 0.5 * direction[1] * v + rng.uniform(0, 2 * np.pi))
    return total * 1.1 / count**0.5
