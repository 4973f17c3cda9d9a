"""Canines and claws of big cats and bears: loose, in heaps, capped as pendants, and on cords."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import Fact, Family, alike
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.teeth.goods import loose_pieces, necklace, pendant

_KINDS = {"canine": 0.5, "cat_claw": 0.38, "bear_claw": 0.12}
_CLAWS = [
    ((0.55, 0.44, 0.30), (0.42, 0.27, 0.12), (0.45, 0.30, 0.14)),
    ((0.50, 0.42, 0.30), (0.58, 0.46, 0.30), (0.62, 0.50, 0.34)),
    ((0.35, 0.26, 0.17), (0.10, 0.055, 0.028), (0.16, 0.09, 0.045)),
    ((0.40, 0.33, 0.24), (0.022, 0.017, 0.014), (0.05, 0.03, 0.02)),
]
_CORDS = [(0.02, 0.015, 0.012), (0.12, 0.05, 0.02), (0.25, 0.02, 0.02), (0.4, 0.3, 0.18)]
_LAYOUTS = {
    "loose": {
        "single": 0.14,
        "row": 0.2,
        "scattered": 0.26,
        "spread": 0.1,
        "heap": 0.14,
        "filled": 0.06,
        "hand": 0.10,
    },
    "pendant": {"single": 0.6, "row": 0.15, "scattered": 0.15, "hand": 0.1},
    "necklace": {"single": 1.0},
}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot of one kind of tooth or claw."""
    kind = draws.weighted(_KINDS)
    length = {"canine": (0.055, 0.125), "cat_claw": (0.035, 0.07), "bear_claw": (0.06, 0.10)}[kind]
    base, body, tip = draws.choice(_CLAWS[2:] if kind == "bear_claw" else _CLAWS)
    metal = draws.choice([(0.80, 0.78, 0.74), (0.83, 0.60, 0.24), (0.50, 0.49, 0.47)])
    return {
        "form": form,
        "arrangement": draw_arrangement(draws.part("arrangement"), _LAYOUTS[form], most=32),
        "kind": kind,
        "length_m": draws.uniform(*length),
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
        "metal": list(draws.colour(metal, value=0.08)),
        "cap": draws.uniform(0.12, 0.3),
        "cord": list(draws.colour(draws.choice(_CORDS))),
        "teeth": draws.choice([1, 1, 3, 5, 7, 9, 12]),
        "beads": draws.choice(["none", "wood", "red", "bone", "turquoise"]),
        "seed": draws.seed(),
    }  # fmt: skip


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the pieces."""
    rng = np.random.default_rng(parameters["seed"])
    if parameters["form"] == "loose":
        return loose_pieces(parameters, rng)
    return [pendant(parameters, rng)] if parameters["form"] == "pendant" else [necklace(parameters, rng)]


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
        Fact(
            "Teeth and claws are set in metal caps as pendants and strung on cords as amulets and jewellery.",
            "Nowell and Jackson 1996, Wild Cats: Status Survey and Conservation Action Plan, IUCN",
        ),
    ),
    forms=alike({"loose": 0.58, "pendant": 0.22, "necklace": 0.20}, draw_lot, make_pieces),
)
