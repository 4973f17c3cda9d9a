"""Worked ivory and raw tusk; all colours are linear RGB.

Both read the point attribute ``pattern``: places in the tusk in metres, z along its axis, so that growth layers are
rings about z on cross-cuts and lines along z on the sides, as in the real thing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from training.synth.kit.blender import blender
from training.synth.kit.colours import WHITE
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array, Point
from training.synth.kit.shader import Shader

_BLACK = (0.0, 0.0, 0.0)

# Light and dark patches by tone: bleached, new, museum cream, yellowed, tea-coloured, browned, buried.
_TONES = {
    "white": ((0.80, 0.765, 0.70), (0.69, 0.645, 0.56)),
    "new": ((0.79, 0.73, 0.61), (0.68, 0.60, 0.46)),
    "cream": ((0.80, 0.69, 0.47), (0.66, 0.52, 0.31)),
    "yellow": ((0.75, 0.57, 0.28), (0.55, 0.375, 0.16)),
    "honey": ((0.60, 0.385, 0.16), (0.40, 0.22, 0.075)),
    "brown": ((0.40, 0.215, 0.085), (0.22, 0.105, 0.04)),
    "grey": ((0.58, 0.51, 0.40), (0.41, 0.345, 0.25)),
}
_TONE_WEIGHTS = {
    "white": 0.2,
    "new": 0.22,
    "cream": 0.26,
    "yellow": 0.15,
    "honey": 0.08,
    "brown": 0.03,
    "grey": 0.06,
}


def draw_ivory(draws: Draws, *, tones: Mapping[str, float] | None = None) -> Parameters:
    """Draw how a lot of worked ivory looks."""
    tone = draws.weighted(tones or _TONE_WEIGHTS)
    light, dark = _TONES[tone]
    stains = (
        {"none": 0.2, "brown": 0.6, "dark": 0.2}
        if tone not in ("white", "new")
        else {"none": 0.5, "brown": 0.5}
    )
    stain = draws.weighted(stains)
    return {
        "tone": tone,
        "light": draws.colour(light, value=0.08, tint=0.03),
        "dark": draws.colour(dark, value=0.15, tint=0.05),
        "patina": draws.colour((0.36, 0.19, 0.07), value=0.35, tint=0.1),
        "patina_share": draws.uniform(0.0, 0.55) if tone not in ("white", "new") else draws.uniform(0.0, 0.2),
        "stain": draws.colour((0.035, 0.02, 0.012) if stain == "dark" else (0.16, 0.075, 0.03), value=0.4),
        "stain_share": {"none": draws.uniform(0.0, 0.25), "brown": draws.uniform(0.5, 0.95)}.get(
            stain, draws.uniform(0.6, 0.95)
        ),
        "wear": draws.uniform(0.0, 0.6),
        "layers": draws.uniform(0.05, 0.35),
        "schreger": draws.uniform(0.10, 0.34),
        "cracks": draws.uniform(0.2, 0.9) if draws.chance(0.4) else 0.0,
        "gloss": draws.uniform(0.22, 0.55),
        "axis": [draws.normal(0, 0.8), draws.normal(0, 0.8)],
    }


def ivory_material(look_values: Parameters, size: float, *, name: str = "ivory") -> Any:
    """Return worked ivory.

    It reads the point attributes ``recess`` (1 in hollows), ``edge`` (1 on ridges), ``end`` (1 on cross-cut faces),
    ``ink`` (1 where cut and blackened), ``paste`` (1 under red seal paste) and ``tone`` (own shade of a part).

    Args:
        look_values: From `draw_ivory`.
        size: About the size of a piece, in metres; the patterns follow it.
        name: Of the material.
    """
    v = look_values
    shader = Shader(name, coat_weight=0.25, coat_roughness=0.12, ior=1.54)
    shader.set("Subsurface Weight", 0.25)
    shader.set("Subsurface Radius", (1.0, 0.55, 0.28))
    shader.set("Subsurface Scale", min(0.002, 0.03 * size))
    place = shader.node("Attribute", attribute_name="pattern").outputs["Vector"]
    cloud = _noise(shader, place, 2.2 / size, (1.0, 1.0, 0.25))
    base = shader.ramp(cloud, (0.30, tuple(v["dark"])), (0.53, tuple(v["light"])))
    layers = _layers(shader, place, v["axis"], size)
    base = shader.mix(
        base, shader.ramp(layers, (0.35, (0.80, 0.73, 0.62)), (0.62, WHITE)), v["layers"], "MULTIPLY"
    )
    weave = shader.scaled(shader.attribute("end"), 2.2 * v["schreger"])
    base = shader.mix(
        base,
        shader.ramp(schreger(shader, place, v["axis"], size), (0.25, (0.52, 0.40, 0.27)), (0.62, WHITE)),
        weave,
        "MULTIPLY",
    )
    aged = shader.ramp(
        _noise(shader, place, 0.9 / size, (1.0, 1.0, 0.5)), (0.42, _BLACK), (0.68, (v["patina_share"],) * 3)
    )
    base = shader.mix(base, tuple(v["patina"]), aged)
    own = shader.node("ObjectInfo").outputs["Random"]
    for source, depth in ((own, 0.9), (shader.attribute("tone"), 0.85)):
        base = shader.mix(
            base,
            shader.ramp(source, (0.0, WHITE), (1.0, (depth, depth * 0.96, depth * 0.88))),
            1.0,
            "MULTIPLY",
        )
    base = shader.mix(base, tuple(v["light"]), shader.scaled(shader.attribute("edge"), 0.7 * v["wear"]))
    dirt = shader.ramp(shader.attribute("recess"), (0.06, _BLACK), (0.6, (v["stain_share"],) * 3))
    base = shader.mix(base, tuple(v["stain"]), dirt)
    if v["cracks"]:
        lines = _fissures(shader, place, 3.0 / size, v["cracks"])
        base = shader.mix(base, (0.10, 0.045, 0.018), shader.scaled(lines, 0.8))
        shader.bump(lines, -0.004 * size)
    base = shader.mix(base, (0.012, 0.010, 0.010), shader.attribute("ink"))
    base = shader.mix(base, (0.48, 0.025, 0.012), shader.attribute("paste"))
    shader.set("Base Color", base)
    gloss = shader.node(
        "MapRange", {"Value": cloud, "To Min": 0.75 * v["gloss"], "To Max": 1.35 * v["gloss"]}
    )
    shader.set("Roughness", gloss.outputs["Result"])
    return shader.material


def schreger(shader: Shader, place: Any, axis: Any, size: float) -> Any:
    """Return the crossing arcs of cross-cut elephant ivory, 0 to 1.

    Two families of spirals about the tusk's axis cross at more than 100 degrees (Espinoza & Mann 1992).
    """
    moved = shader.node(
        "VectorMath", {0: place, 1: (size * (0.9 + axis[0]), size * axis[1], 0.0)}, operation="ADD"
    )
    xyz = shader.node("SeparateXYZ", {0: moved.outputs[0]})
    angle = shader.node("Math", {0: xyz.outputs["Y"], 1: xyz.outputs["X"]}, operation="ARCTAN2").outputs[0]
    flat = shader.node("CombineXYZ", {0: xyz.outputs["X"], 1: xyz.outputs["Y"]}).outputs[0]
    radius = shader.node("VectorMath", {0: flat}, operation="LENGTH").outputs["Value"]
    log = shader.node("Math", {0: radius, 1: math.e}, operation="LOGARITHM").outputs[0]
    turns, twist = 80.0, 80.0 * math.tan(math.radians(57))
    waves = []
    for sign in (1.0, -1.0):
        phase = shader.node("Math", {0: angle, 1: turns}, operation="MULTIPLY").outputs[0]
        phase = shader.node("Math", {0: log, 1: sign * twist, 2: phase}, operation="MULTIPLY_ADD").outputs[0]
        waves.append(shader.node("Math", {0: phase}, operation="SINE").outputs[0])
    both = shader.node("Math", {0: waves[0], 1: waves[1]}, operation="ADD").outputs[0]
    return shader.node("MapRange", {"Value": both, "From Min": -2.0, "From Max": 2.0}).outputs["Result"]


def _layers(shader: Shader, place: Any, axis: Any, size: float) -> Any:
    """Return the growth layers: noise that depends on the distance from the tusk's axis, a little wavy."""
    warp = shader.node("TexNoise", {"Vector": place, "Scale": 1.5 / size}).outputs["Color"]
    warp = shader.node("VectorMath", {0: warp, "Scale": 0.16 * size}, operation="SCALE").outputs[0]
    moved = shader.node(
        "VectorMath", {0: place, 1: (size * (0.9 + axis[0]), size * axis[1], 0.0)}, operation="ADD"
    )
    moved = shader.node("VectorMath", {0: moved.outputs[0], 1: warp}, operation="ADD").outputs[0]
    flat = shader.node("VectorMath", {0: moved, 1: (1.0, 1.0, 0.0)}, operation="MULTIPLY").outputs[0]
    radius = shader.node("VectorMath", {0: flat}, operation="LENGTH").outputs["Value"]
    return shader.node(
        "TexNoise", {"W": radius, "Scale": 22.0 / size, "Detail": 3.0}, noise_dimensions="1D"
    ).outputs[0]


