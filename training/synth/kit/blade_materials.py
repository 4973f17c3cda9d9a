"""What scales, bracts, bark and peel look like: colours that change from root to tip and from side to side.

The materials read the point attributes of `training.synth.kit.thin_shapes` and `training.synth.kit.imbricate`: ``along`` (0 at
the root, 1 at the tip), ``fan`` (-1 to 1 across), ``under`` (1 on the lower side), ``own`` (a number of each scale).
Colours are linear RGB.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.kit.colours import WHITE, Colour, rgb
from training.synth.kit.geometry import Numbers
from training.synth.kit.shader import Shader

Stops = Sequence[tuple[float, Colour]]
"""Where from 0 to 1, and the colour there."""


def blade_shader(
    name: str,
    stops: Stops,
    *,
    under: Colour,
    roughness: float = 0.6,
    veins: float = 0.4,
    vein_count: float = 14.0,
    mottle: float = 0.3,
    blotch: Numbers = (0.05, 0.03, 0.015),
    relief: float = 0.0004,
    waver: float = 0.15,
    variety: float = 0.25,
    coat: float = 0.0,
    translucent: float = 0.0,
) -> Shader:
    """Return a shader that goes through ``stops`` from root to tip.

    Args:
        name: Of the material.
        stops: Colours of the upper side.
        under: Colour of the lower side.
        roughness: 0 a mirror, 1 chalk.
        veins: How much streaks from root to tip darken it, 0 to 1.
        vein_count: About how many streaks there are.
        mottle: Share of blotches, 0 to 1.
        blotch: Their colour.
        relief: Depth of the streaks, metres.
        waver: How far the stops move to and fro.
        variety: How much pieces differ in brightness.
        coat: Polish, 0 to 1.
        translucent: Share of light that enters, 0 to 1.
    """
    shader = Shader(name, coat_weight=coat, coat_roughness=0.2)
    own = own_number(shader)
    place = blade_place(shader, own)
    cloud = shader.streaks(place, (2.0, 1.7, 1.0))
    fine = shader.streaks(place, (1.0, vein_count, 1.0))
    base = shader.ramp(wavering(shader, cloud, waver), *((at, rgb(colour)) for at, colour in stops))
    base = shader.mix(base, rgb(under), shader.attribute("under"))
    low = 1 - veins
    base = shader.mix(base, shader.ramp(fine, (0.35, (low,) * 3), (0.62, (1.12,) * 3)), 1.0, "MULTIPLY")
    spots = shader.ramp(shader.streaks(place, (5.0, 4.0, 1.3)), (0.52, (0.0,) * 3), (0.68, (mottle,) * 3))
    base = shader.mix(base, rgb(blotch), spots)
    base = shader.mix(base, brightness(shader, own, variety), 1.0, "MULTIPLY")
    shader.set("Base Color", base)
    shader.set("Roughness", spread(shader, cloud, roughness))
    if translucent:
        shader.set("Subsurface Weight", translucent)
        shader.set("Subsurface Radius", (1.0, 0.6, 0.3))
        shader.set("Subsurface Scale", 0.003)
    shader.bump(fine, relief)
    return shader


def own_number(shader: Shader) -> Any:
    """Return a number for each scale, 0 to 1: of the object for loose ones, of the mesh for those on a body."""
    random = shader.node("ObjectInfo").outputs["Random"]
    total = shader.node("Math", {0: shader.attribute("own"), 1: random}, operation="ADD")
    return shader.node("Math", {0: total.outputs[0]}, operation="FRACT").outputs[0]


def blade_place(shader: Shader, own: Any) -> Any:
    """Return pattern coordinates of a piece: along, across, and far from those of all other pieces."""
    along, fan = shader.attribute("along"), shader.attribute("fan")
    return shader.node("CombineXYZ", {0: along, 1: fan, 2: shader.scaled(own, 90.0)}).outputs[0]


def wavering(shader: Shader, cloud: Any, reach: float) -> Any:
    """Return ``along``, moved to and fro by up to about ``reach``."""
    moved = shader.node("MapRange", {"Value": cloud, "To Min": -1.6 * reach, "To Max": 1.6 * reach}).outputs[
        "Result"
    ]
    return shader.node("Math", {0: shader.attribute("along"), 1: moved}, operation="ADD").outputs[0]


def brightness(shader: Shader, own: Any, variety: float) -> Any:
    """Return what a piece's colour is multiplied by: darker and redder, or lighter and yellower."""
    low, high = 1 - variety, 1 + 0.7 * variety
    return shader.ramp(
        own, (0.0, (low, low * 0.96, low * 0.92)), (0.5, WHITE), (1.0, (high, high * 0.97, high * 0.9))
    )


def spread(shader: Shader, cloud: Any, roughness: float) -> Any:
    """Return a roughness that varies by a quarter."""
    reach = {"Value": cloud, "To Min": 0.75 * roughness, "To Max": min(1.0, 1.3 * roughness)}
    return shader.node("MapRange", reach).outputs["Result"]
