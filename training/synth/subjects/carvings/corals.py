"""Figures carved of coral, some in front of the branch that they were cut from."""

from __future__ import annotations

import math

import numpy as np

from training.synth.kit.assembly import Part, turn_matrix
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.carvings.figures import figure_part
from training.synth.subjects.jewellery.corals import (
    branch_parts,
    draw_branch,
)


def draw_coral_figure(draws: Draws) -> Parameters:
    """Draw a figure, and for some the branch behind it."""
    kind = draws.weighted({"robed": 0.4, "buddha": 0.2, "lion": 0.15, "owl": 0.1, "elephant": 0.15})
    branch = draw_branch(draws.part("branch")) if draws.chance(0.45) else None
    return {"figure": kind, "height_m": draws.uniform(0.035, 0.12), "branch": branch, "seed": draws.seed()}


def coral_figure(values: Parameters) -> list[Part]:
    """Build a figure, some in front of the branch that it was cut from; on a hand it lies."""
    high = values["height_m"]
    parts = [figure_part(values["figure"], height=high, seed=values["seed"], finish=1.3)]
    if values["branch"] is not None:
        fan = branch_parts({**values["branch"], "height_m": 1.35 * high, "foot": "cut"}, lying=False)
        back = turn_matrix(z=math.pi / 2)
        parts += [part.moved(turn=back, by=(-0.12 * high, 0, 0)) for part in fan]
    if values["arrangement"]["kind"] in ("standing", "single"):
        return parts
    return [part.moved(turn=np.array([[0.0, 0, 1], [0, -1, 0], [1, 0, 0]])) for part in parts]
