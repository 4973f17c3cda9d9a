"""Parts of one object: turned, shifted, with their pattern kept; and the noise on them."""

from __future__ import annotations

import numpy as np
import pytest

from training.synth.kit.assembly import Part, ripple, turn_matrix


def test_turns_go_about_x_then_y_then_z() -> None:
    assert turn_matrix(x=np.pi / 2) @ [0, 1, 0] == pytest.approx([0, 0, 1])
    assert turn_matrix(x=np.pi / 2, y=np.pi / 2) @ [0, 1, 0] == pytest.approx([1, 0, 0])
    assert turn_matrix(x=np.pi / 2, y=np.pi / 2, z=np.pi / 2) @ [0, 1, 0] == pytest.approx([0, 1, 0])


def test_the_pattern_stays_on_a_part_that_moves() -> None:
    start = np.array([(0.0, 0, 0), (1, 0, 0), (0, 1, 0)])
    part = Part(vertices=start, faces=[(0, 1, 2)])
    twice = part.moved(turn=turn_matrix(z=np.pi / 2), by=(0, 0, 1)).moved(by=(1, 0, 0))
    assert twice.vertices == pytest.approx(np.array([(1, 0, 1), (1, 1, 1), (0, 0, 1.0)]))
    assert np.array_equal(twice.pattern, start)


def test_ripples_are_smooth_and_the_same_for_a_seed() -> None:
    line = np.column_stack([np.linspace(0, 0.1, 2000), np.zeros(2000), np.zeros(2000)])
    first, again, other = (ripple(line, seed, 0.01) for seed in (4, 4, 5))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.abs(np.diff(first)).max() < 0.3 * np.ptp(first)
