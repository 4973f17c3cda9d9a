"""Pine and spruce cones, open and closed, and their loose scales: woody scales in spirals, like a pangolin's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from training.synth.family import Fact, Family, laid_out
from training.synth.kit.assembly import Part, assemble, turn_matrix
from training.synth.kit.blade_materials import blade_shader
from training.synth.kit.blender import add_attribute, add_mesh
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array
from training.synth.kit.grown_shapes import rest
from training.synth.kit.imbricate import clad
from training.synth.kit.round_shapes import ball
from training.synth.subjects.plants.cones_and_bulbs import cone_scale, core_height, head_places

# Half width and length of the cone in mm, number of scales, length of a scale over half width, lean, scale width.
_KINDS: dict[str, Any] = {
    "open": ((16, 30), (45, 85), (55, 90), (1.1, 1.4), (0.55, 1.0), (0.55, 0.72)),
    "half_open": ((14, 27), (45, 90), (60, 100), (0.95, 1.15), (0.22, 0.5), (0.55, 0.75)),
    "closed": ((12, 24), (40, 90), (80, 130), (0.65, 0.85), (0.02, 0.12), (0.65, 0.85)),
    "spruce": ((13, 19), (90, 150), (130, 190), (1.0, 1.3), (0.12, 0.4), (0.85, 1.05)),
    "larch": ((8, 13), (20, 35), (35, 55), (1.0, 1.25), (0.2, 0.5), (0.85, 1.1)),
}
_DARK, _LIGHT = (0.075, 0.040, 0.020), (0.30, 0.19, 0.10)


def _draw(draws: Draws) -> Parameters:
    kind = draws.weighted({"open": 0.35, "half_open": 0.2, "closed": 0.15, "spruce": 0.15, "larch": 0.15})
    half, length, count, scale, lean, width = (draws.uniform(*limits) for limits in _KINDS[kind])
    return {
        "kind": kind,
        "half_width": half * 0.001,
        "length": length * 0.001,
        "scales": round(count),
        "scale_length": scale,
        "lean": lean,
        "width": width,
        "thick": 0.035 if kind in ("spruce", "larch") else draws.uniform(0.07, 0.13),
        "prickle": 0.0 if kind in ("spruce", "larch") else draws.uniform(0.02, 0.10),
        "dark": draws.colour(_DARK, value=0.5, tint=0.12),
        "light": draws.colour(_LIGHT, value=0.45, tint=0.12),
        "grey": draws.uniform(0.0, 0.6),
        "tips": draws.weighted({"plain": 0.85, "snow": 0.08, "gold": 0.07}),
        "stands": draws.chance(0.25),
    }


def _material(parameters: Parameters) -> Any:
    dark, light = np.array(parameters["dark"]), np.array(parameters["light"])
    grey = np.array([0.27, 0.25, 0.22])
    shield = light * (1 - parameters["grey"]) + grey * parameters["grey"]
    tip = {"plain": shield * 0.8, "snow": [0.8, 0.8, 0.8], "gold": [0.6, 0.38, 0.06]}[parameters["tips"]]
    stops = [(0.0, dark * 0.6), (0.5, dark), (0.68, dark * 1.3), (0.8, shield), (1.0, tip)]
    shader = blade_shader(
        "cone_scale", stops, under=dark * 0.8, roughness=0.7, veins=0.35, vein_count=8.0, mottle=0.35, blotch=dark * 0.5,
        waver=0.06, variety=0.3, relief=0.0005,
    )  # fmt: skip
    return shader.material


def _models(parameters: Parameters, rng: np.random.Generator) -> list[Any]:
    shield = 0.04 if parameters["prickle"] == 0 else 0.14
    options = {"thick": parameters["thick"], "shield": shield, "prickle": parameters["prickle"]}
    return [cone_scale(rng, width=parameters["width"] * rng.uniform(0.9, 1.1), **options) for _ in range(4)]


def _cones(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    material = _material(parameters)
    many = parameters["arrangement"]["kind"] not in ("single", "standing")
    return [_cone(parameters, rng, material) for _ in range(3 if many else 1)]


def _cone(parameters: Parameters, rng: np.random.Generator, material: Any) -> Any:
    radius, length = (
        parameters["half_width"] * rng.uniform(0.85, 1.15),
        parameters["length"] * rng.uniform(0.85, 1.15),
    )
    places = head_places(
        rng, radius=radius, height=length, count=parameters["scales"], size=parameters["scale_length"] * radius,
        opening=parameters["lean"], top=0.22, core=0.45,
    )  # fmt: skip
    mesh, values = clad(_models(parameters, rng), places, rng)
    core, faces = ball(1.0, sides=16)
    core = core * [0.45 * radius, 0.45 * radius, 0.46 * core_height(radius, length, 0.45) * length] + [
        0,
        0,
        length / 2,
    ]
    parts = [Part(vertices=mesh[0], faces=mesh[1], values=values), Part(vertices=core, faces=faces)]
    upright = parameters["stands"] or parameters["arrangement"]["kind"] == "standing"
    turn = turn_matrix(y=0.0 if upright else np.pi / 2 + rng.normal(0, 0.06))
    return assemble("cone", [part.moved(turn=turn) for part in parts], [material])


def _loose(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    material, pieces = _material(parameters), []
    for (vertices, faces), values in [*_models(parameters, rng), *_models(parameters, rng)][:6]:
        size = parameters["half_width"] * parameters["scale_length"] * rng.uniform(0.8, 1.2)
        piece = add_mesh("cone_scale", rest((_warped(vertices, rng) * size, faces.tolist())), material)
        for name, each in values.items():
            add_attribute(piece, name, each)
        pieces.append(piece)
    return pieces


def _warped(vertices: Array, rng: np.random.Generator) -> Array:
    """Bend a scale lengthwise, as it dries."""
    return vertices + np.column_stack([0 * vertices[:, :2], rng.uniform(-0.25, 0.1) * vertices[:, 0] ** 2])


_FEW = {
    "single": 0.3,
    "standing": 0.05,
    "scattered": 0.2,
    "row": 0.1,
    "heap": 0.15,
    "filled": 0.15,
    "hand": 0.05,
}
_MANY = {"scattered": 0.15, "spread": 0.15, "heap": 0.35, "filled": 0.25, "hand": 0.1}
_MAKE: dict[str, Callable[[Parameters, np.random.Generator], Sequence[Any]]] = {
    "cones": _cones,
    "scales": _loose,
}

FAMILY = Family(
    name="pine_cone",
    label="",
    forms={
        "cones": laid_out(make=_MAKE["cones"], draw=_draw, weight=0.72, layouts=_FEW, most=18),
        "scales": laid_out(make=_MAKE["scales"], draw=_draw, weight=0.28, layouts=_MANY, most=90),
    },
    facts=(
        Fact(
            "Seed cones of pines are a few to some tens of centimetres long; each woody scale ends in an apophysis, the part "
            "seen on the closed cone, with an umbo that often carries a prickle; spruce scales are thin and lack it.",
            "Farjon 2010, A Handbook of the World's Conifers, Brill",
        ),
        Fact(
            "Scales follow one another at about 137.5 degrees, which gives the two families of spirals.",
            "Prusinkiewicz and Lindenmayer 1990, The Algorithmic Beauty of Plants, chapter 4, Springer",
        ),
    ),
)
