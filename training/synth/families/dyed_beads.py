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
    draw_coral,
    dyed_stone_material,
    metal_material,
    mixed_bead_material,
    thread_material,
)

_DYES = [
    (0.02, 0.36, 0.40),
    (0.03, 0.30, 0.30),
    (0.55, 0.03, 0.03),
    (0.04, 0.10, 0.45),
    (0.30, 0.06, 0.40),
    (0.62, 0.62, 0.58),
    (0.10, 0.42, 0.12),
]
_GLASS = [
    (0.6, 0.02, 0.02),
    (0.02, 0.10, 0.5),
    (0.03, 0.4, 0.12),
    (0.75, 0.5, 0.03),
    (0.85, 0.84, 0.8),
    (0.02, 0.02, 0.02),
    (0.7, 0.12, 0.3),
    (0.02, 0.4, 0.5),
    (0.75, 0.22, 0.02),
    (0.3, 0.05, 0.4),
]
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
        "look": _draw_look(draws.part("look"), form),
        "thread": draws.colour((0.5, 0.48, 0.42) if draws.chance(0.6) else (0.05, 0.05, 0.05), value=0.3),
    }


def _draw_look(draws: Draws, form: str) -> Parameters:
    if form == "stone":
        white = draws.chance(0.15)
        return {
            "colour": draws.colour((0.78, 0.77, 0.72) if white else draws.choice(_DYES), value=0.2),
            "vein": draws.colour((0.02, 0.016, 0.012) if draws.chance(0.7) else (0.25, 0.2, 0.15), value=0.4),
            "veins": draws.uniform(0.3, 1.0),
            "roughness": draws.uniform(0.15, 0.4),
            "spread": draws.uniform(0.0, 0.5),
        }
    if form == "dyed coral":
        dye = draws.choice([(0.62, 0.02, 0.05), (0.70, 0.02, 0.16), (0.72, 0.09, 0.012), (0.36, 0.003, 0.02)])
        look = draw_coral(draws)
        look.update(
            colour=draws.colour(dye, value=0.12), white=0.0, striae=draws.uniform(0.7, 1.0), spread=0.04
        )
        look.update(roughness=draws.uniform(0.25, 0.5), pits=draws.uniform(0.4, 1.0))
        return look
    count = 1 if draws.chance(0.35) else draws.integer(2, 6)
    return {
        "colours": [draws.colour(draws.choice(_GLASS), value=0.25) for _ in range(count)],
        "clear": draws.uniform(0.3, 1.0) if form == "glass" else draws.uniform(0, 0.15),
        "stripes": draws.uniform(0.4, 1.0) if form == "plastic" and draws.chance(0.3) else 0.0,
        "roughness": draws.uniform(0.02, 0.1) if form == "glass" else draws.uniform(0.1, 0.35),
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
