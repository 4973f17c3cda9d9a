"""How authorities show a few large things: in rows, in an officer's hands, on a scale, laid out with numbers, close by."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh, blender
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array, Point
from training.synth.kit.grown_materials import grown
from training.synth.kit.grown_shapes import moved
from training.synth.kit.meshes import box_mesh
from training.synth.setting.exhibits import (
    add_mark,
    add_press_wall,
    add_scale,
    add_sheet,
    draw_marks,
    draw_scale,
    draw_sheet,
)
from training.synth.setting.people import SHOULDER_M, Grip, add_person, draw_person
from training.synth.setting.staged import corners_of, draw_staging, staged, unmoved

Drawer = Callable[[Draws, int, str], Parameters]
"""Draws so many pieces for one of `DISPLAYS`."""

Maker = Callable[[Parameters], Sequence[Any]]
"""Makes the drawn pieces, lying."""

_TABLES = {"boards": 0.2, "cloth": 0.25, "plastic": 0.1, "steel": 0.1, "concrete": 0.12, "tiles": 0.08, "paper": 0.08, "cardboard": 0.07}  # fmt: skip
_FLOORS = {"concrete": 0.4, "tiles": 0.3, "boards": 0.15, "carpet": 0.15}
_COUNTS = {
    "rows": (4, 14),
    "held": (1, 1),
    "sawn": (4, 14),
    "weighed": (1, 2),
    "close": (1, 3),
    "laid out": (5, 14),
}

_VIEWS: dict[str, dict[str, Any]] = {
    "rows": {"elevation": (4, 40), "fill": (0.9, 1.6), "turn": 40, "ground": _FLOORS, "bare": True},
    "held": {"elevation": (-6, 18), "fill": (0.9, 1.35), "turn": 35, "ground": _FLOORS, "bare": True},
    "sawn": {"elevation": (35, 88), "fill": (0.8, 1.3), "ground": _TABLES},
    "weighed": {"elevation": (15, 55), "fill": (0.7, 1.1), "turn": 35, "ground": _TABLES},
    "close": {"elevation": (15, 75), "fill": (0.95, 1.6), "ground": _TABLES},
    "laid out": {"elevation": (35, 88), "fill": (0.8, 1.3), "turn": 60, "ground": _TABLES},
}  # fmt: skip
_TABLE_M = 0.74  # height of a table


def draw_display(draws: Draws, form: str) -> Parameters:
    """Draw a display without its pieces: their number, order, marks, people and the view."""
    low, high = _COUNTS[form]
    count = draws.integer(low, high)
    drawn: Parameters = {
        "form": form,
        "arrangement": unmoved(draws.part("arrangement")),
        "count": count,
        "rows": max(1, round(math.sqrt(count * draws.uniform(0.25, 0.7)))),
        "table": draws.chance(0.5),
        "upright": draws.chance(0.5),
        "order": draws.choice(("size", "mixed")),
        "gap": draws.uniform(0.15, 0.9),
        "sheet": draw_sheet(draws.part("sheet")) if draws.chance(0.4) else None,
        "marks": draw_marks(draws.part("marks")),
        "scale": draw_scale(draws.part("scale")),
        "people": [
            draw_person(draws.part(f"person {n}"), draws.choice(("officer", "officer", "worker")))
            for n in range(draws.integer(0, 3))
        ],
        "holder": draw_person(draws.part("holder"), "officer"),
        "tilt_deg": draws.choice((draws.uniform(-40, 40), draws.uniform(55, 100))),
        "high": draws.uniform(1.05, 1.3),
        "crop": draws.choice(("horn", "bust", "bust", "figure")),
        "press_wall": draws.chance(0.35),
        "seed": draws.seed(),
    }
    return {**drawn, "staging": draw_staging(draws.part("view"), **_VIEWS[form])}


def build_display(display: Parameters, pieces: Sequence[Any]) -> list[Any]:
    """Place the pieces as the display says; returns the lot.

    Args:
        display: From `draw_display`.
        pieces: Each centred on the origin, on z = 0, upright if it is to stand.
    """
    rng = np.random.default_rng(display["seed"])
    blender().context.view_layer.update()
    builders = {"held": _held, "weighed": _weighed, "close": _close}
    return builders.get(display["form"], _in_rows)(display, list(pieces), rng)


def _in_rows(display: Parameters, pieces: list[Any], rng: np.random.Generator) -> list[Any]:
    if display["order"] == "size":
        pieces = sorted(pieces, key=lambda piece: -max(piece.dimensions))
    lying = not stands(display)
    sizes = np.array([[*piece.dimensions] for piece in pieces])
    if lying:  # their length towards the viewer
        sizes = sizes[:, [1, 0, 2]]
    high = _TABLE_M if display["form"] == "rows" and display["table"] else 0.0
    y, wide = 0.0, 0.0
    for row in np.array_split(np.arange(len(pieces)), display["rows"]):  # the tallest stand behind
        deep = float(sizes[row, 1].max())
        gap = display["gap"] * 0.5 * float(sizes[row, 0].mean())
        across = np.cumsum(sizes[row, 0] + gap) - (sizes[row, 0] + gap) / 2
        across -= (across[0] + across[-1]) / 2
        for k, x in zip(row, across, strict=True):
            spot = (x, y + rng.normal(0, 0.04) * deep, high)
            pieces[k].location = spot
            pieces[k].rotation_euler.z += rng.normal(0, 0.12) + (math.pi / 2 if lying else 0.0)
            add_mark(display["marks"], int(k), (spot[0], spot[1] - sizes[k, 1] / 2, high))
        wide = max(wide, float(np.ptp(across)) + float(sizes[row, 0].max()))
        y -= deep * (1.1 + 0.6 * display["gap"])
    if high:
        _add_table(display, wide, y)
    elif display["sheet"]:
        add_sheet(display["sheet"], (0.62 * wide + 0.12, 0.8 * abs(y) + 0.15), thick=0.0015)
    if not lying:
        _onlookers(display, rng)
    return staged(pieces)


def _add_table(display: Parameters, wide: float, y: float) -> None:
    """Add a table under rows, with a cloth that hangs to the floor."""
    tone = np.array(display["sheet"]["colour"] if display["sheet"] else (0.30, 0.22, 0.13))
    look = grown("table", [tone * 0.8, tone], size=0.15, roughness=0.8, bump=0.002, variety=0.0)
    mesh = box_mesh(wide + 0.4, abs(y) + 0.45, _TABLE_M)
    add_mesh("table", moved(mesh, (0.0, y / 2 + 0.02, 0.0)), look.material)


def _onlookers(display: Parameters, rng: np.random.Generator) -> None:
    """Add people behind the rows, and the wall behind them."""
    for number, person in enumerate(display["people"]):
        x = (number - (len(display["people"]) - 1) / 2) * 0.65 + rng.normal(0, 0.12)
        add_person(person, (x, 0.55 + rng.uniform(0, 0.4), 0.0), turn=rng.normal(0, 0.35))
    if display["press_wall"]:
        add_press_wall(1.6, display["seed"])


def _weighed(display: Parameters, pieces: list[Any], rng: np.random.Generator) -> list[Any]:
    half = 0.5 * max(float(max(piece.dimensions.x, piece.dimensions.y)) for piece in pieces)
    plate = add_scale(display["scale"], half)
    for number, piece in enumerate(pieces):
        shift = (number - (len(pieces) - 1) / 2) * 1.1 * float(piece.dimensions.y)
        piece.location = (rng.normal(0, 0.02), shift + 0.03, plate)
        piece.rotation_euler.z += rng.normal(0, 0.3)
    return staged(pieces, (-0.75 * half, -0.8 * half, 0.0), (0.75 * half, 0.6 * half, plate + 0.25 * half))


def _close(display: Parameters, pieces: list[Any], rng: np.random.Generator) -> list[Any]:
    across = 0.0
    for piece in pieces:
        piece.location = (rng.normal(0, 0.03), across, 0.0)
        piece.rotation_euler.z += rng.normal(0, 0.25)
        across -= 1.02 * float(piece.dimensions.y)
    if display["sheet"]:
        add_sheet(display["sheet"], (1.2, 1.2), thick=0.0015)
    return staged(pieces)


def _held(display: Parameters, pieces: list[Any], rng: np.random.Generator) -> list[Any]:
    """Let an officer hold the first piece before the chest, one hand low and one high."""
    piece = pieces[0]
    low, high = _grips(piece, display)
    add_person(display["holder"], (0.0, 0.0, 0.0), grips=(high, low) if low.centre[0] > high.centre[0] else (low, high))  # fmt: skip
    for number, person in enumerate(display["people"][:2]):
        x = (0.75 + 0.2 * rng.random()) * (1 if number else -1)
        add_person(person, (x, 0.4 + rng.uniform(0, 0.8), 0.0), turn=rng.normal(0, 0.4))
    if display["press_wall"]:
        add_press_wall(1.9, display["seed"])
    blender().context.view_layer.update()
    corners = corners_of([piece])
    frame = {
        "horn": (corners.min(axis=0), corners.max(axis=0)),
        "bust": ((-0.42, -0.3, 0.85), (0.42, 0.0, 1.85)),
        "figure": ((-0.55, -0.3, 0.1), (0.55, 0.0, 1.85)),
    }[display["crop"]]
    return staged([piece], *frame)


def _grips(piece: Any, display: Parameters) -> tuple[Grip, Grip]:
    """Tilt an upright piece in the officer's hands; returns where it is held, low and high."""
    person = display["holder"]
    points = _coordinates(piece)
    long = float(np.ptp(points[:, 2]))
    tilt = math.radians(display["tilt_deg"])
    turn = np.array([[math.cos(tilt), 0, math.sin(tilt)], [0, 1, 0], [-math.sin(tilt), 0, math.cos(tilt)]])
    middle = np.array([0.0, -0.30, min(display["high"], SHOULDER_M - 0.1)])
    shares = (0.14, min(0.72, 0.14 + 0.5 / long))
    grips = [_grip(points, share, long, turn, middle) for share in shares]
    size = person["size"]
    piece.rotation_euler = (0.0, tilt, 0.0)
    centre = turn @ np.array([0.0, 0.0, long / 2])
    piece.location = tuple((middle - centre) * size)
    piece.scale = (size,) * 3
    return grips[0], grips[1]


