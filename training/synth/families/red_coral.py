"""Red coral: branches of precious coral, raw and polished, and the beads, stones and carvings cut from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from training.synth.family import Fact, Family, arranged, assembled, in_pieces
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.materials import glossy_material
from training.synth.subjects.carvings.corals import coral_figure, draw_coral_figure
from training.synth.subjects.jewellery import corals
from training.synth.subjects.jewellery.bead_strings import bead_parts, draw_alike, draw_string, laid_string
from training.synth.subjects.jewellery.gem_materials import (
    coral_material,
    draw_coral,
    metal_material,
    thread_material,
)

_SHAPES = {
    "round": 0.4, "barrel": 0.12, "olive": 0.06, "tube": 0.06, "disc": 0.05, "twig": 0.22, "branch": 0.05, "chip": 0.04,
}  # fmt: skip
_LOOSE_SHAPES = {"round": 0.6, "barrel": 0.25, "olive": 0.1, "faceted": 0.05}
_STANDS = {"wood": (0.05, 0.022, 0.010), "stone": (0.35, 0.33, 0.3)}


def _polished(draws: Draws, raw: float = 0.0) -> Parameters:
    return {
        "look": draw_coral(draws.part("look"), raw=raw),
        "metal": draws.weighted({"gold": 0.55, "silver": 0.45}),
        "thread": draws.colour((0.35, 0.05, 0.04) if draws.chance(0.6) else (0.6, 0.55, 0.45), value=0.3),
        "fitting": draws.choice(["wood", "stone"]),
    }


def _often_raw(draws: Draws) -> Parameters:
    return _polished(draws, raw=0.45)


def _string(draws: Draws) -> Parameters:
    return draw_string(draws, shapes=_SHAPES, diameters=(0.004, 0.014))


def _beads(draws: Draws, count: int) -> Parameters:
    beads = draw_alike(draws.part("beads"), min(count, 6), shapes=_LOOSE_SHAPES, diameters=(0.005, 0.013))
    return {**_polished(draws), "pieces": beads}


def _with(second: Callable[[Parameters], Any]) -> Callable[[Parameters], Sequence[Any]]:
    """Return the maker of coral, a second material, and the metal of clasps."""
    return lambda lot: [coral_material(lot["look"]), second(lot), metal_material(lot["metal"])]


_on_a_stand = _with(lambda lot: glossy_material("stand", _STANDS[lot["fitting"]], 0.4))
_strung = _with(lambda lot: thread_material(tuple(lot["thread"])))
_set = _with(lambda lot: metal_material(lot["metal"]))

FAMILY = Family(
    name="red_coral",
    label="red_coral",
    facts=(
        Fact(
            "Precious coral branches show fine parallel striations along the branch; their colours run from white "
            "over pink and orange to dark red, some with a white core.",
            "Smith, C. P. et al. (2007), Pink-to-red coral: a guide to determining origin of color, Gems & Gemology"
            " 43(1)",
        ),
        Fact(
            "It is traded as raw branches, beads and strings of them, cabochons, carvings and small polished twigs.",
            "Cooper, E. W. T. et al. (2011), Guide to the Identification of Precious and Semi-precious Corals in "
            "Commercial Trade, TRAFFIC",
        ),
    ),
    forms={
        "branch": in_pieces(
            lot=_often_raw, piece=corals.draw_branch, make=assembled(corals.laid_branch, _on_a_stand), weight=0.34,
            layouts={"single": 0.5, "standing": 0.25, "scattered": 0.15, "hand": 0.1}, most=5,
        ),
        "twigs": in_pieces(
            lot=_often_raw, piece=corals.draw_twig, make=assembled(corals.twig_parts, _on_a_stand), weight=0.13,
            layouts={"heap": 0.35, "spread": 0.2, "filled": 0.2, "scattered": 0.1, "hand": 0.15}, most=60,
        ),
        "string": in_pieces(
            lot=_polished, piece=_string, make=assembled(laid_string, _strung), weight=0.28,
            layouts={"single": 0.55, "hanging": 0.15, "row": 0.15, "scattered": 0.15}, most=5,
        ),
        "beads": arranged(
            lot=_beads, make=assembled(bead_parts, _on_a_stand), weight=0.1,
            layouts={"heap": 0.35, "filled": 0.3, "spread": 0.2, "hand": 0.15}, most=90,
        ),
        "cabochon": in_pieces(
            lot=_polished, piece=corals.draw_cabochon, make=assembled(corals.cabochon_parts, _set), weight=0.08,
            layouts={"single": 0.3, "scattered": 0.5, "hand": 0.2}, most=7,
        ),
        "carving": in_pieces(
            lot=_polished, piece=draw_coral_figure, make=assembled(coral_figure, _on_a_stand), weight=0.07,
            layouts={"standing": 0.6, "single": 0.2, "hand": 0.2}, most=2,
        ),
    },
)  # fmt: skip
