"""Rhinoceros horn as authorities show it: rows that stand on a table, held up by officers, sawn, on scales, close by."""

from __future__ import annotations

from functools import partial

from training.synth.family import Fact, Family, alike
from training.synth.setting.displays import draw_lot_on_display, make_lot_on_display
from training.synth.subjects.horns.seized_rhino import draw_horns, make_horns

_WEIGHTS = {"rows": 0.3, "held": 0.26, "sawn": 0.1, "weighed": 0.12, "close": 0.14, "laid out": 0.08}

FAMILY = Family(
    name="rhino_horn_seizure",
    label="rhino_horn",
    forms=alike(_WEIGHTS, partial(draw_lot_on_display, draw_horns), partial(make_lot_on_display, make_horns)),
    facts=(
        Fact(
            "White rhinoceros front horns are 40 to 120 cm long with a broad, nearly square base; black ones 42 to 130 cm with a "
            "rounder base; rear horns are shorter and conical.",
            "Emslie, R. & Brooks, M. (1999), African Rhino: Status Survey and Conservation Action Plan, IUCN/SSC, chapter 2",
        ),
        Fact(
            "Stored horns are weighed, measured, marked with a number and photographed with it beside a scale.",
            "Milledge, S. (2005), Rhino Horn Stockpile Management: Minimum Standards and Best Practices from East and Southern "
            "Africa, TRAFFIC East/Southern Africa",
        ),
        Fact(
            "A sawn face shows a dark core of melanin and calcium in a paler rim.",
            "Hieronymus, T. L., Witmer, L. M. & Ridgely, R. C. (2006), Structure of white rhinoceros horn, Journal of Morphology 267",
        ),
    ),
)
