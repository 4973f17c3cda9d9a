"""Materials of grown things: mottled, streaked, worn, waxy; colours are linear RGB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.synth.kit.colours import WHITE, rgb
from training.synth.kit.geometry import Numbers, Point
from training.synth.kit.shader import Shader


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
) -> Shader:
    """Return a shader that goes through the colours in soft patches.

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
    shader = Shader(name, coat_weight=coat, coat_roughness=0.12)
    patches = shader.noise(1.0 / size, stretch, detail=5.0, distortion=0.4)
    step = 0.4 / max(len(colours) - 1, 1)
    base = shader.ramp(patches, *((0.3 + step * k, rgb(colour)) for k, colour in enumerate(colours)))
    if grain:
        fine = shader.noise(7.0 / size, stretch, detail=6.0)
        shade = shader.ramp(fine, (0.35, (1 - grain,) * 3), (0.62, WHITE))
        base = shader.mix(base, shade, 1.0, "MULTIPLY")
        if bump:
            shader.bump(fine, bump)
    elif bump:
        shader.bump(shader.noise(9.0 / size, stretch, detail=6.0), bump)
    if variety:
        own = shader.ramp(
            shader.node("ObjectInfo").outputs["Random"], (0.0, (1 - variety,) * 3), (1.0, WHITE)
        )
        base = shader.mix(base, own, 1.0, "MULTIPLY")
    if dirt:
        base = shader.mix(base, (0.03, 0.02, 0.012), shader.scaled(shader.recess(3 * size * 0.1), dirt))
    if translucent:
        shader.set("Subsurface Weight", translucent)
        shader.set("Subsurface Radius", (1.0, 0.5, 0.25))
        shader.set("Subsurface Scale", size * 0.15)
    shader.set("Base Color", base)
    gloss = shader.node(
        "MapRange", {"Value": patches, "To Min": 0.85 * roughness, "To Max": min(1.0, 1.2 * roughness)}
    )
    shader.set("Roughness", gloss.outputs["Result"])
    return shader


def base_of(shader: Shader) -> Any:
    """Return what feeds the base colour, to mix something over it."""
    return shader.surface.inputs["Base Color"].links[0].from_socket


def tinted(shader: Shader, colour: Numbers, share: Any, mode: str = "MIX") -> None:
    """Lay a colour over the base by a share: a number, or an output from 0 to 1."""
    shader.set("Base Color", shader.mix(base_of(shader), rgb(colour), share, mode))


def faded(shader: Shader, name: str, *stops: tuple[float, float]) -> Any:
    """Return a point attribute run through ``(value, share)`` stops, to be a share."""
    return shader.ramp(shader.attribute(name), *((at, (share,) * 3) for at, share in stops))
