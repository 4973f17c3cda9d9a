"""What lies about in a house: tools, cups, books, fruit, and pale curved things that are no tusks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import Family, laid_out
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.shader import Shader
from training.synth.setting.props import SIZES, build_prop
from training.synth.subjects.carvings.goods import boxes, vessels
from training.synth.subjects.plants.produce import LONG_THINGS, ROUND_THINGS, long_things, round_things

_LAID = {"single": 0.3, "row": 0.15, "scattered": 0.3, "heap": 0.1, "bundle": 0.1, "hand": 0.05}


def _draw(draws: Draws) -> Parameters:
    return {
        "long": draws.choice(sorted(LONG_THINGS)),
        "round": draws.choice(sorted(ROUND_THINGS)),
        "value": draws.uniform(0.75, 1.2),
        "colour": draws.colour((0.45, 0.42, 0.40), value=0.9, tint=0.8),
        "things": [draws.choice(sorted(SIZES)) for _ in range(4)],
        "gloss": draws.uniform(0, 1),
    }


def _things(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    return [
        build_prop(
            {
                "kind": kind,
                "colour": (np.array(parameters["colour"]) * rng.uniform(0.3, 1.6, 3)).clip(0, 0.9).tolist(),
                "gloss": parameters["gloss"],
                "seed": int(rng.integers(2**31)),
            }
        )
        for kind in parameters["things"]
    ]


def _plain(parameters: Parameters) -> Any:
    shader = Shader(
        "paint", roughness=0.1 + 0.6 * (1 - parameters["gloss"]), coat_weight=0.4 * parameters["gloss"]
    )
    shader.set("Base Color", tuple(parameters["colour"]))
    return shader.material


FAMILY = Family(
    name="everyday_things",
    label="",
    forms={
        "long": laid_out(make=long_things, draw=_draw, weight=0.28, layouts=_LAID, most=8),
        "round": laid_out(
            make=round_things, draw=_draw, weight=0.16, layouts={**_LAID, "filled": 0.2}, most=14
        ),
        "things": laid_out(
            make=_things,
            draw=_draw,
            weight=0.36,
            layouts={"single": 0.25, "scattered": 0.55, "row": 0.2},
            most=6,
        ),
        "vessel": vessels(_plain, _draw, weight=0.12),
        "box": boxes(_plain, _draw, weight=0.08),
    },
)
