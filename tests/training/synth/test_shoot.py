"""Sizes of pictures, and how bright their subject is."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from training.synth.shoot import _brightest, picture_size


@pytest.mark.parametrize(
    ("aspect", "size"), [("4:3", (64, 48)), ("3:4", (48, 64)), ("1:1", (64, 64)), ("9:16", (36, 64))]
)
def test_the_longer_side_is_as_asked(aspect: str, size: tuple[int, int]) -> None:
    assert picture_size(aspect, 64) == size


def test_only_the_box_of_the_subject_counts_for_its_brightness() -> None:
    pixels = np.zeros((40, 40, 3), np.uint8)
    pixels[:20, :20] = 200
    picture = Image.fromarray(pixels)
    assert _brightest(picture, (0.05, 0.05, 0.4, 0.4)) == 200
    assert _brightest(picture, (0.6, 0.6, 0.9, 0.9)) == 0
    assert _brightest(picture, None) == 200
