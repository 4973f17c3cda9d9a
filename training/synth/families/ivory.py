"""Worked elephant ivory: figures, reliefs, jewellery, seals and household goods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from training.synth.family import Fact, Family, Form, arranged
from training.synth.kit.assembly import Part
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.ivory import article_draws as draw
from training.synth.subjects.ivory import articles, carved
from training.synth.subjects.ivory.materials import draw_ivory
from training.synth.subjects.ivory.things import make_ivory
from training.synth.subjects.jewellery.bead_strings import bead_parts, laid_string

_WOOD, _METAL = {"wood": 0.6, "black": 0.4}, {"gold": 0.5, "silver": 0.5}
_AGED = {"yellow": 0.35, "cream": 0.35, "honey": 0.2, "new": 0.1}
_PLAIN = {"new": 0.35, "white": 0.25, "cream": 0.25, "yellow": 0.1, "honey": 0.05}


def _form(
    piece: draw.Piece,
    shape: Callable[[Parameters], list[Part]],
    weight: float,
    layouts: Mapping[str, float],
    most: int,
    variants: int,
    *,
    second: Mapping[str, float] = _WOOD,
    tones: Mapping[str, float] | None = None,
) -> Form:
    """Return a form of at most so many pieces in a heap, of which so many are drawn and the others copied."""

    def lot(draws: Draws, count: int) -> Parameters:
        return {
            "look": draw_ivory(draws.part("look"), tones=tones),
            "second": draws.weighted(second),
            "pieces": draw.draw_pieces(draws, piece, min(count, variants)),
        }

    return arranged(lot=lot, make=partial(make_ivory, shape), weight=weight, layouts=layouts, most=most)


_new = partial(_form, tones=_PLAIN)


FAMILY = Family(
    name="ivory",
    label="ivory",
    facts=(
        Fact(
            "Cross-cuts of elephant dentine show Schreger lines, two sets of arcs that cross; lengthwise the growth"
            " layers are fine, nearly parallel lines.",
            "Espinoza, E. O. & Mann, M.-J. (1992), Identification Guide for Ivory and Ivory Substitutes, WWF & "
            "TRAFFIC",
        ),
        Fact(
            "Outer Schreger angles of living elephants average more than 100 degrees, those of mammoth less.",
            "Espinoza, E. O. & Mann, M.-J. (1993), The history and significance of the Schreger pattern in "
            "proboscidean ivory characterization, Journal of the American Institute for Conservation 32",
        ),
        Fact(
            "Traded worked ivory is mainly figures, name seals, jewellery, chopsticks, knife handles and carved "
            "tusks.",
            "Martin, E. & Stiles, D. (2003), The Ivory Markets of East Asia, Save the Elephants",
        ),
    ),
    forms={
        "person": _form(
            draw.draw_person, carved.figure_parts, 0.12, {"standing": 0.8, "single": 0.05, "scattered": 0.15}, 4, 3
        ),
        "seated": _form(
            draw.draw_seated, carved.figure_parts, 0.07, {"standing": 0.8, "scattered": 0.1, "hand": 0.1}, 4, 2
        ),
        "netsuke": _form(
            draw.draw_netsuke, carved.figure_parts, 0.07, {"standing": 0.7, "scattered": 0.15, "hand": 0.15}, 5, 3, tones=_AGED
        ),
        "animal": _form(
            draw.draw_animal, carved.long_figure_parts, 0.08, {"standing": 0.75, "scattered": 0.15, "hand": 0.1}, 5, 3
        ),
        "elephant": _form(
            draw.draw_elephant, carved.long_figure_parts, 0.045, {"standing": 0.85, "scattered": 0.15}, 5, 2
        ),
        "group": _form(draw.draw_group, carved.figure_parts, 0.035, {"standing": 1.0}, 1, 1, tones=_AGED),
        "openwork": _form(draw.draw_openwork, carved.figure_parts, 0.05, {"standing": 0.9, "scattered": 0.1}, 3, 1),
        "brooch": _form(
            draw.draw_brooch, carved.long_figure_parts, 0.025, {"single": 0.6, "scattered": 0.2, "hand": 0.2}, 4, 2,
            second=_METAL,
        ),
        "string": _new(
            draw.draw_strung, laid_string, 0.07, {"single": 0.6, "hanging": 0.12, "row": 0.14, "scattered": 0.14}, 5, 3,
            second={"cord": 1.0},
        ),
        "beads": _new(
            draw.draw_bead, bead_parts, 0.02, {"heap": 0.4, "filled": 0.25, "spread": 0.2, "hand": 0.15}, 80, 6,
            second={"cord": 1.0},
        ),
        "pendant": _form(
            draw.draw_pendant, carved.pendant_parts, 0.045, {"single": 0.6, "row": 0.15, "scattered": 0.1, "hand": 0.15}, 4, 3,
            second={"gold": 0.3, "silver": 0.3, "cord": 0.4},
        ),
        "bangle": _new(
            draw.draw_bangle, articles.ivory_bangle, 0.07,
            {"single": 0.3, "scattered": 0.3, "heap": 0.15, "row": 0.1, "hand": 0.15}, 8, 4, second=_METAL,
        ),
        "bridge": _form(draw.draw_bridge, carved.bridge_parts, 0.03, {"standing": 1.0}, 1, 1),
        "carved_tusk": _form(
            draw.draw_carved_tusk, carved.carved_tusk_parts, 0.05, {"standing": 0.5, "single": 0.5}, 1, 1
        ),
        "seal": _new(
            draw.draw_seal, carved.seal_parts, 0.06, {"scattered": 0.3, "row": 0.3, "single": 0.2, "hand": 0.2}, 7, 5
        ),
        "plaque": _form(
            draw.draw_plaque, carved.plaque_parts, 0.055, {"single": 0.55, "standing": 0.25, "hanging": 0.1, "row": 0.1}, 3, 2
        ),
        "medallion": _form(
            draw.draw_medallion, carved.medallion_parts, 0.025, {"single": 0.7, "scattered": 0.15, "hand": 0.15}, 3, 2,
            second=_METAL,
        ),
        "case": _form(draw.draw_case, carved.case_parts, 0.03, {"standing": 0.8, "scattered": 0.2}, 3, 2),
        "chopsticks": _new(
            draw.draw_chopsticks, articles.chopsticks, 0.035, {"single": 0.5, "row": 0.35, "bundle": 0.15}, 6, 4,
            second={"silver": 0.7, "gold": 0.3},
        ),
        "dice": _form(draw.draw_die, articles.die, 0.015, {"scattered": 0.5, "hand": 0.3, "spread": 0.2}, 7, 2),
        "billiard_balls": _new(
            draw.draw_billiard_ball, articles.billiard_ball, 0.01, {"scattered": 0.7, "row": 0.15, "single": 0.15}, 5, 3
        ),
        "piano_keys": _new(
            draw.draw_piano_key, articles.piano_key, 0.015, {"row": 0.4, "spread": 0.35, "scattered": 0.25}, 14, 5
        ),
        "cutlery": _new(
            draw.draw_cutlery, articles.cutlery, 0.025, {"row": 0.6, "scattered": 0.15, "single": 0.25}, 7, 4,
            second={"steel": 0.7, "silver": 0.3},
        ),
        "chessmen": _form(
            draw.draw_chessman, articles.chessman, 0.02, {"scattered": 0.6, "row": 0.3, "spread": 0.1}, 12, 6
        ),
        "comb": _form(draw.draw_comb, articles.ivory_comb, 0.025, {"single": 0.7, "row": 0.1, "hand": 0.2}, 3, 2),
        "fan": _form(draw.draw_fan, articles.fan, 0.01, {"single": 1.0}, 1, 1, second=_METAL),
    },
)  # fmt: skip