def _noise(shader: Shader, place: Any, scale: float, stretch: Point, detail: float = 4.0) -> Any:
    moved = shader.node("Mapping", {"Vector": place, "Scale": stretch}).outputs[0]
    return shader.node("TexNoise", {"Vector": moved, "Scale": scale, "Detail": detail}).outputs[0]


def _fissures(shader: Shader, place: Any, scale: float, share: float, *, thin: float = 0.008) -> Any:
    """Return 1 on fine lines along z, here and there, and 0 elsewhere."""
    lines = _noise(shader, place, scale * 2.0, (1.0, 1.0, 0.05), 2.0)
    line = shader.ramp(lines, (0.5 - thin, _BLACK), (0.5, WHITE), (0.5 + thin, _BLACK))
    gate = shader.ramp(
        _noise(shader, place, scale, (1.0, 1.0, 0.3)),
        (0.62 - 0.2 * share, _BLACK),
        (0.70 - 0.2 * share, WHITE),
    )
    return shader.mix(line, gate, 1.0, "MULTIPLY")


# Raw tusk: tip, middle, base and blotches.
_SKINS = {
    "fresh": ((0.74, 0.66, 0.50), (0.66, 0.55, 0.37), (0.46, 0.33, 0.19), (0.30, 0.19, 0.09)),
    "brown": ((0.66, 0.50, 0.28), (0.36, 0.21, 0.09), (0.17, 0.09, 0.04), (0.10, 0.05, 0.022)),
    "tan": ((0.70, 0.57, 0.36), (0.53, 0.38, 0.20), (0.30, 0.18, 0.08), (0.18, 0.10, 0.045)),
    "weathered": ((0.60, 0.54, 0.44), (0.47, 0.40, 0.30), (0.28, 0.22, 0.15), (0.15, 0.11, 0.075)),
    "polished": ((0.76, 0.66, 0.47), (0.72, 0.60, 0.39), (0.62, 0.47, 0.27), (0.42, 0.27, 0.12)),
}  # fmt: skip


