"""Canines and claws as sellers lay them out: in rows on cloth, capped as pendants, on a palm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.field_forms import in_a_field
from training.synth.subjects.teeth.goods import loose_pieces, pendant

_CLAWS = (
    ((0.55, 0.44, 0.30), (0.42, 0.27, 0.12), (0.45, 0.30, 0.14)),
    ((0.50, 0.42, 0.30), (0.58, 0.46, 0.30), (0.62, 0.50, 0.34)),
    ((0.35, 0.26, 0.17), (0.10, 0.055, 0.028), (0.16, 0.09, 0.045)),
)
_METALS = ((0.80, 0.78, 0.74), (0.83, 0.60, 0.24), (0.50, 0.49, 0.47))
_CORDS = ((0.02, 0.015, 0.012), (0.12, 0.05, 0.02), (0.25, 0.02, 0.02))
_CLOTHS = {"velvet": 0.4, "cloth": 0.35, "none": 0.15, "newspaper": 0.1}


def _draw(draws: Draws) -> Parameters:
    kind = draws.weighted({"canine": 0.6, "cat_claw": 0.4})
    base, body, tip = draws.choice(_CLAWS)
    return {
        "kind": kind,
        "length_m": draws.uniform(0.055, 0.12) if kind == "canine" else draws.uniform(0.035, 0.07),
        "tooth": {
            "root": list(draws.colour((0.60, 0.45, 0.24), value=0.35)),
            "crown": list(draws.colour((0.80, 0.73, 0.58), value=0.12)),
            "stain": list(draws.colour((0.28, 0.16, 0.06), value=0.4)),
            "age": draws.uniform(0, 1),
        },
        "claw": {
            "base": list(draws.colour(base)), "body": list(draws.colour(body, value=0.35)),
            "tip": list(draws.colour(tip)), "age": draws.uniform(0, 1),
        },
        "metal": list(draws.colour(draws.choice(_METALS), value=0.08)),
        "cap": draws.uniform(0.12, 0.3),
        "cord": list(draws.colour(draws.choice(_CORDS))),
    }  # fmt: skip


def _pendants(lot: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    return [pendant(lot, rng) for _ in range(3)]


FAMILY = Family(
    name="cat_teeth_on_display",
    label="big_cat_teeth_claws",
    forms={
        "rows": in_a_field(make=loose_pieces, draw=_draw, bases=_CLOTHS, neat=0.85, weight=0.35),
        "pendants": in_a_field(
            make=_pendants, draw=_draw, rows=(3, 4), columns=(3, 4), bases=_CLOTHS, neat=0.9, weight=0.2
        ),
        "palm": laid_out(make=loose_pieces, draw=_draw, layouts={"hand": 1.0}, most=5, weight=0.25),
        "pendant": laid_out(make=_pendants, draw=_draw, layouts={"hand": 0.5, "single": 0.5}, most=2, weight=0.2),
    },
    facts=(
        Fact(
            "Canines of tigers reach about 9 to 13 cm with the root, of which the crown is less than half.",
            "Mazak 1981, Panthera tigris, Mammalian Species 152",
        ),
        Fact(
            "Teeth and claws are set in metal caps as pendants and strung on cords as amulets and jewellery.",
            "Nowell and Jackson 1996, Wild Cats: Status Survey and Conservation Action Plan, IUCN",
        ),
    ),
)  # fmt: skip
