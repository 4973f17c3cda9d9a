"""Brisé fans: their blades, how wide they open, and how they hang."""

from __future__ import annotations

import numpy as np
import pytest

from training.synth.kit.draws import Draws
from training.synth.subjects.shells.fans import draw_fan, fan_parts, laid_fan

VALUES = draw_fan(Draws(1, ()))


def test_a_fan_has_a_part_for_each_blade_and_a_rivet() -> None:
    parts = fan_parts(VALUES)
    assert len(parts) == VALUES["blades"] + 1
    assert {part.material for part in parts[:-1]} != {parts[-1].material}


@pytest.mark.parametrize("degrees", [60.0, 120.0])
def test_blades_open_as_far_as_drawn(degrees: float) -> None:
    blades = fan_parts({**VALUES, "open_deg": degrees})[:-1]
    tips = np.array(
        [part.vertices[np.linalg.norm(part.vertices, axis=1).argmax()] for part in (blades[0], blades[-1])]
    )
    turn = np.degrees(np.arctan2(tips[:, 1], tips[:, 0]))
    assert np.ptp(turn) == pytest.approx(degrees, abs=12)


def test_only_a_hanging_fan_is_upright() -> None:
    lying, hanging = (
        np.concatenate([part.vertices for part in laid_fan({**VALUES, "arrangement": {"kind": kind}})])
        for kind in ("single", "hanging")
    )
    assert np.ptp(hanging[:, 2]) > 5 * np.ptp(lying[:, 2])
