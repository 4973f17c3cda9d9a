"""Figures carved of coral, some in front of the branch that they were cut from."""

from __future__ import annotations

import math

import numpy as np

from training.synth.kit.assembly import Part, turn_matrix
from training.synth.kit.draws import Parameters
from training.synth.subjects.carvings.figures import figure_part
from training.synth.subjects.jewellery.corals import (
    branch_parts,
)


def coral_figure(piece: Parameters, *, lying: bool) -> list[Part]:
    """Build a figure, some in front of the branch that it was cut from."""
    figure = figure_part(piece["figure"], height=piece["height_m"], seed=piece["seed"], finish=1.3)
    parts = [figure]
    if piece["branch"] is not None:
        fan = branch_parts(
            {**piece["branch"], "height_m": 1.35 * piece["height_m"], "foot": "cut"}, lying=False
        )
        back = turn_matrix(z=math.pi / 2)
        parts += [part.moved(turn=back, by=(-0.12 * piece["height_m"], 0, 0)) for part in fan]
    if lying:
        parts = [part.moved(turn=np.array([[0.0, 0, 1], [0, -1, 0], [1, 0, 0]])) for part in parts]
    return parts
