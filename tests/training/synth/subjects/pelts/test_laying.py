"""Sheets that are laid, hung, folded and rolled keep their size and rest on the ground."""

from __future__ import annotations

import numpy as np
import pytest

from training.synth.kit.geometry import Array
from training.synth.subjects.pelts.laying import folded, hung, laid, rested, rolled


def sheet(length: float = 1.0, width: float = 0.6) -> Array:
    x, y = np.meshgrid(np.linspace(0, length, 61), np.linspace(-width / 2, width / 2, 37))
    return np.column_stack([x.ravel(), y.ravel()])


def test_a_laid_sheet_is_wavy_but_flat() -> None:
    flat = sheet()
    points = laid(flat, 3, waves=0.02, curl=0.0, depth=np.full(len(flat), 0.2))
    assert np.ptp(points[:, 2]) < 0.15
    assert np.ptp(points[:, 0]) == pytest.approx(1.0, rel=0.1)


@pytest.mark.parametrize("way", ["head_up", "head_down", "level"])
def test_a_hung_sheet_is_upright(way: str) -> None:
    extent = np.ptp(hung(sheet(), 3, way=way, waves=0.01), axis=0)
    assert extent[1] < 0.3 < min(extent[0], extent[2])


def test_a_fold_halves_a_sheet_and_lies_in_two_layers() -> None:
    flat = sheet()
    points = folded(np.column_stack([flat, 0 * flat[:, 0]]), 0, 0.5, 0.01)
    assert np.ptp(points[:, 0]) == pytest.approx(0.5, abs=0.05)
    assert np.ptp(points[:, 2]) == pytest.approx(0.02, abs=0.01)


def test_a_roll_is_as_long_as_the_sheet_was_wide() -> None:
    flat = sheet()
    extent = np.ptp(rolled(np.column_stack([flat, 0 * flat[:, 0]]), 0.02, 0.006), axis=0)
    assert extent[0] == pytest.approx(0.6, rel=0.05)
    assert extent[1:].max() < 0.2


def test_what_rests_is_centred_on_the_ground() -> None:
    points = rested(np.random.default_rng(0).normal(3, 1, (50, 3)))
    assert points[:, 2].min() == 0
    assert points[:, :2].max(axis=0) == pytest.approx(-points[:, :2].min(axis=0))
