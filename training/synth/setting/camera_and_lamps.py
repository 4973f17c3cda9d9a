"""Lamps and the camera; lamp power is in watts, as Blender counts it."""

from __future__ import annotations

import importlib
import math
from typing import Any

from training.synth.kit.blender import blender
from training.synth.kit.colours import Colour
from training.synth.kit.geometry import Point


def world(strength: float, colour: Colour = (0.85, 0.92, 1.0)) -> None:
    """Light the scene evenly from all sides."""
    bpy = blender()
    sky = bpy.data.worlds.new("world")
    background = sky.node_tree.nodes["Background"]
    background.inputs["Color"].default_value = (*colour, 1.0)
    background.inputs["Strength"].default_value = strength
    bpy.context.scene.world = sky


def area_light(
    place: Point, target: Point, *, size: float, power: float, colour: Colour, shape: str = "DISK"
) -> None:
    """Add a lamp ``size`` across, of ``power`` watts, that faces ``target``."""
    bpy = blender()
    data = bpy.data.lights.new("lamp", "AREA")
    data.shape, data.size, data.energy, data.color = shape, size, power, colour
    lamp = bpy.data.objects.new("lamp", data)
    lamp.location = place
    lamp.rotation_euler = facing(place, target)
    bpy.context.collection.objects.link(lamp)


def camera(
    *, eye: Point, target: Point, lens: float, f_number: float | None = None, roll: float = 0.0
) -> None:
    """Add the camera; the target is in focus.

    Args:
        eye: Where it stands.
        target: What it looks at.
        lens: Focal length in millimetres on a sensor 36 mm wide.
        f_number: Aperture; None keeps everything sharp.
        roll: Degrees about the line of sight.
    """
    bpy = blender()
    data = bpy.data.cameras.new("camera")
    data.lens, data.clip_start, data.clip_end = lens, 0.002, 50.0
    data.dof.use_dof = f_number is not None
    data.dof.focus_distance = math.dist(eye, target)
    data.dof.aperture_fstop = f_number or 16.0
    body = bpy.data.objects.new("camera", data)
    body.location, body.rotation_euler = eye, facing(eye, target)
    body.rotation_euler.rotate_axis("Z", math.radians(roll))
    bpy.context.collection.objects.link(body)
    bpy.context.scene.camera = body


def facing(place: Point, target: Point) -> Any:
    """Return the Euler angles that turn a lamp or camera at ``place`` to ``target``."""
    vector = importlib.import_module("mathutils").Vector
    return (vector(target) - vector(place)).to_track_quat("-Z", "Y").to_euler()
