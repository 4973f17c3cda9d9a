"""Glazed porcelain and pottery: figures, cups, vases."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.synth.family import Family
from training.synth.kit.colours import WHITE
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.shader import Shader
from training.synth.subjects.carvings.goods import bangles, figures, vessels

_GLAZES = (
    (0.82, 0.82, 0.80), (0.78, 0.74, 0.66), (0.45, 0.58, 0.50), (0.10, 0.05, 0.03), (0.35, 0.10, 0.04), (0.02, 0.04, 0.16),
    (0.70, 0.66, 0.30),
)  # fmt: skip
_PAINTS = ((0.02, 0.05, 0.30), (0.40, 0.03, 0.03), (0.03, 0.18, 0.08), (0.30, 0.18, 0.03))


def _draw(draws: Draws) -> Parameters:
    return {
        "glaze": draws.colour(draws.choice(_GLAZES), value=0.15, tint=0.04),
        "paint": draws.colour(draws.choice(_PAINTS), value=0.3),
        "painted": draws.choice([0.0, 0.0, 0.35, 0.5]),
        "pattern_m": draws.log_uniform(0.006, 0.03),
        "crackle": draws.chance(0.2),
        "matt": draws.chance(0.15),
    }


def _paint(parameters: Parameters) -> Any:
    shader = Shader(
        "glaze", roughness=0.5 if parameters["matt"] else 0.06, coat_weight=0.0 if parameters["matt"] else 0.8
    )
    cloud = shader.ramp(shader.noise(30.0, detail=3.0), (0.3, (0.93,) * 3), (0.7, WHITE))
    base = shader.mix(tuple(parameters["glaze"]), cloud, 1.0, "MULTIPLY")
    if parameters["painted"]:
        strokes = shader.noise(1 / parameters["pattern_m"], detail=2.0, distortion=2.5)
        edge = 1 - parameters["painted"]
        share = shader.ramp(strokes, (edge * 0.75, (0.0,) * 3), (edge * 0.75 + 0.03, (0.9,) * 3))
        base = shader.mix(base, tuple(parameters["paint"]), share)
    if parameters["crackle"]:
        lines = shader.cracks(160.0, (1.0, 1.0, 1.0), width=0.03, share=0.9)
        base = shader.mix(base, tuple(np.array((0.2, 0.13, 0.07))), shader.scaled(lines, 0.6))
    shader.set("Base Color", base)
    return shader.material


FAMILY = Family(
    name="ceramic_items",
    label="ceramic",
    forms={
        "figure": figures(_paint, _draw, weight=0.4),
        "vessel": vessels(_paint, _draw, weight=0.5),
        "bangle": bangles(_paint, _draw, weight=0.1),
    },
)
