"""Rhinoceros horn: whole, sawn, carved, polished and shaved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.family import Fact, Family, alike
from training.synth.kit.draws import Draws, Parameters
from training.synth.setting.arrange import draw_arrangement
from training.synth.subjects.horns.bodies import Body, add_body
from training.synth.subjects.horns.materials import carved_material, rhino_material
from training.synth.subjects.horns.rhino import chunk, horn_disc, shaving, whole_horn
from training.synth.subjects.horns.rhino_carvings import bracelet, cup, horn_bangle
from training.synth.subjects.horns.rhino_draws import (
    draw_bangle,
    draw_bracelet,
    draw_chunk,
    draw_cup,
    draw_disc,
    draw_horn,
    draw_sawn,
    draw_shaving,
    draw_tones,
)

_WHOLE = ("white_front", "black_front", "rear", "asian", "set")
_LYING = {"single": 0.42, "row": 0.16, "scattered": 0.16, "heap": 0.1, "standing": 0.12, "hand": 0.04}


def draw_lot(draws: Draws, form: str) -> Parameters:
    """Draw one lot of rhino horn."""
    tones = draw_tones(draws.part("tones"), carved=form in ("cup", "bangle", "beads"))
    if form in _WHOLE:
        arrangement = draw_arrangement(draws.part("arrangement"), _layouts(form), most=14)
        count = 1 if arrangement["kind"] in ("single", "standing") else min(arrangement["count"], 4)
        kinds = [form] * count
        if form == "set":
            kinds = [("rear", "black_front", "white_front")[n % 3] for n in range(count)]
        pieces = [draw_horn(draws.part(f"horn {n}"), kind) for n, kind in enumerate(kinds)]
    else:
        layouts, most, drawer = _PARTS[form]
        arrangement = draw_arrangement(draws.part("arrangement"), layouts, most=most)
        count = min(arrangement["count"], 5)
        pieces = [drawer(draws.part(f"piece {n}")) for n in range(count)]
    return {"form": form, "arrangement": arrangement, "tones": tones, "pieces": pieces}


def make_pieces(parameters: Parameters) -> Sequence[Any]:
    """Make the pieces."""
    form, tones = parameters["form"], parameters["tones"]
    raw = form in (*_WHOLE, "sawn", "discs", "chunks")
    material = rhino_material(tones) if raw else carved_material(tones)
    standing = parameters["arrangement"]["kind"] == "standing"
    return [add_body(form, _piece(form, values, standing), [material]) for values in parameters["pieces"]]


def _piece(form: str, values: Parameters, standing: bool) -> list[Body]:
    makers = {
        "discs": horn_disc,
        "chunks": chunk,
        "cup": cup,
        "bangle": horn_bangle,
        "beads": bracelet,
        "shavings": shaving,
    }
    return makers[form](values) if form in makers else whole_horn(values, standing=standing)


def _layouts(form: str) -> dict[str, float]:
    if form == "set":
        return {"row": 0.45, "scattered": 0.35, "heap": 0.2}
    return _LYING


_PARTS: dict[str, tuple[dict[str, float], int, Any]] = {
    "sawn": ({"row": 0.3, "scattered": 0.4, "single": 0.2, "heap": 0.1}, 8, draw_sawn),
    "discs": ({"row": 0.2, "scattered": 0.35, "single": 0.15, "spread": 0.2, "hand": 0.1}, 12, draw_disc),
    "chunks": (
        {"scattered": 0.4, "single": 0.15, "heap": 0.25, "filled": 0.1, "hand": 0.1},
        14,
        draw_chunk,
    ),
    "cup": ({"single": 1.0}, 1, draw_cup),
    "bangle": ({"single": 0.5, "scattered": 0.35, "hand": 0.15}, 4, draw_bangle),
    "beads": ({"single": 0.6, "scattered": 0.2, "hand": 0.2}, 3, draw_bracelet),
    "shavings": ({"heap": 0.5, "filled": 0.35, "spread": 0.15}, 60, draw_shaving),
}

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
    forms=alike({
        "white_front": 0.22, "black_front": 0.16, "rear": 0.12, "asian": 0.14, "set": 0.1, "sawn": 0.06,
        "discs": 0.06, "chunks": 0.04, "cup": 0.05, "bangle": 0.02, "beads": 0.015, "shavings": 0.015,
    }, draw_lot, make_pieces),
)  # fmt: skip
