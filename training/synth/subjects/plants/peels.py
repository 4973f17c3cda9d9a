"""Curled sheets of peel and bark, and fried slices; metres."""

from __future__ import annotations

import numpy as np

from training.synth.kit.geometry import Array, ArrayMesh, FacetMesh
from training.synth.kit.grown_shapes import plate, waves
from training.synth.kit.thin_shapes import Values, bent, both_sides, grid, lower_side, shell, soft_noise


def bark_sheet(
    rng: np.random.Generator,
    *,
    length: float,
    width: float,
    thickness: float,
    across: float,
    along: float = 0.0,
    ragged: float = 0.04,
) -> tuple[ArrayMesh, Values]:
    """Return a piece of bark, its outer side up and its grain along x.

    Args:
        rng: Details.
        length: Along the grain.
        width: Measured around its bend.
        thickness: Of the bark.
        across: How far its sides bend down, in turns all together; over 1 it is a roll, each side rolled in.
        along: Curvature of its length, 1/m.
        ragged: Depth of the splinters at its ends, as a share of its length.
    """
    rows, columns = 16, 30 if across > 0.6 else 18
    u, v = grid(rows, columns)
    ends = ragged * np.cumsum(rng.normal(0, 0.35, (2, columns)), axis=1)
    ends -= ends.mean(axis=1, keepdims=True)
    x = (u - 0.5) * length * (1 + u * ends[0] - (1 - u) * ends[1])
    y = v * width / 2 * (1 + 0.06 * soft_noise(u, 0 * v, rng, waves=1.2)) + 0.04 * width * soft_noise(
        u, 0 * v, rng
    )
    z = 0.35 * thickness * soft_noise(u, v, rng, waves=3.0)
    if across > 0.6:
        middle = _rolled_in(x, y, z, width, across)
    else:
        middle = bent(np.stack([x, y, z], axis=-1), across=2 * np.pi * across / width)
    middle = bent(middle, along=along)
    mesh = shell(middle, thickness * (1 + 0.25 * soft_noise(u, v, rng)) * (1 - 0.3 * np.abs(v) ** 6))
    return mesh, {"along": both_sides(u), "fan": both_sides(v), "under": lower_side(rows, columns)}


def _rolled_in(x: Array, y: Array, z: Array, width: float, turns: float) -> Array:
    """Roll both sides of a sheet down and inwards into two scrolls that touch."""
    share = np.abs(2 * y / width)
    angle = 2 * np.pi * turns / 2 * share**1.1
    radius = width / (2 * np.pi * turns) * (1.25 - 0.45 * share.clip(0, 1.2)) + z
    # The middle of the sheet is the top of both scrolls; each goes round its own axis.
    side = np.sign(y)
    return np.stack(
        [x, side * radius * np.sin(angle) + side * 0.25 * radius, radius * np.cos(angle)], axis=-1
    )


def peel_star(
    rng: np.random.Generator, *, petals: int, length: float, curl: float
) -> list[tuple[ArrayMesh, Values]]:
    """Return the peel of a fruit cut into petals that hold together at its stem, lying with the outside up.

    Args:
        rng: Details.
        petals: Three or four.
        length: From the stem to the tip of a petal.
        curl: Curvature times length: above 0 the tips bend down.
    """
    parts = []
    for number in range(petals):
        turn = 2 * np.pi * (number + rng.uniform(-0.12, 0.12)) / petals
        own = length * rng.uniform(0.8, 1.15)
        width = 0.95 * rng.uniform(0.8, 1.1) * (3.4 / petals) ** 0.5
        (vertices, faces), values = peel_piece(
            rng, length=own, width=width * own, curl=curl + rng.normal(0, 0.5), side_curl=rng.normal(0.9, 0.7),
            root=0.35, start=-0.1 * own,
        )  # fmt: skip
        c, s = np.cos(turn), np.sin(turn)
        parts.append(((vertices @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]), faces), values))
    return parts


def peel_piece(
    rng: np.random.Generator,
    *,
    length: float,
    width: float,
    curl: float,
    side_curl: float,
    root: float = 0.5,
    start: float = 0.0,
    thickness: float = 0.0022,
) -> tuple[ArrayMesh, Values]:
    """Return one petal or scrap of dried peel, its outside up, from x = ``start`` on.

    Args:
        rng: Details.
        length: Along x.
        width: In the middle.
        curl: Curvature along x times the length; below 0 the tip rises.
        side_curl: Curvature across times the width.
        root: Width at the start over ``width``.
        start: Where it begins.
        thickness: Of the peel.
    """
    rows, columns = 16, 14
    u, v = grid(rows, columns)
    half = width / 2 * np.interp(u, [0, 0.2, 0.55, 0.85, 1], [root, 0.8, 1.0, 0.62, 0.12])
    half = half * (1 + 0.14 * soft_noise(u, np.sign(v), rng, waves=1.5))
    x, y = (
        start + u * length * (1 + 0.05 * soft_noise(u, v, rng)),
        half * v + 0.06 * width * soft_noise(u, 0 * v, rng),
    )
    z = 0.035 * length * soft_noise(u, v, rng, waves=1.3)
    middle = bent(np.stack([x, y, z], axis=-1), along=curl / length, across=side_curl / width)
    mesh = shell(middle, thickness * (1 + 0.2 * soft_noise(u, v, rng)))
    return mesh, {"along": both_sides(u), "fan": both_sides(v), "under": lower_side(rows, columns)}


def fried_slice(
    rng: np.random.Generator,
    *,
    size: float,
    saddle: float,
    folds: float,
    ridges: float = 0.0,
    corners: int = 0,
) -> tuple[FacetMesh, Array]:
    """Return a fried slice and each vertex's share of the way to its rim, 0 to 1.

    Args:
        rng: Details.
        size: Diameter.
        saddle: Height of its rise and fall over its size.
        folds: Height of its irregular waves over its size.
        ridges: Height of a wavy cut, metres.
        corners: 3: a triangle with round corners; 0: an oval.
    """
    angle = np.linspace(0, 2 * np.pi, 44, endpoint=False)
    away = np.ones(44)
    if corners:
        sector = np.mod(angle + rng.uniform(0, 6), 2 * np.pi / corners) - np.pi / corners
        away = np.minimum(0.62 / np.maximum(np.cos(sector), 0.2), 0.98)
    outline = (
        np.column_stack([np.cos(angle) * away, np.sin(angle) * away * rng.uniform(0.72, 1.0)]) * size / 2
    )
    outline *= 1 + 0.05 * waves(outline, rng, size=size * 0.6)[:, None]
    turn = rng.uniform(0, np.pi)
    cut = np.array([np.cos(turn + 0.7), np.sin(turn + 0.7)])
    seed = int(rng.integers(2**31))

    def dome(flat: Array, rim: Array) -> Array:
        p, q = flat @ [np.cos(turn), np.sin(turn)], flat @ [-np.sin(turn), np.cos(turn)]
        bump = waves(flat, np.random.default_rng(seed), size=size * 0.65, count=5)
        return (
            (1.4 * p**2 - 2.2 * q**2) / size * saddle * 4 + folds * size * bump * (0.3 + 0.7 * rim)
            + ridges * np.sin(flat @ cut * 2 * np.pi / 0.0055)
        )  # fmt: skip

    return plate(outline, thickness=0.0016, dome=dome, rings=11 if ridges else 8, edge=0.8)
