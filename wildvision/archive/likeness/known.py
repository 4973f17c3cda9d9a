"""Known photos: whether a bank of hashes has a photo, by its bytes or by its looks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wildvision.archive.hamming import LEAST_QUALITY, HashIndex, packed
from wildvision.archive.likeness.banks import PDQ, SHA256, Entry, Opinion, read_banks

_RANKS = {opinion: rank for rank, opinion in enumerate(Opinion)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a bank says of a photo.

    Attributes:
        said: Tags, or the name of the bank.
        opinion: Of the bank.
        distance: Bits in which the hashes differ, 0 to 31.
    """

    said: str
    opinion: Opinion
    distance: int


class Known:
    """The photos that a bank knows.

    Args:
        entries: Of the bank.
        facts: What a scan writes down of the bank.
    """

    def __init__(self, entries: Sequence[Entry], facts: dict[str, Any] | None = None) -> None:
        self.facts: dict[str, Any] = facts or {"entries": len(entries)}
        self._by_digest = {entry.value: entry for entry in entries if entry.kind == SHA256}
        self._by_looks = [entry for entry in entries if entry.kind == PDQ]
        self._index = HashIndex()
        self._index.add(packed([entry.value for entry in self._by_looks]), np.arange(len(self._by_looks)))

    def match(self, sha256: str | None, pdq: str | None, quality: int | None) -> Match | None:
        """Return what is known of a photo: of equal bytes, else of the nearest hash; None: nothing.

        Of two hashes that are as near, the stronger opinion counts.

        Args:
            sha256: Of its bytes, hex.
            pdq: Its perceptual hash, hex.
            quality: Of that hash, 0 to 100; below 50 it is not compared.
        """
        same = self._by_digest.get(sha256 or "")
        if same is not None:
            return Match(said=same.said, opinion=same.opinion, distance=0)
        if not pdq or (quality or 0) < LEAST_QUALITY:
            return None
        near = self._index.near(packed([pdq]))
        if not len(near.rows):
            return None
        distances: list[int] = near.distances.tolist()
        places: list[int] = near.places.tolist()
        found = zip(distances, [self._by_looks[place] for place in places], strict=True)
        distance, entry = min(found, key=lambda match: (match[0], _RANKS[match[1].opinion]))
        return Match(said=entry.said, opinion=entry.opinion, distance=distance)


def known_photos(path: Path) -> Known:
    """Return the photos that a bank knows.

    Raises:
        BankError: It cannot be read.
    """
    bank = read_banks([path])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Known(bank.entries, {"bank": path.name, "sha256": digest, "entries": len(bank.entries)})
