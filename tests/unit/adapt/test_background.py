from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from tests.tiny_model import tiny_background, write_teachable_model, write_tiny_model
from wildvision.adapt.background import (
    OPEN,
    pack_background,
    read_background,
    unpack_background,
)
from wildvision.adapt.hashes import alike
from wildvision.errors import ChecksumError, ManifestError
from wildvision.manifest import load_manifest


def hashes(*flipped: int) -> np.ndarray:
    """PDQ-like hashes that differ from one random hash in so many bits."""
    bits = np.random.default_rng(0).integers(0, 2, 256).astype(bool)
    rows = [np.concatenate([~bits[:count], bits[count:]]) for count in flipped]
    return np.packbits(rows, axis=1)


def test_what_is_packed_is_unpacked_to_a_part_of_its_scale() -> None:
    background = tiny_background()
    for bits, gap in ((8, 1 / 255), (4, 1 / 15)):
        found = unpack_background(pack_background(background, bits=bits))
        top = np.quantile(background.features, 0.9995, axis=0)
        within = (background.features <= top) & (background.features >= 0)
        off = np.abs(found.features - background.features) / top
        assert off[within].max() <= gap / 2 + 1e-6
        np.testing.assert_array_equal(found.labels, background.labels)
        np.testing.assert_array_equal(found.owner, background.owner)
        assert (found.categories, found.settings) == (background.categories, background.settings)


def test_it_holds_no_names_and_no_pickles() -> None:
    content = pack_background(tiny_background())
    assert b".jpg" not in content
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        assert all(stored[name].dtype.kind in "biuf" for name in stored.files)


def _changed(**changes: object) -> bytes:
    with np.load(io.BytesIO(pack_background(tiny_background()))) as stored:
        parts = {**stored, **changes}
    buffer = io.BytesIO()
    np.savez(buffer, **parts)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 nothing",
        _changed(owner=np.zeros(3, np.int32)),
        _changed(facts=np.frombuffer(b"{}", np.uint8)),
        _changed(facts=np.frombuffer(b"[", np.uint8)),
        _changed(weights=np.zeros((2, 2), np.float16)),
        _changed(step=np.full(3, np.nan, np.float32)),
        _changed(owner=np.array([object()] * 400, object)),
    ],
    ids=["empty", "no zip", "length", "no facts", "no json", "head", "nan", "pickle"],
)
def test_what_is_no_background_is_refused(content: bytes) -> None:
    with pytest.raises(ManifestError, match=r"background\.npz"):
        unpack_background(content, model="tiny")


def test_a_model_without_a_background_cannot_be_taught(tmp_path: Path) -> None:
    directory = write_tiny_model(tmp_path / "tiny")
    with pytest.raises(ManifestError, match="which teaching needs"):
        read_background(directory, load_manifest(directory))


def test_a_changed_background_is_refused(tmp_path: Path) -> None:
    directory = write_teachable_model(tmp_path / "tiny")
    assert len(read_background(directory, load_manifest(directory))) == 400
    content = bytearray((directory / "background.npz").read_bytes())
    content[-1] ^= 1
    (directory / "background.npz").write_bytes(content)
    with pytest.raises(ChecksumError, match="SHA-256"):
        read_background(directory, load_manifest(directory))


def test_open_labels_count_neither_way() -> None:
    background = tiny_background()
    background.labels[:5, 1] = OPEN
    shown, label_mask = background.of("pangolin")
    assert not shown.any()
    np.testing.assert_array_equal(np.flatnonzero(~label_mask), np.arange(5))
    assert background.of("antler_lamp")[1].all()
    assert background.kinds([0, 200]) == ["ivory+pangolin", "everyday"]


def test_near_duplicates_are_grouped_through_others() -> None:
    found = alike(np.concatenate([hashes(0, 25, 50, 200), np.zeros((2, 32), np.uint8)]))
    assert found[0] == found[1] == found[2]
    assert len(set(found.tolist())) == 4  # one group, a stranger, and two without a hash, like nobody
