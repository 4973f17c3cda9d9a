"""Cloth printed with leopard, tiger, zebra and giraffe patterns: repeats, flat colours, seams and weave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from training.synth.family import Fact, Family, Form, arranged, seeded
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.cloth import goods
from training.synth.subjects.cloth.prints import draw_print, print_shader


def _form(article: goods.GoodsMaker, weight: float, layouts: Mapping[str, float]) -> Form:
    """Return a form of one article, in one print."""

    def lot(draws: Draws, count: int) -> Parameters:
        del count
        return {**draw_print(draws), "size": draws.uniform(0.85, 1.2), "seed": draws.seed()}

    def make(lot: Parameters, rng: np.random.Generator) -> Sequence[Any]:
        return article(lot, print_shader(lot).material, rng)

    return arranged(lot=lot, make=seeded(make), weight=weight, layouts=layouts, most=4)


FAMILY = Family(
    name="animal_print_cloth",
    label="animal_print_textile",
    facts=(
        Fact(
            "Printed and woven patterns repeat: every figure comes back after one repeat of the screen or roller, "
            "whereas no two rosettes or stripes of a real skin are alike.",
            "Wilson 2001, Handbook of Textile Design: Principles, Processes and Practice, Woodhead Publishing",
        ),
        Fact(
            "Leopard print has been printed and woven since the twentieth century in natural and in unnatural "
            "colours, on dresses, coats, shoes, bags and furnishings.",
            "Weldon 2018, Fierce: The History of Leopard Print, Harper Design",
        ),
    ),
    forms={
        "yardage": _form(goods.yardage, 0.19, {"single": 1.0}),
        "folded": _form(goods.folded_cloth, 0.14, {"single": 0.6, "row": 0.4}),
        "scarf": _form(goods.scarf, 0.13, {"single": 1.0}),
        "cushion": _form(goods.cushion, 0.14, {"single": 0.5, "row": 0.3, "scattered": 0.2}),
        "bag": _form(goods.bag, 0.12, {"single": 0.8, "row": 0.2}),
        "pouch": _form(goods.pouch, 0.06, {"single": 0.5, "row": 0.25, "scattered": 0.25}),
        "garment": _form(goods.hung_garment, 0.08, {"hanging": 1.0}),
        "garment_flat": _form(goods.flat_garment, 0.08, {"single": 1.0}),
        "bolt": _form(goods.bolt, 0.06, {"single": 0.4, "row": 0.6}),
    },
)
