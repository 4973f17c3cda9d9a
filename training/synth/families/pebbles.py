"""River stones, gravel and flakes of slate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.draws import Draws, Parameters
from training.synth.forms import add_piece, blob, plate, rest, roughen, waves
from training.synth.forms_of import LOOSE, Form, family_of
from training.synth.organic import grown

_STONES = (
    (0.20, 0.19, 0.18), (0.07, 0.07, 0.075), (0.42, 0.40, 0.36), (0.30, 0.20, 0.13), (0.60, 0.57, 0.52), (0.15, 0.17, 0.16),
    (0.26, 0.12, 0.08),
)  # fmt: skip


def _draw(draws: Draws) -> Parameters:
    return {
        "colours": [draws.colour(draws.choice(_STONES), value=0.4, tint=0.1) for _ in range(3)],
        "size": draws.log_uniform(0.006, 0.04),
        "wet": draws.chance(0.25),
    }


def _looks(parameters: Parameters) -> list[Any]:
    return [
        grown(
            "stone", [np.array(colour) * 0.6, colour, np.array(colour) * 1.3], size=parameters["size"] * 0.5,
            roughness=0.25 if parameters["wet"] else 0.75, coat=0.7 if parameters["wet"] else 0.0,
            grain=0.25, bump=parameters["size"] * 0.01, variety=0.5,
        ).material
        for colour in parameters["colours"]
    ]  # fmt: skip


def _round(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    looks, pieces = _looks(parameters), []
    for number in range(6):
        axes = parameters["size"] * rng.uniform([0.8, 0.6, 0.25], [1.3, 0.95, 0.6])
        mesh = roughen(blob(axes, columns=28, rows=16), rng, size=parameters["size"], depth=0.08 * parameters["size"])
        pieces.append(add_piece("pebble", rest(mesh), looks[number % 3]))
    return pieces


def _flakes(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    looks, pieces = _looks(parameters), []
    for number in range(6):
        angle = np.sort(rng.uniform(0, 2 * np.pi, 9))
        angle = np.interp(np.linspace(0, 9, 27, endpoint=False), np.arange(10), [*angle, angle[0] + 2 * np.pi])
        outline = np.stack([np.cos(angle), rng.uniform(0.5, 0.9) * np.sin(angle)], axis=1) * parameters["size"]
        outline *= 1 + 0.12 * waves(outline, rng, size=parameters["size"] * 0.5)[:, None]
        mesh, _rim = plate(outline, thickness=parameters["size"] * rng.uniform(0.12, 0.3), edge=0.8)
        pieces.append(
            add_piece("flake", rest(roughen(mesh, rng, size=parameters["size"], depth=0.03 * parameters["size"])), looks[number % 3])
        )
    return pieces


FAMILY = family_of(
    "pebbles",
    "",
    {
        "round": Form(make=_round, draw=_draw, weight=2.0, layouts=LOOSE, most=80),
        "flakes": Form(make=_flakes, draw=_draw, layouts=LOOSE, most=60),
    },
)
