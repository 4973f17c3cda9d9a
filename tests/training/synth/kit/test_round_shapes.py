"""Lathe work, rings and tubes: closed, wound outward, of the volume that their formula gives."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.synth.solids import open_edges, volume
from training.synth.kit.geometry import ArrayMesh
from training.synth.kit.round_shapes import ball, frames, lathed, ring, smooth_path, tube

RISE = np.column_stack([np.linspace(0, 0.3, 40), 0.05 * np.linspace(0, 1, 40) ** 2, np.zeros(40)])
LOOP = 0.1 * np.column_stack(
    [np.cos(np.arange(120) * np.pi / 60), np.sin(np.arange(120) * np.pi / 60), np.zeros(120)]
)
LENGTH = float(np.linalg.norm(np.diff(RISE, axis=0), axis=1).sum())
SHAPES: dict[str, tuple[ArrayMesh, float]] = {  # mesh and volume
    "ball": (ball(0.02, sides=48), 4 / 3 * np.pi * 0.02**3),
    "cylinder": (
        lathed([(1e-6, 0), (0.01, 0), (0.01, 0.05), (1e-6, 0.05)], sides=96),
        np.pi * 0.01**2 * 0.05,
    ),
    "upside down": (
        lathed([(1e-6, 0.05), (0.01, 0.05), (0.01, 0), (1e-6, 0)], sides=96),
        np.pi * 0.01**2 * 0.05,
    ),
    "oval ring": (ring(0.03, 0.01, 0.006, squareness=0.0), 2 * np.pi * 0.033 * np.pi * 0.005 * 0.003),
    "tube": (tube(RISE, 0.004, sides=64), np.pi * 0.004**2 * LENGTH),
    "hoop": (tube(LOOP, 0.004, sides=64, closed=True), 2 * np.pi * 0.1 * np.pi * 0.004**2),
}


@pytest.mark.parametrize("name", SHAPES)
def test_it_is_closed_and_has_its_volume(name: str) -> None:
    mesh, expected = SHAPES[name]
    assert np.isfinite(mesh[0]).all()
    assert not open_edges(mesh)
    assert volume(mesh) == pytest.approx(expected, rel=0.03)


def test_frames_stand_square_on_the_path() -> None:
    side, up = frames(RISE)
    along = np.gradient(RISE, axis=0)
    assert np.abs((side * up).sum(axis=1)).max() < 1e-9
    assert np.abs((up * along).sum(axis=1)).max() < 1e-9
    assert np.linalg.norm(side, axis=1) == pytest.approx(1.0)


def test_a_smooth_path_goes_through_its_ends_in_even_steps() -> None:
    path = smooth_path([(0, 0, 0), (0.1, 0.05, 0), (0.2, 0, 0.02)], 60)
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    assert path[0] == pytest.approx([0, 0, 0])
    assert path[-1] == pytest.approx([0.2, 0, 0.02], abs=0.01)
    assert steps.max() / steps.min() < 1.1
