"""How many small things are hoarded and seized: heaps that fill the picture or lie on a sheet, sacks, bags, jars, trays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh, blender
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Point
from training.synth.kit.materials import glossy_material
from training.synth.kit.meshes import box_mesh
from training.synth.setting.containers import build_container, draw_container
from training.synth.setting.exhibits import (
    add_bag,
    add_clear_bag,
    add_jar,
    add_press_wall,
    add_sheet,
    draw_sheet,
)
from training.synth.setting.mounds import bed, heap, lay_mound, pack_inside
from training.synth.setting.people import Grip, add_person, draw_person
from training.synth.setting.staged import draw_staging, staged, unmoved

Drawer = Callable[[Draws], Parameters]
"""Draws the things of a hoard: ``core`` is the colour between them, linear RGB, the rest is the maker's."""

Maker = Callable[[Parameters], Sequence[Any]]
"""Makes variants of one thing, which lie on z = 0 about the origin."""

HOARDS = {"filling": 0.24, "sheet": 0.2, "sacks": 0.14, "foil": 0.08, "jar": 0.1, "clear bag": 0.08, "tray": 0.08, "bowl": 0.08}  # fmt: skip
"""The kinds of hoard with their frequency."""

_FLOORS = {"concrete": 0.45, "tiles": 0.2, "soil": 0.15, "boards": 0.1, "cardboard": 0.1}
_TABLES = {"boards": 0.25, "cloth": 0.15, "plastic": 0.15, "steel": 0.1, "newspaper": 0.1, "flowers": 0.1, "concrete": 0.15}  # fmt: skip
_VIEWS: dict[str, dict[str, Any]] = {
    "filling": {"elevation": (50, 89), "fill": (1.9, 2.6), "bare": True},
    "sheet": {"elevation": (12, 55), "fill": (0.75, 1.5), "turn": 60, "ground": _FLOORS, "bare": True},
    "sacks": {"elevation": (15, 60), "fill": (0.8, 1.5), "turn": 60, "ground": _FLOORS},
    "foil": {"elevation": (8, 35), "fill": (0.8, 1.3), "turn": 25, "ground": _FLOORS, "bare": True},
    "jar": {"elevation": (5, 35), "fill": (0.8, 1.5), "turn": 60, "ground": _TABLES},
    "clear bag": {"elevation": (30, 85), "fill": (0.8, 1.4), "ground": _TABLES},
    "tray": {"elevation": (30, 85), "fill": (0.8, 1.5), "ground": _TABLES},
    "bowl": {"elevation": (8, 50), "fill": (0.9, 1.4), "turn": 40, "ground": _FLOORS, "bare": True},
}
_ROLES = {"sheet": "worker", "sacks": "officer", "foil": "officer", "jar": "trader", "bowl": "trader"}


def draw_hoard(draw: Drawer, draws: Draws, form: str) -> Parameters:
    """Draw a hoard and what it is of."""
    role = _ROLES.get(form, "worker")
    return {
        "form": form,
        "arrangement": unmoved(draws.part("arrangement")),
        "staging": draw_staging(draws.part("view"), **_VIEWS[form]),
        "goods": draw(draws.part("goods")),
        "layers": draws.choice((2, 2, 3)),
        "tilt": draws.uniform(0.2, 0.5),
        "across": draws.log_uniform(7.0, 16.0),  # pieces
        "steep": draws.uniform(0.22, 0.5),
        "sheet": draw_sheet(draws.part("sheet")),
        "container": draw_container(draws.part("container")),
        "bags": draws.integer(1, 6),
        "bag": draws.weighted({"jute": 0.35, "woven": 0.45, "film": 0.2}),
        "lid": draws.colour(
            draws.choice(((0.75, 0.55, 0.02), (0.6, 0.02, 0.02), (0.75, 0.75, 0.72), (0.02, 0.1, 0.4))),
            value=0.2,
        )
        if draws.chance(0.7)
        else None,
        "people": [draw_person(draws.part(f"person {n}"), role) for n in range(draws.integer(0, 3))],
        "holder": draw_person(draws.part("holder"), role),
        "crop": draws.choice(("bowl", "figure")),
        "press_wall": draws.chance(0.5),
        "seed": draws.seed(),
    }


def make_hoard(make: Maker, hoard: Parameters) -> list[Any]:
    """Make the things and lay them out; returns the lot."""
    rng = np.random.default_rng(hoard["seed"])
    variants = list(make(hoard["goods"]))
    blender().context.view_layer.update()
    return _BUILDERS[hoard["form"]](hoard, variants, rng)


def _size(variants: Sequence[Any]) -> float:
    return float(np.mean([max(piece.dimensions.x, piece.dimensions.y) for piece in variants]))


def _settings(hoard: Parameters) -> dict[str, Any]:
    return {"tilt": hoard["tilt"], "layers": hoard["layers"], "core": hoard["goods"]["core"]}


