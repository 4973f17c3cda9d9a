"""Plastic that imitates tortoiseshell: celluloid picks, spectacle frames, combs and bangles with an even mottle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from training.synth.family import Fact, Family, Form, arranged
from training.synth.kit.assembly import Part, assemble
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.materials import glossy_material
from training.synth.subjects.shells import articles, spectacles
from training.synth.subjects.shells.materials import draw_plastic_shell, plastic_shell_material

_PLAIN = [(0.6, 0.03, 0.03), (0.02, 0.02, 0.02), (0.8, 0.8, 0.75), (0.05, 0.2, 0.55)]


def _form(
    piece: Callable[[Draws], Parameters],
    parts: Callable[[Parameters], list[Part]],
    *,
    weight: float,
    layouts: Mapping[str, float],
    most: int,
) -> Form:
    """Return a form: all pieces of one mould, some lots with single ones of another colour among them."""

    def lot(draws: Draws, count: int) -> Parameters:
        del count
        mould, plain = piece(draws), draws.chance(0.2)
        return {
            "piece": mould,
            "look": draw_plastic_shell(draws.part("look")),
            "plain": draws.colour(draws.choice(_PLAIN)) if plain else None,
        }

    def make(lot: Parameters) -> Sequence[Any]:
        dresses = _materials(lot)[: lot["arrangement"]["count"]]
        return [assemble(lot["form"], parts(lot["piece"]), dress) for dress in dresses]

    return arranged(lot=lot, make=make, weight=weight, layouts=layouts, most=most)


def _materials(lot: Parameters) -> Sequence[Sequence[Any]]:
    """Return the materials of three pieces: two mottled, and the third plain where one is drawn."""
    mottled = plastic_shell_material(lot["look"])
    fittings = [
        glossy_material("hinge", (0.7, 0.68, 0.64), 0.3, metal=1.0),
        glossy_material("lens", (0.02, 0.02, 0.022), 0.03, coat=1.0),
    ]
    dresses = [[mottled, *fittings]] * 2
    if lot["plain"] is not None:
        dresses.append([glossy_material("plain plastic", tuple(lot["plain"]), 0.2, coat=0.4), *fittings])
    return dresses


def _pick(draws: Draws) -> Parameters:
    kind = draws.weighted({"pear": 0.75, "triangle": 0.25})
    return {
        **articles.draw_pick(draws.part("mould")),
        "kind": kind,
        "thickness_m": draws.uniform(0.0006, 0.0014),
    }


def _comb(draws: Draws) -> Parameters:
    kind = draws.weighted({"dressing": 0.6, "side": 0.4})
    return {**articles.draw_comb(draws.part("mould")), "kind": kind, "broken": "0", "bend": 0.0}


def _pick_parts(piece: Parameters) -> list[Part]:
    return articles.pick_parts(piece, regular=True)


CELLULOID = Fact(
    "Celluloid and acetate imitate tortoiseshell with swirled colours whose bounds are soft and whose brown"
    " is even, not made of dots.",
    "Hainschwang, T. & Leggio, L. (2006), The characterization of tortoise shell and its imitations, Gems &"
    " Gemology 42(1)",
)

FAMILY = Family(
    name="guitar_picks",
    label="resin",
    facts=(
        CELLULOID,
        Fact(
            "Picks are thin rounded triangles about 26 by 30 mm; many are cut from celluloid that imitates "
            "tortoiseshell.",
            "Hoover, W. (1995), Picks! The Colorful Saga of Vintage Celluloid Guitar Plectrums, Miller Freeman "
            "Books",
        ),
    ),
    forms={
        "picks": _form(
            _pick, _pick_parts, weight=0.5, most=34,
            layouts={"scattered": 0.25, "row": 0.15, "heap": 0.3, "spread": 0.15, "hand": 0.15},
        ),
        "spectacles": _form(
            lambda draws: spectacles.draw_spectacles(draws.part("mould")), spectacles.spectacle_parts, weight=0.22, most=5,
            layouts={"single": 0.6, "row": 0.25, "scattered": 0.15},
        ),
        "comb": _form(
            _comb, articles.comb_parts, weight=0.16, layouts={"single": 0.5, "row": 0.25, "scattered": 0.25}, most=6
        ),
        "bangle": _form(
            lambda draws: articles.draw_cuff(draws.part("mould")), articles.cuff_parts, weight=0.12, most=6,
            layouts={"single": 0.3, "scattered": 0.4, "row": 0.3},
        ),
    },
)  # fmt: skip
