"""Beads: loose ones of nearly one size, and strings that lie or hang."""

from __future__ import annotations

import numpy as np
import pytest

from training.synth.kit.draws import Draws
from training.synth.subjects.jewellery import bead_strings as beads

SHAPES = {"round": 0.5, "barrel": 0.5}


def test_loose_beads_of_a_lot_are_alike() -> None:
    drawn = beads.draw_alike(Draws(2, ()), 8, shapes=SHAPES, diameters=(0.005, 0.02))
    sizes = [bead["bead_m"] for bead in drawn]
    assert len({bead["shape"] for bead in drawn}) == 1
    assert max(sizes) / min(sizes) < 1.23
    assert len({bead["seed"] for bead in drawn}) == 8


@pytest.mark.parametrize("shape", ["round", "barrel", "disc", "faceted", "tube", "olive", "lump"])
def test_a_loose_bead_has_about_its_diameter(shape: str) -> None:
    (part,) = beads.bead_parts({"shape": shape, "bead_m": 0.01, "seed": 3})
    assert 0.008 < np.ptp(part.vertices, axis=0).max() < 0.03


def test_a_string_lies_unless_its_lot_hangs() -> None:
    values = beads.draw_string(Draws(5, ()), shapes={"round": 1.0}, diameters=(0.008, 0.01))
    values |= {"layout": "loop", "tassel": False, "strands": 1}
    lying, hanging = (
        np.concatenate(
            [part.vertices for part in beads.laid_string({**values, "arrangement": {"kind": kind}})]
        )
        for kind in ("single", "hanging")
    )
    assert np.ptp(lying[:, 2]) < 0.03 < np.ptp(hanging[:, 2])
