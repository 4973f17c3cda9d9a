"""Blobs, plates and tapers, and how meshes are moved and joined."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.synth.solids import open_edges, volume
from training.synth.kit.grown_shapes import arc, blob, joined, moved, plate, rest, roughen, turned

ROUND = 0.02 * np.column_stack([np.cos(np.arange(64) * np.pi / 32), np.sin(np.arange(64) * np.pi / 32)])


def test_a_blob_is_a_closed_ellipsoid() -> None:
    mesh = blob((0.03, 0.02, 0.01), columns=64, rows=40)
    assert not open_edges(mesh)
    assert volume(mesh) == pytest.approx(4 / 3 * np.pi * 0.03 * 0.02 * 0.01, rel=0.02)


def test_a_plate_is_closed_and_knows_its_rim() -> None:
    mesh, rim = plate(ROUND, thickness=0.002, edge=1.0)
    assert not open_edges(mesh)
    assert volume(mesh) == pytest.approx(np.pi * 0.02**2 * 0.002, rel=0.02)
    assert (rim.min(), rim.max()) == (0.0, 1.0)
    assert np.linalg.norm(mesh[0][rim == 1.0][:, :2], axis=1) == pytest.approx(0.02)


def test_roughness_is_the_same_for_a_seed_and_no_deeper_than_asked() -> None:
    smooth = blob((0.02, 0.02, 0.02))
    first, again, other = (
        roughen(smooth, np.random.default_rng(seed), size=0.02, depth=0.001)[0] for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.linalg.norm(first - smooth[0], axis=1).max() < 0.004


def test_meshes_rest_turn_and_join() -> None:
    mesh = moved(blob((0.03, 0.02, 0.01)), (0.5, 0.2, -0.3), scale=2.0)
    lying = rest(mesh)[0]
    assert lying.min(axis=0) == pytest.approx([-lying[:, 0].max(), -lying[:, 1].max(), 0.0])
    upright = turned(mesh, about="y", degrees=90.0)
    assert np.ptp(upright[0], axis=0) == pytest.approx(np.ptp(mesh[0], axis=0)[[2, 1, 0]])
    assert volume(upright) == pytest.approx(volume(mesh))
    both, part = joined([mesh, upright])
    assert volume(both) == pytest.approx(2 * volume(mesh))
    assert part.tolist() == [0] * len(mesh[0]) + [1] * len(upright[0])


def test_an_arc_has_its_length_and_turn() -> None:
    path = arc(0.2, bend_deg=60.0, steps=50)
    steps = np.diff(path, axis=0)
    assert np.linalg.norm(steps, axis=1).sum() == pytest.approx(0.2, rel=0.01)
    first, last = steps[0], steps[-1]
    cosine = first @ last / np.linalg.norm(first) / np.linalg.norm(last)
    assert np.degrees(np.arccos(cosine)) == pytest.approx(60.0, abs=3)
