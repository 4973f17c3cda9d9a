"""Curation: which photos a data set keeps, what they are called and where they stand; pure, files are read before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec
import numpy as np

from training.config import SplitConfig
from training.data.duplicates import Int64Array, components, near_duplicates, same_name
from training.data.listing import ListedPhoto
from training.data.photos import ExaminedPhoto
from training.data.samples import UNNAMED, Sample, Split
from training.data.splits import assign_splits, refuse_other_use

# Photos of unknown source: each set of near-duplicates is a source of its own.


class Dropped(msgspec.Struct, frozen=True, kw_only=True):
    """A readable photo that the data set leaves out, and the one that stays instead."""

    row: ListedPhoto
    reason: Literal["copy of an evaluation photo", "exact copy", "licence"]
    instead: ListedPhoto | None = None


class Duplicate(msgspec.Struct, frozen=True, kw_only=True):
    """Two files that show the same photo.

    Attributes:
        first: One file.
        second: The other.
        bits: Distance of their PDQ hashes; None: the files are identical.
        conflicting: Ids that one of them shows and the other, by its labels, does not.
    """

    first: ListedPhoto
    second: ListedPhoto
    bits: int | None
    conflicting: frozenset[str]


class Curated(NamedTuple):
    """The photos of a data set, and what was found on the way.

    Attributes:
        samples: Ordered by path.
        dropped: What was left out, ordered by path.
        duplicates: All pairs, exact ones first.
        linked: Sources that share a group, because a photo is in several of them or an input says so.
    """

    samples: tuple[Sample, ...]
    dropped: tuple[Dropped, ...]
    duplicates: tuple[Duplicate, ...]
    linked: tuple[tuple[str, ...], ...]


class _Edges(NamedTuple):
    """Pairs of identical files (each with the first of its kind), and of near-duplicates among those firsts."""

    exact: Int64Array
    near: Int64Array
    bits: Int64Array


def curate(
    items: Sequence[ExaminedPhoto], *, bits: int, shares: SplitConfig, seed: int, owner_separator: str = ""
) -> Curated:
    """Find duplicates, drop copies, group, and split.

    A training photo that looks like an evaluation photo is dropped. Of identical files one is kept; where their
    labels differ, what is not common to all is unsettled. Photos of one source or owner, and photos that look the
    same, are a group.

    Args:
        items: In any order.
        bits: PDQ hashes that differ in at most so many of 256 bits are one photo.
        shares: Of the splits.
        seed: Of the splits.
        owner_separator: Ends the owner in the name of a source; empty: sources have none.

    Raises:
        EvaluationOnlyError: A photo marked for evaluation asks for another split.
        SplitLeakError: A group or source would be on two sides.
    """
    refuse_other_use([item.row for item in items])
    # Evaluation photos first: of identical files the first one stays.
    items = sorted(items, key=lambda item: (not item.row.evaluation, item.row.sort_key))
    edges = _find_edges(items, bits)
    copies = _copies_of_evaluation(items, edges)
    kept = [row for row in range(len(items)) if row not in copies]
    kept_edges = _renumber(edges, kept, len(items))
    named = _name_sources([items[row] for row in kept], kept_edges)
    rows = [item.row for item in named]
    groups = _name_groups(rows, kept_edges, owner_separator)
    splits = assign_splits(rows, groups, shares=shares, seed=seed)
    samples, merged = _merge_identical(named, groups, splits)
    return Curated(
        samples=tuple(sorted(samples, key=lambda sample: sample.path)),
        dropped=tuple(sorted([*merged, *_drop(items, copies)], key=lambda entry: entry.row.sort_key)),
        duplicates=_describe(items, edges),
        linked=_linked_sources(rows, groups),
    )


# --- duplicates -------------------------------------------------------------------------------------------


def _find_edges(items: Sequence[ExaminedPhoto], bits: int) -> _Edges:
    exact = same_name([item.photo.sha256 for item in items])
    firsts = np.setdiff1d(np.arange(len(items)), exact[:, 1])
    photos = [items[row].photo for row in firsts]
    near = near_duplicates(
        np.frombuffer(b"".join(photo.pdq for photo in photos), np.uint8).reshape(-1, 32),
        np.frombuffer(b"".join(photo.mirrored for photo in photos), np.uint8).reshape(-1, 32),
        np.array([photo.quality for photo in photos], np.int64),
        bits=bits,
    )
    return _Edges(exact, firsts[near.pairs], near.bits)


def _copies_of_evaluation(items: Sequence[ExaminedPhoto], edges: _Edges) -> dict[int, int]:
    """Return the rows that may not train because they look like one for evaluation, each with that one."""
    first = np.arange(len(items))
    first[edges.exact[:, 1]] = edges.exact[:, 0]
    held_out = {
        row for row in set(first.tolist()) if items[row].row.evaluation
    }  # these stand before the others
    copied = {row: row for row in held_out}
    for one, other in edges.near.tolist():
        for source, copy in ((one, other), (other, one)):
            if source in held_out:
                copied.setdefault(copy, source)
    return {
        row: copied[int(first[row])]
        for row, item in enumerate(items)
        if not item.row.evaluation and int(first[row]) in copied
    }


def _renumber(edges: _Edges, kept: Sequence[int], count: int) -> _Edges:
    place = np.full(count, -1)
    place[kept] = np.arange(len(kept))
    exact, near = place[edges.exact], place[edges.near]
    whole = (near >= 0).all(1)
    return _Edges(exact[(exact >= 0).all(1)], near[whole], edges.bits[whole])


def _describe(items: Sequence[ExaminedPhoto], edges: _Edges) -> tuple[Duplicate, ...]:
    found = [(one, other, None) for one, other in edges.exact.tolist()]
    found += [
        (one, other, bits)
        for (one, other), bits in zip(edges.near.tolist(), edges.bits.tolist(), strict=True)
    ]
    return tuple(_duplicate(items[one].row, items[other].row, bits) for one, other, bits in found)


def _duplicate(first: ListedPhoto, second: ListedPhoto, bits: int | None) -> Duplicate:
    conflicting = (first.labels - second.ids) | (second.labels - first.ids)
    return Duplicate(first=first, second=second, bits=bits, conflicting=conflicting)


# --- sources and groups -----------------------------------------------------------------------------------


def _name_sources(items: Sequence[ExaminedPhoto], edges: _Edges) -> list[ExaminedPhoto]:
    sets = components(len(items), edges.exact, edges.near).tolist()
    smallest: dict[int, str] = {}
    for item, number in zip(items, sets, strict=True):
        if not (item.row.source or item.row.group):
            smallest[number] = min(smallest.get(number, item.photo.sha256), item.photo.sha256)
    return [
        item._replace(
            row=msgspec.structs.replace(item.row, source=_source(item.row, smallest.get(number, "")))
        )
        for item, number in zip(items, sets, strict=True)
    ]


def _source(row: ListedPhoto, sha256: str) -> str:
    return row.source or row.group or UNNAMED + sha256[:12]


def _name_groups(rows: Sequence[ListedPhoto], edges: _Edges, owner_separator: str) -> list[str]:
    """Name each group by its alphabetically first source that is known."""
    same_source, same_group = same_name([row.source for row in rows]), same_name([row.group for row in rows])
    same_owner = same_name([_owner(row, owner_separator) for row in rows])
    numbers = components(len(rows), same_source, same_group, same_owner, edges.exact, edges.near).tolist()
    names: dict[int, list[str]] = defaultdict(list)
    for number, row in zip(numbers, rows, strict=True):
        names[number].append(row.source)
    name_of = {
        number: min(names[number], key=lambda name: (name.startswith(UNNAMED), name)) for number in names
    }
    return [name_of[number] for number in numbers]


def _owner(row: ListedPhoto, separator: str) -> str:
    """Return whose photo it is; empty where nobody is known, and of a rendering, which nobody photographed."""
    if not separator or row.synthetic or row.source.startswith(UNNAMED):
        return ""
    # Sites write the same account in upper and lower case.
    return row.source.partition(separator)[0].casefold()


def _linked_sources(rows: Sequence[ListedPhoto], groups: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    sources: dict[str, set[str]] = defaultdict(set)
    for row, group in zip(rows, groups, strict=True):
        sources[group].add(row.source)
    return tuple(tuple(sorted(sources[group])) for group in sorted(sources) if len(sources[group]) > 1)


# --- what stays -------------------------------------------------------------------------------------------


def _merge_identical(
    items: Sequence[ExaminedPhoto], groups: Sequence[str], splits: Sequence[Split]
) -> tuple[list[Sample], list[Dropped]]:
    members: dict[str, list[int]] = defaultdict(list)
    for number, item in enumerate(items):
        members[item.photo.sha256].append(number)
    samples, dropped = [], []
    for first, *others in members.values():
        copies = [items[number].row for number in others]
        samples.append(_sample(items[first], copies, groups[first], splits[first]))
        dropped += [Dropped(row=row, reason="exact copy", instead=items[first].row) for row in copies]
    return samples, dropped


def _sample(item: ExaminedPhoto, copies: Sequence[ListedPhoto], group: str, split: Split) -> Sample:
    row = item.row
    labels = row.labels.intersection(*(copy.labels for copy in copies))
    unsettled = row.ids.union(*(copy.ids for copy in copies)) - labels
    return Sample(
        path=row.path,
        labels=labels,
        unsettled=unsettled,
        source=row.source,
        licence=row.licence,
        sha256=item.photo.sha256,
        split=split,
        group=group,
        synthetic=row.synthetic,
        mask=row.mask,
    )


def _drop(items: Sequence[ExaminedPhoto], copies: dict[int, int]) -> list[Dropped]:
    return [
        Dropped(row=items[copy].row, reason="copy of an evaluation photo", instead=items[original].row)
        for copy, original in copies.items()
    ]
