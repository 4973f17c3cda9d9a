"""Saiga horns as they are traded: rows and strewn heaps, tied bundles, pairs with the skull, slices."""

from __future__ import annotations

from training.synth.families.saiga_horn import WAXY
from training.synth.family import Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.field_forms import in_a_field
from training.synth.subjects.horns import saiga_draws as draw
from training.synth.subjects.horns.saiga_goods import bundles, horns, pairs, slices

_COLOURS = [draw.COLOURS[name] for name in ("wax", "amber", "pale")]


def _draw(draws: Draws) -> Parameters:
    return {
        "tones": draw.draw_tones(draws, draws.choice(_COLOURS)),
        "horns": [draw.draw_horn(draws.part(f"horn {n}")) for n in range(draws.integer(4, 8))],
        "pair": draw.draw_pair(draws, skull=0.8),
        "tie": draw.draw_tie(draws, draw.TIES[:3]),
    }


FAMILY = Family(
    name="saiga_horns_traded",
    label="saiga_horn",
    forms={
        "rows": in_a_field(make=horns, draw=_draw, rows=(3, 4), columns=(5, 11), neat=0.75, weight=0.3),
        "heap": laid_out(make=horns, draw=_draw, layouts={"heap": 0.5, "bundle": 0.5}, most=24, weight=0.15),
        "pairs": in_a_field(make=pairs, draw=_draw, rows=(3, 4), columns=(3, 4), neat=0.8, weight=0.2),
        "bundles": in_a_field(make=bundles, draw=_draw, rows=(3, 3), columns=(3, 6), neat=0.8, weight=0.15),
        "slices": laid_out(
            make=slices, draw=_draw, layouts={"heap": 0.4, "filled": 0.4, "spread": 0.2}, most=70, weight=0.2
        ),
    },
    facts=(
        Fact(
            "The horn is a long, slightly curved cone, 15 to 33 cm long and 3 to 4 cm across at its base, whitish or yellowish "
            "white; it is used as thin slices, as shavings or as powder.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, Saigae "
            "Tataricae Cornu",
        ),
        WAXY,
    ),
)  # fmt: skip
