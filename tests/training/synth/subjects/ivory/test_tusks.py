"""Raw tusks as meshes: solid, as long as drawn, and upright when stood up."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.synth.solids import volume
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.ivory import tusk_draws as draw
from training.synth.subjects.ivory.tusks import stood_up, tusk_part


def tusk(cut: draw.Cut, seed: int) -> Parameters:
    return draw.draw_tusk(Draws(seed, ()), "african", cut, 1.0, marked=False)


@pytest.mark.parametrize("seed", range(2))
def test_a_whole_tusk_has_its_length_along_its_curve(seed: int) -> None:
    values = tusk(draw.to_mount, seed)
    part = tusk_part(values, sides=16, rings=24)
    reach = np.ptp(part.vertices, axis=0).max() / values["length_m"]
    assert volume((part.vertices, np.asarray(part.faces))) > 0
    assert 0.4 < reach < 1.05


@pytest.mark.parametrize("lean", [-1.0, 1.0])
def test_a_tusk_that_is_stood_up_leans_to_its_side(lean: float) -> None:
    values = tusk(draw.to_mount, 3)
    part = tusk_part(values, sides=16, rings=24)
    upright = stood_up(part, values, lean_to=lean)
    extent = np.ptp(upright.vertices, axis=0)
    assert extent[2] == max(extent)
    assert volume((upright.vertices, np.asarray(upright.faces))) > 0
    along = np.asarray(upright.values["along"])
    assert upright.vertices[along.argmin(), 2] < upright.vertices[along.argmax(), 2]
