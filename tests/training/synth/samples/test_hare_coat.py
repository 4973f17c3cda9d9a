"""Where the hare has hair."""

from __future__ import annotations

import numpy as np

from training.synth.samples.hare_coat import furred


def test_the_hare_is_bald_on_eyes_and_soles() -> None:
    eye, sole, flank = (1.79, -0.62, 2.10), (0.0, 1.1, 0.1), (-1.0, 1.2, 1.6)
    assert furred(np.array([eye, sole, flank], np.float32)).tolist() == [False, False, True]
