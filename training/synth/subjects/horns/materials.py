"""What horns are made of: fibrous rhino keratin, glossy bovine horn, waxy saiga horn, antler bone.

The materials read the marks of `training.synth.subjects.horns.bodies.Body`.
"""

from __future__ import annotations

from typing import Any

from training.synth.kit.colours import WHITE, Colour, shaded
from training.synth.kit.draws import Parameters
from training.synth.kit.shader import Shader

_BLACK: Colour = (0.0, 0.0, 0.0)


def rhino_material(tones: Parameters) -> Any:
    """Return rhino horn: striated skin, frayed pale base, polished tip; cuts show a dark core in an amber rim.

    Args:
        tones: ``skin``, ``base``, ``worn``, ``tip``, ``rim`` and ``core`` are linear RGB; ``wear``,
        ``polish``, ``dust``
            and ``core_size`` are 0 to 1.
    """
    shader = Shader("rhino horn")
    grain = _grain(shader)
    along, skirt, cut = (shader.attribute(name) for name in ("along", "skirt", "cut"))
    skin = shader.ramp(
        along,
        (0.0, tuple(tones["base"])),
        (0.16, _between(tones["base"], tones["skin"], 0.65)),
        (0.38, tuple(tones["skin"])),
        (0.72, _between(tones["skin"], tones["tip"], 0.6)),
        (0.95, tuple(tones["tip"])),
    )
    patches = shader.streaks(grain, (9.0, 1.7, 1.7))
    worn = shader.ramp(patches, (0.62 - 0.3 * tones["wear"], _BLACK), (0.80 - 0.25 * tones["wear"], WHITE))
    skin = shader.mix(skin, tuple(tones["worn"]), shader.scaled(worn, 0.25 + 0.6 * tones["wear"]))
    fibres = shader.streaks(grain, (7.0, 16.0, 16.0))
    skin = shader.mix(
        skin, shader.ramp(fibres, (0.33, (0.38, 0.35, 0.33)), (0.64, (1.3, 1.27, 1.2))), 0.85, "MULTIPLY"
    )
    skin = shader.mix(skin, shaded(tones["base"], 1.15), shader.scaled(skirt, 0.75))
    fine = shader.streaks(grain, (14.0, 55.0, 55.0))
    skin = shader.mix(skin, shader.ramp(fine, (0.35, (0.55, 0.52, 0.5)), (0.6, WHITE)), 0.7, "MULTIPLY")
    dust = shader.ramp(shader.noise(22.0, detail=5.0), (0.52, _BLACK), (0.75, WHITE))
    skin = shader.mix(skin, (0.24, 0.18, 0.12), shader.scaled(dust, 0.5 * tones["dust"]))
    pits = shader.ramp(shader.noise(190.0, detail=4.0), (0.38, (0.22, 0.19, 0.16)), (0.58, (1.15, 1.1, 1.0)))
    sole = shader.mix(shaded(tones["base"], 1.35), pits, 0.8, "MULTIPLY")
    skin = shader.mix(skin, sole, shader.attribute("sole"))
    colour = shader.mix(skin, _cut_keratin(shader, grain, tones), cut)
    _dress(shader, colour, 0.12)
    shine = 0.72 - 0.3 * tones["polish"]
    sheen = shader.ramp(along, (0.1, (0.8, 0.8, 0.8)), (0.85, (shine - 0.12,) * 3))
    shader.set("Roughness", shader.mix(sheen, (0.5 - 0.25 * tones["polish"],) * 3, cut))
    shader.set("Subsurface Weight", shader.scaled(cut, 0.5))
    shader.set("Subsurface Radius", (1.0, 0.45, 0.15))
    shader.set("Subsurface Scale", 0.005)
    shader.bump(fibres, 0.0022)
    shader.bump(fine, 0.0007)
    return shader.material


