"""Canines, claws and what is taken for them, as swept horns; metres, lying on z = 0, the curve in the xy plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.synth.kit.coat_patterns import noise
from training.synth.kit.geometry import Array, ArrayMesh
from training.synth.kit.round_shapes import frames, outward

Course = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Horn:
    """A curved, tapering solid.

    Attributes:
        length: Along its curve, in metres.
        bend_deg: Turn from its base to its tip.
        late: Above 1 it turns more near its tip.
        wide: Stops of its half width in the plane of the curve, over its length.
        flat: Stops of its thickness over its width.
        keel: How much thicker it is on the outer than on the inner side, 0 to 1, as claws are.
        rough: Depth of its unevenness over its width.
    """

    length: float
    bend_deg: float
    late: float
    wide: Course
    flat: Course
    keel: float = 0.0
    rough: float = 0.02


def _curve(stops: Course, at: Array) -> Array:
    x, y = np.array(stops, dtype=np.float64).T
    fine = np.interp(at, x, y)
    kernel = np.ones(5) / 5
    return np.convolve(np.pad(fine, 2, mode="edge"), kernel, mode="valid")


def horn_mesh(horn: Horn, seed: int, *, rings: int = 40, sides: int = 22) -> tuple[ArrayMesh, Array, Array]:
    """Return the mesh, and for each vertex the share of the way to the tip and the angle around (V,)."""
    s = np.linspace(0, 1, rings)
    turn = np.radians(horn.bend_deg) * s**horn.late
    step = np.column_stack([np.cos(turn), np.sin(turn), 0 * turn]) * horn.length / (rings - 1)
    path = np.concatenate([[[0.0, 0.0, 0.0]], np.cumsum(step[:-1], axis=0)])
    wide = _curve(horn.wide, s) * horn.length
    wide[-1] = 1e-5
    thin = wide * _curve(horn.flat, s)
    side, up = frames(path)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    cos, sin = np.cos(angle), np.sin(angle)
    lump = 1 + horn.rough * noise(
        np.repeat(s[:, None], sides, 1) * 9, cos[None, :] * 1.5 + 5 + 0 * s[:, None], seed, 2
    )
    narrow = 1 - horn.keel * (0.5 - 0.5 * cos * np.sign(horn.bend_deg or 1))
    rim = (
        path[:, None]
        + (wide[:, None] * cos * lump)[..., None] * side[:, None]
        + (thin[:, None] * sin * narrow * lump)[..., None] * up[:, None]
    )
    inner = path[:1] + (path[1] - path[0]) * 1.6
    base = rim[0] * 0.55 + inner * 0.45
    points = np.concatenate([np.repeat(inner, sides, axis=0), base, rim.reshape(-1, 3)])
    ring = np.arange(rings + 1)[:, None] * sides
    j = np.arange(sides)
    faces = np.stack(
        [ring + j, ring + (j + 1) % sides, ring + sides + (j + 1) % sides, ring + sides + j], -1
    ).reshape(-1, 4)
    along = np.concatenate([np.zeros(2 * sides), np.repeat(s, sides)])
    return outward(points, faces), along, np.tile(angle, rings + 2)


def canine(rng: np.random.Generator, length: float) -> Horn:
    """A big cat's canine: a long thick root, slightly narrower neck, and a conical crown of two fifths."""
    thick = rng.uniform(0.098, 0.125)
    return Horn(
        length=length,
        bend_deg=rng.uniform(38, 68),
        late=rng.uniform(0.9, 1.2),
        wide=[
            (0, 0.55 * thick), (0.08, 0.85 * thick), (0.30, 1.15 * thick), (0.5, 1.1 * thick), (0.58, 1.03 * thick),
            (0.66, 0.98 * thick), (0.8, 0.66 * thick), (0.93, 0.30 * thick), (1.0, 0.06 * thick),
        ],
        flat=[(0, 0.65), (0.5, 0.74), (0.7, 0.84), (1, 0.95)],
    )  # fmt: skip


def claw(rng: np.random.Generator, length: float, *, bear: bool) -> Horn:
    """A claw: a cat's is a deep hook, thin from side to side; a bear's is longer, blunter and less bent."""
    deep = rng.uniform(0.09, 0.12) if bear else rng.uniform(0.17, 0.23)
    return Horn(
        length=length,
        bend_deg=rng.uniform(60, 95) if bear else rng.uniform(120, 165),
        late=rng.uniform(0.9, 1.1),
        wide=[
            (0, 0.95 * deep),
            (0.12, 1.05 * deep),
            (0.35, 0.85 * deep),
            (0.65, 0.5 * deep),
            (0.88, 0.22 * deep),
            (1, 0.05 * deep),
        ],
        flat=[(0, 0.62), (0.4, 0.55), (1, 0.6)] if bear else [(0, 0.5), (0.4, 0.42), (1, 0.5)],
        keel=0.25,
        rough=0.015,
    )


def upright_triangle(
    length: float, width: float, rng: np.random.Generator, *, teeth: int = 0
) -> tuple[ArrayMesh, Array]:
    """Return a shark's tooth, a triangle with a broad two-lobed root, lying flat, and how near the root each vertex is.

    Args:
        length: From root to tip.
        width: Across the root.
        rng: For its lean.
        teeth: Serrations along each edge.
    """
    rings, sides = 30, 20
    s = np.linspace(0, 1, rings)
    crown = np.clip((1 - s) / 0.72, 0, 1)
    half = (
        width
        / 2
        * np.where(s < 0.28, 1.0 - 0.25 * ((s - 0.12) / 0.16) ** 2, 0.74 * crown ** rng.uniform(0.85, 1.25))
    )
    half *= 1 + (0.06 * np.sign(np.sin(np.pi * teeth * s)) * (s > 0.3) if teeth else 0)
    lean = rng.normal(0, 0.12) * length * s**1.6
    notch = 0.16 * length * np.clip(1 - s / 0.28, 0, 1)
    thick = 0.13 * width * (1 - 0.75 * s**1.5)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    across = np.cos(angle)
    x = (s * length)[:, None] + notch[:, None] * (1 - np.abs(across) ** 1.5)
    y = half[:, None] * across + lean[:, None]
    z = thick[:, None] * np.sin(angle) * np.where(np.sin(angle) > 0, 1.0, 0.45)
    points = np.stack([x, y, z], axis=-1).reshape(-1, 3)
    points = np.concatenate([np.repeat([[0.5 * notch[0], 0.0, 0.0]], sides, axis=0), points])
    ring = np.arange(rings)[:, None] * sides
    j = np.arange(sides)
    faces = np.stack(
        [ring + j, ring + (j + 1) % sides, ring + sides + (j + 1) % sides, ring + sides + j], -1
    ).reshape(-1, 4)
    return outward(points, faces), np.concatenate([np.zeros(sides), np.repeat(s, sides)])
