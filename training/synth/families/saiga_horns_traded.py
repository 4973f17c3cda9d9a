"""Saiga horns as they are traded: rows and strewn heaps, tied bundles, pairs with the skull, slices."""

from __future__ import annotations

from training.synth.family import Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.field_forms import in_a_field
from training.synth.subjects.horns.saiga_goods import bundles, horns, pairs, slices

_BODIES = (
    ((0.48, 0.28, 0.10), (0.60, 0.37, 0.13), (0.58, 0.33, 0.10)),
    ((0.30, 0.15, 0.05), (0.50, 0.24, 0.06), (0.38, 0.15, 0.03)),
    ((0.50, 0.42, 0.29), (0.70, 0.57, 0.36), (0.55, 0.38, 0.20)),
)
_TIES = ((0.45, 0.02, 0.02), (0.35, 0.26, 0.14), (0.03, 0.03, 0.03))


def _draw(draws: Draws) -> Parameters:
    base, body, tip = draws.choice(_BODIES)
    return {
        "tones": {
            "base": draws.colour(base, value=0.25, tint=0.1),
            "body": draws.colour(body, value=0.25, tint=0.1),
            "tip": draws.colour(tip, value=0.35, tint=0.1),
            "dirt": draws.uniform(0, 1),
            "polish": draws.uniform(0, 1),
        },
        "horns": [_draw_horn(draws.part(f"horn {n}")) for n in range(draws.integer(4, 8))],
        "pair": {"spread_deg": draws.uniform(6, 26), "skull": draws.chance(0.8), "seed": draws.seed()},
        "tie": {"colour": draws.choice(_TIES), "bands": draws.integer(1, 2)},
    }


def _draw_horn(draws: Draws) -> Parameters:
    return {
        "length_m": draws.normal(0.24, 0.035, 0.16, 0.33),
        "base_m": draws.uniform(0.0125, 0.0165),
        "rings": draws.integer(12, 20),
        "ridge": draws.uniform(0.14, 0.27),
        "smooth": draws.uniform(0.22, 0.36),
        "lyre_deg": draws.uniform(25, 55),
        "sway_deg": draws.uniform(8, 26),
        "taper": draws.uniform(1.0, 1.5),
        "core": draws.chance(0.55),
        "start": 0.0,
        "end": 1.0,
        "seed": draws.seed(),
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
        Fact(
            "Horns of males are lyre-shaped, ringed, of the colour of wax and translucent.",
            "Sokolov, V. E. (1974), Saiga tatarica, Mammalian Species 38",
        ),
    ),
)  # fmt: skip
