"""Bangles, in metres."""

from __future__ import annotations

import numpy as np

from training.synth.kit.assembly import Part
from training.synth.kit.draws import Parameters
from training.synth.kit.geometry import FacetMesh
from training.synth.kit.meshes import lathe_mesh
from training.synth.kit.round_shapes import ring


def bangle_mesh(radius: float, width: float) -> FacetMesh:
    """Return a flat-lying ring, domed outside and nearly flat inside."""
    angle = np.linspace(0.0, 2 * np.pi, 40, endpoint=False)
    bulge = np.where(np.cos(angle) > 0, 0.0055, 0.0022)
    r = radius + bulge * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.8
    z = width / 2 * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** 0.7
    profile = np.stack([r, z], axis=1)
    return lathe_mesh(np.concatenate([profile, profile[:1]]), sides=128)


def bangle_parts(values: Parameters) -> list[Part]:
    """Build a ring of ``radius_m``, ``width_m``, ``depth_m`` and ``squareness``: 0 round in section (0.1 if unsaid)."""
    square = values.get("squareness", 0.1)
    points, faces = ring(
        values["radius_m"], values["width_m"], values["depth_m"], squareness=square, sides=96
    )
    return [Part(vertices=points, faces=faces)]
