"""Fruit and roots, bread, candles and pipes: long and round things of a kitchen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.draws import Parameters
from training.synth.kit.grown_materials import grown
from training.synth.kit.grown_shapes import add_piece, arc, blob, curve, rest, roughen, taper

LONG_THINGS: dict[str, Any] = {  # length, half width in metres, bend, profile, colours
    "banana": (0.19, 0.018, 75, [(0, 0.25), (0.08, 0.4), (0.2, 0.95), (0.8, 0.95), (0.95, 0.4), (1, 0.2)], (0.60, 0.42, 0.03), (0.75, 0.58, 0.06)),
    "carrot": (0.18, 0.017, 12, [(0, 0.7), (0.05, 1.0), (0.6, 0.6), (1, 0.05)], (0.60, 0.16, 0.02), (0.75, 0.25, 0.03)),
    "radish": (0.32, 0.032, 20, [(0, 0.7), (0.06, 1.0), (0.7, 0.8), (1, 0.04)], (0.75, 0.74, 0.68), (0.85, 0.85, 0.80)),
    "parsnip": (0.2, 0.024, 16, [(0, 0.8), (0.05, 1.0), (0.5, 0.5), (1, 0.03)], (0.60, 0.47, 0.27), (0.75, 0.63, 0.42)),
    "cucumber": (0.24, 0.022, 25, [(0, 0.4), (0.08, 0.95), (0.92, 0.95), (1, 0.4)], (0.02, 0.07, 0.015), (0.05, 0.14, 0.03)),
    "chilli": (0.1, 0.009, 50, [(0, 0.8), (0.1, 1.0), (0.6, 0.7), (1, 0.04)], (0.35, 0.012, 0.01), (0.5, 0.025, 0.015)),
    "baguette": (0.5, 0.035, 6, [(0, 0.3), (0.08, 0.9), (0.5, 1.0), (0.92, 0.9), (1, 0.3)], (0.25, 0.11, 0.035), (0.55, 0.32, 0.12)),
    "candle": (0.2, 0.011, 2, [(0, 1.0), (0.5, 1.0), (0.97, 1.0), (1, 0.8)], (0.80, 0.76, 0.64), (0.88, 0.85, 0.76)),
    "pipe": (0.6, 0.02, 0, [(0, 1.0), (1, 1.0)], (0.72, 0.72, 0.72), (0.8, 0.8, 0.8)),
    "croissant": (0.16, 0.03, 150, [(0, 0.15), (0.5, 1.0), (1, 0.15)], (0.28, 0.11, 0.03), (0.5, 0.24, 0.07)),
}  # fmt: skip
ROUND_THINGS = {
    "apple": ((0.038, 0.038, 0.035), (0.30, 0.02, 0.015), (0.45, 0.20, 0.04)),
    "potato": ((0.045, 0.032, 0.028), (0.30, 0.19, 0.09), (0.48, 0.33, 0.17)),
    "onion": ((0.035, 0.035, 0.032), (0.35, 0.15, 0.04), (0.55, 0.28, 0.09)),
    "egg": ((0.028, 0.022, 0.022), (0.60, 0.42, 0.28), (0.80, 0.66, 0.50)),
    "lemon": ((0.038, 0.028, 0.028), (0.65, 0.45, 0.03), (0.78, 0.60, 0.06)),
    "soap": ((0.04, 0.028, 0.014), (0.70, 0.66, 0.55), (0.80, 0.77, 0.68)),
}


def long_things(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make three of one kind of `LONG_THINGS`."""
    length, radius, bend, profile, dark, light = LONG_THINGS[parameters["long"]]
    shader = grown(
        parameters["long"], [np.array(dark) * parameters["value"], np.array(light) * parameters["value"]],
        size=0.03, stretch=(0.4, 1, 1), roughness=0.45, grain=0.2, bump=0.0004, translucent=0.08,
    )  # fmt: skip
    pieces = []
    for _ in range(3):
        size = rng.uniform(0.75, 1.25)
        path = arc(length * size, bend_deg=bend * rng.uniform(0.5, 1.3), steps=60)
        wide = radius * size * curve(profile, np.linspace(0, 1, 60))
        mesh, _, _ = taper(path, wide, wide * rng.uniform(0.88, 1.0), sides=30)
        pieces.append(
            add_piece(
                "long", rest(roughen(mesh, rng, size=0.3 * length, depth=0.06 * radius)), shader.material
            )
        )
    return pieces


def round_things(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make four of one kind of `ROUND_THINGS`."""
    axes, dark, light = ROUND_THINGS[parameters["round"]]
    shader = grown(
        parameters["round"], [np.array(dark) * parameters["value"], np.array(light) * parameters["value"]],
        size=0.02, roughness=0.4, grain=0.2, bump=0.0003, translucent=0.06,
    )  # fmt: skip
    return [
        add_piece(
            "round",
            rest(
                roughen(blob(np.array(axes) * rng.uniform(0.8, 1.2)), rng, size=axes[0], depth=0.06 * axes[2])
            ),
            shader.material,
        )
        for _ in range(4)
    ]
