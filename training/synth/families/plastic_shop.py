"""Plastic combs, bangles and frames, and cast turtles, in the places in which tortoiseshell is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.families import load_family
from training.synth.families.guitar_picks import CELLULOID
from training.synth.family import Family, Form
from training.synth.kit.assembly import assemble
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.staged import draw_staging, staged, unmoved
from training.synth.subjects.jewellery.gem_materials import resin_material
from training.synth.subjects.shells.smooth_carapace import (
    add_turtle_body,
    draw_smooth_carapace,
    draw_turtle,
    smooth_carapace_parts,
)
from training.synth.subjects.shop_forms import against_the_light, on_a_table

_COLOURS = ((0.80, 0.68, 0.47), (0.84, 0.83, 0.80), (0.05, 0.25, 0.10), (0.02, 0.02, 0.022), (0.16, 0.09, 0.035), (0.05, 0.20, 0.40))  # fmt: skip
_GOODS = load_family("guitar_picks").forms
_GROUNDS = {"boards": 0.3, "cloth": 0.2, "tiles": 0.2, "marble": 0.15, "concrete": 0.15}


def _draw_cast(draws: Draws, form: str) -> Parameters:
    return {
        "form": form,
        "arrangement": unmoved(draws.part("arrangement")),
        "staging": draw_staging(draws.part("view"), elevation=(12, 80), fill=(0.8, 1.4), ground=_GROUNDS),
        "carapace": {
            **draw_smooth_carapace(draws.part("carapace")),
            "length_m": draws.log_uniform(0.06, 0.35),
        },
        "turtle": draw_turtle(draws.part("turtle")) if draws.chance(0.8) else None,
        "look": {
            "colour": draws.colour(draws.choice(_COLOURS), value=0.2, tint=0.06),
            "patina": draws.uniform(0, 0.5),
            "patina_colour": draws.colour((0.20, 0.085, 0.03), value=0.3),
            "bubbles": draws.uniform(0, 0.9),
            "roughness": draws.uniform(0.15, 0.5),
            "swirl": draws.uniform(0, 0.4),
        },
    }


def _make_cast(parameters: Parameters) -> Sequence[Any]:
    carapace = parameters["carapace"]
    shell = assemble("cast", smooth_carapace_parts(carapace), [resin_material(parameters["look"])] * 2)
    things = [shell]
    if parameters["turtle"]:
        things.append(add_turtle_body(parameters["turtle"], carapace, parameters["look"]["colour"]))
        for thing in things:
            thing.location.z += 0.05 * carapace["length_m"]
    return staged(things)


FAMILY = Family(
    name="plastic_shop",
    label="resin",
    forms={
        "goods": on_a_table(_GOODS, ("comb", "bangle", "spectacles"), weight=0.42),
        "lit": against_the_light(_GOODS, ("comb", "picks"), see_through=(0.2, 0.5), weight=0.18),
        "cast": Form(draw=_draw_cast, make=_make_cast, weight=0.4),
    },
    facts=(CELLULOID,),
)
