"""Birds' heads and blocks carved in wood or painted, on the tables where hornbill heads lie elsewhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import Fact, Family, laid_out
from training.synth.kit.assembly import assemble, turn_matrix
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.grown_materials import grown
from training.synth.kit.materials import glossy_material
from training.synth.subjects.field_forms import in_a_field
from training.synth.subjects.horns.hornbill import block_parts, skull_parts
from training.synth.subjects.horns.hornbill_draws import draw_block, draw_skull

_WOODS = (
    (0.022, 0.017, 0.014),
    (0.10, 0.032, 0.016),
    (0.26, 0.145, 0.06),
    (0.58, 0.42, 0.21),
    (0.13, 0.07, 0.035),
)


def _draw_wood(draws: Draws) -> Parameters:
    return {"wood": draws.colour(draws.choice(_WOODS), value=0.25, tint=0.08), "polish": draws.uniform(0, 1)}


def _draw_heads(draws: Draws) -> Parameters:
    return {
        **_draw_wood(draws),
        "pieces": [draw_skull(draws.part(f"head {n}")) for n in range(2)],
        "upright": draws.chance(0.5),
    }


def _draw_blocks(draws: Draws) -> Parameters:
    return {**_draw_wood(draws), "pieces": [draw_block(draws.part(f"block {n}")) for n in range(3)]}


def _materials(lot: Parameters) -> list[Any]:
    wood = np.array(lot["wood"])
    carved = grown(
        "wood", [wood * 0.6, wood, wood * 1.3], size=0.012, stretch=(0.1, 1.0, 1.0),
        roughness=0.75 - 0.45 * lot["polish"], coat=0.4 * lot["polish"], grain=0.45, bump=0.0003, variety=0.3,
    ).material  # fmt: skip
    return [carved, glossy_material("stand", (0.04, 0.016, 0.008), 0.35)]


def _heads(lot: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    del rng
    turn = turn_matrix(x=0.0 if lot["upright"] else math.pi / 2 - 0.12)
    materials = _materials(lot)
    return [
        assemble("head", [part.moved(turn=turn) for part in skull_parts(values)], materials)
        for values in lot["pieces"]
    ]


def _blocks(lot: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    del rng
    materials = _materials(lot)
    return [assemble("block", block_parts(values), materials) for values in lot["pieces"]]


FAMILY = Family(
    name="wooden_birds",
    label="wood_carving",
    forms={
        "heads": in_a_field(make=_heads, draw=_draw_heads, rows=(3, 4), columns=(3, 5), weight=0.35),
        "few_heads": laid_out(
            make=_heads, draw=_draw_heads, layouts={"row": 0.4, "scattered": 0.3, "single": 0.3}, most=4, weight=0.3
        ),
        "blocks": in_a_field(make=_blocks, draw=_draw_blocks, rows=(3, 4), columns=(3, 5), weight=0.2),
        "hand": laid_out(make=_blocks, draw=_draw_blocks, layouts={"hand": 0.7, "row": 0.3}, most=3, weight=0.15),
    },
    facts=(
        Fact(
            "Wood shows growth rings and pores along its grain; hornbill casque shows yellow under a red skin.",
            "Espinoza and Mann 1992, Identification Guide for Ivory and Ivory Substitutes, WWF and TRAFFIC",
        ),
    ),
)  # fmt: skip
