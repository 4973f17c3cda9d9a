"""Heads of the helmeted hornbill and casque carvings as seizures and shops show them: in rows, many together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.families.hornbill_casque import SOLID_FRONT
from training.synth.family import Fact, Family, laid_out
from training.synth.kit.assembly import assemble, turn_matrix
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.materials import glossy_material
from training.synth.subjects.field_forms import in_a_field
from training.synth.subjects.horns.hornbill import block_parts, skull_parts
from training.synth.subjects.horns.hornbill_draws import draw_block, draw_look, draw_skull
from training.synth.subjects.jewellery.gem_materials import casque_material

_TABLES = {"none": 0.3, "cloth": 0.3, "velvet": 0.1, "plastic": 0.15, "newspaper": 0.15}


def _draw_heads(draws: Draws) -> Parameters:
    return {
        "look": draw_look(draws.part("look"), worn=True),
        "pieces": [draw_skull(draws.part(f"head {n}")) for n in range(3)],
        "side": draws.choice([-1, 1]),
    }


def _draw_carved(draws: Draws) -> Parameters:
    return {
        "look": draw_look(draws.part("look"), worn=False),
        "pieces": [draw_block(draws.part(f"block {n}")) for n in range(3)],
    }


def _materials(lot: Parameters) -> list[Any]:
    return [casque_material(lot["look"]), glossy_material("stand", (0.04, 0.016, 0.008), 0.35)]


def _heads(lot: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Heads that all lie on one side, the bill the same way."""
    del rng
    turn = turn_matrix(x=lot["side"] * (math.pi / 2 - 0.12))
    return [
        assemble("head", [part.moved(turn=turn) for part in skull_parts(values)], _materials(lot))
        for values in lot["pieces"]
    ]


def _carved(lot: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    del rng
    return [assemble("carved", block_parts(values), _materials(lot)) for values in lot["pieces"]]


FAMILY = Family(
    name="hornbill_on_display",
    label="hornbill_casque",
    forms={
        "heads": in_a_field(make=_heads, draw=_draw_heads, rows=(3, 4), columns=(3, 6), bases=_TABLES, neat=0.8, weight=0.4),
        "few_heads": laid_out(
            make=_heads, draw=_draw_heads, layouts={"row": 0.5, "scattered": 0.3, "single": 0.2}, most=4, weight=0.2
        ),
        "carved": in_a_field(
            make=_carved, draw=_draw_carved, rows=(3, 4), columns=(3, 5), bases=_TABLES, neat=0.7, weight=0.25
        ),
        "hand": laid_out(make=_carved, draw=_draw_carved, layouts={"hand": 0.7, "row": 0.3}, most=3, weight=0.15),
    },
    facts=(
        Fact(
            "Heads are seized by the dozen, dried, with casque and bill, and laid out in rows to be counted.",
            "Beastall, Shepherd, Hadiprakarsa and Martyr 2016, Trade in the Helmeted Hornbill Rhinoplax vigil: the ivory "
            "hornbill, Bird Conservation International 26",
        ),
        SOLID_FRONT,
    ),
)  # fmt: skip
