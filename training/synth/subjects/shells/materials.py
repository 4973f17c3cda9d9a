"""Tortoiseshell, the plastic that imitates it, and the shells of molluscs; patterns follow ``assembly.PATTERN``."""

from __future__ import annotations

from typing import Any

from training.synth.kit.assembly import PATTERN
from training.synth.kit.colours import WHITE
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Point
from training.synth.kit.shader import Look, see_through

BLACK = (0.0, 0.0, 0.0)

_AMBERS = {
    "honey": ((0.80, 0.42, 0.075), (0.55, 0.19, 0.022), (0.17, 0.040, 0.008)),
    "amber": ((0.68, 0.29, 0.035), (0.42, 0.115, 0.012), (0.13, 0.028, 0.006)),
    "cherry": ((0.52, 0.16, 0.020), (0.30, 0.060, 0.010), (0.09, 0.017, 0.005)),
    "blond": ((0.86, 0.55, 0.17), (0.74, 0.38, 0.075), (0.35, 0.11, 0.020)),
}


def draw_tortoiseshell(draws: Draws, *, raw: float = 0.0, whole: bool = False) -> Parameters:
    """Draw the look of a lot of tortoiseshell; ``raw`` is the chance that it is not polished.

    Only worked pieces, not ``whole`` scutes, are chosen to be nearly all blond or all dark.
    """
    amber = draws.weighted({"honey": 0.32, "amber": 0.42, "cherry": 0.18, "blond": 0.0 if whole else 0.08})
    is_raw = draws.chance(raw)
    return {
        "amber": amber,
        "tint": draws.colour((1.0, 1.0, 1.0), value=0.12, tint=0.06),
        "dark": _dark_share(draws, amber, whole=whole),
        "pitch_m": draws.log_uniform(0.012, 0.034),
        "feather": draws.uniform(0.03, 0.12),
        "drift": draws.uniform(0.6, 2.4),
        "along": draws.log_uniform(0.4, 1.6),
        "offset": draws.uniform(0, 9),
        "raw": is_raw,
        "roughness": draws.uniform(0.32, 0.55) if is_raw else draws.log_uniform(0.06, 0.26),
        "dust": draws.uniform(0.1, 0.5) if is_raw else draws.uniform(0, 0.3) ** 2,
        "see_through": draws.uniform(0.0, 0.18) if is_raw else draws.uniform(0.12, 0.4),
    }


def _dark_share(draws: Draws, amber: str, *, whole: bool) -> float:
    if amber == "blond":
        return draws.normal(0.25, 0.08, 0.06, 0.4)
    return draws.normal(0.5, 0.06, 0.38, 0.62) if whole else draws.normal(0.47, 0.1, 0.22, 0.72)


def tortoiseshell_material(values: Parameters, *, rays: bool = False) -> Any:
    """Return horn of the hawksbill: clear amber with feathered clouds of near-black pigment.

    Args:
        values: As `draw_tortoiseshell` drew them.
        rays: Whether the pattern has rays: its x is then the angle about the scute's growth centre in radians,
            its y the distance from there in metres and its z another number for each scute.
    """
    look = Look("tortoiseshell", coat_weight=0.0 if values["raw"] else 0.5, coat_roughness=0.05)
    light, middle, shade = _AMBERS[values["amber"]]
    place = _pattern(look, values["offset"])
    pitch = values["pitch_m"]
    stretch = (1.9, 0.2 / pitch, 7.0) if rays else (1.0 / pitch, values["along"] / pitch, 1.0 / pitch)
    cloud = _drifting_noise(look, place, stretch, values["drift"])
    speckle = look.streaks(place, _times(stretch, 7.0))
    pigment = _sum(look, cloud, look.scaled(_less_half(look, speckle), 0.16))
    if rays:
        pigment = _sum(look, pigment, look.scaled(look.attribute("seam"), -0.16))
        pigment = _sum(
            look, pigment, look.scaled(_less_half(look, look.streaks(place, (7.0, 8.0, 5.0))), 0.35)
        )
    edge = 0.5 + 0.55 * (values["dark"] - 0.5)
    soft = values["feather"]
    black = tuple(0.16 * c + d for c, d in zip(shade, (0.005, 0.002, 0.0012), strict=True))
    base = look.ramp(
        pigment, (edge - 0.5 * soft, black), (edge + 0.35 * soft, shade), (edge + soft, middle),
        (min(edge + soft + 0.16, 0.98), light),
    )  # fmt: skip
    clear = look.ramp(pigment, (edge, BLACK), (edge + soft + 0.05, WHITE))
    base = look.mix(base, tuple(values["tint"]), 1.0, "MULTIPLY")
    base = look.mix(base, (0.75, 0.70, 0.62), look.scaled(look.recess(0.003), 0.22))
    dust = look.ramp(look.noise(55.0, detail=6.0), (0.42, BLACK), (0.68, WHITE))
    look.set("Base Color", look.mix(base, (0.36, 0.27, 0.18), look.scaled(dust, values["dust"])))
    look.set("Subsurface Weight", look.scaled(clear, 0.25))
    look.set("Subsurface Radius", (1.0, 0.4, 0.08))
    look.set("Subsurface Scale", 0.004)
    smudge = look.noise(70.0, detail=5.0)
    rough = look.node("MapRange", {0: smudge, 1: 0.3, 2: 0.7, 3: 0.8 * values["roughness"]})
    rough.inputs[4].default_value = 1.35 * values["roughness"]
    look.set("Roughness", rough.outputs[0])
    _scratch(look, 0.00012 if values["raw"] else 0.00002)
    see_through(look, look.scaled(clear, values["see_through"]), light)
    return look.material


