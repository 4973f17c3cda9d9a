"""What is taken for teeth and claws: shark teeth, carved and plastic horns, tusk shells, chillies and cashew nuts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import Fact, Family, alike
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.teeth.look_alikes import (
    carved_claws,
    cashews,
    chillies,
    cornicelli,
    shark_teeth,
    tusk_shells,
)

_FORMS = {
    "shark_teeth": 0.28,
    "chillies": 0.16,
    "cashews": 0.16,
    "tusk_shells": 0.13,
    "cornicelli": 0.13,
    "carved_claws": 0.14,
}
_MANY = {"scattered": 0.2, "spread": 0.15, "heap": 0.3, "filled": 0.2, "hand": 0.1, "single": 0.05}
_FEW = {"single": 0.3, "row": 0.25, "scattered": 0.3, "hand": 0.15}
_COLOURS = {
    "shark_teeth": [(0.72, 0.68, 0.58), (0.10, 0.10, 0.11), (0.35, 0.24, 0.14), (0.42, 0.42, 0.40)],
    "chillies": [
        (0.50, 0.012, 0.008),
        (0.32, 0.008, 0.006),
        (0.06, 0.20, 0.015),
        (0.62, 0.16, 0.012),
        (0.16, 0.012, 0.008),
    ],
    "cashews": [(0.72, 0.55, 0.34), (0.66, 0.45, 0.24), (0.52, 0.29, 0.12)],
    "tusk_shells": [(0.78, 0.74, 0.66), (0.70, 0.58, 0.46), (0.45, 0.55, 0.42)],
    "cornicelli": [
        (0.55, 0.015, 0.012),
        (0.45, 0.02, 0.02),
        (0.85, 0.62, 0.25),
        (0.8, 0.79, 0.77),
        (0.85, 0.80, 0.70),
    ],
    "carved_claws": [
        (0.22, 0.10, 0.04),
        (0.10, 0.045, 0.02),
        (0.40, 0.24, 0.11),
        (0.02, 0.02, 0.02),
        (0.8, 0.78, 0.72),
        (0.05, 0.25, 0.3),
    ],
}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot."""
    few = form in ("cornicelli", "carved_claws")
    colour = draws.choice(_COLOURS[form])
    size = {
        "shark_teeth": (0.012, 0.055), "chillies": (0.035, 0.12), "cashews": (0.026, 0.034),
        "tusk_shells": (0.025, 0.07),
        "cornicelli": (0.02, 0.05), "carved_claws": (0.03, 0.07),
    }[form]  # fmt: skip
    return {
        "form": form,
        "arrangement": draw_arrangement(
            draws.part("arrangement"), _FEW if few else _MANY, most=10 if few else 60
        ),
        "length_m": draws.log_uniform(*size),
        "colour": list(draws.colour(colour, value=0.25)),
        "second": list(
            draws.colour(draws.choice([(0.45, 0.36, 0.22), (0.14, 0.10, 0.07), (0.26, 0.25, 0.24)]))
        ),
        "gloss": draws.uniform(0.15, 0.45),
        "metal": draws.chance(0.5),
        "seed": draws.seed(),
    }


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the pieces."""
    rng = np.random.default_rng(parameters["seed"])
    return _MAKERS[parameters["form"]](parameters, rng)


_MAKERS = {
    "shark_teeth": shark_teeth, "chillies": chillies, "cashews": cashews, "tusk_shells": tusk_shells,
    "cornicelli": cornicelli, "carved_claws": carved_claws,
}  # fmt: skip

FAMILY = Family(
    name="small_teeth_shells",
    label="",
    facts=(
        Fact(
            "Teeth of requiem and white sharks are flat triangles, often serrated, on a broad two-lobed root.",
            "Compagno 2001, Sharks of the World, FAO Species Catalogue for Fishery Purposes",
        ),
        Fact(
            "Tusk shells (Scaphopoda) are slender, slightly curved tubes open at both ends, a few "
            "centimetres long.",
            "Reynolds 2002, The Scaphopoda, Advances in Marine Biology 42",
        ),
    ),
    forms=alike(_FORMS, draw_lot, make_pieces),
)