def _filling(hoard: Parameters, variants: list[Any], rng: np.random.Generator) -> list[Any]:
    """A bed that leaves the picture on all sides."""
    size = _size(variants)
    half = size * hoard["across"] / 2
    surface = bed(0.25 * half, half, rng)
    made = lay_mound(variants, surface, reach=(1.7 * half, 1.7 * half), rng=rng, **_settings(hoard))
    return staged(made)


def _on_sheet(hoard: Parameters, variants: list[Any], rng: np.random.Generator) -> list[Any]:
    """A heap on a tarpaulin, with people and closed bags behind it."""
    size = _size(variants)
    radius = size * hoard["across"] * 0.8
    surface = heap(radius, radius * hoard["steep"] * 0.8, rng)
    made = lay_mound(variants, surface, reach=(1.1 * radius, 1.1 * radius), rng=rng, **_settings(hoard))
    add_sheet(hoard["sheet"], (radius * rng.uniform(1.5, 2.2), radius * rng.uniform(1.3, 1.9)))
    for number in range(hoard["bags"] // 2):
        spot = ((number - 1) * 0.5 + rng.normal(0, 0.1), 1.35 * radius + 0.35, 0.0)
        add_bag(spot, 0.24, 0.55, hoard["bag"], hoard["seed"] + number, is_open=False)
    for number, person in enumerate(hoard["people"]):
        x = (number - (len(hoard["people"]) - 1) / 2) * 0.8 + rng.normal(0, 0.2)
        add_person(person, (x, 1.25 * radius + rng.uniform(0.2, 0.9), 0.0), turn=rng.normal(0, 0.6))
    _container_wall(hoard, radius)
    return staged(made)


def _container_wall(hoard: Parameters, radius: float) -> None:
    """Add a shipping container behind a heap on every second sheet."""
    if hoard["press_wall"]:
        return
    colour = ((0.35, 0.08, 0.03), (0.03, 0.12, 0.30), (0.10, 0.25, 0.12), (0.45, 0.45, 0.43))[
        hoard["seed"] % 4
    ]
    ribs = [box_mesh(0.14, 0.10, 2.5) for _ in range(22)]
    steel = glossy_material("container", colour, 0.5)
    for number, mesh in enumerate(ribs):
        add_mesh("container", mesh, steel).location = ((number - 11) * 0.28, 1.6 * radius + 1.9, 0.0)
    add_mesh("container", box_mesh(6.5, 0.04, 2.5), steel).location = (0.0, 1.6 * radius + 1.94, 0.0)


def _in_sacks(hoard: Parameters, variants: list[Any], rng: np.random.Generator) -> list[Any]:
    """Open sacks in a row, heaped full; closed ones behind."""
    size = _size(variants)
    radius = max(size * hoard["across"] * 0.3, 2.0 * size)
    count = 1 + hoard["bags"] // 2
    made = _full_bags(hoard, variants, radius, count, hoard["bag"], rng)
    for number in range(hoard["bags"]):
        x = (number - hoard["bags"] / 2) * 2.3 * radius + rng.normal(0, 0.1 * radius)
        add_bag((x, 2.4 * radius, 0.0), radius, 2.3 * radius, hoard["bag"], hoard["seed"] + 50 + number, is_open=False)  # fmt: skip
    for number, person in enumerate(hoard["people"][:2]):
        add_person(person, ((number - 0.5) * 0.9, 3.6 * radius + 0.4, 0.0), turn=rng.normal(0, 0.4))
    return staged(made, (-1.15 * radius * count, -1.2 * radius, 0.6 * radius), (1.15 * radius * count, 1.1 * radius, 2.1 * radius))  # fmt: skip


def _full_bags(
    hoard: Parameters,
    variants: list[Any],
    radius: float,
    count: int,
    kind: str,
    rng: np.random.Generator,
    y: float = 0.0,
) -> list[Any]:
    """Add open bags side by side along x and return what lies in them."""
    made: list[Any] = []
    for number in range(count):
        spot = ((number - (count - 1) / 2) * 2.3 * radius, y + rng.normal(0, 0.1 * radius), 0.0)
        tall = radius * rng.uniform(1.5, 1.9)
        add_bag(spot, radius, tall, kind, hoard["seed"] + number, is_open=True)
        surface = heap(0.97 * radius, 0.5 * radius * (0.5 + hoard["steep"]), rng)
        own = [piece.copy() for piece in variants]
        for piece in own:
            blender().context.collection.objects.link(piece)
        top = (spot[0], spot[1], 0.84 * tall)
        made += lay_mound(own, surface, reach=(radius, radius), rng=rng, place=top, **_settings(hoard))
    for piece in variants:
        blender().data.objects.remove(piece)
    return made


def _in_foil(hoard: Parameters, variants: list[Any], rng: np.random.Generator) -> list[Any]:
    """Rows of silver bags before a press wall, the front ones open."""
    radius = max(_size(variants) * hoard["across"] * 0.22, 0.10)
    count = 2 + hoard["bags"] // 2
    made = _full_bags(hoard, variants, radius, count, "foil", rng)
    for row in (1, 2):
        for number in range(count + row):
            x = (number - (count + row - 1) / 2) * 2.25 * radius + rng.normal(0, 0.1 * radius)
            add_bag((x, 2.2 * row * radius, 0.0), radius, 2.4 * radius, "foil", hoard["seed"] + 20 * row + number, is_open=False)  # fmt: skip
    add_press_wall(8 * radius, hoard["seed"])
    wide = 1.2 * radius * count
    return staged(made, (-wide, -1.1 * radius, 0.2 * radius), (wide, 4.5 * radius, 2.4 * radius))


def _in_jar(hoard: Parameters, variants: list[Any], rng: np.random.Generator) -> list[Any]:
    size = _size(variants)
    radius = max(size * hoard["across"] * 0.17, 1.4 * size)
    tall = radius * rng.uniform(1.9, 2.7)
    count = int(np.clip(9 * (radius / size) ** 2 * tall / size, 40, 420))
    made = pack_inside(variants, radius=0.95 * radius, height=0.74 * tall, count=count, rng=rng, place=(0.0, 0.0, 0.02 * tall))  # fmt: skip
    add_jar((0.0, 0.0, 0.0), radius, tall, hoard["lid"])
    for person in hoard["people"][:1]:
        add_person(person, (rng.normal(0, 0.2), 0.5 + radius, -0.95), turn=rng.normal(0, 0.3))
    return staged(made, (-radius, -radius, 0.0), (radius, radius, 1.1 * tall))


def _in_clear_bag(hoard: Parameters, variants: list[Any], rng: np.random.Generator) -> list[Any]:
    size = _size(variants)
    half = max(size * hoard["across"] * 0.3, 2.2 * size)
    thick = half * rng.uniform(0.22, 0.4)
    count = int(np.clip(7 * (half / size) ** 2 * thick / size + 30, 50, 420))
    made = pack_inside(variants, radius=0.9 * half, height=2 * thick, count=count, rng=rng, flat=0.3)
    add_clear_bag((0.0, 0.0, 0.0), (1.15 * half, 1.0 * half, 1.15 * thick), hoard["seed"])
    return staged(made)


def _in_tray(hoard: Parameters, variants: list[Any], rng: np.random.Generator) -> list[Any]:
    """A bowl, basin, basket or tray, heaped full, on a table."""
    radius = max(_size(variants) * hoard["across"] * 0.35, 0.08)
    kind = ("bowl", "basin", "basket", "tray")[hoard["seed"] % 4]
    holder = build_container({**hoard["container"], "kind": kind}, radius)
    rise = 0.45 * holder.height if kind != "tray" else holder.floor
    surface = heap(0.98 * holder.radius, holder.radius * (0.15 + 0.8 * hoard["steep"]), rng)
    made = lay_mound(variants, surface, reach=(holder.radius, holder.radius), rng=rng, place=(0.0, 0.0, rise), **_settings(hoard))  # fmt: skip
    return staged([*made])


def _in_bowl(hoard: Parameters, variants: list[Any], rng: np.random.Generator) -> list[Any]:
    """Somebody holds out a bowl with a heap in it."""
    radius, high = 0.155, 1.0
    bowl = build_container({**hoard["container"], "kind": ("bowl", "basin")[hoard["seed"] % 2]}, radius)
    centre = (0.0, -0.34, high)
    for thing in bowl.objects:
        thing.location = centre
    surface = heap(0.95 * bowl.radius, bowl.radius * (0.35 + 0.6 * hoard["steep"]), rng)
    top = (centre[0], centre[1], high + 0.4 * bowl.height)
    made = lay_mound(variants, surface, reach=(bowl.radius, bowl.radius), rng=rng, place=top, **_settings(hoard))  # fmt: skip
    rim = high + 0.45 * bowl.height
    grips = [Grip(centre=_beside(side, radius, rim), axis=(0.0, 1.0, 0.0), radius=0.012) for side in (-1, 1)]
    add_person({**hoard["holder"], "size": 1.0}, (0.0, 0.0, 0.0), grips=grips)
    if hoard["crop"] == "bowl":
        return staged(made, (-0.25, -0.55, high - 0.05), (0.25, -0.1, high + 0.3))
    return staged(made, (-0.45, -0.5, 0.7), (0.45, -0.1, 1.75))


def _beside(side: int, radius: float, height: float) -> Point:
    return side * 1.02 * radius, -0.34, height


_BUILDERS = {
    "filling": _filling,
    "sheet": _on_sheet,
    "sacks": _in_sacks,
    "foil": _in_foil,
    "jar": _in_jar,
    "clear bag": _in_clear_bag,
    "tray": _in_tray,
    "bowl": _in_bowl,
}
