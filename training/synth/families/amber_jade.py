"""Amber and jade, which share shelves and colours with tortoiseshell, coral and casque."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from training.synth.family import Fact, Family, assembled, in_pieces
from training.synth.kit.assembly import Part
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.carvings.figures import figure_part
from training.synth.subjects.jewellery.bangles import bangle_parts
from training.synth.subjects.jewellery.bead_strings import bead_parts, draw_string, laid_string
from training.synth.subjects.jewellery.gem_materials import (
    amber_material,
    draw_amber,
    draw_jade,
    jade_material,
    metal_material,
    thread_material,
)
from training.synth.subjects.jewellery.ornaments import lump_parts, pendant_parts


def _stuff(*, amber: float, raw: float = 0.0) -> Callable[[Draws], Parameters]:
    """Return draws of amber, as often as its share says, or jade, and of its cord and beads."""

    def draw(draws: Draws) -> Parameters:
        is_amber, look = draws.chance(amber), draws.part("look")
        return {
            "stuff": "amber" if is_amber else "jade",
            "look": draw_amber(look, raw=raw) if is_amber else draw_jade(look),
            "cord": draws.colour((0.4, 0.03, 0.03) if draws.chance(0.6) else (0.05, 0.04, 0.03), value=0.3),
            "bead_m": draws.log_uniform(0.006, 0.018),
            "shape": draws.weighted({"round": 0.5, "olive": 0.15, "lump": 0.2, "barrel": 0.15}),
        }

    return draw


def _materials(lot: Parameters) -> Sequence[Any]:
    stuff = amber_material if lot["stuff"] == "amber" else jade_material
    return [stuff(lot["look"]), thread_material(tuple(lot["cord"])), metal_material("gold")]


def _piece(draws: Draws) -> Parameters:
    return {"length_m": draws.log_uniform(0.012, 0.07), "seed": draws.seed()}


def _string(draws: Draws) -> Parameters:
    shapes = {"round": 0.4, "olive": 0.15, "lump": 0.2, "barrel": 0.1, "chip": 0.15}
    return draw_string(draws, shapes=shapes, diameters=(0.006, 0.02))


def _bangle(draws: Draws) -> Parameters:
    return {
        **_piece(draws),
        "radius_m": draws.uniform(0.026, 0.032),
        "width_m": draws.uniform(0.006, 0.016),
        "depth_m": draws.uniform(0.005, 0.01),
    }


def _pendant(draws: Draws) -> Parameters:
    kind = ["ring", "gourd", "drop", "plaque"]
    return {**_piece(draws), "kind": draws.choice(kind), "length_m": draws.uniform(0.025, 0.055)}


def _figure(draws: Draws) -> Parameters:
    kinds = ["robed", "buddha", "lion", "elephant"]
    return {**_piece(draws), "figure": draws.choice(kinds), "length_m": draws.uniform(0.04, 0.13)}


def _carved(values: Parameters) -> list[Part]:
    return [figure_part(values["figure"], height=values["length_m"], seed=values["seed"])]


FAMILY = Family(
    name="amber_jade",
    label="",
    facts=(
        Fact(
            "Amber is clear honey yellow to reddish brown or cloudy (bone white to butter yellow), raw lumps with a"
            " dull weathered crust.",
            "Grimaldi, D. A. (1996), Amber: Window to the Past, Abrams and American Museum of Natural History",
        ),
        Fact(
            "Jade (nephrite and jadeite) is opaque to translucent, white, lavender, black and above all green, and "
            "takes a greasy to glassy polish; it is worn as bangles, beads and pendants.",
            "Keverne, R. (ed.) (1991), Jade, Anness Publishing",
        ),
    ),
    forms={
        "lumps": in_pieces(
            lot=_stuff(amber=1.0, raw=0.4), piece=_piece, make=assembled(lump_parts, _materials), weight=0.2,
            layouts={"scattered": 0.2, "heap": 0.35, "hand": 0.2, "filled": 0.15, "single": 0.1}, most=40,
        ),
        "string": in_pieces(
            lot=_stuff(amber=0.55), piece=_string, make=assembled(laid_string, _materials), weight=0.25,
            layouts={"single": 0.5, "hanging": 0.15, "row": 0.15, "scattered": 0.2}, most=4,
        ),
        "bangle": in_pieces(
            lot=_stuff(amber=0.12), piece=_bangle, make=assembled(bangle_parts, _materials), weight=0.17,
            layouts={"single": 0.35, "row": 0.2, "scattered": 0.25, "hand": 0.2}, most=7,
        ),
        "pendant": in_pieces(
            lot=_stuff(amber=0.3), piece=_pendant, make=assembled(pendant_parts, _materials), weight=0.16,
            layouts={"single": 0.6, "scattered": 0.3, "hand": 0.1}, most=5,
        ),
        "figure": in_pieces(
            lot=_stuff(amber=0.15), piece=_figure, make=assembled(_carved, _materials), weight=0.1,
            layouts={"standing": 0.8, "single": 0.2},
        ),
        "beads": in_pieces(
            lot=_stuff(amber=0.6), piece=_piece, make=assembled(bead_parts, _materials), weight=0.12,
            layouts={"heap": 0.5, "filled": 0.3, "spread": 0.2}, most=70,
        ),
    },
)  # fmt: skip
