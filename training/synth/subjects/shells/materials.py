"""Tortoiseshell, the plastic that imitates it, and the shells of molluscs; patterns follow ``assembly.PATTERN``."""

from __future__ import annotations

from typing import Any

from training.synth.kit.assembly import PATTERN
from training.synth.kit.colours import WHITE
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Point
from training.synth.kit.shader import Shader, see_through

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
    shader = Shader("tortoiseshell", coat_weight=0.0 if values["raw"] else 0.5, coat_roughness=0.05)
    light, middle, shade = _AMBERS[values["amber"]]
    place = _pattern(shader, values["offset"])
    pitch = values["pitch_m"]
    stretch = (1.9, 0.2 / pitch, 7.0) if rays else (1.0 / pitch, values["along"] / pitch, 1.0 / pitch)
    cloud = _drifting_noise(shader, place, stretch, values["drift"])
    speckle = shader.streaks(place, _times(stretch, 7.0))
    pigment = _sum(shader, cloud, shader.scaled(_less_half(shader, speckle), 0.16))
    if rays:
        pigment = _sum(shader, pigment, shader.scaled(shader.attribute("seam"), -0.16))
        pigment = _sum(
            shader, pigment, shader.scaled(_less_half(shader, shader.streaks(place, (7.0, 8.0, 5.0))), 0.35)
        )
    edge = 0.5 + 0.55 * (values["dark"] - 0.5)
    soft = values["feather"]
    black = tuple(0.16 * c + d for c, d in zip(shade, (0.005, 0.002, 0.0012), strict=True))
    base = shader.ramp(
        pigment, (edge - 0.5 * soft, black), (edge + 0.35 * soft, shade), (edge + soft, middle),
        (min(edge + soft + 0.16, 0.98), light),
    )  # fmt: skip
    clear = shader.ramp(pigment, (edge, BLACK), (edge + soft + 0.05, WHITE))
    base = shader.mix(base, tuple(values["tint"]), 1.0, "MULTIPLY")
    base = shader.mix(base, (0.75, 0.70, 0.62), shader.scaled(shader.recess(0.003), 0.22))
    dust = shader.ramp(shader.noise(55.0, detail=6.0), (0.42, BLACK), (0.68, WHITE))
    shader.set("Base Color", shader.mix(base, (0.36, 0.27, 0.18), shader.scaled(dust, values["dust"])))
    shader.set("Subsurface Weight", shader.scaled(clear, 0.25))
    shader.set("Subsurface Radius", (1.0, 0.4, 0.08))
    shader.set("Subsurface Scale", 0.004)
    smudge = shader.noise(70.0, detail=5.0)
    rough = shader.node("MapRange", {0: smudge, 1: 0.3, 2: 0.7, 3: 0.8 * values["roughness"]})
    rough.inputs[4].default_value = 1.35 * values["roughness"]
    shader.set("Roughness", rough.outputs[0])
    _scratch(shader, 0.00012 if values["raw"] else 0.00002)
    see_through(shader, shader.scaled(clear, values["see_through"]), light)
    return shader.material


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
    shader = Shader("plastic shell", roughness=values["roughness"], coat_weight=0.5, coat_roughness=0.03)
    place = shader.node("Attribute", attribute_name=PATTERN).outputs["Vector"]
    place = shader.node("VectorMath", {0: place, 1: (values["offset"],) * 3}, operation="ADD").outputs[0]
    scale = 1 / values["pitch_m"]
    if values["kind"] == "swirl":
        bands = {
            "Vector": place,
            "Scale": 0.16 * scale,
            "Distortion": 6.0,
            "Detail": 1.0,
            "Detail Scale": 0.8,
        }
        field = shader.node("TexWave", bands).outputs["Fac"]
    else:
        cells = {"Vector": place, "Scale": scale, "Randomness": 0.45, "Smoothness": 0.25}
        field = shader.node("TexVoronoi", cells, feature="SMOOTH_F1").outputs["Distance"]
    crisp = 0.02 if values["kind"] == "dots" else 0.1
    edge = values["share"]
    base = shader.ramp(field, (edge - crisp, tuple(values["dark"])), (edge + crisp, tuple(values["light"])))
    shader.set("Base Color", shader.mix(base, tuple(values["tint"]), 1.0, "MULTIPLY"))
    see_through(shader, values["see_through"], tuple(values["light"]))
    return shader.material


def nacre_material(values: Parameters) -> Any:
    """Return mother-of-pearl: white to grey with bands of pink and green that change with the angle of view.

    Args:
        values: ``base`` (colour), ``play`` (0 to 1, how strong the colours are) and ``roughness``.
    """
    shader = Shader(
        "nacre", roughness=values["roughness"], coat_weight=0.4, coat_roughness=0.1, metallic=0.25
    )
    facing = shader.node("LayerWeight", {"Blend": 0.5}).outputs["Facing"]
    place = shader.node("Attribute", attribute_name=PATTERN).outputs["Vector"]
    swirl = _drifting_noise(shader, place, (45.0, 45.0, 45.0), 1.5)
    phase = _sum(shader, shader.scaled(facing, 0.6), shader.scaled(swirl, 0.9))
    play = shader.ramp(
        phase, (0.2, (1, 0.93, 0.85)), (0.4, (0.95, 0.62, 0.72)), (0.52, (0.62, 0.95, 0.78)), (0.64, (0.6, 0.75, 1.0)),
        (0.8, (1.0, 0.85, 0.9)),
    )  # fmt: skip
    shader.set("Base Color", shader.mix(tuple(values["base"]), play, values["play"], "MULTIPLY"))
    shader.set("Subsurface Weight", 0.1)
    shader.set("Subsurface Scale", 0.002)
    _scratch(shader, 0.00002)
    return shader.material


