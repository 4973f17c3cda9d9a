"""Join many parts into one Blender object, with a material and values of its own for each part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from training.synth.kit.blender import add_mesh
from training.synth.kit.geometry import Array, Face, Numbers

PATTERN = "pattern"
"""Point attribute, three numbers: where in its pattern a material finds itself; positions where a part says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One closed mesh of an object.

    Attributes:
        vertices: Shape (N, 3), metres.
        faces: Facets, or quads of shape (M, 4).
        material: Which of the object's materials it has.
        values: Point attributes by name: one number for all, or an array of shape (N,).
        pattern: Pattern coordinates, shape (N, 3); None: the vertices themselves.
    """

    vertices: Array
    faces: Sequence[Face] | Array
    material: int = 0
    values: Mapping[str, float | Array] = field(default_factory=dict)
    pattern: Array | None = None

    def moved(self, *, turn: Array | None = None, by: Numbers = (0.0, 0.0, 0.0)) -> Part:
        """Return the part turned by a (3, 3) matrix, then shifted; the pattern stays on the surface."""
        pattern = self.vertices if self.pattern is None else self.pattern
        turned = self.vertices if turn is None else self.vertices @ np.asarray(turn).T
        return replace(self, vertices=turned + np.asarray(by), pattern=pattern)


def assemble(name: str, parts: Sequence[Part], materials: Sequence[Any], *, rest: bool = True) -> Any:
    """Add one object of all parts.

    Args:
        name: Of the object.
        parts: At least one.
        materials: By the numbers that the parts use.
        rest: Whether to centre it in x and y and to set its lowest point to z = 0.
    """
    vertices = np.concatenate([part.vertices for part in parts]).astype(np.float64)
    if rest:
        low, high = vertices.min(axis=0), vertices.max(axis=0)
        vertices -= [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]]
    faces, slots, start = [], [], 0
    for part in parts:
        faces += [tuple(int(corner) + start for corner in face) for face in _lists(part.faces)]
        slots += [part.material] * len(part.faces)
        start += len(part.vertices)
    thing = add_mesh(name, (vertices, faces), None)
    for material in materials:
        thing.data.materials.append(material)
    thing.data.polygons.foreach_set("material_index", slots)
    _add_values(thing, parts)
    return thing


def _lists(faces: Sequence[Face] | Array) -> Sequence[Sequence[int]]:
    return faces.tolist() if isinstance(faces, np.ndarray) else faces


def _add_values(thing: Any, parts: Sequence[Part]) -> None:
    for name in sorted({name for part in parts for name in part.values}):
        each = [np.broadcast_to(part.values.get(name, 0.0), len(part.vertices)) for part in parts]
        attribute = thing.data.attributes.new(name, "FLOAT", "POINT")
        attribute.data.foreach_set("value", np.concatenate(each).astype(np.float32))
    pattern = [part.vertices if part.pattern is None else part.pattern for part in parts]
    attribute = thing.data.attributes.new(PATTERN, "FLOAT_VECTOR", "POINT")
    attribute.data.foreach_set("vector", np.concatenate(pattern).astype(np.float32).ravel())


def turn_matrix(x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Array:
    """Return the (3, 3) matrix that turns about x, then y, then z, by radians."""
    (cx, cy, cz), (sx, sy, sz) = np.cos([x, y, z]), np.sin([x, y, z])
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


def ripple(points: Array, seed: int, pitch: float, *, octaves: int = 3) -> Array:
    """Return smooth seeded noise of about -1 to 1 at points (N, D), features about ``pitch`` metres apart."""
    rng = np.random.default_rng(seed)
    total = np.zeros(len(points))
    for octave in range(octaves):
        for _ in range(4):
            wave = rng.normal(0.0, 2.6 * 1.9**octave / pitch, points.shape[1])
            total += np.sin(points @ wave + rng.uniform(0, 2 * np.pi)) * 0.5 * 0.55**octave
    return total
