"""Draws of saiga horn: colours, horns, cut pieces, pairs on the skull and ties."""

from __future__ import annotations

from collections.abc import Sequence

from training.synth.kit.draws import Draws, Parameters

Colour = tuple[float, float, float]

COLOURS: dict[str, tuple[Colour, Colour, Colour]] = {
    "wax": ((0.48, 0.28, 0.10), (0.60, 0.37, 0.13), (0.58, 0.33, 0.10)),
    "amber": ((0.30, 0.15, 0.05), (0.50, 0.24, 0.06), (0.38, 0.15, 0.03)),
    "pale": ((0.50, 0.42, 0.29), (0.70, 0.57, 0.36), (0.55, 0.38, 0.2)),
    "old": ((0.20, 0.13, 0.07), (0.38, 0.24, 0.11), (0.12, 0.06, 0.025)),
}
"""Base, body and tip, linear."""

TIES = ((0.45, 0.02, 0.02), (0.35, 0.26, 0.14), (0.03, 0.03, 0.03), (0.6, 0.55, 0.1))
"""Red, straw, black and yellow cord."""


def draw_tones(draws: Draws, colours: tuple[Colour, Colour, Colour]) -> Parameters:
    """Draw the colours and wear of a lot about one of `COLOURS`."""
    base, body, tip = colours
    return {
        "base": draws.colour(base, value=0.25, tint=0.1),
        "body": draws.colour(body, value=0.25, tint=0.1),
        "tip": draws.colour(tip, value=0.35, tint=0.1),
        "dirt": draws.uniform(0, 1),
        "polish": draws.uniform(0, 1),
    }


def draw_horn(draws: Draws) -> Parameters:
    """Draw the shape of one whole horn."""
    return {
        "length_m": draws.normal(0.24, 0.035, 0.16, 0.33),
        "base_m": draws.uniform(0.0125, 0.0165),
        "rings": draws.integer(12, 20),
        "ridge": draws.uniform(0.14, 0.27),
        "smooth": draws.uniform(0.22, 0.36),
        "lyre_deg": draws.uniform(25, 55),
        "sway_deg": draws.uniform(8, 26),
        "taper": draws.uniform(1.0, 1.5),
        "core": draws.chance(0.55),
        "start": 0.0,
        "end": 1.0,
        "seed": draws.seed(),
    }


def draw_cut(draws: Draws) -> Parameters:
    """Draw a cut piece: a horn, and which part of it is left."""
    start = draws.uniform(0.0, 0.7)
    end = 1.0 if draws.chance(0.3) else min(1.0, start + draws.uniform(0.12, 0.35))
    return {**draw_horn(draws), "start": start, "end": end}


def draw_pair(draws: Draws, *, skull: float) -> Parameters:
    """Draw how two horns stand to each other, as often as ``skull`` says on the bone."""
    return {"spread_deg": draws.uniform(6, 26), "skull": draws.chance(skull), "seed": draws.seed()}


def draw_tie(draws: Draws, colours: Sequence[Colour] = TIES) -> Parameters:
    """Draw the tie of a bundle."""
    return {"colour": draws.choice(colours), "bands": draws.integer(1, 2)}
