"""Horns of goats and sheep, singly, in rows and in heaps, as saiga horns are shown elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.field_forms import in_a_field
from training.synth.subjects.horns.bodies import add_body
from training.synth.subjects.horns.crafts import lying_horn
from training.synth.subjects.horns.materials import bovine_material

_TONES = (
    ((0.10, 0.08, 0.06), (0.06, 0.05, 0.042), (0.02, 0.018, 0.016)),
    ((0.30, 0.23, 0.15), (0.24, 0.18, 0.11), (0.12, 0.08, 0.05)),
    ((0.20, 0.15, 0.10), (0.14, 0.10, 0.065), (0.03, 0.024, 0.02)),
)


def _draw(draws: Draws) -> Parameters:
    base, body, tip = draws.choice(_TONES)
    return {
        "tones": {
            "base": draws.colour(base, value=0.3),
            "body": draws.colour(body, value=0.3),
            "tip": draws.colour(tip, value=0.3),
            "inside": draws.colour((0.30, 0.22, 0.13), value=0.5),
            "split": draws.uniform(0.5, 0.9),
            "ragged": draws.uniform(0.15, 0.5),
            "polish": draws.uniform(0.05, 0.4),
        },
        "horns": [_draw_horn(draws.part(f"horn {n}")) for n in range(3)],
    }


def _draw_horn(draws: Draws) -> Parameters:
    size = draws.uniform(0.15, 0.40)
    return {
        "length_m": size,
        "base_m": size * draws.uniform(0.085, 0.12),
        "flat": draws.uniform(0.5, 0.75),
        "square": draws.uniform(2.0, 2.8),
        "bend_deg": draws.uniform(60, 150),
        "back_deg": draws.uniform(-10, 60),
        "sway_deg": draws.uniform(-35, 35),
        "taper": draws.uniform(1.0, 1.5),
        "ridges": draws.integer(10, 26),
        "ridge": draws.uniform(0.04, 0.10),
        "wall": draws.uniform(0.06, 0.16),
        "rough": draws.uniform(0.3, 1.0),
        "rim": False,
        "seed": draws.seed(),
    }


def _horns(lot: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    del rng
    material = bovine_material(lot["tones"])
    return [add_body("horn", lying_horn(values), [material]) for values in lot["horns"]]


FAMILY = Family(
    name="goat_horns",
    label="bovine_horn",
    forms={
        "rows": in_a_field(make=_horns, draw=_draw, rows=(3, 4), columns=(3, 7), weight=0.4),
        "few": laid_out(
            make=_horns,
            draw=_draw,
            layouts={"single": 0.3, "row": 0.4, "scattered": 0.3},
            most=5,
            weight=0.35,
        ),
        "heap": laid_out(make=_horns, draw=_draw, layouts={"heap": 0.6, "filled": 0.4}, most=14, weight=0.25),
    },
    facts=(
        Fact(
            "Horns of goats sweep back like sabres, flattened from side to side, with transverse ridges.",
            "Mason 1984, Evolution of Domesticated Animals, Longman",
        ),
    ),
)
