"""Hides of cattle, sheep, goats, deer and zebra: what else has the outline of a skin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import Fact, Family, alike
from training.synth.kit.blender import holding
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.fur import cut_sheet
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.pelts.hide_coats import HIDES, draw_hide, hide_colours
from training.synth.subjects.pelts.outline import draw_outline
from training.synth.subjects.pelts.skins import add_skin, draw_lay, lay, paint_pelt

_KINDS = {"cow": 0.4, "sheep": 0.18, "goat": 0.12, "deer": 0.14, "spotted_deer": 0.06, "zebra": 0.10}
_LAYOUTS = {"hanging": {"hanging": 1.0}, "draped": {"standing": 1.0}}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one hide and how it is laid."""
    kind = draws.weighted(_KINDS)
    facts = HIDES[kind]
    outline = draw_outline(
        draws.part("outline"), body=draws.uniform(*facts["body"]), width=facts["width"], tail=facts["tail"],
        tail_thick=facts["tail_thick"],
    )  # fmt: skip
    outline |= {
        "head": "cut",
        "limbs_cut": "cut",
        "ragged": outline["ragged"] * (1.8 if kind == "sheep" else 1.0),
    }
    for limbs in ("hind", "fore"):
        outline[limbs] = [[turn, size * draws.uniform(0.35, 0.8)] for turn, size in outline[limbs]]
    return {
        "arrangement": draw_arrangement(draws.part("arrangement"), _LAYOUTS.get(form, {"single": 1.0})),
        "hide": draw_hide(draws.part("hide"), kind),
        "outline": outline,
        "lay": draw_lay(draws.part("lay"), form),
        "leather": list(draws.colour((0.55, 0.42, 0.28), value=0.3)),
        "hair_m": facts["hair"] * draws.uniform(0.7, 1.2),
        "seed": draws.seed(),
    }


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the hide."""
    rng = np.random.default_rng(parameters["seed"])
    canvas = paint_pelt(parameters["outline"], lambda at: hide_colours(parameters["hide"], at))
    sheet = cut_sheet(canvas, 0.009 * parameters["outline"]["body"])
    sheet, things = lay(sheet, canvas, parameters["lay"])
    lift = 0.75 if parameters["hide"]["kind"] == "sheep" else 0.35
    thing = add_skin(sheet, canvas, rng, leather=parameters["leather"], hair=parameters["hair_m"], lift=lift)
    return [holding(thing, things)]


FAMILY = Family(
    name="other_hides",
    label="",
    facts=(
        Fact(
            "Cowhide rugs have large irregular patches of black, brown or red on white, the outline of "
            "the whole hide with "
            "short leg stumps, and short hair.",
            "Porter, Alderson, Hall and Sponenberg 2016, Mason's World Encyclopedia of Livestock Breeds "
            "and Breeding, CABI",
        ),
        Fact(
            "Plains zebras have broad stripes that meet a dark line on the spine and bend towards the "
            "tail on the hindquarters.",
            "Grubb 1981, Equus burchelli, Mammalian Species 157",
        ),
        Fact(
            "Axis deer are reddish brown with rows of white spots in all seasons.",
            "Geist 1998, Deer of the World: Their Evolution, Behaviour and Ecology, Stackpole Books",
        ),
    ),
    forms=alike(
        {"floor": 0.5, "hanging": 0.18, "folded": 0.12, "rolled": 0.06, "draped": 0.14}, draw_lot, make_pieces
    ),
)
