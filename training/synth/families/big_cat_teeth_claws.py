"""Canines and claws of big cats and bears: loose, in heaps, capped as pendants, and on cords."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from training.synth.family import Fact, Family, Form, arranged, seeded
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.teeth import goods
from training.synth.subjects.teeth import tooth_draws as draw

_KINDS = {"canine": 0.5, "cat_claw": 0.38, "bear_claw": 0.12}
_LENGTHS_M = {"canine": (0.055, 0.125), "cat_claw": (0.035, 0.07), "bear_claw": (0.06, 0.10)}


def _lot(draws: Draws, count: int) -> Parameters:
    del count
    kind = draws.weighted(_KINDS)
    claw = draws.choice(draw.CLAWS[2:] if kind == "bear_claw" else draw.CLAWS)
    metal = draws.choice(draw.METALS)
    return {
        "kind": kind,
        "length_m": draws.uniform(*_LENGTHS_M[kind]),
        "tooth": draw.draw_tooth(draws),
        "claw": draw.draw_claw(draws, claw),
        **draw.draw_setting(draws, metal, draw.CORDS),
        "teeth": draws.choice([1, 1, 3, 5, 7, 9, 12]),
        "beads": draws.choice(["none", "wood", "red", "bone", "turquoise"]),
        "seed": draws.seed(),
    }


def _form(make: Callable[..., Sequence[Any]], weight: float, layouts: Mapping[str, float]) -> Form:
    return arranged(lot=_lot, make=seeded(make), weight=weight, layouts=layouts, most=32)


SET_IN_METAL = Fact(
    "Teeth and claws are set in metal caps as pendants and strung on cords as amulets and jewellery.",
    "Nowell and Jackson 1996, Wild Cats: Status Survey and Conservation Action Plan, IUCN",
)

FAMILY = Family(
    name="big_cat_teeth_claws",
    label="big_cat_teeth_claws",
    facts=(
        Fact(
            "Canines of tigers reach about 9 to 13 cm with the root, of which the crown is less than "
            "half; the root is thick, "
            "yellowish and closed in adults, the crown is covered with white enamel.",
            "Mazak 1981, Panthera tigris, Mammalian Species 152; Hillson 2005, Teeth, Cambridge "
            "University Press",
        ),
        Fact(
            "Claws of cats are strongly hooked, high and thin from side to side, and can be drawn in; "
            "those of bears are less "
            "curved and blunter.",
            "Ewer 1973, The Carnivores, Cornell University Press",
        ),
        SET_IN_METAL,
    ),
    forms={
        "loose": _form(
            goods.loose_pieces, 0.58,
            {"single": 0.14, "row": 0.2, "scattered": 0.26, "spread": 0.1, "heap": 0.14, "filled": 0.06, "hand": 0.10},
        ),
        "pendant": _form(goods.pendant, 0.22, {"single": 0.6, "row": 0.15, "scattered": 0.15, "hand": 0.1}),
        "necklace": _form(goods.necklace, 0.20, {"single": 1.0}),
    },
)  # fmt: skip
