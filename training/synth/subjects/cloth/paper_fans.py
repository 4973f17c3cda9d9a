"""Fans of pleated paper, as values and as objects; metres."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array
from training.synth.kit.grown_materials import grown
from training.synth.kit.grown_shapes import add_piece, plate, rest

_PAPERS = ((0.75, 0.72, 0.65), (0.55, 0.05, 0.05), (0.05, 0.15, 0.35), (0.60, 0.42, 0.10), (0.10, 0.10, 0.10))


def draw_fans(draws: Draws) -> Parameters:
    """Draw two fans of one size, each of a colour of its own."""
    return {
        "radius_m": draws.uniform(0.12, 0.24),
        "open_deg": draws.uniform(80, 170),
        "pleats": draws.integer(14, 34),
        "papers": [draws.colour(draws.choice(_PAPERS), value=0.3) for _ in range(2)],
    }


def paper_fans(lot: Parameters, rng: np.random.Generator) -> Sequence[Any]:
    """Pleated paper between an inner and an outer arc."""
    fans, half = [], np.radians(lot["open_deg"] / 2)
    for paper in lot["papers"]:
        tone = np.array(paper)
        material = grown("paper", [tone * 0.85, tone], size=0.05, roughness=0.8, variety=0.1).material
        arc = np.linspace(-half, half, 4 * lot["pleats"] + 1)
        rim = np.stack([np.sin(arc), np.cos(arc)], axis=1)
        outline = np.concatenate([rim, 0.3 * rim[::-1]])[::-1] - [0.0, 0.75]

        def dome(flat: Array, share: Array) -> Array:
            del share
            angle = np.arctan2(flat[:, 0], flat[:, 1] + 0.75 * lot["radius_m"])
            return (
                0.012 * lot["radius_m"] * np.cos(angle * lot["pleats"] * np.pi / half) * rng.uniform(0.8, 1)
            )

        mesh, _ = plate(outline * lot["radius_m"], thickness=0.0012, dome=dome, rings=10, edge=1.0)
        fans.append(add_piece("fan", rest(mesh), material))
    return fans
