"""Materials that only the sample pictures use: their ivory, tusk, boards, glass and paper."""

from __future__ import annotations

from typing import Any

from training.synth.kit.colours import IVORY, IVORY_SHADE, PATINA, WHITE, Colour
from training.synth.kit.geometry import Point
from training.synth.kit.materials import wooden_boards
from training.synth.kit.shader import Look


def netsuke_ivory_material(grain: Point, scale: float) -> Any:
    """Return worked ivory: cream, waxy, brown in the recesses, with fine age cracks.

    Args:
        grain: Stretch of the pattern; small numbers draw it out along that axis.
        scale: Pattern features a metre.
    """
    look = Look("ivory", roughness=0.30, coat_weight=0.3, coat_roughness=0.15)
    look.set("Subsurface Weight", 0.3)
    look.set("Subsurface Radius", (1.0, 0.55, 0.25))
    look.set("Subsurface Scale", 0.0015)
    cloud = look.noise(scale * 0.7, grain, detail=5.0)
    base = look.ramp(cloud, (0.35, IVORY_SHADE), (0.55, IVORY))
    streaks = look.ramp(look.noise(scale * 6, grain), (0.35, (0.88, 0.82, 0.72)), (0.65, WHITE))
    base = look.mix(base, streaks, 0.3, "MULTIPLY")
    base = look.mix(base, PATINA, look.scaled(look.recess(0.004), 0.85))
    base = look.mix(base, PATINA, look.scaled(look.attribute("stain"), 0.8))
    cracks = look.cracks(scale * 0.6, grain, width=0.016, share=0.5)
    look.set("Base Color", look.mix(base, (0.14, 0.06, 0.02), look.scaled(cracks, 0.75)))
    look.bump(cracks, -0.00008)
    return look.material


def raw_tusk_material() -> Any:
    """Return unworked tusk: cream to brown, streaked and cracked along its length."""
    look = Look("tusk", roughness=0.42, coat_weight=0.1)
    look.set("Subsurface Weight", 0.15)
    look.set("Subsurface Radius", (1.0, 0.6, 0.3))
    look.set("Subsurface Scale", 0.004)
    along = look.attribute("along")
    root, neck = (0.26, 0.15, 0.07), (0.50, 0.35, 0.19)
    base = look.ramp(along, (0.0, root), (0.2, neck), (0.3, IVORY_SHADE), (0.8, IVORY))
    around = look.attribute("around")
    grain = look.node("CombineXYZ", {0: look.scaled(along, 1.2), 1: around}).outputs[0]
    streaks = look.streaks(grain, (2.5, 9.0, 1.0))
    shade = look.ramp(streaks, (0.30, (0.50, 0.36, 0.22)), (0.55, WHITE))
    base = look.mix(base, shade, 0.6, "MULTIPLY")
    fissures = look.streaks(grain, (1.6, 22.0, 1.0))
    lines = look.ramp(fissures, (0.33, (0.12, 0.06, 0.025)), (0.36, WHITE))
    base = look.mix(base, lines, 0.85, "MULTIPLY")
    inside = look.scaled(look.attribute("inside"), 0.93)
    look.set("Base Color", look.mix(base, (0.05, 0.03, 0.015), inside))
    look.bump(lines, 0.0012)
    look.bump(streaks, 0.0015)
    return look.material


def floor_material() -> Any:
    """Return wooden floor boards along x."""
    return wooden_boards("floor", (0.20, 0.095, 0.04), (0.30, 0.16, 0.075), board=0.11)


def table_material() -> Any:
    """Return a table top of wide pale boards."""
    return wooden_boards("table", (0.36, 0.21, 0.10), (0.45, 0.28, 0.15), board=0.30)


def glass_material(name: str, colour: Colour) -> Any:
    """Return coloured, clear glass."""
    look = Look(name, roughness=0.03, transmission_weight=0.85)
    look.set("Base Color", colour)
    look.set("IOR", 1.5)
    return look.material


def sweep_material(top: Colour, bottom: Colour) -> Any:
    """Return matt paper that fades from ``bottom`` at z = 0 to ``top`` at z = 0.2."""
    look = Look("sweep", roughness=0.9)
    height = look.node("SeparateXYZ", {0: look.place()}).outputs["Z"]
    look.set("Base Color", look.ramp(height, (0.0, bottom), (0.2, top)))
    return look.material
