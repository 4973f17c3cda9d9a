"""Shark fins dried with their skin, split dried fish and cut leather, as objects; metres."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import Array, Numbers
from training.synth.kit.grown_materials import faded, grown, tinted
from training.synth.kit.grown_shapes import add_piece, plate, rest, waves
from training.synth.kit.shader import Shader

# Corners of the outlines in shares of the height; of fins from the front of the base around the tip.
OUTLINES: dict[str, Sequence[tuple[float, float]]] = {
    "dorsal": ((-0.45, -0.5), (-0.36, -0.2), (-0.10, 0.25), (0.14, 0.5), (0.22, 0.47), (0.16, 0.15), (0.17, -0.2), (0.40, -0.42), (0.32, -0.5)),
    "pectoral": ((-0.28, -0.5), (-0.27, -0.1), (-0.12, 0.30), (0.08, 0.55), (0.14, 0.50), (0.13, 0.1), (0.20, -0.30), (0.28, -0.5)),
    "caudal": ((-0.20, -0.5), (-0.22, -0.2), (-0.08, 0.2), (0.12, 0.5), (0.16, 0.44), (0.08, 0.05), (0.13, -0.3), (0.22, -0.5)),
    "fish": ((-0.10, -0.5), (-0.03, -0.36), (-0.14, -0.15), (-0.19, 0.10), (-0.12, 0.38), (0.0, 0.5), (0.12, 0.38), (0.19, 0.10), (0.14, -0.15), (0.03, -0.36), (0.10, -0.5), (0.0, -0.46)),
    "leather": ((-0.32, -0.5), (-0.36, 0.0), (-0.22, 0.42), (0.10, 0.5), (0.34, 0.22), (0.30, -0.3), (0.05, -0.46)),
}  # fmt: skip


def draw_dried(draws: Draws, kinds: Sequence[str]) -> Parameters:
    """Draw one lot of thin dried things of one or several outlines."""
    mixed = draws.chance(0.5)
    return {
        "kinds": sorted(kinds) if mixed else [draws.choice(sorted(kinds))],
        "height_m": draws.log_uniform(0.12, 0.40),
        "skin": draws.colour(draws.choice(_SKINS), value=0.3),
        "cut": draws.colour((0.66, 0.57, 0.40), value=0.2),
        "warp": draws.uniform(0.04, 0.2),
        "pale_side": draws.chance(0.4),
    }


_SKINS = (
    (0.17, 0.155, 0.135),
    (0.30, 0.25, 0.19),
    (0.10, 0.095, 0.09),
    (0.36, 0.33, 0.28),
    (0.22, 0.17, 0.12),
)
_FLESH = ((0.52, 0.36, 0.20), (0.40, 0.25, 0.13), (0.62, 0.50, 0.34))


def fin_pieces(lot: Parameters, rng: np.random.Generator) -> list[Any]:
    """Make four fins: rough skin, warped, their cut base thick and pale."""
    material = _fin_skin(lot)
    return [_fin(lot, rng, lot["kinds"][n % len(lot["kinds"])], material) for n in range(4)]


def fish_pieces(lot: Parameters, rng: np.random.Generator) -> list[Any]:
    """Make four split dried fish or pieces of leather, by the outline; the lot's ``seed`` chooses their colour."""
    flesh = np.array(_FLESH[lot["seed"] % len(_FLESH)])
    shader = grown(
        "dried", [flesh * 0.6, flesh, flesh * 1.3], size=0.03, stretch=(1.0, 0.35, 1.0), roughness=0.6, grain=0.35, bump=0.0008
    )  # fmt: skip
    tinted(shader, tuple(np.array(lot["skin"]) * 0.7), faded(shader, "rim", (0.75, 0.0), (1.0, 0.8)))
    return [_thin(lot, rng, lot["kinds"][n % len(lot["kinds"])], shader.material, 0.022) for n in range(4)]


def _fin_skin(lot: Parameters) -> Any:
    skin = np.array(lot["skin"])
    shader = grown(
        "fin_skin", [skin * 0.6, skin, skin * 1.5], size=0.045, roughness=0.85, grain=0.35, bump=0.0007, variety=0.35
    )  # fmt: skip
    tinted(shader, tuple(np.minimum(skin * 2.2, 0.7)), faded(shader, "rim", (0.8, 0.0), (1.0, 0.5)))
    if lot["pale_side"]:
        tinted(
            shader,
            tuple(np.minimum(skin * 2.6 + 0.1, 0.75)),
            faded(shader, "under", (0.0, 0.0), (1.0, 0.75)),
        )
    tinted(shader, lot["cut"], faded(shader, "cut", (0.4, 0.0), (0.7, 1.0)))
    _salted(shader)
    return shader.material


def _salted(shader: Shader) -> None:
    """Lay whitish salt over the skin here and there."""
    salt = shader.ramp(shader.noise(30.0, detail=6.0), (0.56, (0.0,) * 3), (0.72, (0.45,) * 3))
    tinted(shader, (0.62, 0.60, 0.56), salt)


def _fin(lot: Parameters, rng: np.random.Generator, kind: str, material: Any) -> Any:
    thing = _thin(lot, rng, kind, material, 0.05)
    thing.name = "fin"
    return thing


def _thin(lot: Parameters, rng: np.random.Generator, kind: str, material: Any, thickness: float) -> Any:
    """Add one thing by its outline, warped as it dried; the lowest part of a fin is its cut."""
    height = lot["height_m"] * rng.uniform(0.75, 1.2)
    outline = rounded(np.array(OUTLINES[kind]) * height, rng, height)
    bend, twist = lot["warp"] * rng.uniform(0.3, 1.6), lot["warp"] * rng.normal(0, 0.7)

    def dome(flat: Array, rim: Array) -> Array:
        x, y = flat.T / height
        curl = bend * (y + 0.5) ** 2 + twist * x * y * 2
        wrinkle = 0.014 * waves(flat * [1.0, 3.0], rng, size=0.3 * height)
        return height * (curl + wrinkle * (0.4 + rim))

    (points, faces), rim = plate(outline, thickness=thickness * height, dome=dome, rings=14, edge=0.12)
    low = np.clip(0.5 - points[:, 1] / height, 0, 1)
    under = (np.arange(len(points)) >= len(points) // 2) * 1.0
    thick = thickness * height * np.clip((low - 0.6) / 0.4, 0, 1)
    points = points + np.stack([0 * low, 0 * low, (0.5 - under) * thick], axis=1)
    side = under if rng.random() < 0.5 else 1 - under
    return add_piece("dried", rest((points, faces)), material, cut=(low > 0.94) * 1.0, under=side, rim=rim)


def rounded(
    corners: Numbers, rng: np.random.Generator, height: float, *, uneven: float = 0.008, wave: float = 0.06
) -> Array:
    """Return the outline (90, 2), counter-clockwise, its corners rounded and its edge uneven.

    Args:
        corners: Of the outline, clockwise, in metres (N, 2).
        rng: Of the edge.
        height: Of the thing in metres.
        uneven: Height of the edge's waves over that of the thing.
        wave: Their length over that of the thing.
    """
    points = np.asarray(corners)
    closed = np.concatenate([points, points[:1]])
    reach = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    at = np.linspace(0, reach[-1], 90, endpoint=False)
    outline = np.stack([np.interp(at, reach, closed[:, k]) for k in (0, 1)], axis=1)[::-1]
    for _ in range(3):
        outline = (np.roll(outline, 1, axis=0) + 2 * outline + np.roll(outline, -1, axis=0)) / 4
    return outline + uneven * height * waves(outline, rng, size=wave * height)[:, None]
