"""Dried slices of roots, stems, mushrooms and fruit: discs and tongues that curl, by kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import Array
from training.synth.kit.grown_materials import faded, grown, tinted
from training.synth.kit.grown_shapes import add_piece, plate, rest, waves
from training.synth.kit.shader import Shader


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One kind of slice; colours are linear RGB.

    Attributes:
        size: Length and width, mm.
        thick: Thickness, mm.
        core: Colour of the middle.
        flesh: Colour of the rest.
        skin: Colour of the rim.
        core_reach: Radius of the middle, 0 to 1.
        rays: How dark the lines from the middle to the rim are, 0 to 1.
        ring: How dark the ring between wood and bark is, 0 to 1.
        marbled: How far the colour of the skin runs through the flesh, 0 to 1.
        ragged: How far the outline goes in and out.
        curl: How far it warps.
        lobes: How many bulges its outline has.
    """

    size: tuple[float, float]
    thick: float
    core: tuple[float, float, float]
    flesh: tuple[float, float, float]
    skin: tuple[float, float, float]
    core_reach: float = 0.25
    rays: float = 0.3
    ring: float = 0.3
    marbled: float = 0.0
    ragged: float = 0.06
    curl: float = 0.1
    lobes: int = 0


SLICES = {
    "astragalus": Slice(
        size=(58, 15), thick=2, core=(0.66, 0.48, 0.19), flesh=(0.76, 0.65, 0.40), skin=(0.40, 0.27, 0.13), core_reach=0.5,
        rays=0.4, ring=0.45, curl=0.10,
    ),
    "angelica": Slice(
        size=(44, 30), thick=2, core=(0.62, 0.48, 0.27), flesh=(0.68, 0.56, 0.35), skin=(0.22, 0.12, 0.055), ring=0.7,
        ragged=0.16, curl=0.16, lobes=4,
    ),
    "lovage": Slice(
        size=(42, 34), thick=2.5, core=(0.50, 0.37, 0.20), flesh=(0.58, 0.45, 0.26), skin=(0.17, 0.10, 0.05), ring=0.6,
        ragged=0.14, lobes=6, marbled=0.3,
    ),
    "lingzhi": Slice(
        size=(62, 20), thick=3, core=(0.24, 0.13, 0.06), flesh=(0.40, 0.25, 0.13), skin=(0.10, 0.025, 0.012), core_reach=0.1,
        rays=0.1, ring=0.2, ragged=0.08,
    ),
    "lemon": Slice(
        size=(44, 41), thick=2, core=(0.74, 0.62, 0.36), flesh=(0.56, 0.34, 0.07), skin=(0.52, 0.30, 0.05), core_reach=0.14,
        rays=0.55, ring=0.25, curl=0.08,
    ),
    "mushroom": Slice(
        size=(36, 24), thick=2.5, core=(0.52, 0.40, 0.23), flesh=(0.60, 0.48, 0.30), skin=(0.12, 0.06, 0.03), rays=0.15,
        ring=0.15, ragged=0.12, curl=0.3,
    ),
    "ginseng": Slice(
        size=(24, 18), thick=1.5, core=(0.62, 0.47, 0.22), flesh=(0.66, 0.50, 0.25), skin=(0.40, 0.23, 0.09), ring=0.7,
        rays=0.35, curl=0.05,
    ),
    "red_ginseng": Slice(
        size=(22, 15), thick=1.5, core=(0.36, 0.14, 0.04), flesh=(0.30, 0.10, 0.03), skin=(0.14, 0.045, 0.018), ring=0.4,
        curl=0.05,
    ),
    "areca": Slice(
        size=(26, 22), thick=1, core=(0.10, 0.05, 0.03), flesh=(0.62, 0.48, 0.35), skin=(0.12, 0.055, 0.035),
        core_reach=0.12, rays=0.85, ring=0.1, marbled=0.6, curl=0.04,
    ),
    "hawthorn": Slice(
        size=(21, 20), thick=2.5, core=(0.12, 0.05, 0.025), flesh=(0.50, 0.27, 0.12), skin=(0.22, 0.018, 0.012),
        core_reach=0.32, rays=0.3, ring=0.2, curl=0.14,
    ),
    "spatholobus": Slice(
        size=(50, 34), thick=3.5, core=(0.30, 0.16, 0.08), flesh=(0.36, 0.20, 0.10), skin=(0.07, 0.025, 0.018),
        rays=0.35, ring=0.9, marbled=0.35, ragged=0.05, curl=0.03,
    ),
    "sargentodoxa": Slice(
        size=(40, 28), thick=2.5, core=(0.50, 0.27, 0.13), flesh=(0.45, 0.18, 0.09), skin=(0.20, 0.10, 0.06), rays=0.9,
        ring=0.5, curl=0.03,
    ),
    "yam": Slice(
        size=(32, 29), thick=3, core=(0.82, 0.77, 0.66), flesh=(0.80, 0.75, 0.63), skin=(0.66, 0.56, 0.40), rays=0.1,
        ring=0.05, curl=0.03,
    ),
    "rhubarb": Slice(
        size=(46, 36), thick=4, core=(0.36, 0.17, 0.06), flesh=(0.42, 0.21, 0.075), skin=(0.16, 0.075, 0.03), rays=0.6,
        ring=0.6, marbled=0.5, ragged=0.1, curl=0.05,
    ),
    "flavescens": Slice(
        size=(34, 17), thick=3, core=(0.58, 0.42, 0.20), flesh=(0.62, 0.46, 0.24), skin=(0.22, 0.14, 0.075), rays=0.5,
        ring=0.5, curl=0.04,
    ),
    "banana": Slice(
        size=(31, 28), thick=3.5, core=(0.44, 0.27, 0.09), flesh=(0.70, 0.53, 0.24), skin=(0.48, 0.30, 0.10), rays=0.3,
        ring=0.15, curl=0.05,
    ),
    "bitter_orange": Slice(
        size=(26, 24), thick=3, core=(0.22, 0.12, 0.06), flesh=(0.60, 0.48, 0.28), skin=(0.10, 0.07, 0.03), core_reach=0.42,
        rays=0.35, ring=0.1, curl=0.14,
    ),
}  # fmt: skip