def carved_material(tones: Parameters) -> Any:
    """Return polished rhino horn: honey to dark brown, translucent, fine fibres, dark recesses.

    Args:
        tones: ``rim`` (the pale keratin) and ``core`` (the dark) are linear RGB; ``core_size`` and ``polish``
        are 0 to 1.
    """
    shader = Shader("carved rhino horn", coat_weight=0.25 + 0.4 * tones["polish"], coat_roughness=0.12)
    grain = _grain(shader)
    shader.set("Subsurface Weight", 0.6)
    shader.set("Subsurface Radius", (1.0, 0.4, 0.12))
    shader.set("Subsurface Scale", 0.007)
    shader.set("Roughness", 0.4 - 0.24 * tones["polish"])
    colour = _cut_keratin(shader, grain, tones)
    dark = shader.attribute("dark")
    colour = shader.mix(colour, shaded(tones["core"], 1.2), shader.scaled(dark, 0.85))
    hollows = shader.recess(0.012)
    colour = shader.mix(colour, shaded(tones["core"], 0.5), shader.scaled(hollows, 0.75))
    _dress(shader, colour, 0.15)
    shader.bump(shader.streaks(grain, (30.0, 40.0, 40.0)), 0.0001)
    return shader.material


def _cut_keratin(shader: Shader, grain: Any, tones: Parameters) -> Any:
    """Return the inside of rhino horn: dark core, amber rim, dots of filaments across and lines along."""
    flat = shader.node("VectorMath", {0: grain, 1: (0.0, 1.0, 1.0)}, operation="MULTIPLY").outputs[0]
    radius = shader.node("VectorMath", {0: flat}, operation="LENGTH").outputs["Value"]
    cloud = shader.streaks(grain, (6.0, 3.5, 3.5))
    wobble = shader.node("Math", {0: cloud, 1: 0.9, 2: radius}, operation="MULTIPLY_ADD").outputs[0]
    core, rim = tuple(tones["core"]), tuple(tones["rim"])
    edge = 0.40 + 0.18 * tones["core_size"]
    colour = shader.ramp(
        shader.scaled(wobble, 0.6),
        (edge, core),
        (edge + 0.09, _between(core, rim, 0.22)),
        (edge + 0.20, _between(core, rim, 0.75)),
        (0.84, rim),
        (0.92, shaded(rim, 0.45)),
    )
    lines = shader.streaks(grain, (9.0, 70.0, 70.0))
    dots = shader.ramp(lines, (0.36, (0.40, 0.36, 0.33)), (0.58, (1.15, 1.12, 1.06)))
    return shader.mix(colour, dots, 0.85, "MULTIPLY")


def bovine_material(tones: Parameters) -> Any:
    """Return cattle or buffalo horn: two-coloured along its length, streaked, glossy where polished.

    Args:
        tones: ``base``, ``body``, ``tip`` and ``inside`` are linear RGB; ``split`` is where the tip colour starts,
            0 to 1 of the length; ``ragged`` how uneven that border is; ``polish`` 0 to 1.
    """
    polish = tones["polish"]
    shader = Shader(
        "bovine horn", coat_weight=0.75 * polish, coat_roughness=0.06, roughness=0.6 - 0.38 * polish
    )
    grain = _grain(shader)
    shader.set("Subsurface Weight", 0.12)
    shader.set("Subsurface Radius", (1.0, 0.6, 0.3))
    shader.set("Subsurface Scale", 0.003)
    clouds = shader.streaks(grain, (9.0, 1.6, 1.6))
    along = shader.node(
        "Math", {0: clouds, 1: tones["ragged"], 2: shader.attribute("along")}, operation="MULTIPLY_ADD"
    ).outputs[0]
    split = 0.5 * tones["ragged"] + tones["split"]
    colour = shader.ramp(
        shader.scaled(along, 0.6),
        (0.0, tuple(tones["base"])),
        (0.6 * (0.35 * tones["split"] + 0.5 * tones["ragged"]), tuple(tones["body"])),
        (0.6 * (split - 0.05), _between(tones["body"], tones["tip"], 0.15)),
        (0.6 * (split + 0.16), tuple(tones["tip"])),
    )
    pale = shader.ramp(shader.streaks(grain, (4.0, 2.6, 2.6)), (0.54, _BLACK), (0.74, WHITE))
    colour = shader.mix(colour, (0.20, 0.145, 0.085), shader.scaled(pale, 0.55))
    streaks = shader.streaks(grain, (5.0, 7.0, 7.0))
    colour = shader.mix(colour, shader.ramp(streaks, (0.3, (0.5, 0.45, 0.4)), (0.62, WHITE)), 0.7, "MULTIPLY")
    flakes = shader.streaks(grain, (60.0, 9.0, 9.0))
    colour = shader.mix(
        colour,
        (0.26, 0.2, 0.13),
        shader.scaled(shader.ramp(flakes, (0.6, _BLACK), (0.72, WHITE)), 0.5 - 0.45 * polish),
    )
    inside = shader.mix(tuple(tones["inside"]), (0.3, 0.25, 0.2), shader.noise(60.0, detail=5.0), "MULTIPLY")
    colour = shader.mix(colour, inside, shader.attribute("inside"))
    _dress(shader, colour, 0.25)
    shader.bump(streaks, 0.0006 * (1.2 - polish))
    shader.bump(flakes, 0.0008 * (1.05 - polish))
    return shader.material


