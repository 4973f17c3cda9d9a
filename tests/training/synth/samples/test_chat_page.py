"""The page of a chat."""

from __future__ import annotations

import numpy as np
from PIL import Image

from training.synth.samples.chat_page import chat_page


def test_the_photo_is_on_the_page_once_and_the_page_is_equal_on_every_call() -> None:
    photo = Image.new("RGB", (800, 600), (255, 0, 255))
    page = chat_page(photo)
    assert page.size == (600, 900)
    shown = (np.asarray(page) == (255, 0, 255)).all(axis=2)
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    assert (len(rows), len(columns)) == (360, 480)
    assert shown.sum() == 360 * 480  # nothing is drawn over it
    assert np.array_equal(np.asarray(page), np.asarray(chat_page(photo)))


def test_without_the_photo_the_page_still_has_messages() -> None:
    page = np.asarray(chat_page(Image.new("RGB", (8, 6))).convert("L"))
    assert (page[560:800] < 60).any()
    assert page[560:800].std() > 10
