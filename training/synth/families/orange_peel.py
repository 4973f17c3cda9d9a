"""Dried tangerine peel (chenpi) and other dried citrus peel: petals, scraps and strips that curl."""

from __future__ import annotations

from training.synth.family import LOOSE, Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.plants.citrus import peel_scraps, peel_stars, peel_strips

# Outer and inner colour, linear.
_COLOURS = {
    "fresh": ((0.66, 0.24, 0.03), (0.75, 0.60, 0.38)),
    "dried": ((0.46, 0.17, 0.035), (0.60, 0.46, 0.27)),
    "aged": ((0.21, 0.085, 0.030), (0.40, 0.28, 0.16)),
    "old": ((0.085, 0.038, 0.018), (0.26, 0.165, 0.09)),
    "green": ((0.15, 0.15, 0.05), (0.52, 0.45, 0.27)),
    "lemon": ((0.58, 0.38, 0.07), (0.68, 0.58, 0.38)),
}


def _draw(draws: Draws) -> Parameters:
    tone = draws.weighted(
        {"fresh": 0.1, "dried": 0.35, "aged": 0.25, "old": 0.1, "green": 0.12, "lemon": 0.08}
    )
    outer, inner = (draws.colour(colour, value=0.25, tint=0.07) for colour in _COLOURS[tone])
    return {
        "tone": tone,
        "outer": outer,
        "inner": inner,
        "length": draws.uniform(0.028, 0.052),
        "petals": draws.integer(3, 4),
        "curl": draws.normal(0.4, 0.9, -1.6, 2.0),
        "thickness": draws.uniform(0.0012, 0.0030),
        "pits": draws.uniform(0.5, 1.0),
        "gloss": draws.uniform(0.4, 0.7),
    }


FAMILY = Family(
    name="orange_peel",
    label="herbal_medicine",
    forms={
        "petals": laid_out(
            make=peel_stars, draw=_draw, weight=1.2, layouts={**LOOSE, "single": 0.15}, most=30
        ),
        "scraps": laid_out(make=peel_scraps, draw=_draw, weight=1.5, layouts=LOOSE, most=80),
        "strips": laid_out(make=peel_strips, draw=_draw, weight=0.5, layouts=LOOSE, most=90),
    },
    facts=(
        Fact(
            "Dried tangerine peel is often cut into a few petals that hold together at the base, or comes as "
            "irregular pieces, 1 to 4 mm thick; outside orange-red to reddish brown with fine wrinkles and sunken "
            "oil dots, inside pale yellowish white and rough.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, "
            "Citri Reticulatae Pericarpium",
        ),
        Fact(
            "Peel of unripe tangerines is cut into four petals or strips, outside greyish green to dark green.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, "
            "Citri Reticulatae Pericarpium Viride",
        ),
    ),
)
