"""Hornbill casque: heads of the helmeted hornbill, and the red and yellow "hornbill ivory" carved from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from training.synth.family import Fact, Family, alike
from training.synth.kit.assembly import Part, assemble, turn_matrix
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.materials import glossy_material
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.horns.hornbill import (
    block_parts,
    casque_bead,
    half_red,
    skull_parts,
    toppled,
)
from training.synth.subjects.horns.hornbill_draws import draw_block, draw_skull
from training.synth.subjects.jewellery.bead_strings import draw_string, string_parts
from training.synth.subjects.jewellery.gem_materials import casque_material, thread_material

_LAYOUTS: dict[str, tuple[dict[str, float], int]] = {
    "skull": ({"single": 0.5, "row": 0.2, "scattered": 0.3}, 6),
    "block": ({"single": 0.6, "row": 0.1, "scattered": 0.15, "hand": 0.15}, 4),
    "beads": ({"heap": 0.35, "spread": 0.25, "filled": 0.2, "hand": 0.2}, 60),
    "string": ({"single": 0.75, "scattered": 0.25}, 3),
}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot of casque."""
    kinds, most = _LAYOUTS[form]
    lot: Parameters = {
        "form": form,
        "arrangement": draw_arrangement(draws.part("arrangement"), kinds, most=most),
        "look": {
            "yellow": draws.colour((0.72, 0.42, 0.085), value=0.18, tint=0.08),
            "red": draws.colour((0.46, 0.038, 0.012), value=0.3, tint=0.12),
            "roughness": draws.uniform(0.25, 0.55) if form == "skull" else draws.uniform(0.12, 0.35),
            "gloss": 0.1 if form == "skull" else draws.uniform(0.1, 0.5),
            "age": draws.uniform(0.2, 1.0) if form == "skull" else draws.uniform(0.0, 0.6),
        },
        "thread": draws.colour((0.35, 0.06, 0.04) if draws.chance(0.5) else (0.05, 0.04, 0.03), value=0.3),
    }
    size, shape = draws.uniform(0.009, 0.018), draws.weighted({"round": 0.7, "barrel": 0.3})
    drawers = {"skull": draw_skull, "block": draw_block}
    lot["pieces"] = [
        drawers[form](part) if form in drawers else _draw_beads(part, form, size, shape)
        for part in (draws.part(f"piece{k}") for k in range(min(lot["arrangement"]["count"], 5)))
    ]
    return lot


def _draw_beads(draws: Draws, form: str, size: float, shape: str) -> Parameters:
    if form == "string":
        string = draw_string(draws, shapes={"round": 0.75, "barrel": 0.25}, diameters=(0.009, 0.018))
        return {**string, "uneven": 0.02, "strands": 1}
    return {"shape": shape, "bead_m": size * draws.uniform(0.94, 1.06), "seed": draws.seed()}


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the pieces."""
    form = parameters["form"]
    second = thread_material(tuple(parameters["thread"])) if form == "string" else None
    materials = [
        casque_material(parameters["look"]),
        second or glossy_material("stand", (0.04, 0.016, 0.008), 0.35),
        glossy_material("clasp", (0.75, 0.6, 0.3), 0.25, metal=1.0),
    ]
    return [assemble(form, _parts(form, piece), materials) for piece in parameters["pieces"]]


def _parts(form: str, piece: Parameters) -> list[Part]:
    if form == "skull":
        return toppled(skull_parts(piece), piece["seed"])
    if form == "block":
        flat = piece["kind"] == "bottle" and piece["seed"] % 3 == 0
        parts = block_parts(piece)
        return [part.moved(turn=turn_matrix(x=math.pi / 2)) for part in parts] if flat else parts
    if form == "beads":
        return [casque_bead(piece["bead_m"], piece["seed"], shape=piece["shape"])]
    return [half_red(part, piece["seed"]) for part in string_parts(piece)]


FAMILY = Family(
    name="hornbill_casque",
    label="hornbill_casque",
    facts=(
        Fact(
            "The solid front of the casque yields blocks of at most about 8 by 5 by 2.5 cm, yellow with a bright red periphery.",
            "Espinoza, E. O. & Mann, M.-J. (1992), Identification Guide for Ivory and Ivory Substitutes, WWF & TRAFFIC",
        ),
        Fact(
            "Casques are traded as whole heads with casque and bill, and as carvings, beads and pendants that show yellow and red.",
            "Collar, N. J. (2015), Helmeted Hornbills Rhinoplax vigil and the ivory trade, BirdingASIA 24",
        ),
    ),
    forms=alike({"skull": 0.5, "block": 0.27, "beads": 0.12, "string": 0.11}, draw_lot, make_pieces),
)
