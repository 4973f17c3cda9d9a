"""Hornbill casque: heads of the helmeted hornbill, and the red and yellow "hornbill ivory" carved from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from training.synth.family import Fact, Family, arranged, assembled, in_pieces
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.materials import glossy_material
from training.synth.subjects.horns.hornbill import casque_bead, casque_string, laid_block, laid_skull
from training.synth.subjects.horns.hornbill_draws import draw_block, draw_look, draw_skull
from training.synth.subjects.jewellery.bead_strings import draw_string
from training.synth.subjects.jewellery.gem_materials import casque_material, thread_material


def _lot(draws: Draws, *, worn: bool = False) -> Parameters:
    return {
        "look": draw_look(draws, worn=worn),
        "thread": draws.colour((0.35, 0.06, 0.04) if draws.chance(0.5) else (0.05, 0.04, 0.03), value=0.3),
    }


def _beads(draws: Draws, count: int) -> Parameters:
    lot, size = _lot(draws), draws.uniform(0.009, 0.018)
    shape = draws.weighted({"round": 0.7, "barrel": 0.3})
    streams = [draws.part(f"piece{k}") for k in range(min(count, 5))]
    pieces = [
        {"shape": shape, "bead_m": size * own.uniform(0.94, 1.06), "seed": own.seed()} for own in streams
    ]
    return {**lot, "pieces": pieces}


def _string(draws: Draws) -> Parameters:
    string = draw_string(draws, shapes={"round": 0.75, "barrel": 0.25}, diameters=(0.009, 0.018))
    return {**string, "uneven": 0.02, "strands": 1}


def _with(second: Callable[[Parameters], Any]) -> Callable[[Parameters], Sequence[Any]]:
    """Return the maker of casque, a second material, and the metal of clasps."""
    return lambda lot: [
        casque_material(lot["look"]),
        second(lot),
        glossy_material("clasp", (0.75, 0.6, 0.3), 0.25, metal=1.0),
    ]


_on_a_stand = _with(lambda lot: glossy_material("stand", (0.04, 0.016, 0.008), 0.35))
_strung = _with(lambda lot: thread_material(tuple(lot["thread"])))
_form = partial(in_pieces, variants=5)

SOLID_FRONT = Fact(
    "The solid front of the casque yields blocks of at most about 8 by 5 by 2.5 cm, yellow with a bright red periphery.",
    "Espinoza, E. O. & Mann, M.-J. (1992), Identification Guide for Ivory and Ivory Substitutes, WWF & TRAFFIC",
)

FAMILY = Family(
    name="hornbill_casque",
    label="hornbill_casque",
    facts=(
        SOLID_FRONT,
        Fact(
            "Casques are traded as whole heads with casque and bill, and as carvings, beads and pendants that show yellow and red.",
            "Collar, N. J. (2015), Helmeted Hornbills Rhinoplax vigil and the ivory trade, BirdingASIA 24",
        ),
    ),
    forms={
        "skull": _form(
            lot=partial(_lot, worn=True), piece=draw_skull, make=assembled(laid_skull, _on_a_stand), weight=0.5,
            layouts={"single": 0.5, "row": 0.2, "scattered": 0.3}, most=6,
        ),
        "block": _form(
            lot=_lot, piece=draw_block, make=assembled(laid_block, _on_a_stand), weight=0.27,
            layouts={"single": 0.6, "row": 0.1, "scattered": 0.15, "hand": 0.15}, most=4,
        ),
        "beads": arranged(
            lot=_beads, make=assembled(casque_bead, _on_a_stand), weight=0.12,
            layouts={"heap": 0.35, "spread": 0.25, "filled": 0.2, "hand": 0.2}, most=60,
        ),
        "string": _form(
            lot=_lot, piece=_string, make=assembled(casque_string, _strung), weight=0.11,
            layouts={"single": 0.75, "scattered": 0.25}, most=3,
        ),
    },
)  # fmt: skip
