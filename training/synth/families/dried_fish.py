"""Split dried fish, cut leather and paper fans on the racks, decks and cloths where shark fins lie elsewhere."""

from __future__ import annotations

from training.synth.family import Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.cloth.paper_fans import draw_fans, paper_fans
from training.synth.subjects.field_forms import in_a_field
from training.synth.subjects.fins.dried import draw_dried, fish_pieces


def _draw_fish(draws: Draws) -> Parameters:
    return draw_dried(draws, ("fish",))


def _draw_leather(draws: Draws) -> Parameters:
    return draw_dried(draws, ("leather",))


FAMILY = Family(
    name="dried_fish",
    label="",
    forms={
        "fish": in_a_field(
            make=fish_pieces, draw=_draw_fish, bases={"slats": 0.4, "mesh": 0.3, "none": 0.3}, weight=0.35
        ),
        "fish_heap": laid_out(make=fish_pieces, draw=_draw_fish, layouts={"heap": 0.5, "filled": 0.5}, most=30, weight=0.2),
        "leather": in_a_field(make=fish_pieces, draw=_draw_leather, neat=0.4, weight=0.25),
        "fans": in_a_field(make=paper_fans, draw=draw_fans, rows=(3, 4), columns=(3, 4), weight=0.2),
    },
    facts=(
        Fact(
            "Small fish are split, salted and dried in the sun on raised racks.",
            "Doe 1998, Fish Drying and Smoking: Production and Quality, Technomic Publishing",
        ),
    ),
)  # fmt: skip
