"""Garlic bulbs and cloves, ginger and turmeric roots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import LOOSE, Fact, Family, laid_out
from training.synth.kit.blender import add_attribute, add_mesh
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.grown_materials import faded, grown, tinted
from training.synth.kit.grown_shapes import add_piece, rest, turned
from training.synth.subjects.plants.cones_and_bulbs import clove, garlic_bulb, root_stock

_SKINS = {"white": (0.74, 0.69, 0.58), "cream": (0.66, 0.56, 0.40), "violet": (0.60, 0.49, 0.46)}
_ROOTS = {
    "ginger": ((0.30, 0.20, 0.095), (0.55, 0.40, 0.20)),
    "dried_ginger": ((0.24, 0.17, 0.11), (0.46, 0.36, 0.24)),
    "turmeric": ((0.26, 0.11, 0.025), (0.46, 0.22, 0.04)),
    "galangal": ((0.22, 0.07, 0.035), (0.46, 0.20, 0.10)),
}


def _draw_garlic(draws: Draws) -> Parameters:
    skin = draws.weighted({"white": 0.5, "cream": 0.2, "violet": 0.3})
    return {
        "skin": draws.colour(_SKINS[skin], value=0.15, tint=0.05),
        "streaks": draws.colour(draws.choice([(0.36, 0.17, 0.23), (0.42, 0.33, 0.20)]), value=0.2),
        "streaked": draws.uniform(0.2, 0.9) if skin == "violet" else draws.uniform(0.0, 0.45),
        "radius": draws.uniform(0.017, 0.032),
        "cloves": draws.integer(6, 12),
        "peeled": draws.chance(0.35),
    }


def _draw_root(draws: Draws) -> Parameters:
    kind = draws.weighted({"ginger": 0.5, "dried_ginger": 0.2, "turmeric": 0.18, "galangal": 0.12})
    dark, light = (draws.colour(colour, value=0.2, tint=0.06) for colour in _ROOTS[kind])
    small = kind in ("turmeric", "dried_ginger")
    return {
        "kind": kind,
        "dark": dark,
        "light": light,
        "length": draws.uniform(0.03, 0.06) if small else draws.uniform(0.05, 0.11),
        "thick": draws.uniform(0.011, 0.017) if small else draws.uniform(0.022, 0.034),
        "fingers": draws.integer(0, 3) if small else draws.integer(2, 6),
    }


def _bulbs(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    skin = np.array(parameters["skin"])
    shader = grown(
        "garlic", [skin * 0.82, skin, np.minimum(skin * 1.1, 0.85)], size=0.012, stretch=(1, 1, 0.15), roughness=0.5,
        translucent=0.2, variety=0.15, dirt=0.25,
    )  # fmt: skip
    place = shader.node("CombineXYZ", {0: shader.attribute("around"), 1: shader.attribute("height")}).outputs[
        0
    ]
    veins = shader.streaks(place, (7.0, 0.8, 1.0))
    tinted(
        shader,
        parameters["streaks"],
        shader.ramp(veins, (0.48, (0.0,) * 3), (0.62, (parameters["streaked"],) * 3)),
    )
    tinted(
        shader, (0.36, 0.26, 0.15), faded(shader, "height", (0.0, 0.8), (0.025, 0.0), (0.9, 0.0), (1.0, 0.7))
    )
    shader.bump(veins, 0.0006)
    pieces = []
    for _ in range(4):
        mesh, height, around = garlic_bulb(
            rng, radius=parameters["radius"] * rng.uniform(0.85, 1.15), cloves=parameters["cloves"]
        )
        mesh = turned(mesh, about="y", degrees=rng.choice([rng.normal(0, 8), rng.normal(75, 12)]))
        pieces.append(add_piece("bulb", rest(mesh), shader.material, height=height, around=around))
    return pieces


def _cloves(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    bare, skin = np.array([0.78, 0.66, 0.40]), np.array(parameters["skin"])
    base = bare if parameters["peeled"] else skin
    shader = grown(
        "clove", [base * 0.85, base, np.minimum(base * 1.08, 0.85)], size=0.006, stretch=(0.2, 1, 1), translucent=0.3,
        roughness=0.35 if parameters["peeled"] else 0.55, variety=0.15, bump=0.0002,
    )  # fmt: skip
    if not parameters["peeled"]:
        lines = shader.noise(900.0, (0.1, 1.0, 1.0), detail=3.0)
        tinted(
            shader,
            parameters["streaks"],
            shader.ramp(lines, (0.5, (0.0,) * 3), (0.65, (parameters["streaked"],) * 3)),
        )
    meshes = [clove(rng, length=parameters["radius"] * rng.uniform(1.0, 1.35)) for _ in range(6)]
    return [add_piece("clove", rest(mesh), shader.material) for mesh in meshes]


def _roots(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    dark, light = np.array(parameters["dark"]), np.array(parameters["light"])
    shader = grown(
        "root", [dark, (dark + light) / 2, light], size=0.012, roughness=0.65, grain=0.25, variety=0.2, dirt=0.5,
        bump=0.0006,
    )  # fmt: skip
    rings = shader.node(
        "TexWave", {"Vector": shader.place(), "Scale": 75.0, "Distortion": 5.0, "Detail": 2.0, "Detail Scale": 0.7},
        bands_direction="X",
    ).outputs["Fac"]  # fmt: skip
    tinted(shader, dark * 0.55, shader.ramp(rings, (0.0, (0.5,) * 3), (0.16, (0.0,) * 3)))
    shader.bump(rings, 0.0007)
    pieces = []
    for _ in range(3):
        vertices, faces = root_stock(
            rng, length=parameters["length"] * rng.uniform(0.7, 1.2), thick=parameters["thick"] * rng.uniform(0.85, 1.15),
            fingers=parameters["fingers"],
        )  # fmt: skip
        piece = add_mesh("root", rest((vertices, faces.tolist())), shader.material)
        add_attribute(piece, "own", np.zeros(len(vertices)))
        pieces.append(piece)
    return pieces


_ROOT_LAYOUTS = {"single": 0.25, "scattered": 0.2, "row": 0.1, "heap": 0.2, "filled": 0.15, "hand": 0.1}

FAMILY = Family(
    name="garlic_ginger",
    label="",
    forms={
        "bulbs": laid_out(make=_bulbs, draw=_draw_garlic, weight=1.0, layouts=_ROOT_LAYOUTS, most=24),
        "cloves": laid_out(make=_cloves, draw=_draw_garlic, weight=0.9, layouts=LOOSE, most=80),
        "roots": laid_out(make=_roots, draw=_draw_root, weight=1.2, layouts=_ROOT_LAYOUTS, most=20),
    },
    facts=(
        Fact(
            "A garlic bulb is a flattened ball 3 to 6 cm across, white to pale purple, with a thin papery skin, a neck on top "
            "and many root scars below; within are 6 to 16 cloves.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, Allii Sativi "
            "Bulbus",
        ),
        Fact(
            "Fresh ginger is an irregular, slightly flat piece with finger-like branches, 4 to 18 cm long and 1 to 3 cm thick, "
            "yellowish to greyish brown, with rings.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, Zingiberis "
            "Rhizoma Recens",
        ),
    ),
)
