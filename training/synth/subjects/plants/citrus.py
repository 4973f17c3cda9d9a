"""Pieces of citrus peel: petals that hold together, scraps and strips."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.assembly import Part, assemble
from training.synth.kit.blade_materials import blade_shader
from training.synth.kit.draws import Parameters
from training.synth.subjects.plants.peels import peel_piece, peel_star


def peel_material(parameters: Parameters) -> Any:
    """Peel: dotted with sunken oil glands outside, spongy and pale within."""
    outer = np.array(parameters["outer"])
    shader = blade_shader(
        "peel", [(0.0, outer * 0.75), (0.2, outer), (0.8, outer * 1.1), (1.0, outer * 0.7)], under=parameters["inner"],
        roughness=parameters["gloss"], veins=0.12, vein_count=4.0, mottle=0.35, blotch=outer * 0.4, waver=0.25,
        variety=0.28, relief=0.0003, translucent=0.1,
    )  # fmt: skip
    glands = shader.node("TexVoronoi", {"Vector": shader.place(), "Scale": 620.0}).outputs["Distance"]
    shader.bump(glands, 0.0008 * parameters["pits"])
    shader.bump(shader.noise(120.0, detail=4.0), 0.0015)
    return shader.material


def peel_stars(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make four peels cut into petals that hold together."""
    material, pieces = peel_material(parameters), []
    for _ in range(4):
        length = parameters["length"] * rng.uniform(0.8, 1.2)
        curl = parameters["curl"] + rng.normal(0, 0.5)
        parts = [
            Part(vertices=mesh[0], faces=mesh[1], values={**values, "own": rng.uniform(0.4, 0.6)})
            for mesh, values in peel_star(rng, petals=parameters["petals"], length=length, curl=curl)
        ]
        over = np.diag([1.0, -1.0, -1.0]) if rng.random() < 0.4 else np.eye(3)  # some lie with the inside up
        pieces.append(assemble("peel", [part.moved(turn=over) for part in parts], [material]))
    return pieces


def peel_scraps(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make six torn pieces."""
    return _cut(parameters, rng, length=(0.5, 1.1), width=(0.45, 0.95), curl=0.9, side_curl=1.0)


def peel_strips(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make six narrow strips."""
    return _cut(parameters, rng, length=(0.8, 1.7), width=(0.08, 0.16), curl=1.6, side_curl=0.3)


def _cut(
    parameters: Parameters,
    rng: np.random.Generator,
    *,
    length: tuple[float, float],
    width: tuple[float, float],
    curl: float,
    side_curl: float,
) -> Sequence[Any]:
    material, pieces = peel_material(parameters), []
    for _ in range(6):
        long, wide = parameters["length"] * rng.uniform(*length), parameters["length"] * rng.uniform(*width)
        mesh, values = peel_piece(
            rng, length=long, width=wide, curl=rng.normal(0.2, curl), side_curl=rng.normal(0.4, side_curl),
            root=rng.uniform(0.3, 1.0), thickness=parameters["thickness"],
        )  # fmt: skip
        pieces.append(assemble("scrap", [Part(vertices=mesh[0], faces=mesh[1], values=values)], [material]))
    return pieces
