from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.training.drawing import pattern, save
from training.data.duplicates import components, near_duplicates, same_name
from training.data.listing import Rejected
from training.data.photos import Photo, examine, examine_file


def hashes_of(*images: Image.Image, folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    photos = []
    for number, image in enumerate(images):
        image.save(folder / f"{number}.png")
        photo = examine_file(folder / f"{number}.png")
        assert isinstance(photo, Photo)
        photos.append(photo)
    pdq, mirrored = (
        np.frombuffer(b"".join(getattr(p, name) for p in photos), np.uint8).reshape(-1, 32)
        for name in ("pdq", "mirrored")
    )
    return pdq, mirrored, np.array([p.quality for p in photos])


def recompressed(image: Image.Image) -> Image.Image:
    content = BytesIO()
    image.resize((90, 79)).save(content, "JPEG", quality=40)
    return Image.open(content)


def test_a_recompressed_and_a_mirrored_copy_are_found_and_nothing_else(tmp_path: Path) -> None:
    images = [
        pattern(0),
        pattern(1),
        recompressed(pattern(0)),
        pattern(2),
        ImageOps.mirror(recompressed(pattern(2))),
    ]
    found = near_duplicates(*hashes_of(*images, folder=tmp_path), bits=31)
    assert found.pairs.tolist() == [[0, 2], [3, 4]]
    assert 0 < found.bits.max() <= 31


def test_blank_photos_are_not_all_one_photo(tmp_path: Path) -> None:
    images = [Image.new("RGB", (128, 112), colour) for colour in ("white", "white", "gray")]
    assert len(near_duplicates(*hashes_of(*images, folder=tmp_path), bits=31).pairs) == 0


@pytest.mark.parametrize("block", [3, 1000])
def test_blocks_find_what_one_table_finds(block: int) -> None:
    rng = np.random.default_rng(0)
    hashes = rng.integers(0, 256, (40, 32), np.uint8)
    hashes[[7, 30, 39]] = hashes[2]
    hashes[30, 0] ^= 0b111
    mirrored = rng.integers(0, 256, (40, 32), np.uint8)
    mirrored[21] = hashes[5]
    quality = np.full(40, 100)
    quality[39] = 49
    found = near_duplicates(hashes, mirrored, quality, bits=31, block=block)
    assert found.pairs.tolist() == [[2, 7], [2, 30], [5, 21], [7, 30]]
    assert found.bits.tolist() == [0, 3, 0, 3]
    assert near_duplicates(hashes, mirrored, quality, bits=2, block=block).bits.tolist() == [0, 0]


def test_opposite_hashes_do_not_wrap_around_to_equal() -> None:
    hashes = np.array([[0] * 32, [255] * 32], np.uint8)
    assert len(near_duplicates(hashes, hashes, np.full(2, 100), bits=255).pairs) == 0


def test_no_photos_have_no_pairs() -> None:
    empty = np.zeros((0, 32), np.uint8)
    assert near_duplicates(empty, empty, np.zeros(0, np.int64), bits=31).pairs.shape == (0, 2)


def test_the_same_name_pairs_with_the_first_and_no_name_with_none() -> None:
    assert same_name(["a", "", "b", "a", "", "a"]).tolist() == [[0, 3], [0, 5]]
    assert same_name([]).shape == (0, 2)


def test_components_follow_all_edges() -> None:
    found = components(6, np.array([[0, 1], [4, 5]]), np.array([[1, 2]]))
    assert found[0] == found[1] == found[2]
    assert found[4] == found[5]
    assert len(set(found.tolist())) == 3


def test_the_index_remembers_until_a_file_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = save(tmp_path / "a.png", 0), tmp_path / "b.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\nnot much")
    index = tmp_path / "index.sqlite"
    first = examine([good, bad, good], index=index, threads=2)
    assert isinstance(first[good], Photo)
    assert isinstance(first[bad], Rejected)
    read: list[Path] = []
    monkeypatch.setattr(
        "training.data.photos.examine_file", lambda path: read.append(path) or examine_file(path)
    )
    assert examine([good, bad], index=index, threads=1) == first
    assert read == []
    save(good, 1)
    assert examine([good, bad], index=index, threads=1)[good] != first[good]
    assert read == [good]


def test_a_damaged_index_is_made_anew(tmp_path: Path) -> None:
    good, index = save(tmp_path / "a.png", 0), tmp_path / "index.sqlite"
    index.write_bytes(b"no database" * 1000)
    assert isinstance(examine([good], index=index, threads=1)[good], Photo)


def test_a_missing_file_is_asked_for_again(tmp_path: Path) -> None:
    path, index = tmp_path / "a.png", tmp_path / "index.sqlite"
    assert isinstance(examine([path], index=index, threads=1)[path], Rejected)
    save(path, 0)
    assert isinstance(examine([path], index=index, threads=1)[path], Photo)
