"""What beads, carvings and casts are made of: coral, amber, jade, dyed stone, glass, resin, metal, thread."""

from __future__ import annotations

from typing import Any

from training.synth.kit.assembly import PATTERN
from training.synth.kit.colours import WHITE, Colour
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.materials import glossy_material
from training.synth.kit.shader import Shader, see_through

BLACK = (0.0, 0.0, 0.0)

CORALS: dict[str, Colour] = {
    "oxblood": (0.30, 0.007, 0.009),
    "red": (0.55, 0.018, 0.014),
    "scarlet": (0.68, 0.045, 0.018),
    "salmon": (0.82, 0.17, 0.095),
    "pink": (0.88, 0.34, 0.25),
    "angel skin": (0.93, 0.58, 0.48),
}
"""Colours of precious coral, darkest first, linear RGB."""


def draw_coral(draws: Draws, *, raw: float = 0.0) -> Parameters:
    """Draw the look of a lot of coral; ``raw`` is the chance that it is not polished."""
    name = draws.weighted(
        {"oxblood": 0.24, "red": 0.4, "scarlet": 0.18, "salmon": 0.08, "pink": 0.05, "angel skin": 0.05}
    )
    is_raw = draws.chance(raw)
    return {
        "name": name,
        "colour": draws.colour(CORALS[name], value=0.15, tint=0.06),
        "white": draws.uniform(0, 0.8)
        if name in ("salmon", "pink", "angel skin")
        else draws.uniform(0, 0.35) ** 1.5,
        "raw": is_raw,
        "roughness": draws.uniform(0.45, 0.75) if is_raw else draws.log_uniform(0.08, 0.3),
        "striae": draws.uniform(0.4, 1.0) if is_raw else draws.uniform(0.0, 0.35),
        "crust": draws.uniform(0.0, 0.6) if is_raw else 0.0,
        "spread": draws.uniform(0.05, 0.35),
        "pits": draws.uniform(0, 0.5) ** 2,
    }


def coral_material(values: Parameters) -> Any:
    """Return precious coral; the pattern's z runs along the branch."""
    shader = Shader("coral", roughness=values["roughness"], coat_weight=0.0 if values["raw"] else 0.45)
    shader.set("Coat Roughness", 0.06)
    place = _pattern(shader)
    colour = tuple(values["colour"])
    base = _shaded(shader, colour, values["spread"])
    cloud = shader.streaks(place, (140.0, 140.0, 45.0))
    base = shader.mix(base, shader.ramp(cloud, (0.3, (0.62, 0.5, 0.5)), (0.6, WHITE)), 0.55, "MULTIPLY")
    pale = shader.ramp(shader.streaks(place, (70.0, 70.0, 26.0)), (0.52, BLACK), (0.68, WHITE))
    base = shader.mix(base, (0.90, 0.72, 0.62), shader.scaled(pale, values["white"]))
    lines = shader.streaks(place, (2600.0, 2600.0, 60.0))
    base = shader.mix(
        base, shader.ramp(lines, (0.3, (0.55, 0.42, 0.4)), (0.6, WHITE)), 0.7 * values["striae"], "MULTIPLY"
    )
    pits = shader.ramp(shader.noise(700.0, detail=2.0), (0.25, WHITE), (0.32, BLACK))
    base = shader.mix(base, (0.05, 0.01, 0.008), shader.scaled(pits, values["pits"]))
    crust = shader.ramp(shader.noise(55.0, detail=6.0), (0.48, BLACK), (0.6, WHITE))
    skin = shader.ramp(shader.noise(900.0), (0.4, (0.50, 0.16, 0.08)), (0.62, (0.66, 0.42, 0.30)))
    base = shader.mix(base, skin, shader.scaled(crust, values["crust"]))
    base = shader.mix(base, tuple(0.3 * c for c in colour), shader.scaled(shader.recess(0.003), 0.6))
    base = shader.mix(base, (0.02, 0.008, 0.006), shader.attribute("hole"))
    shader.set("Base Color", base)
    _soft(shader, 0.12, (1.0, 0.25, 0.2), 0.0015)
    shader.bump(lines, 0.00025 * values["striae"])
    shader.bump(pits, -0.0001)
    shader.bump(shader.noise(1400.0, detail=3.0), 0.0002 if values["raw"] else 0.00001)
    return shader.material


