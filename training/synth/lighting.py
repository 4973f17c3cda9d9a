"""Light: the room around the scene and its lamps."""

from __future__ import annotations

import math

from training.synth.draws import Draws, Parameters
from training.synth.geometry import Point
from training.synth.studio import area_light, world


def sample_light(draws: Draws) -> Parameters:
    """Draw the light."""
    return {
        "ambient": draws.uniform(0.3, 0.9),
        "colour": draws.colour((0.9, 0.9, 0.9), tint=0.1),
        "height_deg": draws.uniform(25, 80),
        "around_deg": draws.uniform(0, 360),
        "size": draws.log_uniform(0.2, 2.0),
    }


def build_light(light: Parameters, *, centre: Point, radius: float, eye: Point) -> None:
    """Build it so that the subject is lit about equally well whatever its size.

    Args:
        light: As drawn.
        centre: Of the subject, in metres.
        radius: Of the subject, in metres.
        eye: Where the camera is.
    """
    world(light["ambient"], tuple(light["colour"]))
    up, around, far = math.radians(light["height_deg"]), math.radians(light["around_deg"]), 6 * radius
    place = tuple(
        c + far * d
        for c, d in zip(
            centre,
            (math.cos(up) * math.cos(around), math.cos(up) * math.sin(around), math.sin(up)),
            strict=True,
        )
    )
    area_light(
        place, centre, size=far * light["size"] * 0.5, power=9.0 * far**2, colour=tuple(light["colour"])
    )
