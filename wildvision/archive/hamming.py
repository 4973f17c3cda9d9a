"""Hashes of 256 bits that differ in few of them, found exactly and without comparing every pair.

Of 16 words of 16 bits, two hashes that differ in at most 31 bits have one that differs in at most one bit: else there
were 16 times two of them. So a hash is compared with those alone that have a word of its own, or one that is a bit off
(Norouzi, Punjani and Fleet, "Fast Search in Hamming Space with Multi-Index Hashing", CVPR 2012).

PDQ and both of its thresholds: Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing
Algorithm", 2019.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

UInt64Array = NDArray[np.uint64]
Places = NDArray[np.int64]

NEAR = 31
"""Bits of 256 in which near-duplicates differ at most (the reference's recommended threshold)."""
BITS = 256
LEAST_QUALITY = 50
"""Of a hash that means something, by the same reference."""

_WORDS, _WORD_BITS = 16, 16
_ONE_OFF = np.array(
    [0, *(1 << bit for bit in range(_WORD_BITS))], np.uint16
)  # of a word: itself, and one bit off
_SMALL = 1024  # hashes of a table that are compared one by one, which is faster for so few
_AT_ONCE = 2**20  # pairs that are compared at once: 64 MB


class Found(NamedTuple):
    """Pairs of near hashes.

    Attributes:
        rows: Of the hashes that were asked for, shape (P,).
        places: Of those in the index, shape (P,).
        distances: Bits that differ, shape (P,).
    """

    rows: Places
    places: Places
    distances: Places


class HashIndex:
    """Hashes by their places, which are numbers of the caller's.

    Memory is about 100 bytes a hash. To find what is near takes some thousand comparisons in a million hashes of
    unlike pictures; at worst, where words are the same everywhere, as many as there are hashes.
    """

    def __init__(self) -> None:
        self._tables: list[_Table] = []

    def add(self, hashes: UInt64Array, places: Places) -> None:
        """Add hashes.

        Args:
            hashes: Shape (N, 4).
            places: Shape (N,).
        """
        if not len(hashes):
            return
        while self._tables and len(self._tables[-1].hashes) < 2 * len(hashes):  # so that tables stay few
            last = self._tables.pop()
            hashes = np.concatenate([last.hashes, hashes])
            places = np.concatenate([last.places, places])
        self._tables.append(_Table(hashes, places))

    def near(self, hashes: UInt64Array) -> Found:
        """Return all that differ in at most `NEAR` bits from some hashes, shape (M, 4), each pair once."""
        parts = [part for table in self._tables for part in table.near(hashes)]
        if not parts:
            nothing = np.zeros(0, np.int64)
            return Found(nothing, nothing, nothing)
        rows, places, distances = (np.concatenate(column) for column in zip(*parts, strict=True))
        _, first = np.unique(np.stack([rows, places]), axis=1, return_index=True)
        return Found(rows[first], places[first], distances[first])


class _Table:
    """Hashes, and for each word which of them have it."""

    def __init__(self, hashes: UInt64Array, places: Places) -> None:
        self.hashes, self.places = hashes, places
        self._orders: list[NDArray[np.int32]] = []
        self._starts: list[NDArray[np.int64]] = []
        for word in _words(hashes).T if len(hashes) > _SMALL else ():
            self._orders.append(np.argsort(word, kind="stable").astype(np.int32))
            counts = np.bincount(word, minlength=2**_WORD_BITS)
            self._starts.append(np.concatenate([[0], np.cumsum(counts)]))

    def near(self, hashes: UInt64Array) -> Iterator[Found]:
        if not self._orders:
            distances = distance(hashes[:, None], self.hashes[None])  # (M, N)
            rows, own = np.nonzero(distances <= NEAR)
            yield Found(rows, self.places[own], distances[rows, own])
            return
        for number, word in enumerate(_words(hashes).T):
            keys = (word[:, None] ^ _ONE_OFF).astype(np.int64)  # (M, 17)
            yield from self._compared(hashes, number, keys)

    def _compared(self, hashes: UInt64Array, number: int, keys: Places) -> Iterator[Found]:
        """Compare hashes with those that have one of the keys as this word."""
        starts = self._starts[number][keys].ravel()
        counts = self._starts[number][keys + 1].ravel() - starts
        ends = np.cumsum(counts)
        rows = np.repeat(np.arange(len(hashes)), keys.shape[1])
        for low in range(0, int(ends[-1]), _AT_ONCE):
            pair = np.arange(low, min(low + _AT_ONCE, int(ends[-1])))
            bucket = np.searchsorted(ends, pair, side="right")
            own = self._orders[number][starts[bucket] + pair - (ends - counts)[bucket]]
            distances = distance(hashes[rows[bucket]], self.hashes[own])
            near = distances <= NEAR
            yield Found(rows[bucket[near]], self.places[own[near]], distances[near])


def packed(hashes: Sequence[str]) -> UInt64Array:
    """Return hashes in hex as numbers, shape (N, 4)."""
    return np.frombuffer(bytes.fromhex("".join(hashes)), np.uint64).reshape(-1, BITS // 64)


def distance(a: UInt64Array, b: UInt64Array) -> Places:
    """Return in how many bits hashes differ, shape (..., 4) each."""
    return _bit_counts(a ^ b).sum(axis=-1, dtype=np.int64)


def _words(hashes: UInt64Array) -> NDArray[np.uint16]:
    return np.ascontiguousarray(hashes).view(np.uint16).reshape(-1, _WORDS)


def _counted(numbers: UInt64Array) -> NDArray[np.uint8]:
    """Return how many bits are set, shape (..., 16), for numpy before version 2."""
    return _SET_BITS[np.ascontiguousarray(numbers).view(np.uint16)]


_SET_BITS = np.unpackbits(np.arange(2**_WORD_BITS, dtype=np.uint16)[:, None].view(np.uint8), axis=1).sum(
    axis=1, dtype=np.uint8
)
_bit_counts = getattr(np, "bitwise_count", _counted)
