"""Enamel, roots, claw horn, and the plain stuff of their look-alikes; colours are linear RGB."""

from __future__ import annotations

from training.synth.kit.colours import WHITE, shaded
from training.synth.kit.draws import Parameters
from training.synth.kit.fur import grey
from training.synth.kit.shader import Look

ALONG = "along"
"""Point attribute: 0 at the root to 1 at the tip."""


def tooth_look(tones: Parameters, *, neck: float = 0.6) -> Look:
    """Return a tooth: a matt, stained root with fine cracks, and a glossy crown.

    Args:
        tones: ``root``, ``crown`` and ``stain`` are colours; ``age`` is 0 to 1.
        neck: Where the crown begins, 0 to 1 of the length.
    """
    look = Look("tooth")
    along = look.attribute(ALONG)
    ragged = look.noise(160.0, detail=3.0)
    edge = look.node("Math", {0: along, 1: look.scaled(ragged, 0.10)}, operation="ADD").outputs[0]
    root, crown, stain = (shaded(tones[key]) for key in ("root", "crown", "stain"))
    base = look.ramp(
        edge,
        (0.0, shaded(root, 0.7)),
        (0.25, root),
        (neck + 0.02, shaded(root, 0.9)),
        (neck + 0.08, shaded(crown, 0.92)),
        (1.0, crown),
    )
    cloud = look.ramp(
        look.noise(90.0, detail=5.0), (0.35, grey(0.0)), (0.75, grey(0.35 + 0.45 * tones["age"]))
    )
    base = look.mix(base, stain, cloud)
    fine = look.noise(700.0, detail=4.0)
    base = look.mix(base, look.ramp(fine, (0.3, (0.78, 0.72, 0.62)), (0.6, WHITE)), 0.6, "MULTIPLY")
    cracks = look.cracks(120.0, (0.25, 1.0, 1.0), width=0.03, share=0.25 + 0.5 * tones["age"])
    base = look.mix(base, shaded(stain, 0.25), look.scaled(cracks, 0.8))
    own = look.ramp(
        look.node("ObjectInfo").outputs["Random"], (0.0, (0.72, 0.66, 0.58)), (1.0, (1.05, 1.05, 1.05))
    )
    look.set("Base Color", look.mix(base, own, 1.0, "MULTIPLY"))
    look.set("Roughness", look.ramp(edge, (neck, grey(0.6)), (neck + 0.08, grey(0.22))))
    look.set("Subsurface Weight", 0.2)
    look.set("Subsurface Radius", (1.0, 0.6, 0.3))
    look.set("Subsurface Scale", 0.002)
    look.bump(fine, 0.0002)
    look.bump(cracks, -0.0002)
    return look


def claw_look(tones: Parameters) -> Look:
    """Return claw horn: streaked along its length, see-through towards tip and edge, whitish and frayed at its base.

    Args:
        tones: ``base``, ``body`` and ``tip`` are colours; ``age`` is 0 to 1.
    """
    look = Look("claw", coat_weight=0.35, coat_roughness=0.15)
    along = look.attribute(ALONG)
    place = look.node("CombineXYZ", {0: along, 1: look.attribute("around")}).outputs[0]
    streak = look.streaks(place, (1.5, 5.0, 1.0))
    base, body, tip = (shaded(tones[key]) for key in ("base", "body", "tip"))
    colour = look.ramp(along, (0.0, base), (0.14, shaded(base, 0.85)), (0.3, body), (0.75, body), (1.0, tip))
    colour = look.mix(
        colour, look.ramp(streak, (0.3, (0.5, 0.44, 0.38)), (0.65, (1.1, 1.08, 1.05))), 0.85, "MULTIPLY"
    )
    own = look.ramp(
        look.node("ObjectInfo").outputs["Random"], (0.0, (0.6, 0.58, 0.55)), (1.0, (1.15, 1.12, 1.08))
    )
    look.set("Base Color", look.mix(colour, own, 1.0, "MULTIPLY"))
    look.set("Roughness", look.ramp(along, (0.08, grey(0.7)), (0.25, grey(0.28))))
    look.set("Subsurface Weight", 0.35)
    look.set("Subsurface Radius", (1.0, 0.5, 0.2))
    look.set("Subsurface Scale", 0.003)
    look.bump(streak, 0.0003)
    return look
