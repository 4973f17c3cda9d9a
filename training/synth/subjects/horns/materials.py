"""What horns are made of: fibrous rhino keratin, glossy bovine horn, waxy saiga horn, antler bone.

The materials read the marks of `training.synth.subjects.horns.bodies.Body`.
"""

from __future__ import annotations

from typing import Any

from training.synth.kit.colours import WHITE, Colour, shaded
from training.synth.kit.draws import Parameters
from training.synth.kit.shader import Look

_BLACK: Colour = (0.0, 0.0, 0.0)


def rhino_material(tones: Parameters) -> Any:
    """Return rhino horn: striated skin, frayed pale base, polished tip; cuts show a dark core in an amber rim.

    Args:
        tones: ``skin``, ``base``, ``worn``, ``tip``, ``rim`` and ``core`` are linear RGB; ``wear``,
        ``polish``, ``dust``
            and ``core_size`` are 0 to 1.
    """
    look = Look("rhino horn")
    grain = _grain(look)
    along, skirt, cut = (look.attribute(name) for name in ("along", "skirt", "cut"))
    skin = look.ramp(
        along,
        (0.0, tuple(tones["base"])),
        (0.16, _between(tones["base"], tones["skin"], 0.65)),
        (0.38, tuple(tones["skin"])),
        (0.72, _between(tones["skin"], tones["tip"], 0.6)),
        (0.95, tuple(tones["tip"])),
    )
    patches = look.streaks(grain, (9.0, 1.7, 1.7))
    worn = look.ramp(patches, (0.62 - 0.3 * tones["wear"], _BLACK), (0.80 - 0.25 * tones["wear"], WHITE))
    skin = look.mix(skin, tuple(tones["worn"]), look.scaled(worn, 0.25 + 0.6 * tones["wear"]))
    fibres = look.streaks(grain, (7.0, 16.0, 16.0))
    skin = look.mix(
        skin, look.ramp(fibres, (0.33, (0.38, 0.35, 0.33)), (0.64, (1.3, 1.27, 1.2))), 0.85, "MULTIPLY"
    )
    skin = look.mix(skin, shaded(tones["base"], 1.15), look.scaled(skirt, 0.75))
    fine = look.streaks(grain, (14.0, 55.0, 55.0))
    skin = look.mix(skin, look.ramp(fine, (0.35, (0.55, 0.52, 0.5)), (0.6, WHITE)), 0.7, "MULTIPLY")
    dust = look.ramp(look.noise(22.0, detail=5.0), (0.52, _BLACK), (0.75, WHITE))
    skin = look.mix(skin, (0.24, 0.18, 0.12), look.scaled(dust, 0.5 * tones["dust"]))
    pits = look.ramp(look.noise(190.0, detail=4.0), (0.38, (0.22, 0.19, 0.16)), (0.58, (1.15, 1.1, 1.0)))
    sole = look.mix(shaded(tones["base"], 1.35), pits, 0.8, "MULTIPLY")
    skin = look.mix(skin, sole, look.attribute("sole"))
    colour = look.mix(skin, _cut_keratin(look, grain, tones), cut)
    _dress(look, colour, 0.12)
    shine = 0.72 - 0.3 * tones["polish"]
    sheen = look.ramp(along, (0.1, (0.8, 0.8, 0.8)), (0.85, (shine - 0.12,) * 3))
    look.set("Roughness", look.mix(sheen, (0.5 - 0.25 * tones["polish"],) * 3, cut))
    look.set("Subsurface Weight", look.scaled(cut, 0.5))
    look.set("Subsurface Radius", (1.0, 0.45, 0.15))
    look.set("Subsurface Scale", 0.005)
    look.bump(fibres, 0.0022)
    look.bump(fine, 0.0007)
    return look.material


