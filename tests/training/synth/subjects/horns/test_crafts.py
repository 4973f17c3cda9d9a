"""Worked horn: sizes as drawn, and cuffs and links that are closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from tests.training.synth.solids import open_edges
from training.synth.kit.draws import Draws, Parameters
from training.synth.subjects.horns import cattle_draws as draw
from training.synth.subjects.horns import crafts
from training.synth.subjects.horns.antler_draws import draw_sawn
from training.synth.subjects.horns.antlers import antler_piece
from training.synth.subjects.horns.bodies import Body

THINGS: dict[str, tuple[Callable[[Draws], Parameters], Callable[[Parameters], Sequence[Body]], float]] = {
    "comb": (draw.draw_comb, crafts.horn_comb, 0.25),
    "bowl": (draw.draw_bowl, crafts.bowl, 0.25),
    "button": (draw.draw_button, crafts.button, 0.04),
    "cuff": (draw.draw_cuff, crafts.cuff, 0.1),
    "links": (draw.draw_links, crafts.horn_links, 0.6),
    "tip": (draw.draw_tip, crafts.stump, 0.2),
    "antler": (draw_sawn, antler_piece, 0.25),
}


@pytest.mark.parametrize("name", THINGS)
def test_every_part_of_a_thing_has_a_size_that_fits(name: str) -> None:
    draws, make, most = THINGS[name]
    for seed in range(2):
        bodies = make(draws(Draws(seed, (name,))))
        points = np.concatenate([body.vertices for body in bodies])
        assert np.isfinite(points).all()
        assert 0.005 < np.ptp(points, axis=0).max() < most
        for body in bodies:
            assert all(max(face) < len(body.vertices) for face in body.faces)


@pytest.mark.parametrize("name", ["cuff", "links"])
def test_rings_are_closed(name: str) -> None:
    draws, make, _ = THINGS[name]
    bodies = make(draws(Draws(3, (name,))))
    assert not any(open_edges((body.vertices, body.faces)) for body in bodies[:4])
