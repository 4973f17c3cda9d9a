"""Things that hold pieces: so far a bowl and a flat palm stand-in."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.synth.blender import add_mesh
from training.synth.draws import Draws, Parameters
from training.synth.meshes import lathe_mesh
from training.synth.shader import Look


def sample_container(draws: Draws, *, hand: bool = False) -> Parameters:
    """Draw what holds the pieces."""
    return {"kind": "bowl", "colour": draws.colour((0.6, 0.6, 0.58), value=0.5)}


def build_container(container: Parameters, reach: float) -> tuple[list[Any], float]:
    """Build it around pieces that would need a disc of radius ``reach``; return its objects and its inner radius."""
    r = reach
    outside = [(0.5 * r, 0.0), (0.9 * r, 0.35 * r), (1.08 * r, 0.75 * r)]
    inside = [(1.02 * r, 0.75 * r), (0.85 * r, 0.4 * r), (0.5 * r, 0.08 * r), (0.001, 0.06 * r)]
    look = Look("bowl", roughness=0.3)
    look.set("Base Color", tuple(container["colour"]))
    bowl = add_mesh("bowl", lathe_mesh(np.array([(0.001, 0.0), *outside, *inside])), look.material)
    return [bowl], 0.8 * r
