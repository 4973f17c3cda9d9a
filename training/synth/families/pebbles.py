"""River stones, gravel and flakes of slate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import LOOSE, Fact, Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Numbers
from training.synth.kit.grown_materials import grown, tinted
from training.synth.kit.grown_shapes import add_piece, blob, plate, rest, roughen, turned, waves

_STONES = (
    (0.20, 0.19, 0.18), (0.07, 0.07, 0.075), (0.42, 0.40, 0.36), (0.30, 0.20, 0.13), (0.60, 0.57, 0.52), (0.15, 0.17, 0.16),
    (0.26, 0.12, 0.08), (0.34, 0.25, 0.15), (0.10, 0.12, 0.10),
)  # fmt: skip
_SLATES = (
    (0.085, 0.09, 0.10),
    (0.16, 0.16, 0.155),
    (0.12, 0.10, 0.115),
    (0.11, 0.13, 0.11),
    (0.22, 0.15, 0.09),
)


def _draw_round(draws: Draws) -> Parameters:
    alike = draws.choice(_STONES) if draws.chance(0.4) else None
    return {
        "colours": [draws.colour(alike or draws.choice(_STONES), value=0.35, tint=0.1) for _ in range(3)],
        "marks": [draws.choice(["plain", "veined", "speckled", "banded"]) for _ in range(3)],
        "size": draws.log_uniform(0.007, 0.04),
        "flatness": draws.uniform(0.25, 0.75),
        "wet": draws.chance(0.25),
    }


def _draw_flakes(draws: Draws) -> Parameters:
    slate = draws.choice(_SLATES)
    return {
        "colours": [draws.colour(slate, value=0.3, tint=0.06) for _ in range(3)],
        "marks": [draws.choice(["plain", "banded", "rusty"]) for _ in range(3)],
        "size": draws.log_uniform(0.012, 0.045),
        "corners": draws.integer(4, 8),
        "wet": draws.chance(0.2),
    }


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


def _round(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
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


def _flakes(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
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


FAMILY = Family(
    name="pebbles",
    label="",
    forms={
        "round": laid_out(make=_round, draw=_draw_round, weight=1.6, layouts=LOOSE, most=90),
        "flakes": laid_out(make=_flakes, draw=_draw_flakes, weight=1.2, layouts=LOOSE, most=70),
    },
    facts=(
        Fact(
            "Pebbles are stones of 4 to 64 mm.",
            "Wentworth 1922, A scale of grade and class terms for clastic sediments, Journal of Geology 30",
        ),
        Fact(
            "Pebbles are discs, blades, rods or balls by the ratios of their three axes, limits at 2/3.",
            "Zingg 1935, Beitrag zur Schotteranalyse, Schweizerische Mineralogische und Petrographische Mitteilungen 15",
        ),
    ),
    version=2,
)
