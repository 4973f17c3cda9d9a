from __future__ import annotations

import numpy as np
import pytest

from training.augment.pages import PAGES, WIDTH, scene_with, touching

PHOTO = np.tile(np.array([200, 30, 60], np.uint8), (90, 120, 1))
GREEN = np.tile(np.array([30, 160, 60], np.uint8), (100, 100, 1))


def reddish(image: np.ndarray) -> np.ndarray:
    return np.abs(image.astype(int) - PHOTO[0, 0]).max(axis=2) < 12


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("length", [2000, 9000])
@pytest.mark.parametrize("seed", range(3))
def test_a_page_shows_the_photo_where_it_says(name: str, length: int, seed: int) -> None:
    page, (left, top, right, bottom) = PAGES[name](PHOTO, length, np.random.default_rng(seed))
    assert page.shape == (length, WIDTH, 3)
    assert 0 <= left < right <= WIDTH
    assert 0 < top < bottom <= length
    assert (right - left) / (bottom - top) == pytest.approx(4 / 3, rel=0.02)
    inside = reddish(page[top:bottom, left:right])
    assert inside.mean() > 0.97  # corners may be round
    assert reddish(page).sum() == pytest.approx(inside.sum(), rel=0.02)
    again, _ = PAGES[name](PHOTO, length, np.random.default_rng(seed))
    assert np.array_equal(page, again)


def test_a_shop_shows_other_offers() -> None:
    pages = [PAGES["shop"](PHOTO, 9000, np.random.default_rng(seed), others=[GREEN])[0] for seed in range(4)]
    green = [(np.abs(page.astype(int) - GREEN[0, 0]).max(axis=2) < 12).mean() for page in pages]
    assert max(green) > 0.02


@pytest.mark.parametrize("share", [0.02, 0.05])
def test_a_small_thing_takes_its_share_of_the_scene(share: float) -> None:
    scene, (left, top, right, bottom) = scene_with(GREEN, PHOTO, share, np.random.default_rng(1), longer=800)
    assert max(scene.shape) == 800
    assert (right - left) * (bottom - top) / (scene.shape[0] * scene.shape[1]) == pytest.approx(
        share, rel=0.05
    )
    assert reddish(scene[top:bottom, left:right]).mean() > 0.75  # its edges are soft


@pytest.mark.parametrize("gap", [0, 1, 2])
def test_cells_touch_with_a_line_of_so_many_pixels(gap: int) -> None:
    seen = set()
    for seed in range(12):
        image = touching(PHOTO, [GREEN] * 3, np.random.default_rng(seed), gap=gap)
        red = reddish(image)
        seen.add(image.shape[:2])
        rows, columns = np.nonzero(red)
        side = rows.max() - rows.min() + 1
        assert side == columns.max() - columns.min() + 1
        cells = round(np.sqrt(image.shape[0] * image.shape[1] / side**2) ** 2)
        assert cells in (2, 3, 4)
        assert image.shape[0] * image.shape[1] == pytest.approx(cells * side**2, rel=0.03)
    assert len(seen) > 1
