"""Articles of printed cloth: lengths, folded pieces, bolts, scarves, cushions, bags, pouches and garments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh, holding
from training.synth.kit.coat_patterns import noise, step
from training.synth.kit.draws import Parameters
from training.synth.kit.fur import CANVAS, Canvas, cut_sheet
from training.synth.kit.geometry import Array
from training.synth.kit.materials import cloth_material, glossy_material
from training.synth.kit.round_shapes import ball, smooth_path, tube
from training.synth.subjects.pelts.laying import folded, rested, rolled

GoodsMaker = Callable[[Parameters, Any, np.random.Generator], Sequence[Any]]
"""Makes an article, from its lot, its material and the generator of its details."""


def _grid(width: float, depth: float, columns: int, rows: int) -> tuple[Array, Array]:
    """Return places (N, 2) and quads (M, 4) of a sheet about the origin."""
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, columns) * width, np.linspace(-0.5, 0.5, rows) * depth)
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    faces = np.stack([corner, corner + 1, corner + columns + 1, corner + columns], axis=1)
    return np.column_stack([x.ravel(), y.ravel()]), faces


def _cloth(name: str, points: Array, faces: Array, flat: Array, lot: Parameters, material: Any) -> Any:
    thing = add_mesh(name, (points, faces), material)
    thing.location.z = 0.003
    place = np.column_stack([flat / lot["repeat_m"] + 40.3, 0 * flat[:, 0]]).astype(np.float32)
    thing.data.attributes.new(CANVAS, "FLOAT_VECTOR", "POINT").data.foreach_set("vector", place.ravel())
    return thing


def _creased(flat: Array, rng: np.random.Generator, height: float) -> Array:
    """Return a height (N,) with ridges as thrown cloth has."""
    x, y = flat.T
    seed = int(rng.integers(1 << 30))
    total = 0.3 * height * noise(x * 3, y * 3, seed)
    for number in range(7):
        turn, place = rng.uniform(0, np.pi), rng.normal(0, 0.25, 2)
        across = (
            (x - place[0]) * np.cos(turn)
            + (y - place[1]) * np.sin(turn)
            + 0.04 * noise(x * 4, y * 4, seed + number, 2)
        )
        along = (y - place[1]) * np.cos(turn) - (x - place[0]) * np.sin(turn)
        total += (
            height
            * rng.uniform(0.3, 1)
            * np.exp(-((across / rng.uniform(0.015, 0.05)) ** 2) - (along / rng.uniform(0.2, 0.5)) ** 2)
        )
    return np.maximum(total, 0) + 0.004 + 0.002 * noise(x * 8, y * 8, seed + 20)


def yardage(lot: Parameters, material: Any, rng: np.random.Generator) -> Sequence[Any]:
    """Throw down a length of cloth."""
    flat, faces = _grid(1.1 * lot["size"], 0.8 * lot["size"], 130, 100)
    high = _creased(flat, rng, 0.06)
    pulled = flat * (1 - 0.10 * rng.random(2)) + 0.04 * np.column_stack(
        [noise(flat[:, 0] * 3, flat[:, 1] * 3, int(rng.integers(1 << 30)), 2) for _ in "xy"]
    )
    return [_cloth("cloth", rested(np.column_stack([pulled, high])), faces, flat, lot, material)]


def folded_cloth(lot: Parameters, material: Any, rng: np.random.Generator) -> Sequence[Any]:
    """Make a piece folded three or four times, as on a shop table."""
    flat, faces = _grid(0.9 * lot["size"], 0.7 * lot["size"], 130, 100)
    points = np.column_stack([flat, 0.002 * noise(flat[:, 0] * 9, flat[:, 1] * 9, lot["seed"] % 999)])
    axes = [0, 1, 0] if rng.random() < 0.6 else [0, 1, 0, 1]
    for number, axis in enumerate(axes):
        low, high = points[:, axis].min(), points[:, axis].max()
        points = folded(
            points, axis, float(low + (high - low) * rng.uniform(0.46, 0.54)), 0.0035 * (1 + number) ** 1.3
        )
    points[:, 2] += 0.004 * noise(points[:, 0] * 6, points[:, 1] * 6, lot["seed"] % 997)
    return [_cloth("folded", rested(points), faces, flat, lot, material)]


def bolt(lot: Parameters, material: Any, rng: np.random.Generator) -> Sequence[Any]:
    """Roll up cloth."""
    flat, faces = _grid(2.2, 0.75 * lot["size"], 260, 30)
    points = rolled(np.column_stack([flat, 0 * flat[:, 0]]), 0.02, rng.uniform(0.004, 0.014))
    points[:, 2] += 0.001 * noise(points[:, 0] * 8, points[:, 1] * 30, lot["seed"] % 999)
    return [_cloth("bolt", rested(points), faces, flat, lot, material)]


def scarf(lot: Parameters, material: Any, rng: np.random.Generator) -> Sequence[Any]:
    """Lay a long scarf, gathered in pleats, lying in a bow or a loop."""
    length, width = 1.5 * lot["size"], 0.42
    flat, faces = _grid(length, width, 200, 60)
    share = flat[:, 0] / length + 0.5
    knots = np.array(
        [[0, 0, 0.0], [0.2, 0.12, 0], [0.42, 0.0, 0], [0.38, -0.22, 0], [0.12, -0.2, 0], [-0.15, -0.32, 0]]
    )
    if rng.random() < 0.5:
        knots = np.array([[0, 0, 0.0], [0.3, 0.1, 0], [0.6, -0.06, 0], [0.95, 0.08, 0], [1.2, 0.0, 0]])
    path = smooth_path(knots + rng.normal(0, 0.04, knots.shape) * [1, 1, 0], 200)
    tangent = np.gradient(path, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    index = np.clip((share * 199).round().astype(int), 0, 199)
    gather = 0.35 + 0.45 * np.abs(2 * share - 1) ** 2
    side = np.column_stack([-tangent[index, 1], tangent[index, 0]])
    pleats = np.sin(
        flat[:, 1] / width * 2 * np.pi * 4.5 + 2 * noise(share * 5, 0 * share, lot["seed"] % 999, 2)
    )
    place = path[index, :2] + side * (flat[:, 1] * gather)[:, None]
    high = 0.016 * (1 + pleats) * (1.3 - gather) + 0.022 * share + 0.004
    points = np.column_stack([place, high])
    return [_cloth("scarf", rested(points), faces, flat, lot, material)]


def cushion(lot: Parameters, material: Any, rng: np.random.Generator) -> Sequence[Any]:
    """Make a cushion with pulled-out corners and a piped seam."""
    side = 0.42 * lot["size"] * rng.uniform(0.85, 1.1)
    flat, faces = _grid(side, side, 60, 60)
    u, v = (2 * flat / side).T
    swell = np.sqrt(np.clip((1 - u**4) * (1 - v**4), 0, 1)) * 0.30 * side
    wrinkle = (
        0.004
        * noise(u * 4 + v * 9, v * 4 - u * 9, lot["seed"] % 999)
        * step(0.4, 1.0, np.maximum(np.abs(u), np.abs(v)))
    )
    pull = 1 - 0.05 * (1 - np.abs(np.column_stack([v, u])) ** 2) * np.abs(np.column_stack([u, v])) ** 3
    tops = [np.column_stack([flat * pull, sign * (swell + wrinkle)]) for sign in (1, -1)]
    points = np.concatenate(tops)
    whole = np.concatenate([faces, faces[:, ::-1] + len(flat)])
    coords = np.concatenate([flat, flat + 0.37])
    low = points[:, 2].min()
    thing = _cloth("cushion", points - [0, 0, low], whole, coords, lot, material)
    rim = np.concatenate([flat[:60], flat[59::60], flat[-60:][::-1], flat[::60][::-1]])
    rim = rim * (1 - 0.05 * (1 - np.abs(2 * rim[:, ::-1] / side) ** 2) * np.abs(2 * rim / side) ** 3)
    cord = smooth_path(np.column_stack([rim, 0 * rim[:, 0] - low])[::6], 160, closed=True)
    return [
        holding(
            thing,
            [add_mesh("piping", tube(cord, 0.004, sides=8, closed=True), cloth_material(tuple(lot["trim"])))],
        )
    ]


def _body(
    lot: Parameters, size: tuple[float, float, float], material: Any, *, taper: float, seed: int
) -> Any:
    """A soft box on z = 0: width, depth, height."""
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    levels = np.concatenate([[0.0, 0.0], np.linspace(0.0, 1.0, 30), [1.0]])
    inset = np.concatenate([[0.02, 0.85], 1 - 0.12 * np.exp(-np.linspace(0, 1, 30) * 12), [0.9]])
    cos, sin = (np.sign(f) * np.abs(f) ** 0.45 for f in (np.cos(angle), np.sin(angle)))
    wide = size[0] / 2 * inset * (1 - taper * levels)
    deep = size[1] / 2 * inset * (1 - 0.75 * levels**2 * (taper > 0))
    x, y = wide[:, None] * cos, deep[:, None] * sin
    z = np.repeat((levels * size[2])[:, None], 72, axis=1)
    points = np.stack([x, y, z], axis=-1).reshape(-1, 3)
    points += (
        0.02
        * size[0]
        * np.column_stack(
            [
                0 * angle.repeat(33)[: len(points)],
                noise(points[:, 0] * 14, points[:, 2] * 14, seed),
                0 * points[:, 0],
            ]
        )
    )
    n = len(levels)
    ring = np.arange(n - 1)[:, None] * 72
    j = np.arange(72)
    faces = np.stack(
        [ring + j, ring + (j + 1) % 72, ring + 72 + (j + 1) % 72, ring + 72 + j], axis=-1
    ).reshape(-1, 4)
    coords = np.column_stack([points[:, 0] + 0.6 * points[:, 1], points[:, 2] - 0.3 * points[:, 1]])
    return _cloth("bag", points, faces, coords, lot, material)


def bag(lot: Parameters, material: Any, rng: np.random.Generator) -> Sequence[Any]:
    """Make a handbag or tote that stands, with two handles and a dark rim and bottom."""
    width, height = 0.33 * lot["size"], rng.uniform(0.2, 0.34) * lot["size"]
    depth, taper = 0.13 * lot["size"], rng.uniform(0.03, 0.25)
    thing = _body(lot, (width, depth, height), material, taper=taper, seed=lot["seed"] % 999)
    leather = glossy_material("leather", tuple(lot["trim"]), roughness=0.35)
    brass = glossy_material("brass", (0.75, 0.55, 0.22), roughness=0.25, metal=1.0)
    reach, rise, parts = width * 0.24, rng.uniform(0.1, 0.2), []
    for side in (-1, 1):
        y = side * depth * 0.14
        half = [
            [0.7 * reach, 0.8 * y, height + rise * 0.8],
            [reach, y, height],
            [reach, 1.6 * y, height * 0.82],
        ]
        knots = [*([-x, *rest] for x, *rest in half[::-1]), [0, 0.7 * y, height + rise], *half]
        parts.append(add_mesh("handle", tube(smooth_path(knots, 60), 0.007, sides=10), leather))
        for end in (-1, 1):
            ring, quads = ball(0.012, sides=12)
            parts.append(
                add_mesh("stud", (ring + np.array([end * reach, 1.5 * y, height * 0.9]), quads), brass)
            )
    rim = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    cos, sin = (np.sign(f) * np.abs(f) ** 0.45 for f in (np.cos(rim), np.sin(rim)))
    edge = np.column_stack([width / 2 * (1 - taper) * 0.99 * cos, depth / 2 * 0.26 * sin, 0 * rim + height])
    parts.append(add_mesh("rim", tube(edge, 0.006, sides=8, closed=True), leather))
    return [holding(thing, parts)]


def pouch(lot: Parameters, material: Any, rng: np.random.Generator) -> Sequence[Any]:
    """Make a purse or wallet that lies on its side, with a zip along one edge."""
    width, height = rng.uniform(0.16, 0.24), rng.uniform(0.09, 0.15)
    flat, faces = _grid(width, height, 50, 36)
    u, v = 2 * flat[:, 0] / width, 2 * flat[:, 1] / height
    swell = np.clip((1 - np.abs(u) ** 5) * (1 - np.abs(v) ** 4), 0, 1) ** 0.5 * 0.02
    points = np.concatenate([np.column_stack([flat, sign * swell]) for sign in (1, -1)])
    low = points[:, 2].min()
    whole = np.concatenate([faces, faces[:, ::-1] + len(flat)])
    thing = _cloth("pouch", points - [0, 0, low], whole, np.concatenate([flat, flat]) * 1.5, lot, material)
    zipper = np.column_stack([np.linspace(-0.5, 0.5, 30) * width, np.full(30, height / 2), np.full(30, -low)])
    metal = glossy_material("zip", (0.6, 0.48, 0.25), roughness=0.3, metal=1.0)
    tab, quads = ball(0.006, sides=10)
    parts = [
        add_mesh("zip", tube(zipper, 0.0035, sides=8), metal),
        add_mesh("tab", (tab * [2.5, 1, 0.6] + [width * 0.45, height / 2 + 0.004, -low], quads), metal),
    ]
    return [holding(thing, parts)]


def _outline(kind: str, x: Array, y: Array) -> Array:
    """Return the depth inside a garment about one metre tall, its top at y = 0.5."""
    t = 0.5 - y
    if kind == "leggings":
        half = np.interp(t, [0, 0.12, 0.3, 1.0], [0.15, 0.19, 0.21, 0.21])
        leg = np.interp(t, [0.3, 0.6, 1.0], [0.10, 0.075, 0.05])
        gap = np.interp(t, [0.3, 1.0], [0.105, 0.15])
        depth = np.where(t < 0.3, half - np.abs(x), leg - np.abs(np.abs(x) - gap))
        return np.minimum(depth, np.minimum(t, 1.0 - t))
    half = np.interp(
        t,
        [0, 0.05, 0.2, 0.42, 0.55, 1.0],
        [0.17, 0.2, 0.2, 0.16, 0.19, 0.30] if kind == "dress" else [0.19, 0.22, 0.24, 0.23, 0.23, 0.24],
    )
    bottom = 1.0 if kind == "dress" else 0.68
    body = np.minimum(np.minimum(half - np.abs(x), t), bottom - t)
    neck = np.hypot(x / 0.09, t / 0.11) - 1
    arm = 0.075 - np.abs((t - 0.08) - 0.75 * (np.abs(x) - 0.2))
    sleeve = np.minimum(np.minimum(arm, 0.36 - np.abs(x)), t)
    return np.minimum(np.maximum(body, sleeve), neck * 0.09)


def hung_garment(lot: Parameters, material: Any, rng: np.random.Generator) -> Sequence[Any]:
    """Hang up leggings, a dress or a shirt."""
    return _garment(lot, material, rng, hanging=True)


def flat_garment(lot: Parameters, material: Any, rng: np.random.Generator) -> Sequence[Any]:
    """Lay down leggings, a dress or a shirt."""
    return _garment(lot, material, rng, hanging=False)


def _garment(lot: Parameters, material: Any, rng: np.random.Generator, *, hanging: bool) -> Sequence[Any]:
    kind = ["leggings", "dress", "shirt"][int(rng.integers(3))]
    x, y = np.meshgrid(np.linspace(-0.4, 0.4, 160), np.linspace(-0.52, 0.52, 208))
    inside = _outline(kind, x, y)
    canvas = Canvas(low=(-0.4, -0.52), high=(0.4, 0.52), colours=x, inside=inside, flow=x)
    sheet = cut_sheet(canvas, 0.01)
    flat = sheet.flat
    seed = int(rng.integers(1 << 30))
    folds = (
        noise(flat[:, 0] * 11, flat[:, 1] * 1.8, seed, 2) * step(0.45, 0.0, flat[:, 1])
        if hanging
        else _creased(flat, rng, 0.02) * 30
    )
    depth = (
        0.03 + 0.028 * folds + 0.05 * step(0.0, 0.1, inside[canvas.pixels(flat)])
        if hanging
        else 0.012 + 0.012 * folds
    )
    if not hanging:
        return [_cloth(kind, rested(np.column_stack([flat, depth])), sheet.faces, flat, lot, material)]
    points = np.column_stack([flat[:, 0] * 0.94, -depth, flat[:, 1]])
    thing = _cloth(kind, rested(points) - [0, 0.03, 0], sheet.faces, flat, lot, material)
    hook = np.array([[-0.2, -0.03, 0.95], [0, -0.03, 1.04], [0, -0.03, 1.1], [0.03, -0.03, 1.13]]) * [1, 1, 1]
    return [
        holding(
            thing,
            [
                add_mesh(
                    "hanger",
                    tube(smooth_path(hook[1:], 20), 0.003, sides=6),
                    glossy_material("wire", (0.3, 0.3, 0.3), 0.3, metal=1.0),
                )
            ],
        )
    ]
