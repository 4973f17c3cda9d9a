"""Cattle and buffalo horn in the places in which rhinoceros horn is shown: rows, hands, scales, close by."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from training.synth.families import load_family
from training.synth.families.bovine_horn import HOLLOW
from training.synth.family import Family, alike
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.displays import draw_lot_on_display, make_lot_on_display

_KINDS = {"cow": 0.4, "buffalo": 0.35, "longhorn": 0.1, "drinking": 0.15}


def draw_horns(draws: Draws, count: int, form: str) -> Parameters:
    """Draw the horns of a lot, as `training.synth.families.bovine_horn` does."""
    del form
    kind = draws.weighted(_KINDS)
    lot = load_family("bovine_horn").forms[kind].draw(draws.part("lot"), kind)
    more = [load_family("bovine_horn").forms[kind].draw(draws.part(f"{n}"), kind)["pieces"][0] for n in range(count)]  # fmt: skip
    return {"kind": kind, "lot": {**lot, "pieces": more}}


def make_horns(lot: Parameters) -> Sequence[Any]:
    """Make the horns, lying."""
    return load_family("bovine_horn").forms[lot["kind"]].make(lot["lot"])


_WEIGHTS = {"rows": 0.3, "held": 0.3, "weighed": 0.14, "close": 0.16, "laid out": 0.1}

FAMILY = Family(
    name="bovine_horn_seizure",
    label="bovine_horn",
    forms=alike(_WEIGHTS, partial(draw_lot_on_display, draw_horns), partial(make_lot_on_display, make_horns)),
    facts=(HOLLOW,),
)
