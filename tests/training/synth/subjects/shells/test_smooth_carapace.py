"""The polished carapace and the mounted turtle."""

from __future__ import annotations

import numpy as np
import pytest

from training.synth.kit.draws import Draws
from training.synth.subjects.shells.smooth_carapace import (
    _turtle_field,
    draw_smooth_carapace,
    draw_turtle,
    smooth_carapace_parts,
)


def test_a_carapace_is_a_dome_of_its_length_with_pale_seams_between_scutes() -> None:
    for seed in range(4):
        values = draw_smooth_carapace(Draws(seed, ("c",)))
        shell, inside = smooth_carapace_parts(values)
        size = np.ptp(shell.vertices, axis=0) / values["length_m"]
        assert size[0] == pytest.approx(1.0, abs=0.04)
        assert size[1] == pytest.approx(values["width"], rel=0.08)
        assert 0.8 * values["height"] < size[2] < values["height"] + 0.06
        seam = np.asarray(shell.values["seam"])
        assert seam.max() <= 0
        assert 0.02 < (seam < -0.5).mean() < 0.35
        assert len(np.unique(shell.pattern[:, 2])) > 30  # type: ignore[index]
        assert inside.vertices[:, 2].max() < shell.vertices[:, 2].max()


def test_faces_look_up() -> None:
    shell, _inside = smooth_carapace_parts(draw_smooth_carapace(Draws(1, ("c",))))
    corners = shell.vertices[np.asarray(shell.faces)]
    normal = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    assert (normal[:, 2] > 0).mean() > 0.98


def test_every_turtle_lies_inside_the_box_that_is_meshed() -> None:
    low, high = np.array([-0.75, -0.95, -0.2]), np.array([0.95, 0.95, 0.45])
    axes = [np.linspace(a, b, 30) for a, b in zip(low, high, strict=True)]
    grid = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 3)
    rim = grid[((grid == low) | (grid == high)).any(axis=1)].astype(np.float32)
    for seed in range(25):
        field = _turtle_field(draw_turtle(Draws(seed, ("t",))), draw_smooth_carapace(Draws(seed, ("c",))))
        assert (field(rim) > 0).all()
