"""Animal prints as textile makers draw them: few flat colours, hard edges, one tile repeated; colours are sRGB."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.synth.kit.coat_patterns import cells, noise, rosettes, spots, step, stripe_patch, stripes
from training.synth.kit.colours import WHITE
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.fur import CANVAS, coat_image, grey
from training.synth.kit.geometry import Array
from training.synth.kit.shader import Shader

_FANCY = [
    ((0.95, 0.35, 0.60), (0.05, 0.04, 0.05), (0.80, 0.12, 0.40)),
    ((0.93, 0.93, 0.92), (0.05, 0.05, 0.05), (0.60, 0.60, 0.60)),
    ((0.80, 0.07, 0.09), (0.04, 0.03, 0.03), (0.45, 0.03, 0.05)),
    ((0.25, 0.55, 0.85), (0.03, 0.05, 0.15), (0.10, 0.30, 0.65)),
    ((0.55, 0.85, 0.25), (0.05, 0.08, 0.03), (0.95, 0.90, 0.20)),
    ((0.60, 0.40, 0.75), (0.12, 0.05, 0.20), (0.40, 0.20, 0.55)),
    ((0.70, 0.70, 0.69), (0.12, 0.12, 0.13), (0.45, 0.45, 0.46)),
]
_BROWN = [
    ((0.80, 0.62, 0.40), (0.07, 0.05, 0.04), (0.60, 0.38, 0.18)),
    ((0.90, 0.78, 0.58), (0.14, 0.08, 0.05), (0.72, 0.50, 0.28)),
    ((0.72, 0.52, 0.33), (0.10, 0.06, 0.04), (0.48, 0.29, 0.15)),
]
_ORANGE = [
    ((0.90, 0.52, 0.15), (0.05, 0.04, 0.04), (0.95, 0.70, 0.35)),
    ((0.82, 0.47, 0.18), (0.08, 0.05, 0.04), (0.9, 0.65, 0.35)),
]
_ZEBRA = [
    ((0.94, 0.94, 0.93), (0.04, 0.04, 0.05), (0.94, 0.94, 0.93)),
    ((0.90, 0.86, 0.78), (0.10, 0.07, 0.06), (0.9, 0.86, 0.78)),
]
_GIRAFFE = [
    ((0.93, 0.85, 0.70), (0.52, 0.30, 0.14), (0.45, 0.25, 0.11)),
    ((0.95, 0.92, 0.84), (0.65, 0.42, 0.22), (0.6, 0.38, 0.2)),
]

_PRINTS: dict[str, dict[str, Any]] = {  # how often, and colours: ground, figure, and inside of figures
    "leopard": {"weight": 0.46, "natural": _BROWN, "fancy": _FANCY},
    "tiger": {"weight": 0.17, "natural": _ORANGE, "fancy": _FANCY},
    "zebra": {"weight": 0.14, "natural": _ZEBRA, "fancy": _FANCY},
    "cheetah": {"weight": 0.10, "natural": _BROWN, "fancy": _FANCY},
    "giraffe": {"weight": 0.07, "natural": _GIRAFFE, "fancy": _FANCY},
    "cow": {"weight": 0.06, "natural": _ZEBRA, "fancy": _FANCY},
}
_TRIMS = [(0.01, 0.01, 0.01), (0.25, 0.12, 0.05), (0.5, 0.36, 0.12), (0.6, 0.02, 0.05)]


def draw_print(draws: Draws) -> Parameters:
    """Draw a print, its cloth, and the colour of trimmings."""
    pattern = draws.weighted({name: each["weight"] for name, each in _PRINTS.items()})
    colours = _PRINTS[pattern]["natural" if draws.chance(0.5) else "fancy"]
    ground, dark, fill = draws.choice(colours)
    return {
        "pattern": pattern,
        "ground": list(draws.colour(ground, value=0.12)),
        "dark": list(draws.colour(dark, value=0.25)),
        "fill": list(draws.colour(fill, value=0.12)),
        "repeat_m": draws.uniform(0.16, 0.36),
        "pattern_seed": draws.seed(),
        "cloth": draws.weighted({"cotton": 0.4, "satin": 0.3, "velvet": 0.15, "knit": 0.15}),
        "trim": list(draws.colour(draws.choice(_TRIMS))),
    }


def tile(lot: Parameters, pixels: int = 300) -> Array:
    """Return one repeat of a print (pixels, pixels, 3); mirrored at its edges it goes on without a seam."""
    at = (np.arange(pixels, dtype=np.float32) + 0.5) / pixels
    u, v = (axis.ravel() for axis in np.meshgrid(at, at))
    dark, fill = _FIGURES[lot["pattern"]](u, v, lot["pattern_seed"])
    rgb = np.array(lot["ground"], dtype=np.float32)[None, :]
    for share, key in ((fill, "fill"), (dark, "dark")):
        rgb = rgb + share[:, None] * (np.array(lot[key], dtype=np.float32) - rgb)
    return np.clip(rgb, 0, 1).reshape(pixels, pixels, 3)


def _leopard(u: Array, v: Array, seed: int) -> tuple[Array, Array]:
    found = cells(6 * u, 6 * v, seed, 0.32)
    dark, inside = rosettes(found, size=0.34, width=0.105, broken=0.7, dots=0.0, softness=0.02)
    small = spots(cells(12 * u + 0.4, 12 * v + 0.7, seed + 1, 0.4), 0.19, 0.03) * step(0.10, 0.06, found.gap)
    return np.maximum(dark, small), inside


def _cheetah(u: Array, v: Array, seed: int) -> tuple[Array, Array]:
    return spots(cells(9 * u, 9 * v, seed, 0.25), 0.27, 0.03), 0 * u


def _tiger(u: Array, v: Array, seed: int) -> tuple[Array, Array]:
    bend = 0.7 * noise(3 * u, 3 * v, seed)
    field = stripes(stripe_patch(seed, length=1.9), 7 * u + bend, 7 * v) + 0.35 * noise(
        7 * u, 7 * v, seed + 1
    )
    return step(0.15, 0.25, field), step(-0.5, -0.8, field) * 0.6


def _zebra(u: Array, v: Array, seed: int) -> tuple[Array, Array]:
    bend = 1.1 * noise(2.5 * u, 2.5 * v, seed)
    field = stripes(stripe_patch(seed, length=2.6, gain=4.0), 5 * u + bend, 5 * v + bend)
    return step(-0.06, 0.06, field), 0 * u


def _giraffe(u: Array, v: Array, seed: int) -> tuple[Array, Array]:
    found = cells(5 * u, 5 * v, seed, 0.4)
    return step(0.10, 0.14, found.gap), step(0.3, 0.4, found.gap)


def _cow(u: Array, v: Array, seed: int) -> tuple[Array, Array]:
    found = cells(4 * u, 4 * v, seed, 0.45)
    return spots(found, 0.38, 0.02), 0 * u


_FIGURES = {
    "leopard": _leopard, "tiger": _tiger, "zebra": _zebra, "cheetah": _cheetah, "giraffe": _giraffe, "cow": _cow,
}  # fmt: skip


def print_shader(lot: Parameters) -> Shader:
    """Return printed cloth: a repeated tile under a weave, matt, shiny or velvety."""
    shader = Shader("print")
    place = shader.node("Attribute", attribute_name=CANVAS).outputs["Vector"]
    printed = shader.node(
        "TexImage", {"Vector": place}, image=coat_image(tile(lot)), extension="MIRROR"
    ).outputs["Color"]
    weave = shader.node(
        "TexWave", {"Vector": place, "Scale": 55.0, "Distortion": 0.4}, wave_type="BANDS"
    ).outputs["Fac"]
    printed = shader.mix(printed, shader.ramp(weave, (0.0, grey(0.80)), (0.7, WHITE)), 0.6, "MULTIPLY")
    worn = shader.ramp(shader.noise(5.0, detail=4.0), (0.3, grey(0.86)), (0.65, WHITE))
    shader.set("Base Color", shader.mix(printed, worn, 1.0, "MULTIPLY"))
    shader.bump(weave, 0.0004)
    kind = lot["cloth"]
    shader.set("Roughness", {"cotton": 0.85, "satin": 0.32, "velvet": 0.9, "knit": 0.8}[kind])
    shader.set("Sheen Weight", {"cotton": 0.1, "satin": 0.0, "velvet": 0.8, "knit": 0.3}[kind])
    if kind == "satin":
        shader.set("Anisotropic", 0.6)
        shader.set("Specular IOR Level", 0.7)
    return shader
