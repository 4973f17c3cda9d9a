"""Combs, cuffs, boxes, picks and scutes of tortoiseshell: every part a closed solid."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from tests.training.synth.solids import open_edges, volume
from training.synth.kit.assembly import Part
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.shells import articles, carapace, spectacles

THINGS: dict[str, tuple[Callable[[Draws], Parameters], Callable[[Parameters], Sequence[Part]]]] = {
    "comb": (articles.draw_comb, articles.comb_parts),
    "cuff": (articles.draw_cuff, articles.cuff_parts),
    "spectacles": (spectacles.draw_spectacles, spectacles.spectacle_parts),
    "box": (articles.draw_box, articles.box_parts),
    "hairpin": (articles.draw_hairpin, articles.hairpin_parts),
    "pick": (articles.draw_pick, articles.pick_parts),
    "scute": (carapace.draw_scute, carapace.scute_parts),
}


@pytest.mark.parametrize("name", THINGS)
def test_each_part_is_a_closed_solid_the_size_of_a_hand(name: str) -> None:
    draw, make = THINGS[name]
    for seed in range(3):
        parts = make(draw(Draws(seed, (name,))))
        assert parts
        for part in parts:
            mesh = (part.vertices, part.faces)
            assert np.isfinite(part.vertices).all()
            assert not open_edges((part.vertices, np.asarray(part.faces)))
            assert volume(mesh) > 0
            assert 0.0005 < np.ptp(part.vertices, axis=0).max() < 0.5
