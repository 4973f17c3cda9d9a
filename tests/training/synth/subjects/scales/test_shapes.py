"""A pangolin's scale: a closed sheet of its length, its root at the origin."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.synth.solids import open_edges, volume
from training.synth.subjects.scales.shapes import scale_mesh, vary

LOT = {
    "width": 1.0,
    "root": 0.6,
    "corner": 0.5,
    "edge": 2.0,
    "cusps": 0.02,
    "arch": 0.1,
    "keel": 0.02,
    "wear": 0.5,
}


@pytest.mark.parametrize("seed", range(3))
def test_a_scale_is_a_thin_closed_solid(seed: int) -> None:
    rng = np.random.default_rng(seed)
    (vertices, faces), values = scale_mesh(vary(LOT, rng, length=0.04), rng)
    assert not open_edges((vertices, faces))
    assert 0 < volume((vertices, faces)) < 0.04**3 / 4
    assert np.ptp(vertices[:, 0]) == pytest.approx(0.04, rel=0.25)
    assert all(len(each) == len(vertices) for each in values.values())
    assert set(np.unique(values["under"])) == {0.0, 1.0}


def test_folded_scales_are_narrower() -> None:
    flat, folded = (
        [vary(LOT, np.random.default_rng(seed), length=0.04, folded=share) for seed in range(30)]
        for share in (0.0, 1.0)
    )
    assert {scale.fold for scale in flat} == {0.0}
    assert sum(scale.width for scale in folded) < sum(scale.width for scale in flat)
