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
from training.synth.subjects.horns.saiga_draws import draw_piece, draw_tones

_LAYOUTS: dict[str, tuple[dict[str, float], int]] = {
    "whole": ({"single": 0.25, "row": 0.2, "scattered": 0.2, "bundle": 0.15, "heap": 0.1, "hand": 0.1}, 14),
    "pair": ({"single": 0.65, "hanging": 0.35}, 1),
    "tied": ({"single": 1.0}, 1),
    "cut": ({"scattered": 0.35, "heap": 0.35, "filled": 0.2, "hand": 0.1}, 24),
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
        "tones": draw_tones(draws.part("tones")),
        "pieces": [draw_piece(draws.part(f"piece {n}"), form) for n in range(count)],
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