def draw_amber(draws: Draws, *, raw: float = 0.0) -> Parameters:
    """Draw the look of a lot of amber: clear to cloudy, lemon to cherry."""
    kinds = {
        "honey": (0.72, 0.26, 0.02), "cognac": (0.45, 0.10, 0.008), "lemon": (0.82, 0.48, 0.06),
        "butterscotch": (0.78, 0.42, 0.09), "cherry": (0.22, 0.018, 0.006), "green": (0.34, 0.26, 0.03),
    }  # fmt: skip
    name = draws.choice(list(kinds))
    return {
        "name": name,
        "colour": draws.colour(kinds[name], value=0.15, tint=0.05),
        "cloudy": draws.uniform(0.6, 1.0) if name == "butterscotch" else draws.uniform(0.0, 0.6),
        "raw": draws.chance(raw),
        "roughness": draws.log_uniform(0.04, 0.2),
        "spread": draws.uniform(0.2, 0.7),
    }


def amber_material(values: Parameters) -> Any:
    """Return amber: glowing, with clouds, cracks like scales, and specks; raw lumps have a dull rind."""
    raw = values["raw"]
    shader = Shader("amber", roughness=0.6 if raw else values["roughness"], coat_weight=0.0 if raw else 0.4)
    place = _pattern(shader)
    colour = tuple(values["colour"])
    base = _shaded(shader, colour, values["spread"])
    cloud = shader.ramp(shader.streaks(place, (90.0, 130.0, 110.0)), (0.42, BLACK), (0.66, WHITE))
    base = shader.mix(base, (0.86, 0.60, 0.22), shader.scaled(cloud, 0.8 * values["cloudy"]))
    depth = shader.node("LayerWeight", {"Blend": 0.35}).outputs["Facing"]
    base = shader.mix(base, tuple(0.35 * c for c in colour), shader.scaled(depth, 0.7))
    specks = shader.ramp(shader.streaks(place, (800.0, 500.0, 900.0)), (0.68, BLACK), (0.72, WHITE))
    base = shader.mix(base, (0.05, 0.015, 0.004), shader.scaled(specks, 0.6))
    if raw:
        rind = shader.ramp(shader.noise(120.0, detail=6.0), (0.4, BLACK), (0.56, WHITE))
        base = shader.mix(base, (0.36, 0.20, 0.085), shader.scaled(rind, 0.85))
        shader.bump(shader.noise(500.0, detail=5.0), 0.0006)
    shader.set("Base Color", shader.mix(base, (0.06, 0.02, 0.008), shader.attribute("hole")))
    _soft(shader, 0.45, (1.0, 0.45, 0.1), 0.006)
    see_through(shader, 0.05 if raw else 0.28 * (1 - values["cloudy"]), colour)
    return shader.material


def draw_jade(draws: Draws) -> Parameters:
    """Draw the look of a lot of jade: apple to spinach green, lavender, mutton-fat white, brown veins."""
    kinds = {
        "apple": (0.13, 0.46, 0.16), "spinach": (0.035, 0.14, 0.06), "celadon": (0.42, 0.56, 0.40),
        "white": (0.72, 0.72, 0.62), "lavender": (0.56, 0.46, 0.60), "emerald": (0.02, 0.30, 0.09), "ice": (0.6, 0.72, 0.66),
    }  # fmt: skip
    name = draws.choice(list(kinds))
    return {
        "name": name,
        "colour": draws.colour(kinds[name], value=0.15, tint=0.06),
        "vein": draws.colour((0.06, 0.24, 0.09) if draws.chance(0.7) else (0.34, 0.16, 0.05), value=0.3),
        "veins": draws.uniform(0.15, 0.8),
        "roughness": draws.log_uniform(0.06, 0.25),
        "spread": draws.uniform(0.1, 0.35),
    }


def jade_material(values: Parameters) -> Any:
    """Return jade: greasy gloss, cloudy, streaked with veins of another green or brown."""
    shader = Shader("jade", roughness=values["roughness"], coat_weight=0.35, coat_roughness=0.08)
    place = _pattern(shader)
    base = _shaded(shader, tuple(values["colour"]), values["spread"])
    flow = shader.node(
        "TexNoise", {"Vector": place, "Scale": 42.0, "Detail": 5.0, "Distortion": 2.2}
    ).outputs[0]
    veins = shader.ramp(flow, (0.5, BLACK), (0.62, WHITE))
    base = shader.mix(base, tuple(values["vein"]), shader.scaled(veins, values["veins"]))
    pale = shader.ramp(shader.streaks(place, (60.0, 60.0, 60.0)), (0.5, BLACK), (0.72, WHITE))
    base = shader.mix(base, (0.72, 0.76, 0.68), shader.scaled(pale, 0.4))
    base = shader.mix(base, (0.02, 0.04, 0.02), shader.scaled(shader.recess(0.003), 0.4))
    shader.set("Base Color", shader.mix(base, (0.02, 0.03, 0.02), shader.attribute("hole")))
    _soft(shader, 0.35, (0.7, 1.0, 0.6), 0.004)
    return shader.material


