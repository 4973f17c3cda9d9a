"""Rows on their way from the workers into parts: put in order, copied where bytes were seen before, and committed.

New rows fill parts in the order of the sources. A row that replaces one (its item changed, or failed before) waits with
others and goes into the part that it was in.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from wildvision.archive.claims import Claims
from wildvision.archive.folder import Part, ScanFolder
from wildvision.archive.index import Entry, Index
from wildvision.archive.items import Item
from wildvision.archive.rows import Copy, Row
from wildvision.archive.workers import Pool


@dataclass(frozen=True, slots=True)
class Job:
    """An item to score, and its entry in the index."""

    entry: Entry
    item: Item


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFormat:
    """How parts are written.

    Attributes:
        rows: In a part.
        categories: Of the model, whose scores are written.
        embedding_size: Length of the rows' embeddings; None: they have none.
    """

    rows: int
    categories: Sequence[str]
    embedding_size: int | None


class Ledger:
    """Commits rows.

    Args:
        folder: Where to.
        index: Learns where each row is.
        form: How parts are written.
        following: Number of the first part that is new.
        begin: Called before the first part is written.
    """

    def __init__(
        self, folder: ScanFolder, index: Index, form: PartFormat, following: int, begin: Callable[[], None]
    ) -> None:
        self._folder, self._index, self._form = folder, index, form
        self._following, self._begin = following, begin
        self._begun = False
        self._new: dict[int, Row] = {}  # by key, in order
        self._replaced: dict[int, Row] = {}

    def recall(self, key: int) -> Row | None:
        """Return the row of a key, committed or not; None: there is none yet."""
        held = self._new.get(key) or self._replaced.get(key)
        if held is not None:
            return held
        place = self._index.place(key)
        return None if place is None else self._folder.row(*place)

    def add(self, entry: Entry, row: Row) -> Iterator[Part]:
        """Take a row; yields the parts that became whole by it.

        Raises:
            ScanError: A part cannot be written.
        """
        if entry.place is None:
            self._new[entry.key] = row
            if len(self._new) >= self._form.rows:
                yield self._commit_new()
        else:
            self._replaced[entry.key] = row
            if len(self._replaced) >= self._form.rows:
                yield from self._commit_replaced()

    def flush(self) -> Iterator[Part]:
        """Commit what is left; yields the parts.

        Raises:
            ScanError: A part cannot be written.
        """
        yield from self._commit_replaced()
        if self._new:
            yield self._commit_new()

    def drop(self, number: int, ids: Sequence[str]) -> Part:
        """Take rows out of a part.

        Raises:
            ScanError: The part cannot be read or written.
        """
        return self._commit(number, [row for row in self._folder.read(number) if row.id not in set(ids)])

    def _commit_new(self) -> Part:
        part = self._commit(self._following, list(self._new.values()))
        for place, key in enumerate(self._new):
            self._index.put(key, self._following, place)
        self._following += 1
        self._new.clear()
        return part

    def _commit_replaced(self) -> Iterator[Part]:
        by_part: dict[int, dict[int, Row]] = {}
        for key, row in self._replaced.items():
            number, place = self._index.place(key) or (0, 0)  # it has one: else it would be new
            by_part.setdefault(number, {})[place] = row
        for number, changed in sorted(by_part.items()):
            rows = self._folder.read(number)
            for place, row in changed.items():
                rows[place] = row
            yield self._commit(number, rows)
        self._replaced.clear()

    def _commit(self, number: int, rows: Sequence[Row]) -> Part:
        if not self._begun:
            self._begin()
            self._begun = True
        return self._folder.commit(number, rows, self._form.categories, self._form.embedding_size)


class InOrder:
    """Scores jobs and yields their rows in the order of the jobs.

    Args:
        pool: What scores.
        jobs: What to score.
        recall: Returns the row of a key that was yielded before; needed where items are copied.
        claims: Which row has which image; None: nothing is copied.
    """

    def __init__(
        self,
        pool: Pool,
        jobs: Iterator[Job],
        recall: Callable[[int], Row | None] = lambda _: None,
        claims: Claims | None = None,
    ) -> None:
        self._pool, self._jobs, self._recall, self._claims = pool, jobs, recall, claims
        self._order: deque[Entry] = deque()  # drawn and not yielded
        self._items: dict[int, Item] = {}  # drawn and without a row
        self._rows: dict[int, Row] = {}  # with a row, and not yielded
        self._copies: dict[
            int, list[tuple[int, Copy]]
        ] = {}  # with their keys, by that of the row they wait for

    def __iter__(self) -> Iterator[tuple[Entry, Row]]:
        for key, found in self._pool.score(self._draw()):
            self._settle(key, found)
            while self._order and self._order[0].key in self._rows:
                entry = self._order.popleft()
                yield entry, self._rows.pop(entry.key)

    def _draw(self) -> Iterator[tuple[int, Item]]:
        for job in self._jobs:
            self._order.append(job.entry)
            self._items[job.entry.key] = job.item
            yield job.entry.key, job.item

    def _settle(self, key: int, found: Row | Copy) -> None:
        """Note the row of a job, and those of the jobs that waited for it."""
        if isinstance(found, Copy):
            self._copy(key, found)
            return
        self._rows[key] = found
        self._items.pop(key, None)
        for waiting in self._copies.pop(key, []):
            self._copy(*waiting)

    def _copy(self, key: int, copy: Copy) -> None:
        original = self._rows.get(copy.key)
        if original is None and copy.key in self._items:  # it is at work, or waits for another itself
            self._copies.setdefault(copy.key, []).append((key, copy))
            return
        original = original or self._recall(copy.key)
        if original is not None and copy.is_of(original):
            self._settle(key, copy.of(original))
        elif self._claims is not None:  # that row is of another image by now
            self._claims.give(copy.row.sha256 or "", key)
            self._pool.again(key, self._items[key])


def renamed(item: Item, entry: Entry) -> Item:
    """Return an item under the id that it has in the results."""
    return item if item.id == entry.id else replace(item, id=entry.id)
