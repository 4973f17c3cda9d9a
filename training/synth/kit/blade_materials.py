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
from training.synth.kit.shader import Look

Stops = Sequence[tuple[float, Colour]]
"""Where from 0 to 1, and the colour there."""


def blade_look(
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
) -> Look:
    """Return a look that goes through ``stops`` from root to tip.

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
    look = Look(name, coat_weight=coat, coat_roughness=0.2)
    own = own_number(look)
    place = blade_place(look, own)
    cloud = look.streaks(place, (2.0, 1.7, 1.0))
    fine = look.streaks(place, (1.0, vein_count, 1.0))
    base = look.ramp(wavering(look, cloud, waver), *((at, rgb(colour)) for at, colour in stops))
    base = look.mix(base, rgb(under), look.attribute("under"))
    low = 1 - veins
    base = look.mix(base, look.ramp(fine, (0.35, (low,) * 3), (0.62, (1.12,) * 3)), 1.0, "MULTIPLY")
    spots = look.ramp(look.streaks(place, (5.0, 4.0, 1.3)), (0.52, (0.0,) * 3), (0.68, (mottle,) * 3))
    base = look.mix(base, rgb(blotch), spots)
    base = look.mix(base, brightness(look, own, variety), 1.0, "MULTIPLY")
    look.set("Base Color", base)
    look.set("Roughness", spread(look, cloud, roughness))
    if translucent:
        look.set("Subsurface Weight", translucent)
        look.set("Subsurface Radius", (1.0, 0.6, 0.3))
        look.set("Subsurface Scale", 0.003)
    look.bump(fine, relief)
    return look


def own_number(look: Look) -> Any:
    """Return a number for each scale, 0 to 1: of the object for loose ones, of the mesh for those on a body."""
    random = look.node("ObjectInfo").outputs["Random"]
    total = look.node("Math", {0: look.attribute("own"), 1: random}, operation="ADD")
    return look.node("Math", {0: total.outputs[0]}, operation="FRACT").outputs[0]


def blade_place(look: Look, own: Any) -> Any:
    """Return pattern coordinates of a piece: along, across, and far from those of all other pieces."""
    along, fan = look.attribute("along"), look.attribute("fan")
    return look.node("CombineXYZ", {0: along, 1: fan, 2: look.scaled(own, 90.0)}).outputs[0]


def wavering(look: Look, cloud: Any, reach: float) -> Any:
    """Return ``along``, moved to and fro by up to about ``reach``."""
    moved = look.node("MapRange", {"Value": cloud, "To Min": -1.6 * reach, "To Max": 1.6 * reach}).outputs[
        "Result"
    ]
    return look.node("Math", {0: look.attribute("along"), 1: moved}, operation="ADD").outputs[0]


def brightness(look: Look, own: Any, variety: float) -> Any:
    """Return what a piece's colour is multiplied by: darker and redder, or lighter and yellower."""
    low, high = 1 - variety, 1 + 0.7 * variety
    return look.ramp(
        own, (0.0, (low, low * 0.96, low * 0.92)), (0.5, WHITE), (1.0, (high, high * 0.97, high * 0.9))
    )


def spread(look: Look, cloud: Any, roughness: float) -> Any:
    """Return a roughness that varies by a quarter."""
    reach = {"Value": cloud, "To Min": 0.75 * roughness, "To Max": min(1.0, 1.3 * roughness)}
    return look.node("MapRange", reach).outputs["Result"]
