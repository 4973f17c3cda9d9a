"""Carved, turned and strung wood."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.synth.family import Fact, Family
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.grown_materials import grown
from training.synth.subjects.carvings.goods import bangles, boxes, figures, strings, vessels

_WOODS = {
    "ebony": (0.022, 0.017, 0.014), "rosewood": (0.10, 0.032, 0.016), "teak": (0.26, 0.145, 0.06), "olive": (0.36, 0.24, 0.11),
    "boxwood": (0.58, 0.42, 0.21), "pine": (0.60, 0.44, 0.25), "sandalwood": (0.40, 0.26, 0.13), "walnut": (0.13, 0.07, 0.035),
    "bleached": (0.72, 0.62, 0.46),
}  # fmt: skip


def _draw(draws: Draws) -> Parameters:
    wood = draws.choice(sorted(_WOODS))
    return {
        "wood": wood,
        "colour": draws.colour(_WOODS[wood], value=0.25, tint=0.08),
        "polish": draws.uniform(0, 1),
        "ring_m": draws.log_uniform(0.004, 0.02),
        "old": draws.uniform(0, 0.9),
    }


def _paint(parameters: Parameters) -> Any:
    colour = np.array(parameters["colour"])
    return grown(
        parameters["wood"], [colour * 0.6, colour, colour * 1.3], size=parameters["ring_m"], stretch=(1.0, 1.0, 0.08),
        roughness=0.75 - 0.45 * parameters["polish"], coat=0.4 * parameters["polish"], grain=0.45, bump=0.0003,
        dirt=parameters["old"], variety=0.3,
    ).material  # fmt: skip


FAMILY = Family(
    name="wood_carving",
    label="wood_carving",
    forms={
        "figure": figures(_paint, _draw, weight=0.4),
        "beads": strings(_paint, _draw, shapes={"round": 0.8, "barrel": 0.2}, weight=0.22),
        "vessel": vessels(_paint, _draw, weight=0.16),
        "bangle": bangles(_paint, _draw, weight=0.12),
        "box": boxes(_paint, _draw, weight=0.1),
    },
    facts=(
        Fact(
            "Wood shows growth rings and pores along its grain, which ivory never does.",
            "Espinoza and Mann 1992, Identification Guide for Ivory and Ivory Substitutes, WWF and TRAFFIC",
        ),
    ),
)
