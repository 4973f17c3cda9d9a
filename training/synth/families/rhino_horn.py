"""Rhinoceros horn: whole, sawn, carved, polished and shaved."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from training.synth.family import Fact, Family, Form, arranged, assembled, in_pieces
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.horns import rhino
from training.synth.subjects.horns import rhino_carvings as carved
from training.synth.subjects.horns import rhino_draws as draw
from training.synth.subjects.horns.bodies import add_body
from training.synth.subjects.horns.materials import carved_material, rhino_material

_LYING = {"single": 0.42, "row": 0.16, "scattered": 0.16, "heap": 0.1, "standing": 0.12, "hand": 0.04}
_SET = ("rear", "black_front", "white_front")


def _form(
    piece: Callable[[Draws], Parameters],
    shape: Callable[[Parameters], Any],
    material: Callable[[Parameters], Any] = rhino_material,
    *,
    worked: bool = False,
    **options: Any,
) -> Form:
    """Return a form of up to five pieces that are no whole horns; ``worked`` ones have a warmer rim."""

    def lot(draws: Draws) -> Parameters:
        return {"tones": draw.draw_tones(draws.part("tones"), carved=worked)}

    made = assembled(shape, lambda lot: [material(lot["tones"])], join=add_body)
    return in_pieces(piece=piece, lot=lot, make=made, variants=5, stream="piece {}", **options)


def _whole(*kinds: str, layouts: dict[str, float], weight: float) -> Form:
    """Return a form of up to four whole horns of the kinds in turn."""

    def lot(draws: Draws, count: int) -> Parameters:
        horns = [draw.draw_horn(draws.part(f"horn {n}"), kinds[n % len(kinds)]) for n in range(min(count, 4))]
        return {"tones": draw.draw_tones(draws.part("tones"), carved=False), "pieces": horns}

    made = assembled(rhino.laid_horn, lambda lot: [rhino_material(lot["tones"])], join=add_body)
    return arranged(lot=lot, make=made, layouts=layouts, most=14, weight=weight)


_worked = partial(_form, material=carved_material, worked=True)

FAMILY = Family(
    name="rhino_horn",
    label="rhino_horn",
    facts=(
        Fact(
            "White and black rhinoceros carry two horns, the front one longer; Indian and Javan carry one.",
            "Espinoza, E. O. & Mann, M.-J. (1992), Identification Guide for Ivory and Ivory Substitutes, WWF & TRAFFIC",
        ),
        Fact(
            "The horn is keratin tubules without a bony core, darker in its middle; weather and wear shape the outside, and "
            "the base frays into fibres.",
            "Hieronymus, T. L., Witmer, L. M. & Ridgely, R. C. (2006), Structure of white rhinoceros horn, Journal of "
            "Morphology 267",
        ),
        Fact(
            "Cups are carved from the whole horn, wide rim at its base, with leaves, branches and animals in relief.",
            "Chapman, J. (1999), The Art of Rhinoceros Horn Carving in China, Christie's Books",
        ),
    ),
    forms={
        "white_front": _whole("white_front", layouts=_LYING, weight=0.22),
        "black_front": _whole("black_front", layouts=_LYING, weight=0.16),
        "rear": _whole("rear", layouts=_LYING, weight=0.12),
        "asian": _whole("asian", layouts=_LYING, weight=0.14),
        "set": _whole(*_SET, layouts={"row": 0.45, "scattered": 0.35, "heap": 0.2}, weight=0.1),
        "sawn": _form(
            draw.draw_sawn, rhino.whole_horn, weight=0.06, layouts={"row": 0.3, "scattered": 0.4, "single": 0.2, "heap": 0.1}, most=8
        ),
        "discs": _form(
            draw.draw_disc, rhino.horn_disc, weight=0.06, most=12,
            layouts={"row": 0.2, "scattered": 0.35, "single": 0.15, "spread": 0.2, "hand": 0.1},
        ),
        "chunks": _form(
            draw.draw_chunk, rhino.chunk, weight=0.04, most=14,
            layouts={"scattered": 0.4, "single": 0.15, "heap": 0.25, "filled": 0.1, "hand": 0.1},
        ),
        "cup": _worked(draw.draw_cup, carved.cup, weight=0.05, layouts={"single": 1.0}, most=1),
        "bangle": _worked(
            draw.draw_bangle, carved.horn_bangle, weight=0.02, layouts={"single": 0.5, "scattered": 0.35, "hand": 0.15}, most=4
        ),
        "beads": _worked(
            draw.draw_bracelet, carved.bracelet, weight=0.015, layouts={"single": 0.6, "scattered": 0.2, "hand": 0.2}, most=3
        ),
        "shavings": _form(
            draw.draw_shaving, rhino.shaving, carved_material, weight=0.015,
            layouts={"heap": 0.5, "filled": 0.35, "spread": 0.15}, most=60,
        ),
    },
)  # fmt: skip
