"""Canines and claws as sellers lay them out: in rows on cloth, capped as pendants, on a palm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.families.big_cat_teeth_claws import SET_IN_METAL
from training.synth.family import Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.field_forms import in_a_field
from training.synth.subjects.teeth import tooth_draws as draw
from training.synth.subjects.teeth.goods import loose_pieces, pendant

_CLOTHS = {"velvet": 0.4, "cloth": 0.35, "none": 0.15, "newspaper": 0.1}


def _draw(draws: Draws) -> Parameters:
    kind, claw = draws.weighted({"canine": 0.6, "cat_claw": 0.4}), draws.choice(draw.CLAWS[:3])
    return {
        "kind": kind,
        "length_m": draws.uniform(0.055, 0.12) if kind == "canine" else draws.uniform(0.035, 0.07),
        "tooth": draw.draw_tooth(draws),
        "claw": draw.draw_claw(draws, claw),
        **draw.draw_setting(draws, draws.choice(draw.METALS), draw.CORDS[:3]),
    }


def _pendants(lot: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    return [pendant(lot, rng)[0] for _ in range(3)]


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
        SET_IN_METAL,
    ),
)  # fmt: skip
