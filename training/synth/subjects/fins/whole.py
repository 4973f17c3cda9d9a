"""Whole dried shark fins with their rough grey skin, as objects; metres."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import Array
from training.synth.kit.grown_materials import faded, grown, tinted
from training.synth.kit.grown_shapes import add_piece, plate, rest, waves
from training.synth.subjects.fins.dried import rounded

# Corners of the outline in shares of the height, from the front of the base around the tip.
OUTLINES = {
    "dorsal": [(-0.42, -0.5), (-0.3, -0.1), (-0.02, 0.38), (0.16, 0.52), (0.2, 0.42), (0.1, 0.05), (0.12, -0.28), (0.42, -0.46), (0.3, -0.5)],
    "pectoral": [(-0.3, -0.5), (-0.24, 0), (-0.05, 0.4), (0.1, 0.52), (0.13, 0.4), (0.08, 0), (0.14, -0.35), (0.26, -0.48)],
    "caudal": [(-0.22, -0.5), (-0.2, -0.1), (-0.02, 0.3), (0.16, 0.5), (0.16, 0.36), (0.06, 0), (0.1, -0.35), (0.2, -0.5)],
}  # fmt: skip


def whole_fins(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Make four fins of one outline and skin."""
    skin = np.array(parameters["skin"])
    shader = grown(
        "fin_skin",
        [skin * 0.65, skin, skin * 1.35],
        size=0.05,
        roughness=0.85,
        grain=0.3,
        bump=0.0006,
        variety=0.35,
    )
    tinted(shader, parameters["cut"], faded(shader, "cut", (0.55, 0.0), (0.8, 1.0)))
    tinted(shader, tuple(skin * 1.9), faded(shader, "pale", (0.0, 0.0), (1.0, 0.55)))
    return [_fin(parameters, rng, shader.material) for _ in range(4)]


def _fin(parameters: Parameters, rng: np.random.Generator, material: Any) -> Any:
    height = parameters["height"] * rng.uniform(0.75, 1.2)
    corners = np.array(OUTLINES[parameters["fin"]]) * height
    outline = rounded(corners, rng, height, uneven=0.006, wave=0.05)
    bend = parameters["warp"] * rng.uniform(0.4, 1.6)

    def dome(flat: Array, rim: Array) -> Array:
        curl = bend * (flat[:, 1] / height + 0.5) ** 2 * height
        wrinkle = 0.012 * height * waves(flat * [1.0, 3.0], rng, size=0.3 * height)
        return curl + wrinkle * (0.4 + rim)

    mesh, _rim = plate(outline, thickness=0.055 * height, dome=dome, rings=12, edge=0.12)
    low = (0.5 * height - mesh[0][:, 1]) / height
    thick = np.clip((mesh[0][:, 1] + 0.2 * height) / (0.3 * height), 0.25, 1)  # the base is thick
    points = mesh[0].copy()
    points[:, 2] *= 1 + 1.2 * (1 - thick)
    cut = (low > 0.93) * 1.0
    side = (np.arange(len(points)) >= len(points) // 2) * 1.0
    return add_piece("fin", rest((points, mesh[1])), material, cut=cut, pale=side)
