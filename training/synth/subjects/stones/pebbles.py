"""Pebbles and flakes of slate, wet or dry, with veins, specks and rust."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import Numbers
from training.synth.kit.grown_materials import grown, tinted
from training.synth.kit.grown_shapes import add_piece, blob, plate, rest, roughen, turned, waves


def _looks(parameters: Parameters) -> list[Any]:
    return [
        _shader(parameters, colour, mark)
        for colour, mark in zip(parameters["colours"], parameters["marks"], strict=True)
    ]


def _shader(parameters: Parameters, colour: Numbers, mark: str) -> Any:
    tone, size, wet = np.array(colour), parameters["size"], parameters["wet"]
    shader = grown(
        "stone", [tone * 0.7, tone, np.minimum(tone * 1.25, 0.9)], size=size * 0.5, roughness=0.25 if wet else 0.8,
        coat=0.6 if wet else 0.0, grain=0.25, bump=size * 0.012, variety=0.4,
    )  # fmt: skip
    if mark == "speckled":
        specks = shader.noise(14 / size, detail=3.0)
        tinted(shader, tone * 0.3, shader.ramp(specks, (0.36, (0.9,) * 3), (0.43, (0.0,) * 3)))
        tinted(
            shader,
            np.minimum(tone * 1.9 + 0.1, 0.85),
            shader.ramp(specks, (0.58, (0.0,) * 3), (0.66, (0.8,) * 3)),
        )
    elif mark in ("veined", "banded"):
        frequency, width = (0.35, 0.06) if mark == "veined" else (1.3, 0.4)
        wave = shader.node(
            "TexWave", {"Vector": shader.place(), "Scale": frequency / size, "Distortion": 4.0, "Detail": 2.0},
            bands_direction="DIAGONAL",
        ).outputs["Fac"]  # fmt: skip
        vein = (0.72, 0.70, 0.66) if mark == "veined" else np.minimum(tone * 1.8, 0.8)
        tinted(shader, vein, shader.ramp(wave, (0.0, (0.75,) * 3), (width, (0.0,) * 3)))
    elif mark == "rusty":
        tinted(
            shader,
            (0.25, 0.11, 0.035),
            shader.ramp(shader.noise(1.2 / size, detail=5.0), (0.52, (0.0,) * 3), (0.7, (0.8,) * 3)),
        )
    return shader.material


def pebbles(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make six rounded stones in three looks."""
    looks, size, pieces = _looks(parameters), parameters["size"], []
    for number in range(6):
        axes = size * rng.uniform([0.8, 0.55, 0.75], [1.35, 1.0, 1.25]) * [1, 1, parameters["flatness"] * 0.8]
        mesh = roughen(blob(axes, columns=30, rows=18), rng, size=1.3 * size, depth=0.13 * size)
        pieces.append(
            add_piece(
                "pebble", rest(roughen(mesh, rng, size=0.5 * size, depth=0.02 * size)), looks[number % 3]
            )
        )
    return pieces


def slate_flakes(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Split stone: flat faces with steps, broken straight edges."""
    looks, size, pieces = _looks(parameters), parameters["size"], []
    for number in range(6):
        count = parameters["corners"]
        corner = (np.arange(count) + rng.uniform(-0.3, 0.3, count)) * 2 * np.pi / count
        spots = np.column_stack([np.cos(corner), np.sin(corner)]) * rng.uniform(0.75, 1.15, (count, 1))
        share = np.linspace(0, count, 40, endpoint=False)
        closed = np.concatenate([spots, spots[:1]])
        outline = np.column_stack([np.interp(share, np.arange(count + 1), closed[:, k]) for k in (0, 1)])
        outline = outline * [size, size * rng.uniform(0.5, 0.95)]
        outline *= 1 + 0.035 * waves(outline, rng, size=size * 0.3)[:, None]
        step, level = rng.normal(0, 1, 2), rng.uniform(-0.3, 0.3) * size

        def dome(flat: Any, rim: Any, step: Any = step, level: float = level) -> Any:
            return 0.05 * size * np.tanh((flat @ step - level) / (0.06 * size)) + 0.012 * size * rim

        mesh, _rim = plate(outline, thickness=size * rng.uniform(0.10, 0.28), dome=dome, rings=9, edge=0.7)
        mesh = roughen(mesh, rng, size=0.6 * size, depth=0.02 * size)
        pieces.append(
            add_piece("flake", rest(turned(mesh, about="z", degrees=rng.uniform(0, 360))), looks[number % 3])
        )
    return pieces
