"""Simple solids and sheets: closed, wound outward, of the size asked for."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.synth.solids import open_edges, volume
from training.synth.kit.distance_fields import surface_nets
from training.synth.kit.geometry import Array, Mesh
from training.synth.kit.meshes import box_mesh, cloth_mesh, grid_mesh, rod_mesh, sphere_mesh, tube_mesh
from training.synth.samples.bead_necklaces import necklace_path

HEXAGON = 1.5 * 3**0.5  # area over radius squared

NECKLACE_LENGTH = float(np.linalg.norm(necklace_path() - np.roll(necklace_path(), 1, axis=0), axis=1).sum())


def ball(points: Array) -> Array:
    return np.linalg.norm(points, axis=1) - 1.0


SOLIDS: dict[str, tuple[Mesh, float]] = {  # mesh and volume
    "ball": (sphere_mesh(0.0075), 4 / 3 * np.pi * 0.0075**3),
    "box": (box_mesh(0.20, 0.14, 0.115), 0.20 * 0.14 * 0.115),
    "rod": (rod_mesh(-0.1, 0.06, 0.0038, 0.0038, 6), HEXAGON * 0.0038**2 * 0.16),
    "necklace thread": (tube_mesh(necklace_path(), 0.0006, closed=True), np.pi * 0.0006**2 * NECKLACE_LENGTH),
    "meshed ball": (surface_nets(ball, (-1.3,) * 3, (1.3,) * 3, 0.1), 4 / 3 * np.pi),
}


@pytest.mark.parametrize("name", SOLIDS)
def test_a_solid_is_closed_and_has_its_volume(name: str) -> None:
    mesh, expected = SOLIDS[name]
    assert np.isfinite(mesh[0]).all()
    assert not open_edges(mesh)
    assert abs(volume(mesh)) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("name", ["ball", "box", "rod", "meshed ball"])
def test_faces_look_outward(name: str) -> None:
    assert volume(SOLIDS[name][0]) > 0


def test_a_box_with_a_missing_side_counts_as_open() -> None:
    vertices, faces = box_mesh(1.0, 1.0, 1.0)
    assert len(open_edges((vertices, faces[1:]))) == 4


def test_a_sheet_covers_its_area_and_has_one_rim() -> None:
    vertices, faces = grid_mesh(2.0, 3.0, 5)
    assert len(open_edges((vertices, faces))) == 4 * (5 - 1)
    a, b, c, _ = (vertices[np.array(faces)[:, k]] for k in range(4))
    assert np.cross(b - a, c - b)[:, 2].sum() == pytest.approx(6.0)


def test_cloth_is_folded_the_same_way_for_the_same_seed() -> None:
    first, again, other = (cloth_mesh(1.0, seed=seed, height=0.006)[0] for seed in (9, 9, 5))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert 0.0 < np.ptp(first[:, 2]) < 14 * 0.006
