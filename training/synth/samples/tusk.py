"""A raw elephant tusk with its open pulp cavity."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.synth.kit.blender import add_attribute, add_mesh
from training.synth.kit.geometry import FacetMesh
from training.synth.kit.meshes import sweep
from training.synth.samples.materials import raw_tusk_material

SIDES = 72
HOLLOW_RINGS, SKIN_RINGS = 40, 160

# Share of the tusk's length at each ring: out of the pulp cavity, then along the outside.
TUSK_STATIONS = np.concatenate([np.linspace(0.22, 0.0, HOLLOW_RINGS), np.linspace(0.0, 1.0, SKIN_RINGS)])


def add_tusk() -> Any:
    """Add a tusk 1.2 m along its curve and return it; its base is at the origin.

    Its material reads three point attributes: ``along`` (0 at the base, 1 at the tip), ``inside``
    (1 in the pulp cavity) and ``around`` (radians from the line opposite the first side).
    """
    tusk = add_mesh("tusk", tusk_mesh(length=1.2, radius=0.075, bend=-72.0), raw_tusk_material())
    angle = np.linspace(0.0, 2 * np.pi, SIDES, endpoint=False)
    rings = len(TUSK_STATIONS)
    add_attribute(tusk, "along", np.repeat(TUSK_STATIONS, SIDES))
    add_attribute(tusk, "inside", np.repeat(np.where(np.arange(rings) < HOLLOW_RINGS, 1.0, 0.0), SIDES))
    add_attribute(tusk, "around", np.tile(np.abs(angle - np.pi), rings))
    return tusk


def tusk_mesh(length: float, radius: float, bend: float) -> FacetMesh:
    """Sweep a tapering tusk that curves in the xy plane, with an open pulp cavity.

    Args:
        length: Along the curve.
        radius: At the base.
        bend: Degrees the curve turns from base to tip.
    """
    s = TUSK_STATIONS
    deep, skin = s[:HOLLOW_RINGS] / s[0], s[HOLLOW_RINGS:]
    hollow = radius * 0.82 * np.sqrt(1 - deep**1.3 * 0.999)
    taper = radius * (1 - 0.22 * skin - 0.50 * skin**2.2) * np.sqrt(1 - skin**14 * 0.99)
    wobble = 1 + 0.015 * np.sin(skin * 21) + 0.012 * np.sin(skin * 47 + 1)
    r = np.concatenate([hollow, taper * wobble])
    turn = np.radians(bend) * s**1.15
    fine = np.linspace(0.0, 1.0, 2000)
    angle = np.radians(bend) * fine**1.15
    x = np.interp(s, fine, np.cumsum(np.cos(angle)) * length / 2000)
    y = np.interp(s, fine, np.cumsum(np.sin(angle)) * length / 2000)
    centres = np.stack([x, y, np.zeros_like(x)], axis=1)
    side = np.stack([-np.sin(turn), np.cos(turn), np.zeros_like(turn)], axis=1)
    up = np.tile([0.0, 0.0, 1.0], (len(s), 1))
    return sweep(centres, side * r[:, None], up * r[:, None] * 0.92, sides=SIDES, closed=False)
