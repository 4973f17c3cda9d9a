"""The hand that holds small things."""

from __future__ import annotations

import numpy as np

from training.synth.kit.draws import Draws
from training.synth.setting.hands import draw_hand, hand_field


def test_every_hand_lies_inside_the_box_that_is_meshed() -> None:
    rim = np.linspace(-0.675, 0.675, 90, dtype=np.float32)
    x, z = np.meshgrid(np.linspace(-1.4, 0.85, 120), np.linspace(-0.1, 0.72, 50))
    sides = [np.column_stack([x.ravel(), np.full(x.size, y), z.ravel()]) for y in (-0.67, 0.67)]
    y, z = np.meshgrid(rim, np.linspace(-0.1, 0.72, 50))
    sides.append(np.column_stack([np.full(y.size, 0.84), y.ravel(), z.ravel()]))
    for seed in range(60):
        hand = draw_hand(Draws(seed, ("hand",)))
        assert all((hand_field(side.astype(np.float32), hand) > 0).all() for side in sides)
