"""Cattle and buffalo horn: whole, as drinking horns, mounted in pairs, and worked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from training.synth.family import Fact, Family, Form, assembled, in_pieces
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.materials import cloth_material, glossy_material, wood_material
from training.synth.subjects.horns import cattle_draws as draw
from training.synth.subjects.horns import crafts
from training.synth.subjects.horns.bodies import add_body
from training.synth.subjects.horns.materials import bovine_material, streaked_material

_LYING = {"single": 0.4, "row": 0.15, "scattered": 0.2, "heap": 0.15, "bundle": 0.05, "hand": 0.05}
_METALS = {"brass": (0.72, 0.5, 0.18), "steel": (0.6, 0.6, 0.6), "copper": (0.7, 0.36, 0.22)}
_CLOTHS = ((0.12, 0.02, 0.02), (0.02, 0.02, 0.02), (0.03, 0.06, 0.03), (0.16, 0.08, 0.04))


def _form(shape: Callable[[Parameters], Any], materials: Callable[[Parameters], Any], **options: Any) -> Form:
    """Return a form; ``tones`` among the options says how its colours are drawn."""
    tones = options.pop("tones", {})

    def lot(draws: Draws) -> Parameters:
        return {
            "tones": draw.draw_tones(draws.part("tones"), **tones),
            "metal": draws.choice(("brass", "steel", "copper")),
            "cloth": draws.choice(_CLOTHS),
        }

    made = assembled(shape, materials, join=add_body)
    return in_pieces(make=made, lot=lot, variants=4, stream="piece {}", **options)


def _metal(lot: Parameters) -> Any:
    return glossy_material("metal", _METALS[lot["metal"]], 0.28, metal=1.0)


def _whole(lot: Parameters) -> Sequence[Any]:
    return [bovine_material(lot["tones"]), _metal(lot)]


def _mounted(lot: Parameters) -> Sequence[Any]:
    return [*_whole(lot), wood_material(), cloth_material(tuple(lot["cloth"]))]


def _thin(lot: Parameters) -> Sequence[Any]:
    return [streaked_material(lot["tones"]), _metal(lot)]


def _pierced(lot: Parameters) -> Sequence[Any]:
    return [streaked_material(lot["tones"]), glossy_material("hole", (0.02, 0.018, 0.015), 0.8)]


_lying = partial(_form, crafts.lying_horn, _whole)
_worked = partial(_form, tones={"worked": True})

HOLLOW = Fact(
    "Bovid horn is a hollow keratin sheath over a bony core; unlike rhinoceros horn it is not solid.",
    "Espinoza & Mann (1992), Identification Guide for Ivory and Ivory Substitutes, WWF & TRAFFIC",
)

FAMILY = Family(
    name="bovine_horn",
    label="bovine_horn",
    facts=(
        HOLLOW,
    ),
    forms={
        "cow": _lying(piece=partial(draw.draw_horn, kind="cow"), weight=0.2, layouts=_LYING, most=12),
        "buffalo": _lying(
            piece=partial(draw.draw_horn, kind="buffalo"), tones={"black": 0.85}, weight=0.17, layouts=_LYING, most=10
        ),
        "longhorn": _lying(
            piece=partial(draw.draw_horn, kind="longhorn"), tones={"black": 0.1}, weight=0.08, layouts=_LYING, most=8
        ),
        "drinking": _lying(
            piece=partial(draw.draw_horn, kind="cow", bound=True), tones={"polished": True}, weight=0.12, most=5,
            layouts={"single": 0.6, "row": 0.2, "scattered": 0.1, "hand": 0.1},
        ),
        "pair": _form(
            crafts.mounted_pair, _mounted, piece=draw.draw_pair, tones={"black": 0.4}, weight=0.12, layouts={"hanging": 1.0}
        ),
        "tips": _form(
            crafts.stump, _whole, piece=draw.draw_tip, tones={"black": 0.5, "polished": True}, weight=0.07, most=20,
            layouts={"scattered": 0.4, "row": 0.25, "heap": 0.25, "hand": 0.1},
        ),
        "combs": _worked(
            crafts.horn_comb, _thin, piece=draw.draw_comb, weight=0.06, most=6,
            layouts={"single": 0.35, "row": 0.3, "scattered": 0.3, "hand": 0.05},
        ),
        "bowl": _worked(
            crafts.bowl, _thin, piece=draw.draw_bowl, weight=0.05, layouts={"single": 0.7, "scattered": 0.3}, most=3
        ),
        "buttons": _worked(
            crafts.button, _pierced, piece=draw.draw_button, weight=0.05, most=40,
            layouts={"scattered": 0.3, "row": 0.15, "heap": 0.3, "filled": 0.25},
        ),
        "bangles": _worked(
            crafts.cuff, _thin, piece=draw.draw_cuff, weight=0.05, most=5,
            layouts={"single": 0.4, "scattered": 0.5, "hand": 0.1},
        ),
        "links": _worked(
            crafts.horn_links, _thin, piece=draw.draw_links, weight=0.03, layouts={"single": 0.8, "hand": 0.2}, most=1
        ),
    },
)  # fmt: skip
