"""Saiga antelope horn: whole, in pairs, tied in bundles, and cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.family import Fact, Family, alike
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.materials import glossy_material, plain_material
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.horns.bodies import add_body
from training.synth.subjects.horns.materials import saiga_material
from training.synth.subjects.horns.saiga import pair, piece, saiga_horn, tied

_LAYOUTS: dict[str, tuple[dict[str, float], int]] = {
    "whole": ({"single": 0.25, "row": 0.2, "scattered": 0.2, "bundle": 0.15, "heap": 0.1, "hand": 0.1}, 14),
    "pair": ({"single": 0.65, "hanging": 0.35}, 1),
    "tied": ({"single": 1.0}, 1),
    "cut": ({"scattered": 0.35, "heap": 0.35, "filled": 0.2, "hand": 0.1}, 24),
}
_BODIES = {
    "wax": ((0.48, 0.28, 0.10), (0.60, 0.37, 0.13), (0.58, 0.33, 0.10)),
    "amber": ((0.30, 0.15, 0.05), (0.50, 0.24, 0.06), (0.38, 0.15, 0.03)),
    "pale": ((0.50, 0.42, 0.29), (0.70, 0.57, 0.36), (0.55, 0.38, 0.2)),
    "old": ((0.20, 0.13, 0.07), (0.38, 0.24, 0.11), (0.12, 0.06, 0.025)),
}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot of saiga horn."""
    layouts, most = _LAYOUTS[form]
    arrangement = draw_arrangement(draws.part("arrangement"), layouts, most=most)
    count = 1 if arrangement["kind"] in ("single", "hanging") else min(arrangement["count"], 5)
    count = draws.integer(4, 9) if form == "tied" else count
    return {
        "form": form,
        "arrangement": arrangement,
        "tones": _draw_tones(draws.part("tones")),
        "pieces": [_draw_piece(draws.part(f"piece {n}"), form) for n in range(count)],
        "pair": {"spread_deg": draws.uniform(6, 26), "skull": draws.chance(0.6), "seed": draws.seed()},
        "tie": {
            "colour": draws.choice(
                ((0.45, 0.02, 0.02), (0.35, 0.26, 0.14), (0.03, 0.03, 0.03), (0.6, 0.55, 0.1))
            ),
            "bands": draws.integer(1, 2),
        },
    }


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the pieces."""
    form, pieces = parameters["form"], parameters["pieces"]
    materials = [
        saiga_material(parameters["tones"]),
        glossy_material("tie", tuple(parameters["tie"]["colour"]), 0.6),
        plain_material((0.55, 0.47, 0.34)),
    ]
    if form == "tied":
        return [add_body(form, tied(pieces, parameters["tie"]), materials)]
    if form == "pair":
        hanging = parameters["arrangement"]["kind"] == "hanging"
        return [add_body(form, pair(pieces[0], parameters["pair"], hanging=hanging), materials)]
    make = piece if form == "cut" else saiga_horn
    return [add_body(form, make(values), materials) for values in pieces]


def _draw_tones(draws: Draws) -> Parameters:
    base, body, tip = _BODIES[draws.weighted({"wax": 0.35, "amber": 0.35, "pale": 0.2, "old": 0.1})]
    return {
        "base": draws.colour(base, value=0.25, tint=0.1),
        "body": draws.colour(body, value=0.25, tint=0.1),
        "tip": draws.colour(tip, value=0.35, tint=0.1),
        "dirt": draws.uniform(0, 1),
        "polish": draws.uniform(0, 1),
    }


def _draw_piece(draws: Draws, form: str) -> Parameters:
    """Draw the shape of one horn, and which part of it is left."""
    start, end = 0.0, 1.0
    if form == "cut":
        start = draws.uniform(0.0, 0.7)
        end = 1.0 if draws.chance(0.3) else min(1.0, start + draws.uniform(0.12, 0.35))
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
        "start": start,
        "end": end,
        "seed": draws.seed(),
    }


FAMILY = Family(
    name="saiga_horn",
    label="saiga_horn",
    facts=(
        Fact(
            "The horn is a long, slightly curved cone, 15 to 33 cm long and 3 to 4 cm across at its base, whitish or yellowish white, with 10 to 16 raised rings below a smooth, translucent tip.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, Saigae Tataricae Cornu",
        ),
        Fact(
            "Horns of males are lyre-shaped, ringed, of the colour of wax and translucent.",
            "Sokolov, V. E. (1974), Saiga tatarica, Mammalian Species 38",
        ),
    ),
    forms=alike({"whole": 0.5, "pair": 0.22, "tied": 0.16, "cut": 0.12}, draw_lot, make_pieces),
)
