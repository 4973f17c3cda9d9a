"""Things that hold pieces: bowls, jars, boxes, bags, sacks, trays, and a hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.synth.blender import add_mesh
from training.synth.draws import Draws, Parameters
from training.synth.meshes import lathe_mesh
from training.synth.shader import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Something that holds pieces.

    Attributes:
        objects: What is seen of it.
        radius: Of the round room inside, in metres.
        floor: Height of its floor, in metres.
        height: Height of its rim, in metres; 0: no walls.
    """

    objects: Sequence[Any] = ()
    radius: float = 0.0
    floor: float = 0.0
    height: float = 0.0


EMPTY = Holder()


def sample_container(draws: Draws, *, hand: bool = False) -> Parameters:
    """Draw what holds the pieces."""
    return {"kind": "hand" if hand else "bowl", "colour": draws.colour((0.6, 0.6, 0.58), value=0.5)}


def build_container(container: Parameters, reach: float) -> Holder:
    """Build it around pieces that would need a disc of radius ``reach``."""
    r = reach
    outside = [(0.75 * r, 0.0), (0.95 * r, 0.2 * r), (1.05 * r, 0.75 * r)]
    inside = [(1.0 * r, 0.75 * r), (0.9 * r, 0.22 * r), (0.8 * r, 0.06 * r), (0.001, 0.05 * r)]
    look = Look("bowl", roughness=0.3)
    look.set("Base Color", tuple(container["colour"]))
    bowl = add_mesh("bowl", lathe_mesh(np.array([(0.001, 0.0), *outside, *inside])), look.material)
    return Holder(objects=(bowl,), radius=0.88 * r, floor=0.06 * r, height=0.75 * r)
