"""Antlers of deer, elk, reindeer and moose: shed, mounted, and sawn into pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from training.synth.family import Fact, Family, assembled, in_pieces
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.materials import cloth_material, plain_material, wood_material
from training.synth.subjects.horns.antler_draws import (
    draw_deer,
    draw_moose,
    draw_roe,
    draw_sawn,
    draw_tones,
    draw_trophy,
)
from training.synth.subjects.horns.antlers import antler_piece, lying_antler, trophy
from training.synth.subjects.horns.bodies import Body, add_body
from training.synth.subjects.horns.materials import antler_material


def _lot(draws: Draws) -> Parameters:
    return {"tones": draw_tones(draws), "cover": draws.choice(("bone", "cloth"))}


def _antler(lot: Parameters) -> Sequence[Any]:
    return [antler_material(lot["tones"])]


def _mounted(lot: Parameters) -> Sequence[Any]:
    """Return antler, the bone of the skull, the board's wood, and what covers the skull."""
    bone = plain_material((0.58, 0.50, 0.36))
    cover = bone if lot["cover"] == "bone" else cloth_material((0.05, 0.02, 0.015))
    return [antler_material(lot["tones"]), bone, wood_material(), cover]


def _made(shape: Callable[[Parameters], Sequence[Body]]) -> Callable[[Parameters], Sequence[Any]]:
    return assembled(shape, _antler, join=add_body)


_form = partial(in_pieces, lot=_lot, variants=4, stream="piece {}")

FAMILY = Family(
    name="antler",
    label="antler",
    facts=(
        Fact(
            "Antlers are bone: a beam with forked tines on a knobbed burr, its surface furrowed and pearled, brown "
            "with paler, worn tips; those of moose spread into a palm; a cut end shows a spongy core.",
            "Goss, R. J. (1983), Deer Antlers: Regeneration, Function and Evolution, Academic Press",
        ),
    ),
    forms={
        "deer": _form(
            piece=draw_deer, make=_made(lying_antler), weight=0.36, most=8,
            layouts={"single": 0.5, "row": 0.1, "scattered": 0.2, "heap": 0.2},
        ),
        "roe": _form(
            piece=draw_roe, make=_made(lying_antler), weight=0.12, most=10,
            layouts={"single": 0.35, "row": 0.2, "scattered": 0.25, "heap": 0.1, "hand": 0.1},
        ),
        "moose": _form(
            piece=draw_moose, make=_made(lying_antler), weight=0.12, most=2,
            layouts={"single": 0.85, "scattered": 0.15},
        ),
        "trophy": _form(
            piece=draw_trophy, make=assembled(trophy, _mounted, join=add_body), weight=0.22, layouts={"hanging": 1.0},
        ),
        "pieces": _form(
            piece=draw_sawn, make=_made(antler_piece), weight=0.18, most=24,
            layouts={"scattered": 0.3, "row": 0.2, "heap": 0.3, "filled": 0.1, "hand": 0.1},
        ),
    },
)  # fmt: skip
