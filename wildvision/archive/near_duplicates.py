"""Near-duplicates among images: the same bytes, or perceptual hashes (PDQ) that differ in few bits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wildvision.archive.hamming import LEAST_QUALITY, NEAR, HashIndex, UInt64Array, distance, packed
from wildvision.archive.rows import Row

_BLOCK = 512  # pictures that are compared at once


class Prints(NamedTuple):
    """What an image is compared by: SHA-256 of its bytes and its perceptual hash, both hex; empty: there is none."""

    sha256: str
    pdq: str


def prints_of(row: Row) -> Prints:
    """Return what a row's image is compared by; a hash of poor quality says nothing and is left out."""
    return prints(row.sha256, row.pdq, row.pdq_quality)


def prints(sha256: str | None, pdq: str | None, quality: int | None) -> Prints:
    """Return what an image is compared by; a hash of poor quality says nothing and is left out."""
    return Prints(sha256 or "", pdq if pdq and (quality or 0) >= LEAST_QUALITY else "")


def grouped(prints: Sequence[Prints]) -> list[list[int]]:
    """Put near-duplicates together, each with the first image that it is near to.

    Groups do not grow by chains: every image of a group is near to its first.

    Args:
        prints: Of N images.

    Returns:
        Places in ``prints``, each once; groups in the order of their first images.
    """
    groups: list[list[int]] = []
    grouping = Grouping()
    for start in range(0, len(prints), _BLOCK):
        for place, group in enumerate(grouping.add(prints[start : start + _BLOCK]), start):
            if group == len(groups):
                groups.append([])
            groups[group].append(place)
    return groups


class Grouping:
    """Groups that grow as images come, some at a time; memory grows with the groups alone."""

    def __init__(self) -> None:
        self._leaders = Leaders()

    def add(self, images: Sequence[Prints]) -> list[int]:
        """Return the group of each image; the next new one has the number of all those before it."""
        near = _near(images)
        found: list[int] = []
        added: dict[int, int] = {}  # groups that begin here, by the place of their first image
        for place, known in enumerate(self._leaders.first_near(images)):
            group = known
            if group is None:
                group = next((number for first, number in added.items() if near[place, first]), None)
            if group is None:
                group = added[place] = len(self._leaders) + len(added)
            found.append(group)
        self._leaders.add([images[place] for place in added])
        return found


class Leaders:
    """The images to compare with, each by its place.

    Args:
        prints: Those that are there from the start.
    """

    def __init__(self, prints: Sequence[Prints] = ()) -> None:
        self._index, self._count = HashIndex(), 0
        self._by_digest: dict[str, list[int]] = {}
        self.add(prints)

    def __len__(self) -> int:
        return self._count

    def add(self, images: Sequence[Prints]) -> None:
        """Add images behind those that are there."""
        for place, image in enumerate(images, self._count):
            if image.sha256:
                self._by_digest.setdefault(image.sha256, []).append(place)
        hashes, rows = _hashes(images)
        self._index.add(hashes, rows + self._count)
        self._count += len(images)

    def first_near(self, images: Sequence[Prints]) -> list[int | None]:
        """Return for each image the place of the first one that it is near to; None: there is none."""
        return [min(places, default=None) for places in self.all_near(images)]

    def all_near(self, images: Sequence[Prints]) -> list[list[int]]:
        """Return for each image the places of all that it is near to."""
        found: list[set[int]] = [set(self._by_digest.get(image.sha256, ())) for image in images]
        hashes, rows = _hashes(images)
        near = self._index.near(hashes)
        owners: list[int] = rows[near.rows].tolist()
        for row, place in zip(owners, near.places.tolist(), strict=True):
            found[row].add(place)
        return [sorted(places) for places in found]


def _hashes(images: Sequence[Prints]) -> tuple[UInt64Array, NDArray[np.int64]]:
    """Return the hashes of those that have one, and which those are."""
    rows = [row for row, image in enumerate(images) if image.pdq]
    return packed([images[row].pdq for row in rows]), np.array(rows, np.int64)


def _near(images: Sequence[Prints]) -> NDArray[np.bool_]:
    """Return, shape (N, N), which images are near to each other."""
    _, digests = np.unique([image.sha256 for image in images], return_inverse=True)
    near = (digests[:, None] == digests) & np.array([bool(image.sha256) for image in images])
    hashes, rows = _hashes(images)
    near[np.ix_(rows, rows)] |= distance(hashes[:, None], hashes[None]) <= NEAR
    return near
