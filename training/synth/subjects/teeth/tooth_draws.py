"""Draws of the colours of teeth and claws, and of the metal and cord that they are set in."""

from __future__ import annotations

from collections.abc import Sequence

from training.synth.kit.draws import Draws, Parameters

Colour = tuple[float, float, float]

CLAWS: tuple[tuple[Colour, Colour, Colour], ...] = (
    ((0.55, 0.44, 0.30), (0.42, 0.27, 0.12), (0.45, 0.30, 0.14)),
    ((0.50, 0.42, 0.30), (0.58, 0.46, 0.30), (0.62, 0.50, 0.34)),
    ((0.35, 0.26, 0.17), (0.10, 0.055, 0.028), (0.16, 0.09, 0.045)),
    ((0.40, 0.33, 0.24), (0.022, 0.017, 0.014), (0.05, 0.03, 0.02)),
)
"""Base, body and tip, linear; bears have the last two, cats any."""

METALS: tuple[Colour, ...] = ((0.80, 0.78, 0.74), (0.83, 0.60, 0.24), (0.50, 0.49, 0.47))
"""Silver, gold and steel."""

CORDS: tuple[Colour, ...] = ((0.02, 0.015, 0.012), (0.12, 0.05, 0.02), (0.25, 0.02, 0.02), (0.4, 0.3, 0.18))
"""Black, brown, red and straw."""


def draw_tooth(draws: Draws) -> Parameters:
    """Draw the colours of a tooth's root and crown, its stains and its age."""
    return {
        "root": list(draws.colour((0.60, 0.45, 0.24), value=0.35)),
        "crown": list(draws.colour((0.80, 0.73, 0.58), value=0.12)),
        "stain": list(draws.colour((0.28, 0.16, 0.06), value=0.4)),
        "age": draws.uniform(0, 1),
    }


def draw_claw(draws: Draws, colours: tuple[Colour, Colour, Colour]) -> Parameters:
    """Draw the colours of a claw about one of `CLAWS`, and its age."""
    base, body, tip = colours
    return {
        "base": list(draws.colour(base)),
        "body": list(draws.colour(body, value=0.35)),
        "tip": list(draws.colour(tip)),
        "age": draws.uniform(0, 1),
    }


def draw_setting(draws: Draws, metal: Colour, cords: Sequence[Colour]) -> Parameters:
    """Draw the cap's metal, the share of the piece that it covers, and the cord."""
    return {
        "metal": list(draws.colour(metal, value=0.08)),
        "cap": draws.uniform(0.12, 0.3),
        "cord": list(draws.colour(draws.choice(cords))),
    }