def mollusc_material(values: Parameters) -> Any:
    """Return the outside of a sea shell.

    Args:
        values: ``ground`` and ``mark`` (colours), ``inside`` (colour where the attribute ``inside`` is 1),
            ``marks`` (none, bands, rays, spots, zigzag, blotches), ``scale`` (marks for each unit of the pattern,
            in which x runs around and y along the growth), ``share`` (of marks), ``roughness``, ``wear`` (0 to 1).
    """
    shader = Shader("mollusc", roughness=values["roughness"], coat_weight=values.get("gloss", 0.0))
    shader.set("Coat Roughness", 0.06)
    place = _pattern(shader, 0.0)
    marks = _marks(shader, place, values)
    ground = shader.mix(
        tuple(values["ground"]),
        (0.55, 0.42, 0.32),
        shader.scaled(shader.noise(40.0, detail=5.0), 0.35),
        "MULTIPLY",
    )
    base = shader.mix(ground, tuple(values["mark"]), marks)
    growth = shader.ramp(shader.streaks(place, (0.6, 38.0, 1.0)), (0.35, (0.72, 0.66, 0.6)), (0.6, WHITE))
    base = shader.mix(base, growth, 0.45, "MULTIPLY")
    chalk = shader.ramp(shader.noise(60.0, detail=6.0), (0.5, BLACK), (0.7, WHITE))
    base = shader.mix(base, (0.78, 0.73, 0.66), shader.scaled(chalk, values["wear"]))
    base = shader.mix(base, tuple(values["inside"]), shader.attribute("inside"))
    base = shader.mix(base, (0.16, 0.10, 0.06), shader.scaled(shader.recess(0.003), 0.45))
    shader.set("Base Color", base)
    shader.set("Subsurface Weight", 0.08)
    shader.set("Subsurface Scale", 0.002)
    shader.bump(growth, 0.0003)
    return shader.material


def _marks(shader: Shader, place: Any, values: Parameters) -> Any:
    """Return 1 where a shell's marks are."""
    kind, scale, share = values["marks"], values["scale"], values["share"]
    if kind == "none":
        return 0.0
    if kind == "spots":
        cells = shader.node("TexVoronoi", {"Vector": place, "Scale": scale, "Randomness": 0.8})
        return shader.ramp(cells.outputs["Distance"], (share * 0.8, WHITE), (share * 0.8 + 0.06, BLACK))
    if kind == "zigzag":
        settings = {
            "Vector": place,
            "Scale": 0.3 * scale,
            "Distortion": 4.0,
            "Detail": 3.0,
            "Detail Scale": 1.6,
        }
        field = shader.node("TexWave", settings, wave_profile="TRI").outputs["Fac"]
    else:
        stretch = {"bands": (0.15, 1.0, 0.2), "rays": (1.0, 0.12, 0.2), "blotches": (0.6, 0.6, 0.6)}[kind]
        field = _drifting_noise(shader, place, _times(stretch, scale), 0.7)
    edge = 1 - share if kind == "zigzag" else 0.5 + 0.4 * (0.5 - share)
    return shader.ramp(field, (edge - 0.03, BLACK), (edge + 0.04, WHITE))


def _pattern(shader: Shader, offset: float) -> Any:
    """Return pattern coordinates, moved elsewhere in each copy of an object."""
    place = shader.node("Attribute", attribute_name=PATTERN).outputs["Vector"]
    chance = shader.scaled(shader.node("ObjectInfo").outputs["Random"], 5.0)
    moved = shader.node("CombineXYZ", {0: offset, 1: offset, 2: _sum(shader, chance, offset)}).outputs[0]
    return shader.node("VectorMath", {0: place, 1: moved}, operation="ADD").outputs[0]


def _drifting_noise(shader: Shader, place: Any, stretch: Point, drift: float) -> Any:
    """Return noise over ``place`` times ``stretch`` that is drawn out as by a slow current."""
    moved = shader.node("Mapping", {"Vector": place, "Scale": stretch}).outputs[0]
    settings = {"Vector": moved, "Scale": 1.0, "Detail": 3.5, "Roughness": 0.55, "Distortion": drift}
    return shader.node("TexNoise", settings).outputs[0]


def _scratch(shader: Shader, depth: float) -> None:
    shader.bump(shader.noise(900.0, (1.0, 0.12, 1.0), detail=4.0), depth)


def _sum(shader: Shader, a: Any, b: Any) -> Any:
    return shader.node("Math", {0: a, 1: b}, operation="ADD").outputs[0]


def _less_half(shader: Shader, value: Any) -> Any:
    return shader.node("Math", {0: value, 1: 0.5}, operation="SUBTRACT").outputs[0]


def _times(stretch: Point, factor: float) -> Point:
    x, y, z = (factor * value for value in stretch)
    return x, y, z
