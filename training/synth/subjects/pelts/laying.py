"""Ways to lay a sheet: flat, hung, folded, rolled, draped; points (N, 3) in metres, the front up before it is laid."""

from __future__ import annotations

import numpy as np

from training.synth.kit.coat_patterns import noise
from training.synth.kit.geometry import Array


def laid(flat: Array, seed: int, *, waves: float, curl: float, depth: Array, size: float = 0.4) -> Array:
    """Lay a sheet on the floor: it is wavy, and its edges lift here and there.

    Args:
        flat: Places in the sheet (N, 2).
        seed: Of the waves.
        waves: Height of the waves.
        curl: Height of the edges.
        depth: Distance of each place from the edge (N,).
        size: Of the waves.
    """
    x, y = flat.T
    edge = np.exp(-np.maximum(depth, 0) / 0.035) * np.maximum(
        noise(x / size * 1.7 + 9, y / size * 1.7, seed), 0
    )
    z = 0.006 + waves * (0.5 + 0.5 * noise(x / size, y / size, seed, 2)) + curl * edge
    drift = 0.02 * np.stack([noise(x * 3, y * 3, seed + 1, 2), noise(x * 3 + 40, y * 3, seed + 1, 2)], axis=1)
    return np.column_stack([flat + drift, z])


def hung(flat: Array, seed: int, *, way: str, waves: float, droop: float = 0.0) -> Array:
    """Hang a sheet in the xz plane, its front towards -y.

    Args:
        flat: Places in the sheet (N, 2).
        seed: Of the waves.
        way: ``head_up``, ``head_down`` or ``level``.
        waves: Depth of the waves.
        droop: How far the sides sink at half a metre from the spine.
    """
    x, y = flat.T
    off = 0.01 + waves * (0.5 + 0.5 * noise(x * 3.1, y * 3.1, seed, 2))
    if way == "level":
        line = 0.06 * droop * np.sin(2.2 * x + seed % 7)
        return np.column_stack([x, -off, y + line])
    sink = droop * (np.abs(y) / 0.5) ** 2
    if way == "head_up":
        return np.column_stack([-y, -off, x - sink])
    return np.column_stack([y, -off, -x - sink])


def folded(points: Array, axis: int, at: float, radius: float, *, side: int = 1) -> Array:
    """Fold what lies beyond a line back under the rest, so that the front stays outside.

    Args:
        points: The sheet so far.
        axis: 0: the line crosses x; 1: it crosses y.
        at: Where it does so.
        radius: Of the fold.
        side: 1: what lies above ``at`` is folded; -1: what lies below.
    """
    out = points.copy()
    s = side * (points[:, axis] - at)
    height = points[:, 2]
    angle = np.clip(s / radius, 0.0, np.pi)
    beyond = s > 0
    passed = np.maximum(s - np.pi * radius, 0.0)
    out[beyond, axis] = (at + side * ((radius + height) * np.sin(angle) - passed))[beyond]
    out[beyond, 2] = (-radius + (radius + height) * np.cos(angle))[beyond]
    return out


def rolled(points: Array, radius: float, pitch: float) -> Array:
    """Roll a sheet up along x about an axis along y, front outside; the roll lies along x afterwards.

    Args:
        points: The sheet; its lowest x is the core.
        radius: Of the core.
        pitch: Thickness of a turn.
    """
    x, y, z = points.T
    s = x - x.min()
    growth = pitch / (2 * np.pi)
    angle = (np.sqrt(radius**2 + 2 * growth * s) - radius) / growth
    r = radius + growth * angle + z
    angle = angle - angle.max()  # 0 at the end of the roll, which touches the floor
    return np.column_stack([-y, -r * np.sin(angle), -r * np.cos(angle)])


def draped(points: Array, top: float, radius: float, seed: int, *, flare: float = 0.15) -> Array:
    """Hang a sheet over a bench or rail that runs along x: y goes over the top and down both sides.

    Args:
        points: The sheet; y = 0 comes to lie on the middle of the top.
        top: Width of the top.
        radius: Of its edges.
        seed: Of the folds.
        flare: How far the hanging parts stand off, over their length.
    """
    x, y, z = points.T
    side, s = np.sign(y), np.maximum(np.abs(y) - top / 2, 0.0)
    angle = np.minimum(s / radius, np.pi / 2)
    down = np.maximum(s - radius * np.pi / 2, 0.0)
    waves = 0.5 + 0.5 * noise(x * 5 + 20 * side, 0.6 * down, seed, 2)
    out = np.minimum(np.abs(y), top / 2) + (radius + z) * np.sin(angle) + down * flare * waves
    height = (radius + z) * np.cos(angle) - radius - down
    return np.column_stack([x + 0.03 * noise(y * 3, x * 2, seed + 1, 2), side * out, height])


def rested(points: Array) -> Array:
    """Centre points on x = y = 0 and set the lowest on z = 0."""
    low, high = points.min(axis=0), points.max(axis=0)
    return points - [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]]
