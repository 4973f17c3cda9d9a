"""Lumps, pendants on their cords, and plain rings."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.synth.solids import open_edges, volume
from training.synth.subjects.jewellery.bangles import bangle_parts
from training.synth.subjects.jewellery.ornaments import lump_parts, pendant_parts


@pytest.mark.parametrize("seed", range(3))
def test_a_lump_is_a_solid_of_its_length(seed: int) -> None:
    (part,) = lump_parts({"length_m": 0.04, "seed": seed})
    mesh = (part.vertices, np.asarray(part.faces))
    assert not open_edges(mesh)
    assert volume(mesh) > 0
    assert 0.02 < np.ptp(part.vertices, axis=0).max() < 0.08


@pytest.mark.parametrize("kind", ["ring", "gourd", "drop", "plaque"])
def test_a_pendant_hangs_on_a_cord_of_another_material(kind: str) -> None:
    body, cord = pendant_parts({"kind": kind, "length_m": 0.04, "seed": 2})
    assert (body.material, cord.material) == (0, 1)
    assert np.ptp(body.vertices, axis=0)[:2].max() == pytest.approx(0.04, rel=0.15)
    assert cord.vertices[:, 0].max() > body.vertices[:, 0].max()


def test_a_bangle_has_its_radius_and_width() -> None:
    (part,) = bangle_parts({"radius_m": 0.03, "width_m": 0.01, "depth_m": 0.006})
    extent = np.ptp(part.vertices, axis=0)
    assert extent[2] == pytest.approx(0.01, rel=0.1)
    assert 0.06 < extent[0] < 0.075
