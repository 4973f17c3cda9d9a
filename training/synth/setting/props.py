"""Things beside the subject: for its size, for wrapping it, by chance."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from training.synth.kit.blender import add_attribute, add_mesh
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.grown_shapes import joined, moved
from training.synth.kit.meshes import box_mesh, lathe_mesh, rod_mesh
from training.synth.kit.shader import Shader
from training.synth.setting.ground_materials import image_texture
from training.synth.setting.household import mug_profile

_MOST = 3
_BESIDE = (0.95, 1.7)  # where it stands, in the subject's radii from its middle
_LARGEST = 1.6  # a thing larger than so many of the subject's radii would draw the eye
_SMALLEST = 0.05

# Length, width and height in metres.
SIZES = {
    "coin": (0.024, 0.024, 0.002), "lighter": (0.080, 0.024, 0.012), "pen": (0.14, 0.009, 0.009), "key": (0.055, 0.022, 0.002),
    "card": (0.086, 0.054, 0.001), "banknote": (0.15, 0.07, 0.0006), "ruler": (0.16, 0.03, 0.002), "phone": (0.15, 0.072, 0.008),
    "tape": (0.10, 0.10, 0.024), "mug": (0.083, 0.083, 0.095), "matchbox": (0.053, 0.036, 0.015), "knife": (0.26, 0.028, 0.006),
    "book": (0.21, 0.15, 0.025), "box": (0.24, 0.17, 0.11), "scale": (0.24, 0.18, 0.03), "tag": (0.05, 0.03, 0.0006),
    "bottle": (0.07, 0.07, 0.24), "brick": (0.22, 0.105, 0.07), "crate": (0.55, 0.36, 0.28), "bucket": (0.29, 0.29, 0.30),
    "shoe": (0.28, 0.10, 0.10), "plank": (1.2, 0.09, 0.025),
}  # fmt: skip


def draw_props(draws: Draws) -> list[Parameters]:
    """Draw a ranked list of things with their places; `build_props` takes the first that fit the subject."""
    if draws.chance(0.45):
        return []
    wanted = draws.integer(1, _MOST)
    names = sorted(SIZES)
    return [
        {
            "kind": draws.choice(names),
            "wanted": wanted,
            "around_deg": draws.uniform(0, 360),
            "apart": draws.uniform(*_BESIDE),
            "turn_deg": draws.uniform(0, 360),
            "colour": draws.colour((0.45, 0.42, 0.40), value=0.9, tint=0.8),
            "gloss": draws.uniform(0, 1),
            "seed": draws.seed(),
        }
        for _ in range(14)
    ]


def build_props(
    props: list[Parameters], *, centre: tuple[float, float, float], radius: float, away: tuple[float, float]
) -> list[Any]:
    """Build them on the ground around the subject; tall ones stand behind it.

    Args:
        props: As drawn.
        centre: Of the subject, in metres.
        radius: Of the subject, in metres.
        away: Unit vector in the plane from the camera to the subject.
    """
    fitting = [prop for prop in props if _SMALLEST < SIZES[prop["kind"]][0] / radius < _LARGEST]
    made = []
    for prop in fitting[: props[0]["wanted"]] if fitting else []:
        size = np.array(SIZES[prop["kind"]])
        angle = math.radians(prop["around_deg"])
        if size[2] > 0.35 * radius:
            angle = math.atan2(away[1], away[0]) + math.radians((prop["around_deg"] - 180) * 0.35)
        apart = prop["apart"] * radius + 0.5 * float(size[:2].max())
        thing = build_prop(prop)
        thing.location = (centre[0] + apart * math.cos(angle), centre[1] + apart * math.sin(angle), 0.0)
        thing.rotation_euler.z = math.radians(prop["turn_deg"])
        made.append(thing)
    return made


def build_prop(prop: Parameters) -> Any:
    """Build one thing at the origin, standing on z = 0: ``kind``, ``colour``, ``gloss`` and ``seed``."""
    return _BUILDERS.get(prop["kind"], _block)(prop, np.array(SIZES[prop["kind"]]))


def _paint(prop: Parameters, **settings: float) -> Shader:
    shader = Shader(prop["kind"], roughness=0.15 + 0.6 * (1 - prop["gloss"]), **settings)
    shader.set("Base Color", tuple(prop["colour"]))
    return shader


def _block(prop: Parameters, size: Any) -> Any:
    """A thing that is a box with a printed side: books, cartons, bricks, matchboxes."""
    shader = _paint(prop)
    rng = np.random.default_rng(prop["seed"])
    shader.set(
        "Base Color", image_texture(shader, _print(rng, np.array(prop["colour"])), float(size[0]) * 1.01)
    )
    return add_mesh(prop["kind"], box_mesh(*size), shader.material)


def _print(rng: np.random.Generator, colour: Any) -> Any:
    """Draw bars and blocks of a label (H, W, 3) over a colour, linear."""
    picture = np.ones((64, 64, 3)) * np.clip(colour, 0, 1) ** (1 / 2.2)
    for _ in range(int(rng.integers(2, 9))):
        top, left = rng.integers(0, 60, 2)
        picture[top : top + rng.integers(1, 12), left : left + rng.integers(6, 40)] = rng.uniform(0, 1, 3)
    return (picture * 255).astype(np.uint8)


def _coin(prop: Parameters, size: Any) -> Any:
    shader = Shader("coin", metallic=1.0, roughness=0.3)
    shader.set("Base Color", (0.6, 0.45, 0.2) if prop["gloss"] > 0.5 else (0.55, 0.54, 0.52))
    shader.bump(shader.noise(700.0, detail=3.0), 0.0005)
    r, h = size[0] / 2, size[2]
    profile = np.array([(1e-4, 0), (r, 0), (r, h), (0.93 * r, h), (0.92 * r, 0.8 * h), (1e-4, 0.8 * h)])
    return add_mesh("coin", lathe_mesh(profile, sides=48), shader.material)


def _rod(prop: Parameters, size: Any) -> Any:
    mesh = rod_mesh(-size[0] / 2, size[0] / 2, size[1] / 2, size[1] * 0.35, 16)
    return add_mesh("pen", moved(mesh, (0, 0, size[1] / 2)), _paint(prop, coat_weight=0.4).material)


def _ruler(prop: Parameters, size: Any) -> Any:
    """A ruler with ticks every millimetre, longer ones every five and ten."""
    shader = Shader("ruler", roughness=0.4)
    picture = np.full((96, 512, 3), (235, 225, 180) if prop["gloss"] > 0.5 else (215, 215, 220), np.uint8)
    for tick in range(160):
        x = round((tick + 0.5) / 160 * 512)
        picture[: 50 if tick % 10 == 0 else 36 if tick % 5 == 0 else 24, x : x + 1] = 25
    mesh, faces = box_mesh(*size)
    shader.set("Base Color", image_texture(shader, picture, float(size[0])))
    return add_mesh("ruler", (mesh + [size[0] / 2, size[1] / 2, 0], faces), shader.material)


def _phone(prop: Parameters, size: Any) -> Any:
    del prop
    shader = Shader("phone", roughness=0.05, coat_weight=1.0)
    shader.set("Base Color", (0.008, 0.008, 0.01))
    return add_mesh("phone", box_mesh(*size), shader.material)


def _tape(prop: Parameters, size: Any) -> Any:
    r, h = size[0] / 2, size[2]
    profile = np.array([(0.75 * r, 0), (r, 0), (r, h), (0.75 * r, h), (0.75 * r, 0)])
    return add_mesh("tape", lathe_mesh(profile, sides=48), _paint(prop, coat_weight=0.3).material)


def _mug(prop: Parameters, size: Any) -> Any:
    del size
    return add_mesh("mug", lathe_mesh(mug_profile(), sides=48), _paint(prop, coat_weight=0.5).material)


def _round(prop: Parameters, size: Any) -> Any:
    """A bottle or a bucket."""
    r, h = size[0] / 2, size[2]
    if prop["kind"] == "bucket":
        profile = np.array([(1e-3, 0), (0.8 * r, 0), (r, h), (0.96 * r, h), (0.77 * r, 0.02), (1e-3, 0.02)])
    else:
        profile = np.array([(1e-3, 0), (r, 0), (r, 0.6 * h), (0.4 * r, 0.8 * h), (0.38 * r, h), (1e-3, h)])
    return add_mesh(prop["kind"], lathe_mesh(profile, sides=40), _paint(prop, coat_weight=0.3).material)


def _knife(prop: Parameters, size: Any) -> Any:
    blade = moved(box_mesh(0.6 * size[0], size[1], 0.0015), (0.2 * size[0], 0, 0.002))
    handle = moved(box_mesh(0.4 * size[0], 0.8 * size[1], size[2] * 2), (-0.3 * size[0], 0, 0))
    mesh, _ = joined([blade, handle])
    shader = Shader("knife", metallic=0.8, roughness=0.25)
    shader.set("Base Color", (0.5, 0.5, 0.5) if prop["gloss"] > 0.4 else (0.1, 0.08, 0.07))
    return add_mesh("knife", mesh, shader.material)


def _scale(prop: Parameters, size: Any) -> Any:
    """A kitchen scale: a body with a dark display, and a plate."""
    body = box_mesh(*size)
    dish = lathe_mesh(np.array([(1e-3, 0), (0.4, 0), (0.4, 0.05), (1e-3, 0.05)]) * size[1], sides=40)
    display = moved(box_mesh(0.2 * size[0], 0.35 * size[1], 0.002), (0.36 * size[0], 0, size[2]))
    mesh, part = joined([body, moved(dish, (-0.12 * size[0], 0, size[2])), display])
    shader = Shader("scale", roughness=0.25)
    thing = add_mesh("scale", mesh, shader.material)
    add_attribute(thing, "part", part)
    light = tuple(0.4 + 0.4 * np.array(prop["colour"]))
    shader.set(
        "Base Color",
        shader.ramp(
            shader.scaled(shader.attribute("part"), 0.5),
            (0.2, light),
            (0.5, (0.6, 0.6, 0.6)),
            (0.9, (0.03, 0.05, 0.03)),
        ),
    )
    return thing


_BUILDERS: dict[str, Callable[[Parameters, Any], Any]] = {
    "coin": _coin,
    "pen": _rod,
    "ruler": _ruler,
    "phone": _phone,
    "tape": _tape,
    "mug": _mug,
    "bottle": _round,
    "bucket": _round,
    "knife": _knife,
    "scale": _scale,
}
