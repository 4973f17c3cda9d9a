"""The strings of beads of the samples."""

from __future__ import annotations

import numpy as np

from training.synth.samples.bead_necklaces import necklace_path


def test_a_path_has_no_gap_and_no_doubled_point() -> None:
    path = necklace_path()
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    assert path.shape[1] == 3
    assert np.isfinite(path).all()
    assert steps.min() > 0
    assert steps.max() < 0.01


def test_the_necklace_closes_on_itself() -> None:
    path = necklace_path()
    gap = np.linalg.norm(path[-1] - path[0])
    assert gap < 1.5 * np.linalg.norm(np.diff(path, axis=0), axis=1).max()
