"""Clusters of a scan: photos that are the same picture, with the accounts or folders that they were met in.

An image belongs to the first one, in the order of the rows, that it is near to: of the same bytes, or with perceptual
hashes that differ in at most 31 of 256 bits. Where it is asked for, clusters whose first images have alike embeddings
are joined by the same rule. A cluster does not grow by chains: every image of it is near to its first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wildvision.archive.decisions import read_decisions, settled
from wildvision.archive.folder import ScanFolder, check_decided, open_folder
from wildvision.archive.hamming import distance, packed
from wildvision.archive.likeness.vectors import FloatArray, Rows, part_vectors
from wildvision.archive.near_duplicates import Grouping, Prints, prints
from wildvision.archive.rows import Row
from wildvision.errors import OptionError, ScanError

MOST_COMPARED = 50_000
"""Clusters whose embeddings are compared, every pair of them."""

_ACCOUNTS = ("account", "post", "group")  # columns of a scan that say whose a photo is, where it has them
_BLOCK = 512  # embeddings that are compared at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One image of a cluster.

    Attributes:
        id: Of the row.
        place: The account that it was met in, where the scan knows accounts, else its folder or archive.
        sha256: Of its bytes.
        bits: In which its hash differs from that of the cluster's first image; None: one has no hash.
        cosine: Of its embedding and the first one's, where embeddings were asked for and both are there.
        verdict: Of the row.
        category: That decided it.
        known: What a bank of hashes says of it.
        outcome: What somebody decided of it.
    """

    id: str
    place: str
    sha256: str | None
    bits: int | None
    cosine: float | None
    verdict: str | None
    category: str | None
    known: str | None
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Images that are the same picture.

    Attributes:
        number: Of the cluster, from 1; larger ones first.
        members: All of them, in the order of the rows.
    """

    number: int
    members: tuple[Member, ...]

    @property
    def places(self) -> dict[str, int]:
        """How many images each account or folder has, the most first."""
        return dict(Counter(member.place for member in self.members).most_common())

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "number": self.number,
            "images": len(self.members),
            "places": self.places,
            "members": [asdict(member) for member in self.members],
        }


def find_clusters(results: Path, *, least: int = 2, cosine: float | None = None) -> list[Cluster]:
    """Return the clusters of a scan, larger ones first.

    Memory grows with the rows by some hundred bytes each; time hardly faster than with the rows.

    Args:
        results: The folder of the scan.
        least: Images that a cluster has.
        cosine: Least of the embeddings of two clusters' first images, from which on they are joined; None: not asked.

    Raises:
        ScanError: The folder holds no scan, or one without embeddings that were asked for.
        OptionError: A number is out of its range.
    """
    if least < 1 or (cosine is not None and not 0 < cosine <= 1):
        raise OptionError(f"expected least >= 1 and a cosine above 0 to 1, found {least} and {cosine}")
    folder, facts = open_folder(results)
    check_decided(facts, results)
    groups = _grouped(folder)
    if cosine is not None:
        if not facts["embeddings"]:
            raise ScanError(f"expected a scan with embeddings in {results}; scan with --embeddings")
        groups = _joined(folder, groups, cosine)
    sizes = np.bincount(groups)
    wanted = {int(group) for group in np.flatnonzero(sizes >= least)}
    members = _members(folder, results, groups, wanted, with_cosine=cosine is not None)
    largest = sorted(members.values(), key=lambda found: -len(found))
    return [Cluster(number=number, members=tuple(found)) for number, found in enumerate(largest, 1)]


def place_of(row: Row) -> str:
    """Return the account that a row's image was met in, else its archive or folder.

    >>> place_of(Row(id="dump.zip!a/b.jpg")), place_of(Row(id="shop/7.jpg")), place_of(Row(id="7.jpg"))
    ('dump.zip!a', 'shop', '.')
    """
    for column in _ACCOUNTS:
        found: Any = getattr(row, column, None)
        if found:
            return str(found)
    return re.sub(r"[/\\!][^/\\!]*$", "", row.id) if re.search(r"[/\\!]", row.id) else "."


def _grouped(folder: ScanFolder) -> Rows:
    """Return the group of each row, in the order of the rows."""
    grouping = Grouping()
    found: list[int] = []
    for part in folder.parts:
        images = [prints(row.sha256, row.pdq, row.pdq_quality) for row in folder.facts(part.number)]
        for start in range(0, len(images), _BLOCK):
            found += grouping.add(images[start : start + _BLOCK])
    return np.array(found, np.int64)


def _joined(folder: ScanFolder, groups: Rows, cosine: float) -> Rows:
    """Join groups whose first images have alike embeddings, each to the first that it is like."""
    _, firsts = np.unique(groups, return_index=True)
    vectors, owners = _vectors_at(folder, firsts)
    if len(vectors) > MOST_COMPARED:
        raise OptionError(
            f"expected at most {MOST_COMPARED:,} clusters to compare by embeddings, found {len(vectors):,}; "
            "cluster without --cosine, or scan less at a time"
        )
    to = np.arange(len(firsts))
    leaders = np.zeros((0, vectors.shape[1]), np.float32)
    names: list[int] = []
    for start in range(0, len(vectors), _BLOCK):
        block = vectors[start : start + _BLOCK].astype(np.float32)
        before, within = block @ leaders.T >= cosine, block @ block.T >= cosine
        fresh: list[int] = []
        for row, group in enumerate(owners[start : start + _BLOCK].tolist()):
            if before[row].any():
                to[group] = names[int(before[row].argmax())]
            elif like := [other for other in fresh if within[row, other]]:
                to[group] = owners[start + like[0]]
            else:
                fresh.append(row)
        leaders = np.concatenate([leaders, block[fresh]])
        names += [int(owners[start + row]) for row in fresh]
    return to[groups]


def _vectors_at(folder: ScanFolder, numbers: Rows) -> tuple[NDArray[np.float16], Rows]:
    """Return the embeddings of rows, as float16, and which of the rows have one."""
    kept: list[NDArray[np.float16]] = []
    owners: list[Rows] = []
    start = 0
    for part in folder.parts:
        vectors, rows = part_vectors(folder, part.number)
        place = np.searchsorted(numbers, rows + start)
        is_wanted = (place < len(numbers)) & (numbers[np.minimum(place, len(numbers) - 1)] == rows + start)
        kept.append(vectors[is_wanted].astype(np.float16))
        owners.append(place[is_wanted])
        start += part.rows
    return np.concatenate(kept), np.concatenate(owners)


def _members(
    folder: ScanFolder,
    results: Path,
    groups: Rows,
    wanted: set[int],
    *,
    with_cosine: bool,
) -> dict[int, list[Member]]:
    decisions = settled(read_decisions(results))
    firsts: dict[int, tuple[Prints, FloatArray | None]] = {}
    members: dict[int, list[Member]] = {}
    for number, row in enumerate(_rows(folder)):
        group = int(groups[number])
        if group not in wanted:
            continue
        own = prints(row.sha256, row.pdq, row.pdq_quality)
        vector = row.embedding if with_cosine else None
        first, first_vector = firsts.setdefault(group, (own, vector))
        decided = decisions.get(row.id)
        members.setdefault(group, []).append(
            Member(
                id=row.id,
                place=place_of(row),
                sha256=row.sha256,
                bits=_bits(own.pdq, first.pdq),
                cosine=None
                if vector is None or first_vector is None
                else round(float(vector @ first_vector), 4),
                verdict=row.verdict,
                category=row.category,
                known=row.known,
                outcome=decided.outcome.value if decided else None,
            )
        )
    return members


def _bits(a: str, b: str) -> int | None:
    return int(distance(packed([a]), packed([b]))[0]) if a and b else None


def _rows(folder: ScanFolder) -> Iterator[Row]:
    for part in folder.parts:
        yield from folder.read(part.number)
