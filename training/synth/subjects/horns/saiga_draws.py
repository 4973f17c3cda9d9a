"""Draws of saiga horn: colours, and the shape of a horn or of a cut piece."""

from __future__ import annotations

from training.synth.kit.draws import Draws, Parameters

_BODIES = {
    "wax": ((0.48, 0.28, 0.10), (0.60, 0.37, 0.13), (0.58, 0.33, 0.10)),
    "amber": ((0.30, 0.15, 0.05), (0.50, 0.24, 0.06), (0.38, 0.15, 0.03)),
    "pale": ((0.50, 0.42, 0.29), (0.70, 0.57, 0.36), (0.55, 0.38, 0.2)),
    "old": ((0.20, 0.13, 0.07), (0.38, 0.24, 0.11), (0.12, 0.06, 0.025)),
}


def draw_tones(draws: Draws) -> Parameters:
    """Draw the colours and wear of a lot."""
    base, body, tip = _BODIES[draws.weighted({"wax": 0.35, "amber": 0.35, "pale": 0.2, "old": 0.1})]
    return {
        "base": draws.colour(base, value=0.25, tint=0.1),
        "body": draws.colour(body, value=0.25, tint=0.1),
        "tip": draws.colour(tip, value=0.35, tint=0.1),
        "dirt": draws.uniform(0, 1),
        "polish": draws.uniform(0, 1),
    }


def draw_piece(draws: Draws, form: str) -> Parameters:
    """Draw the shape of one horn, and which part of it is left."""
    start, end = 0.0, 1.0
    if form == "cut":
        start = draws.uniform(0.0, 0.7)
        end = 1.0 if draws.chance(0.3) else min(1.0, start + draws.uniform(0.12, 0.35))
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
        "start": start,
        "end": end,
        "seed": draws.seed(),
    }
