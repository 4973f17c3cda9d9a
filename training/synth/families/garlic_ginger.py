"""Garlic bulbs and cloves, ginger and turmeric roots."""

from __future__ import annotations

from training.synth.family import LOOSE, Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.plants.garlic_and_ginger import garlic_bulbs, garlic_cloves, root_stocks

_SKINS = {"white": (0.74, 0.69, 0.58), "cream": (0.66, 0.56, 0.40), "violet": (0.60, 0.49, 0.46)}
_ROOTS = {
    "ginger": ((0.30, 0.20, 0.095), (0.55, 0.40, 0.20)),
    "dried_ginger": ((0.24, 0.17, 0.11), (0.46, 0.36, 0.24)),
    "turmeric": ((0.26, 0.11, 0.025), (0.46, 0.22, 0.04)),
    "galangal": ((0.22, 0.07, 0.035), (0.46, 0.20, 0.10)),
}


def _draw_garlic(draws: Draws) -> Parameters:
    skin = draws.weighted({"white": 0.5, "cream": 0.2, "violet": 0.3})
    return {
        "skin": draws.colour(_SKINS[skin], value=0.15, tint=0.05),
        "streaks": draws.colour(draws.choice([(0.36, 0.17, 0.23), (0.42, 0.33, 0.20)]), value=0.2),
        "streaked": draws.uniform(0.2, 0.9) if skin == "violet" else draws.uniform(0.0, 0.45),
        "radius": draws.uniform(0.017, 0.032),
        "cloves": draws.integer(6, 12),
        "peeled": draws.chance(0.35),
    }


def _draw_root(draws: Draws) -> Parameters:
    kind = draws.weighted({"ginger": 0.5, "dried_ginger": 0.2, "turmeric": 0.18, "galangal": 0.12})
    dark, light = (draws.colour(colour, value=0.2, tint=0.06) for colour in _ROOTS[kind])
    small = kind in ("turmeric", "dried_ginger")
    return {
        "kind": kind,
        "dark": dark,
        "light": light,
        "length": draws.uniform(0.03, 0.06) if small else draws.uniform(0.05, 0.11),
        "thick": draws.uniform(0.011, 0.017) if small else draws.uniform(0.022, 0.034),
        "fingers": draws.integer(0, 3) if small else draws.integer(2, 6),
    }


_ROOT_LAYOUTS = {"single": 0.25, "scattered": 0.2, "row": 0.1, "heap": 0.2, "filled": 0.15, "hand": 0.1}

FAMILY = Family(
    name="garlic_ginger",
    label="",
    forms={
        "bulbs": laid_out(make=garlic_bulbs, draw=_draw_garlic, weight=1.0, layouts=_ROOT_LAYOUTS, most=24),
        "cloves": laid_out(make=garlic_cloves, draw=_draw_garlic, weight=0.9, layouts=LOOSE, most=80),
        "roots": laid_out(make=root_stocks, draw=_draw_root, weight=1.2, layouts=_ROOT_LAYOUTS, most=20),
    },
    facts=(
        Fact(
            "A garlic bulb is a flattened ball 3 to 6 cm across, white to pale purple, with a thin papery skin, a "
            "neck on top and many root scars below; within are 6 to 16 cloves.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, "
            "Allii Sativi Bulbus",
        ),
        Fact(
            "Fresh ginger is an irregular, slightly flat piece with finger-like branches, 4 to 18 cm long and 1 to "
            "3 cm thick, yellowish to greyish brown, with rings.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, "
            "Zingiberis Rhizoma Recens",
        ),
    ),
)
