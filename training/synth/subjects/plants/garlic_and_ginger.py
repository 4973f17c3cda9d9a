"""Garlic bulbs, cloves and root stocks with their skins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.blender import add_attribute, add_mesh
from training.synth.kit.draws import Parameters
from training.synth.kit.grown_materials import faded, grown, tinted
from training.synth.kit.grown_shapes import add_piece, rest, turned
from training.synth.subjects.plants.cones_and_bulbs import clove, garlic_bulb, root_stock


def garlic_bulbs(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make four bulbs in their papery skin."""
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


def garlic_cloves(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make six cloves, peeled or not."""
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


def root_stocks(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make three branched roots with rings."""
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