def carved_material(tones: Parameters) -> Any:
    """Return polished rhino horn: honey to dark brown, translucent, fine fibres, dark recesses.

    Args:
        tones: ``rim`` (the pale keratin) and ``core`` (the dark) are linear RGB; ``core_size`` and ``polish``
        are 0 to 1.
    """
    look = Look("carved rhino horn", coat_weight=0.25 + 0.4 * tones["polish"], coat_roughness=0.12)
    grain = _grain(look)
    look.set("Subsurface Weight", 0.6)
    look.set("Subsurface Radius", (1.0, 0.4, 0.12))
    look.set("Subsurface Scale", 0.007)
    look.set("Roughness", 0.4 - 0.24 * tones["polish"])
    colour = _cut_keratin(look, grain, tones)
    dark = look.attribute("dark")
    colour = look.mix(colour, shaded(tones["core"], 1.2), look.scaled(dark, 0.85))
    hollows = look.recess(0.012)
    colour = look.mix(colour, shaded(tones["core"], 0.5), look.scaled(hollows, 0.75))
    _dress(look, colour, 0.15)
    look.bump(look.streaks(grain, (30.0, 40.0, 40.0)), 0.0001)
    return look.material


def _cut_keratin(look: Look, grain: Any, tones: Parameters) -> Any:
    """Return the inside of rhino horn: dark core, amber rim, dots of filaments across and lines along."""
    flat = look.node("VectorMath", {0: grain, 1: (0.0, 1.0, 1.0)}, operation="MULTIPLY").outputs[0]
    radius = look.node("VectorMath", {0: flat}, operation="LENGTH").outputs["Value"]
    cloud = look.streaks(grain, (6.0, 3.5, 3.5))
    wobble = look.node("Math", {0: cloud, 1: 0.9, 2: radius}, operation="MULTIPLY_ADD").outputs[0]
    core, rim = tuple(tones["core"]), tuple(tones["rim"])
    edge = 0.40 + 0.18 * tones["core_size"]
    colour = look.ramp(
        look.scaled(wobble, 0.6),
        (edge, core),
        (edge + 0.09, _between(core, rim, 0.22)),
        (edge + 0.20, _between(core, rim, 0.75)),
        (0.84, rim),
        (0.92, shaded(rim, 0.45)),
    )
    lines = look.streaks(grain, (9.0, 70.0, 70.0))
    dots = look.ramp(lines, (0.36, (0.40, 0.36, 0.33)), (0.58, (1.15, 1.12, 1.06)))
    return look.mix(colour, dots, 0.85, "MULTIPLY")


def bovine_material(tones: Parameters) -> Any:
    """Return cattle or buffalo horn: two-coloured along its length, streaked, glossy where polished.

    Args:
        tones: ``base``, ``body``, ``tip`` and ``inside`` are linear RGB; ``split`` is where the tip colour starts,
            0 to 1 of the length; ``ragged`` how uneven that border is; ``polish`` 0 to 1.
    """
    polish = tones["polish"]
    look = Look("bovine horn", coat_weight=0.75 * polish, coat_roughness=0.06, roughness=0.6 - 0.38 * polish)
    grain = _grain(look)
    look.set("Subsurface Weight", 0.12)
    look.set("Subsurface Radius", (1.0, 0.6, 0.3))
    look.set("Subsurface Scale", 0.003)
    clouds = look.streaks(grain, (9.0, 1.6, 1.6))
    along = look.node(
        "Math", {0: clouds, 1: tones["ragged"], 2: look.attribute("along")}, operation="MULTIPLY_ADD"
    ).outputs[0]
    split = 0.5 * tones["ragged"] + tones["split"]
    colour = look.ramp(
        look.scaled(along, 0.6),
        (0.0, tuple(tones["base"])),
        (0.6 * (0.35 * tones["split"] + 0.5 * tones["ragged"]), tuple(tones["body"])),
        (0.6 * (split - 0.05), _between(tones["body"], tones["tip"], 0.15)),
        (0.6 * (split + 0.16), tuple(tones["tip"])),
    )
    pale = look.ramp(look.streaks(grain, (4.0, 2.6, 2.6)), (0.54, _BLACK), (0.74, WHITE))
    colour = look.mix(colour, (0.20, 0.145, 0.085), look.scaled(pale, 0.55))
    streaks = look.streaks(grain, (5.0, 7.0, 7.0))
    colour = look.mix(colour, look.ramp(streaks, (0.3, (0.5, 0.45, 0.4)), (0.62, WHITE)), 0.7, "MULTIPLY")
    flakes = look.streaks(grain, (60.0, 9.0, 9.0))
    colour = look.mix(
        colour,
        (0.26, 0.2, 0.13),
        look.scaled(look.ramp(flakes, (0.6, _BLACK), (0.72, WHITE)), 0.5 - 0.45 * polish),
    )
    inside = look.mix(tuple(tones["inside"]), (0.3, 0.25, 0.2), look.noise(60.0, detail=5.0), "MULTIPLY")
    colour = look.mix(colour, inside, look.attribute("inside"))
    _dress(look, colour, 0.25)
    look.bump(streaks, 0.0006 * (1.2 - polish))
    look.bump(flakes, 0.0008 * (1.05 - polish))
    return look.material


