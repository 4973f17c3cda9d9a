"""The index of a running scan: which items have rows, and where those are.

It is a temporary SQLite database made from the parts, so memory does not grow with the archive, and nothing of it has
to survive: the parts are the only record.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wildvision.archive.folder import RowFacts
from wildvision.archive.items import REST, Item


@dataclass(frozen=True, slots=True)
class Entry:
    """An item that the index has met.

    Attributes:
        key: Of its row in this run; smaller for what earlier runs scored.
        id: Its id in the results.
        place: Part and position of its row; None: not committed yet.
        stamp: Of its content when that row was made.
        failed: Whether that row is an error.
    """

    key: int
    id: str
    place: tuple[int, int] | None
    stamp: str | None
    failed: bool


class Index:
    """The items of a scan by id."""

    def __init__(self) -> None:
        # An empty name is a private database that SQLite keeps in memory while it is small, then in a temporary file.
        self._rows = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._rows.execute(
            "CREATE TABLE rows (key INTEGER PRIMARY KEY, id TEXT UNIQUE, part INTEGER, place INTEGER, stamp TEXT, "
            "failed INTEGER, met INTEGER)"
        )
        self._rows.execute("BEGIN")
        self._repeats: dict[str, int] = {}  # how often each id was met that more than one item has

    def close(self) -> None:
        """Forget everything."""
        self._rows.close()

    def load(self, number: int, facts: Iterable[RowFacts]) -> dict[str, int]:
        """Add the rows of a part; returns the digests of the images that were read, with their keys."""
        digests: dict[str, int] = {}
        for place, row in enumerate(facts):
            key = self._insert(row.id, number, place, row.stamp, row.failed, met=False)
            if row.sha256 and not row.failed:
                digests.setdefault(row.sha256, key)
        return digests

    def meet(self, item: Item) -> tuple[Entry, bool] | None:
        """Note that the sources hold an item; returns its entry and whether it is new, None if it was met before.

        Two items may have the same id: members of an archive, or rows of a table. Those with the first one's known
        content are that one, and so is the rest of one source; others are called ``ID#2``, ``ID#3`` and so on.
        """
        first = self._find(item.id)
        if first is None or not first[1]:
            return self._note(item.id, first, item)
        if item.id.endswith(REST) or (item.stamp is not None and item.stamp == first[0].stamp):
            return None
        return self._note(*self._free_name(item.id), item)

    def _free_name(self, name: str) -> tuple[str, tuple[Entry, bool] | None]:
        """Return the next name of a repeated id that no item of this run has, and the row that it has, if any."""
        while True:
            number = self._repeats[name] = self._repeats.get(name, 1) + 1
            found = self._find(f"{name}#{number}")
            if found is None or not found[1]:
                return f"{name}#{number}", found

    def _note(self, name: str, found: tuple[Entry, bool] | None, item: Item) -> tuple[Entry, bool]:
        if found is None:
            key = self._insert(name, None, None, item.stamp, failed=False, met=True)
            return Entry(key, name, None, item.stamp, failed=False), True
        self._rows.execute("UPDATE rows SET met = 1 WHERE key = ?", (found[0].key,))
        return found[0], False

    def place(self, key: int) -> tuple[int, int] | None:
        """Return part and position of a committed row; None: it is not committed."""
        found = self._rows.execute("SELECT part, place FROM rows WHERE key = ?", (key,)).fetchone()
        return None if found is None or found[0] is None else (found[0], found[1])

    def put(self, key: int, number: int, place: int) -> None:
        """Note where a row was committed."""
        self._rows.execute("UPDATE rows SET part = ?, place = ? WHERE key = ?", (number, place, key))

    def restamp(self, key: int, stamp: str | None) -> None:
        """Note the content that an item of an earlier run has now."""
        self._rows.execute("UPDATE rows SET stamp = ? WHERE key = ?", (stamp, key))

    def forget(self, names: Iterable[str]) -> None:
        """Forget rows that were taken out of their part."""
        self._rows.executemany("DELETE FROM rows WHERE id = ?", ((name,) for name in names))

    def gone(self) -> Iterator[str]:
        """Yield the ids of the rows whose items were not met, in the order of the parts."""
        found = self._rows.execute("SELECT id FROM rows WHERE NOT met ORDER BY part, place")
        return (item_id for (item_id,) in found)

    def resolved(self) -> Iterator[tuple[int, str]]:
        """Yield part and id of each row for the unread rest of a source that has been read to its end now.

        That is so where the rest was not met, but something of the same source was.
        """
        rests = self._rows.execute(
            "SELECT part, id FROM rows WHERE NOT met AND id LIKE ? ORDER BY part, place", (f"%{REST}",)
        ).fetchall()
        for number, name in rests:
            place = name.removesuffix(REST)
            if any(self._was_met_below(f"{place}{mark}") for mark in "!/") or self._met(place):
                yield number, name

    def _was_met_below(self, prefix: str) -> bool:
        return (
            self._rows.execute(
                "SELECT 1 FROM rows WHERE id >= ? AND id < ? AND met LIMIT 1", (prefix, f"{prefix}\U0010ffff")
            ).fetchone()
            is not None
        )

    def _met(self, name: str) -> bool:
        found = self._find(name)
        return found is not None and found[1]

    def _find(self, name: str) -> tuple[Entry, bool] | None:
        found = self._rows.execute(
            "SELECT key, part, place, stamp, failed, met FROM rows WHERE id = ?", (name,)
        ).fetchone()
        if found is None:
            return None
        key, number, place, stamp, failed, met = found
        return Entry(key, name, None if number is None else (number, place), stamp, bool(failed)), bool(met)

    def _insert(
        self, name: str, number: int | None, place: int | None, stamp: str | None, failed: bool, *, met: bool
    ) -> int:
        values = (name, number, place, stamp, failed, met)
        cursor = self._rows.execute(
            "INSERT INTO rows (id, part, place, stamp, failed, met) VALUES (?, ?, ?, ?, ?, ?)", values
        )
        return int(cursor.lastrowid or 0)
