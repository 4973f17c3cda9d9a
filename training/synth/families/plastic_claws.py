"""Claws and teeth cast in plastic or resin, laid out and shown as real ones are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.grown_shapes import rest
from training.synth.kit.materials import glossy_material
from training.synth.subjects.field_forms import in_a_field
from training.synth.subjects.teeth.goods import add_horn, horn_of

_PLASTICS = (
    (0.82, 0.80, 0.74),
    (0.75, 0.66, 0.45),
    (0.02, 0.02, 0.02),
    (0.45, 0.05, 0.04),
    (0.10, 0.25, 0.45),
)


def _draw(draws: Draws) -> Parameters:
    return {
        "kind": draws.weighted({"canine": 0.4, "cat_claw": 0.45, "bear_claw": 0.15}),
        "length_m": draws.uniform(0.03, 0.075),
        "colour": draws.colour(draws.choice(_PLASTICS), value=0.15),
        "roughness": draws.uniform(0.08, 0.4),
    }


def _cast(lot: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Casts of one mould: all alike, of one even colour."""
    material = glossy_material("plastic", tuple(lot["colour"]), lot["roughness"], coat=0.3)
    horn, seed = horn_of(lot, rng), int(rng.integers(1 << 30))

    def on_ground(points: np.ndarray) -> np.ndarray:
        return rest((points, []))[0]

    return [add_horn(horn, material, seed, on_ground) for _ in range(2)]


FAMILY = Family(
    name="plastic_claws",
    label="resin",
    forms={
        "rows": in_a_field(make=_cast, draw=_draw, neat=0.85, weight=0.45),
        "palm": laid_out(make=_cast, draw=_draw, layouts={"hand": 0.7, "single": 0.3}, most=5, weight=0.3),
        "heap": laid_out(make=_cast, draw=_draw, layouts={"heap": 0.5, "filled": 0.5}, most=40, weight=0.25),
    },
    facts=(
        Fact(
            "Casts of resin and plastic of one mould are alike and may show a seam; real teeth and claws differ.",
            "Espinoza and Mann 1992, Identification Guide for Ivory and Ivory Substitutes, WWF and TRAFFIC",
        ),
    ),
)
