"""Artichokes: heads of overlapping fleshy bracts, green to purple, and their loose leaves."""

from __future__ import annotations

from training.synth.family import Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.plants.artichokes import artichoke_heads, artichoke_leaves

# Root, middle and tip of a bract, linear.
_COLOURS = {
    "green": ((0.34, 0.38, 0.17), (0.13, 0.19, 0.065), (0.12, 0.15, 0.06)),
    "grey_green": ((0.36, 0.38, 0.22), (0.19, 0.235, 0.12), (0.16, 0.16, 0.09)),
    "violet": ((0.32, 0.30, 0.18), (0.16, 0.13, 0.085), (0.10, 0.035, 0.055)),
    "old": ((0.34, 0.30, 0.17), (0.19, 0.17, 0.075), (0.13, 0.075, 0.035)),
}


def _draw(draws: Draws) -> Parameters:
    tone = draws.weighted({"green": 0.4, "grey_green": 0.25, "violet": 0.25, "old": 0.1})
    root, middle, tip = (draws.colour(colour, value=0.25, tint=0.08) for colour in _COLOURS[tone])
    return {
        "tone": tone,
        "root": root,
        "middle": middle,
        "tip": tip,
        "radius": draws.uniform(0.030, 0.055),
        "tallness": draws.uniform(0.95, 1.35),
        "bracts": draws.integer(45, 80),
        "width": draws.uniform(0.72, 1.05),
        "notch": draws.uniform(0.0, 0.09),
        "sharp": draws.uniform(1.3, 2.4),
        "opening": draws.uniform(0.02, 0.30),
        "stem": draws.uniform(0.01, 0.09),
        "stands": draws.chance(0.4),
    }


FAMILY = Family(
    name="artichoke",
    label="",
    forms={
        "heads": laid_out(
            make=artichoke_heads,
            draw=_draw,
            weight=0.7,
            layouts={
                "single": 0.3,
                "standing": 0.1,
                "scattered": 0.2,
                "row": 0.15,
                "heap": 0.1,
                "filled": 0.15,
            },
            most=12,
        ),
        "leaves": laid_out(
            make=artichoke_leaves,
            draw=_draw,
            weight=0.3,
            layouts={
                "single": 0.05,
                "scattered": 0.2,
                "spread": 0.2,
                "heap": 0.3,
                "filled": 0.2,
                "hand": 0.05,
            },
            most=60,
        ),
    },
    facts=(
        Fact(
            "The head is a globe or egg of many series of overlapping bracts, fleshy at their base, green to "
            "purple, with entire, notched or spine-tipped ends.",
            "Flora of North America Editorial Committee 2006, Flora of North America, volume 19, Cynara",
        ),
        Fact(
            "Bracts follow one another at about 137.5 degrees, which gives the two families of spirals.",
            "Prusinkiewicz and Lindenmayer 1990, The Algorithmic Beauty of Plants, chapter 4, Springer",
        ),
    ),
)
