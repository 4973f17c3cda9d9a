"""The outline of a mug and the path of its handle."""

from __future__ import annotations

import numpy as np

from tests.training.synth.solids import open_edges
from training.synth.kit.meshes import lathe_mesh
from training.synth.setting.household import mug_handle_path, mug_profile


def test_a_mug_is_closed_and_stands_in_its_radius() -> None:
    mesh = lathe_mesh(mug_profile())
    assert np.isfinite(mesh[0]).all()
    assert not open_edges(mesh)
    assert 0.03 < np.linalg.norm(mesh[0][:, :2], axis=1).max() < 0.05


def test_the_handle_has_no_gap_and_no_doubled_point() -> None:
    path = mug_handle_path()
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    assert path.shape[1] == 3
    assert np.isfinite(path).all()
    assert steps.min() > 0
    assert steps.max() < 0.01
