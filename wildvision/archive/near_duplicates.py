"""Near-duplicates among images: the same bytes, or perceptual hashes (PDQ) that differ in few bits.

PDQ and both of its thresholds: Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing
Algorithm", 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wildvision.archive.rows import Row

NEAR = 31
"""Bits of 256 in which near-duplicates differ at most (the reference's recommended threshold)."""
LEAST_QUALITY = 50
"""Of a hash that means something, by the same reference."""

_BITS = 256
_BLOCK = 512  # pictures that are compared at once


class Prints(NamedTuple):
    """What an image is compared by: SHA-256 of its bytes and its perceptual hash, both hex; empty: there is none."""

    sha256: str
    pdq: str


def prints_of(row: Row) -> Prints:
    """Return what a row's image is compared by; a hash of poor quality says nothing and is left out."""
    return Prints(row.sha256 or "", row.pdq if row.pdq and (row.pdq_quality or 0) >= LEAST_QUALITY else "")


def grouped(prints: Sequence[Prints]) -> list[list[int]]:
    """Put near-duplicates together, each with the first image that it is near to.

    Groups do not grow by chains: every image of a group is near to its first.

    Args:
        prints: Of N images.

    Returns:
        Places in ``prints``, each once; groups in the order of their first images.
    """
    groups: list[list[int]] = []
    leaders = Leaders()
    for start in range(0, len(prints), _BLOCK):
        block = prints[start : start + _BLOCK]
        for place, (image, known) in enumerate(zip(block, leaders.first_near(block), strict=True), start):
            group = leaders.first_added_near(image) if known is None else known
            if group is None:
                leaders.add(image)
                groups.append([place])
            else:
                groups[group].append(place)
        leaders.settle()
    return groups


class Leaders:
    """The images to compare with, each by its place.

    Args:
        prints: Those that are there from the start.
    """

    def __init__(self, prints: Sequence[Prints] = ()) -> None:
        self._settled = signs(())
        self._new: list[NDArray[np.float32]] = []
        self._by_digest: dict[str, list[int]] = {}
        for image in prints:
            self.add(image)
        self.settle()

    def add(self, image: Prints) -> None:
        """Add an image; `first_near` and `all_near` know it after `settle`."""
        if image.sha256:
            self._by_digest.setdefault(image.sha256, []).append(len(self._settled) + len(self._new))
        self._new.append(signs((image,))[0])

    def settle(self) -> None:
        """Compare with what was added from now on."""
        if self._new:
            self._settled = np.concatenate([self._settled, np.stack(self._new)])
            self._new = []

    def first_near(self, images: Sequence[Prints]) -> list[int | None]:
        """Return for each image the place of the first one that it is near to; None: there is none."""
        return [min(places, default=None) for places in self.all_near(images)]

    def all_near(self, images: Sequence[Prints]) -> list[list[int]]:
        """Return for each image the places of all that it is near to."""
        found: list[set[int]] = [set(self._by_digest.get(image.sha256, ())) for image in images]
        if len(self._settled):
            for row, place in zip(*np.nonzero(_near(signs(images), self._settled)), strict=True):
                found[int(row)].add(int(place))
        return [sorted(places) for places in found]

    def first_added_near(self, image: Prints) -> int | None:
        """Return the place of the first image, of those added since the last `settle`, that one is near to."""
        start = len(self._settled)
        same = [place for place in self._by_digest.get(image.sha256, ()) if place >= start]
        near = np.flatnonzero(_near(signs((image,)), np.stack(self._new))[0]) + start if self._new else ()
        return min([*same, *(int(place) for place in near)], default=None)


def signs(images: Sequence[Prints]) -> NDArray[np.float32]:
    """Return hashes as rows of 256 values, 1 or -1 a bit; all zeros where there is no hash."""
    raw = b"".join(bytes.fromhex(image.pdq or "00" * (_BITS // 8)) for image in images)
    bits = np.unpackbits(np.frombuffer(raw, np.uint8).reshape(-1, _BITS // 8), axis=1)
    known = np.array([bool(image.pdq) for image in images], bool).reshape(-1, 1)
    return np.where(known, 2 * bits.astype(np.float32) - 1, np.float32(0))


def _near(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return, shape (N, M), which are near: the product of two hashes is 256 less twice the bits that differ."""
    return a @ b.T >= _BITS - 2 * NEAR
