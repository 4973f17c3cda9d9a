"""Outlines as distances, and the plates cut from them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.synth.solids import open_edges, volume
from training.synth.kit.plates import bar, cut, disc_outline, dished, plate_mesh, polygon, united, wrapped

SQUARE = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]


def test_outlines_are_distances_negative_inside() -> None:
    points = np.array([(0.0, 0.0), (3.0, 0.0), (0.5, 0.0)])
    assert disc_outline(0, 0, 1.0)(points) == pytest.approx([-1.0, 2.0, -0.5])
    assert polygon(SQUARE)(points) == pytest.approx([-1.0, 2.0, -0.5])
    assert bar((-1, 0), (1, 0), 0.4, 0.2)(points) == pytest.approx([-0.15, 1.9, -0.125])


def test_a_union_has_both_and_a_cut_has_no_hole() -> None:
    big, small = disc_outline(0, 0, 1.0), disc_outline(1.2, 0, 0.5)
    points = np.array([(0.0, 0.0), (1.5, 0.0), (0.9, 0.0), (5.0, 0.0)])
    assert (united(big, small)(points) < 0).tolist() == [True, True, True, False]
    assert (cut(big, small)(points) < 0).tolist() == [True, False, False, False]
    notch = np.array([(0.88, 0.42)])
    assert united(big, small, fillet=0.3)(notch) < united(big, small)(notch)


def test_a_plate_is_closed_and_has_the_volume_of_its_outline() -> None:
    mesh = plate_mesh(disc_outline(0, 0, 0.03), (-0.03, -0.03), (0.03, 0.03), 0.001, thickness=0.002, rim=1.0)
    assert not open_edges(mesh)
    assert volume(mesh) == pytest.approx(np.pi * 0.03**2 * 0.002, rel=0.02)


def test_bending_keeps_the_middle_and_lowers_the_ends() -> None:
    line = np.column_stack([np.linspace(-0.05, 0.05, 11), np.zeros(11), np.zeros(11)])
    for bent in (wrapped(line, 0.1), dished(line, 0.1, 0.2)):
        assert bent[5] == pytest.approx([0, 0, 0])
        assert bent[0, 2] == pytest.approx(bent[-1, 2])
        assert -0.014 < bent[0, 2] < -0.011
