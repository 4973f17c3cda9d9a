"""Precious coral: twigs and cabochons of a finger's size, and figures with their branch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from training.synth.kit.assembly import Part
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.carvings.corals import draw_coral_figure
from training.synth.subjects.jewellery import corals

THINGS: dict[str, tuple[Callable[[Draws], Parameters], Callable[[Parameters], list[Part]]]] = {
    "twig": (corals.draw_twig, corals.twig_parts),
    "cabochon": (corals.draw_cabochon, corals.cabochon_parts),
}


@pytest.mark.parametrize("name", THINGS)
def test_small_pieces_are_of_a_size_to_be_worn(name: str) -> None:
    draw, make = THINGS[name]
    for seed in range(3):
        points = np.concatenate([part.vertices for part in make(draw(Draws(seed, (name,))))])
        assert np.isfinite(points).all()
        assert 0.004 < np.ptp(points, axis=0).max() < 0.12


def test_some_figures_keep_the_branch_that_they_were_cut_from() -> None:
    drawn = [draw_coral_figure(Draws(seed, ())) for seed in range(40)]
    assert {figure["figure"] for figure in drawn} == {"robed", "buddha", "lion", "owl", "elephant"}
    assert 0 < sum(figure["branch"] is not None for figure in drawn) < 40
