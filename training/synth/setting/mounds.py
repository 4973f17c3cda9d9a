"""Mounds of many small things: their surface alone, laid piece by piece, without letting anything fall."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from training.synth.kit.blender import add_attribute, add_mesh, blender
from training.synth.kit.colours import rgb
from training.synth.kit.geometry import Array, Numbers
from training.synth.kit.grown_materials import grown
from training.synth.kit.meshes import grid_mesh
from training.synth.setting.staged import discard, twin

Height = Callable[[Array], Array]
"""Height over the floor at places (N, 2), in metres; negative where there is no mound."""

MOST_CLUMPS = 330
"""In a mound: every ray that measures what can be seen asks each object, and Blender copies clumps for nothing."""

_CLUMP = 8  # pieces
_CLUMPS = 6  # different ones


def heap(radius: float, height: float, rng: np.random.Generator) -> Height:
    """Return a lumpy cone with a round top, ``radius`` and ``height`` in metres."""
    phases, ways = rng.uniform(0, 2 * math.pi, 6), rng.normal(0, 2.2 / radius, (6, 2))

    def at(places: Array) -> Array:
        away = np.linalg.norm(places, axis=1) / radius
        lumps = np.sin(places @ ways.T + phases).sum(axis=1) / 6
        rim = 1 + 0.10 * np.sin(3 * np.arctan2(places[:, 1], places[:, 0]) + phases[0])
        cone = np.where(away < rim, 0.5 + 0.5 * np.cos(np.pi * np.clip(away / rim, 0, 1)), -1.0)
        return height * np.where(cone < 0, cone, cone * (1 + 0.25 * lumps))

    return at


def bed(depth: float, reach: float, rng: np.random.Generator) -> Height:
    """Return a layer without an edge: waves of ``depth`` within ``reach``, in metres."""
    phases, ways = rng.uniform(0, 2 * math.pi, 6), rng.normal(0, 2.5 / reach, (6, 2))
    return lambda places: depth * (1 + np.sin(places @ ways.T + phases).sum(axis=1) / 6)


def lay_mound(
    variants: Sequence[Any],
    surface: Height,
    *,
    reach: tuple[float, float],
    rng: np.random.Generator,
    core: Numbers,
    place: Numbers = (0.0, 0.0, 0.0),
    tilt: float = 0.35,
    layers: int = 2,
) -> list[Any]:
    """Cover a mound with copies of the variants, which are used up; returns the copies.

    Args:
        variants: Pieces that lie on z = 0 about the origin.
        surface: The mound.
        reach: Half width and half depth of the place to cover, in metres.
        rng: Details.
        core: Linear RGB of what shows between the pieces.
        place: Where the mound stands.
        tilt: Standard deviation of the pieces' tilt against the surface, in radians.
        layers: Pieces over each other.
    """
    size = float(np.mean([max(piece.dimensions.x, piece.dimensions.y) for piece in variants]))
    clumps = [_clump(variants, size, tilt, rng) for _ in range(_CLUMPS)]
    step = max(1.25 * size, math.sqrt(4 * reach[0] * reach[1] * layers / MOST_CLUMPS))
    spots = _spots(reach, step, layers, rng)
    height = surface(spots)
    inside = height > 0
    _core(surface, reach, core, 0.3 * size, place)
    made = []
    for number, (spot, z) in enumerate(zip(spots[inside], height[inside], strict=True)):
        piece = twin(clumps[int(rng.integers(_CLUMPS))])
        slope = _slope(surface, spot, 0.6 * size)
        rise = 0.10 * size * (number % layers) + rng.uniform(0.0, 0.12) * size
        piece.rotation_mode = "XYZ"
        piece.rotation_euler = _leaning(slope, 0.0, rng.uniform(0, 2 * math.pi))
        piece.location = (spot[0] + place[0], spot[1] + place[1], z + rise + place[2])
        piece.scale = (max(step / (1.25 * size), 1.0) ** 0.5 * float(rng.uniform(0.9, 1.1)),) * 3
        made.append(piece)
    discard([*variants, *clumps])
    return made


def _clump(variants: Sequence[Any], size: float, tilt: float, rng: np.random.Generator) -> Any:
    """Return one object of some pieces that lie beside and over each other, each with a number of its own."""
    bpy = blender()
    parts = []
    for number in range(_CLUMP):
        source = variants[int(rng.integers(len(variants)))]
        part = twin(source)
        part.data = source.data.copy()
        around, away = number * 2.4, 0.72 * size * math.sqrt((number + 0.3) / _CLUMP)
        flips = math.pi * (rng.random() < 0.4)
        part.rotation_euler = _leaning(rng.normal(0, tilt, 2), flips, rng.uniform(0, 2 * math.pi))
        lift = 0.05 * size * number + (0.1 * size if flips else 0.0)
        part.location = (away * math.cos(around), away * math.sin(around), lift)
        if "own" in part.data.attributes:
            part.data.attributes.remove(part.data.attributes["own"])
        add_attribute(part, "own", np.full(len(part.data.vertices), rng.random()))
        parts.append(part)
    with bpy.context.temp_override(active_object=parts[0], selected_editable_objects=parts):
        bpy.ops.object.join()
    bpy.context.view_layer.update()
    clump = parts[0]
    clump.data.transform(clump.matrix_world)
    clump.matrix_world.identity()
    clump.location, clump.rotation_euler = (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)
    return clump


def _spots(reach: tuple[float, float], step: float, layers: int, rng: np.random.Generator) -> Array:
    """Return jittered places (N, 2) on a grid, as often as there are layers."""
    axes = [np.arange(-half, half, step) for half in reach]
    grid = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    return np.concatenate([grid + rng.uniform(-0.5, 0.5, grid.shape) * step for _ in range(layers)])


def _slope(surface: Height, spot: Array, step: float) -> Array:
    """Return how steeply the surface rises along x and y."""
    around = surface(spot + step * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]]))
    return np.clip([(around[0] - around[1]) / (2 * step), (around[2] - around[3]) / (2 * step)], -1.2, 1.2)


def _leaning(slope: Array, flips: float, spin: float) -> tuple[float, float, float]:
    """Return Euler angles of a piece turned by ``spin`` on a surface of that slope, over on its face by ``flips``."""
    along = slope[0] * math.cos(spin) + slope[1] * math.sin(spin)
    across = slope[1] * math.cos(spin) - slope[0] * math.sin(spin)
    return flips + math.atan(across), -math.atan(along), spin


def _core(surface: Height, reach: tuple[float, float], colour: Numbers, below: float, place: Numbers) -> None:
    """Add the dark inside of the mound, just below its pieces."""
    vertices, faces = grid_mesh(2.2 * reach[0], 2.2 * reach[1], 70)
    height = surface(vertices[:, :2])
    faces = [face for face in faces if (height[list(face)] > 0).all()]
    vertices[:, 2] = np.maximum(height - below, 0.0)
    tone = np.array(colour)
    look = grown("core", [tone * 0.25, tone * 0.7], size=0.02, roughness=0.9, bump=0.002, variety=0.0)
    look.set("Base Color", rgb(tone * 0.35))
    add_mesh("core", (vertices + np.asarray(place), faces), look.material)


def pack_inside(
    variants: Sequence[Any],
    *,
    radius: float,
    height: float,
    count: int,
    rng: np.random.Generator,
    place: Numbers = (0.0, 0.0, 0.0),
    flat: float = 1.0,
) -> list[Any]:
    """Fill a round room with copies of the variants, which are used up; returns the copies.

    Args:
        variants: Pieces about the origin.
        radius: Of the room, in metres.
        height: Of the room, in metres.
        count: Pieces.
        rng: Details.
        place: Middle of the room's floor.
        flat: 1: a cylinder; 0: a pillow, lower towards its rim.
    """
    size = float(np.mean([max(piece.dimensions.x, piece.dimensions.y) for piece in variants]))
    made = []
    for _ in range(count):
        away = max(radius - 0.45 * size, 0.3 * radius) * math.sqrt(rng.uniform(0.0, 1.0))
        around = rng.uniform(0, 2 * math.pi)
        low = 1 - (1 - flat) * (away / radius) ** 2
        piece = twin(variants[int(rng.integers(len(variants)))])
        piece.rotation_mode = "XYZ"
        piece.rotation_euler = (rng.uniform(0, 2 * math.pi), rng.normal(0, 0.6), rng.uniform(0, 2 * math.pi))
        z = 0.4 * size * min(low, 1.0) + rng.uniform(0, 1) * max(height * low - 0.6 * size, 0.0)
        piece.location = (
            place[0] + away * math.cos(around),
            place[1] + away * math.sin(around),
            place[2] + z,
        )
        made.append(piece)
    discard(variants)
    return made
