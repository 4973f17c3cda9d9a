"""Draws of raw tusks: proportions, cuts and writing."""

from __future__ import annotations

from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.ivory.ink_marks import draw_mark


def draw_tusk(draws: Draws, kind: str, form: str, typical: float, *, marked: bool) -> Parameters:
    """Draw one tusk; proportions from the sources of `FAMILY`."""
    length = min(typical * draws.uniform(0.8, 1.2), 2.2)
    slender = draws.uniform(0.033, 0.046) if kind == "asian" else draws.uniform(0.042, 0.066)
    hollow = draws.uniform(0.18, 0.42)
    start, end = _draw_cuts(draws.part("cuts"), form, hollow)
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


def _draw_cuts(draws: Draws, form: str, hollow: float) -> tuple[float, float]:
    """Draw from where to where of the tusk the piece goes."""
    if form in ("whole", "stack", "polished"):
        sawn = {"whole": 0.3, "stack": 0.3, "polished": 0.55}[form]
        return (draws.uniform(0.03, hollow + 0.08) if draws.chance(sawn) else 0.0), 1.0
    if form in ("mounted", "hung"):
        return draws.uniform(0.05, hollow), 1.0
    if form == "tips":
        return draws.uniform(0.55, 0.8), 1.0
    if form == "pieces":
        start = draws.choice([0.0, 0.1, 0.2, 0.35, 0.5])
        start += draws.uniform(0.01, 0.1) if start else 0.0
        return start, min(start + draws.uniform(0.12, 0.3), 0.92)
    start = draws.uniform(0.1, 0.7)
    return start, start + draws.uniform(0.03, 0.09)
