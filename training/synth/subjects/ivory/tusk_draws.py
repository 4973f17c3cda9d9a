"""Draws of raw tusks: proportions, cuts and writing."""

from __future__ import annotations

from collections.abc import Callable

from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.ivory.ink_marks import draw_mark

Cut = Callable[[Draws, float], tuple[float, float]]
"""Draws from where to where of a tusk a piece goes, 0 root to 1 tip, for the reach of its hollow."""


def draw_tusk(draws: Draws, kind: str, cut: Cut, typical: float, *, marked: bool) -> Parameters:
    """Draw one tusk of an ``african`` or ``asian`` elephant; proportions from the family's sources.

    Args:
        draws: Where the values come from.
        kind: African or Asian.
        cut: Where it is sawn.
        typical: Length of the lot's tusks, in metres.
        marked: Whether the lot bears writing.
    """
    length = min(typical * draws.uniform(0.8, 1.2), 2.2)
    slender = draws.uniform(0.033, 0.046) if kind == "asian" else draws.uniform(0.042, 0.066)
    hollow = draws.uniform(0.18, 0.42)
    start, end = cut(draws.part("cuts"), hollow)
    bend = draws.uniform(35, 85) if kind == "asian" else draws.uniform(50, 125)
    text = draw_mark(draws.part("mark")) if marked and draws.chance(0.85) else ""
    return {
        "length_m": length,
        "radius_m": min(length * slender * (0.045 / slender if length > 1.7 else 1.0), 0.095),
        "bend_deg": bend * draws.choice([-1, 1]),
        "late": draws.uniform(0.8, 1.25),
        "spiral_deg": draws.normal(0, 10, -28, 28),
        "oval": draws.uniform(0.84, 1.0),
        "start": start,
        "end": end,
        "hollow": hollow,
        "ragged": draws.uniform(0.02, 0.22),
        "facet": draws.uniform(0.0, 0.3),
        "mark": text,
        "mark_at": start + (end - start) * draws.uniform(0.25, 0.6),
        "seed": draws.seed(),
    }


def whole(draws: Draws, hollow: float, *, sawn: float = 0.3) -> tuple[float, float]:
    """Draw the ends of a tusk of which a share is sawn off at its hollow."""
    return (draws.uniform(0.03, hollow + 0.08) if draws.chance(sawn) else 0.0), 1.0


def to_mount(draws: Draws, hollow: float) -> tuple[float, float]:
    """Draw the ends of a tusk that is cut to stand in a collar."""
    return draws.uniform(0.05, hollow), 1.0


def tip(draws: Draws, hollow: float) -> tuple[float, float]:
    """Draw the ends of a solid tip."""
    del hollow
    return draws.uniform(0.55, 0.8), 1.0


def piece(draws: Draws, hollow: float) -> tuple[float, float]:
    """Draw the ends of a sawn piece."""
    del hollow
    start = draws.choice([0.0, 0.1, 0.2, 0.35, 0.5])
    start += draws.uniform(0.01, 0.1) if start else 0.0
    return start, min(start + draws.uniform(0.12, 0.3), 0.92)


def stub(draws: Draws, hollow: float) -> tuple[float, float]:
    """Draw the ends of a short slice."""
    del hollow
    start = draws.uniform(0.1, 0.7)
    return start, start + draws.uniform(0.03, 0.09)


def draw_stand(draws: Draws) -> Parameters:
    """Draw the stand or board of tusks, and how a pair is set on it."""
    return {
        "wood": draws.colour((0.10, 0.045, 0.02), value=0.6, tint=0.1),
        "metal": draws.chance(0.35),
        "sides": draws.choice([4, 48]),
        "apart": draws.uniform(2.6, 5.0),
        "outward": draws.chance(0.3),
        "single": draws.chance(0.35),
        "tip_up": draws.chance(0.5),
        "crossed": draws.chance(0.4),
        "seed": draws.seed(),
    }
