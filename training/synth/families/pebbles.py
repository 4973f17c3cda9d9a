"""River stones, gravel and flakes of slate."""

from __future__ import annotations

from training.synth.family import LOOSE, Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.stones.pebbles import pebbles, slate_flakes

_STONES = (
    (0.20, 0.19, 0.18), (0.07, 0.07, 0.075), (0.42, 0.40, 0.36), (0.30, 0.20, 0.13), (0.60, 0.57, 0.52), (0.15, 0.17, 0.16),
    (0.26, 0.12, 0.08), (0.34, 0.25, 0.15), (0.10, 0.12, 0.10),
)  # fmt: skip
_SLATES = (
    (0.085, 0.09, 0.10),
    (0.16, 0.16, 0.155),
    (0.12, 0.10, 0.115),
    (0.11, 0.13, 0.11),
    (0.22, 0.15, 0.09),
)


def _draw_round(draws: Draws) -> Parameters:
    alike = draws.choice(_STONES) if draws.chance(0.4) else None
    return {
        "colours": [draws.colour(alike or draws.choice(_STONES), value=0.35, tint=0.1) for _ in range(3)],
        "marks": [draws.choice(["plain", "veined", "speckled", "banded"]) for _ in range(3)],
        "size": draws.log_uniform(0.007, 0.04),
        "flatness": draws.uniform(0.25, 0.75),
        "wet": draws.chance(0.25),
    }


def _draw_flakes(draws: Draws) -> Parameters:
    slate = draws.choice(_SLATES)
    return {
        "colours": [draws.colour(slate, value=0.3, tint=0.06) for _ in range(3)],
        "marks": [draws.choice(["plain", "banded", "rusty"]) for _ in range(3)],
        "size": draws.log_uniform(0.012, 0.045),
        "corners": draws.integer(4, 8),
        "wet": draws.chance(0.2),
    }


FAMILY = Family(
    name="pebbles",
    label="",
    forms={
        "round": laid_out(make=pebbles, draw=_draw_round, weight=1.6, layouts=LOOSE, most=90),
        "flakes": laid_out(make=slate_flakes, draw=_draw_flakes, weight=1.2, layouts=LOOSE, most=70),
    },
    facts=(
        Fact(
            "Pebbles are stones of 4 to 64 mm.",
            "Wentworth 1922, A scale of grade and class terms for clastic sediments, Journal of Geology 30",
        ),
        Fact(
            "Pebbles are discs, blades, rods or balls by the ratios of their three axes, limits at 2/3.",
            "Zingg 1935, Beitrag zur Schotteranalyse, Schweizerische Mineralogische und Petrographische "
            "Mitteilungen 15",
        ),
    ),
    version=2,
)
