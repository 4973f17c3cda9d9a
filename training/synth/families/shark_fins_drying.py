"""Shark fins as they dry and are traded by the hundred: on racks, decks and tarpaulins, in sacks and heaps."""

from __future__ import annotations

from training.synth.family import Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.field_forms import in_a_field
from training.synth.subjects.fins.dried import draw_dried, fin_pieces

_RACKS = {"slats": 0.5, "mesh": 0.5}
_DECKS = {"plastic": 0.35, "boards": 0.2, "none": 0.35, "newspaper": 0.1}


def _draw(draws: Draws) -> Parameters:
    return draw_dried(draws, ("dorsal", "pectoral", "caudal"))


FAMILY = Family(
    name="shark_fins_drying",
    label="shark_fin",
    forms={
        "rack": in_a_field(make=fin_pieces, draw=_draw, bases=_RACKS, neat=0.85, weight=0.3),
        "deck": in_a_field(make=fin_pieces, draw=_draw, bases=_DECKS, neat=0.35, weight=0.35),
        "heap": laid_out(
            make=fin_pieces, draw=_draw, layouts={"heap": 0.5, "filled": 0.5}, most=36, weight=0.25
        ),
        "hand": laid_out(make=fin_pieces, draw=_draw, layouts={"hand": 0.6, "row": 0.4}, most=3, weight=0.1),
    },
    facts=(
        Fact(
            "Fins are cut off with little flesh, washed and dried in the sun on racks, mats or roofs for days; dried raw "
            "fins are traded by the sack.",
            "Vannuccini 1999, Shark utilization, marketing and trade, FAO Fisheries Technical Paper 389",
        ),
        Fact(
            "First dorsal, pectoral and lower caudal fins make a traded set.",
            "Abercrombie, Chapman, Gulak and Carlson 2013, Visual Identification of Fins from Common Elasmobranchs in the "
            "Northwest Atlantic Ocean, NOAA Technical Memorandum",
        ),
    ),
)
