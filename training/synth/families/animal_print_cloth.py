"""Cloth printed with leopard, tiger, zebra and giraffe patterns: repeats, flat colours, seams and weave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import Fact, Family, alike
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.cloth.goods import GOODS
from training.synth.subjects.cloth.prints import PRINTS, print_shader

_LAYOUTS = {
    "yardage": {"single": 1.0},
    "folded": {"single": 0.6, "row": 0.4},
    "scarf": {"single": 1.0},
    "cushion": {"single": 0.5, "row": 0.3, "scattered": 0.2},
    "bag": {"single": 0.8, "row": 0.2},
    "pouch": {"single": 0.5, "row": 0.25, "scattered": 0.25},
    "garment": {"hanging": 1.0},
    "garment_flat": {"single": 1.0},
    "bolt": {"single": 0.4, "row": 0.6},
}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one article and its print."""
    pattern = draws.weighted({name: spec["weight"] for name, spec in PRINTS.items()})
    spec = PRINTS[pattern]
    natural = draws.chance(0.5)
    ground, dark, fill = draws.choice(spec["natural"] if natural else spec["fancy"])
    return {
        "form": form,
        "arrangement": draw_arrangement(draws.part("arrangement"), _LAYOUTS[form], most=4),
        "pattern": pattern,
        "ground": list(draws.colour(ground, value=0.12)),
        "dark": list(draws.colour(dark, value=0.25)),
        "fill": list(draws.colour(fill, value=0.12)),
        "repeat_m": draws.uniform(0.16, 0.36),
        "pattern_seed": draws.seed(),
        "cloth": draws.weighted({"cotton": 0.4, "satin": 0.3, "velvet": 0.15, "knit": 0.15}),
        "trim": list(
            draws.colour(
                draws.choice([(0.01, 0.01, 0.01), (0.25, 0.12, 0.05), (0.5, 0.36, 0.12), (0.6, 0.02, 0.05)])
            )
        ),
        "size": draws.uniform(0.85, 1.2),
        "seed": draws.seed(),
    }


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the article."""
    rng = np.random.default_rng(parameters["seed"])
    return GOODS[parameters["form"]](parameters, print_shader(parameters).material, rng)


FAMILY = Family(
    name="animal_print_cloth",
    label="animal_print_textile",
    facts=(
        Fact(
            "Printed and woven patterns repeat: every figure comes back after one repeat of the screen or "
            "roller, whereas no "
            "two rosettes or stripes of a real skin are alike.",
            "Wilson 2001, Handbook of Textile Design: Principles, Processes and Practice, Woodhead Publishing",
        ),
        Fact(
            "Leopard print has been printed and woven since the twentieth century in natural and in "
            "unnatural colours, on "
            "dresses, coats, shoes, bags and furnishings.",
            "Weldon 2018, Fierce: The History of Leopard Print, Harper Design",
        ),
    ),
    forms=alike({
        "yardage": 0.19, "folded": 0.14, "scarf": 0.13, "cushion": 0.14, "bag": 0.12, "pouch": 0.06, "garment": 0.08,
        "garment_flat": 0.08, "bolt": 0.06,
    }, draw_lot, make_pieces),
)  # fmt: skip
