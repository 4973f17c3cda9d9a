"""Bangles as turned rings."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.synth.solids import open_edges
from training.synth.subjects.jewellery.bangles import bangle_mesh


@pytest.mark.parametrize("radius", [0.032, 0.033, 0.034, 0.036])
def test_a_bangle_is_closed_and_stands_in_its_radius(radius: float) -> None:
    mesh = bangle_mesh(radius, 0.013)
    assert np.isfinite(mesh[0]).all()
    assert not open_edges(mesh)
    assert 0.03 < np.linalg.norm(mesh[0][:, :2], axis=1).max() < 0.05
