"""Cast resin and plastic: figures, bangles, pendants and beads with mould seams, bubbles and one even colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import Fact, Family, alike
from training.synth.kit.assembly import Part, assemble
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.round_shapes import ring
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.carvings.castings import cast_medallion, seamed
from training.synth.subjects.carvings.figures import FIGURES, figure_part
from training.synth.subjects.jewellery.bead_strings import draw_string, loose_bead, string_parts
from training.synth.subjects.jewellery.gem_materials import metal_material, resin_material, thread_material

_LAYOUTS: dict[str, tuple[dict[str, float], int]] = {
    "figure": ({"standing": 0.5, "single": 0.15, "row": 0.2, "scattered": 0.15}, 5),
    "bangle": ({"single": 0.35, "row": 0.15, "scattered": 0.3, "heap": 0.2}, 14),
    "medallion": ({"single": 0.3, "scattered": 0.4, "hand": 0.3}, 6),
    "beads": ({"heap": 0.5, "filled": 0.3, "spread": 0.2}, 60),
    "string": ({"single": 0.7, "scattered": 0.3}, 3),
}
_COLOURS = {
    "cream": (0.80, 0.68, 0.47), "white": (0.84, 0.83, 0.80), "grey": (0.45, 0.45, 0.44), "black": (0.02, 0.02, 0.022),
    "turquoise": (0.02, 0.36, 0.42), "red": (0.5, 0.02, 0.02), "green": (0.05, 0.25, 0.10), "bronze": (0.16, 0.09, 0.035),
}  # fmt: skip


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot of casts; copies come from one mould."""
    kinds, most = _LAYOUTS[form]
    arrangement = draw_arrangement(draws.part("arrangement"), kinds, most=most)
    colour = draws.weighted(
        {
            "cream": 0.36,
            "white": 0.3,
            "grey": 0.04,
            "black": 0.06,
            "turquoise": 0.06,
            "red": 0.05,
            "green": 0.06,
            "bronze": 0.07,
        }
    )
    old = colour == "cream" and draws.chance(0.6)
    moulds = 1 if form in ("beads", "medallion") or draws.chance(0.5) else min(3, arrangement["count"])
    return {
        "form": form,
        "arrangement": arrangement,
        "look": {
            "colour": draws.colour(_COLOURS[colour], value=0.12, tint=0.04),
            "patina": draws.uniform(0.4, 0.95) if old else draws.uniform(0, 0.25),
            "patina_colour": draws.colour((0.20, 0.085, 0.03), value=0.3),
            "bubbles": draws.uniform(0, 0.9),
            "roughness": draws.uniform(0.15, 0.5),
            "swirl": draws.uniform(0, 0.6) if draws.chance(0.25) else 0.0,
        },
        "thread": draws.colour((0.1, 0.08, 0.06), value=0.5),
        "pieces": [_draw_piece(draws.part(f"mould{k}"), form) for k in range(moulds)],
    }


def _draw_piece(draws: Draws, form: str) -> Parameters:
    if form == "string":
        return draw_string(draws, shapes={"round": 0.6, "barrel": 0.2, "disc": 0.2}, diameters=(0.008, 0.022))
    piece: Parameters = {"seed": draws.seed()}
    if form == "figure":
        piece.update(
            figure=draws.choice(FIGURES),
            height_m=draws.log_uniform(0.035, 0.22),
            seam_deg=draws.choice([0.0, 90.0]),
        )
    if form == "bangle":
        piece.update(
            radius_m=draws.uniform(0.028, 0.034), width_m=draws.log_uniform(0.007, 0.05), depth_m=draws.uniform(0.004, 0.012),
            squareness=draws.uniform(0.0, 0.9),
        )  # fmt: skip
    if form == "medallion":
        piece.update(
            length_m=draws.uniform(0.025, 0.07), relief=draws.uniform(0.5, 1.2), petals=draws.integer(5, 9)
        )
    if form == "beads":
        piece.update(
            shape=draws.choice(["round", "barrel", "disc", "faceted"]), bead_m=draws.uniform(0.008, 0.02)
        )
    return piece


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the casts."""
    materials = [
        resin_material(parameters["look"]),
        thread_material(tuple(parameters["thread"])),
        metal_material("silver"),
    ]
    return [assemble("cast", _parts(parameters["form"], piece), materials) for piece in parameters["pieces"]]


def _parts(form: str, piece: Parameters) -> list[Part]:
    if form == "string":
        return string_parts(piece)
    if form == "beads":
        return [seamed(loose_bead(piece["shape"], piece["bead_m"], piece["seed"]), piece["bead_m"])]
    if form == "medallion":
        return [cast_medallion(piece)]
    if form == "bangle":
        points, faces = ring(
            piece["radius_m"], piece["width_m"], piece["depth_m"], squareness=piece["squareness"], sides=96
        )
        return [seamed(Part(vertices=points, faces=faces), 0.03)]
    figure = figure_part(piece["figure"], height=piece["height_m"], seed=piece["seed"], finish=0.5)
    return [seamed(figure, piece["height_m"], turn=np.radians(piece["seam_deg"]))]


FAMILY = Family(
    name="resin_casts",
    label="resin",
    facts=(
        Fact(
            "Manufactured ivory is resin, casein or celluloid, often with a filler; it lacks the grain of tusks or repeats it as regular lines, and its relief is soft.",
            "Espinoza, E. O. & Mann, M.-J. (1992), Identification Guide for Ivory and Ivory Substitutes, WWF & TRAFFIC",
        ),
    ),
    forms=alike(
        {"figure": 0.42, "bangle": 0.24, "medallion": 0.1, "beads": 0.12, "string": 0.12},
        draw_lot,
        make_pieces,
    ),
)
