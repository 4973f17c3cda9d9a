"""Draws of what imitates coral and turquoise: dyed stone and coral, glass, plastic."""

from __future__ import annotations

from training.synth.kit.colours import Colour
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.jewellery.gem_materials import (
    draw_coral,
)

_DYES = [
    (0.02, 0.36, 0.40),
    (0.03, 0.30, 0.30),
    (0.55, 0.03, 0.03),
    (0.04, 0.10, 0.45),
    (0.30, 0.06, 0.40),
    (0.62, 0.62, 0.58),
    (0.10, 0.42, 0.12),
]
_GLASS = [
    (0.6, 0.02, 0.02),
    (0.02, 0.10, 0.5),
    (0.03, 0.4, 0.12),
    (0.75, 0.5, 0.03),
    (0.85, 0.84, 0.8),
    (0.02, 0.02, 0.02),
    (0.7, 0.12, 0.3),
    (0.02, 0.4, 0.5),
    (0.75, 0.22, 0.02),
    (0.3, 0.05, 0.4),
]
_CORAL_DYES = [(0.62, 0.02, 0.05), (0.70, 0.02, 0.16), (0.72, 0.09, 0.012), (0.36, 0.003, 0.02)]


def draw_dyed_stone(draws: Draws) -> Parameters:
    """Draw howlite or magnesite: white or dyed, with dark veins."""
    white = draws.chance(0.15)
    return {
        "colour": draws.colour((0.78, 0.77, 0.72) if white else draws.choice(_DYES), value=0.2),
        "vein": draws.colour((0.02, 0.016, 0.012) if draws.chance(0.7) else (0.25, 0.2, 0.15), value=0.4),
        "veins": draws.uniform(0.3, 1.0),
        "roughness": draws.uniform(0.15, 0.4),
        "spread": draws.uniform(0.0, 0.5),
    }


def draw_dyed_coral(draws: Draws) -> Parameters:
    """Draw porous coral, dyed, with open grooves and pits."""
    dye = draws.choice(_CORAL_DYES)
    return {
        **draw_coral(draws),
        "colour": draws.colour(dye, value=0.12),
        "white": 0.0,
        "striae": draws.uniform(0.7, 1.0),
        "spread": 0.04,
        "roughness": draws.uniform(0.25, 0.5),
        "pits": draws.uniform(0.4, 1.0),
    }


def draw_glass(draws: Draws) -> Parameters:
    """Draw beads of clear glass, in one colour or several."""
    colours = _draw_colours(draws)
    clear, roughness = draws.uniform(0.3, 1.0), draws.uniform(0.02, 0.1)
    return {"colours": colours, "clear": clear, "stripes": 0.0, "roughness": roughness}


def draw_plastic(draws: Draws) -> Parameters:
    """Draw beads of plastic, some striped."""
    return {
        "colours": _draw_colours(draws),
        "clear": draws.uniform(0, 0.15),
        "stripes": draws.uniform(0.4, 1.0) if draws.chance(0.3) else 0.0,
        "roughness": draws.uniform(0.1, 0.35),
    }


def _draw_colours(draws: Draws) -> list[Colour]:
    count = 1 if draws.chance(0.35) else draws.integer(2, 6)
    return [draws.colour(draws.choice(_GLASS), value=0.25) for _ in range(count)]
