"""Light and camera; lamp power is in watts, as Blender counts it."""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh, blender
from training.synth.kit.colours import WHITE, Colour
from training.synth.kit.geometry import Point
from training.synth.kit.materials import sweep_material


def studio(top: Colour, bottom: Colour) -> None:
    """Add a paper sweep behind the origin and three soft lights, for a thing 4 cm wide."""
    t = np.linspace(0.0, np.pi / 2, 24)
    floor = np.array([(-0.6, 0.0), (0.10, 0.0)])
    curve = np.stack([0.10 + 0.15 * np.sin(t), 0.15 - 0.15 * np.cos(t)], axis=1)
    profile = np.concatenate([floor, curve, np.array([(0.25, 0.8)])])
    away = np.array([-0.62, 0.78])
    along = np.array([0.78, 0.62])
    vertices = [(*(away * d + along * w), z) for d, z in profile for w in np.linspace(-0.9, 0.9, 2)]
    faces = [(2 * i, 2 * i + 1, 2 * i + 3, 2 * i + 2) for i in range(len(profile) - 1)]
    add_mesh("sweep", (np.array(vertices), faces), sweep_material(top, bottom))
    world(0.25)
    area_light((-0.10, -0.26, 0.26), (0, 0, 0.01), size=0.16, power=1.6, colour=(1, 0.98, 0.95))
    area_light((0.30, -0.02, 0.14), (0, 0, 0.01), size=0.20, power=0.5, colour=(0.95, 0.97, 1))
    area_light((-0.16, 0.12, 0.24), (0, 0, 0.02), size=0.08, power=0.7, colour=WHITE)


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
