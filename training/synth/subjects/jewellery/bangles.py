"""Bangles, in metres."""

from __future__ import annotations

import numpy as np

from training.synth.kit.geometry import FacetMesh
from training.synth.kit.meshes import lathe_mesh


def bangle_mesh(radius: float, width: float) -> FacetMesh:
    """Return a flat-lying ring, domed outside and nearly flat inside."""
    angle = np.linspace(0.0, 2 * np.pi, 40, endpoint=False)
    bulge = np.where(np.cos(angle) > 0, 0.0055, 0.0022)
    r = radius + bulge * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.8
    z = width / 2 * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** 0.7
    profile = np.stack([r, z], axis=1)
    return lathe_mesh(np.concatenate([profile, profile[:1]]), sides=128)
