"""Random draws: a stream for each part, each in its range."""

from __future__ import annotations

import math

import numpy as np
import pytest

from training.synth.kit.draws import Draws


def test_parts_of_a_scene_have_streams_of_their_own() -> None:
    draws, other = Draws(3, ("ivory", 1)), Draws(3, ("ivory", 1))
    other.uniform(0, 1)
    assert draws.part("camera").uniform(0, 1) == other.part("camera").uniform(0, 1)
    assert draws.part("camera").uniform(0, 1) != draws.part("light").uniform(0, 1)


def test_draws_keep_their_ranges() -> None:
    draws = Draws(0, ("ranges",))
    values = [draws.log_uniform(0.01, 100) for _ in range(400)]
    assert 0.01 <= min(values) < max(values) <= 100
    assert math.isclose(float(np.median(values)), 1.0, rel_tol=0.7)
    assert {draws.integer(1, 3) for _ in range(50)} == {1, 2, 3}
    assert all(0 <= c <= 1 for _ in range(50) for c in draws.colour((0.9, 0.5, 0.0), value=0.9, tint=0.5))
    assert {draws.weighted({"a": 1.0, "b": 0.0}) for _ in range(20)} == {"a"}
    assert sum(draws.chance(0.25) for _ in range(2000)) == pytest.approx(500, abs=80)
