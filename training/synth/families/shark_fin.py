"""Dried shark fins: whole, with their rough grey skin, and skinned into yellow needles."""

from __future__ import annotations

from training.synth.family import Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.fins.needles import fin_needles
from training.synth.subjects.fins.whole import OUTLINES, whole_fins


def _draw(draws: Draws) -> Parameters:
    return {
        "fin": draws.choice(sorted(OUTLINES)),
        "height": draws.log_uniform(0.10, 0.42),
        "skin": draws.colour(
            draws.choice([(0.17, 0.155, 0.135), (0.30, 0.25, 0.19), (0.10, 0.095, 0.09)]), value=0.3
        ),
        "cut": draws.colour((0.62, 0.52, 0.34), value=0.2),
        "warp": draws.uniform(0.03, 0.16),
    }


FAMILY = Family(
    name="shark_fin",
    label="shark_fin",
    forms={
        "whole": laid_out(
            make=whole_fins, draw=_draw, weight=0.75, most=20,
            layouts={"single": 0.2, "row": 0.3, "scattered": 0.15, "heap": 0.15, "spread": 0.1, "filled": 0.1},
        ),
        "needles": laid_out(
            make=fin_needles, draw=_draw, weight=0.25, layouts={"single": 0.4, "row": 0.2, "filled": 0.3, "heap": 0.1}, most=8
        ),
    },
    facts=(
        Fact(
            "First dorsal, pectoral and lower caudal fins make a traded set; dorsal fins are of one colour on both sides, "
            "pectoral fins are pale below.",
            "Abercrombie, Chapman, Gulak and Carlson 2013, Visual Identification of Fins from Common Elasmobranchs in the "
            "Northwest Atlantic Ocean, NOAA Technical Memorandum",
        ),
        Fact(
            "Skinned and processed fins show the ceratotrichia, yellow translucent needles in a fan.",
            "Vannuccini 1999, Shark utilization, marketing and trade, FAO Fisheries Technical Paper 389",
        ),
    ),
)  # fmt: skip
