"""Prints: a tile of few flat colours that goes on without a seam."""

from __future__ import annotations

import numpy as np
import pytest

from training.synth.kit.draws import Draws
from training.synth.subjects.cloth.prints import draw_print, tile


def prints() -> dict[str, dict[str, object]]:
    drawn = (draw_print(Draws(seed, ())) for seed in range(200))
    return {lot["pattern"]: lot for lot in drawn}


PRINTS = prints()


def test_every_print_is_drawn() -> None:
    assert set(PRINTS) == {"leopard", "tiger", "zebra", "cheetah", "giraffe", "cow"}


@pytest.mark.parametrize("name", sorted(PRINTS))
def test_a_tile_shows_ground_and_figure(name: str) -> None:
    pixels = tile(PRINTS[name], 60)
    assert pixels.shape == (60, 60, 3)
    assert pixels.min() >= 0
    assert pixels.max() <= 1
    ground = np.abs(pixels - np.array(PRINTS[name]["ground"])).max(axis=2) < 0.02
    assert 0.05 < ground.mean() < 0.95