def draw_plastic_shell(draws: Draws) -> Parameters:
    """Draw the look of a lot of plastic with a tortoiseshell print or swirl."""
    return {
        "kind": draws.weighted({"cells": 0.45, "swirl": 0.25, "dots": 0.3}),
        "light": draws.choice(
            [(0.62, 0.20, 0.02), (0.75, 0.33, 0.05), (0.45, 0.10, 0.015), (0.72, 0.42, 0.16)]
        ),
        "dark": draws.choice([(0.02, 0.008, 0.004), (0.05, 0.014, 0.006), (0.004, 0.004, 0.004)]),
        "tint": draws.colour((1.0, 1.0, 1.0), value=0.15, tint=0.08),
        "pitch_m": draws.log_uniform(0.0035, 0.009),
        "share": draws.uniform(0.3, 0.55),
        "roughness": draws.uniform(0.05, 0.2),
        "offset": draws.uniform(0, 9),
        "see_through": draws.uniform(0, 0.15),
    }


def plastic_shell_material(values: Parameters) -> Any:
    """Return celluloid or acetate: mottles of one size, evenly repeated, crisp, the same on every copy."""
    look = Look("plastic shell", roughness=values["roughness"], coat_weight=0.5, coat_roughness=0.03)
    place = look.node("Attribute", attribute_name=PATTERN).outputs["Vector"]
    place = look.node("VectorMath", {0: place, 1: (values["offset"],) * 3}, operation="ADD").outputs[0]
    scale = 1 / values["pitch_m"]
    if values["kind"] == "swirl":
        bands = {
            "Vector": place,
            "Scale": 0.16 * scale,
            "Distortion": 6.0,
            "Detail": 1.0,
            "Detail Scale": 0.8,
        }
        field = look.node("TexWave", bands).outputs["Fac"]
    else:
        cells = {"Vector": place, "Scale": scale, "Randomness": 0.45, "Smoothness": 0.25}
        field = look.node("TexVoronoi", cells, feature="SMOOTH_F1").outputs["Distance"]
    crisp = 0.02 if values["kind"] == "dots" else 0.1
    edge = values["share"]
    base = look.ramp(field, (edge - crisp, tuple(values["dark"])), (edge + crisp, tuple(values["light"])))
    look.set("Base Color", look.mix(base, tuple(values["tint"]), 1.0, "MULTIPLY"))
    see_through(look, values["see_through"], tuple(values["light"]))
    return look.material


def nacre_material(values: Parameters) -> Any:
    """Return mother-of-pearl: white to grey with bands of pink and green that change with the angle of view.

    Args:
        values: ``base`` (colour), ``play`` (0 to 1, how strong the colours are) and ``roughness``.
    """
    look = Look("nacre", roughness=values["roughness"], coat_weight=0.4, coat_roughness=0.1, metallic=0.25)
    facing = look.node("LayerWeight", {"Blend": 0.5}).outputs["Facing"]
    place = look.node("Attribute", attribute_name=PATTERN).outputs["Vector"]
    swirl = _drifting_noise(look, place, (45.0, 45.0, 45.0), 1.5)
    phase = _sum(look, look.scaled(facing, 0.6), look.scaled(swirl, 0.9))
    play = look.ramp(
        phase, (0.2, (1, 0.93, 0.85)), (0.4, (0.95, 0.62, 0.72)), (0.52, (0.62, 0.95, 0.78)), (0.64, (0.6, 0.75, 1.0)),
        (0.8, (1.0, 0.85, 0.9)),
    )  # fmt: skip
    look.set("Base Color", look.mix(tuple(values["base"]), play, values["play"], "MULTIPLY"))
    look.set("Subsurface Weight", 0.1)
    look.set("Subsurface Scale", 0.002)
    _scratch(look, 0.00002)
    return look.material


