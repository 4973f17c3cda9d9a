"""Bubble wrap and glass cases between the lens and the subject."""

from __future__ import annotations

import numpy as np
import pytest

from training.synth.kit.draws import Draws
from training.synth.setting.covers import BUBBLE_WRAP, GLASS_CASE, bubbles, case_room, draw_cover


def test_covers_are_as_frequent_as_asked_and_never_wrap_a_wall() -> None:
    kinds = [draw_cover(Draws(seed, ("c",)), 0.3, "single") for seed in range(600)]
    found = [cover["kind"] for cover in kinds if cover]
    assert len(found) == pytest.approx(180, abs=40)
    assert set(found) == {BUBBLE_WRAP, GLASS_CASE}
    hanging = [draw_cover(Draws(seed, ("c",)), 1.0, "hanging") for seed in range(60)]
    assert {cover["kind"] for cover in hanging if cover} == {GLASS_CASE}


def test_a_case_leaves_the_camera_outside() -> None:
    corners = np.array([[-0.1, -0.1, 0.0], [0.1, 0.1, 0.1]])
    cover = {"margin": [0.8, 0.8, 0.6]}
    wide_low, wide_high = case_room(cover, corners, (0.0, -2.0, 0.3))
    low, high = case_room(cover, corners, (0.0, -0.18, 0.15))
    assert (wide_low <= low).all()
    assert (high <= wide_high).all()
    assert (low[:2] <= -0.1).all()
    assert (high >= corners[1]).all()
    eye = np.array([0.0, -0.18, 0.15])
    assert ((eye < low) | (eye > high)).any()


def test_bubbles_are_domes_a_pitch_apart() -> None:
    line = np.linspace(-0.05, 0.05, 1001)
    heights = bubbles(np.stack([line, np.zeros_like(line)], axis=1), pitch=0.01)
    tops = np.flatnonzero((heights[1:-1] > heights[:-2]) & (heights[1:-1] >= heights[2:])) + 1
    assert np.diff(line[tops]) == pytest.approx(0.01, abs=2e-4)
    assert heights.min() == 0
    assert heights.max() == pytest.approx(0.0038, rel=0.01)
