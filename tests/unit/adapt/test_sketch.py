from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests.tiny_model import write_tiny_model
from wildvision.adapt.sketch import FILE, read_sketch, seen, write_sketch
from wildvision.errors import ChecksumError
from wildvision.manifest import Manifest, load_manifest


def hashes(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 32), np.uint8)


def with_sketch(directory: Path, known: np.ndarray) -> Manifest:
    manifest = load_manifest(write_tiny_model(directory))
    record = write_sketch([row.tobytes() for row in known], directory)
    return msgspec.structs.replace(manifest, files={**manifest.files, FILE: record})


def flipped(row: np.ndarray, bits: int) -> np.ndarray:
    changed = np.unpackbits(row)
    changed[:bits] ^= 1
    return np.packbits(changed)


@pytest.mark.parametrize(("bits", "expected"), [(0, True), (31, True), (32, False)])
def test_near_duplicates_are_seen(bits: int, expected: bool) -> None:
    known = hashes(500)
    assert seen(np.stack([flipped(known[400], bits)]), known).tolist() == [expected]


def test_strangers_and_unknown_hashes_are_not_seen() -> None:
    known = np.concatenate([hashes(300), np.zeros((1, 32), np.uint8)])
    assert not seen(hashes(600, seed=1), known).any()
    assert not seen(np.zeros((3, 32), np.uint8), known).any()
    assert not seen(hashes(3), np.zeros((0, 32), np.uint8)).any()


def test_a_sketch_is_sorted_small_and_checked(tmp_path: Path) -> None:
    known = hashes(40)
    manifest = with_sketch(tmp_path / "tiny", np.concatenate([known, known[:5]]))
    found = read_sketch(tmp_path / "tiny", manifest)
    assert found is not None
    assert found.shape == (40, 32)
    assert [row.tobytes() for row in found] == sorted(row.tobytes() for row in known)
    (tmp_path / "tiny" / FILE).write_bytes(b"x" * 32)
    with pytest.raises(ChecksumError, match="install the model again"):
        read_sketch(tmp_path / "tiny", manifest)
    (tmp_path / "tiny" / FILE).unlink()
    with pytest.raises(ChecksumError, match="readable"):
        read_sketch(tmp_path / "tiny", manifest)


def test_a_model_without_a_sketch_says_so(tmp_path: Path) -> None:
    directory = write_tiny_model(tmp_path / "tiny")
    assert read_sketch(directory, load_manifest(directory)) is None
