"""Step 2 of a picture: turn the values of a scene into Blender objects, with the camera in its place."""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.family import Family
from training.synth.kit.blender import blender
from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import Array, Numbers, Point
from training.synth.setting.arrange import arrange
from training.synth.setting.camera_and_lamps import camera
from training.synth.setting.covers import GLASS_CASE, build_cover
from training.synth.setting.grounds import build_ground
from training.synth.setting.light import build_light
from training.synth.setting.props import build_props


def build(scene: Parameters, family: Family, *, aspect: float) -> list[Any]:
    """Build one scene in an empty Blender file, and return the objects of its subject.

    Args:
        scene: As `training.synth.drawn_scene.draw_scene` drew it.
        family: The family of ``scene["family"]``.
        aspect: Width over height of the picture.
    """
    blender().ops.wm.read_factory_settings(use_empty=True)
    arrangement, view_values = scene["lot"]["arrangement"], scene["camera"]
    hanging = arrangement["kind"] == "hanging"
    pieces, holder = arrange(family.forms[scene["form"]].make(scene["lot"]), arrangement)
    subject = [part for piece in pieces for part in (piece, *piece.children_recursive)]
    corners = _corners([*subject, *holder] if arrangement["kind"] == "filled" else subject)
    view, away = _view(view_values, hanging=hanging)
    eye, target = _frame(view_values, view, corners, aspect)
    _surround(scene, corners, eye=eye, target=target, away=away, hanging=hanging)
    camera(
        eye=eye,
        target=target,
        lens=view_values["lens_mm"],
        f_number=view_values["f_number"],
        roll=view_values["roll_deg"],
    )
    blender().context.view_layer.update()
    return subject


def _surround(
    scene: Parameters, corners: Array, *, eye: Point, target: Point, away: tuple[float, float], hanging: bool
) -> None:
    """Build light, ground, things that lie about, and what the subject is seen through."""
    radius = float(np.linalg.norm(np.ptp(corners, axis=0))) / 2
    cover = scene["cover"]
    build_light(scene["light"], centre=target, radius=radius, eye=eye)
    build_ground(scene["ground"], radius=radius, away=away, hanging=hanging)
    if not cover or cover["kind"] != GLASS_CASE:  # whose panes would cut through them
        build_props(scene["props"], centre=target, radius=radius, away=away)
    if cover:
        build_cover(cover, corners, eye=eye, hanging=hanging)


def _corners(things: Sequence[Any]) -> Array:
    return np.array([thing.matrix_world @ _vector(corner) for thing in things for corner in thing.bound_box])


def _vector(values: Numbers) -> Any:
    return importlib.import_module("mathutils").Vector(values)


def _view(values: Parameters, *, hanging: bool) -> tuple[Array, tuple[float, float]]:
    """Return the unit vector from the subject to the camera, and the level direction in which the camera looks."""
    up, around = math.radians(values["elevation_deg"]), math.radians(values["azimuth_deg"])
    around -= math.pi / 2 if hanging else 0.0
    view = np.array([math.cos(up) * math.cos(around), math.cos(up) * math.sin(around), math.sin(up)])
    return view, (-math.cos(around), -math.sin(around))


def _frame(values: Parameters, view: Array, corners: Array, aspect: float) -> tuple[Point, Point]:
    """Place the camera so that the subject fills its share of the picture, off the middle by its shift.

    Args:
        values: Of the camera, as drawn.
        view: Unit vector from the subject to the camera.
        corners: Of the boxes around the subject's parts (N, 3).
        aspect: Width over height of the picture.
    """
    longer = (
        18.0 / values["lens_mm"]
    )  # tangent of half the field of view; Blender fits the longer side to 36 mm
    tangents = np.array([longer * min(aspect, 1.0), longer * min(1 / aspect, 1.0)])
    side = np.cross([0.0, 0.0, 1.0], view)
    side /= max(float(np.linalg.norm(side)), 1e-6)
    axes = np.stack([side, np.cross(view, side)])  # right and up in the picture
    flat = corners @ axes.T
    low, high = flat.min(axis=0), flat.max(axis=0)
    depth = corners @ view
    distance = float(((high - low) / 2 / tangents).max()) / values["fill"]
    middle = (low + high) / 2 @ axes + (depth.min() + depth.max()) / 2 * view
    reach = distance * tangents  # half the picture at the subject
    target = middle + (np.asarray(values["shift"]) * np.maximum(reach, (high - low) / 4)) @ axes
    eye = target + view * (distance + float(np.ptp(depth)) * 0.35)
    return tuple(eye.tolist()), tuple(target.tolist())
