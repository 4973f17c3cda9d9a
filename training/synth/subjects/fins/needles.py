"""Skinned shark fins: fans of yellow needles, as objects; metres."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.draws import Parameters
from training.synth.kit.grown_materials import grown
from training.synth.kit.grown_shapes import add_piece, arc, joined, moved, rest, taper, turned


def fin_needles(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Skinned fins: a fan of translucent yellow rays."""
    cut = np.array(parameters["cut"])
    shader = grown(
        "fin_rays", [cut * 0.8, cut * 1.25], size=0.02, roughness=0.35, translucent=0.5, variety=0.3
    )
    fans = []
    for _ in range(3):
        height, rays = parameters["height"] * 0.7 * rng.uniform(0.8, 1.2), []
        for angle in np.linspace(-26, 26, 38) + rng.normal(0, 1.5, 38):
            path = arc(
                height * (1 - abs(angle) / 90) * rng.uniform(0.85, 1.05),
                bend_deg=rng.normal(8, 9),
                steps=14,
                rise_deg=rng.normal(0, 8),
            )
            wide = np.linspace(0.012, 0.002, 14) * height
            ray = turned(taper(path, wide, wide, sides=6)[0], about="z", degrees=angle)
            rays.append(moved(ray, (0, 0, 0.02 * height * rng.normal())))
        fans.append(add_piece("fin_needles", rest(joined(rays)[0]), shader.material))
    return fans
