"""Peel, bark, crisps, cones and bulbs: closed sheets of their size; kinds of slices and seeds with colours in range."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.synth.solids import open_edges, volume
from training.synth.kit.geometry import Mesh
from training.synth.subjects.plants import cones_and_bulbs as cones
from training.synth.subjects.plants import peels
from training.synth.subjects.plants.seeds import SEEDS
from training.synth.subjects.plants.slices import SLICES

RNG = np.random.default_rng(4)
MESHES: dict[str, tuple[Mesh, float]] = {
    "bark": (peels.bark_sheet(RNG, length=0.06, width=0.03, thickness=0.003, across=0.2)[0], 0.06),
    "petal": (peels.peel_piece(RNG, length=0.04, width=0.03, curl=0.3, side_curl=0.3)[0], 0.04),
    "crisp": (peels.fried_slice(RNG, size=0.05, saddle=0.1, folds=0.05)[0], 0.05),
    "cone scale": (cones.cone_scale(RNG)[0], 1.0),
    "bract": (cones.bract(RNG)[0], 1.0),
    "clove": (cones.clove(RNG, length=0.03), 0.03),
    "bulb": (cones.garlic_bulb(RNG, radius=0.025, cloves=8)[0], 0.06),
}


INWARD = pytest.mark.xfail(
    reason="its faces look inward in the stored set, whose pictures stay as they are", strict=True
)


@pytest.mark.parametrize("name", [*sorted(MESHES.keys() - {"bulb"}), pytest.param("bulb", marks=INWARD)])
def test_a_piece_is_a_closed_solid_of_its_size(name: str) -> None:
    (vertices, faces), size = MESHES[name]
    assert not open_edges((vertices, faces))
    assert volume((vertices, faces)) > 0
    assert 0.6 * size < np.ptp(vertices, axis=0).max() < 1.5 * size


def test_bark_rolls_up_where_it_is_bent_more_than_once() -> None:
    flat, rolled = (
        peels.bark_sheet(np.random.default_rng(1), length=0.1, width=0.08, thickness=0.002, across=across)[0][
            0
        ]
        for across in (0.05, 1.3)
    )
    assert np.ptp(rolled[:, 1]) < np.ptp(flat[:, 1]) / 1.5
    assert np.ptp(rolled[:, 2]) > 2 * np.ptp(flat[:, 2])


def test_scales_of_a_head_go_around_it_from_base_to_top() -> None:
    places = cones.head_places(RNG, radius=0.04, height=0.09, count=60, size=0.05, opening=0.1)
    assert len(places.points) == 60
    assert np.hypot(*places.points[:, :2].T).max() < 0.04
    assert places.points[0, 2] < places.points[-1, 2]
    assert np.linalg.det(places.axes) == pytest.approx(np.ones(60))


@pytest.mark.parametrize("kind", [*SLICES.values(), *SEEDS.values()])
def test_colours_and_shares_of_a_kind_are_in_range(kind: object) -> None:
    for name in ("core", "flesh", "skin", "dark", "light", "tip", "edge"):
        assert all(0 <= value <= 1 for value in getattr(kind, name, None) or ())
    for name in ("rays", "ring", "marbled", "core_reach", "veins", "groove", "pointed", "rough"):
        assert 0 <= getattr(kind, name, 0.0) <= 1
