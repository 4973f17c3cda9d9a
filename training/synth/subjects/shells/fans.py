"""Brisé fans: blades cut from sheets of tortoiseshell or plastic, as parts; metres."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from training.synth.kit.assembly import Part, turn_matrix
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.plates import (
    Outline,
    bar,
    cut,
    disc_outline,
    plate_mesh,
    united,
)
from training.synth.kit.round_shapes import ball
from training.synth.subjects.shells.articles import METAL


def draw_fan(draws: Draws) -> Parameters:
    """Draw a brisé fan."""
    return {
        "blades": draws.integer(14, 24),
        "length_m": draws.uniform(0.14, 0.21),
        "open_deg": draws.uniform(105, 165),
        "pierced": draws.integer(2, 7),
    }


def laid_fan(values: Parameters) -> list[Part]:
    """Build a fan, upright if its lot's arrangement hangs."""
    parts = fan_parts(values)
    return upright(parts) if values["arrangement"]["kind"] == "hanging" else parts


def upright(parts: Sequence[Part]) -> list[Part]:
    """Turn flat things that lie in the xy plane upright, +y up, their top towards -y."""
    return [part.moved(turn=turn_matrix(x=math.pi / 2)) for part in parts]


def fan_parts(values: Parameters) -> list[Part]:
    """Build a brisé fan: overlapping blades on a rivet, opened in the xy plane, with a ribbon through them.

    Args:
        values: ``blades``, ``length_m``, ``open_deg``, ``pierced`` (holes a blade).
    """
    length, count = values["length_m"], values["blades"]
    holes: Sequence[Outline] = [
        disc_outline(length * share, 0, 0.011 * length)
        for share in np.linspace(0.42, 0.86, values["pierced"])
    ]
    spread = math.radians(values["open_deg"])
    wide = max(2.3 * math.sin(spread / count / 2), 0.06) * length
    blade = cut(
        united(bar((0, 0), (0.97 * length, 0), 0.045 * length, wide), disc_outline(0, 0, 0.035 * length)),
        *holes,
    )
    points, faces = plate_mesh(
        blade, (-0.05 * length, -wide), (1.1 * length, wide), length / 75, thickness=0.0011
    )
    parts = []
    for number, turn in enumerate(np.linspace(math.pi / 2 - spread / 2, math.pi / 2 + spread / 2, count)):
        own = Part(
            vertices=points, faces=faces, pattern=points * [0.4, 0.7, 1.0] + [0.0, 0.003 * number, 0.0]
        )
        tilt = turn_matrix(x=0.09, z=turn)
        parts.append(own.moved(turn=tilt, by=(0.0, 0.0, 0.0004 * number)))
    rivet, quads = ball(0.03 * length, sides=12)
    return [*parts, Part(vertices=rivet, faces=quads, material=METAL).moved(by=(0, 0, 0.001))]
