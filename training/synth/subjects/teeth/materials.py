"""Enamel, roots, claw horn, and the plain stuff of their look-alikes; colours are linear RGB."""

from __future__ import annotations

from training.synth.kit.colours import WHITE, shaded
from training.synth.kit.draws import Parameters
from training.synth.kit.fur import grey
from training.synth.kit.shader import Shader

ALONG = "along"
"""Point attribute: 0 at the root to 1 at the tip."""


def tooth_shader(tones: Parameters, *, neck: float = 0.6) -> Shader:
    """Return a tooth: a matt, stained root with fine cracks, and a glossy crown.

    Args:
        tones: ``root``, ``crown`` and ``stain`` are colours; ``age`` is 0 to 1.
        neck: Where the crown begins, 0 to 1 of the length.
    """
    shader = Shader("tooth")
    along = shader.attribute(ALONG)
    ragged = shader.noise(160.0, detail=3.0)
    edge = shader.node("Math", {0: along, 1: shader.scaled(ragged, 0.10)}, operation="ADD").outputs[0]
    root, crown, stain = (shaded(tones[key]) for key in ("root", "crown", "stain"))
    base = shader.ramp(
        edge,
        (0.0, shaded(root, 0.7)),
        (0.25, root),
        (neck + 0.02, shaded(root, 0.9)),
        (neck + 0.08, shaded(crown, 0.92)),
        (1.0, crown),
    )
    cloud = shader.ramp(
        shader.noise(90.0, detail=5.0), (0.35, grey(0.0)), (0.75, grey(0.35 + 0.45 * tones["age"]))
    )
    base = shader.mix(base, stain, cloud)
    fine = shader.noise(700.0, detail=4.0)
    base = shader.mix(base, shader.ramp(fine, (0.3, (0.78, 0.72, 0.62)), (0.6, WHITE)), 0.6, "MULTIPLY")
    cracks = shader.cracks(120.0, (0.25, 1.0, 1.0), width=0.03, share=0.25 + 0.5 * tones["age"])
    base = shader.mix(base, shaded(stain, 0.25), shader.scaled(cracks, 0.8))
    own = shader.ramp(
        shader.node("ObjectInfo").outputs["Random"], (0.0, (0.72, 0.66, 0.58)), (1.0, (1.05, 1.05, 1.05))
    )
    shader.set("Base Color", shader.mix(base, own, 1.0, "MULTIPLY"))
    shader.set("Roughness", shader.ramp(edge, (neck, grey(0.6)), (neck + 0.08, grey(0.22))))
    shader.set("Subsurface Weight", 0.2)
    shader.set("Subsurface Radius", (1.0, 0.6, 0.3))
    shader.set("Subsurface Scale", 0.002)
    shader.bump(fine, 0.0002)
    shader.bump(cracks, -0.0002)
    return shader


def claw_shader(tones: Parameters) -> Shader:
    """Return claw horn: streaked along its length, see-through towards tip and edge, whitish and frayed at its base.

    Args:
        tones: ``base``, ``body`` and ``tip`` are colours; ``age`` is 0 to 1.
    """
    shader = Shader("claw", coat_weight=0.35, coat_roughness=0.15)
    along = shader.attribute(ALONG)
    place = shader.node("CombineXYZ", {0: along, 1: shader.attribute("around")}).outputs[0]
    streak = shader.streaks(place, (1.5, 5.0, 1.0))
    base, body, tip = (shaded(tones[key]) for key in ("base", "body", "tip"))
    colour = shader.ramp(
        along, (0.0, base), (0.14, shaded(base, 0.85)), (0.3, body), (0.75, body), (1.0, tip)
    )
    colour = shader.mix(
        colour, shader.ramp(streak, (0.3, (0.5, 0.44, 0.38)), (0.65, (1.1, 1.08, 1.05))), 0.85, "MULTIPLY"
    )
    own = shader.ramp(
        shader.node("ObjectInfo").outputs["Random"], (0.0, (0.6, 0.58, 0.55)), (1.0, (1.15, 1.12, 1.08))
    )
    shader.set("Base Color", shader.mix(colour, own, 1.0, "MULTIPLY"))
    shader.set("Roughness", shader.ramp(along, (0.08, grey(0.7)), (0.25, grey(0.28))))
    shader.set("Subsurface Weight", 0.35)
    shader.set("Subsurface Radius", (1.0, 0.5, 0.2))
    shader.set("Subsurface Scale", 0.003)
    shader.bump(streak, 0.0003)
    return shader
