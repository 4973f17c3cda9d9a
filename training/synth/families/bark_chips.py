"""Bark and wood of the herbal trade: cinnamon rolls, squares of bark, wood chips, shavings, mulch."""

from __future__ import annotations

from typing import Any

from training.synth.family import LOOSE, Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.plants.barks import bark_rolls, bark_squares, wood_chips, wood_shavings

# Outer, deep and inner colour, linear.
_BARKS = {
    "cinnamon": ((0.24, 0.145, 0.085), (0.12, 0.06, 0.03), (0.22, 0.085, 0.036)),
    "eucommia": ((0.26, 0.21, 0.16), (0.13, 0.10, 0.075), (0.09, 0.045, 0.032)),
    "pine": ((0.22, 0.125, 0.075), (0.08, 0.04, 0.025), (0.36, 0.19, 0.09)),
    "birch": ((0.62, 0.58, 0.52), (0.12, 0.09, 0.07), (0.45, 0.27, 0.13)),
    "root_bark": ((0.40, 0.30, 0.18), (0.22, 0.14, 0.08), (0.62, 0.50, 0.33)),
    "magnolia": ((0.23, 0.19, 0.15), (0.11, 0.08, 0.06), (0.14, 0.06, 0.03)),
    "mulch": ((0.12, 0.055, 0.030), (0.05, 0.025, 0.015), (0.20, 0.09, 0.045)),
}
_WOODS = {
    "sandal": ((0.50, 0.33, 0.17), (0.40, 0.24, 0.11)),
    "sappan": ((0.46, 0.16, 0.06), (0.34, 0.10, 0.04)),
    "agar": ((0.20, 0.13, 0.075), (0.055, 0.035, 0.022)),
    "pale": ((0.62, 0.47, 0.28), (0.48, 0.33, 0.18)),
    "red": ((0.26, 0.075, 0.035), (0.15, 0.04, 0.02)),
    "oak": ((0.34, 0.21, 0.11), (0.22, 0.13, 0.065)),
}


def _draw_bark(*kinds: str) -> Any:
    def draw(draws: Draws) -> Parameters:
        kind = draws.choice(kinds)
        outer, deep, inner = (draws.colour(colour, value=0.3, tint=0.08) for colour in _BARKS[kind])
        return {"kind": kind, "outer": outer, "deep": deep, "inner": inner, **_draw_size(draws)}

    return draw


def _draw_wood(draws: Draws) -> Parameters:
    kind = draws.choice(sorted(_WOODS))
    face, deep = (draws.colour(colour, value=0.3, tint=0.08) for colour in _WOODS[kind])
    return {"kind": kind, "outer": face, "deep": deep, "inner": face, **_draw_size(draws)}


def _draw_size(draws: Draws) -> Parameters:
    return {
        "length": draws.log_uniform(0.02, 0.065),
        "slimness": draws.uniform(0.25, 0.95),
        "bend": draws.uniform(0.02, 0.42),
        "rough": draws.uniform(0.4, 1.0),
    }


_ROLLED = {"single": 0.1, "row": 0.15, "bundle": 0.2, "scattered": 0.2, "heap": 0.2, "filled": 0.15}

FAMILY = Family(
    name="bark_chips",
    label="herbal_medicine",
    forms={
        "rolls": laid_out(
            make=bark_rolls, draw=_draw_bark("cinnamon", "magnolia", "eucommia"), layouts=_ROLLED, most=16
        ),
        "squares": laid_out(
            make=bark_squares,
            draw=_draw_bark("cinnamon", "eucommia", "pine", "birch", "root_bark", "magnolia"),
            weight=1.6,
            layouts=LOOSE,
            most=80,
        ),
        "mulch": laid_out(
            make=bark_squares, draw=_draw_bark("mulch", "pine"), weight=0.7, layouts=LOOSE, most=110
        ),
        "chips": laid_out(make=wood_chips, draw=_draw_wood, weight=1.2, layouts=LOOSE, most=100),
        "shavings": laid_out(make=wood_shavings, draw=_draw_wood, weight=0.5, layouts=LOOSE, most=70),
    },
    facts=(
        Fact(
            "Cinnamon bark is trough-shaped or rolled into tubes, 0.2 to 0.8 cm thick; outside greyish brown and a "
            "little rough, with fine wrinkles and pale patches, inside reddish brown and rather smooth.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, "
            "Cinnamomi Cortex",
        ),
        Fact(
            "Eucommia bark comes in slabs or pieces curled in at both sides, 3 to 7 mm thick; outside pale to "
            "greyish brown with marked wrinkles and fissures, inside dark purplish brown and smooth.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, "
            "Eucommiae Cortex",
        ),
    ),
)