def _grip(points: Array, share: float, long: float, turn: Array, middle: Array) -> Grip:
    """Return a grip around the slice at that share of the length, after the turn about the middle of the axis."""
    low = points[:, 2].min()
    near = points[np.abs(points[:, 2] - low - share * long) < 0.06 * long]
    centre = (near.min(axis=0) + near.max(axis=0)) / 2
    radius = 0.25 * float(np.ptp(near[:, 0]) + np.ptp(near[:, 1]))
    there = turn @ (centre - [0.0, 0.0, low + long / 2]) + middle
    axis = turn @ np.array([0.0, 0.0, 1.0])
    return Grip(centre=_point(there), axis=_point(axis), radius=min(radius, 0.11))


def _point(place: Array) -> Point:
    x, y, z = (float(number) for number in place)
    return x, y, z


def draw_lot_on_display(draw: Drawer, draws: Draws, form: str) -> Parameters:
    """Draw a display and what it shows."""
    display = draw_display(draws.part("display"), form)
    return {**display, "lot": draw(draws.part("lot"), display["count"], form)}


def upright(piece: Any) -> Any:
    """Stand a horn on its base: the points whose attribute ``along`` is least, flat on the ground."""
    points, along = _coordinates(piece), _along(piece)
    base = points[along < along.min() + 0.012]
    middle = base.mean(axis=0)
    normal = np.linalg.svd(base - middle, full_matrices=False)[2][2]
    if normal @ (points.mean(axis=0) - middle) < 0:
        normal = -normal
    side = np.cross(normal, points.mean(axis=0) - middle + [1e-6, 0.0, 0.0])
    side /= np.linalg.norm(side)
    points = (points - middle) @ np.stack(
        [np.cross(side, normal), side, normal]
    ).T  # it curves in the xz plane
    low, high = points.min(axis=0), points.max(axis=0)
    points -= [
        (low[0] + high[0]) / 2,
        (low[1] + high[1]) / 2,
        np.quantile(points[along < along.min() + 0.012][:, 2], 0.1),
    ]
    piece.data.vertices.foreach_set("co", points.astype(np.float32).ravel())
    piece.data.update()
    return piece


