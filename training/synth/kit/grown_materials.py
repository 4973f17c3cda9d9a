"""Materials of grown things: mottled, streaked, worn, waxy; colours are linear RGB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.kit.colours import WHITE, rgb
from training.synth.kit.geometry import Numbers, Point
from training.synth.kit.shader import Look


def grown(
    name: str,
    colours: Sequence[Numbers],
    *,
    size: float,
    stretch: Point = (1.0, 1.0, 1.0),
    roughness: float = 0.5,
    bump: float = 0.0,
    grain: float = 0.0,
    translucent: float = 0.0,
    coat: float = 0.0,
    dirt: float = 0.0,
    variety: float = 0.25,
) -> Look:
    """Return a look that goes through the colours in soft patches.

    Args:
        name: Of the material.
        colours: From the dark to the light patches.
        size: Of the patches, in metres.
        stretch: Small numbers draw patterns out along that axis.
        roughness: 0 a mirror, 1 chalk; it varies by a quarter.
        bump: Depth of the fine relief, in metres.
        grain: How much fine streaks darken the colour, 0 to 1.
        translucent: Share of light that enters, 0 to 1.
        coat: Polish, 0 to 1.
        dirt: How dark the hollows are, 0 to 1.
        variety: How much copies of a piece differ in brightness.
    """
    look = Look(name, coat_weight=coat, coat_roughness=0.12)
    patches = look.noise(1.0 / size, stretch, detail=5.0, distortion=0.4)
    step = 0.4 / max(len(colours) - 1, 1)
    base = look.ramp(patches, *((0.3 + step * k, rgb(colour)) for k, colour in enumerate(colours)))
    if grain:
        fine = look.noise(7.0 / size, stretch, detail=6.0)
        shade = look.ramp(fine, (0.35, (1 - grain,) * 3), (0.62, WHITE))
        base = look.mix(base, shade, 1.0, "MULTIPLY")
        if bump:
            look.bump(fine, bump)
    elif bump:
        look.bump(look.noise(9.0 / size, stretch, detail=6.0), bump)
    if variety:
        own = look.ramp(look.node("ObjectInfo").outputs["Random"], (0.0, (1 - variety,) * 3), (1.0, WHITE))
        base = look.mix(base, own, 1.0, "MULTIPLY")
    if dirt:
        base = look.mix(base, (0.03, 0.02, 0.012), look.scaled(look.recess(3 * size * 0.1), dirt))
    if translucent:
        look.set("Subsurface Weight", translucent)
        look.set("Subsurface Radius", (1.0, 0.5, 0.25))
        look.set("Subsurface Scale", size * 0.15)
    look.set("Base Color", base)
    gloss = look.node(
        "MapRange", {"Value": patches, "To Min": 0.85 * roughness, "To Max": min(1.0, 1.2 * roughness)}
    )
    look.set("Roughness", gloss.outputs["Result"])
    return look


def base_of(look: Look) -> Any:
    """Return what feeds the base colour, to mix something over it."""
    return look.surface.inputs["Base Color"].links[0].from_socket


def tinted(look: Look, colour: Numbers, share: Any, mode: str = "MIX") -> None:
    """Lay a colour over the base by a share: a number, or an output from 0 to 1."""
    look.set("Base Color", look.mix(base_of(look), rgb(colour), share, mode))


def faded(look: Look, name: str, *stops: tuple[float, float]) -> Any:
    """Return a point attribute run through ``(value, share)`` stops, to be a share."""
    return look.ramp(look.attribute(name), *((at, (share,) * 3) for at, share in stops))
