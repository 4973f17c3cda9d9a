"""Sea shells, the look-alikes of tortoiseshell and ivory: cowries, snails, bivalves, nautilus, mother-of-pearl."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.family import Fact, Family, alike
from training.synth.kit.assembly import Part, assemble
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.shells.materials import mollusc_material, nacre_material
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

_LAYOUTS: dict[str, tuple[dict[str, float], int]] = {
    "snail": ({"single": 0.4, "scattered": 0.25, "hand": 0.2, "row": 0.15}, 8),
    "cowrie": (
        {"single": 0.15, "scattered": 0.2, "heap": 0.25, "filled": 0.15, "row": 0.1, "hand": 0.15},
        40,
    ),
    "bivalve": ({"single": 0.2, "scattered": 0.25, "heap": 0.2, "spread": 0.2, "hand": 0.15}, 30),
    "nautilus": ({"single": 0.8, "scattered": 0.2}, 3),
    "nacre": ({"scattered": 0.3, "spread": 0.3, "heap": 0.2, "hand": 0.2}, 30),
    "mixed": ({"heap": 0.3, "spread": 0.35, "filled": 0.35}, 34),
}
_GROUNDS = [
    (0.82, 0.74, 0.62),
    (0.78, 0.56, 0.38),
    (0.80, 0.66, 0.56),
    (0.62, 0.46, 0.30),
    (0.72, 0.40, 0.28),
    (0.5, 0.45, 0.42),
]
_MARKS = [(0.32, 0.13, 0.05), (0.48, 0.18, 0.08), (0.10, 0.05, 0.03), (0.55, 0.24, 0.20), (0.40, 0.26, 0.15)]


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot of shells."""
    kinds, most = _LAYOUTS[form]
    arrangement = draw_arrangement(draws.part("arrangement"), kinds, most=most)
    variants = min(arrangement["count"], 6)
    species = draws.weighted(
        {"turban": 0.2, "whelk": 0.25, "conch": 0.2, "auger": 0.12, "moon": 0.11, "cone": 0.12}
    )
    pieces = [_draw_piece(draws.part(f"piece{k}"), form, species) for k in range(variants)]
    looks = [_draw_look(draws.part(f"look{k}"), piece) for k, piece in enumerate(pieces)]
    if form != "mixed":
        looks = [looks[0]] * variants
    return {
        "form": form,
        "arrangement": arrangement,
        "pieces": pieces,
        "looks": looks,
        "nacre": {
            "base": draws.colour((0.80, 0.78, 0.74) if draws.chance(0.7) else (0.25, 0.28, 0.30), value=0.15),
            "play": draws.uniform(0.4, 1.0),
            "roughness": draws.uniform(0.15, 0.35),
        },
    }


def _draw_piece(draws: Draws, form: str, species: str) -> Parameters:
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


def _draw_look(draws: Draws, piece: Parameters) -> Parameters:
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


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the shells."""
    fine = parameters["arrangement"]["kind"] in ("single", "row", "scattered", "hand")
    nacre = nacre_material(parameters["nacre"])
    shared = None if parameters["form"] == "mixed" else mollusc_material(parameters["looks"][0])
    return [
        assemble("shell", _parts(piece, fine=fine), [shared or mollusc_material(look), nacre])
        for piece, look in zip(parameters["pieces"], parameters["looks"], strict=True)
    ]


def _parts(piece: Parameters, *, fine: bool) -> list[Part]:
    makers = {"snail": coil_parts, "nautilus": coil_parts, "cowrie": cowrie_parts, "bivalve": valve_parts}
    return nacre_parts(piece) if piece["group"] == "nacre" else makers[piece["group"]](piece, fine=fine)


FAMILY = Family(
    name="sea_shell",
    label="shell",
    facts=(
        Fact(
            "Coiled snails grow as a widening tube on a logarithmic spiral; cowries, bivalves and nautilus differ in outline, sculpture and colour bands.",
            "Dance, S. P. (2002), Shells, Dorling Kindersley",
        ),
    ),
    forms=alike(
        {"snail": 0.25, "cowrie": 0.17, "bivalve": 0.22, "nautilus": 0.12, "nacre": 0.08, "mixed": 0.16},
        draw_lot,
        make_pieces,
    ),
)
