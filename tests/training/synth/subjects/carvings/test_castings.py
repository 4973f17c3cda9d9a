"""Casts: a seam stands out where the halves of the mould met."""

from __future__ import annotations

import numpy as np
import pytest

from training.synth.kit.draws import Draws
from training.synth.subjects.carvings import castings


@pytest.mark.parametrize("name", ["bead", "bangle"])
def test_the_seam_runs_around_the_middle(name: str) -> None:
    values = getattr(castings, f"draw_{name}")(Draws(1, ()))
    for part in getattr(castings, f"cast_{name}")(values):
        seam = np.asarray(part.values["seam"])
        beside = np.abs(part.vertices[:, 1] - part.vertices[:, 1].mean())
        assert seam.max() > 0.9
        assert beside[seam > 0.5].max() < beside.max() / 4


def test_a_medallion_is_flat_below_and_in_relief_above() -> None:
    values = castings.draw_medallion(Draws(2, ()))
    (part,) = castings.cast_medallion(values)
    assert np.ptp(part.vertices, axis=0)[:2] == pytest.approx(np.full(2, values["length_m"]), rel=0.1)
    assert part.vertices[:, 2].max() > -part.vertices[:, 2].min()


def test_figures_have_seams_at_the_sides_or_in_front() -> None:
    drawn = [castings.draw_figure(Draws(seed, ())) for seed in range(40)]
    assert {figure["seam_deg"] for figure in drawn} == {0.0, 90.0}
