"""Amber and jade, which share shelves and colours with tortoiseshell, coral and casque."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import Fact, Family, alike
from training.synth.kit.assembly import Part, assemble, ripple, turn_matrix
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.plates import cut, disc_outline, plate_mesh, polygon, united
from training.synth.kit.round_shapes import ball, ring, tube
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
    return _pendant(piece) if form == "pendant" else [_lump(piece)]


def _lump(piece: Parameters) -> Part:
    """Build a water-worn or broken lump."""
    rng = np.random.default_rng(piece["seed"])
    points, faces = ball(0.5, sides=36)
    rough = (
        1
        + 0.22 * ripple(points, piece["seed"], 1.1)[:, None]
        + 0.02 * ripple(points, piece["seed"] + 1, 0.2)[:, None]
    )
    points = points * rough * rng.uniform([0.9, 0.6, 0.45], [1.2, 0.95, 0.8])
    chipped = np.maximum(points @ rng.normal(size=3) / 1.6 - 0.26, 0)[:, None]
    return Part(
        vertices=(points - chipped * points) * piece["length_m"], faces=faces, values={"tone": rng.random()}
    )


def _pendant(piece: Parameters) -> list[Part]:
    """Build a flat pendant, +x up, on a cord."""
    length = piece["length_m"]
    outlines = {
        "ring": cut(disc_outline(0, 0, 0.5), disc_outline(0, 0, 0.13)),
        "gourd": united(disc_outline(-0.2, 0, 0.32), disc_outline(0.26, 0, 0.2), fillet=0.12),
        "drop": united(
            disc_outline(-0.15, 0, 0.32), polygon([(0.5, 0.0), (-0.05, 0.27), (-0.05, -0.27)]), fillet=0.1
        ),
        "plaque": polygon([(0.5, 0.3), (0.5, -0.3), (-0.5, -0.3), (-0.5, 0.3)], rounding=0.08),
    }
    points, faces = plate_mesh(
        outlines[piece["kind"]], (-0.55, -0.55), (0.6, 0.55), 0.02, thickness=0.2, rim=0.3, round_over=0.13
    )
    if piece["kind"] == "plaque":
        points[:, 2] += 0.02 * ripple(points[:, :2], piece["seed"], 0.2) * (points[:, 2] > 0)
    body = Part(vertices=points * length, faces=faces)
    t = np.linspace(0, 2 * math.pi, 120, endpoint=False)
    rng = np.random.default_rng(piece["seed"])
    wide, far = rng.uniform(0.02, 0.05), rng.uniform(0.05, 0.1)
    start = 0.15 * length if piece["kind"] == "ring" else 0.46 * length
    loop = np.column_stack(
        [start + far * (1 - np.cos(t)), wide * np.sin(t) * (1.3 - np.cos(t)) / 2, 0.0 * t + 0.1 * length]
    )
    loop[:, 2] = np.where(loop[:, 0] < 0.55 * length, 0.12 * length, -0.085 * length)
    loop += 0.004 * np.column_stack(
        [ripple(loop, piece["seed"], 0.06), ripple(loop, piece["seed"] + 1, 0.06), 0 * t]
    )
    cord, quads = tube(loop, 0.0011, sides=8, closed=True)
    return [body.moved(turn=turn_matrix()), Part(vertices=cord, faces=quads, material=1)]


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