def _coordinates(piece: Any) -> Array:
    points = np.empty(len(piece.data.vertices) * 3, dtype=np.float32)
    piece.data.vertices.foreach_get("co", points)
    return points.reshape(-1, 3).astype(float)


def _along(piece: Any) -> Array:
    """Return how far along its horn each point is; points of other parts are left out by a large number."""
    attributes = piece.data.attributes
    values = np.zeros(len(piece.data.vertices), dtype=np.float32)
    attributes["along"].data.foreach_get("value", values)
    for other in ("skirt", "sole", "inside", "cut"):
        if other in attributes and other != "skirt":
            marked = np.zeros(len(values), dtype=np.float32)
            attributes[other].data.foreach_get("value", marked)
            values = np.where(marked > 0.5, 9.0, values)
    return values


def stands(display: Parameters) -> bool:
    """Whether the pieces of a display are made upright."""
    return display["form"] in ("rows", "held") or (display["form"] == "close" and display["upright"])


def make_lot_on_display(make: Maker, display: Parameters) -> list[Any]:
    """Make what a display shows and build it.

    Args:
        make: Makes the pieces, lying.
        display: From `draw_lot_on_display`.
    """
    pieces = make(display["lot"])
    if stands(display):
        pieces = [upright(piece) for piece in pieces]
    return build_display(display, pieces)
