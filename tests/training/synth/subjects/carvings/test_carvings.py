"""Every carved animal, person and openwork as a distance field in the box that is meshed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.training.synth.solids import open_edges, volume
from training.synth.kit.geometry import Array, Point
from training.synth.subjects.carvings import animals, openwork, people
from training.synth.subjects.carvings.fields import Field
from training.synth.subjects.carvings.figures import FIGURES, figure_part

MAKERS = [
    *(
        animals.elephant,
        animals.hare,
        animals.crouching,
        animals.horse,
        animals.bird,
        animals.fish,
        animals.coil,
    ),
    *(people.standing, people.seated, people.kneeling, people.group),
    *(openwork.puzzle_ball, openwork.spray, openwork.basket),
]


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_a_carving_lies_inside_its_box(maker: Callable[[int], tuple[Field, Point, Point]]) -> None:
    for seed in range(4):
        field, low, high = maker(seed)
        points = points_between(low, high)
        assert (field(points) < 0).any()
        for axis in range(3):
            for end in (low, high):
                side = points.copy()
                side[:, axis] = end[axis]
                assert (field(np.unique(side, axis=0)) > 0).all()


@pytest.mark.parametrize("kind", FIGURES)
def test_a_figure_is_closed_and_has_its_height(kind: str) -> None:
    part = figure_part(kind, height=0.08, seed=3, facets=30)
    assert not open_edges((part.vertices, np.asarray(part.faces)))
    assert volume((part.vertices, np.asarray(part.faces))) > 0
    assert np.ptp(part.vertices[:, 2]) == pytest.approx(0.08)


def points_between(low: Point, high: Point) -> Array:
    lines = [np.linspace(a, b, 24, dtype=np.float32) for a, b in zip(low, high, strict=True)]
    return np.stack(np.meshgrid(*lines), axis=-1).reshape(-1, 3)
