"""Raw elephant tusks: whole, sawn, marked with pen, polished, stacked and mounted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import Fact, Family, alike
from training.synth.kit.assembly import Part, assemble, turn_matrix
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.materials import glossy_material
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.ivory.ink_marks import draw_mark, handwriting
from training.synth.subjects.ivory.materials import draw_skin, tusk_material
from training.synth.subjects.ivory.tusks import mark_places, stand_parts, stood_up, tusk_part

_LAYOUTS: dict[str, tuple[dict[str, float], int]] = {
    "whole": ({"single": 0.5, "row": 0.28, "scattered": 0.22}, 7),
    "stack": ({"bundle": 0.75, "row": 0.25}, 12),
    "tips": ({"row": 0.4, "scattered": 0.3, "single": 0.15, "heap": 0.15}, 9),
    "pieces": ({"row": 0.3, "scattered": 0.35, "heap": 0.2, "single": 0.15}, 10),
    "stubs": ({"scattered": 0.5, "row": 0.3, "single": 0.2}, 8),
    "polished": ({"single": 0.6, "row": 0.2, "scattered": 0.2}, 4),
    "mounted": ({"standing": 1.0}, 1),
    "hung": ({"hanging": 1.0}, 1),
}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot of tusks."""
    kinds, most = _LAYOUTS[form]
    arrangement = draw_arrangement(draws.part("arrangement"), kinds, most=most)
    skins = {"polished": 0.75, "fresh": 0.15, "tan": 0.1} if form in ("polished", "mounted", "hung") else None
    count = 2 if form in ("mounted", "hung") else min(arrangement["count"], 5)
    kind = "asian" if draws.chance(0.3) else "african"
    typical = draws.log_uniform(0.3, 1.7) * (0.8 if kind == "asian" else 1.0)
    marked = form in ("whole", "stack", "tips", "pieces") and draws.chance(0.55)
    pieces = [_draw_tusk(draws.part(f"tusk {n}"), kind, form, typical, marked=marked) for n in range(count)]
    return {
        "form": form,
        "kind": kind,
        "arrangement": arrangement,
        "skin": draw_skin(draws.part("skin"), kinds=skins),
        "pieces": pieces,
        "stand": {
            "wood": draws.colour((0.10, 0.045, 0.02), value=0.6, tint=0.1),
            "metal": draws.chance(0.35),
            "sides": draws.choice([4, 48]),
            "apart": draws.uniform(2.6, 5.0),
            "outward": draws.chance(0.3),
            "single": draws.chance(0.35),
            "tip_up": draws.chance(0.5),
            "crossed": draws.chance(0.4),
            "seed": draws.seed(),
        },
    }


def _draw_tusk(draws: Draws, kind: str, form: str, typical: float, *, marked: bool) -> Parameters:
    """Draw one tusk; proportions from the sources of `FAMILY`."""
    length = min(typical * draws.uniform(0.8, 1.2), 2.2)
    slender = draws.uniform(0.033, 0.046) if kind == "asian" else draws.uniform(0.042, 0.066)
    hollow = draws.uniform(0.18, 0.42)
    start, end = _draw_cuts(draws.part("cuts"), form, hollow)
    bend = draws.uniform(35, 85) if kind == "asian" else draws.uniform(50, 125)
    text = draw_mark(draws.part("mark")) if marked and draws.chance(0.85) else ""
    return {
        "length_m": length,
        "radius_m": min(length * slender * (0.045 / slender if length > 1.7 else 1.0), 0.095),
        "bend_deg": bend * draws.choice([-1, 1]),
        "late": draws.uniform(0.8, 1.25),
        "spiral_deg": draws.normal(0, 10, -28, 28),
        "oval": draws.uniform(0.84, 1.0),
        "start": start,
        "end": end,
        "hollow": hollow,
        "ragged": draws.uniform(0.02, 0.22),
        "facet": draws.uniform(0.0, 0.3),
        "mark": text,
        "mark_at": start + (end - start) * draws.uniform(0.25, 0.6),
        "seed": draws.seed(),
    }


