"""Beads that are no product: dyed howlite, turquoise, glass, plastic, and dyed porous coral with open grooves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from training.synth.family import Fact, Family, Form, assembled
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.jewellery import imitations
from training.synth.subjects.jewellery.bead_strings import bead_parts, draw_string, laid_string
from training.synth.subjects.jewellery.gem_materials import (
    coral_material,
    dyed_stone_material,
    metal_material,
    mixed_bead_material,
    thread_material,
)

_STRUNG = {"single": 0.45, "hanging": 0.15, "row": 0.2, "scattered": 0.2}
_LOOSE = {"heap": 0.4, "filled": 0.3, "spread": 0.2, "hand": 0.1}
_DIAMETERS = (0.004, 0.015)


def _form(
    look: Callable[[Draws], Parameters],
    stuff: Callable[[Parameters], Any],
    weight: float,
    shapes: Mapping[str, float],
) -> Form:
    """Return a form of beads of one stuff, on strings or loose."""

    def materials(lot: Parameters) -> Sequence[Any]:
        return [stuff(lot["look"]), thread_material(tuple(lot["thread"])), metal_material("silver")]

    strings = assembled(laid_string, materials, name="beads")
    loose = assembled(bead_parts, materials, name="bead")

    def draw(draws: Draws, form: str) -> Parameters:
        layout = draws.weighted({"string": 0.6, "loose": 0.4})
        strung = layout == "string"
        arrangement = draw_arrangement(
            draws.part("arrangement"), _STRUNG if strung else _LOOSE, most=5 if strung else 90
        )
        one = _draw_bead(draws, shapes)
        streams = [draws.part(f"piece{k}") for k in range(min(arrangement["count"], 6))]
        return {
            "form": form,
            "layout": layout,
            "arrangement": arrangement,
            "pieces": [
                draw_string(own, shapes=shapes, diameters=_DIAMETERS) if strung else _nearly(own, one)
                for own in streams
            ],
            "look": look(draws.part("look")),
            "thread": draws.colour((0.5, 0.48, 0.42) if draws.chance(0.6) else (0.05, 0.05, 0.05), value=0.3),
        }

    return Form(
        draw=draw, make=lambda lot: (strings if lot["layout"] == "string" else loose)(lot), weight=weight
    )


def _draw_bead(draws: Draws, shapes: Mapping[str, float]) -> Parameters:
    """Draw the bead that all loose ones of a lot resemble; a loose twig is cut to a tube."""
    shape = draws.weighted(shapes)
    return {"shape": "tube" if shape == "twig" else shape, "bead_m": draws.log_uniform(*_DIAMETERS)}


def _nearly(draws: Draws, bead: Parameters) -> Parameters:
    return {**bead, "bead_m": bead["bead_m"] * draws.uniform(0.92, 1.08), "seed": draws.seed()}


FAMILY = Family(
    name="dyed_beads",
    label="",
    facts=(
        Fact(
            "Howlite, magnesite, bamboo coral, glass, plastic and ceramic are dyed or coloured to pass for coral "
            "and turquoise; dye gathers in cracks and around drill holes.",
            "Smith, C. P. et al. (2007), Pink-to-red coral: a guide to determining origin of color, Gems & Gemology"
            " 43(1)",
        ),
    ),
    forms={
        "stone": _form(
            imitations.draw_dyed_stone, dyed_stone_material, 0.35,
            {"round": 0.5, "chip": 0.2, "disc": 0.1, "barrel": 0.1, "lump": 0.1},
        ),
        "glass": _form(
            imitations.draw_glass, mixed_bead_material, 0.27,
            {"round": 0.4, "faceted": 0.25, "rondelle": 0.2, "tube": 0.15},
        ),
        "plastic": _form(
            imitations.draw_plastic, mixed_bead_material, 0.24,
            {"round": 0.6, "barrel": 0.15, "disc": 0.1, "faceted": 0.15},
        ),
        "dyed coral": _form(
            imitations.draw_dyed_coral, coral_material, 0.14, {"twig": 0.55, "tube": 0.2, "round": 0.25}
        ),
    },
)  # fmt: skip
