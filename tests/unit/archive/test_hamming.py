"""The index of hashes finds exactly what comparing every pair finds, and PDQ is the published one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from threatexchange.signal_type.pdq.pdq_utils import simple_distance
from threatexchange.signal_type.pdq.signal import PdqSignal

from wildvision.archive import hamming
from wildvision.archive.hamming import LEAST_QUALITY, NEAR, HashIndex, distance, packed
from wildvision.archive.rows import perceptual_hash
from wildvision.images import read_image

# Of pdq/data/bridge-mods and pdq/data/misc-images of facebook/ThreatExchange, as its signal type lists them.
BRIDGES, OTHERS = PdqSignal.get_examples()[:12], PdqSignal.get_examples()[12:]


def copies(count: int, seed: int) -> list[str]:
    """Hashes of few pictures and their copies, some at the very threshold, some just beyond."""
    draw = np.random.default_rng(seed)
    centres = [int.from_bytes(draw.bytes(32)) for _ in range(max(1, count // 6))]
    found: list[str] = []
    for _ in range(count):
        bits = centres[int(draw.integers(len(centres)))]
        for bit in draw.choice(256, int(draw.choice([0, 9, 15, 16, NEAR, NEAR + 1])), replace=False).tolist():
            bits ^= 1 << bit
        found.append(f"{bits:064x}")
    return found


def by_hand(hashes: list[str], queries: list[str]) -> set[tuple[int, int, int]]:
    return {
        (row, place, bits)
        for row, query in enumerate(queries)
        for place, known in enumerate(hashes)
        if (bits := (int(query, 16) ^ int(known, 16)).bit_count()) <= NEAR
    }


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("small", "at_once"), [(1024, 2**20), (8, 2**20), (8, 7)])
def test_the_index_finds_what_comparing_every_pair_finds(
    seed: int, small: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hamming, "_SMALL", small)
    monkeypatch.setattr(hamming, "_AT_ONCE", at_once)
    hashes, queries = copies(150, seed), copies(40, seed)
    index = HashIndex()
    for start in range(0, 150, 30):
        index.add(packed(hashes[start : start + 30]), np.arange(start, start + 30))
    near = index.near(packed(queries))
    found = list(zip(near.rows.tolist(), near.places.tolist(), near.distances.tolist(), strict=True))
    assert len(found) == len(set(found))
    assert set(found) == by_hand(hashes, queries)


def test_bits_are_counted_without_numpy_2_too(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = packed(copies(20, 1)), packed(copies(20, 2))
    expected = distance(a, b)
    monkeypatch.setattr(hamming, "_bit_counts", hamming._counted)
    assert distance(a, b).tolist() == expected.tolist()


def test_distances_are_those_of_the_reference() -> None:
    examples = PdqSignal.get_examples()
    for one in examples:
        found = distance(packed([one])[:, None], packed(examples)[None])[0].tolist()
        assert found == [simple_distance(one, other) for other in examples]


def test_published_copies_are_near_and_other_pictures_are_not() -> None:
    near = HashIndex()
    near.add(packed(BRIDGES), np.arange(len(BRIDGES)))
    assert len(near.near(packed(BRIDGES[:1])).rows) == len(BRIDGES) == 12
    assert len(near.near(packed(OTHERS)).rows) == 0
    assert PdqSignal.QUALITY_THRESHOLD == LEAST_QUALITY
    assert near.near(packed([])).rows.tolist() == []


def published_algorithm(pixels: np.ndarray) -> tuple[np.ndarray, float]:
    """PDQ as hashing.pdf of facebook/ThreatExchange describes it, straight: returns the 16 x 16 DCT and its median."""
    luma = pixels.astype(np.float64) @ (0.299, 0.587, 0.114)
    for _ in range(2):  # passes of a box filter over rows and columns
        for axis in (0, 1):
            luma = box(luma, axis)
    height, width = luma.shape
    rows = ((np.arange(64) + 0.5) * height / 64).astype(int)
    columns = ((np.arange(64) + 0.5) * width / 64).astype(int)
    small = luma[np.ix_(rows, columns)]
    angle = np.pi / 128 * np.outer(np.arange(1, 17), 2 * np.arange(64) + 1)
    dct = np.sqrt(2 / 64) * np.cos(angle)
    transformed = dct @ small @ dct.T
    return transformed, float(np.median(transformed))


def box(values: np.ndarray, axis: int) -> np.ndarray:
    """Mean over a window of one 128th of the length, rounded up, cut off at the ends."""
    size = values.shape[axis]
    window = (size + 127) // 128
    sums = np.concatenate([np.zeros_like(values.take([0], axis)), values.cumsum(axis)], axis)
    upper = np.arange(size) + (window + 2) // 2
    starts, ends = np.maximum(upper - window, 0), np.minimum(upper, size)
    shape = [-1 if k == axis else 1 for k in range(2)]
    return (sums.take(ends, axis) - sums.take(starts, axis)) / (ends - starts).reshape(shape)


def test_a_scan_s_hash_is_what_the_published_algorithm_gives(samples: list[Path]) -> None:
    """The reference calls implementations correct whose hashes differ in at most 10 bits where quality is 80."""
    compared = 0
    for path in samples:
        image = read_image(path)
        found = perceptual_hash(image)
        transformed, median = published_algorithm(image.pixels)
        bits = (transformed > median).ravel()[::-1]
        expected = np.packbits(bits).tobytes().hex()
        if found["pdq_quality"] >= 80:
            compared += 1
            assert int(distance(packed([expected]), packed([found["pdq"]]))[0]) <= 10, path
    assert compared >= 5


def test_a_picture_without_detail_has_a_hash_of_poor_quality() -> None:
    flat = read_image(Image.new("RGB", (128, 128), (90, 120, 150)))
    assert perceptual_hash(flat)["pdq_quality"] < LEAST_QUALITY