def streaked_material(tones: Parameters) -> Any:
    """Return worked horn plate: drifting streaks of two colours, polished.

    Args:
        tones: ``body`` and ``tip`` are the colours, linear RGB; ``split`` is the share of the dark, 0 to 1.
    """
    look = Look("horn plate", roughness=0.22, coat_weight=0.6, coat_roughness=0.05)
    look.set("Subsurface Weight", 0.2)
    look.set("Subsurface Radius", (1.0, 0.55, 0.25))
    look.set("Subsurface Scale", 0.003)
    place = look.node("VectorMath", {0: _grain(look)}, operation="ADD")
    lot = look.node("ObjectInfo").outputs["Random"]
    look.fill(
        place.inputs[1],
        look.node("CombineXYZ", {0: look.scaled(lot, 31.0), 1: look.scaled(lot, 17.0)}).outputs[0],
    )
    clouds = look.streaks(place.outputs[0], (12.0, 30.0, 30.0))
    lot_shift = look.node("Math", {0: lot, 1: 0.28, 2: clouds}, operation="MULTIPLY_ADD").outputs[0]
    dark = 0.45 + 0.3 * tones["split"]
    colour = look.ramp(
        lot_shift,
        (dark - 0.12, tuple(tones["tip"])),
        (dark, _between(tones["body"], tones["tip"], 0.55)),
        (dark + 0.1, tuple(tones["body"])),
        (min(dark + 0.3, 0.99), shaded(tones["body"], 1.2)),
    )
    fine = look.streaks(place.outputs[0], (30.0, 260.0, 260.0))
    look.set(
        "Base Color",
        look.mix(colour, look.ramp(fine, (0.3, (0.7, 0.66, 0.6)), (0.6, WHITE)), 0.5, "MULTIPLY"),
    )
    return look.material


def saiga_material(tones: Parameters) -> Any:
    """Return saiga horn: waxy, translucent, pale amber; darker between rings and at the base.

    Args:
        tones: ``base``, ``body`` and ``tip`` are linear RGB; ``dirt`` and ``polish`` are 0 to 1.
    """
    look = Look("saiga horn", coat_weight=0.15 + 0.4 * tones["polish"], coat_roughness=0.2)
    grain = _grain(look)
    look.set("Roughness", 0.5 - 0.2 * tones["polish"])
    look.set("Subsurface Weight", 0.55)
    look.set("Subsurface Radius", (1.0, 0.5, 0.2))
    look.set("Subsurface Scale", 0.006)
    along = look.attribute("along")
    colour = look.ramp(
        along,
        (0.0, tuple(tones["base"])),
        (0.25, tuple(tones["body"])),
        (0.75, shaded(tones["body"], 1.05)),
        (1.0, tuple(tones["tip"])),
    )
    veins = look.streaks(grain, (9.0, 4.0, 4.0))
    colour = look.mix(colour, look.ramp(veins, (0.32, (0.5, 0.38, 0.25)), (0.6, WHITE)), 0.65, "MULTIPLY")
    fine = look.streaks(grain, (12.0, 26.0, 26.0))
    colour = look.mix(colour, look.ramp(fine, (0.35, (0.68, 0.6, 0.5)), (0.6, WHITE)), 0.5, "MULTIPLY")
    valley = look.attribute("valley")
    colour = look.mix(colour, (0.11, 0.06, 0.025), look.scaled(valley, 0.3 + 0.5 * tones["dirt"]))
    bone = look.ramp(look.noise(420.0, detail=4.0), (0.35, (0.25, 0.18, 0.1)), (0.6, (0.62, 0.55, 0.42)))
    colour = look.mix(colour, bone, look.attribute("bone"))
    _dress(look, colour, 0.2)
    look.bump(fine, 0.0004)
    return look.material