def draw_skin(draws: Draws, *, kinds: Mapping[str, float] | None = None) -> Parameters:
    """Draw how a lot of raw tusks looks."""
    kind = draws.weighted(
        kinds or {"fresh": 0.27, "brown": 0.2, "tan": 0.25, "weathered": 0.1, "polished": 0.18}
    )
    names = ("tip", "middle", "base", "blotch")
    colours = {
        name: draws.colour(colour, value=0.15, tint=0.05)
        for name, colour in zip(names, _SKINS[kind], strict=True)
    }
    polished = kind == "polished"
    return {
        "skin": kind,
        **colours,
        "cut": draws.colour((0.80, 0.735, 0.60), value=0.1, tint=0.03),
        "border": draws.uniform(0.15, 0.75),
        "streaks": draws.uniform(0.1, 0.3) if polished else draws.uniform(0.3, 0.8),
        "fissures": draws.uniform(0.0, 0.5) if polished else draws.uniform(0.2, 1.0),
        "blotches": draws.uniform(0.0, 0.25) if polished else draws.uniform(0.1, 0.75),
        "earth": draws.uniform(0.2, 0.8) if draws.chance(0.3) and not polished else 0.0,
        "earth_colour": draws.colour(draws.choice([(0.18, 0.075, 0.03), (0.14, 0.10, 0.06)]), value=0.3),
        "gloss": draws.uniform(0.18, 0.32) if polished else draws.uniform(0.34, 0.65),
        "schreger": draws.uniform(0.05, 0.25),
    }


