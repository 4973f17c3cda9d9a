"""Shells around curved sheets."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.synth.solids import open_edges, volume
from training.synth.kit.thin_shapes import both_sides, grid, lower_side, shell, to_border


def test_a_flat_shell_is_a_closed_box_of_its_thickness() -> None:
    u, v = grid(12, 9)
    mesh = shell(np.stack([0.1 * u, 0.03 * v, 0 * u], axis=-1), 0.002)
    assert not open_edges(mesh)
    assert volume(mesh) == pytest.approx(0.1 * 0.06 * 0.002)
    assert (mesh[0][: u.size, 2] > 0).all()
    assert np.array_equal(lower_side(12, 9) == 1.0, mesh[0][:, 2] < 0)
    assert both_sides(u).shape == (len(mesh[0]),)


def test_the_border_is_at_the_far_end_and_the_sides() -> None:
    near = to_border(*grid(11, 11))
    assert (near[-1] == 1).all()
    assert (near[:, [0, -1]] == 1).all()
    assert near[0, 5] == 0
