"""Saiga antelope horn: whole, in pairs, tied in bundles, and cut."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from training.synth.family import Fact, Family, arranged, assembled, in_pieces
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.horns import saiga_draws as draw
from training.synth.subjects.horns.bodies import add_body
from training.synth.subjects.horns.saiga import laid_pair, piece, saiga_horn, tied
from training.synth.subjects.horns.saiga_goods import saiga_materials

_SHARES = {"wax": 0.35, "amber": 0.35, "pale": 0.2, "old": 0.1}


def _lot(draws: Draws) -> Parameters:
    tones = draws.part("tones")
    colours = draw.COLOURS[tones.weighted(_SHARES)]
    return {
        "tones": draw.draw_tones(tones, colours),
        "pair": draw.draw_pair(draws, skull=0.6),
        "tie": draw.draw_tie(draws),
    }


def _bundle(draws: Draws, count: int) -> Parameters:
    del count
    streams = [draws.part(f"piece {n}") for n in range(draws.integer(4, 9))]
    return {**_lot(draws), "pieces": [draw.draw_horn(own) for own in streams]}


def _tied(lot: Parameters) -> Sequence[Any]:
    return [add_body("tied", tied(lot["pieces"], lot["tie"]), saiga_materials(lot))]


_made = partial(assembled, materials=saiga_materials, join=add_body)
_form = partial(in_pieces, lot=_lot, variants=5, stream="piece {}")

WAXY = Fact(
    "Horns of males are lyre-shaped, ringed, of the colour of wax and translucent.",
    "Sokolov, V. E. (1974), Saiga tatarica, Mammalian Species 38",
)

FAMILY = Family(
    name="saiga_horn",
    label="saiga_horn",
    facts=(
        Fact(
            "The horn is a long, slightly curved cone, 15 to 33 cm long and 3 to 4 cm across at its base, whitish or yellowish "
            "white, with 10 to 16 raised rings below a smooth, translucent tip.",
            "Chinese Pharmacopoeia Commission 2015, Pharmacopoeia of the People's Republic of China, volume I, Saigae "
            "Tataricae Cornu",
        ),
        WAXY,
    ),
    forms={
        "whole": _form(
            piece=draw.draw_horn, make=_made(saiga_horn), weight=0.5, most=14,
            layouts={"single": 0.25, "row": 0.2, "scattered": 0.2, "bundle": 0.15, "heap": 0.1, "hand": 0.1},
        ),
        "pair": _form(
            piece=draw.draw_horn, make=_made(laid_pair), weight=0.22, layouts={"single": 0.65, "hanging": 0.35}, most=1
        ),
        "tied": arranged(lot=_bundle, make=_tied, weight=0.16),
        "cut": _form(
            piece=draw.draw_cut, make=_made(piece), weight=0.12, most=24,
            layouts={"scattered": 0.35, "heap": 0.35, "filled": 0.2, "hand": 0.1},
        ),
    },
)  # fmt: skip