def antler_material(tones: Parameters) -> Any:
    """Return antler: brown in the grooves and at the burr, pale on ridges and tips; cut ends pale with pores.

    Args:
        tones: ``body``, ``groove`` and ``tip`` are linear RGB; ``weathered`` is 0 to 1.
    """
    look = Look("antler", roughness=0.55)
    grain = _grain(look)
    tip, cut = look.attribute("tip"), look.attribute("cut")
    body, groove = tuple(tones["body"]), tuple(tones["groove"])
    clouds = look.noise(9.0, detail=5.0)
    colour = look.ramp(clouds, (0.3, _between(tones["body"], tones["groove"], 0.55)), (0.7, body))
    grooves = look.streaks(grain, (14.0, 130.0, 130.0))
    colour = look.mix(colour, groove, look.scaled(look.ramp(grooves, (0.36, WHITE), (0.56, _BLACK)), 0.85))
    colour = look.mix(colour, groove, look.scaled(look.recess(0.006), 0.7))
    colour = look.mix(colour, groove, look.scaled(look.attribute("burr"), 0.55))
    shine = look.ramp(tip, (0.45, _BLACK), (0.95, WHITE))
    colour = look.mix(colour, tuple(tones["tip"]), look.scaled(shine, 0.85))
    grey = look.ramp(look.noise(14.0, detail=6.0), (0.45, _BLACK), (0.7, WHITE))
    colour = look.mix(colour, (0.46, 0.44, 0.38), look.scaled(grey, 0.8 * tones["weathered"]))
    colour = look.mix(colour, _pores(look), cut)
    _dress(look, colour, 0.15)
    look.set("Roughness", look.ramp(tip, (0.4, (0.65, 0.65, 0.65)), (1.0, (0.32, 0.32, 0.32))))
    look.bump(grooves, 0.0025)
    look.bump(look.noise(260.0, detail=3.0), 0.0007)
    return look.material


def _pores(look: Look) -> Any:
    """Return sawn antler: a pale dense rim about a brownish spongy middle."""
    grain = _grain(look)
    flat = look.node("VectorMath", {0: grain, 1: (0.0, 1.0, 1.0)}, operation="MULTIPLY").outputs[0]
    radius = look.node("VectorMath", {0: flat}, operation="LENGTH").outputs["Value"]
    holes = look.ramp(look.noise(650.0, detail=3.0), (0.42, (0.12, 0.07, 0.035)), (0.56, (0.5, 0.4, 0.27)))
    middle = look.ramp(radius, (0.55, WHITE), (0.75, _BLACK))
    return look.mix((0.72, 0.64, 0.48), holes, middle)


def _grain(look: Look) -> Any:
    return look.node("Attribute", attribute_name="grain").outputs["Vector"]


def _dress(look: Look, colour: Any, reach: float) -> None:
    """Set the surface colour, darker by up to ``reach`` in some copies of a piece than in others."""
    share = look.scaled(look.node("ObjectInfo").outputs["Random"], reach)
    look.set("Base Color", look.mix(colour, _BLACK, share))


def _between(a: Any, b: Any, share: float) -> Colour:
    red, green, blue = (x + (y - x) * share for x, y in zip(a, b, strict=True))
    return red, green, blue
