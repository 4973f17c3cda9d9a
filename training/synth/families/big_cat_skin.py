"""Skins of tigers, leopards, jaguars, snow and clouded leopards, as floor skins, rugs, rolls, pieces and trim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import Fact, Family, alike
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.pelts.cat_skins import (
    draw_cat_skin,
    skin_pieces,
    skin_stack,
    trimmed,
    whole_skin,
)

_CATS = {"tiger": 0.34, "leopard": 0.34, "jaguar": 0.14, "snow_leopard": 0.13, "clouded_leopard": 0.05}
_LAYOUTS = {
    "floor": {"single": 1.0},
    "rug": {"single": 1.0},
    "hanging": {"hanging": 1.0},
    "folded": {"single": 0.9, "row": 0.1},
    "rolled": {"single": 0.75, "row": 0.25},
    "draped": {"standing": 1.0},
    "stack": {"single": 1.0},
    "pieces": {"single": 0.3, "row": 0.25, "scattered": 0.35, "spread": 0.1},
    "trim": {"single": 1.0},
}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot: the animals, their coats and outlines, and how the skins are laid."""
    cats = (
        _CATS
        if form not in ("pieces", "trim")
        else {name: _CATS[name] for name in ("tiger", "leopard", "jaguar")}
    )
    kind = draws.weighted(cats)
    count = draws.integer(2, 4) if form == "stack" else 1
    same = draws.chance(0.75)
    kinds = [
        kind if same or number == 0 else draws.part(f"kind{number}").weighted(_CATS)
        for number in range(count)
    ]
    lot: Parameters = {
        "form": form,
        "arrangement": draw_arrangement(
            draws.part("arrangement"), _LAYOUTS[form], most=8 if form == "pieces" else 3
        ),
        "skins": [draw_cat_skin(draws.part(f"skin{number}"), one, form) for number, one in enumerate(kinds)],
        "seed": draws.seed(),
    }
    if lot["arrangement"]["kind"] == "row":
        lot["arrangement"]["count"] = min(lot["arrangement"]["count"], 3)
    if form == "rug":
        lot["backing"] = list(
            draws.colour(
                draws.choice(
                    [(0.02, 0.015, 0.012), (0.16, 0.02, 0.015), (0.02, 0.07, 0.03), (0.3, 0.22, 0.12)]
                )
            )
        )
        lot["border_m"] = draws.uniform(0.025, 0.06) if draws.chance(0.6) else 0.0
    if form == "pieces":
        lot["piece_m"] = draws.log_uniform(0.15, 0.5)
        lot["slender"] = draws.log_uniform(0.35, 0.9)
    if form == "trim":
        lot["article"] = draws.weighted({"stole": 0.45, "robe": 0.55})
        lot["cloth"] = list(
            draws.colour(
                draws.choice(
                    [
                        (0.10, 0.012, 0.015),
                        (0.02, 0.03, 0.09),
                        (0.015, 0.013, 0.012),
                        (0.2, 0.13, 0.07),
                        (0.03, 0.06, 0.03),
                    ]
                )
            )
        )
        lot["width_m"] = draws.uniform(0.10, 0.22)
    return lot


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the skins."""
    rng = np.random.default_rng(parameters["seed"])
    form = parameters["form"]
    if form == "pieces":
        return skin_pieces(parameters, rng)
    if form == "trim":
        return [trimmed(parameters, rng)]
    if form == "stack":
        return [skin_stack(parameters, rng)]
    return [whole_skin(parameters, parameters["skins"][0], rng)]


FAMILY = Family(
    name="big_cat_skin",
    label="big_cat_skin",
    facts=(
        Fact(
            "Leopard rosettes are rings of spots without dots inside; jaguar rosettes are larger, fewer, "
            "and many have one or "
            "more dots inside. Head, belly and lower limbs bear solid spots.",
            "Seymour 1989, Panthera onca, Mammalian Species 340; Stein and Hayssen 2013, Panthera pardus, "
            "Mammalian Species 45",
        ),
        Fact(
            "A tiger's stripes run across the body; they are denser on the hindquarters than on the "
            "shoulders, and underparts, "
            "inner limbs, brows and cheeks are white.",
            "Mazak 1981, Panthera tigris, Mammalian Species 152",
        ),
        Fact(
            "Snow leopards are pale grey to cream with large, blurred dark grey rosettes, long hair, and "
            "a thick tail of 80 to "
            "105 cm on a head and body of 100 to 130 cm.",
            "Hemmer 1972, Uncia uncia, Mammalian Species 20; McCarthy and Mallon (eds) 2016, Snow "
            "Leopards, Academic Press",
        ),
        Fact(
            "Stripes and rosettes of cats are told apart and reproduced by models of local activation and "
            "lateral inhibition.",
            "Allen, Cuthill, Scott-Samuel and Baddeley 2011, Why the leopard got its spots: relating "
            "pattern development to "
            "ecology in felids, Proceedings of the Royal Society B 278",
        ),
        Fact(
            "Skins are traded whole with head, limbs and tail, mounted as rugs, and as strips and trim of "
            "traditional robes "
            "(chubas), worn in the 2000s with tiger, leopard and otter skin.",
            "Environmental Investigation Agency and Wildlife Protection Society of India 2006, Skinning "
            "the Cat: Crime and "
            "Politics of the Big Cat Skin Trade",
        ),
    ),
    forms=alike({
        "floor": 0.24, "rug": 0.15, "hanging": 0.17, "folded": 0.11, "rolled": 0.06, "draped": 0.06, "stack": 0.07,
        "pieces": 0.08, "trim": 0.06,
    }, draw_lot, make_pieces),
)  # fmt: skip
