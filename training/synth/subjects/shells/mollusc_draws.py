"""Draws of sea shells and their colours, by kind."""

from __future__ import annotations

from training.synth.kit.assembly import Part
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.shells.molluscs import (
    coil_parts,
    cowrie_parts,
    draw_coil,
    draw_cowrie,
    draw_nacre_piece,
    draw_valve,
    nacre_parts,
    valve_parts,
)

_GROUNDS = [
    (0.82, 0.74, 0.62),
    (0.78, 0.56, 0.38),
    (0.80, 0.66, 0.56),
    (0.62, 0.46, 0.30),
    (0.72, 0.40, 0.28),
    (0.5, 0.45, 0.42),
]


_MARKS = [(0.32, 0.13, 0.05), (0.48, 0.18, 0.08), (0.10, 0.05, 0.03), (0.55, 0.24, 0.20), (0.40, 0.26, 0.15)]


def draw_shell(draws: Draws, form: str, species: str) -> Parameters:
    """Draw one shell of a kind, or of any where kinds are mixed."""
    kind = form
    if form == "mixed":
        kind = draws.weighted({"snail": 0.4, "cowrie": 0.2, "bivalve": 0.4})
        species = draws.choice(["turban", "whelk", "auger", "moon", "cone"])
    if kind == "snail":
        return {"group": kind, **draw_coil(draws, species)}
    if kind == "nautilus":
        return {"group": kind, **draw_coil(draws, "nautilus")}
    drawers = {"cowrie": draw_cowrie, "bivalve": draw_valve, "nacre": draw_nacre_piece}
    return {"group": kind, **drawers[kind](draws)}


def draw_shell_look(draws: Draws, piece: Parameters) -> Parameters:
    """Draw the colours and marks of one shell."""
    kind = piece["kind"]
    marks = {
        "nautilus": {"rays": 1.0}, "cowrie": {"spots": 0.5, "none": 0.35, "blotches": 0.15},
        "cone": {"zigzag": 0.5, "spots": 0.3, "bands": 0.2}, "scallop": {"bands": 0.5, "rays": 0.25, "none": 0.25},
    }.get(kind, {"none": 0.35, "bands": 0.2, "rays": 0.2, "blotches": 0.15, "zigzag": 0.1})  # fmt: skip
    chosen = draws.weighted(marks)
    ground = {"nautilus": (0.85, 0.77, 0.66), "mussel": (0.03, 0.035, 0.06)}.get(kind) or draws.choice(
        _GROUNDS
    )
    inside = {"cowrie": (0.16, 0.07, 0.04), "conch": (0.85, 0.38, 0.30), "mussel": (0.55, 0.55, 0.62)}
    return {
        "ground": draws.colour(ground, value=0.12),
        "mark": draws.colour((0.42, 0.11, 0.045) if kind == "nautilus" else draws.choice(_MARKS), value=0.25),
        "inside": draws.colour(inside.get(kind, (0.82, 0.74, 0.66)), value=0.12),
        "marks": chosen,
        "scale": draws.uniform(5.0, 11.0) if kind == "cowrie" else draws.uniform(1.2, 3.5),
        "share": draws.uniform(0.3, 0.6),
        "roughness": draws.uniform(0.08, 0.25)
        if kind in ("cowrie", "cone", "moon")
        else draws.uniform(0.3, 0.6),
        "gloss": 0.5 if kind in ("cowrie", "cone") else draws.uniform(0, 0.25),
        "wear": draws.uniform(0, 0.7) ** 1.5,
    }


def shell_parts(piece: Parameters, *, fine: bool) -> list[Part]:
    """Build one shell."""
    makers = {"snail": coil_parts, "nautilus": coil_parts, "cowrie": cowrie_parts, "bivalve": valve_parts}
    return nacre_parts(piece) if piece["group"] == "nacre" else makers[piece["group"]](piece, fine=fine)
