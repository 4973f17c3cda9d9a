"""Worked elephant ivory: figures, reliefs, jewellery, seals and household goods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from training.synth.family import Fact, Family, alike
from training.synth.kit.assembly import Part, assemble
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.materials import glossy_material
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.carvings.reliefs import case_part, medallion_part
from training.synth.subjects.ivory import articles
from training.synth.subjects.ivory.carved import (
    bridge_parts,
    carved_tusk_parts,
    figure_parts,
    pendant_parts,
    plaque_parts,
    seal_parts,
)
from training.synth.subjects.ivory.article_draws import FORMS, draw_piece
from training.synth.subjects.ivory.materials import draw_ivory, ivory_material
from training.synth.subjects.jewellery.bead_strings import loose_bead, string_parts

_SECONDS = {
    "wood": ((0.055, 0.022, 0.010), 0.35, 0.0), "black": ((0.012, 0.011, 0.010), 0.2, 0.0), "silver": ((0.62, 0.60, 0.57), 0.3, 1.0),
    "gold": ((0.72, 0.48, 0.15), 0.25, 1.0), "steel": ((0.50, 0.50, 0.50), 0.28, 1.0), "cord": ((0.10, 0.03, 0.02), 0.8, 0.0),
}  # fmt: skip


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot of ivory."""
    layouts, most, variants, second = FORMS[form][1:]
    arrangement = draw_arrangement(draws.part("arrangement"), layouts, most=most)
    tones = (
        {"yellow": 0.35, "cream": 0.35, "honey": 0.2, "new": 0.1} if form in ("netsuke", "group") else None
    )
    plain = (
        {"new": 0.35, "white": 0.25, "cream": 0.25, "yellow": 0.1, "honey": 0.05} if form in _PLAIN else None
    )
    return {
        "form": form,
        "arrangement": arrangement,
        "look": draw_ivory(draws.part("look"), tones=tones or plain),
        "second": draws.weighted(second),
        "pieces": [
            draw_piece(draws.part(f"piece {n}"), draws.part("lot"), form, n)
            for n in range(min(arrangement["count"], variants))
        ],
    }


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the pieces."""
    form = parameters["form"]
    colour, rough, metal = _SECONDS[parameters["second"]]
    second = glossy_material(parameters["second"], colour, rough, coat=0.2 * (1 - metal), metal=metal)
    things = []
    for values in parameters["pieces"]:
        parts = _MAKERS[form](values, parameters)
        material = ivory_material(parameters["look"], values["size_m"])
        things.append(assemble(form, parts, [material, second, second]))
    return things


def _string(values: Parameters, parameters: Parameters) -> list[Part]:
    """String beads, some with a carved pendant."""
    return string_parts(values, hanging=parameters["arrangement"]["kind"] == "hanging")


def _loose(values: Parameters, parameters: Parameters) -> list[Part]:
    del parameters
    return [loose_bead(values["shape"], values["bead_m"], values["seed"])]


def _single(maker: Callable[[Parameters], Part]) -> Callable[[Parameters, Parameters], list[Part]]:
    return lambda values, parameters: [maker(values)]


def _several(maker: Callable[[Parameters], list[Part]]) -> Callable[[Parameters, Parameters], list[Part]]:
    return lambda values, parameters: maker(values)


_MAKERS: dict[str, Callable[[Parameters, Parameters], list[Part]]] = {
    **dict.fromkeys(("person", "seated", "netsuke", "animal", "elephant", "group", "openwork", "brooch"), figure_parts),
    "string": _string, "beads": _loose, "pendant": pendant_parts, "bridge": bridge_parts, "carved_tusk": carved_tusk_parts, "seal": seal_parts,
    "plaque": plaque_parts, "medallion": _single(medallion_part), "case": _single(case_part),
    "bangle": _several(articles.ivory_bangle), "chopsticks": _several(articles.chopsticks), "dice": _several(articles.die),
    "billiard_balls": _several(articles.billiard_ball), "piano_keys": _several(articles.piano_key),
    "cutlery": _several(articles.cutlery), "chessmen": _several(articles.chessman), "comb": _several(articles.ivory_comb),
    "fan": _several(articles.fan),
}  # fmt: skip
_PLAIN = frozenset(
    {"seal", "chopsticks", "piano_keys", "billiard_balls", "cutlery", "bangle", "string", "beads"}
)

FAMILY = Family(
    name="ivory",
    label="ivory",
    facts=(
        Fact(
            "Cross-cuts of elephant dentine show Schreger lines, two sets of arcs that cross; lengthwise the growth "
            "layers are fine, nearly parallel lines.",
            "Espinoza, E. O. & Mann, M.-J. (1992), Identification Guide for Ivory and Ivory Substitutes, WWF & TRAFFIC",
        ),
        Fact(
            "Outer Schreger angles of living elephants average more than 100 degrees, those of mammoth less.",
            "Espinoza, E. O. & Mann, M.-J. (1993), The history and significance of the Schreger pattern in proboscidean "
            "ivory characterization, Journal of the American Institute for Conservation 32",
        ),
        Fact(
            "Traded worked ivory is mainly figures, name seals, jewellery, chopsticks, knife handles and carved tusks.",
            "Martin, E. & Stiles, D. (2003), The Ivory Markets of East Asia, Save the Elephants",
        ),
    ),
    forms=alike({form: row[0] for form, row in FORMS.items()}, draw_lot, make_pieces),
)
