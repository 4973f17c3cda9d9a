"""Staged lots: things that a family places itself, beside what is not for sale, with a view and a light of their own.

A staged lot is one unseen frame with its things as children. What stands beside them (people, tables, bags) is added to
the scene without being returned, so that it is neither framed nor counted as the subject.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh, blender, holding
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array, Numbers
from training.synth.kit.materials import plain_material
from training.synth.setting.grounds import draw_ground

STAGING = "staging"
"""Key of a lot whose value replaces drawn values of the scene's ``camera``, ``light``, ``ground`` and ``props``."""

FRONT_DEG = -90.0
"""Azimuth of a camera that faces what faces -y."""

_LAMPS = {"as it is": 0.4, "flash": 0.25, "bulb": 0.2, "tubes": 0.15}


def unmoved(draws: Draws) -> Parameters:
    """Return the arrangement of a lot that a family places itself."""
    return {"kind": "single", "count": 1, "turn_deg": 0.0, "seed": draws.seed()}


def draw_staging(
    draws: Draws,
    *,
    elevation: tuple[float, float],
    fill: tuple[float, float],
    turn: float = 180.0,
    ground: dict[str, float] | None = None,
    bare: bool = False,
) -> Parameters:
    """Draw view and light of a phone picture.

    Args:
        draws: Where the values come from.
        elevation: Least and largest degrees over the level.
        fill: Least and largest share of the picture that the frame fills; over 1 it leaves the picture.
        turn: How far the camera may stand from the front, in degrees.
        ground: Kinds of ground with their frequency; None: any.
        bare: Whether nothing lies beside the lot by chance.
    """
    staging: Parameters = {
        "camera": {
            "elevation_deg": draws.uniform(*elevation),
            "azimuth_deg": FRONT_DEG + draws.uniform(-turn, turn),
            "fill": draws.uniform(*fill),
            "exposure": draws.normal(0.15, 0.45, -0.7, 1.3),
            "roll_deg": draws.normal(0, 6, -20, 20),
        },
        "light": _draw_light(draws.part("light")),
    }
    if ground:
        staging["ground"] = _draw_ground(draws.part("ground"), ground)
    if bare:
        staging["props"] = []
    return staging


def _draw_light(draws: Draws) -> Parameters:
    lamp = draws.weighted(_LAMPS)
    if lamp == "flash":
        return {
            "lamp": "flash",
            "room_share": draws.uniform(0.06, 0.25),
            "width_deg": draws.uniform(0.6, 2.0),
        }
    if lamp == "bulb":
        warm = draws.colour((1.0, 0.62, 0.30), value=0.05, tint=0.04)
        return {
            "lamp": "bulb",
            "room_share": draws.uniform(0.25, 0.5),
            "width_deg": draws.uniform(3, 9),
            "colour": warm,
            "room_colour": warm,
        }
    if lamp == "tubes":
        cold = draws.colour((0.90, 1.0, 0.92), value=0.05, tint=0.04)
        shares = {"room_share": draws.uniform(0.4, 0.65), "width_deg": draws.uniform(20, 40)}
        return {"lamp": "ceiling", **shares, "height_deg": draws.uniform(60, 88), "colour": cold}
    return {}


def _draw_ground(draws: Draws, kinds: dict[str, float]) -> Parameters:
    """Return a ground of one of the kinds, whatever the size of the lot."""
    kind = draws.weighted(kinds)
    for attempt in range(200):  # until the usual draw gives that kind, with colours that fit it
        drawn = draw_ground(draws.part(f"{attempt}"))
        for surface in (drawn["small"], drawn["large"]):
            if surface["kind"] == kind:
                return {"small": surface, "large": surface}
    raise ValueError(f"expected a kind of ground, found {kind!r}")


def staged(things: Sequence[Any], low: Numbers | None = None, high: Numbers | None = None) -> list[Any]:
    """Return the lot: an unseen frame that holds the things where they are.

    Args:
        things: The subject.
        low: Lower corner of what the camera frames, in metres; None: of the things.
        high: Upper corner.
    """
    blender().context.view_layer.update()
    corners = corners_of(things)
    lowest = corners.min(axis=0) if low is None else np.asarray(low, dtype=float)
    highest = corners.max(axis=0) if high is None else np.asarray(high, dtype=float)
    sides = zip(lowest.tolist(), highest.tolist(), strict=True)
    box = np.array(np.meshgrid(*sides)).reshape(3, -1).T  # (8, 3); no faces, so nothing to see
    return [holding(add_mesh("frame", (box, []), plain_material((0.5, 0.5, 0.5))), things)]


def corners_of(things: Sequence[Any]) -> Array:
    """Return the corners (N * 8, 3) of the boxes around things, in the scene."""
    return np.concatenate(
        [
            np.array(thing.bound_box) @ np.array(thing.matrix_world.to_3x3()).T + np.array(thing.location)
            for thing in things
        ]
    )


def twin(thing: Any) -> Any:
    """Return another object with the same mesh."""
    copy = thing.copy()
    blender().context.collection.objects.link(copy)
    return copy


def discard(things: Sequence[Any]) -> None:
    """Remove objects from the scene."""
    for thing in things:
        blender().data.objects.remove(thing)
