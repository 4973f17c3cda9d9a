"""Precious coral as it grows: branching fans, cut twigs, and what carvers make of the axis."""

from __future__ import annotations

import math

import numpy as np

from training.synth.kit.assembly import Part, ripple
from training.synth.kit.distance_fields import surface_nets
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array
from training.synth.kit.round_shapes import ball, lathed, ring, smooth_path, tube

CORAL, FITTING = 0, 1
"""Material numbers of the parts."""


def draw_branch(draws: Draws) -> Parameters:
    """Draw a coral branch; colonies of Corallium grow as fans, mostly less than 0.3 m tall."""
    return {
        "height_m": draws.log_uniform(0.07, 0.28),
        "trunk": draws.uniform(0.028, 0.055),
        "wander": draws.uniform(0.12, 0.28),
        "fork_deg": draws.uniform(32, 60),
        "forks": draws.uniform(0.4, 0.66),
        "depth": draws.uniform(0.1, 0.35),
        "knobs": draws.uniform(0.02, 0.09),
        "foot": draws.weighted({"cut": 0.5, "rock": 0.25, "stand": 0.25}),
        "seed": draws.seed(),
    }


def laid_branch(values: Parameters) -> list[Part]:
    """Build a branch as its lot's arrangement asks: upright where it stands, else fallen."""
    return branch_parts(values, lying=values["arrangement"]["kind"] != "standing")


def branch_parts(values: Parameters, *, lying: bool) -> list[Part]:
    """Build a branching fan, upright in the xz plane or fallen onto its side."""
    height = values["height_m"]
    rods = _grown(values)
    points, faces = _skin(rods, height, values)
    along = _along(points, rods)
    parts = [Part(vertices=points, faces=faces, pattern=along)]
    if values["foot"] == "stand" and not lying:
        profile = [(1e-4, 0), (0.2, 0), (0.22, 0.02), (0.19, 0.04), (0.14, 0.05), (0.13, 0.08), (1e-4, 0.085)]
        stand, quads = lathed(np.array(profile) * height)
        parts.append(Part(vertices=stand - [0, 0, 0.06 * height], faces=quads, material=FITTING))
    if lying:
        parts = [part.moved(turn=np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])) for part in parts]
    return parts


def _grown(values: Parameters) -> Array:
    """Return the rods (N, 8) of a colony: start, end, both radii."""
    rng = np.random.default_rng(values["seed"])
    height = values["height_m"]
    rods: list[list[float]] = []
    buds = [(np.zeros(3), rng.normal(0, 0.12), height * rng.uniform(0.9, 1.05), height * values["trunk"], 0)]
    while buds and len(rods) < 420:
        place, lean, length, radius, order = buds.pop(0)
        _grow(values, rng, rods, buds, place, lean, length, radius, order)
    low = 1.3 * height * values["trunk"] if values["foot"] == "rock" else 0.0
    if low:
        rods.append([-0.8 * low, 0, -0.1 * low, 0.8 * low, 0.1 * low, 0, 0.9 * low, 0.8 * low])
    return np.array(rods)


def _grow(
    values: Parameters, rng: np.random.Generator, rods: list, buds: list, place: Array, lean: float,
    length: float, radius: float, order: int,
) -> None:  # fmt: skip
    """Add the rods of one branch, and the buds of those that spring from it."""
    step = max(length / 11, 1.1 * radius)
    steps, fork = max(int(length / step), 2), math.radians(values["fork_deg"])
    sway, side = rng.normal(0, 0.2), rng.choice([-1.0, 1.0])
    for number in range(steps):
        share = number / steps
        lean += rng.normal(0, values["wander"]) - 0.12 * lean * (order > 0)
        sway = 0.7 * sway + rng.normal(0, values["depth"])
        way = np.array([math.sin(lean), 0.7 * math.sin(sway), math.cos(lean)])
        end = place + way / np.linalg.norm(way) * step
        begin, finish = (radius * (1 - 0.62 * s**1.2) for s in (share, share + 1 / steps))
        rods.append([*place, *end, begin, finish])
        place = end
        if (
            order < 4
            and 0.12 < share < 0.93
            and rng.random() < values["forks"] * (1.1 if order < 2 else 0.75)
        ):
            side = -side if rng.random() < 0.8 else side
            rest = max(length * (1 - share) * rng.uniform(0.55, 1.0), 0.25 * length * rng.random())
            turn = lean + side * fork * rng.uniform(0.7, 1.3)
            if rest > 1.8 * finish and abs(turn) < 2.0:
                buds.append((place, turn, rest, finish * rng.uniform(0.6, 0.9), order + 1))


