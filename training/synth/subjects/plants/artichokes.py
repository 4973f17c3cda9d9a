"""Artichokes: their heads, stems and loose bracts, and what these are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.assembly import Part, assemble, turn_matrix
from training.synth.kit.blade_materials import blade_shader
from training.synth.kit.blender import add_attribute, add_mesh
from training.synth.kit.draws import Parameters
from training.synth.kit.grown_materials import grown
from training.synth.kit.grown_shapes import rest
from training.synth.kit.imbricate import clad
from training.synth.kit.round_shapes import ball, tube
from training.synth.subjects.plants.cones_and_bulbs import bract, head_places


def bract_material(parameters: Parameters) -> Any:
    """Return the skin of bracts: pale at the root, green, then dark at the tip."""
    root, middle, tip = (np.array(parameters[key]) for key in ("root", "middle", "tip"))
    shader = blade_shader(
        "bract", [(0.0, root), (0.3, (root + 2 * middle) / 3), (0.6, middle), (0.95, tip), (1.0, tip * 0.55)],
        under=(root + middle) / 1.7, roughness=0.5, veins=0.22, vein_count=9.0, mottle=0.25,
        blotch=(0.09, 0.06, 0.025), waver=0.10, variety=0.22, translucent=0.1, relief=0.0004,
    )  # fmt: skip
    return shader.material


def bract_models(parameters: Parameters, rng: np.random.Generator) -> list[Any]:
    """Return four bracts of one head, each with its values."""
    options = {"notch": parameters["notch"], "sharp": parameters["sharp"]}
    return [
        bract(
            rng, width=parameters["width"] * rng.uniform(0.92, 1.08), cup=rng.uniform(0.25, 0.45), **options
        )
        for _ in range(4)
    ]


def artichoke_heads(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make one head, or three where many lie together."""
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
    materials = [bract_material(parameters), stem.material]
    many = parameters["arrangement"]["kind"] not in ("single", "standing")
    return [head_piece(parameters, rng, materials) for _ in range(3 if many else 1)]


def head_piece(parameters: Parameters, rng: np.random.Generator, materials: Sequence[Any]) -> Any:
    """Clad a core with bracts, and put it on its stem."""
    radius = parameters["radius"] * rng.uniform(0.85, 1.15)
    height = 2 * radius * parameters["tallness"]
    places = head_places(
        rng, radius=radius, height=height, count=parameters["bracts"], size=radius * 1.35, opening=parameters["opening"],
        top=0.35, core=0.82,
    )  # fmt: skip
    mesh, values = clad(bract_models(parameters, rng), places, rng)
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


def artichoke_leaves(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make six loose bracts."""
    material, pieces = bract_material(parameters), []
    for (vertices, faces), values in [*bract_models(parameters, rng), *bract_models(parameters, rng)][:6]:
        size = parameters["radius"] * 1.35 * rng.uniform(0.7, 1.2)
        piece = add_mesh("bract", rest((vertices * size, faces.tolist())), material)
        for name, each in values.items():
            add_attribute(piece, name, each)
        pieces.append(piece)
    return pieces
