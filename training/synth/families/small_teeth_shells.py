"""What is taken for teeth and claws: shark teeth, carved and plastic horns, tusk shells, chillies and cashew nuts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from training.synth.family import Fact, Family, Form, arranged, seeded
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.teeth import look_alikes as alike

_MANY = {"scattered": 0.2, "spread": 0.15, "heap": 0.3, "filled": 0.2, "hand": 0.1, "single": 0.05}
_FEW = {"single": 0.3, "row": 0.25, "scattered": 0.3, "hand": 0.15}
_SECOND = ((0.45, 0.36, 0.22), (0.14, 0.10, 0.07), (0.26, 0.25, 0.24))


def _form(
    make: Callable[..., Sequence[Any]],
    *,
    length_m: tuple[float, float],
    colours: Sequence[tuple[float, float, float]],
    weight: float,
    layouts: Mapping[str, float] = _MANY,
    most: int = 60,
) -> Form:
    """Return a form of things of about one length and colour."""

    def lot(draws: Draws, count: int) -> Parameters:
        del count
        colour = draws.choice(colours)
        return {
            "length_m": draws.log_uniform(*length_m),
            "colour": list(draws.colour(colour, value=0.25)),
            "second": list(draws.colour(draws.choice(_SECOND))),
            "gloss": draws.uniform(0.15, 0.45),
            "metal": draws.chance(0.5),
            "seed": draws.seed(),
        }

    return arranged(lot=lot, make=seeded(make), weight=weight, layouts=layouts, most=most)


_charms = partial(_form, layouts=_FEW, most=10)

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
    forms={
        "shark_teeth": _form(
            alike.shark_teeth, length_m=(0.012, 0.055), weight=0.28,
            colours=[(0.72, 0.68, 0.58), (0.10, 0.10, 0.11), (0.35, 0.24, 0.14), (0.42, 0.42, 0.40)],
        ),
        "chillies": _form(
            alike.chillies, length_m=(0.035, 0.12), weight=0.16,
            colours=[(0.50, 0.012, 0.008), (0.32, 0.008, 0.006), (0.06, 0.20, 0.015), (0.62, 0.16, 0.012), (0.16, 0.012, 0.008)],
        ),
        "cashews": _form(
            alike.cashews, length_m=(0.026, 0.034), weight=0.16,
            colours=[(0.72, 0.55, 0.34), (0.66, 0.45, 0.24), (0.52, 0.29, 0.12)],
        ),
        "tusk_shells": _form(
            alike.tusk_shells, length_m=(0.025, 0.07), weight=0.13,
            colours=[(0.78, 0.74, 0.66), (0.70, 0.58, 0.46), (0.45, 0.55, 0.42)],
        ),
        "cornicelli": _charms(
            alike.cornicelli, length_m=(0.02, 0.05), weight=0.13,
            colours=[(0.55, 0.015, 0.012), (0.45, 0.02, 0.02), (0.85, 0.62, 0.25), (0.8, 0.79, 0.77), (0.85, 0.80, 0.70)],
        ),
        "carved_claws": _charms(
            alike.carved_claws, length_m=(0.03, 0.07), weight=0.14,
            colours=[
                (0.22, 0.10, 0.04), (0.10, 0.045, 0.02), (0.40, 0.24, 0.11), (0.02, 0.02, 0.02), (0.8, 0.78, 0.72), (0.05, 0.25, 0.3),
            ],
        ),
    },
)  # fmt: skip
