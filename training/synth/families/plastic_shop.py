"""Plastic combs, bangles and frames, and cast turtles, in the places in which tortoiseshell is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.families import load_family
from training.synth.family import Fact, Family, Form
from training.synth.kit.assembly import assemble
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.shop_table import (
    build_against_the_light,
    build_table,
    draw_against_the_light,
    draw_table,
)
from training.synth.setting.staged import draw_staging, staged, unmoved
from training.synth.subjects.jewellery.gem_materials import resin_material
from training.synth.subjects.shells.smooth_carapace import (
    add_turtle_body,
    draw_smooth_carapace,
    draw_turtle,
    smooth_carapace_parts,
)

_COLOURS = ((0.80, 0.68, 0.47), (0.84, 0.83, 0.80), (0.05, 0.25, 0.10), (0.02, 0.02, 0.022), (0.16, 0.09, 0.035), (0.05, 0.20, 0.40))  # fmt: skip
_GROUNDS = {"boards": 0.3, "cloth": 0.2, "tiles": 0.2, "marble": 0.15, "concrete": 0.15}


def _draw_goods(draws: Draws, form: str) -> Parameters:
    names = [draws.choice(("comb", "bangle", "spectacles")) for _ in range(draws.integer(3, 9))]
    family = load_family("guitar_picks")
    lots = [family.forms[name].draw(draws.part(f"lot {n}"), name) for n, name in enumerate(names)]
    return {"form": form, **draw_table(draws.part("table")), "lots": [_one(lot) for lot in lots]}


def _one(lot: Parameters) -> Parameters:
    return {**lot, "arrangement": {"kind": "single", "count": 1}}


def _make_goods(parameters: Parameters) -> Sequence[Any]:
    family = load_family("guitar_picks")
    return build_table(parameters, [family.forms[lot["form"]].make(lot)[0] for lot in parameters["lots"]])


def _draw_lit(draws: Draws, form: str) -> Parameters:
    name = draws.choice(("comb", "picks"))
    lot = load_family("guitar_picks").forms[name].draw(draws.part("lot"), name)
    look = {**lot["look"], "see_through": draws.uniform(0.2, 0.5)}
    return {
        "form": form,
        **draw_against_the_light(draws.part("light")),
        "lots": [{**_one(lot), "look": look}],
    }


def _make_lit(parameters: Parameters) -> Sequence[Any]:
    (lot,) = parameters["lots"]
    return build_against_the_light(parameters, load_family("guitar_picks").forms[lot["form"]].make(lot)[0])


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
        "goods": Form(draw=_draw_goods, make=_make_goods, weight=0.42),
        "lit": Form(draw=_draw_lit, make=_make_lit, weight=0.18),
        "cast": Form(draw=_draw_cast, make=_make_cast, weight=0.4),
    },
    facts=(
        Fact(
            "Celluloid and acetate imitate tortoiseshell with swirled colours whose bounds are soft and whose brown is even, not made of dots.",
            "Hainschwang, T. & Leggio, L. (2006), The characterization of tortoise shell and its imitations, Gems & Gemology 42(1)",
        ),
    ),
)
