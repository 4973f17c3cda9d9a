"""Materials to lay things on, at true scale: wood, tiles, stone, cloth, paper, plastic, soil, metal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from training.synth.kit.blender import blender
from training.synth.kit.colours import WHITE
from training.synth.kit.draws import Parameters
from training.synth.kit.grown_materials import grown
from training.synth.kit.materials import wooden_boards
from training.synth.kit.shader import Shader
from training.synth.setting.printed_textures import TEXTURES, UInt8Image


def ground_material(ground: Parameters) -> Any:
    """Return the material of a drawn ground or wall.

    Values: ``kind``, ``colour``, ``second``, ``scale``, ``gloss``, ``seed``.
    """
    if ground["kind"] in TEXTURES:
        return _drawn(ground)
    return MATERIALS[ground["kind"]](ground)


def _drawn(ground: Parameters) -> Any:
    draw, width = TEXTURES[ground["kind"]]
    shader = Shader(ground["kind"], roughness=0.55 if ground["kind"] == "newspaper" else 0.9)
    picture = image_texture(shader, draw(np.random.default_rng(ground["seed"])), width * ground["scale"])
    worn = shader.ramp(shader.noise(6.0, detail=4.0), (0.35, (0.72,) * 3), (0.65, WHITE))
    shader.set("Base Color", shader.mix(picture, worn, 0.6, "MULTIPLY"))
    shader.bump(shader.noise(700.0, detail=3.0), 0.0004)
    return shader.material


def image_texture(shader: Shader, pixels: UInt8Image, width: float) -> Any:
    """Return a picture (H, W, 3) that repeats every ``width`` metres over object x and y."""
    picture = blender().data.images.new("drawn", pixels.shape[1], pixels.shape[0])
    rgba = np.ones((*pixels.shape[:2], 4), np.float32)
    rgba[..., :3] = pixels[::-1] / 255.0
    picture.pixels.foreach_set(rgba.ravel())
    place = shader.place((1 / width, 1 / width, 1 / width))
    return shader.node("TexImage", {"Vector": place}, image=picture).outputs["Color"]


def _boards(ground: Parameters) -> Any:
    light = np.array(ground["colour"])
    return wooden_boards("boards", tuple(light * 0.62), tuple(light), board=0.12 * ground["scale"])


def _tiles(ground: Parameters) -> Any:
    shader = Shader("tiles", roughness=0.1 + 0.3 * (1 - ground["gloss"]), coat_weight=0.3)
    side = 0.22 * ground["scale"]
    colour, second = np.array(ground["colour"]), np.array(ground["second"])
    near = colour * 0.85 + second * 0.15
    tiles = shader.node(
        "TexBrick",
        {
            "Vector": shader.place(), "Color1": tuple(colour), "Color2": tuple(near), "Mortar": tuple(second * 0.5),
            "Scale": 1.0, "Mortar Size": 0.0022, "Brick Width": side, "Row Height": side,
        },
        offset=0.0,
    )  # fmt: skip
    clouds = shader.ramp(shader.noise(14.0, detail=6.0, distortion=1.0), (0.3, (0.75,) * 3), (0.7, WHITE))
    shader.set("Base Color", shader.mix(tiles.outputs["Color"], clouds, 0.5, "MULTIPLY"))
    shader.bump(tiles.outputs["Fac"], -0.0008)
    return shader.material


def _marble(ground: Parameters) -> Any:
    shader = Shader("marble", roughness=0.12, coat_weight=0.3)
    veins = shader.noise(5.0 / ground["scale"], detail=9.0, distortion=2.5)
    colour, second = tuple(ground["colour"]), tuple(ground["second"])
    shader.set("Base Color", shader.ramp(veins, (0.40, colour), (0.48, second), (0.56, colour)))
    return shader.material


def _granite(ground: Parameters) -> Any:
    shader = Shader("granite", roughness=0.2, coat_weight=0.2)
    grains = shader.node("TexVoronoi", {"Vector": shader.place(), "Scale": 260.0 / ground["scale"]}).outputs[
        "Color"
    ]
    value = shader.node("RGBToBW", {0: grains}).outputs[0]
    colour, second = np.array(ground["colour"]), np.array(ground["second"])
    shader.set(
        "Base Color",
        shader.ramp(value, (0.2, tuple(second * 0.4)), (0.5, tuple(colour)), (0.9, tuple(second))),
    )
    return shader.material


def _mottled(size: float, roughness: float, bump: float, grain: float) -> Callable[[Parameters], Any]:
    def material(ground: Parameters) -> Any:
        colour = np.array(ground["colour"])
        return grown(
            ground["kind"], [colour * 0.6, colour, colour * 1.15], size=size * ground["scale"], roughness=roughness,
            bump=bump, grain=grain, variety=0.0,
        ).material  # fmt: skip

    return material


def _cloth(ground: Parameters) -> Any:
    velvet = ground["kind"] == "velvet"
    shader = Shader(ground["kind"], roughness=0.95, sheen_weight=0.9 if velvet else 0.1)
    weave = shader.node(
        "TexChecker", {"Vector": shader.place(), "Scale": 500.0 if velvet else 1100.0}
    ).outputs["Fac"]
    mottle = shader.ramp(shader.noise(25.0, detail=5.0), (0.3, (0.7,) * 3), (0.7, WHITE))
    shader.set("Base Color", shader.mix(tuple(ground["colour"]), mottle, 0.7, "MULTIPLY"))
    shader.bump(weave, 0.0002)
    shader.bump(shader.noise(400.0, detail=2.0), 0.0015 if ground["kind"] in ("towel", "carpet") else 0.0003)
    return shader.material


def _plastic(ground: Parameters) -> Any:
    """Tarpaulin and table covers: wrinkled, half glossy, with a woven grid."""
    shader = Shader("plastic", roughness=0.35, coat_weight=0.2)
    grid = shader.node("TexChecker", {"Vector": shader.place(), "Scale": 300.0}).outputs["Fac"]
    shader.set(
        "Base Color", shader.mix(tuple(ground["colour"]), tuple(np.array(ground["colour"]) * 0.8), grid)
    )
    shader.bump(shader.noise(9.0, detail=4.0, distortion=1.0), 0.02)
    return shader.material


def _steel(ground: Parameters) -> Any:
    shader = Shader("steel", metallic=1.0)
    shader.set("Base Color", (0.55, 0.55, 0.56))
    scratches = shader.noise(300.0, (0.03, 1.0, 1.0), detail=4.0)
    shader.set(
        "Roughness",
        shader.node("MapRange", {"Value": scratches, "To Min": 0.15, "To Max": 0.5}).outputs["Result"],
    )
    return shader.material


def _glossy(ground: Parameters) -> Any:
    shader = Shader("acrylic", roughness=0.04 + 0.1 * (1 - ground["gloss"]), coat_weight=0.5)
    shader.set("Base Color", tuple(ground["colour"]))
    return shader.material


MATERIALS: dict[str, Callable[[Parameters], Any]] = {
    "boards": _boards,
    "tiles": _tiles,
    "marble": _marble,
    "granite": _granite,
    "concrete": _mottled(0.12, 0.85, 0.001, 0.3),
    "soil": _mottled(0.03, 0.95, 0.008, 0.6),
    "sand": _mottled(0.05, 0.95, 0.003, 0.35),
    "grass": _mottled(0.02, 0.8, 0.02, 0.7),
    "plaster": _mottled(0.4, 0.9, 0.0006, 0.1),
    "paper": _mottled(0.2, 0.9, 0.0002, 0.05),
    "cardboard": _mottled(0.08, 0.85, 0.0004, 0.2),
    "cloth": _cloth,
    "velvet": _cloth,
    "towel": _cloth,
    "carpet": _cloth,
    "plastic": _plastic,
    "steel": _steel,
    "acrylic": _glossy,
}
"""What makes each material that is not drawn; see `training.synth.setting.printed_textures.TEXTURES` for the others."""
