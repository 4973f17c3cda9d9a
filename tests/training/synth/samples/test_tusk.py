"""The raw tusk of the samples."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.synth.solids import open_edges
from training.synth.samples.tusk import SIDES, TUSK_STATIONS, tusk_mesh


def test_the_tusk_is_open_only_at_its_two_ends_and_tapers() -> None:
    vertices, faces = tusk_mesh(length=1.2, radius=0.075, bend=-72.0)
    assert np.isfinite(vertices).all()
    assert len(open_edges((vertices, faces))) == 2 * SIDES
    rings = vertices.reshape(len(TUSK_STATIONS), SIDES, 3)
    girth = np.linalg.norm(rings - rings.mean(axis=1, keepdims=True), axis=2).max(axis=1)
    base, tip = girth[TUSK_STATIONS.argmin() + 1], girth[-1]
    assert base == pytest.approx(0.075, rel=0.05)
    assert tip < 0.1 * base
    centres = rings.mean(axis=1)[TUSK_STATIONS.tolist().index(0.0) + 1 :]
    assert np.linalg.norm(np.diff(centres, axis=0), axis=1).sum() == pytest.approx(1.2, rel=0.01)
