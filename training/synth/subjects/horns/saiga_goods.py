"""Saiga horns as they are traded, as objects: horns, pairs on the skull, tied bundles and slices; metres."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import Array
from training.synth.kit.grown_materials import grown
from training.synth.kit.grown_shapes import add_piece, plate, rest, waves
from training.synth.kit.materials import glossy_material, plain_material
from training.synth.subjects.horns.bodies import add_body
from training.synth.subjects.horns.materials import saiga_material
from training.synth.subjects.horns.saiga import pair, saiga_horn, tied


def horns(lot: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make three horns."""
    del rng
    materials = saiga_materials(lot)
    return [add_body("horn", saiga_horn(values), materials) for values in lot["horns"][:3]]


def pairs(lot: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make two pairs, lying."""
    del rng
    materials = saiga_materials(lot)
    return [
        add_body("pair", pair(values, lot["pair"], hanging=False), materials) for values in lot["horns"][:2]
    ]


def bundles(lot: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make one tied bundle."""
    del rng
    return [add_body("bundle", tied(lot["horns"], lot["tie"]), saiga_materials(lot))]


def saiga_materials(lot: Parameters) -> list[Any]:
    """Return horn, the tie's cord, and bone, by the slots of `training.synth.subjects.horns.saiga`."""
    tie = glossy_material("tie", tuple(lot["tie"]["colour"]), 0.6)
    return [saiga_material(lot["tones"]), tie, plain_material((0.55, 0.47, 0.34))]


def slices(lot: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Thin curled ovals planed across the horn: pale, translucent, with a darker rim."""
    tone = np.array(lot["tones"]["body"])
    material = grown(
        "slice", [tone * 0.8, np.minimum(tone * 1.35, 0.85)], size=0.006, stretch=(0.3, 1.0, 1.0), roughness=0.35,
        translucent=0.6, coat=0.3, variety=0.25,
    ).material  # fmt: skip
    slices = []
    for _ in range(5):
        angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
        size = rng.uniform(0.012, 0.018)
        outline = np.stack([np.cos(angle) * size * rng.uniform(1.0, 2.2), np.sin(angle) * size], axis=1)
        outline *= 1 + 0.05 * waves(outline, rng, size=size)[:, None]
        curl = rng.uniform(-0.3, 0.3) / size

        def dome(flat: Array, share: Array, curl: float = curl) -> Array:
            return curl * flat[:, 0] ** 2 + 0.0006 * share

        mesh, _ = plate(outline, thickness=0.0009, dome=dome, rings=7, edge=0.6)
        slices.append(add_piece("slice", rest(mesh), material))
    return slices
