"""Cones of conifers, and their loose scales."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.assembly import Part, assemble, turn_matrix
from training.synth.kit.blade_materials import blade_shader
from training.synth.kit.blender import add_attribute, add_mesh
from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import Array
from training.synth.kit.grown_shapes import rest
from training.synth.kit.imbricate import clad
from training.synth.kit.round_shapes import ball
from training.synth.subjects.plants.cones_and_bulbs import cone_scale, core_height, head_places


def cone_material(parameters: Parameters) -> Any:
    """Return the stuff of cone scales: dark at the root, their shields grey or light, tips plain or sprayed."""
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


def pine_cones(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make one cone, or three where many lie together."""
    material = cone_material(parameters)
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


def cone_scales(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make six loose scales."""
    material, pieces = cone_material(parameters), []
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