def tusk_material(values: Parameters, length: float, radius: float, marks: Array | None = None) -> Any:
    """Return raw tusk.

    It reads the point attributes ``along`` (0 at the base of the whole tusk, 1 at its tip), ``inside`` (1 deep in the
    pulp cavity), ``cut`` (1 on sawn faces), ``rim`` (distance from the axis over the radius) and ``mark`` (vector:
    place on the picture ``marks``).

    Args:
        values: From `draw_skin`.
        length: Of a whole tusk, metres.
        radius: At its base, metres.
        marks: Ink, (H, W), 0 to 1; None: no writing.
    """
    v = values
    shader = Shader("tusk", coat_weight=0.35 if v["skin"] == "polished" else 0.05, coat_roughness=0.15)
    shader.set("Subsurface Weight", 0.12)
    shader.set("Subsurface Radius", (1.0, 0.6, 0.3))
    shader.set("Subsurface Scale", 0.003)
    place = shader.node("Attribute", attribute_name="pattern").outputs["Vector"]
    own = shader.node("ObjectInfo").outputs["Random"]
    shift = shader.node("CombineXYZ", {0: shader.scaled(own, 3.0), 1: shader.scaled(own, 5.0)}).outputs[0]
    place = shader.node("VectorMath", {0: place, 1: shift}, operation="ADD").outputs[0]
    base = _skin(shader, v, place, own, length, radius)
    lines = _fissures(shader, place, 0.6 / radius, v["fissures"], thin=0.014)
    lines = shader.mix(
        lines, shader.ramp(shader.attribute("along"), (0.2, WHITE), (0.9, (0.25,) * 3)), 1.0, "MULTIPLY"
    )
    lines = shader.mix(lines, (0.0, 0.0, 0.0), shader.attribute("cut"))
    base = shader.mix(base, (0.06, 0.03, 0.014), shader.scaled(lines, 0.9))
    shader.bump(lines, -0.03 * radius)
    base = shader.mix(base, _cut_face(shader, v, place, radius), shader.attribute("cut"))
    hollow = shader.ramp(
        shader.attribute("inside"),
        (0.0, tuple(v["base"])),
        (0.25, (0.13, 0.085, 0.045)),
        (0.8, (0.012, 0.008, 0.005)),
    )
    base = shader.mix(base, hollow, shader.ramp(shader.attribute("inside"), (0.0, _BLACK), (0.06, WHITE)))
    if marks is not None:
        base = shader.mix(base, (0.008, 0.008, 0.012), _writing(shader, marks))
    shader.set("Base Color", base)
    wavy = _noise(shader, place, 1.5 / radius, (1.0, 1.0, 0.1))
    shader.bump(wavy, 0.012 * radius * (0.25 if v["skin"] == "polished" else 1.0))
    gloss = shader.node("MapRange", {"Value": wavy, "To Min": 0.75 * v["gloss"], "To Max": 1.3 * v["gloss"]})
    shader.set("Roughness", gloss.outputs["Result"])
    return shader.material


