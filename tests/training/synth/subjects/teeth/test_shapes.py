"""Canines and claws as swept horns."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.synth.solids import open_edges, volume
from training.synth.subjects.teeth.shapes import Horn, canine, claw, horn_mesh

HORNS: dict[str, Horn] = {
    "canine": canine(np.random.default_rng(0), 0.09),
    "cat": claw(np.random.default_rng(1), 0.05, bear=False),
    "bear": claw(np.random.default_rng(2), 0.08, bear=True),
}


@pytest.mark.parametrize("name", HORNS)
def test_it_is_open_only_at_its_two_ends_and_no_longer_than_its_curve(name: str) -> None:
    mesh, along, around = horn_mesh(HORNS[name], seed=1, sides=22)
    assert np.isfinite(mesh[0]).all()
    assert len(open_edges(mesh)) <= 22
    assert volume(mesh) > 0
    assert (along.min(), along.max()) == (0.0, 1.0)
    assert along.shape == around.shape == (len(mesh[0]),)
    assert np.ptp(mesh[0], axis=0).max() < 1.2 * HORNS[name].length


def test_a_cat_claw_is_more_hooked_and_thinner_than_a_bear_claw() -> None:
    cat, bear = HORNS["cat"], HORNS["bear"]
    assert cat.bend_deg > bear.bend_deg
    assert cat.flat[0][1] < bear.flat[0][1]
