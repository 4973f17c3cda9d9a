from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from wildvision.layout import Box, photos_within

Rectangle = tuple[int, int, int, int]
FOUR = [(8, 8, 148, 108), (152, 8, 292, 108), (8, 112, 148, 192), (152, 112, 292, 192)]


def photo(width: int, height: int, *, seed: int = 0) -> np.ndarray:
    """Something without even rows, of middling light."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(60, 190, (8, 8, 3), np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def picture(
    boxes: list[Rectangle], paper: tuple[int, int, int], *, size: tuple[int, int] = (300, 200)
) -> np.ndarray:
    canvas = np.full((size[1], size[0], 3), paper, np.uint8)
    for seed, (left, top, right, bottom) in enumerate(boxes):
        canvas[top:bottom, left:right] = photo(right - left, bottom - top, seed=seed)
    return canvas


def compressed(image: np.ndarray, *, quality: int) -> np.ndarray:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer))


def close(found: tuple[Box, ...], boxes: list[Rectangle]) -> bool:
    return np.shape(found) == np.shape(boxes) and bool(np.abs(np.subtract(found, boxes)).max() <= 2)


@pytest.mark.parametrize(
    ("paper", "quality"),
    [((255, 255, 255), 50), ((0, 0, 0), 50), ((18, 18, 20), 50), ((235, 225, 210), 80), ((120, 30, 200), 95)],
)
def test_the_cells_of_a_collage_are_found_whatever_its_paper(
    paper: tuple[int, int, int], quality: int
) -> None:
    assert close(photos_within(compressed(picture(FOUR, paper), quality=quality)), FOUR)


def test_cells_may_differ_in_size_and_touch_the_rim() -> None:
    boxes = [(0, 0, 180, 120), (184, 0, 300, 120), (0, 124, 300, 200)]
    assert close(photos_within(picture(boxes, (255, 255, 255))), boxes)


def test_the_photo_of_a_screenshot_is_found_and_its_bars_are_not() -> None:
    screen = picture([(0, 120, 200, 270)], (255, 255, 255), size=(200, 400))
    screen[30:60, 10:190] = photo(180, 30, seed=7)  # a line of text: 6 times as wide as high
    screen[300:310, 20:120] = 0
    assert close(photos_within(screen), [(0, 120, 200, 270)])


@pytest.mark.parametrize(
    "image",
    [
        photo(300, 200),
        picture([(4, 4, 296, 196)], (255, 255, 255)),  # a rim
        np.full((200, 300, 3), 255, np.uint8),
    ],
)
def test_one_photo_is_no_collage(image: np.ndarray) -> None:
    assert photos_within(image) == ()


def test_a_thing_on_plain_ground_is_a_photo_only_beside_another() -> None:
    image = np.full((200, 300, 3), 250, np.uint8)
    rows, columns = np.mgrid[:200, :300]
    image[(rows - 100) ** 2 / 70**2 + (columns - 80) ** 2 / 50**2 < 1] = (140, 110, 60)
    assert photos_within(image) == ()
    image[10:190, 160:290] = photo(130, 180)
    with_ground = (30 - 14, 30 - 14, 130 + 14, 170 + 14)  # a tenth of the longer side around it
    assert close(photos_within(image), [with_ground, (160, 10, 290, 190)])