def _skin(rods: Array, height: float, values: Parameters) -> tuple[Array, Array]:
    """Mesh the rods as one body; each rod only touches the grid cells around it."""
    margin = float(rods[:, 6:].max()) * 1.6
    low = np.minimum(rods[:, :3], rods[:, 3:6]).min(axis=0) - margin
    high = np.maximum(rods[:, :3], rods[:, 3:6]).max(axis=0) + margin
    step = max(height / 120, float((high - low).max()) / 190)
    axes = [np.arange(a, b, step, dtype=np.float32) for a, b in zip(low.tolist(), high.tolist(), strict=True)]
    field = np.full([len(axis) for axis in axes], 3 * step, dtype=np.float32)
    for rod in rods:
        _carve(field, axes, rod, step, height)
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    near = np.abs(field.ravel()) < 2 * step
    bumps = np.zeros(field.size, dtype=np.float32)
    bumps[near] = (
        ripple(grid[near], values["seed"], 0.09 * height) * values["knobs"] * height * values["trunk"]
    )
    total = field.ravel() + bumps
    floor = -np.inf if values["foot"] == "rock" else 0.0
    total = np.maximum(total, floor - grid[:, 2]) if floor == 0.0 else total
    return surface_nets(lambda _: total, tuple(low.tolist()), tuple(high.tolist()), step)


def _carve(field: Array, axes: list[Array], rod: Array, step: float, height: float) -> None:
    start, end, wide, thin = rod[:3], rod[3:6], rod[6], rod[7]
    reach = max(wide, thin) + 3 * step
    spans = [
        slice(*np.searchsorted(axis, [min(a, b) - reach, max(a, b) + reach]))
        for axis, a, b in zip(axes, start, end, strict=True)
    ]
    x, y, z = np.ix_(*(axis[span] for axis, span in zip(axes, spans, strict=True)))
    way = end - start
    share = ((x - start[0]) * way[0] + (y - start[1]) * way[1] + (z - start[2]) * way[2]) / (way @ way)
    share = np.clip(share, 0, 1)
    gap = (x - start[0] - share * way[0]) ** 2 + (y - start[1] - share * way[1]) ** 2
    gap = np.sqrt(gap + (z - start[2] - share * way[2]) ** 2)
    rod_field = gap - np.maximum(wide + share * (thin - wide), 0.7 * step)
    box = field[spans[0], spans[1], spans[2]]
    fillet = 0.012 * height + 1.0 * step
    bulge = np.maximum(fillet - np.abs(box - rod_field), 0.0)
    field[spans[0], spans[1], spans[2]] = np.minimum(box, rod_field) - bulge**2 / (4 * fillet)


