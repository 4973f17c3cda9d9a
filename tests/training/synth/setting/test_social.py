"""What happens to a picture afterwards: a picture remains, and the subject's box stays in it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from training.synth.kit.draws import Draws
from training.synth.setting.social import apply_post, draw_post

BOX = (0.3, 0.25, 0.7, 0.8)


def photo() -> Image.Image:
    pixels = np.random.default_rng(1).integers(0, 256, (48, 64, 3)).astype(np.uint8)
    return Image.fromarray(pixels)


def test_every_picture_went_through_a_camera_and_half_were_posted() -> None:
    drawn = [draw_post(Draws(seed, ())) for seed in range(200)]
    assert all(steps[0]["step"] == "camera" for steps in drawn)
    assert 0.3 < sum(len(steps) > 1 for steps in drawn) / len(drawn) < 0.7
    assert json.loads(json.dumps(drawn)) == drawn


@pytest.mark.parametrize("seed", range(60))
def test_steps_leave_a_picture_with_its_subject(seed: int) -> None:
    picture, box, hidden = apply_post(photo(), draw_post(Draws(seed, ())), BOX)
    assert picture.mode == "RGB"
    assert min(picture.size) > 20
    assert 0 <= hidden < 1
    if box is not None:
        left, top, right, bottom = box
        assert -0.01 <= left < right <= 1.01
        assert -0.01 <= top < bottom <= 1.01


def test_equal_steps_give_equal_pixels() -> None:
    steps = draw_post(Draws(7, ()))
    first, second = (apply_post(photo(), steps, BOX)[0] for _ in range(2))
    assert first.tobytes() == second.tobytes()
