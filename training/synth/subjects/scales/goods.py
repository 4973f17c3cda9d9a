"""Pangolin scales as they are traded, as objects: loose, roasted, strung, on skins, tails and curled bodies; metres."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from training.synth.kit.assembly import Part, assemble
from training.synth.kit.blender import add_attribute, add_mesh
from training.synth.kit.draws import Parameters
from training.synth.kit.grown_shapes import rest
from training.synth.subjects.scales.materials import (
    cord_material,
    dried_skin_material,
    horn_scale_material,
    roasted_scale_material,
)
from training.synth.subjects.scales.pangolin_bodies import curled_body, flat_skin, skin_piece, strung, tail
from training.synth.subjects.scales.shapes import scale_mesh, vary

_ON_A_BODY = {"whole_skin": flat_skin, "skin_piece": skin_piece, "tail": tail, "curled": curled_body}


def loose_scales(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make six loose scales."""
    material = horn_scale_material(parameters)
    return [_piece(parameters, rng, material) for _ in range(6)]


def _piece(parameters: Parameters, rng: np.random.Generator, material: Any, *, spread: float = 0.3) -> Any:
    length = parameters["length"] * rng.uniform(1 - spread, 1 + spread)
    mesh, values = scale_mesh(vary(parameters, rng, length=length), rng)
    piece = add_mesh("scale", rest((mesh[0], mesh[1].tolist())), material)
    for name, each in values.items():
        add_attribute(piece, name, each)
    return piece


def roasted_scales(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Roasted scales swell and curl, so they are thicker and more arched, and many are folded."""
    material = roasted_scale_material(parameters)
    pieces = []
    for _ in range(6):
        length = parameters["length"] * rng.uniform(0.6, 1.3)
        mesh, values = scale_mesh(vary(parameters, rng, length=length, folded=0.5), rng)
        vertices = mesh[0].copy()
        vertices[:, 2] -= (rng.uniform(2.0, 9.0) * vertices[:, 0] ** 2) * (0.02 / length)
        vertices[:, 2] += (
            rng.uniform(0.3, 1.2) * length * values["fan"] * np.sin(np.pi * values["along"]) * 0.15
        )
        piece = add_mesh("roasted_scale", rest((vertices, mesh[1].tolist())), material)
        for name, each in values.items():
            add_attribute(piece, name, each)
        pieces.append(piece)
    return pieces


def strung_scales(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make one string of scales."""
    materials = [horn_scale_material(parameters), *[cord_material(tuple(parameters["cord_colour"]))] * 2]
    return [assemble("strung_scales", strung(parameters, rng), materials)]


def on_a_body(form: str) -> Callable[[Parameters, np.random.Generator], Sequence[Any]]:
    """Return the maker of scales in their rows on a body or skin of that name."""

    def make(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
        materials = [horn_scale_material(parameters), dried_skin_material(tuple(parameters["skin_colour"]))]
        kind = parameters["arrangement"]["kind"]
        variants = 2 if kind in ("row", "scattered", "heap", "filled") else 1
        return [
            assemble(form, _upright(_ON_A_BODY[form](parameters, rng), hanging=kind == "hanging"), materials)
            for _ in range(variants)
        ]

    return make


def _upright(parts: Sequence[Part], *, hanging: bool) -> Sequence[Part]:
    """Turn parts that lie along x so that they hang with their back to the viewer at -y, the head up."""
    if not hanging:
        return parts
    turn = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, -1.0], [-1.0, 0.0, 0.0]])
    return [part.moved(turn=turn) for part in parts]
