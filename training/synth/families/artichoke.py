"""Artichokes: heads of overlapping fleshy bracts, green to purple, and their loose leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import Fact, Family, laid_out
from training.synth.kit.assembly import Part, assemble, turn_matrix
from training.synth.kit.blade_materials import blade_shader
from training.synth.kit.blender import add_attribute, add_mesh
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.grown_materials import grown
from training.synth.kit.grown_shapes import rest
from training.synth.kit.imbricate import clad
from training.synth.kit.round_shapes import ball, tube
from training.synth.subjects.plants.cones_and_bulbs import bract, head_places

# Root, middle and tip of a bract, linear.
_COLOURS = {
    "green": ((0.34, 0.38, 0.17), (0.13, 0.19, 0.065), (0.12, 0.15, 0.06)),
    "grey_green": ((0.36, 0.38, 0.22), (0.19, 0.235, 0.12), (0.16, 0.16, 0.09)),
    "violet": ((0.32, 0.30, 0.18), (0.16, 0.13, 0.085), (0.10, 0.035, 0.055)),
    "old": ((0.34, 0.30, 0.17), (0.19, 0.17, 0.075), (0.13, 0.075, 0.035)),
}


def _draw(draws: Draws) -> Parameters:
    tone = draws.weighted({"green": 0.4, "grey_green": 0.25, "violet": 0.25, "old": 0.1})
    root, middle, tip = (draws.colour(colour, value=0.25, tint=0.08) for colour in _COLOURS[tone])
    return {
        "tone": tone,
        "root": root,
        "middle": middle,
        "tip": tip,
        "radius": draws.uniform(0.030, 0.055),
        "tallness": draws.uniform(0.95, 1.35),
        "bracts": draws.integer(45, 80),
        "width": draws.uniform(0.72, 1.05),
        "notch": draws.uniform(0.0, 0.09),
        "sharp": draws.uniform(1.3, 2.4),
        "opening": draws.uniform(0.02, 0.30),
        "stem": draws.uniform(0.01, 0.09),
        "stands": draws.chance(0.4),
    }


def _material(parameters: Parameters) -> Any:
    root, middle, tip = (np.array(parameters[key]) for key in ("root", "middle", "tip"))
    shader = blade_shader(
        "bract", [(0.0, root), (0.3, (root + 2 * middle) / 3), (0.6, middle), (0.95, tip), (1.0, tip * 0.55)],
        under=(root + middle) / 1.7, roughness=0.5, veins=0.22, vein_count=9.0, mottle=0.25,
        blotch=(0.09, 0.06, 0.025), waver=0.10, variety=0.22, translucent=0.1, relief=0.0004,
    )  # fmt: skip
    return shader.material


def _models(parameters: Parameters, rng: np.random.Generator) -> list[Any]:
    options = {"notch": parameters["notch"], "sharp": parameters["sharp"]}
    return [
        bract(
            rng, width=parameters["width"] * rng.uniform(0.92, 1.08), cup=rng.uniform(0.25, 0.45), **options
        )
        for _ in range(4)
    ]


def _heads(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    tone = np.array(parameters["middle"])
    stem = grown(
        "stem",
        [tone * 0.8, tone * 1.3],
        size=0.01,
        stretch=(1, 1, 0.2),
        roughness=0.6,
        grain=0.3,
        bump=0.0006,
    )
    materials = [_material(parameters), stem.material]
    many = parameters["arrangement"]["kind"] not in ("single", "standing")
    return [_head(parameters, rng, materials) for _ in range(3 if many else 1)]


def _head(parameters: Parameters, rng: np.random.Generator, materials: Sequence[Any]) -> Any:
    radius = parameters["radius"] * rng.uniform(0.85, 1.15)
    height = 2 * radius * parameters["tallness"]
    places = head_places(
        rng, radius=radius, height=height, count=parameters["bracts"], size=radius * 1.35, opening=parameters["opening"],
        top=0.35, core=0.82,
    )  # fmt: skip
    mesh, values = clad(_models(parameters, rng), places, rng)
    core, core_faces = ball(1.0, sides=20)
    core = core * [0.8 * radius, 0.8 * radius, 0.44 * height] + [0, 0, height * 0.5]
    down = parameters["stem"] * rng.uniform(0.6, 1.3)
    path = np.linspace(
        [0.0, 0.0, 0.12 * height], [rng.normal(0, 0.15) * down, rng.normal(0, 0.15) * down, -down], 12
    )
    stem, stem_faces = tube(path, radius * 0.3 * np.linspace(1.25, 1.0, 12), sides=14)
    parts = [
        Part(vertices=mesh[0], faces=mesh[1], values=values),
        Part(vertices=core, faces=core_faces, values={"along": 0.6}),
        Part(vertices=stem, faces=stem_faces, material=1),
    ]
    upright = (parameters["stands"] and down < 0.03) or parameters["arrangement"]["kind"] == "standing"
    turn = turn_matrix(y=rng.normal(0, 0.15) if upright else np.pi / 2 + rng.normal(0, 0.1))
    return assemble("artichoke", [part.moved(turn=turn) for part in parts], materials)


def _leaves(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    material, pieces = _material(parameters), []
    for (vertices, faces), values in [*_models(parameters, rng), *_models(parameters, rng)][:6]:
        size = parameters["radius"] * 1.35 * rng.uniform(0.7, 1.2)
        piece = add_mesh("bract", rest((vertices * size, faces.tolist())), material)
        for name, each in values.items():
            add_attribute(piece, name, each)
        pieces.append(piece)
    return pieces


FAMILY = Family(
    name="artichoke",
    label="",
    forms={
        "heads": laid_out(
            make=_heads,
            draw=_draw,
            weight=0.7,
            layouts={
                "single": 0.3,
                "standing": 0.1,
                "scattered": 0.2,
                "row": 0.15,
                "heap": 0.1,
                "filled": 0.15,
            },
            most=12,
        ),
        "leaves": laid_out(
            make=_leaves,
            draw=_draw,
            weight=0.3,
            layouts={
                "single": 0.05,
                "scattered": 0.2,
                "spread": 0.2,
                "heap": 0.3,
                "filled": 0.2,
                "hand": 0.05,
            },
            most=60,
        ),
    },
    facts=(
        Fact(
            "The head is a globe or egg of many series of overlapping bracts, fleshy at their base, green to purple, with "
            "entire, notched or spine-tipped ends.",
            "Flora of North America Editorial Committee 2006, Flora of North America, volume 19, Cynara",
        ),
        Fact(
            "Bracts follow one another at about 137.5 degrees, which gives the two families of spirals.",
            "Prusinkiewicz and Lindenmayer 1990, The Algorithmic Beauty of Plants, chapter 4, Springer",
        ),
    ),
)
