"""What pangolin scales and the skin under them look like; colours are linear RGB."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.synth.kit.blade_materials import blade_place, brightness, own_number, spread, wavering
from training.synth.kit.colours import WHITE, Colour, rgb
from training.synth.kit.draws import Parameters
from training.synth.kit.shader import Shader

_NONE: Colour = (0.0, 0.0, 0.0)


def horn_scale_material(parameters: Parameters) -> Any:
    """Return raw keratin scales: dark towards the root, horn-yellow at the thin free edge, striated lengthwise.

    Reads the point attributes ``along``, ``fan``, ``under`` and ``own`` of `training.synth.subjects.scales.shapes` and
    `training.synth.kit.imbricate`.

    Args:
        parameters: The lot's ``dark``, ``light``, ``dust``, ``root_colour`` (linear RGB), ``edge_light``,
        ``dustiness``,
            ``striation``, ``banding``, ``gloss`` and ``remnants`` (0 to 1), ``variety``.
    """
    shader = Shader("pangolin_scale", coat_weight=0.3 * (1 - parameters["gloss"]), coat_roughness=0.2)
    dark, light = np.array(parameters["dark"]), np.array(parameters["light"])
    own = own_number(shader)
    place = blade_place(shader, own)
    fine = shader.streaks(place, (0.9, 17.0, 1.0))
    growth = shader.streaks(place, (20.0, 0.5, 1.0))
    cloud = shader.streaks(place, (2.2, 1.6, 1.0))
    base = _bands(shader, parameters, cloud)
    base = shader.mix(base, rgb(light * 0.85), shader.ramp(cloud, (0.52, _NONE), (0.78, (0.4,) * 3)))
    base = shader.mix(
        base, rgb(dark * 0.6), shader.ramp(growth, (0.56, _NONE), (0.72, (parameters["banding"],) * 3))
    )
    lines = shader.ramp(fine, (0.34, (0.42, 0.39, 0.36)), (0.5, (0.95, 0.94, 0.92)), (0.66, (1.35, 1.3, 1.2)))
    base = shader.mix(base, lines, parameters["striation"], "MULTIPLY")
    inner = shader.mix(base, rgb((dark + 3 * light) / 4), 0.6)
    base = shader.mix(base, inner, shader.attribute("under"))
    base = shader.mix(base, brightness(shader, own, parameters["variety"]), 1.0, "MULTIPLY")
    base = _aged(shader, parameters, base, cloud)
    shader.set("Base Color", base)
    shader.set("Roughness", spread(shader, cloud, parameters["gloss"]))
    shader.set("Subsurface Weight", 0.12)
    shader.set("Subsurface Radius", (1.0, 0.5, 0.2))
    shader.set("Subsurface Scale", 0.0015)
    shader.bump(fine, 0.0005)
    shader.bump(growth, 0.0003)
    return shader.material


def roasted_scale_material(parameters: Parameters) -> Any:
    """Return scales that were roasted in sand for medicine: swollen, blistered, golden to brown."""
    shader = Shader("roasted_scale", coat_weight=0.25, coat_roughness=0.3)
    own = own_number(shader)
    cloud = shader.streaks(blade_place(shader, own), (2.5, 2.5, 1.0))
    light, dark = np.array(parameters["light"]), np.array(parameters["dark"])
    base = shader.ramp(cloud, (0.32, rgb(dark)), (0.5, rgb(light)), (0.7, rgb(np.minimum(light * 1.25, 1))))
    blisters = shader.noise(320.0, detail=3.0)
    base = shader.mix(base, shader.ramp(blisters, (0.35, (0.6, 0.5, 0.4)), (0.6, WHITE)), 0.6, "MULTIPLY")
    shader.set("Base Color", shader.mix(base, brightness(shader, own, 0.35), 1.0, "MULTIPLY"))
    shader.set("Roughness", 0.45)
    shader.set("Subsurface Weight", 0.2)
    shader.set("Subsurface Radius", (1.0, 0.6, 0.2))
    shader.set("Subsurface Scale", 0.002)
    shader.bump(blisters, 0.0012)
    return shader.material


def dried_skin_material(colour: Colour) -> Any:
    """Return the bare, dried skin: creased, greasy in places, paler on ridges."""
    shader = Shader("dried_skin", roughness=0.6)
    creases = shader.noise(140.0, (0.5, 1.0, 1.0), detail=6.0, distortion=1.0)
    mottle = shader.noise(30.0, detail=4.0)
    tone = np.array(colour)
    base = shader.ramp(
        mottle, (0.3, rgb(tone * 0.45)), (0.55, rgb(tone)), (0.75, rgb(np.minimum(tone * 1.5, 1)))
    )
    shader.set(
        "Base Color",
        shader.mix(base, shader.ramp(creases, (0.35, (0.5,) * 3), (0.6, WHITE)), 0.8, "MULTIPLY"),
    )
    shader.bump(creases, 0.002)
    return shader.material


def cord_material(colour: Colour) -> Any:
    """Return twisted string."""
    shader = Shader("cord", roughness=0.9)
    fibres = shader.noise(900.0, (1.0, 1.0, 0.3), detail=4.0)
    shader.set(
        "Base Color",
        shader.mix(colour, shader.ramp(fibres, (0.3, (0.4,) * 3), (0.7, WHITE)), 0.8, "MULTIPLY"),
    )
    shader.bump(fibres, 0.0006)
    return shader.material


def _bands(shader: Shader, parameters: Parameters, cloud: Any) -> Any:
    """Colour from root to free edge, its limits drawn in and out."""
    dark, light = np.array(parameters["dark"]), np.array(parameters["light"])
    at = wavering(shader, cloud, 0.13)
    edge = parameters["edge_light"]
    return shader.ramp(
        at,
        (0.0, rgb(parameters["root_colour"])),
        (0.22, rgb((np.array(parameters["root_colour"]) + 2 * dark) / 3)),
        (0.45, rgb(dark)),
        (0.72, rgb(dark * (1 - 0.3 * edge) + 0.3 * edge * light)),
        (0.97, rgb(dark * (1 - edge) + edge * light * 1.15)),
    )


def _aged(shader: Shader, parameters: Parameters, base: Any, cloud: Any) -> Any:
    """Lay dried skin over the root, and dust and scuffs over all."""
    skin = shader.mix(
        shader.ramp(shader.attribute("along"), (0.03, (parameters["remnants"],) * 3), (0.16, _NONE)),
        shader.ramp(cloud, (0.4, _NONE), (0.5, WHITE)),
        1.0,
        "MULTIPLY",
    )
    base = shader.mix(base, rgb(np.array(parameters["root_colour"]) * 0.7), skin)
    scuffs = shader.noise(260.0, detail=5.0)
    share = shader.ramp(scuffs, (0.42, _NONE), (0.7, (parameters["dustiness"],) * 3))
    return shader.mix(base, rgb(parameters["dust"]), share)