def mollusc_material(values: Parameters) -> Any:
    """Return the outside of a sea shell.

    Args:
        values: ``ground`` and ``mark`` (colours), ``inside`` (colour where the attribute ``inside`` is 1),
            ``marks`` (none, bands, rays, spots, zigzag, blotches), ``scale`` (marks for each unit of the pattern,
            in which x runs around and y along the growth), ``share`` (of marks), ``roughness``, ``wear`` (0 to 1).
    """
    look = Look("mollusc", roughness=values["roughness"], coat_weight=values.get("gloss", 0.0))
    look.set("Coat Roughness", 0.06)
    place = _pattern(look, 0.0)
    marks = _marks(look, place, values)
    ground = look.mix(
        tuple(values["ground"]),
        (0.55, 0.42, 0.32),
        look.scaled(look.noise(40.0, detail=5.0), 0.35),
        "MULTIPLY",
    )
    base = look.mix(ground, tuple(values["mark"]), marks)
    growth = look.ramp(look.streaks(place, (0.6, 38.0, 1.0)), (0.35, (0.72, 0.66, 0.6)), (0.6, WHITE))
    base = look.mix(base, growth, 0.45, "MULTIPLY")
    chalk = look.ramp(look.noise(60.0, detail=6.0), (0.5, BLACK), (0.7, WHITE))
    base = look.mix(base, (0.78, 0.73, 0.66), look.scaled(chalk, values["wear"]))
    base = look.mix(base, tuple(values["inside"]), look.attribute("inside"))
    base = look.mix(base, (0.16, 0.10, 0.06), look.scaled(look.recess(0.003), 0.45))
    look.set("Base Color", base)
    look.set("Subsurface Weight", 0.08)
    look.set("Subsurface Scale", 0.002)
    look.bump(growth, 0.0003)
    return look.material


def _marks(look: Look, place: Any, values: Parameters) -> Any:
    """Return 1 where a shell's marks are."""
    kind, scale, share = values["marks"], values["scale"], values["share"]
    if kind == "none":
        return 0.0
    if kind == "spots":
        cells = look.node("TexVoronoi", {"Vector": place, "Scale": scale, "Randomness": 0.8})
        return look.ramp(cells.outputs["Distance"], (share * 0.8, WHITE), (share * 0.8 + 0.06, BLACK))
    if kind == "zigzag":
        settings = {
            "Vector": place,
            "Scale": 0.3 * scale,
            "Distortion": 4.0,
            "Detail": 3.0,
            "Detail Scale": 1.6,
        }
        field = look.node("TexWave", settings, wave_profile="TRI").outputs["Fac"]
    else:
        stretch = {"bands": (0.15, 1.0, 0.2), "rays": (1.0, 0.12, 0.2), "blotches": (0.6, 0.6, 0.6)}[kind]
        field = _drifting_noise(look, place, _times(stretch, scale), 0.7)
    edge = 1 - share if kind == "zigzag" else 0.5 + 0.4 * (0.5 - share)
    return look.ramp(field, (edge - 0.03, BLACK), (edge + 0.04, WHITE))


def _pattern(look: Look, offset: float) -> Any:
    """Return pattern coordinates, moved elsewhere in each copy of an object."""
    place = look.node("Attribute", attribute_name=PATTERN).outputs["Vector"]
    chance = look.scaled(look.node("ObjectInfo").outputs["Random"], 5.0)
    moved = look.node("CombineXYZ", {0: offset, 1: offset, 2: _sum(look, chance, offset)}).outputs[0]
    return look.node("VectorMath", {0: place, 1: moved}, operation="ADD").outputs[0]


def _drifting_noise(look: Look, place: Any, stretch: Point, drift: float) -> Any:
    """Return noise over ``place`` times ``stretch`` that is drawn out as by a slow current."""
    moved = look.node("Mapping", {"Vector": place, "Scale": stretch}).outputs[0]
    settings = {"Vector": moved, "Scale": 1.0, "Detail": 3.5, "Roughness": 0.55, "Distortion": drift}
    return look.node("TexNoise", settings).outputs[0]


def _scratch(look: Look, depth: float) -> None:
    look.bump(look.noise(900.0, (1.0, 0.12, 1.0), detail=4.0), depth)


def _sum(look: Look, a: Any, b: Any) -> Any:
    return look.node("Math", {0: a, 1: b}, operation="ADD").outputs[0]


def _less_half(look: Look, value: Any) -> Any:
    return look.node("Math", {0: value, 1: 0.5}, operation="SUBTRACT").outputs[0]


def _times(stretch: Point, factor: float) -> Point:
    x, y, z = (factor * value for value in stretch)
    return x, y, z