def streaked_material(tones: Parameters) -> Any:
    """Return worked horn plate: drifting streaks of two colours, polished.

    Args:
        tones: ``body`` and ``tip`` are the colours, linear RGB; ``split`` is the share of the dark, 0 to 1.
    """
    shader = Shader("horn plate", roughness=0.22, coat_weight=0.6, coat_roughness=0.05)
    shader.set("Subsurface Weight", 0.2)
    shader.set("Subsurface Radius", (1.0, 0.55, 0.25))
    shader.set("Subsurface Scale", 0.003)
    place = shader.node("VectorMath", {0: _grain(shader)}, operation="ADD")
    lot = shader.node("ObjectInfo").outputs["Random"]
    shader.fill(
        place.inputs[1],
        shader.node("CombineXYZ", {0: shader.scaled(lot, 31.0), 1: shader.scaled(lot, 17.0)}).outputs[0],
    )
    clouds = shader.streaks(place.outputs[0], (12.0, 30.0, 30.0))
    lot_shift = shader.node("Math", {0: lot, 1: 0.28, 2: clouds}, operation="MULTIPLY_ADD").outputs[0]
    dark = 0.45 + 0.3 * tones["split"]
    colour = shader.ramp(
        lot_shift,
        (dark - 0.12, tuple(tones["tip"])),
        (dark, _between(tones["body"], tones["tip"], 0.55)),
        (dark + 0.1, tuple(tones["body"])),
        (min(dark + 0.3, 0.99), shaded(tones["body"], 1.2)),
    )
    fine = shader.streaks(place.outputs[0], (30.0, 260.0, 260.0))
    shader.set(
        "Base Color",
        shader.mix(colour, shader.ramp(fine, (0.3, (0.7, 0.66, 0.6)), (0.6, WHITE)), 0.5, "MULTIPLY"),
    )
    return shader.material


def saiga_material(tones: Parameters) -> Any:
    """Return saiga horn: waxy, translucent, pale amber; darker between rings and at the base.

    Args:
        tones: ``base``, ``body`` and ``tip`` are linear RGB; ``dirt`` and ``polish`` are 0 to 1.
    """
    shader = Shader("saiga horn", coat_weight=0.15 + 0.4 * tones["polish"], coat_roughness=0.2)
    grain = _grain(shader)
    shader.set("Roughness", 0.5 - 0.2 * tones["polish"])
    shader.set("Subsurface Weight", 0.55)
    shader.set("Subsurface Radius", (1.0, 0.5, 0.2))
    shader.set("Subsurface Scale", 0.006)
    along = shader.attribute("along")
    colour = shader.ramp(
        along,
        (0.0, tuple(tones["base"])),
        (0.25, tuple(tones["body"])),
        (0.75, shaded(tones["body"], 1.05)),
        (1.0, tuple(tones["tip"])),
    )
    veins = shader.streaks(grain, (9.0, 4.0, 4.0))
    colour = shader.mix(colour, shader.ramp(veins, (0.32, (0.5, 0.38, 0.25)), (0.6, WHITE)), 0.65, "MULTIPLY")
    fine = shader.streaks(grain, (12.0, 26.0, 26.0))
    colour = shader.mix(colour, shader.ramp(fine, (0.35, (0.68, 0.6, 0.5)), (0.6, WHITE)), 0.5, "MULTIPLY")
    valley = shader.attribute("valley")
    colour = shader.mix(colour, (0.11, 0.06, 0.025), shader.scaled(valley, 0.3 + 0.5 * tones["dirt"]))
    bone = shader.ramp(shader.noise(420.0, detail=4.0), (0.35, (0.25, 0.18, 0.1)), (0.6, (0.62, 0.55, 0.42)))
    colour = shader.mix(colour, bone, shader.attribute("bone"))
    _dress(shader, colour, 0.2)
    shader.bump(fine, 0.0004)
    return shader.material