def slices(kind: Slice) -> Callable[[Parameters, np.random.Generator], Sequence[Any]]:
    """Return the maker of six slices of one kind."""

    def make(parameters: Parameters, rng: np.random.Generator) -> Sequence[Any]:
        material = _shader(kind, parameters).material
        return [_slice(kind, parameters, material, rng) for _ in range(6)]

    return make


def _shader(kind: Slice, parameters: Parameters) -> Shader:
    """Cut faces: a middle, rays and a ring, mottled flesh, and the skin as a dark line around them."""
    tone = parameters["value"] * np.array(parameters["tint"])
    flesh, core, skin = (np.array(colour) * tone for colour in (kind.flesh, kind.core, kind.skin))
    shader = grown(
        "slice", [flesh * 0.74, flesh, np.minimum(flesh * 1.08, 0.9)], size=0.006, roughness=0.75, grain=0.25, bump=0.0003,
        translucent=0.12, variety=0.28,
    )  # fmt: skip
    tinted(shader, core, faded(shader, "rim", (kind.core_reach * 0.75, 0.85), (kind.core_reach * 1.2, 0.0)))
    way = shader.node("CombineXYZ", {0: shader.attribute("way_x"), 1: shader.attribute("way_y")}).outputs[0]
    lines = shader.streaks(way, (9.0, 9.0, 1.0))
    shade = min(1.0, kind.rays * parameters["rays"])
    rays = shader.ramp(lines, (0.38, (shade,) * 3), (0.52, (0.0,) * 3))
    fade = faded(shader, "rim", (kind.core_reach * 0.6, 0.0), (kind.core_reach + 0.15, 1.0), (0.9, 0.7))
    tinted(shader, (flesh + skin) / 2.4, shader.mix(rays, fade, 1.0, "MULTIPLY"))
    tinted(shader, skin * 1.3, faded(shader, "rim", (0.62, 0.0), (0.67, 0.7 * kind.ring), (0.72, 0.0)))
    if kind.marbled:
        veins = shader.noise(170.0, detail=4.0, distortion=2.5)
        tinted(shader, skin, shader.ramp(veins, (0.42, (kind.marbled,) * 3), (0.52, (0.0,) * 3)))
    tinted(shader, skin, faded(shader, "rim", (0.88, 0.0), (0.95, 0.92)))
    shader.bump(lines, 0.0005)
    return shader


def _slice(kind: Slice, parameters: Parameters, material: Any, rng: np.random.Generator) -> Any:
    size = (
        np.array(kind.size)
        * 0.001
        * parameters["scale"]
        * rng.uniform(0.8, 1.2)
        * rng.uniform([0.85, 0.9], [1.15, 1.1])
    )
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    outline = np.stack([np.cos(angle) * size[0], np.sin(angle) * size[1]], axis=1) / 2
    outline *= 1 + kind.ragged * waves(outline, rng, size=size[1] * 0.7)[:, None]
    if kind.lobes:
        outline *= 1 + 0.1 * np.sin(kind.lobes * angle + rng.uniform(0, 6.3))[:, None]
    bend, turn = kind.curl * parameters["warp"] * rng.normal(1, 0.7), rng.uniform(0, np.pi)
    ruffle = waves(outline, rng, size=size[1] * 0.9)

    def dome(flat: Array, rim: Array) -> Array:
        along = flat @ [np.cos(turn), np.sin(turn)]
        ruffles = np.concatenate([[0.0], np.tile(ruffle, (len(flat) - 1) // len(ruffle))])
        return (
            bend * along**2 / size[1] * 4 + 0.35 * kind.curl * parameters["warp"] * size[1] * rim**2 * ruffles
        )

    mesh, rim = plate(
        outline, thickness=kind.thick * 0.001 * rng.uniform(0.7, 1.2), dome=dome, rings=7, edge=0.75
    )
    way = (
        mesh[0][:, :2] / np.maximum(np.linalg.norm(mesh[0][:, :2] / size, axis=1, keepdims=True), 1e-9) / size
    )
    return add_piece("slice", rest(mesh), material, rim=rim, way_x=way[:, 0], way_y=way[:, 1])
