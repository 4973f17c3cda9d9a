"""Light: a drawn room that shines from all sides and shows in what is glossy, and one lamp that casts the shadows."""

from __future__ import annotations

import math

import numpy as np

from training.synth.kit.blender import blender
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array, Point
from training.synth.setting.camera_and_lamps import area_light, facing

_BRIGHT = 1.35  # irradiance over pi on level ground: mid-grey then comes out as mid-grey
_LIGHTS = {
    "daylight": (0.92, 0.96, 1.0),
    "shade": (0.78, 0.88, 1.0),
    "warm": (1.0, 0.72, 0.42),
    "neutral": (1.0, 0.93, 0.84),
    "tube": (0.93, 1.0, 0.90),
}
# Share of the light that comes from the room, and how wide the lamp is, as seen from the subject, in degrees.
_LAMPS = {
    "window": ((0.35, 0.7), (25, 60)),
    "ceiling": ((0.35, 0.65), (8, 30)),
    "bulb": ((0.2, 0.5), (2, 6)),
    "overcast": ((0.85, 1.0), (60, 90)),
    "sun": ((0.15, 0.35), (0.5, 0.6)),
    "flash": ((0.08, 0.3), (0.6, 2.5)),
    "spots": ((0.2, 0.4), (2, 5)),
}
_ROOM = (64, 128)  # pixels of the drawn surroundings


def draw_light(draws: Draws) -> Parameters:
    """Draw the light."""
    lamp = draws.weighted(
        {
            "window": 0.27,
            "ceiling": 0.24,
            "bulb": 0.12,
            "overcast": 0.1,
            "sun": 0.1,
            "flash": 0.12,
            "spots": 0.05,
        }
    )
    share, width = _LAMPS[lamp]
    outdoors = {"daylight": 0.7, "shade": 0.3}
    indoors = {"daylight": 0.3, "warm": 0.28, "neutral": 0.28, "tube": 0.14}
    kinds = outdoors if lamp in ("sun", "overcast") else indoors
    return {
        "lamp": lamp,
        "room_share": draws.uniform(*share),
        "width_deg": draws.uniform(*width),
        "colour": draws.colour(_LIGHTS[draws.weighted(kinds)], value=0.05, tint=0.04),
        "room_colour": draws.colour(_LIGHTS[draws.weighted(kinds)], value=0.05, tint=0.08),
        "height_deg": draws.uniform(50, 88) if lamp in ("ceiling", "spots") else draws.uniform(18, 70),
        "around_deg": draws.uniform(0, 360),
        "seed": draws.seed(),
    }


def build_light(light: Parameters, *, centre: Point, radius: float, eye: Point) -> None:
    """Build it so that the subject is lit about equally well whatever its size.

    Args:
        light: As drawn.
        centre: Of the subject, in metres.
        radius: Of the subject, in metres.
        eye: Where the camera is; a flash stands beside it.
    """
    _surround(room_image(light), light["room_share"])
    power = (1 - light["room_share"]) * _BRIGHT
    up, around = math.radians(light["height_deg"]), math.radians(light["around_deg"])
    if light["lamp"] == "sun":
        _sun(up, around, power, light)
        return
    if light["lamp"] == "flash":
        far = max(math.dist(eye, centre), 1e-3)
        place = (eye[0], eye[1] + 0.03 * far, eye[2] + 0.08 * far)
        cosine = 1.0
    else:
        far = max(5 * radius, 0.5)
        direction = (math.cos(up) * math.cos(around), math.cos(up) * math.sin(around), math.sin(up))
        place = (
            centre[0] + far * direction[0],
            centre[1] + far * direction[1],
            centre[2] + far * direction[2],
        )
        cosine = max(math.sin(up), 0.35)
    # A lamp that shines like Lambert's gives an irradiance of power / (pi distance^2).
    watts = power * math.pi**2 * far**2 / cosine
    size = 2 * far * math.tan(math.radians(min(light["width_deg"], 80) / 2))
    area_light(place, centre, size=size, power=watts, colour=tuple(light["colour"]))


def _sun(up: float, around: float, power: float, light: Parameters) -> None:
    bpy = blender()
    data = bpy.data.lights.new("sun", "SUN")
    data.energy, data.angle = power * math.pi / max(math.sin(up), 0.35), math.radians(light["width_deg"])
    data.color = light["colour"]
    lamp = bpy.data.objects.new("sun", data)
    place = (math.cos(up) * math.cos(around), math.cos(up) * math.sin(around), math.sin(up))
    lamp.rotation_euler = facing(place, (0.0, 0.0, 0.0))
    bpy.context.collection.objects.link(lamp)


def room_image(light: Parameters) -> Array:
    """Draw the surroundings (H, W, 3), float32, the top row straight up: walls, ceiling, floor, windows, lamps.

    Level ground under it gets an irradiance over pi of 1.
    """
    rng = np.random.default_rng(light["seed"])
    height, width = _ROOM
    up = np.linspace(1, -1, height)[:, None]
    wall, ceiling, floor = rng.uniform(0.25, 0.7), rng.uniform(0.5, 1.2), rng.uniform(0.1, 0.35)
    grey = np.where(up > 0.5, ceiling, np.where(up > -0.1, wall, floor)) * np.ones((1, width))
    tint = np.asarray(light["room_colour"])
    room = grey[..., None] * tint * rng.uniform(0.9, 1.1, (1, 1, 3))
    for _ in range(int(rng.integers(3, 9))):  # furniture
        top, left = rng.integers(height // 3, height), rng.integers(width)
        room[top : top + rng.integers(3, 20), left : left + rng.integers(4, 24)] *= rng.uniform(0.2, 1.2, 3)
    if light["lamp"] == "overcast":
        room[: height // 2] = (1.2 + 0.3 * rng.random()) * tint
    for _ in range(int(rng.integers(1, 4))):  # windows and lamps
        top, left = rng.integers(4, height // 2), rng.integers(width)
        size = rng.integers(2, 14, 2)
        room[top : top + size[0], left : left + size[1]] = rng.uniform(3, 12) * tint
    cosine = np.clip(np.sin(np.pi / 2 * up), 0, 1)  # of the angle from straight up
    solid = np.cos(np.pi / 2 * up) * (np.pi / height) * (2 * np.pi / width)
    irradiance = float((room.mean(axis=-1) * cosine * solid).sum()) / math.pi
    return (room / max(irradiance, 1e-6)).astype(np.float32)


def _surround(room: Array, share: float) -> None:
    """Make the picture the world's light."""
    bpy = blender()
    picture = bpy.data.images.new("room", room.shape[1], room.shape[0], float_buffer=True)
    rgba = np.ones((*room.shape[:2], 4), np.float32)
    rgba[..., :3] = room[::-1]
    picture.pixels.foreach_set(rgba.ravel())
    world = bpy.data.worlds.new("room")
    tree = world.node_tree
    texture = tree.nodes.new("ShaderNodeTexEnvironment")
    texture.image = picture
    background = tree.nodes["Background"]
    tree.links.new(texture.outputs["Color"], background.inputs["Color"])
    background.inputs["Strength"].default_value = share * _BRIGHT
    bpy.context.scene.world = world
