"""Draws of sea shells and their colours, by kind."""

from __future__ import annotations

from collections.abc import Callable

from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.shells.molluscs import (
    draw_coil,
    draw_cowrie,
    draw_nacre_piece,
    draw_valve,
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
_SNAILS = {"turban": 0.2, "whelk": 0.25, "conch": 0.2, "auger": 0.12, "moon": 0.11, "cone": 0.12}
_MARKED = {
    "nautilus": {"rays": 1.0}, "cowrie": {"spots": 0.5, "none": 0.35, "blotches": 0.15},
    "cone": {"zigzag": 0.5, "spots": 0.3, "bands": 0.2}, "scallop": {"bands": 0.5, "rays": 0.25, "none": 0.25},
}  # fmt: skip
_OTHERS = {"none": 0.35, "bands": 0.2, "rays": 0.2, "blotches": 0.15, "zigzag": 0.1}
_OWN_GROUNDS = {"nautilus": (0.85, 0.77, 0.66), "mussel": (0.03, 0.035, 0.06)}
_INSIDES = {"cowrie": (0.16, 0.07, 0.04), "conch": (0.85, 0.38, 0.30), "mussel": (0.55, 0.55, 0.62)}


def draw_species(draws: Draws) -> str:
    """Draw the kind of snail of a lot."""
    return draws.weighted(_SNAILS)


def draw_snail(draws: Draws, species: str) -> Parameters:
    """Draw a coiled snail of a species."""
    return {"group": "snail", **draw_coil(draws, species)}


def draw_any(draws: Draws, species: str) -> Parameters:
    """Draw one shell of a mixed lot, whatever the lot's species."""
    del species
    kind = draws.weighted({"snail": 0.4, "cowrie": 0.2, "bivalve": 0.4})
    species = draws.choice(["turban", "whelk", "auger", "moon", "cone"])
    return draw_snail(draws, species) if kind == "snail" else draw_kind(kind)(draws, "")


def draw_kind(kind: str) -> Callable[[Draws, str], Parameters]:
    """Return what draws a cowrie, bivalve, nautilus or piece of nacre."""

    def draw(draws: Draws, species: str) -> Parameters:
        del species
        return {"group": kind, **_KINDS[kind](draws)}

    return draw


_KINDS: dict[str, Callable[[Draws], Parameters]] = {
    "cowrie": draw_cowrie,
    "bivalve": draw_valve,
    "nacre": draw_nacre_piece,
    "nautilus": lambda draws: draw_coil(draws, "nautilus"),
}


def draw_shell_look(draws: Draws, piece: Parameters) -> Parameters:
    """Draw the colours and marks of one shell."""
    kind = piece["kind"]
    glossy = kind in ("cowrie", "cone")
    chosen = draws.weighted(_MARKED.get(kind, _OTHERS))
    ground = _OWN_GROUNDS.get(kind) or draws.choice(_GROUNDS)
    return {
        "ground": draws.colour(ground, value=0.12),
        "mark": draws.colour((0.42, 0.11, 0.045) if kind == "nautilus" else draws.choice(_MARKS), value=0.25),
        "inside": draws.colour(_INSIDES.get(kind, (0.82, 0.74, 0.66)), value=0.12),
        "marks": chosen,
        "scale": draws.uniform(5.0, 11.0) if kind == "cowrie" else draws.uniform(1.2, 3.5),
        "share": draws.uniform(0.3, 0.6),
        "roughness": draws.uniform(0.08, 0.25) if glossy or kind == "moon" else draws.uniform(0.3, 0.6),
        "gloss": 0.5 if glossy else draws.uniform(0, 0.25),
        "wear": draws.uniform(0, 0.7) ** 1.5,
    }


def draw_nacre(draws: Draws) -> Parameters:
    """Draw the lining of the lot's shells, pale or dark."""
    base = (0.80, 0.78, 0.74) if draws.chance(0.7) else (0.25, 0.28, 0.30)
    return {
        "base": draws.colour(base, value=0.15),
        "play": draws.uniform(0.4, 1.0),
        "roughness": draws.uniform(0.15, 0.35),
    }