def antler_material(tones: Parameters) -> Any:
    """Return antler: brown in the grooves and at the burr, pale on ridges and tips; cut ends pale with pores.

    Args:
        tones: ``body``, ``groove`` and ``tip`` are linear RGB; ``weathered`` is 0 to 1.
    """
    shader = Shader("antler", roughness=0.55)
    grain = _grain(shader)
    tip, cut = shader.attribute("tip"), shader.attribute("cut")
    body, groove = tuple(tones["body"]), tuple(tones["groove"])
    clouds = shader.noise(9.0, detail=5.0)
    colour = shader.ramp(clouds, (0.3, _between(tones["body"], tones["groove"], 0.55)), (0.7, body))
    grooves = shader.streaks(grain, (14.0, 130.0, 130.0))
    colour = shader.mix(
        colour, groove, shader.scaled(shader.ramp(grooves, (0.36, WHITE), (0.56, _BLACK)), 0.85)
    )
    colour = shader.mix(colour, groove, shader.scaled(shader.recess(0.006), 0.7))
    colour = shader.mix(colour, groove, shader.scaled(shader.attribute("burr"), 0.55))
    shine = shader.ramp(tip, (0.45, _BLACK), (0.95, WHITE))
    colour = shader.mix(colour, tuple(tones["tip"]), shader.scaled(shine, 0.85))
    grey = shader.ramp(shader.noise(14.0, detail=6.0), (0.45, _BLACK), (0.7, WHITE))
    colour = shader.mix(colour, (0.46, 0.44, 0.38), shader.scaled(grey, 0.8 * tones["weathered"]))
    colour = shader.mix(colour, _pores(shader), cut)
    _dress(shader, colour, 0.15)
    shader.set("Roughness", shader.ramp(tip, (0.4, (0.65, 0.65, 0.65)), (1.0, (0.32, 0.32, 0.32))))
    shader.bump(grooves, 0.0025)
    shader.bump(shader.noise(260.0, detail=3.0), 0.0007)
    return shader.material


def _pores(shader: Shader) -> Any:
    """Return sawn antler: a pale dense rim about a brownish spongy middle."""
    grain = _grain(shader)
    flat = shader.node("VectorMath", {0: grain, 1: (0.0, 1.0, 1.0)}, operation="MULTIPLY").outputs[0]
    radius = shader.node("VectorMath", {0: flat}, operation="LENGTH").outputs["Value"]
    holes = shader.ramp(
        shader.noise(650.0, detail=3.0), (0.42, (0.12, 0.07, 0.035)), (0.56, (0.5, 0.4, 0.27))
    )
    middle = shader.ramp(radius, (0.55, WHITE), (0.75, _BLACK))
    return shader.mix((0.72, 0.64, 0.48), holes, middle)


def _grain(shader: Shader) -> Any:
    return shader.node("Attribute", attribute_name="grain").outputs["Vector"]


def _dress(shader: Shader, colour: Any, reach: float) -> None:
    """Set the surface colour, darker by up to ``reach`` in some copies of a piece than in others."""
    share = shader.scaled(shader.node("ObjectInfo").outputs["Random"], reach)
    shader.set("Base Color", shader.mix(colour, _BLACK, share))


def _between(a: Any, b: Any, share: float) -> Colour:
    red, green, blue = (x + (y - x) * share for x, y in zip(a, b, strict=True))
    return red, green, blue
