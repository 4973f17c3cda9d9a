from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from wildvision.images import read_image
from wildvision.layout import MAX_PHOTOS, Box, photos_within

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


def page(length: int, paper: tuple[int, int, int], *, bar: tuple[int, int, int] | None = None) -> np.ndarray:
    """A page to scroll, 540 px wide, with lines of text all along and one photo in the middle."""
    image = np.full((length, 540, 3), paper, np.uint8)
    if bar is not None:
        image[:90] = bar
    for top in range(120, length - 60, 60):
        image[top : top + 12, 40 : 100 + top % 300] = np.subtract(255, paper)
    middle = length // 2
    image[middle - 180 : middle + 180] = paper
    image[middle - 150 : middle + 150, 60:460] = photo(400, 300)
    return image


PAPERS = [(255, 255, 255), (237, 237, 237), (236, 229, 221), (200, 215, 190), (11, 20, 26), (0, 0, 0)]


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("bar", [None, (0, 128, 105)])
@pytest.mark.parametrize("length", [1200, 4000, 12_000, 30_000])
@pytest.mark.parametrize("sideways", [False, True])
def test_the_photo_in_a_page_is_found_however_long_it_is(
    paper: tuple[int, int, int], bar: tuple[int, int, int] | None, length: int, sideways: bool
) -> None:
    image = page(length, paper, bar=bar)
    wanted = (60, length // 2 - 150, 460, length // 2 + 150)
    if sideways:
        image, wanted = image.swapaxes(0, 1), (wanted[1], wanted[0], wanted[3], wanted[2])
    assert any(close((box,), [wanted]) for box in photos_within(np.ascontiguousarray(image)))


@pytest.mark.parametrize("length", [4000, 16_000])
def test_the_photo_in_a_page_is_found_in_its_file(length: int) -> None:
    buffer = io.BytesIO()
    Image.fromarray(page(length, (237, 237, 237), bar=(246, 246, 246))).save(buffer, "JPEG", quality=80)
    decoded = read_image(buffer.getvalue(), decode_side=360)
    scale = decoded.pixels.shape[0] / length
    wanted = tuple(round(scale * edge) for edge in (60, length // 2 - 150, 460, length // 2 + 150))
    assert close(photos_within(decoded.pixels), [wanted])
    assert decoded.pixels.shape[1] >= 180  # the width of a page does not shrink with its length


def test_photos_that_a_long_page_has_too_many_of_are_bounded() -> None:
    image = np.full((40 * 210 + 10, 300, 3), 255, np.uint8)
    tall = []
    for number in range(40):
        height = 200 if number % 2 else 150
        top = 10 + number * 210
        image[top : top + height, 10:290] = photo(280, height, seed=number)
        tall += [(10, top, 290, top + height)] if number % 2 else []
    found = photos_within(image)
    assert len(found) == MAX_PHOTOS
    assert list(found) == sorted(found, key=lambda box: box.top)
    kept = [box for box in found if box.bottom - box.top > 190]  # the larger ones come first
    assert close(tuple(kept), tall)


@pytest.mark.parametrize("size", [(300, 200), (200, 300), (300, 300), (400, 200), (200, 400)])
@pytest.mark.parametrize("paper", PAPERS)
def test_in_ordinary_pictures_size_is_measured_against_the_whole(
    size: tuple[int, int], paper: tuple[int, int, int]
) -> None:
    width, height = size
    share = 0.04 * width * height
    for side, wanted in ((int(share**0.5) - 2, 1), (int(share**0.5) + 3, 2)):
        right = min(width - 10, 10 + 3 * (height // 2 - 20))
        boxes = [(10, 10, right, height // 2 - 10), (10, height - side - 10, 10 + side, height - 10)]
        assert len(photos_within(picture(boxes, paper, size=size))) == wanted