def dyed_stone_material(values: Parameters) -> Any:
    """Return dyed howlite, magnesite or turquoise: one flat colour in a net of dark veins.

    Args:
        values: ``colour``, ``vein`` (colour), ``veins`` (0 to 1), ``roughness``, ``spread`` (between beads, 0 to 1).
    """
    shader = Shader("dyed stone", roughness=values["roughness"], coat_weight=0.25, coat_roughness=0.1)
    place = _pattern(shader)
    base = _shaded(shader, tuple(values["colour"]), values["spread"])
    blot = shader.ramp(shader.streaks(place, (120.0, 120.0, 120.0)), (0.35, (0.7, 0.7, 0.7)), (0.65, WHITE))
    base = shader.mix(base, blot, 0.6, "MULTIPLY")
    warp = shader.node("TexNoise", {"Vector": place, "Scale": 260.0, "Detail": 2.0}).outputs["Color"]
    bent = shader.node(
        "VectorMath", {0: warp, 1: (0.004, 0.004, 0.004), 2: place}, operation="MULTIPLY_ADD"
    ).outputs[0]
    cells = shader.node("TexVoronoi", {"Vector": bent, "Scale": 190.0}, feature="DISTANCE_TO_EDGE").outputs[
        "Distance"
    ]
    net = shader.ramp(cells, (0.015, WHITE), (0.075, BLACK))
    some = shader.ramp(shader.streaks(place, (150.0, 150.0, 150.0)), (0.4, BLACK), (0.55, WHITE))
    net = shader.mix(net, some, 1.0, "MULTIPLY")
    base = shader.mix(base, tuple(values["vein"]), shader.scaled(net, values["veins"]))
    shader.set("Base Color", shader.mix(base, (0.03, 0.03, 0.03), shader.attribute("hole")))
    return shader.material


def mixed_bead_material(values: Parameters) -> Any:
    """Return glass or plastic beads, each in one of several colours.

    Args:
        values: ``colours`` (2 to 6), ``clear`` (0 to 1, share of light that passes), ``stripes`` (0 to 1),
        ``roughness``.
    """
    shader = Shader("beads", roughness=values["roughness"], coat_weight=0.4, coat_roughness=0.03)
    node = shader.node("ValToRGB", {0: _each(shader)})
    node.color_ramp.interpolation = "CONSTANT"
    colours = values["colours"]
    while len(node.color_ramp.elements) < len(colours):
        node.color_ramp.elements.new(1.0)
    for number, colour in enumerate(colours):
        node.color_ramp.elements[number].position = number / len(colours)
        node.color_ramp.elements[number].color = (*colour, 1.0)
    bands = shader.node("TexWave", {"Vector": _pattern(shader), "Scale": 85.0, "Distortion": 1.0}).outputs[
        "Fac"
    ]
    stripe = shader.scaled(shader.ramp(bands, (0.6, BLACK), (0.68, WHITE)), values["stripes"])
    base = shader.mix(node.outputs[0], (0.85, 0.84, 0.8), stripe)
    shader.set("Base Color", shader.mix(base, (0.03, 0.03, 0.03), shader.attribute("hole")))
    _soft(shader, 0.25 * values["clear"], (1.0, 1.0, 1.0), 0.004)
    see_through(shader, 0.5 * values["clear"], WHITE)
    return shader.material


def resin_material(values: Parameters) -> Any:
    """Return cast resin: the same colour all over, false patina in the hollows, bubbles, satin shine.

    Args:
        values: ``colour``, ``patina`` (0 to 1), ``patina_colour``, ``bubbles`` (0 to 1), ``roughness``,
        ``swirl`` (0 to 1).
    """
    shader = Shader("resin", roughness=values["roughness"], coat_weight=0.15, coat_roughness=0.2)
    colour = tuple(values["colour"])
    swirl = shader.ramp(shader.noise(28.0, distortion=2.0), (0.4, BLACK), (0.6, WHITE))
    base = shader.mix(colour, tuple(0.78 * c for c in colour), shader.scaled(swirl, values["swirl"]))
    base = shader.mix(
        base, tuple(values["patina_colour"]), shader.scaled(shader.recess(0.006), values["patina"])
    )
    cells = shader.node("TexVoronoi", {"Vector": shader.place(), "Scale": 480.0})
    pits = shader.ramp(cells.outputs["Distance"], (0.10, WHITE), (0.16, BLACK))
    some = shader.ramp(shader.noise(60.0), (0.52, BLACK), (0.6, WHITE))
    pits = shader.scaled(shader.mix(pits, some, 1.0, "MULTIPLY"), values["bubbles"])
    base = shader.mix(base, tuple(0.35 * c for c in colour), pits)
    shader.set("Base Color", shader.mix(base, tuple(0.8 * c for c in colour), shader.attribute("seam")))
    _soft(shader, 0.12, (1.0, 0.8, 0.6), 0.003)
    shader.bump(pits, -0.0004)
    return shader.material