def _draw_cuts(draws: Draws, form: str, hollow: float) -> tuple[float, float]:
    """Draw from where to where of the tusk the piece goes."""
    if form in ("whole", "stack", "polished"):
        sawn = {"whole": 0.3, "stack": 0.3, "polished": 0.55}[form]
        return (draws.uniform(0.03, hollow + 0.08) if draws.chance(sawn) else 0.0), 1.0
    if form in ("mounted", "hung"):
        return draws.uniform(0.05, hollow), 1.0
    if form == "tips":
        return draws.uniform(0.55, 0.8), 1.0
    if form == "pieces":
        start = draws.choice([0.0, 0.1, 0.2, 0.35, 0.5])
        start += draws.uniform(0.01, 0.1) if start else 0.0
        return start, min(start + draws.uniform(0.12, 0.3), 0.92)
    start = draws.uniform(0.1, 0.7)
    return start, start + draws.uniform(0.03, 0.09)


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the tusks."""
    form = parameters["form"]
    if form in ("mounted", "hung"):
        return [_mounted(parameters) if form == "mounted" else _hung(parameters)]
    few = parameters["arrangement"]["count"] <= 3
    things = []
    for values in parameters["pieces"]:
        part = tusk_part(values, sides=52 if few else 32, rings=100 if few else 56)
        if form == "stubs" or (form == "pieces" and values["seed"] % 4 == 0):
            part = stood_up(part, values)
        elif values["end"] - values["start"] < 0.35:
            part = part.moved(turn=turn_matrix(x=values["seed"] % 7))
        things.append(_thing(parameters, values, part))
    return things


def _thing(parameters: Parameters, values: Parameters, part: Part) -> Any:
    """Return the object of one tusk, with its writing."""
    ink = handwriting(values["mark"], values["seed"]) if values["mark"] else None
    material = tusk_material(parameters["skin"], values["length_m"], values["radius_m"], ink)
    thing = assemble("tusk", [part], [material])
    if ink is not None:
        places = mark_places(part, values, at=values["mark_at"], letters=len(values["mark"]))
        attribute = thing.data.attributes.new("mark", "FLOAT_VECTOR", "POINT")
        attribute.data.foreach_set("vector", places.astype(np.float32).ravel())
    return thing


def _mounted(parameters: Parameters) -> Any:
    """Return one tusk on a stand, or a pair that leans together or apart."""
    stand, first = parameters["stand"], parameters["pieces"][0]
    radius, height = first["radius_m"], 0.6 * first["radius_m"]
    parts: list[Part] = []
    sides = (1.0,) if stand["single"] else (-1.0, 1.0)
    for side in sides:
        upright = stood_up(tusk_part(first), first, lean_to=side if stand["outward"] else -side)
        away = side * stand["apart"] * radius * (0.0 if stand["single"] else 1.0)
        foot = stand_parts(radius, wide=2.4 * radius, sides=stand["sides"])
        parts += [piece.moved(by=(away, 0, 0)) for piece in (upright.moved(by=(0, 0, height)), *foot)]
    return assemble("mounted", parts, [_skin(parameters, first), *_fittings(stand)])


def _hung(parameters: Parameters) -> Any:
    """Return a pair of tusks on a wall, mirrored or crossed, on a board."""
    stand, first = parameters["stand"], parameters["pieces"][0]
    parts: list[Part] = []
    apart = stand["apart"] * first["radius_m"] * (0.5 if stand["crossed"] else 0.9)
    for number, side in enumerate((-1.0, 1.0)):
        upright = stood_up(tusk_part(first), first, lean_to=side)
        tilt = turn_matrix(y=side * (0.45 if stand["crossed"] else -0.12))
        middle = upright.vertices.mean(axis=0)
        turned = (
            upright.moved(by=-middle)
            .moved(turn=tilt)
            .moved(
                by=(
                    0 if stand["crossed"] else side * apart,
                    -2.1 * number * first["radius_m"] * stand["crossed"],
                    0,
                )
            )
        )
        parts.append(turned if stand["tip_up"] else turned.moved(turn=turn_matrix(y=np.pi)))
    board = stand_parts(first["radius_m"], wide=3.8 * first["radius_m"], sides=stand["sides"])[1]
    parts.append(board.moved(turn=turn_matrix(x=np.pi / 2), by=(0, 1.2 * first["radius_m"], 0)))
    return assemble("hung", parts, [_skin(parameters, first), *_fittings(stand)])


def _skin(parameters: Parameters, values: Parameters) -> Any:
    return tusk_material(parameters["skin"], values["length_m"], values["radius_m"])


def _fittings(stand: Parameters) -> list[Any]:
    """Return what the board and the collar are made of."""
    wood = glossy_material("stand", tuple(stand["wood"]), 0.35, coat=0.3)
    return [wood, glossy_material("brass", (0.50, 0.33, 0.12), 0.35, metal=1.0) if stand["metal"] else wood]


FAMILY = Family(
    name="elephant_tusk",
    label="elephant_tusk",
    facts=(
        Fact(
            "An elephant tusk is an upper incisor of dentine under a thin layer of cementum, with a pulp cavity that "
            "is widest at the base and narrows to a nerve canal; cross-cuts show Schreger lines.",
            "Espinoza, E. O. & Mann, M.-J. (1992), Identification Guide for Ivory and Ivory Substitutes, WWF & TRAFFIC",
        ),
        Fact(
            "In cross-cuts the outer Schreger angles of living elephants average more than 100 degrees, those of "
            "mammoth less.",
            "Espinoza, E. O. & Mann, M.-J. (1993), The history and significance of the Schreger pattern in proboscidean "
            "ivory characterization, Journal of the American Institute for Conservation 32",
        ),
        Fact(
            "African elephants of both sexes carry tusks; Asian tusks, of bulls, are on average smaller.",
            "CITES Identification Manual; Spinage, C. A. (1994), Elephants, T & AD Poyser",
        ),
    ),
    forms=alike(
        {
            "whole": 0.33,
            "stack": 0.16,
            "tips": 0.08,
            "pieces": 0.14,
            "stubs": 0.06,
            "polished": 0.11,
            "mounted": 0.07,
            "hung": 0.05,
        },
        draw_lot,
        make_pieces,
    ),
    version=2,
)
