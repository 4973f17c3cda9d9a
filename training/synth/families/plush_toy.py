"""Stuffed animals: bears, rabbits and dogs, and the tigers and leopards that look like skins from near."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import Fact, Family, alike
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.cloth.toys import add_toy

_ANIMALS = {"bear": 0.28, "tiger": 0.26, "leopard": 0.22, "rabbit": 0.1, "dog": 0.08, "cow": 0.06}
_MAIN = {
    "bear": [
        (0.55, 0.36, 0.20),
        (0.80, 0.62, 0.42),
        (0.93, 0.89, 0.82),
        (0.92, 0.62, 0.68),
        (0.30, 0.20, 0.14),
    ],
    "tiger": [(0.93, 0.55, 0.15), (0.95, 0.63, 0.25), (0.94, 0.92, 0.88)],
    "leopard": [(0.88, 0.70, 0.42), (0.80, 0.58, 0.30), (0.85, 0.84, 0.82)],
    "rabbit": [(0.93, 0.90, 0.86), (0.75, 0.68, 0.62), (0.95, 0.75, 0.80)],
    "dog": [(0.72, 0.52, 0.32), (0.92, 0.88, 0.80), (0.35, 0.25, 0.18)],
    "cow": [(0.95, 0.94, 0.92), (0.90, 0.86, 0.80)],
}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one toy, or a few alike."""
    animal = draws.weighted(_ANIMALS)
    return {
        "arrangement": draw_arrangement(
            draws.part("arrangement"), {"single": 0.7, "row": 0.2, "standing": 0.1}, most=3
        ),
        "pose": form,
        "animal": animal,
        "size_m": draws.log_uniform(0.13, 0.6),
        "pile_m": draws.uniform(0.003, 0.011),
        "fat": draws.uniform(0.85, 1.15),
        "head": draws.uniform(0.88, 1.15),
        "main": list(draws.colour(draws.choice(_MAIN[animal]), value=0.08, tint=0.03)),
        "pale": list(draws.colour((0.95, 0.93, 0.89), value=0.05, tint=0.02)),
        "dark": list(draws.colour((0.09, 0.07, 0.06), value=0.4)),
        "nose": list(draws.choice([(0.01, 0.01, 0.01), (0.35, 0.08, 0.09), (0.08, 0.03, 0.02)])),
        "ribbon": draws.chance(0.4),
        "ribbon_colour": list(
            draws.choice(
                [(0.6, 0.02, 0.03), (0.03, 0.1, 0.5), (0.7, 0.25, 0.4), (0.05, 0.3, 0.1), (0.8, 0.6, 0.1)]
            )
        ),
        "seed": draws.seed(),
    }


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the toy."""
    return [add_toy(parameters, np.random.default_rng(parameters["seed"]))]


FAMILY = Family(
    name="plush_toy",
    label="",
    facts=(
        Fact(
            "Stuffed toys are sewn of plush cut to a pattern: rounded limbs, a head as wide as the body, bead eyes "
            "and a stitched nose.",
            "Cockrill 1993, The Ultimate Teddy Bear Book, Dorling Kindersley",
        ),
    ),
    forms=alike({"sitting": 0.5, "lying": 0.3, "standing": 0.2}, draw_lot, make_pieces),
)