def _skin(shader: Shader, v: Parameters, place: Any, own: Any, length: float, radius: float) -> Any:
    """Return the colour of the outside: worn tip, patina towards the base, streaks, blotches and earth."""
    patchy = _noise(shader, place, 0.5 / radius, (1.0, 1.0, 0.22))
    offset = shader.node("Math", {0: patchy, 1: 0.9, 2: -0.45}, operation="MULTIPLY_ADD").outputs[0]
    level = shader.node("Math", {0: shader.attribute("along"), 1: offset}, operation="ADD").outputs[0]
    level = shader.node("Math", {0: own, 1: 0.25, 2: level}, operation="MULTIPLY_ADD").outputs[0]
    low = 0.55 * v["border"]
    base = shader.ramp(
        level,
        (low, tuple(v["base"])),
        (low + 0.22, tuple(v["middle"])),
        (min(low + 0.55, 0.98), tuple(v["tip"])),
    )
    fine = _noise(shader, place, 2.2 / radius, (1.0, 1.0, 0.035), 6.0)
    base = shader.mix(
        base, shader.ramp(fine, (0.33, (0.50, 0.36, 0.22)), (0.56, WHITE)), v["streaks"], "MULTIPLY"
    )
    spots = shader.ramp(
        _noise(shader, place, 0.8 / radius, (1.0, 1.0, 0.45), 6.0),
        (0.53, _BLACK),
        (0.66, (v["blotches"],) * 3),
    )
    base = shader.mix(base, tuple(v["blotch"]), spots)
    if v["earth"]:
        soil = shader.ramp(
            _noise(shader, place, 0.35 / radius, (1.0, 1.0, 0.7), 8.0),
            (0.46, _BLACK),
            (0.60, (v["earth"],) * 3),
        )
        base = shader.mix(base, tuple(v["earth_colour"]), soil)
    del length
    return base


def _cut_face(shader: Shader, v: Parameters, place: Any, radius: float) -> Any:
    """Return a sawn face: pale, ringed, faintly cross-hatched, with the bark at its rim and the saw's marks."""
    rim = shader.attribute("rim")
    rings = shader.node("TexNoise", {"W": rim, "Scale": 26.0, "Detail": 2.0}, noise_dimensions="1D").outputs[
        0
    ]
    pale = tuple(v["cut"])
    base = shader.mix(pale, shader.ramp(rings, (0.38, (0.70, 0.58, 0.42)), (0.60, WHITE)), 0.4, "MULTIPLY")
    weave = shader.ramp(
        schreger(shader, place, (-0.9, 0.0), radius), (0.25, (0.6, 0.48, 0.34)), (0.62, WHITE)
    )
    base = shader.mix(
        base,
        weave,
        shader.scaled(shader.ramp(rim, (0.35, _BLACK), (0.7, WHITE)), 1.5 * v["schreger"]),
        "MULTIPLY",
    )
    dusty = shader.ramp(
        _noise(shader, place, 1.2 / radius, (1.0, 1.0, 1.0)), (0.35, (0.72, 0.62, 0.48)), (0.62, WHITE)
    )
    base = shader.mix(base, dusty, 0.6, "MULTIPLY")
    return shader.mix(base, tuple(v["middle"]), shader.ramp(rim, (0.90, _BLACK), (0.945, (0.85,) * 3)))


def _writing(shader: Shader, marks: Array) -> Any:
    height, width = marks.shape
    picture = blender().data.images.new("marks", width, height)
    rgba = np.ones((height, width, 4), np.float32)
    rgba[..., :3] = marks[::-1, :, None]
    picture.pixels.foreach_set(rgba.ravel())
    picture.colorspace_settings.name = "Non-Color"
    where = shader.node("Attribute", attribute_name="mark").outputs["Vector"]
    ink = shader.node("TexImage", {"Vector": where}, image=picture, extension="CLIP").outputs["Color"]
    return shader.scaled(shader.ramp(ink, (0.2, _BLACK), (0.6, WHITE)), 0.93)
