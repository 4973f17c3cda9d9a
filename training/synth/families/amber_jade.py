"""Amber and jade, which share shelves and colours with tortoiseshell, coral and casque."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.family import Fact, Family, alike
from training.synth.kit.assembly import Part, assemble
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.round_shapes import ring
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.carvings.figures import figure_part
from training.synth.subjects.jewellery.bead_strings import draw_string, loose_bead, string_parts
from training.synth.subjects.jewellery.gem_materials import (
    amber_material,
    draw_amber,
    draw_jade,
    jade_material,
    metal_material,
    thread_material,
)
from training.synth.subjects.jewellery.ornaments import lump_part, pendant_parts

_LAYOUTS: dict[str, tuple[dict[str, float], int]] = {
    "lumps": ({"scattered": 0.2, "heap": 0.35, "hand": 0.2, "filled": 0.15, "single": 0.1}, 40),
    "string": ({"single": 0.5, "hanging": 0.15, "row": 0.15, "scattered": 0.2}, 4),
    "bangle": ({"single": 0.35, "row": 0.2, "scattered": 0.25, "hand": 0.2}, 7),
    "pendant": ({"single": 0.6, "scattered": 0.3, "hand": 0.1}, 5),
    "figure": ({"standing": 0.8, "single": 0.2}, 1),
    "beads": ({"heap": 0.5, "filled": 0.3, "spread": 0.2}, 70),
}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot."""
    kinds, most = _LAYOUTS[form]
    arrangement = draw_arrangement(draws.part("arrangement"), kinds, most=most)
    amber_share = {
        "lumps": 1.0,
        "string": 0.55,
        "bangle": 0.12,
        "pendant": 0.3,
        "figure": 0.15,
        "beads": 0.6,
    }[form]
    stuff = "amber" if draws.chance(amber_share) else "jade"
    look = draws.part("look")
    lot: Parameters = {
        "form": form,
        "arrangement": arrangement,
        "stuff": stuff,
        "look": draw_amber(look, raw=0.4 if form == "lumps" else 0.0)
        if stuff == "amber"
        else draw_jade(look),
        "cord": draws.colour((0.4, 0.03, 0.03) if draws.chance(0.6) else (0.05, 0.04, 0.03), value=0.3),
        "bead_m": draws.log_uniform(0.006, 0.018),
        "shape": draws.weighted({"round": 0.5, "olive": 0.15, "lump": 0.2, "barrel": 0.15}),
    }
    variants = min(arrangement["count"], 6)
    lot["pieces"] = [_draw_piece(draws.part(f"piece{k}"), form) for k in range(variants)]
    return lot


def _draw_piece(draws: Draws, form: str) -> Parameters:
    if form == "string":
        shapes = {"round": 0.4, "olive": 0.15, "lump": 0.2, "barrel": 0.1, "chip": 0.15}
        return draw_string(draws, shapes=shapes, diameters=(0.006, 0.02))
    piece: Parameters = {"length_m": draws.log_uniform(0.012, 0.07), "seed": draws.seed()}
    if form == "bangle":
        piece.update(
            radius_m=draws.uniform(0.026, 0.032),
            width_m=draws.uniform(0.006, 0.016),
            depth_m=draws.uniform(0.005, 0.01),
        )
    if form == "pendant":
        piece.update(
            kind=draws.choice(["ring", "gourd", "drop", "plaque"]), length_m=draws.uniform(0.025, 0.055)
        )
    if form == "figure":
        piece.update(
            figure=draws.choice(["robed", "buddha", "lion", "elephant"]), length_m=draws.uniform(0.04, 0.13)
        )
    return piece


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the pieces."""
    stuff = amber_material if parameters["stuff"] == "amber" else jade_material
    materials = [
        stuff(parameters["look"]),
        thread_material(tuple(parameters["cord"])),
        metal_material("gold"),
    ]
    return [
        assemble(parameters["form"], _parts(parameters, piece), materials) for piece in parameters["pieces"]
    ]


def _parts(parameters: Parameters, piece: Parameters) -> list[Part]:
    form = parameters["form"]
    if form == "string":
        return string_parts(piece, hanging=parameters["arrangement"]["kind"] == "hanging")
    if form == "beads":
        return [loose_bead(parameters["shape"], parameters["bead_m"], piece["seed"])]
    if form == "figure":
        return [figure_part(piece["figure"], height=piece["length_m"], seed=piece["seed"])]
    if form == "bangle":
        points, faces = ring(piece["radius_m"], piece["width_m"], piece["depth_m"], squareness=0.1, sides=96)
        return [Part(vertices=points, faces=faces)]
    return pendant_parts(piece) if form == "pendant" else [lump_part(piece)]


FAMILY = Family(
    name="amber_jade",
    label="",
    facts=(
        Fact(
            "Amber is clear honey yellow to reddish brown or cloudy (bone white to butter yellow), raw lumps with a dull "
            "weathered crust.",
            "Grimaldi, D. A. (1996), Amber: Window to the Past, Abrams and American Museum of Natural History",
        ),
        Fact(
            "Jade (nephrite and jadeite) is opaque to translucent, white, lavender, black and above all green, and "
            "takes a greasy to glassy polish; it is worn as bangles, beads and pendants.",
            "Keverne, R. (ed.) (1991), Jade, Anness Publishing",
        ),
    ),
    forms=alike(
        {"lumps": 0.2, "string": 0.25, "bangle": 0.17, "pendant": 0.16, "figure": 0.1, "beads": 0.12},
        draw_lot,
        make_pieces,
    ),
)
