"""Whole hides of cattle, sheep, goats, deer and zebra, without heads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.blender import holding
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.fur import cut_sheet
from training.synth.subjects.pelts.hide_coats import HIDES, draw_hide, hide_colours
from training.synth.subjects.pelts.outline import draw_outline
from training.synth.subjects.pelts.skins import add_skin, draw_lay, lay, paint_pelt


def draw_whole_hide(draws: Draws, kind: str, way: str) -> Parameters:
    """Draw the coat and outline of a hide of `HIDES`, with short leg stumps, and how it lies (see `draw_lay`)."""
    facts = HIDES[kind]
    body, part = draws.uniform(*facts["body"]), draws.part("outline")
    outline = draw_outline(
        part, body=body, width=facts["width"], tail=facts["tail"], tail_thick=facts["tail_thick"]
    )
    ragged = outline["ragged"] * (1.8 if kind == "sheep" else 1.0)
    outline |= {"head": "cut", "limbs_cut": "cut", "ragged": ragged}
    for limbs in ("hind", "fore"):
        outline[limbs] = [[turn, size * draws.uniform(0.35, 0.8)] for turn, size in outline[limbs]]
    return {
        "hide": draw_hide(draws.part("hide"), kind),
        "outline": outline,
        "lay": draw_lay(draws.part("lay"), way),
        "leather": list(draws.colour((0.55, 0.42, 0.28), value=0.3)),
        "hair_m": facts["hair"] * draws.uniform(0.7, 1.2),
    }


def whole_hide(lot: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make the hide as it is laid."""
    canvas = paint_pelt(lot["outline"], lambda at: hide_colours(lot["hide"], at))
    sheet, things = lay(cut_sheet(canvas, 0.009 * lot["outline"]["body"]), canvas, lot["lay"])
    lift = 0.75 if lot["hide"]["kind"] == "sheep" else 0.35
    thing = add_skin(sheet, canvas, rng, leather=lot["leather"], hair=lot["hair_m"], lift=lift)
    return [holding(thing, things)]
