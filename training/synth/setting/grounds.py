"""What things lie on and stand before: grounds, folds, walls and shelves."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh
from training.synth.kit.draws import Draws, Parameters
from training.synth.kit.geometry import FacetMesh
from training.synth.kit.meshes import box_mesh, grid_mesh
from training.synth.setting.ground_materials import ground_material

_WOODS = (
    (0.42, 0.24, 0.11),
    (0.22, 0.11, 0.05),
    (0.10, 0.045, 0.022),
    (0.55, 0.38, 0.22),
    (0.32, 0.13, 0.06),
)
_CLOTHS = (
    (0.75, 0.73, 0.70), (0.02, 0.02, 0.022), (0.35, 0.015, 0.02), (0.03, 0.05, 0.2), (0.30, 0.28, 0.25), (0.5, 0.4, 0.28),
    (0.05, 0.18, 0.10), (0.55, 0.30, 0.33), (0.16, 0.22, 0.34), (0.12, 0.12, 0.13),
)  # fmt: skip
_STONES = ((0.62, 0.60, 0.57), (0.25, 0.24, 0.23), (0.45, 0.36, 0.27), (0.06, 0.06, 0.065), (0.5, 0.5, 0.48))
_EARTHS = ((0.16, 0.10, 0.055), (0.30, 0.20, 0.11), (0.09, 0.06, 0.04), (0.24, 0.11, 0.06))
_GREENS = ((0.06, 0.12, 0.03), (0.12, 0.15, 0.05))
_PLASTICS = (
    (0.02, 0.10, 0.42),
    (0.55, 0.16, 0.02),
    (0.6, 0.6, 0.58),
    (0.05, 0.25, 0.10),
    (0.5, 0.03, 0.03),
    (0.04, 0.04, 0.05),
)
_PAPERS = ((0.80, 0.79, 0.77), (0.84, 0.82, 0.76), (0.35, 0.24, 0.14), (0.7, 0.7, 0.72))

_COLOURS = {
    "boards": _WOODS, "tiles": _STONES, "marble": _STONES, "granite": _STONES, "concrete": _STONES, "soil": _EARTHS,
    "sand": ((0.5, 0.4, 0.26), (0.42, 0.33, 0.22)), "grass": _GREENS, "plaster": _PAPERS + _CLOTHS, "paper": _PAPERS,
    "cardboard": ((0.36, 0.23, 0.12), (0.30, 0.20, 0.11)), "plastic": _PLASTICS, "acrylic": ((0.02, 0.02, 0.02), (0.7, 0.7, 0.7)),
}  # fmt: skip

# By the size of the subject: on a table, and on the floor or outdoors.
_SMALL = {
    "boards": 0.17, "tiles": 0.06, "marble": 0.04, "granite": 0.04, "concrete": 0.03, "paper": 0.08, "cardboard": 0.04,
    "cloth": 0.12, "velvet": 0.07, "towel": 0.04, "carpet": 0.03, "plastic": 0.04, "steel": 0.04, "acrylic": 0.03,
    "newspaper": 0.07, "checks": 0.05, "flowers": 0.04, "rug": 0.03, "mat": 0.05,
}  # fmt: skip
_LARGE = {
    "boards": 0.2, "tiles": 0.16, "concrete": 0.14, "soil": 0.08, "sand": 0.03, "grass": 0.05, "cloth": 0.1, "carpet": 0.08,
    "plastic": 0.08, "rug": 0.08, "mat": 0.04, "granite": 0.03, "cardboard": 0.03,
}  # fmt: skip
_WALLS = {
    "plaster": 0.6,
    "tiles": 0.1,
    "boards": 0.1,
    "cloth": 0.1,
    "flowers": 0.04,
    "checks": 0.03,
    "concrete": 0.1,
}
_FOLDED = frozenset({"cloth", "velvet", "towel", "checks", "flowers", "plastic"})
_LARGE_FROM_M = 0.28  # radius of a subject that no table would hold


def draw_ground(draws: Draws) -> Parameters:
    """Draw a table top, a floor, and what stands behind; `build_ground` takes what fits the subject."""
    return {
        "small": _draw_surface(draws.part("small"), _SMALL),
        "large": _draw_surface(draws.part("large"), _LARGE),
        "wall": _draw_surface(draws.part("wall"), _WALLS),
        "wall_distance": draws.log_uniform(1.2, 12.0),
        "wall_turn_deg": draws.normal(0, 20, -50, 50),
        "shelf": draws.chance(0.3),
        "has_edge": draws.chance(0.3),
        "seed": draws.seed(),
    }


def _draw_surface(draws: Draws, kinds: dict[str, float]) -> Parameters:
    kind = draws.weighted(kinds)
    return {
        "kind": kind,
        "colour": draws.colour(draws.choice(_COLOURS.get(kind, _CLOTHS)), value=0.4, tint=0.12),
        "second": draws.colour(draws.choice(_STONES), value=0.5, tint=0.1),
        "scale": draws.log_uniform(0.6, 1.7),
        "gloss": draws.uniform(0, 1),
        "turn_deg": draws.uniform(0, 360),
        "folds": draws.uniform(0.0, 1.0) if kind in _FOLDED else 0.0,
        "seed": draws.seed(),
    }


def build_ground(ground: Parameters, *, radius: float, away: tuple[float, float], hanging: bool) -> list[Any]:
    """Build the ground at z = 0 and what is behind the scene.

    Args:
        ground: As drawn.
        radius: Of the subject, in metres.
        away: Unit vector in the plane from the camera to the subject.
        hanging: Whether the subject hangs on a wall, which then stands right behind it.
    """
    rng = np.random.default_rng(ground["seed"])
    surface = ground["large" if radius > _LARGE_FROM_M else "small"]
    wall = 0.0 if hanging else ground["wall_distance"] * max(radius, 0.12)
    made = [_plane(surface, radius, rng, reach=max(2.5 * wall, 30 * radius))]
    if hanging:
        made += _wall(ground, (0.0, 1.0), 0.1 * radius, drop=3.0)
        made[0].location.z = -1.0 - radius
    else:
        turn = math.radians(ground["wall_turn_deg"])
        out = (
            away[0] * math.cos(turn) - away[1] * math.sin(turn),
            away[0] * math.sin(turn) + away[1] * math.cos(turn),
        )
        made += _wall(ground, out, wall + 1.6 * radius, drop=0.05)
        if ground["shelf"]:
            made += _clutter(ground, out, wall + 1.6 * radius, rng)
    return made


def _plane(surface: Parameters, radius: float, rng: np.random.Generator, *, reach: float) -> Any:
    """Return the ground: flat under the subject, folded around it if it is cloth."""
    mesh = (
        _folded(radius, surface["folds"], rng)
        if surface["folds"] > 0.25
        else grid_mesh(2 * reach, 2 * reach, 2)
    )
    plane = add_mesh("ground", mesh, ground_material(surface))
    plane.rotation_euler.z = math.radians(surface["turn_deg"])
    return plane


def _folded(radius: float, amount: float, rng: np.random.Generator) -> FacetMesh:
    """Return a sheet whose folds grow with the distance from the subject; none rises under it."""
    side = 14 * radius
    vertices, faces = grid_mesh(side, side, 130)
    height = np.zeros(len(vertices))
    for _ in range(10):
        angle, phase = rng.uniform(0, 2 * np.pi, 2)
        across = vertices[:, 0] * np.cos(angle) + vertices[:, 1] * np.sin(angle)
        along = vertices[:, 1] * np.cos(angle) - vertices[:, 0] * np.sin(angle)
        length = radius * rng.uniform(0.5, 2.5)
        wave = np.sin(2 * np.pi * across / length + 1.5 * np.sin(along / length) + phase)
        height += np.abs(wave) ** 2 * rng.uniform(0.2, 1.0) * length * 0.06
    far = np.clip(np.linalg.norm(vertices[:, :2], axis=1) / radius - 0.75, 0, 1)
    vertices[:, 2] = amount * far * height - 0.001 * radius
    return vertices, faces


def _wall(ground: Parameters, out: tuple[float, float], distance: float, *, drop: float) -> list[Any]:
    """Return an upright wall across the view, ``distance`` behind the origin."""
    height = 6.0
    mesh, faces = grid_mesh(14.0, height + drop, 2)
    wall = add_mesh("wall", (mesh, faces), ground_material(ground["wall"]))
    wall.rotation_euler = (math.pi / 2, 0.0, math.atan2(out[1], out[0]) - math.pi / 2)
    wall.location = (out[0] * distance, out[1] * distance, (height - drop) / 2)
    return [wall]


def _clutter(
    ground: Parameters, out: tuple[float, float], distance: float, rng: np.random.Generator
) -> list[Any]:
    """Return a shelf of boxes before the wall: what a shop or a kitchen has behind the thing."""
    side = (-out[1], out[0])
    made = []
    for _ in range(int(rng.integers(5, 16))):
        size = rng.uniform(0.06, 0.35, 3) * max(distance, 0.4)
        along, back = rng.normal(0, 0.9) * distance, distance - size[1] / 2 - 0.02
        kind = "paper" if rng.random() < 0.6 else "acrylic"
        colour = [float(c) for c in rng.uniform(0.02, 0.8) * rng.uniform(0.3, 1.0, 3)]
        look = {**ground["wall"], "kind": kind, "colour": colour, "scale": 1.0}
        box = add_mesh("box", box_mesh(*size), ground_material(look))
        box.location = (out[0] * back + side[0] * along, out[1] * back + side[1] * along, 0.0)
        box.rotation_euler.z = math.atan2(out[1], out[0]) + rng.normal(0, 0.2)
        made.append(box)
    return made
