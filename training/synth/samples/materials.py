"""Materials that only the sample pictures use: their ivory, tusk, boards, glass and paper."""

from __future__ import annotations

from typing import Any

from training.synth.kit.colours import IVORY, IVORY_SHADE, PATINA, WHITE, Colour
from training.synth.kit.geometry import Point
from training.synth.kit.materials import wooden_boards
from training.synth.kit.shader import Shader


def netsuke_ivory_material(grain: Point, scale: float) -> Any:
    """Return worked ivory: cream, waxy, brown in the recesses, with fine age cracks.

    Args:
        grain: Stretch of the pattern; small numbers draw it out along that axis.
        scale: Pattern features a metre.
    """
    shader = Shader("ivory", roughness=0.30, coat_weight=0.3, coat_roughness=0.15)
    shader.set("Subsurface Weight", 0.3)
    shader.set("Subsurface Radius", (1.0, 0.55, 0.25))
    shader.set("Subsurface Scale", 0.0015)
    cloud = shader.noise(scale * 0.7, grain, detail=5.0)
    base = shader.ramp(cloud, (0.35, IVORY_SHADE), (0.55, IVORY))
    streaks = shader.ramp(shader.noise(scale * 6, grain), (0.35, (0.88, 0.82, 0.72)), (0.65, WHITE))
    base = shader.mix(base, streaks, 0.3, "MULTIPLY")
    base = shader.mix(base, PATINA, shader.scaled(shader.recess(0.004), 0.85))
    base = shader.mix(base, PATINA, shader.scaled(shader.attribute("stain"), 0.8))
    cracks = shader.cracks(scale * 0.6, grain, width=0.016, share=0.5)
    shader.set("Base Color", shader.mix(base, (0.14, 0.06, 0.02), shader.scaled(cracks, 0.75)))
    shader.bump(cracks, -0.00008)
    return shader.material


def raw_tusk_material() -> Any:
    """Return unworked tusk: cream to brown, streaked and cracked along its length."""
    shader = Shader("tusk", roughness=0.42, coat_weight=0.1)
    shader.set("Subsurface Weight", 0.15)
    shader.set("Subsurface Radius", (1.0, 0.6, 0.3))
    shader.set("Subsurface Scale", 0.004)
    along = shader.attribute("along")
    root, neck = (0.26, 0.15, 0.07), (0.50, 0.35, 0.19)
    base = shader.ramp(along, (0.0, root), (0.2, neck), (0.3, IVORY_SHADE), (0.8, IVORY))
    around = shader.attribute("around")
    grain = shader.node("CombineXYZ", {0: shader.scaled(along, 1.2), 1: around}).outputs[0]
    streaks = shader.streaks(grain, (2.5, 9.0, 1.0))
    shade = shader.ramp(streaks, (0.30, (0.50, 0.36, 0.22)), (0.55, WHITE))
    base = shader.mix(base, shade, 0.6, "MULTIPLY")
    fissures = shader.streaks(grain, (1.6, 22.0, 1.0))
    lines = shader.ramp(fissures, (0.33, (0.12, 0.06, 0.025)), (0.36, WHITE))
    base = shader.mix(base, lines, 0.85, "MULTIPLY")
    inside = shader.scaled(shader.attribute("inside"), 0.93)
    shader.set("Base Color", shader.mix(base, (0.05, 0.03, 0.015), inside))
    shader.bump(lines, 0.0012)
    shader.bump(streaks, 0.0015)
    return shader.material


def floor_material() -> Any:
    """Return wooden floor boards along x."""
    return wooden_boards("floor", (0.20, 0.095, 0.04), (0.30, 0.16, 0.075), board=0.11)


def table_material() -> Any:
    """Return a table top of wide pale boards."""
    return wooden_boards("table", (0.36, 0.21, 0.10), (0.45, 0.28, 0.15), board=0.30)


def glass_material(name: str, colour: Colour) -> Any:
    """Return coloured, clear glass."""
    shader = Shader(name, roughness=0.03, transmission_weight=0.85)
    shader.set("Base Color", colour)
    shader.set("IOR", 1.5)
    return shader.material


def sweep_material(top: Colour, bottom: Colour) -> Any:
    """Return matt paper that fades from ``bottom`` at z = 0 to ``top`` at z = 0.2."""
    shader = Shader("sweep", roughness=0.9)
    height = shader.node("SeparateXYZ", {0: shader.place()}).outputs["Z"]
    shader.set("Base Color", shader.ramp(height, (0.0, bottom), (0.2, top)))
    return shader.material
