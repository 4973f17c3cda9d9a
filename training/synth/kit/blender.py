"""The door to Blender's Python module: load it, and hand it meshes.

Blender is loaded when a function first needs it, never at import. It ships no type stubs, so its
objects are `Any` throughout.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from training.synth.kit.geometry import Array, ArrayMesh, Mesh

_ADVICE = (
    "rendering needs Blender's Python module; install wildvision with its extra `synth`, e.g. `pip install '.[synth]'` in a checkout "
    "(bpy has wheels for one Python version only; see its package page)"
)


class MissingBlenderError(ImportError):
    """Blender's Python module ``bpy`` is not installed."""


def blender() -> Any:
    """Return the ``bpy`` module.

    Raises:
        MissingBlenderError: It is not installed.
    """
    try:
        return importlib.import_module("bpy")
    except ImportError as error:
        raise MissingBlenderError(_ADVICE) from error


def require_blender() -> None:
    """Check that ``bpy`` is installed without loading it.

    Loading it puts Blender's own folders on the module path, which worker processes would inherit and then find
    the wrong ``bpy`` on; so a process that starts workers must only look.

    Raises:
        MissingBlenderError: It is not installed.
    """
    if importlib.util.find_spec("bpy") is None:
        raise MissingBlenderError(_ADVICE)


def add_mesh(name: str, mesh: Mesh, material: Any) -> Any:
    """Add an object; its edges sharper than 35 degrees stay sharp."""
    bpy = blender()
    vertices, faces = mesh
    data = bpy.data.meshes.new(name)
    data.from_pydata(
        np.asarray(vertices).tolist(), [], faces.tolist() if isinstance(faces, np.ndarray) else list(faces)
    )
    data.shade_smooth()
    data.set_sharp_from_angle(angle=math.radians(35.0))
    thing = bpy.data.objects.new(name, data)
    bpy.context.collection.objects.link(thing)
    if material is not None:
        data.materials.append(material)
    return thing


def add_attribute(thing: Any, name: str, values: Array) -> None:
    """Store one number per vertex, for a material to read."""
    attribute = thing.data.attributes.new(name, "FLOAT", "POINT")
    attribute.data.foreach_set("value", np.asarray(values, dtype=np.float32))


def holding(parent: Any, things: Sequence[Any]) -> Any:
    """Make things children of an object, where they are, and return it."""
    for thing in things:
        if thing.parent is None:
            thing.parent = parent
    return parent


def subdivide(vertices: Array, faces: Array, levels: int) -> ArrayMesh:
    """Smooth and refine a quad mesh: each level makes four quads of one."""
    bpy = blender()
    rough = add_mesh("rough", (vertices, faces), None)
    modifier = rough.modifiers.new("refine", "SUBSURF")
    modifier.levels = levels
    fine = rough.evaluated_get(bpy.context.evaluated_depsgraph_get()).to_mesh()
    points = np.empty(len(fine.vertices) * 3, dtype=np.float32)
    fine.vertices.foreach_get("co", points)
    corners = np.empty(len(fine.loops), dtype=np.int32)
    fine.loops.foreach_get("vertex_index", corners)
    bpy.data.objects.remove(rough)
    return points.reshape(-1, 3), corners.reshape(-1, 4)


def nearest_distances(vertices: Array, points: Array) -> Array:
    """Return how far each of ``vertices`` (N, 3) is from the nearest of ``points``, shape (N,)."""
    kdtree = importlib.import_module("mathutils.kdtree")
    tree = kdtree.KDTree(len(points))
    for i, point in enumerate(points.tolist()):
        tree.insert(point, i)
    tree.balance()
    return np.array([tree.find(vertex)[2] for vertex in vertices.tolist()])
