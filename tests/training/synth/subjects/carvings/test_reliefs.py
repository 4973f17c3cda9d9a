"""Reliefs: plaques, medallions, cases and carved tusks, and the height fields that they carry."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from tests.training.synth.solids import volume
from training.synth.kit.assembly import Part
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.carvings.relief_canvas import ReliefCanvas, carve_relief
from training.synth.subjects.carvings.reliefs import (
    case_part,
    medallion_part,
    plaque_part,
    recess_of,
    ridge_of,
    slab_faces,
    tusk_relief_part,
)
from training.synth.subjects.ivory import article_draws as draw

STYLES = ("gothic", "scene", "procession", "scroll", "portrait")


@pytest.mark.parametrize("style", STYLES)
def test_a_relief_has_heights_on_a_ground_and_is_its_seeds_own(style: str) -> None:
    y, x = np.mgrid[0:1:60j, 0:1.4:80j]
    first, again, other = (carve_relief(ReliefCanvas(x, y, seed), 1.4, style) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.shape == x.shape
    assert 0 <= first.min() < 0.2
    assert 0.3 < first.max() < 1.5


def test_recesses_are_low_and_ridges_are_high() -> None:
    field = np.zeros((40, 40))
    field[:, 18:22] = 1.0
    assert recess_of(field)[:, 16].mean() > recess_of(field)[:, 20].mean()
    assert ridge_of(field)[:, 20].mean() > ridge_of(field)[:, 16].mean() == 0


def test_a_slab_is_closed() -> None:
    faces = slab_faces(4, 5)
    edges = np.sort(
        np.concatenate([np.stack([faces[:, k], faces[:, (k + 1) % 4]], axis=1) for k in range(4)]), axis=1
    )
    _, times = np.unique(edges, axis=0, return_counts=True)
    assert set(times) == {2}


PIECES: dict[str, tuple[draw.Piece, Callable[[Parameters], Part]]] = {
    "plaque": (draw.draw_plaque, partial(plaque_part, columns=50)),
    "medallion": (draw.draw_medallion, partial(medallion_part, rings=18, sides=50)),
    "case": (draw.draw_case, partial(case_part, around=90, rows=30)),
    "tusk": (draw.draw_carved_tusk, partial(tusk_relief_part, rows=60, sides=40)),
}


@pytest.mark.parametrize("name", PIECES)
def test_pieces_in_relief_are_closed_look_outward_and_have_their_size(name: str) -> None:
    drawer, make = PIECES[name]
    (values,) = draw.draw_pieces(Draws(6, (name,)), drawer, 1)
    part = make({**values, "broken": False, "open": False})
    points = np.asarray(part.vertices)
    assert np.isfinite(points).all()
    longest = max(values.get(key, 0) for key in ("width_m", "height_m", "length_m"))
    assert points[:, 2].min() == pytest.approx(0, abs=0.03 * longest)
    assert 0.6 * longest < np.ptp(points, axis=0).max() < 1.2 * longest
    assert volume((points, part.faces)) > 0


def test_a_broken_plaque_is_smaller_than_a_whole_one() -> None:
    (values,) = draw.draw_pieces(Draws(7, ()), draw.draw_plaque, 1)
    whole, broken = (plaque_part({**values, "broken": broken}, columns=50) for broken in (False, True))
    assert volume((broken.vertices, broken.faces)) < 0.97 * volume((whole.vertices, whole.faces))
