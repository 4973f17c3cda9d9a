"""Duplicates: photos that are the same photo, byte by byte or to the eye, and what hangs together through them.

A *pair* is two row numbers, the smaller first. Pairs are edges; `components` finds what they connect.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

# A hash of lower quality says too little: blank walls and plain gradients would all be one photo. The PDQ
# reference (github.com/facebook/ThreatExchange, pdq/README.md) recommends discarding quality 49 and below.
MIN_QUALITY = 50

UInt8Array = NDArray[np.uint8]
Int64Array = NDArray[np.int64]


class NearDuplicates(NamedTuple):
    """Pairs that look the same.

    Attributes:
        pairs: Shape (P, 2), int64, ordered.
        bits: Shape (P,), int64, in how many of 256 bits the two hashes differ.
    """

    pairs: Int64Array
    bits: Int64Array


def near_duplicates(
    hashes: UInt8Array, mirrored: UInt8Array, quality: NDArray[np.integer], *, bits: int, block: int = 128
) -> NearDuplicates:
    """Find all pairs whose PDQ hashes differ in at most ``bits`` bits, as they are or one of them mirrored.

    Every pair is compared, half of the N x N table, a block of rows at a time: about 20 * N * block bytes for
    each processor; on two of them 25,000 photos took some three seconds.

    Args:
        hashes: Shape (N, 32), uint8, the 256 bits of each photo.
        mirrored: The same of the photos flipped left to right.
        quality: Shape (N,), PDQ's quality; photos below `MIN_QUALITY` are in no pair.
        bits: The largest distance, 0 to 256.
        block: Rows compared at once.
    """
    rows = np.flatnonzero(np.asarray(quality) >= MIN_QUALITY)
    words, flipped = (_words(table[rows]) for table in (hashes, mirrored))
    starts = range(0, len(rows), block)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        parts = list(pool.map(lambda start: _close_in_block(words, flipped, start, block, bits), starts))
    if not parts:
        return NearDuplicates(np.zeros((0, 2), np.int64), np.zeros(0, np.int64))
    found = np.concatenate(parts)  # (P, 3)
    return NearDuplicates(rows[found[:, :2]], found[:, 2])


def _words(hashes: UInt8Array) -> NDArray[np.uint64]:
    return np.ascontiguousarray(hashes).view(np.uint64)  # (N, 4)


def _close_in_block(
    words: NDArray[np.uint64], flipped: NDArray[np.uint64], start: int, block: int, bits: int
) -> Int64Array:
    rows = words[start : start + block]
    distance = np.minimum(
        _distances(rows, words[start:]), _distances(rows, flipped[start:])
    )  # (B, N - start)
    first, second = np.nonzero(np.triu(distance <= bits, k=1))
    return np.column_stack([first + start, second + start, distance[first, second]]).astype(np.int64)


def _distances(rows: NDArray[np.uint64], columns: NDArray[np.uint64]) -> NDArray[np.uint16]:
    total = np.zeros((len(rows), len(columns)), np.uint16)
    for word in range(rows.shape[1]):
        total += np.bitwise_count(rows[:, word, None] ^ columns[None, :, word])
    return total


def same_name(names: Sequence[str]) -> Int64Array:
    """Pair each item with the first of the same name; an empty name is nobody's.

    Returns:
        Shape (P, 2), int64: with digests as names these are the exact duplicates.
    """
    first: dict[str, int] = {}
    pairs = [(first.setdefault(name, row), row) for row, name in enumerate(names) if name]
    return np.array([pair for pair in pairs if pair[0] != pair[1]], np.int64).reshape(-1, 2)


def components(count: int, *edges: Int64Array) -> Int64Array:
    """Number what hangs together.

    Args:
        count: Of items.
        edges: Pairs of items, shape (P, 2) each.

    Returns:
        Shape (count,), int64: items with the same number are connected, directly or through others.
    """
    pairs = np.concatenate([np.zeros((0, 2), np.int64), *edges])
    graph = coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)
