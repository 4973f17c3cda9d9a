"""Potato crisps: curled, ridged or stacked saddles, and fried corn triangles."""

from __future__ import annotations

from training.synth.family import LOOSE, Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.plants.crisps import crisps

_PALE, _GOLD = (0.80, 0.62, 0.28), (0.70, 0.42, 0.11)


def _draw(draws: Draws) -> Parameters:
    return {
        "pale": draws.colour(_PALE, value=0.2, tint=0.08),
        "gold": draws.colour(_GOLD, value=0.3, tint=0.1),
        "burn": draws.uniform(0.1, 0.95),
        "seasoning": draws.choice([0.0, 0.0, 0.35, 0.7]),
        "season_colour": draws.choice([(0.45, 0.07, 0.02), (0.10, 0.13, 0.03), (0.30, 0.13, 0.04)]),
        "size": draws.uniform(0.036, 0.062),
        "oil": draws.uniform(0.3, 0.6),
    }


FAMILY = Family(
    name="potato_crisps",
    label="",
    forms={
        "plain": laid_out(make=crisps("plain"), draw=_draw, weight=1.6, layouts=LOOSE, most=70),
        "ridged": laid_out(make=crisps("ridged"), draw=_draw, weight=0.8, layouts=LOOSE, most=60),
        "saddle": laid_out(
            make=crisps("saddle"), draw=_draw, weight=0.6, layouts={**LOOSE, "row": 0.1}, most=50
        ),
        "corn": laid_out(make=crisps("corn"), draw=_draw, weight=0.9, layouts=LOOSE, most=60),
    },
    facts=(
        Fact(
            "Potatoes for crisps are cut into slices between 1 and 2 mm thick; frying gives a golden colour, "
            "browner at the rim, and blisters the surface.",
            "Lisinska and Leszczynski 1989, Potato Science and Technology, Elsevier Applied Science",
        ),
        Fact(
            "Stacked crisps are made from dough of one size in the shape of a saddle, a hyperbolic paraboloid.",
            "Baur 1970, Packaging of chip-type snack food products, US patent 3,498,798",
        ),
    ),
)
