"""Tusks as objects: loose with their writing, on a stand, and hung on a wall."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from training.synth.kit.assembly import Part, assemble, turn_matrix
from training.synth.kit.draws import Parameters
from training.synth.kit.materials import glossy_material
from training.synth.subjects.ivory.ink_marks import handwriting
from training.synth.subjects.ivory.materials import tusk_material
from training.synth.subjects.ivory.tusks import mark_places, stand_parts, stood_up, tusk_part


def loose_tusks(lot: Parameters, *, upright: Callable[[int], bool] = lambda seed: False) -> list[Any]:
    """Make the tusks that lie loose; short ones rolled any way, or stood up where ``upright`` says so for a seed."""
    few = lot["arrangement"]["count"] <= 3
    things = []
    for values in lot["pieces"]:
        part = tusk_part(values, sides=52 if few else 32, rings=100 if few else 56)
        if upright(values["seed"]):
            part = stood_up(part, values)
        elif values["end"] - values["start"] < 0.35:
            part = part.moved(turn=turn_matrix(x=values["seed"] % 7))
        things.append(_written(lot, values, part))
    return things


def _written(parameters: Parameters, values: Parameters, part: Part) -> Any:
    """Return the object of one tusk, with its writing."""
    ink = handwriting(values["mark"], values["seed"]) if values["mark"] else None
    material = tusk_material(parameters["skin"], values["length_m"], values["radius_m"], ink)
    thing = assemble("tusk", [part], [material])
    if ink is not None:
        places = mark_places(part, values, at=values["mark_at"], letters=len(values["mark"]))
        attribute = thing.data.attributes.new("mark", "FLOAT_VECTOR", "POINT")
        attribute.data.foreach_set("vector", places.astype(np.float32).ravel())
    return thing


def mounted_tusks(parameters: Parameters) -> list[Any]:
    """Make one tusk on a stand, or a pair that leans together or apart."""
    stand, first = parameters["stand"], parameters["pieces"][0]
    radius, height = first["radius_m"], 0.6 * first["radius_m"]
    parts: list[Part] = []
    sides = (1.0,) if stand["single"] else (-1.0, 1.0)
    for side in sides:
        upright = stood_up(tusk_part(first), first, lean_to=side if stand["outward"] else -side)
        away = side * stand["apart"] * radius * (0.0 if stand["single"] else 1.0)
        foot = stand_parts(radius, wide=2.4 * radius, sides=stand["sides"])
        parts += [piece.moved(by=(away, 0, 0)) for piece in (upright.moved(by=(0, 0, height)), *foot)]
    return [assemble("mounted", parts, [_skin(parameters, first), *_fittings(stand)])]


def hung_tusks(parameters: Parameters) -> list[Any]:
    """Make a pair of tusks on a wall, mirrored or crossed, on a board."""
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
    return [assemble("hung", parts, [_skin(parameters, first), *_fittings(stand)])]


def _skin(parameters: Parameters, values: Parameters) -> Any:
    return tusk_material(parameters["skin"], values["length_m"], values["radius_m"])


def _fittings(stand: Parameters) -> list[Any]:
    """Return what the board and the collar are made of."""
    wood = glossy_material("stand", tuple(stand["wood"]), 0.35, coat=0.3)
    return [wood, glossy_material("brass", (0.50, 0.33, 0.12), 0.35, metal=1.0) if stand["metal"] else wood]
