"""Rhinoceros horns as they are seized: many of one colour, whole or sawn, as values and as objects that lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.horns.bodies import add_body
from training.synth.subjects.horns.materials import rhino_material
from training.synth.subjects.horns.rhino import chunk, horn_disc, whole_horn
from training.synth.subjects.horns.rhino_draws import Limits, draw_cuts, draw_disc, draw_shape

_HORNS: dict[str, Limits] = {
    "white_front": ((0.40, 0.95), (0.13, 0.19), (1.0, 1.25), (2.6, 4.5), (15, 60), (0.20, 0.40), (0.5, 0.75)),
    "black_front": ((0.32, 0.65), (0.13, 0.20), (0.95, 1.15), (2.0, 2.8), (20, 60), (0.16, 0.32), (0.55, 0.8)),
    "rear": ((0.14, 0.36), (0.24, 0.40), (1.05, 1.4), (2.0, 3.0), (0, 22), (0.1, 0.28), (0.6, 0.95)),
    "asian": ((0.14, 0.30), (0.30, 0.46), (1.05, 1.35), (2.0, 2.6), (10, 40), (0.05, 0.22), (0.65, 0.95)),
}  # fmt: skip
_SKINS = ((0.085, 0.078, 0.070), (0.060, 0.052, 0.044), (0.125, 0.110, 0.092), (0.090, 0.060, 0.038), (0.035, 0.031, 0.028), (0.17, 0.14, 0.105))  # fmt: skip

_SAWN_WIDE_M = (0.03, 0.075)  # half width of discs and chunks


def draw_horns(draws: Draws, count: int, form: str) -> Parameters:
    """Draw the horns, or sawn pieces, of a lot."""
    skin = draws.choice(_SKINS)
    tones = {
        "skin": draws.colour(skin, value=0.25),
        "base": draws.colour([1.7 * c + 0.02 for c in skin], value=0.25),
        "worn": draws.colour([2.1 * c + 0.02 for c in skin], value=0.3),
        "tip": draws.colour([0.35 * c for c in skin], value=0.4),
        "rim": draws.colour((0.30, 0.20, 0.10), value=0.4, tint=0.1),
        "core": draws.colour((0.022, 0.014, 0.009), value=0.6),
        "core_size": draws.uniform(0, 1),
        "wear": draws.uniform(0.1, 0.9),
        "polish": draws.uniform(0.2, 1.0),
        "dust": draws.uniform(0, 0.8),
    }
    kinds = [draws.weighted({"white_front": 0.45, "black_front": 0.25, "rear": 0.2, "asian": 0.1}) for _ in range(count)]  # fmt: skip
    if form in ("held", "close", "weighed"):
        kinds = [draws.weighted({"white_front": 0.6, "black_front": 0.4})] * count
    drawer = _draw_sawn if form == "sawn" else _draw_horn
    return {"tones": tones, "pieces": [drawer(draws.part(f"horn {n}"), kind) for n, kind in enumerate(kinds)]}


def _draw_horn(draws: Draws, kind: str) -> Parameters:
    return {
        "kind": "horn",
        **draw_shape(
            draws,
            _HORNS[kind],
            widest_m=0.105,
            flare=(0.0, 0.07),
            lean=(-0.1, 0.3),
            flutes=(0.4, 1.3),
            asian=kind == "asian",
        ),
        "start": 0.0,
        "end": 1.0,
        "hairs": draws.choice((0, 0, 150, 500)),
        "seed": draws.seed(),
    }


def _draw_sawn(draws: Draws, kind: str) -> Parameters:
    cut = draws.weighted({"length": 0.5, "disc": 0.3, "chunk": 0.2})
    if cut == "disc":
        return {"kind": cut, **draw_disc(draws, wide_m=_SAWN_WIDE_M, thick_m=(0.008, 0.05))}
    wide = draws.uniform(*_SAWN_WIDE_M)
    if cut == "chunk":
        return {"kind": cut, **_draw_chunk(draws, wide)}
    start = draws.uniform(0.04, 0.55)
    cuts = draw_cuts(draws, start)
    return {**_draw_horn(draws, kind), **cuts}


def _draw_chunk(draws: Draws, wide: float) -> Parameters:
    deep, square, turn = wide * draws.uniform(1.0, 1.3), draws.uniform(2.0, 3.0), draws.uniform(0, 360)
    return {
        "wide_m": wide,
        "deep_m": deep,
        "square": square,
        "length_m": draws.log_uniform(0.04, 0.12),
        "cuts": [[turn + 95 * n, draws.uniform(-0.15, 0.5)] for n in range(draws.integer(1, 3))],
        "slants": [[draws.normal(0, 0.15), draws.normal(0, 0.15)] for _ in range(2)],
        "seed": draws.seed(),
    }


def make_horns(lot: Parameters) -> Sequence[Any]:
    """Make the horns, lying."""
    material = rhino_material(lot["tones"])
    cuts = {"disc": horn_disc, "chunk": chunk}
    return [
        add_body(
            "horn",
            cuts[piece["kind"]](piece) if piece["kind"] in cuts else whole_horn(piece),
            [material],
        )
        for piece in lot["pieces"]
    ]
