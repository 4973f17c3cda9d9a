"""Pieces of bark and wood: rolls, squares, chips and shavings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.blade_materials import blade_shader
from training.synth.kit.blender import add_attribute, add_mesh
from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import ArrayMesh
from training.synth.kit.grown_shapes import rest
from training.synth.kit.thin_shapes import Values
from training.synth.subjects.plants.peels import bark_sheet


def bark_material(parameters: Parameters) -> Any:
    """Bark: fissures along the grain, grey and brown patches, lichen; within smoother and of another colour."""
    outer, deep = np.array(parameters["outer"]), np.array(parameters["deep"])
    shader = blade_shader(
        "bark", [(0.0, outer * 0.8), (0.35, outer), (0.65, outer * 1.12), (1.0, outer * 0.85)], under=parameters["inner"],
        roughness=0.8, veins=0.55, vein_count=9.0 + 16.0 * parameters["rough"], mottle=0.5 * parameters["rough"],
        blotch=deep, waver=0.3, variety=0.32, relief=0.0011 * parameters["rough"],
    )  # fmt: skip
    lumps = shader.noise(160.0, (0.4, 1.0, 1.0), detail=5.0)
    shader.bump(lumps, 0.0012 * parameters["rough"])
    return shader.material


def wood_chip_material(parameters: Parameters) -> Any:
    """Return split wood: grain and pores along the chip."""
    face = np.array(parameters["outer"])
    shader = blade_shader(
        "wood_chip", [(0.0, face * 0.85), (0.5, face), (1.0, face * 1.1)], under=face * 0.92, roughness=0.75, veins=0.4,
        vein_count=18.0, mottle=0.45, blotch=parameters["deep"], waver=0.3, variety=0.3, relief=0.0005,
    )  # fmt: skip
    return shader.material


def _piece(name: str, made: tuple[ArrayMesh, Values], material: Any) -> Any:
    (vertices, faces), values = made
    piece = add_mesh(name, rest((vertices, faces.tolist())), material)
    for key, each in values.items():
        add_attribute(piece, key, each)
    return piece


def bark_rolls(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make five rolls of bark."""
    material = bark_material(parameters)
    length = 0.05 + 2.2 * parameters["length"]
    return [
        _piece(
            "roll",
            bark_sheet(
                rng, length=length * rng.uniform(0.7, 1.15), width=length * rng.uniform(0.45, 0.9),
                thickness=rng.uniform(0.0012, 0.004), across=rng.choice([0.45, 0.9, 1.3, 1.6]), along=rng.normal(0, 1.0),
            ),
            material,
        )
        for _ in range(5)
    ]  # fmt: skip


def bark_squares(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make six flat or bent pieces of bark."""
    material, size = bark_material(parameters), parameters["length"]
    return [
        _piece(
            "bark",
            bark_sheet(
                rng, length=size * rng.uniform(0.7, 1.3), width=size * parameters["slimness"] * rng.uniform(0.7, 1.3),
                thickness=rng.uniform(0.0012, 0.0045), across=parameters["bend"] * rng.uniform(0.2, 1.3),
                along=rng.normal(0, 4), ragged=0.05 + 0.1 * parameters["rough"],
            ),
            material,
        )
        for _ in range(6)
    ]  # fmt: skip


def wood_chips(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Wood split and chopped: short, angular, thick at one end."""
    material, size, pieces = wood_chip_material(parameters), 0.75 * parameters["length"], []
    for _ in range(6):
        (vertices, faces), values = bark_sheet(
            rng, length=size * rng.uniform(0.6, 1.4), width=size * parameters["slimness"] * rng.uniform(0.4, 1.0),
            thickness=size * rng.uniform(0.06, 0.22), across=0.02, along=rng.normal(0, 3), ragged=0.12,
        )  # fmt: skip
        wedge = 1 + rng.uniform(-0.8, 0.8) * (values["along"] - 0.5) * 2
        shear = rng.normal(0, 0.5) * vertices[:, 1]
        vertices = np.column_stack([vertices[:, 0] + shear, vertices[:, 1], vertices[:, 2] * wedge])
        pieces.append(_piece("chip", ((vertices, faces), values), material))
    return pieces


def wood_shavings(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make six thin shavings that curl."""
    material, size = wood_chip_material(parameters), parameters["length"]
    return [
        _piece(
            "shaving",
            bark_sheet(
                rng, length=size * rng.uniform(0.25, 0.6), width=size * rng.uniform(0.9, 1.8), thickness=0.0005,
                across=rng.choice([0.3, 0.5, 1.0, 1.4]), along=rng.normal(0, 8), ragged=0.05,
            ),
            material,
        )
        for _ in range(6)
    ]  # fmt: skip
