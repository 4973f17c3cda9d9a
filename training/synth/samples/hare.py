"""The carved hare: its surface, its engraved coat and its inlaid eyes."""

from __future__ import annotations

import functools
from typing import Any

from training.synth.kit.blender import add_attribute, add_mesh, subdivide
from training.synth.kit.distance_fields import gradient, surface_nets
from training.synth.kit.geometry import Array
from training.synth.kit.materials import glossy_material
from training.synth.kit.meshes import sphere_mesh
from training.synth.samples.hare_coat import cut_lines
from training.synth.subjects.carvings.hare_body import hare_distance

CENTIMETRE = 0.01


def carve_hare(material: Any, fur_depth: float) -> None:
    """Add the hare, facing +x, standing on z = 0, with dark inlaid eyes.

    Args:
        material: Its material; reads the point attribute ``stain`` (0 clean, 1 in a cut line).
        fur_depth: Depth of the cut hair lines, 1 for the ivory carver's.
    """
    vertices, faces, normals, stain = hare_surface()
    carved = vertices - normals * (0.0050 * fur_depth * stain)[:, None]
    hare = add_mesh("hare", (carved * CENTIMETRE, faces), material)
    add_attribute(hare, "stain", stain)
    horn = glossy_material("horn", (0.012, 0.006, 0.004), roughness=0.08, coat=1.0)
    for side in (-1.0, 1.0):
        eye = add_mesh("eye", sphere_mesh(0.125 * CENTIMETRE), horn)
        eye.location = tuple(CENTIMETRE * c for c in (1.79, 0.605 * side, 2.10))


@functools.cache
def hare_surface() -> tuple[Array, Array, Array, Array]:
    """Build the hare's surface in centimetres.

    Returns:
        Vertices (N, 3), quads (M, 4), outward unit normals (N, 3) and stain (N,), 0 to 1.
    """
    vertices, faces = surface_nets(hare_distance, (-2.9, -1.8, -0.1), (3.0, 1.8, 3.1), 0.03)
    vertices, faces = subdivide(vertices, faces, levels=2)
    for _ in range(2):
        normals = gradient(hare_distance, vertices)
        vertices = vertices - normals * hare_distance(vertices)[:, None]
    stain = cut_lines(vertices)
    return vertices, faces, normals, stain