def casque_material(values: Parameters) -> Any:
    """Return hornbill casque: yellow inside and in front, under a red skin where the attribute ``red`` is 1.

    Args:
        values: ``yellow``, ``red`` (colours), ``roughness``, ``age`` (0 to 1); the attribute ``bone`` is skull.
    """
    shader = Shader("casque", roughness=values["roughness"], coat_weight=values["gloss"], coat_roughness=0.07)
    place = _pattern(shader)
    layers = shader.ramp(
        shader.streaks(place, (60.0, 25.0, 260.0)), (0.32, (0.72, 0.58, 0.42)), (0.62, WHITE)
    )
    yellow = shader.mix(tuple(values["yellow"]), layers, 0.55, "MULTIPLY")
    ripple = shader.node(
        "Math", {0: shader.streaks(place, (90.0, 90.0, 90.0)), 1: 0.5}, operation="SUBTRACT"
    ).outputs[0]
    edge = shader.node(
        "Math", {0: shader.attribute("red"), 1: shader.scaled(ripple, 0.5)}, operation="ADD"
    ).outputs[0]
    skin = shader.mix(
        tuple(values["red"]), tuple(0.45 * c for c in values["red"]), shader.noise(75.0, detail=4.0)
    )
    through = shader.ramp(edge, (0.36, BLACK), (0.48, (0.45, 0.45, 0.45)), (0.62, WHITE))
    base = shader.mix(yellow, skin, through)
    bone = shader.ramp(
        shader.noise(130.0, detail=6.0), (0.35, (0.34, 0.22, 0.11)), (0.65, (0.66, 0.54, 0.36))
    )
    base = shader.mix(base, bone, shader.attribute("bone"))
    base = shader.mix(
        base, (0.05, 0.02, 0.01), shader.scaled(shader.recess(0.005), 0.35 + 0.5 * values["age"])
    )
    base = shader.mix(base, (0.03, 0.012, 0.008), shader.attribute("hole"))
    grime = shader.ramp(shader.noise(50.0, detail=6.0), (0.5, BLACK), (0.7, WHITE))
    shader.set("Base Color", shader.mix(base, (0.16, 0.08, 0.03), shader.scaled(grime, 0.5 * values["age"])))
    _soft(shader, 0.12, (1.0, 0.5, 0.15), 0.002)
    shader.bump(shader.streaks(place, (300.0, 60.0, 300.0)), 0.0002)
    return shader.material


def metal_material(name: str) -> Any:
    """Return gold, silver or brass."""
    colours = {"gold": (0.90, 0.58, 0.18), "silver": (0.75, 0.74, 0.71), "brass": (0.62, 0.42, 0.16)}
    return glossy_material(name, colours[name], 0.24, metal=1.0)


def thread_material(colour: Colour) -> Any:
    """Return the thread of a string of beads."""
    return glossy_material("thread", colour, 0.8)


def _pattern(shader: Shader) -> Any:
    """Return pattern coordinates, moved elsewhere in each copy of an object."""
    place = shader.node("Attribute", attribute_name=PATTERN).outputs["Vector"]
    chance = shader.scaled(shader.node("ObjectInfo").outputs["Random"], 3.0)
    moved = shader.node("CombineXYZ", {0: chance, 1: chance, 2: 0.0}).outputs[0]
    return shader.node("VectorMath", {0: place, 1: moved}, operation="ADD").outputs[0]


def _each(shader: Shader) -> Any:
    """Return a number, 0 to 1, of each bead and each copy."""
    chance = shader.node("ObjectInfo").outputs["Random"]
    total = shader.node("Math", {0: shader.attribute("tone"), 1: chance}, operation="ADD").outputs[0]
    return shader.node("Math", {0: total}, operation="FRACT").outputs[0]


def _shaded(shader: Shader, colour: Colour, spread: float) -> Any:
    """Return a colour, somewhat darker or lighter in each bead."""
    red, green, blue = colour
    dark = (red * (1 - 0.6 * spread), green * (1 - 0.75 * spread), blue * (1 - 0.7 * spread))
    light = tuple(min(1.0, c * (1 + 0.45 * spread) + 0.04 * spread) for c in colour)
    return shader.ramp(_each(shader), (0.0, dark), (0.5, colour), (1.0, light))


def _soft(shader: Shader, weight: float, radius: Colour, scale: float) -> None:
    shader.set("Subsurface Weight", weight)
    shader.set("Subsurface Radius", radius)
    shader.set("Subsurface Scale", scale)
