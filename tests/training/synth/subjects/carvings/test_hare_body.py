"""The carved hare as a distance field."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.synth.solids import open_edges, volume
from training.synth.kit.distance_fields import surface_nets
from training.synth.subjects.carvings.hare_body import hare_distance


def test_the_hare_is_one_closed_skin_on_the_zero_of_its_distance() -> None:
    mesh = surface_nets(hare_distance, (-2.9, -1.8, -0.1), (3.0, 1.8, 3.1), 0.1)
    assert np.isfinite(mesh[0]).all()
    assert not open_edges(mesh)
    assert volume(mesh) > 0
    assert np.abs(hare_distance(mesh[0])).max() < 0.1
    assert mesh[0][:, 2].min() == pytest.approx(0.06, abs=0.02)


def test_the_hare_is_symmetric() -> None:
    points = np.random.default_rng(2).uniform(-2, 2, (200, 3)).astype(np.float32)
    mirrored = points * np.float32([1, -1, 1])
    assert np.array_equal(hare_distance(points), hare_distance(mirrored))