def _along(points: Array, rods: Array) -> Array:
    """Return pattern coordinates: x and y across the nearest rod, z along it."""
    middles = (rods[:, :3] + rods[:, 3:6]) / 2
    nearest = np.concatenate(
        [
            ((chunk[:, None] - middles) ** 2).sum(-1).argmin(1)
            for chunk in np.array_split(points, 1 + len(points) // 4000)
        ]
    )
    start, end = rods[nearest, :3], rods[nearest, 3:6]
    way = (end - start) / np.linalg.norm(end - start, axis=1, keepdims=True)
    gap = points - start
    far = (gap * way).sum(axis=1)
    across = gap - far[:, None] * way
    return np.column_stack([across[:, 0] + across[:, 2], across[:, 1], far])


def draw_twig(draws: Draws) -> Parameters:
    """Draw a short cut piece of a branch."""
    return {
        "length_m": draws.log_uniform(0.014, 0.06),
        "radius": draws.uniform(0.07, 0.17),
        "stubs": draws.integer(0, 3),
        "seed": draws.seed(),
    }


def twig_parts(values: Parameters) -> list[Part]:
    """Build a cut twig along x."""
    rng = np.random.default_rng(values["seed"])
    length = values["length_m"]
    thick = values["radius"] * length
    knots = np.linspace(-0.5, 0.5, 5)[:, None] * [length, 0, 0] + rng.normal(0, 0.05 * length, (5, 3)) * [
        0.3,
        1,
        0.6,
    ]
    path = smooth_path(knots, 16)
    radius = thick * np.linspace(1.0, rng.uniform(0.45, 0.85), 16) * (1 + 0.07 * rng.normal(size=16))
    radius[-1] *= rng.uniform(0.4, 0.9)
    parts = [_rod(path, radius, 12)]
    for _ in range(values["stubs"]):
        root = int(rng.integers(3, 13))
        way = rng.normal(0, 1, 3) * [0.3, 1, 0.5] + [0.7, 0, 0]
        way /= np.linalg.norm(way)
        far = thick * rng.uniform(1.6, 4.5)
        stub = smooth_path(
            [path[root], path[root] + way * 0.5 * far, path[root] + way * far + [0.2 * far, 0, 0]], 8
        )
        parts.append(_rod(stub, radius[root] * np.linspace(0.8, 0.42, 8), 10))
    return parts


def _rod(path: Array, radius: Array, sides: int) -> Part:
    points, faces = tube(path, radius, sides=sides)
    far = np.repeat(np.linspace(0, 0.03, len(points) // sides), sides)
    angle = np.tile(np.linspace(0, 2 * math.pi, sides, endpoint=False), len(points) // sides)
    pattern = np.column_stack([0.004 * np.cos(angle), 0.004 * np.sin(angle), far])
    return Part(vertices=points, faces=faces, pattern=pattern)


def draw_cabochon(draws: Draws) -> Parameters:
    """Draw a domed stone, bare or set in metal as a ring, pendant or brooch."""
    return {
        "length_m": draws.log_uniform(0.009, 0.034),
        "aspect": draws.uniform(0.62, 1.0),
        "dome": draws.uniform(0.25, 0.5),
        "setting": draws.weighted({"none": 0.08, "ring": 0.37, "pendant": 0.33, "beaded": 0.22}),
        "rose": draws.chance(0.4),
        "seed": draws.seed(),
    }


def cabochon_parts(values: Parameters) -> list[Part]:
    """Build a cabochon, or a carved rose, and its setting."""
    length, aspect = values["length_m"], values["aspect"]
    oval = np.array([length / 2, length / 2 * aspect, length])
    u = np.linspace(0, math.pi / 2, 22)
    profile = np.column_stack(
        [np.r_[1e-4, np.sin(u), 0.96, 1e-4], np.r_[1, np.cos(u), -0.18, -0.2] * values["dome"]]
    )
    points, faces = lathed(profile, sides=48)
    points = points * oval
    if values["rose"]:
        points = _petals(points, oval)
    parts = [Part(vertices=points, faces=faces)]
    if values["setting"] == "none":
        return parts
    return parts + _setting(values, oval)


def _petals(points: Array, oval: Array) -> Array:
    """Fold a dome into overlapping petals."""
    u, v = points[:, 0] / oval[0], points[:, 1] / oval[1]
    radius, angle = np.hypot(u, v), np.arctan2(v, u)
    turn = (angle * 5 / (2 * math.pi) + 2.6 * np.sqrt(radius)) % 1.0
    fold = turn * np.clip(radius * 3, 0, 1) - 0.5
    swell = 1 + 0.16 * np.cos(5 * angle + 2) * radius
    return points * np.column_stack([swell, swell, 1 + 0 * swell]) + np.column_stack(
        [0 * u, 0 * u, 0.10 * oval[0] * fold * 1.5]
    )


def _setting(values: Parameters, oval: Array) -> list[Part]:
    kind, size = values["setting"], float(oval[0])
    squash = [1, values["aspect"], 1]
    bezel, faces = ring(0.93 * size, 0.34 * size, 0.16 * size, squareness=0.6)
    parts = [Part(vertices=bezel * squash + [0, 0, -0.05 * size], faces=faces, material=FITTING)]
    if kind == "ring":
        hoop, faces = ring(0.0085, 0.0035, 0.0016, squareness=0.5)
        upright = hoop[:, [0, 2, 1]] * [1, 1, -1] - [0, 0, 0.0095 + 0.1 * size]
        parts.append(Part(vertices=upright, faces=faces, material=FITTING))
    if kind == "pendant":
        loop, faces = ring(0.12 * size + 0.001, 0.0012, 0.0011)
        parts.append(Part(vertices=loop + [1.25 * size + 0.001, 0, 0], faces=faces, material=FITTING))
    if kind in ("beaded", "pendant"):
        for turn in np.linspace(0, 2 * math.pi, 26, endpoint=False):
            grain, faces = ball(0.085 * size, sides=8)
            place = 1.12 * size * np.array([math.cos(turn), math.sin(turn) * values["aspect"], -0.08])
            parts.append(Part(vertices=grain + place, faces=faces, material=FITTING))
    return parts
