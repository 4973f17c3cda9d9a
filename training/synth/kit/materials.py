"""What things are made of: wood, cloth, paper, apple skin and plain paint."""

from __future__ import annotations

from typing import Any

from training.synth.kit.colours import WHITE, Colour
from training.synth.kit.shader import Look


def wood_material() -> Any:
    """Return dark carved wood with growth rings and pores."""
    look = Look("wood", roughness=0.42, coat_weight=0.15, coat_roughness=0.3)
    rings = look.node(
        "TexWave",
        {
            "Vector": look.place((0.12, 1.0, 1.0)),
            "Scale": 170.0,
            "Distortion": 3.0,
            "Detail": 3.0,
            "Detail Scale": 0.6,
        },
        wave_type="RINGS",
        rings_direction="X",
    ).outputs["Fac"]
    base = look.ramp(
        rings,
        (0.0, (0.062, 0.024, 0.010)),
        (0.6, (0.125, 0.052, 0.020)),
        (1.0, (0.15, 0.065, 0.026)),
    )
    pores = look.noise(1500.0, (0.05, 1.0, 1.0), detail=4.0)
    base = look.mix(base, look.ramp(pores, (0.35, (0.35, 0.3, 0.3)), (0.5, WHITE)), 0.8, "MULTIPLY")
    base = look.mix(base, (0.012, 0.006, 0.003), look.scaled(look.recess(0.005), 0.8))
    look.set("Base Color", look.mix(base, (0.015, 0.007, 0.004), look.scaled(look.attribute("stain"), 0.6)))
    look.bump(pores, 0.00008)
    return look.material


def wooden_boards(name: str, dark: Colour, light: Colour, board: float) -> Any:
    """Return varnished boards along x, ``board`` wide, each of its own shade."""
    look = Look(name, roughness=0.36, coat_weight=0.12)
    boards = look.node(
        "TexBrick",
        {
            "Vector": look.place(),
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
    grain = look.noise(90.0, (0.06, 1.0, 1.0), detail=6.0, distortion=1.2)
    veins = look.ramp(grain, (0.32, (0.45, 0.40, 0.36)), (0.62, WHITE))
    look.set("Base Color", look.mix(boards.outputs["Color"], veins, 0.85, "MULTIPLY"))
    look.bump(grain, 0.0003)
    return look.material


def cloth_material(colour: Colour) -> Any:
    """Return woven cloth with a soft sheen."""
    look = Look("cloth", roughness=0.95, sheen_weight=0.05)
    weave = look.node("TexChecker", {"Vector": look.place(), "Scale": 900.0}).outputs["Fac"]
    mottle = look.noise(300.0, detail=4.0)
    shade = look.ramp(mottle, (0.3, (0.6, 0.6, 0.6)), (0.7, WHITE))
    look.set("Base Color", look.mix(colour, shade, 0.6, "MULTIPLY"))
    look.bump(weave, 0.0002)
    return look.material


def apple_material() -> Any:
    """Return red apple skin with yellow streaks around the stem."""
    look = Look("apple", roughness=0.25, coat_weight=0.4)
    look.set("Subsurface Weight", 0.1)
    look.set("Subsurface Scale", 0.003)
    streak = look.noise(140.0, (1.0, 1.0, 0.12), detail=4.0)
    skin = look.ramp(
        streak, (0.35, (0.42, 0.015, 0.015)), (0.62, (0.60, 0.06, 0.02)), (0.8, (0.75, 0.40, 0.08))
    )
    height = look.node("SeparateXYZ", {0: look.place()}).outputs["Z"]
    crown = look.ramp(height, (0.052, (0, 0, 0)), (0.066, (0.5, 0.5, 0.5)))
    look.set("Base Color", look.mix(skin, (0.55, 0.45, 0.08), crown))
    return look.material


def page_material() -> Any:
    """Return the edge of a block of paper."""
    look = Look("pages", roughness=0.9)
    lines = look.noise(2500.0, (0.01, 0.01, 1.0))
    look.set("Base Color", look.ramp(lines, (0.35, (0.45, 0.41, 0.33)), (0.6, (0.80, 0.76, 0.66))))
    return look.material


def board_material() -> Any:
    """Return brown cardboard."""
    look = Look("board", roughness=0.85)
    fibre = look.noise(250.0, (0.3, 0.3, 1.0), detail=5.0)
    look.set("Base Color", look.ramp(fibre, (0.3, (0.36, 0.22, 0.11)), (0.7, (0.46, 0.30, 0.16))))
    return look.material


def plain_material(colour: Colour) -> Any:
    """Return a matt surface of one colour."""
    return glossy_material("plain", colour, roughness=0.75)


def glossy_material(
    name: str, colour: Colour, roughness: float, coat: float = 0.0, metal: float = 0.0
) -> Any:
    """Return a surface of one colour under an optional clear coat."""
    look = Look(name, roughness=roughness, coat_weight=coat, coat_roughness=0.04, metallic=metal)
    look.set("Base Color", colour)
    return look.material
