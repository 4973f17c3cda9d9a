"""Which part of a picture carries an answer, as the rows of a scan say it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import paint
from wildvision.archive import ScanOptions, ScanRun
from wildvision.archive.folder import open_folder
from wildvision.archive.hits import detail_of, hit_of
from wildvision.archive.looked_at import box_in, looked_at
from wildvision.archive.rows import Row
from wildvision.errors import ScanError
from wildvision.images import read_image
from wildvision.layout import Box


def row(*parts: tuple[str, float]) -> Row:
    """Return a row of a picture of 100 x 1000 px, whose parts lie one below the other."""
    found = [
        {"kind": kind, "box": [0, 100 * place, 100, 100 * place + 100], "scores": {"ivory": score}}
        for place, (kind, score) in enumerate(parts)
    ]
    return Row(id="page.jpg", width=100, height=1000, verdict="REVIEW", parts=json.dumps(found))


def test_the_highest_part_carries_the_answer() -> None:
    found = looked_at(row(("whole", 0.2), ("photo", 0.3), ("photo", 0.9)), "ivory", "balanced")
    assert found is not None
    assert (found.carrier, found.kind, found.score) == (1, "photo", 0.9)
    assert found.box == Box(0, 200, 100, 300)
    assert found.boxes.tolist() == [[0, 100, 100, 200], [0, 200, 100, 300]]


def test_a_page_that_was_taken_apart_has_no_whole() -> None:
    found = looked_at(row(("photo", 0.3), ("photo", 0.9)), "ivory", "balanced")
    assert found is not None
    assert (found.carrier, found.kind, found.score) == (1, "photo", 0.9)
    assert found.boxes.tolist() == [[0, 0, 100, 100], [0, 100, 100, 200]]


def test_parts_share_what_they_say_unless_the_scan_was_fast() -> None:
    page = row(("whole", 0.6), ("photo", 0.61), ("photo", 0.1))
    assert (
        looked_at(page, "ivory", "balanced") is None
    )  # of two photos, 0.61 counts less than the whole picture
    fast = looked_at(page, "ivory", "fast")
    assert fast is not None
    assert fast.score == 0.61


def test_without_parts_the_picture_answers() -> None:
    assert looked_at(replace(row(("whole", 0.9)), parts=None), "ivory", "balanced") is None
    page = row(("whole", 0.1), ("tile", 0.5))
    assert looked_at(page, "", "balanced") is None
    assert looked_at(page, "bone", "balanced") is None  # rows keep no scores of look-alikes


@pytest.mark.parametrize("stored", ["{", "[]", "[1]", '[{"kind": "photo", "box": [0, 0, 1], "scores": {}}]'])
def test_parts_that_are_none_are_refused(stored: str) -> None:
    with pytest.raises(ScanError, match=r"expected the parts of page\.jpg"):
        looked_at(replace(row(("whole", 0.1)), parts=stored), "ivory", "balanced")
    strange = row(("whole", 0.1), ("corner", 0.5))
    with pytest.raises(ScanError, match="corner"):
        looked_at(strange, "ivory", "balanced")


def test_a_part_of_a_page_is_shown_beside_it_and_half_of_a_collage_is_not() -> None:
    page = row(("whole", 0.1), ("photo", 0.9))
    assert hit_of(page, "ivory", "balanced").apart == Box(0, 100, 100, 200)
    assert hit_of(replace(page, height=200), "ivory", "balanced").apart is None
    assert hit_of(replace(page, parts=None), "ivory", "balanced").apart is None


def test_a_box_lies_in_pixels_that_were_shrunk_while_decoding_or_have_changed() -> None:
    shrunk = replace(read_image(paint(1, 2, 3, width=50, height=100)), width=200, height=400)
    assert box_in(shrunk, Box(100, 200, 200, 400)) == Box(25, 50, 50, 100)
    other = box_in(read_image(paint(1, 2, 3, width=50, height=40)), Box(100, 200, 200, 400))
    assert other == Box(49, 39, 50, 40)


def test_what_a_scan_wrote_is_what_is_drawn(tiny_directory: Path, tmp_path: Path) -> None:
    """A red photo low on a white page, ivory to the tiny model: the box of the hit is where the photo was put."""
    page = np.full((1600, 240, 3), 255, np.uint8)
    rng = np.random.default_rng(0)
    page[1000:1180, 20:220] = rng.integers((150, 0, 0), (255, 60, 60), (180, 200, 3), np.uint8)
    (tmp_path / "photos").mkdir()
    Image.fromarray(page).save(tmp_path / "photos" / "page.png")
    options = ScanOptions(
        sources=(str(tmp_path / "photos"),), model=str(tiny_directory), workers=0, detail="balanced"
    )
    list(ScanRun(tmp_path / "scan", options).run())
    folder, facts = open_folder(tmp_path / "scan")
    assert detail_of(facts) == "balanced"
    (found,) = folder.read(0)
    hit = hit_of(found, "ivory", detail_of(facts))
    assert hit.parts is not None
    assert np.abs(np.array(hit.parts.box) - (20, 1000, 220, 1180)).max() <= 12
    assert hit.apart == hit.parts.box
