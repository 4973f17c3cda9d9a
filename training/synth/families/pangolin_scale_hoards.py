"""Pangolin scales by the kilogram: heaps that fill the picture, on tarpaulins, in sacks, foil bags, jars, trays and hands."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from training.synth.families import load_family
from training.synth.family import Fact, Family, Form
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.hoards import HOARDS, draw_hoard, make_hoard

_WET = {"gloss": (0.02, 0.12), "shade": (0.35, 0.7)}
_DRY = {"gloss": (0.3, 0.7), "shade": (0.8, 1.3)}


def draw_scales(draws: Draws) -> Parameters:
    """Draw one or two lots of loose scales, wet or dry; heaps are mixed of animals of many sizes and colours."""
    loose = load_family("pangolin_scales").forms["loose"]
    state = _WET if draws.chance(0.3) else _DRY
    gloss, shade = draws.uniform(*state["gloss"]), draws.uniform(*state["shade"])
    lots = [loose.draw(draws.part(f"lot {n}"), "loose") for n in range(draws.integer(1, 2))]
    lots = [
        {
            **lot,
            "gloss": gloss,
            "dustiness": 0.0 if state is _WET else lot["dustiness"],
            "dark": [min(shade * c, 0.9) for c in lot["dark"]],
            "light": [min(shade * c, 0.9) for c in lot["light"]],
        }
        for lot in lots
    ]
    return {"lots": lots, "core": lots[0]["dark"]}


def make_scales(goods: Parameters) -> Sequence[Any]:
    """Make the scales of all lots."""
    loose = load_family("pangolin_scales").forms["loose"]
    return [piece for lot in goods["lots"] for piece in loose.make(lot)]


FAMILY = Family(
    name="pangolin_scale_hoards",
    label="pangolin_scales",
    forms={
        name: Form(
            draw=partial(draw_hoard, draw_scales), make=partial(make_hoard, make_scales), weight=weight
        )
        for name, weight in HOARDS.items()
    },
    facts=(
        Fact(
            "Seized scales are shipped by the tonne in woven or foil sacks; of 32.5 tonnes of pangolin parts in the trade of "
            "2010 to 2015 most were scales.",
            "Heinrich, S. and others (2017), The Global Trafficking of Pangolins: A comprehensive summary of seizures and "
            "trafficking routes from 2010-2015, TRAFFIC",
        ),
        Fact(
            "A scale is fan-shaped, triangular, rhombic or shield-shaped, or half folded, 0.7 to 5 cm long and wide; outside dark "
            "brown or yellowish brown and shiny, inside paler.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, Manis Squama",
        ),
    ),
)
