"""The shapes of cones, flower heads and bulbs that a careless eye takes for scaled animals; metres."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from training.synth.kit.distance_fields import blend, capsule, surface_nets
from training.synth.kit.geometry import Array, ArrayMesh, FacetMesh
from training.synth.kit.grown_shapes import blob
from training.synth.kit.imbricate import Places, spiral
from training.synth.kit.thin_shapes import Values, both_sides, grid, lower_side, shell, soft_noise


def cone_scale(
    rng: np.random.Generator,
    *,
    width: float = 0.75,
    thick: float = 0.10,
    shield: float = 0.12,
    prickle: float = 0.05,
) -> tuple[ArrayMesh, Values]:
    """Return a woody cone scale of length 1: a wedge that ends in a thick, four-sided shield with a knob.

    Args:
        rng: Details.
        width: Where it is widest.
        thick: Thickness of the shield.
        shield: How far the shield stands out.
        prickle: Height of the knob.
    """
    rows, columns = 12, 13
    u, v = grid(rows, columns)
    half = (
        width
        / 2
        * (0.42 + 0.58 * np.sin(np.pi / 2 * (u / 0.82).clip(0, 1)) ** 1.3)
        * np.sqrt(1 - 0.55 * u**9)
    )
    x = u * (1 - 0.16 * v**2 * u**3) * (1 + rng.normal(0, 0.02))
    diamond = np.clip(1 - np.abs(u - 0.84) / 0.18 - 0.85 * np.abs(v), 0, None)
    z = (
        shield * np.clip((u - 0.62) / 0.25, 0, 1) ** 2 * (1 - 0.5 * v**2)
        + prickle * diamond**2
        - 0.10 * u * v**2
    )
    middle = np.stack([x, half * v, z + 0.012 * soft_noise(u, v, rng)], axis=-1)
    return shell(middle, thick * (0.4 + 0.6 * u**2)), _values(u, v)


def bract(
    rng: np.random.Generator,
    *,
    width: float = 0.8,
    notch: float = 0.05,
    cup: float = 0.35,
    sharp: float = 1.7,
) -> tuple[ArrayMesh, Values]:
    """Return a fleshy leaf of a flower head, of length 1, broad at its root and cupped inwards (down).

    Args:
        rng: Details.
        width: Where it is widest.
        notch: Depth of the notch at its tip.
        cup: How far the sides bend down.
        sharp: 1 a point, 3 a broad round tip.
    """
    rows, columns = 14, 15
    u, v = grid(rows, columns)
    half = width / 2 * (0.62 + 0.38 * np.sin(np.pi * u.clip(0, 0.62) / 0.62 * 0.5))
    end = (
        0.5
        + 0.5 * (1 - (np.sqrt(v**2 + 0.003) - 0.055).clip(0) ** sharp)
        - notch * np.exp(-((v / 0.13) ** 2))
    )
    x = u * (end + (1 - end) * (1 - u**2) * 0.3)
    y = half * v * (1 - 0.06 * u)
    z = -cup * (2 * y / width) ** 2 * width * 0.5 - 0.16 * (u - 0.35) ** 2 + 0.012 * soft_noise(u, v, rng)
    thick = (0.015 + 0.075 * (1 - u) ** 1.5) * (0.25 + 0.75 * (1 - v**2))
    return shell(np.stack([x, y, z], axis=-1), thick), _values(u, v)


def head_places(
    rng: np.random.Generator,
    *,
    radius: float,
    height: float,
    count: int,
    size: float,
    opening: float,
    top: float = 0.3,
    core: float = 0.75,
) -> Places:
    """Place scales over an egg that stands on z = 0, in spirals, from its base to near its top.

    Args:
        rng: Details.
        radius: Of the egg.
        height: Of the egg.
        count: Scales.
        size: Length of the largest.
        opening: How far the scales lean out from the egg, radians; the lowest lean most.
        top: Polar angle where the scales end, radians.
        core: How far from the middle the roots are, as a share of the egg.
    """
    cosine = np.linspace(-0.97, np.cos(top), count)
    polar = np.arccos(cosine)
    share = np.linspace(0.0, 1.0, count)
    along = np.arctan2(height / 2 * np.sin(polar), -radius * cosine)  # way up the egg, from the level
    pitch = along - opening * (1.15 - 0.75 * share)
    sizes = size * (0.5 + 0.5 * np.sin(np.pi * (0.12 + 0.72 * share)) ** 0.8)
    heights = height / 2 * (1 + core_height(radius, height, core) * cosine) - 0.25 * sizes * np.sin(pitch)
    return spiral(heights, core * radius * np.sin(polar), pitch, sizes, rng)


def core_height(radius: float, height: float, core: float) -> float:
    """Return how far along the axis the roots reach, as a share of the egg: its core is ``core`` times as wide."""
    return 1 - (1 - core) * min(1.0, 2 * radius / height)


def garlic_bulb(rng: np.random.Generator, *, radius: float, cloves: int) -> tuple[FacetMesh, Array, Array]:
    """Return a garlic bulb with its neck along +z: its clove bulges, and the height (0 to 1) and angle of vertices."""
    polar = np.concatenate([np.linspace(np.pi, 0.4, 22), np.linspace(0.36, 0.0, 10)])
    profile_r = np.sin(polar) ** 0.9 * (1 - 0.35 * np.clip(np.cos(polar), 0, 1) ** 2)
    profile_z = -np.cos(polar[::-1])[::-1] * 0.72
    neck = polar < 0.42
    profile_r[neck] = np.interp(polar[neck], [0.0, 0.42], [0.11, profile_r[~neck][-1]]) * [
        *np.ones(neck.sum() - 1),
        0.2,
    ]
    profile_z[neck] = np.interp(-polar[neck], [-0.42, 0.0], [profile_z[~neck][-1], 1.35])
    sides = 56
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    wobble = angle + 0.2 * np.sin(angle + rng.uniform(0, 6))
    bulge = 1 + 0.11 * (np.abs(np.cos(cloves / 2 * wobble)) ** 0.7 - 0.6)
    lobed = 1 + (bulge[None] - 1) * (np.sin(polar) ** 1.2)[:, None]
    lean = rng.normal(0, 0.16, 2)
    rise = np.clip(profile_z - 0.5, 0, None)[:, None]
    x = profile_r[:, None] * lobed * np.cos(angle) + lean[0] * rise
    y = profile_r[:, None] * lobed * np.sin(angle) + lean[1] * rise
    z = np.repeat(profile_z[:, None], sides, axis=1)
    (_, faces) = blob((1, 1, 1), columns=sides, rows=len(polar))
    ring = np.stack([x, y, z], axis=-1)[::-1].reshape(-1, 3)
    vertices = np.concatenate([ring, [[*(lean * 0.85), 1.36]], [[0, 0, -0.72]]]) * radius
    height = (vertices[:, 2] / radius + 0.72) / 2.08
    return (vertices, faces), height, np.concatenate([np.tile(wobble, len(polar)), [0.0, 0.0]])


def clove(rng: np.random.Generator, *, length: float) -> FacetMesh:
    """Return a garlic clove: a crescent with flat inner sides and a pointed tip at +x."""
    vertices, faces = blob((0.5, 0.27, 0.24), columns=24, rows=18)
    u = vertices[:, 0] * 2
    vertices[:, 1:] *= (1 - 0.62 * np.clip(u, 0, 1) ** 1.6 + 0.1 * (1 - u**2))[:, None]
    vertices[:, 2] += 0.16 * (1 - u**2) + np.abs(vertices[:, 1]) * rng.uniform(-0.7, -0.2)
    vertices[:, 1] += rng.normal(0, 0.06) * u**2
    return vertices * length * rng.uniform([0.9, 0.85, 0.85], [1.1, 1.2, 1.15]), faces


def root_stock(rng: np.random.Generator, *, length: float, thick: float, fingers: int) -> ArrayMesh:
    """Return a branched root like ginger: short knobs that grow from one another in a plane.

    Args:
        rng: Details.
        length: Along x, about.
        thick: Diameter of a knob.
        fingers: Side branches.
    """
    knobs: list[tuple[Array, Array, float, float]] = []
    steps = max(3, round(length / (1.5 * thick)))
    path = np.column_stack([
        np.linspace(-0.5, 0.5, steps) * length, rng.normal(0, 0.22 * thick, steps), rng.normal(0, 0.08 * thick, steps),
    ])  # fmt: skip
    for a, b in pairwise(path):
        knobs.append((a, b, thick / 2 * rng.uniform(0.85, 1.15), thick / 2 * rng.uniform(0.75, 1.05)))
    for number in range(fingers):
        start = path[int(rng.integers(steps))]
        turn = rng.normal(0, 0.5) + np.pi / 2 * (1 if number % 2 else -1)
        reach = thick * rng.uniform(0.9, 2.0)
        end = start + reach * np.array([np.cos(turn), np.sin(turn), rng.normal(0, 0.15)])
        knobs.append((start, end, thick / 2 * rng.uniform(0.8, 1.0), thick / 2 * rng.uniform(0.55, 0.85)))
    waves = rng.normal(0, 4.5 / thick, (6, 3))
    phase = rng.uniform(0, 6.3, 6)

    def field(p: Array) -> Array:
        total = np.full(len(p), 1.0)
        for start, end, wide, narrow in knobs:
            total = blend(total, capsule(p, tuple(start), tuple(end), wide, narrow), 0.18 * thick)
        return total + 0.02 * thick * np.sin(p @ waves.T + phase).sum(axis=1)

    ends = np.array([point for knob in knobs for point in knob[:2]])
    low, high = ends.min(axis=0) - thick, ends.max(axis=0) + thick
    return surface_nets(field, tuple(low), tuple(high), thick / 7.0)


def _values(u: Array, v: Array) -> Values:
    return {"along": both_sides(u), "fan": both_sides(v), "under": lower_side(*u.shape)}
