"""Beads that are no product: dyed howlite, turquoise, glass, plastic, and dyed porous coral with open grooves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.family import Fact, Family, alike
from training.synth.kit.assembly import assemble
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.jewellery.bead_strings import draw_string, loose_bead, string_parts
from training.synth.subjects.jewellery.gem_materials import (
    coral_material,
    dyed_stone_material,
    metal_material,
    mixed_bead_material,
    thread_material,
)
from training.synth.subjects.jewellery.imitations import draw_imitation

_LAYOUTS: dict[str, dict[str, float]] = {
    "string": {"single": 0.45, "hanging": 0.15, "row": 0.2, "scattered": 0.2},
    "loose": {"heap": 0.4, "filled": 0.3, "spread": 0.2, "hand": 0.1},
}
_SHAPES = {
    "stone": {"round": 0.5, "chip": 0.2, "disc": 0.1, "barrel": 0.1, "lump": 0.1},
    "glass": {"round": 0.4, "faceted": 0.25, "rondelle": 0.2, "tube": 0.15},
    "plastic": {"round": 0.6, "barrel": 0.15, "disc": 0.1, "faceted": 0.15},
    "dyed coral": {"twig": 0.55, "tube": 0.2, "round": 0.25},
}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot of beads."""
    layout = draws.weighted({"string": 0.6, "loose": 0.4})
    arrangement = draw_arrangement(
        draws.part("arrangement"), _LAYOUTS[layout], most=5 if layout == "string" else 90
    )
    shape, size = draws.weighted(_SHAPES[form]), draws.log_uniform(0.004, 0.015)
    if layout == "loose" and shape == "twig":
        shape = "tube"
    pieces = []
    for part in (draws.part(f"piece{k}") for k in range(min(arrangement["count"], 6))):
        if layout == "string":
            pieces.append(draw_string(part, shapes=_SHAPES[form], diameters=(0.004, 0.015)))
        else:
            pieces.append({"shape": shape, "bead_m": size * part.uniform(0.92, 1.08), "seed": part.seed()})
    return {
        "form": form,
        "layout": layout,
        "arrangement": arrangement,
        "pieces": pieces,
        "look": draw_imitation(draws.part("look"), form),
        "thread": draws.colour((0.5, 0.48, 0.42) if draws.chance(0.6) else (0.05, 0.05, 0.05), value=0.3),
    }


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the strings or the loose beads."""
    makers = {"stone": dyed_stone_material, "dyed coral": coral_material}
    stuff = makers.get(parameters["form"], mixed_bead_material)(parameters["look"])
    materials = [stuff, thread_material(tuple(parameters["thread"])), metal_material("silver")]
    if parameters["layout"] == "string":
        hanging = parameters["arrangement"]["kind"] == "hanging"
        return [
            assemble("beads", string_parts(piece, hanging=hanging), materials)
            for piece in parameters["pieces"]
        ]
    return [
        assemble("bead", [loose_bead(piece["shape"], piece["bead_m"], piece["seed"])], materials)
        for piece in parameters["pieces"]
    ]


FAMILY = Family(
    name="dyed_beads",
    label="",
    facts=(
        Fact(
            "Howlite, magnesite, bamboo coral, glass, plastic and ceramic are dyed or coloured to pass for coral and turquoise; dye gathers in cracks and around drill holes.",
            "Smith, C. P. et al. (2007), Pink-to-red coral: a guide to determining origin of color, Gems & Gemology 43(1)",
        ),
    ),
    forms=alike({"stone": 0.35, "glass": 0.27, "plastic": 0.24, "dyed coral": 0.14}, draw_lot, make_pieces),
)
