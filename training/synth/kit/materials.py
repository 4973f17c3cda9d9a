"""What things are made of: wood, cloth, paper, apple skin and plain paint."""

from __future__ import annotations

from typing import Any

from training.synth.kit.colours import WHITE, Colour
from training.synth.kit.shader import Shader


def wood_material() -> Any:
    """Return dark carved wood with growth rings and pores."""
    shader = Shader("wood", roughness=0.42, coat_weight=0.15, coat_roughness=0.3)
    rings = shader.node(
        "TexWave",
        {
            "Vector": shader.place((0.12, 1.0, 1.0)),
            "Scale": 170.0,
            "Distortion": 3.0,
            "Detail": 3.0,
            "Detail Scale": 0.6,
        },
        wave_type="RINGS",
        rings_direction="X",
    ).outputs["Fac"]
    base = shader.ramp(
        rings,
        (0.0, (0.062, 0.024, 0.010)),
        (0.6, (0.125, 0.052, 0.020)),
        (1.0, (0.15, 0.065, 0.026)),
    )
    pores = shader.noise(1500.0, (0.05, 1.0, 1.0), detail=4.0)
    base = shader.mix(base, shader.ramp(pores, (0.35, (0.35, 0.3, 0.3)), (0.5, WHITE)), 0.8, "MULTIPLY")
    base = shader.mix(base, (0.012, 0.006, 0.003), shader.scaled(shader.recess(0.005), 0.8))
    shader.set(
        "Base Color", shader.mix(base, (0.015, 0.007, 0.004), shader.scaled(shader.attribute("stain"), 0.6))
    )
    shader.bump(pores, 0.00008)
    return shader.material


def wooden_boards(name: str, dark: Colour, light: Colour, board: float) -> Any:
    """Return varnished boards along x, ``board`` wide, each of its own shade."""
    shader = Shader(name, roughness=0.36, coat_weight=0.12)
    boards = shader.node(
        "TexBrick",
        {
            "Vector": shader.place(),
            "Color1": dark,
            "Color2": light,
            "Mortar": (0.02, 0.01, 0.005),
            "Scale": 1.0,
            "Mortar Size": 0.0012,
            "Mortar Smooth": 0.2,
            "Brick Width": board * 11,
            "Row Height": board,
        },
        offset=0.37,
    )
    grain = shader.noise(90.0, (0.06, 1.0, 1.0), detail=6.0, distortion=1.2)
    veins = shader.ramp(grain, (0.32, (0.45, 0.40, 0.36)), (0.62, WHITE))
    shader.set("Base Color", shader.mix(boards.outputs["Color"], veins, 0.85, "MULTIPLY"))
    shader.bump(grain, 0.0003)
    return shader.material


def cloth_material(colour: Colour) -> Any:
    """Return woven cloth with a soft sheen."""
    shader = Shader("cloth", roughness=0.95, sheen_weight=0.05)
    weave = shader.node("TexChecker", {"Vector": shader.place(), "Scale": 900.0}).outputs["Fac"]
    mottle = shader.noise(300.0, detail=4.0)
    shade = shader.ramp(mottle, (0.3, (0.6, 0.6, 0.6)), (0.7, WHITE))
    shader.set("Base Color", shader.mix(colour, shade, 0.6, "MULTIPLY"))
    shader.bump(weave, 0.0002)
    return shader.material


def apple_material() -> Any:
    """Return red apple skin with yellow streaks around the stem."""
    shader = Shader("apple", roughness=0.25, coat_weight=0.4)
    shader.set("Subsurface Weight", 0.1)
    shader.set("Subsurface Scale", 0.003)
    streak = shader.noise(140.0, (1.0, 1.0, 0.12), detail=4.0)
    skin = shader.ramp(
        streak, (0.35, (0.42, 0.015, 0.015)), (0.62, (0.60, 0.06, 0.02)), (0.8, (0.75, 0.40, 0.08))
    )
    height = shader.node("SeparateXYZ", {0: shader.place()}).outputs["Z"]
    crown = shader.ramp(height, (0.052, (0, 0, 0)), (0.066, (0.5, 0.5, 0.5)))
    shader.set("Base Color", shader.mix(skin, (0.55, 0.45, 0.08), crown))
    return shader.material


def page_material() -> Any:
    """Return the edge of a block of paper."""
    shader = Shader("pages", roughness=0.9)
    lines = shader.noise(2500.0, (0.01, 0.01, 1.0))
    shader.set("Base Color", shader.ramp(lines, (0.35, (0.45, 0.41, 0.33)), (0.6, (0.80, 0.76, 0.66))))
    return shader.material


def board_material() -> Any:
    """Return brown cardboard."""
    shader = Shader("board", roughness=0.85)
    fibre = shader.noise(250.0, (0.3, 0.3, 1.0), detail=5.0)
    shader.set("Base Color", shader.ramp(fibre, (0.3, (0.36, 0.22, 0.11)), (0.7, (0.46, 0.30, 0.16))))
    return shader.material


def plain_material(colour: Colour) -> Any:
    """Return a matt surface of one colour."""
    return glossy_material("plain", colour, roughness=0.75)


def glossy_material(
    name: str, colour: Colour, roughness: float, coat: float = 0.0, metal: float = 0.0
) -> Any:
    """Return a surface of one colour under an optional clear coat."""
    shader = Shader(name, roughness=roughness, coat_weight=coat, coat_roughness=0.04, metallic=metal)
    shader.set("Base Color", colour)
    return shader.material
