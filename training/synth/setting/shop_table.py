"""Worked goods as shops show them: many on a table with prices, one that fills the picture, or against the light."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh, blender
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.meshes import box_mesh
from training.synth.kit.shader import Shader
from training.synth.setting.exhibits import add_mark, add_sheet, draw_marks, draw_sheet
from training.synth.setting.staged import draw_staging, staged, unmoved

TABLES = {"cloth": 0.2, "velvet": 0.25, "boards": 0.15, "acrylic": 0.1, "marble": 0.08, "paper": 0.12, "flowers": 0.05, "granite": 0.05}  # fmt: skip
"""Grounds of a shop's table with their frequency."""


def draw_table(draws: Draws) -> Parameters:
    """Draw a table with goods, without the goods."""
    return {
        "arrangement": unmoved(draws.part("arrangement")),
        "staging": draw_staging(
            draws.part("view"), elevation=(25, 85), fill=(1.0, 1.7), turn=60, ground=TABLES
        ),
        "marks": {**draw_marks(draws.part("marks")), "size_m": draws.uniform(0.02, 0.035)},
        "sheet": draw_sheet(draws.part("sheet")) if draws.chance(0.3) else None,
        "gap": draws.uniform(0.05, 0.6),
        "seed": draws.seed(),
    }


def draw_against_the_light(draws: Draws) -> Parameters:
    """Draw one piece before a lamp or a bright sheet, close by."""
    staging = draw_staging(
        draws.part("view"),
        elevation=(50, 89),
        fill=(0.9, 1.6),
        ground={"acrylic": 0.4, "paper": 0.6},
        bare=True,
    )
    return {
        "arrangement": unmoved(draws.part("arrangement")),
        "staging": staging,
        "glow": draws.uniform(0.25, 1.1),
        "warmth": draws.uniform(0.6, 1.0),
    }


def build_table(table: Parameters, pieces: Sequence[Any]) -> list[Any]:
    """Lay the pieces in rows with small price cards; returns the lot."""
    rng = np.random.default_rng(table["seed"])
    blender().context.view_layer.update()
    order = [pieces[k] for k in rng.permutation(len(pieces))]
    columns = max(round(math.sqrt(len(order) * 1.4)), 1)
    y, half = 0.0, 0.0
    for start in range(0, len(order), columns):
        row, x = order[start : start + columns], 0.0
        turns = rng.normal(0, 0.35, len(row))
        for piece, turn in zip(row, turns, strict=True):
            reach = 0.5 * math.hypot(piece.dimensions.x, piece.dimensions.y) * 0.85
            x += reach
            piece.location.x, piece.location.y = x, y + rng.normal(0, 0.01)
            piece.rotation_euler.z += turn
            x += reach * (1 + table["gap"])
        deep = max(0.5 * math.hypot(piece.dimensions.x, piece.dimensions.y) for piece in row)
        for number, piece in enumerate(row):
            piece.location.x -= x / 2
            add_mark(table["marks"], start + number, (piece.location.x, y - 0.8 * deep, 0.0))
        y -= deep * (1.7 + table["gap"])
        half = max(half, x / 2)
    if table["sheet"]:
        add_sheet(table["sheet"], (1.3 * half + 0.1, 0.8 * abs(y) + 0.15), thick=0.0012)
    return staged(pieces)


def build_against_the_light(drawn: Parameters, piece: Any) -> list[Any]:
    """Set a glowing sheet under the piece; returns the lot."""
    blender().context.view_layer.update()
    side = 3.0 * float(max(piece.dimensions.x, piece.dimensions.y))
    shader = Shader("light box", roughness=0.5)
    colour = (1.0, 0.45 + 0.5 * drawn["warmth"], drawn["warmth"])
    shader.set("Base Color", colour)
    shader.set("Emission Color", colour)
    shader.set("Emission Strength", drawn["glow"])
    add_mesh("light box", box_mesh(side, side, 0.001), shader.material)
    piece.location.z += 0.002
    return staged([piece])
