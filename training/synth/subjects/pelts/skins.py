"""Whole skins as objects: painted, cut out, laid in some way, covered with hair; for cats and for other animals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh
from training.synth.kit.coat_patterns import noise
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.fur import (
    Canvas,
    Sheet,
    add_hairs,
    add_sheet,
    coat_image,
    cut_sheet,
    fur_shader,
    paint,
    shaped,
)
from training.synth.kit.geometry import Array, Numbers
from training.synth.kit.materials import cloth_material, glossy_material, wood_material
from training.synth.kit.meshes import box_mesh
from training.synth.kit.round_shapes import tube
from training.synth.subjects.pelts.laying import draped, folded, hung, laid, rested, rolled
from training.synth.subjects.pelts.outline import Regions, bounds, regions

Painter = Callable[[Regions], Array]
"""From the regions of a skin to the display colour (N, 3) of each place."""


def paint_pelt(outline: Parameters, painter: Painter, *, pixels: int = 620, streaks: float = 0.10) -> Canvas:
    """Paint a whole skin, ``pixels`` long from nose to tail."""
    x0, y0, x1, y1 = bounds(outline)

    def colour(x: Array, y: Array) -> tuple[Array, Array, Array]:
        at = regions(outline, x, y)
        return painter(at), at.depth, np.stack([at.flow_x, at.flow_y], axis=1)

    return paint((x0, y0), (x1, y1), (x1 - x0) / pixels, colour, seed=outline["seed"], streaks=streaks)


def paint_trunk(
    outline: Parameters, painter: Painter, size: tuple[float, float], pixel: float, middle: float = 0.5
) -> Canvas:
    """Paint a piece of the trunk, ``size`` metres along and across, around a place along the body."""
    x = middle * outline["body"]

    def colour(a: Array, b: Array) -> tuple[Array, Array, Array]:
        at = regions(outline, a + x, b)
        return painter(at), np.full_like(a, 1.0), np.stack([at.flow_x, at.flow_y], axis=1)

    low, high = (-size[0] / 2, -size[1] / 2), (size[0] / 2, size[1] / 2)
    return paint(low, high, pixel, colour, seed=outline["seed"])


def draw_lay(draws: Draws, way: str) -> Parameters:
    """Draw how a skin is laid: ``floor``, ``hanging``, ``folded``, ``rolled`` or ``draped``."""
    return {
        "way": way,
        "waves": draws.uniform(0.004, 0.03),
        "curl": draws.uniform(0.0, 0.07),
        "hang": draws.weighted({"head_up": 0.45, "head_down": 0.3, "level": 0.25}),
        "droop": draws.uniform(0.0, 0.12),
        "folds": draws.choice([["y"], ["x"], ["y", "x"], ["y", "x"], ["y", "x", "x"]]),
        "fold_at": [draws.uniform(0.0, 0.12), draws.uniform(0.02, 0.2), draws.uniform(0.02, 0.2)],
        "cloth": draws.chance(0.5),
        "rope": draws.chance(0.5),
        "support": draws.weighted({"rail": 0.4, "bench": 0.6}),
        "top": draws.uniform(0.2, 0.42),
        "across": draws.chance(0.5),
        "paint": list(
            draws.colour(
                draws.choice([(0.25, 0.14, 0.07), (0.3, 0.3, 0.3), (0.05, 0.05, 0.06), (0.5, 0.48, 0.44)])
            )
        ),
        "seed": draws.seed(),
    }


def lay(sheet: Sheet, canvas: Canvas, how: Parameters) -> tuple[Sheet, list[Any]]:
    """Lay a sheet as drawn; return it and what holds it."""
    flat, seed = sheet.flat, how["seed"]
    depth = canvas.inside[canvas.pixels(flat)]
    if how["way"] == "hanging":
        return shaped(
            sheet, rested(hung(flat, seed, way=how["hang"], waves=2 * how["waves"], droop=how["droop"]))
        ), []
    points = laid(flat, seed, waves=how["waves"], curl=how["curl"], depth=depth)
    if how["way"] == "folded":
        return shaped(sheet, rested(_fold(points, how))), []
    if how["way"] == "rolled":
        return _roll(sheet, points, how)
    if how["way"] == "draped":
        return _drape(sheet, points, how)
    return shaped(sheet, rested(points)), []


def _fold(points: Array, how: Parameters) -> Array:
    """Fold about the spine, then across, each time under the rest."""
    for number, axis in enumerate(how["folds"]):
        column, side = (1 if axis == "y" else 0), (-1 if number == 1 else 1)
        share = 0.5 + side * how["fold_at"][number]
        at = float(np.quantile(points[:, column], share))
        points = folded(points, column, at, 0.012 + 0.012 * number, side=side)
    x, y, z = points.T
    sag = 0.01 * noise(x * 4, y * 4, how["seed"] + 5, 2)
    return np.column_stack([x, y, z + sag])


def _roll(sheet: Sheet, points: Array, how: Parameters) -> tuple[Sheet, list[Any]]:
    width = float(np.percentile(np.abs(points[:, 1]), 75))
    for side in (1, -1):
        points = folded(points, 1, side * width, 0.012, side=side)
    core = 0.02 + 0.03 * how["top"]
    curled = rolled(points, core, 0.035)
    curled[:, 2] += 0.006 * noise(curled[:, 0] * 6, curled[:, 1] * 6, how["seed"], 2)
    curled = rested(curled)
    things = _ropes(curled) if how["rope"] else []
    return shaped(sheet, curled), things


def _ropes(points: Array) -> list[Any]:
    """Tie a roll along x with two strings."""
    things = []
    string = glossy_material("string", (0.55, 0.45, 0.28), roughness=0.8)
    for share in (0.3, 0.7):
        low, high = points.min(axis=0), points.max(axis=0)
        place = low[0] + share * (high[0] - low[0])
        near = points[np.abs(points[:, 0] - place) < 0.04]
        radii = (near.max(axis=0) - near.min(axis=0)) / 2
        middle = (near.max(axis=0) + near.min(axis=0)) / 2
        angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        ring = np.column_stack(
            [
                0 * angle + place,
                middle[1] + (radii[1] + 0.004) * np.cos(angle),
                middle[2] + (radii[2] + 0.004) * np.sin(angle),
            ]
        )
        things.append(add_mesh("string", tube(ring, 0.005, sides=8, closed=True), string))
    return things


def _drape(sheet: Sheet, points: Array, how: Parameters) -> tuple[Sheet, list[Any]]:
    """Hang over a rail, or over a bench that reaches to the floor."""
    if how["across"]:
        points = points[:, [1, 0, 2]] * [-1, 1, 1]
        points[:, 1] -= points[:, 1].mean() + 0.1
    top = 0.01 if how["support"] == "rail" else how["top"]
    radius = 0.03 if how["support"] == "rail" else 0.045
    over = draped(points, top, radius, how["seed"])
    low, high = over.min(axis=0), over.max(axis=0)
    over[:, 2] -= low[2]
    on_top = np.abs(points[:, 1]) <= top / 2 + 0.004
    height = float((over[on_top] if on_top.any() else over)[:, 2].min()) - 0.004
    height = height if on_top.any() else float(over[:, 2].max()) - 0.03
    middle = (low[0] + high[0]) / 2
    over[:, 0] -= middle
    length = float(high[0] - low[0]) * 0.8 + 0.12
    if how["support"] == "rail":
        rod = np.array(
            [[-length / 2, 0, height - radius], [0, 0, height - radius], [length / 2, 0, height - radius]]
        )
        things = [
            add_mesh(
                "rail", tube(rod, radius * 0.85, sides=20), glossy_material("rail", tuple(how["paint"]), 0.35)
            )
        ]
        for end in (-1, 1):
            post = np.array(
                [[end * length / 2, 0, 0], [end * length / 2, 0, height / 2], [end * length / 2, 0, height]]
            )
            things.append(
                add_mesh(
                    "post", tube(post, 0.02, sides=12), glossy_material("post", tuple(how["paint"]), 0.4)
                )
            )
        return shaped(sheet, over), things
    block = add_mesh(
        "bench",
        box_mesh(length, top + 0.4 * radius, height),
        cloth_material(tuple(how["paint"])) if how["cloth"] else wood_material(),
    )
    return shaped(sheet, over), [block]


def add_skin(
    sheet: Sheet,
    canvas: Canvas,
    rng: np.random.Generator,
    *,
    leather: Numbers,
    hair: float,
    hairs: int = 45000,
    lift: float = 0.35,
) -> Any:
    """Add a laid skin with its hair."""
    thing = add_sheet("skin", sheet, canvas, fur_shader(coat_image(canvas.colours), leather=leather).material)
    add_hairs(thing, sheet, canvas, rng, count=hairs, length=hair, lift=lift)
    return thing


def piece_outline(
    canvas: Canvas, rng: np.random.Generator, size: tuple[float, float], *, ragged: float = 0.006
) -> Array:
    """Return the depth (H, W) inside a roughly rectangular cut in the middle of a canvas."""
    height, width = canvas.inside.shape
    x, y = np.meshgrid(
        np.linspace(canvas.low[0], canvas.high[0], width), np.linspace(canvas.low[1], canvas.high[1], height)
    )
    half = np.array(size) / 2
    skew, taper = rng.normal(0, 0.15), rng.normal(0, 0.15)
    across = y + skew * x
    wide = half[1] * (1 + taper * x / half[0])
    depth = np.minimum(half[0] - np.abs(x + rng.normal(0, 0.15) * y), wide - np.abs(across))
    corner = rng.uniform(0.0, 0.3) * half.min()
    depth = np.minimum(depth, (half.sum() - corner - np.abs(x) - np.abs(across)) * 0.7)
    return depth + ragged * noise(x * 60, y * 60, int(rng.integers(1 << 30)))


def plain_cut(
    sheet_canvas: Canvas, rng: np.random.Generator, size: tuple[float, float], pitch: float
) -> Sheet:
    """Cut a piece out of a canvas."""
    return cut_sheet(sheet_canvas, pitch, within=piece_outline(sheet_canvas, rng, size))
