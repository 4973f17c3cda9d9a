"""What people decided of a scan's hits: a SQLite database in the scan's folder, which every decision reaches at once.

Nothing is ever changed or removed: a decision that was taken back is followed by one that says so.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from wildvision.errors import ScanError

DECISIONS = "decisions.sqlite"
"""In the folder of the scan."""
DECISIONS_SCHEMA = 1

_COLUMNS = "number, reviewer, time, outcome, category, note, case_id, shown, request"
_TABLES = """
CREATE TABLE IF NOT EXISTS decisions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, reviewer TEXT NOT NULL, time TEXT NOT NULL, outcome TEXT NOT NULL,
    category TEXT, note TEXT NOT NULL, case_id TEXT NOT NULL, shown TEXT NOT NULL, takes_back INTEGER UNIQUE,
    request TEXT UNIQUE
);
CREATE TABLE IF NOT EXISTS decided (number INTEGER NOT NULL, id TEXT NOT NULL, sha256 TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS decided_by_id ON decided (id);
CREATE INDEX IF NOT EXISTS decided_by_number ON decided (number);
"""


class Outcome(StrEnum):
    """What somebody decided of a picture.

    ``CONFIRMED``: it shows the product. ``LOOKALIKE``: it shows something mistaken for one. ``NOT_WILDLIFE``: neither.
    ``UNSURE``: a photo does not settle it.
    """

    CONFIRMED = "confirmed"
    LOOKALIKE = "lookalike"
    NOT_WILDLIFE = "not_wildlife"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision, of a picture and its near-duplicates.

    Attributes:
        ids: Of the rows that it is about.
        sha256s: Digests of their images, in the same order.
        reviewer: Who decided.
        outcome: What was decided.
        category: The product that was confirmed, or the look-alike that it is; None: none was named.
        note: Free text.
        case_id: Of the case that it belongs to; empty: of none.
        shown: What the reviewer saw: verdict, score, threshold, policy, model, whether the map was on.
        request: Names the act of deciding, so that one that is sent again is stored once; None: it has no name.
        time: UTC, ISO 8601; set by the database.
        number: Of the decision in the scan, from 1; set by the database.
    """

    ids: Sequence[str]
    sha256s: Sequence[str]
    reviewer: str
    outcome: Outcome
    category: str | None = None
    note: str = ""
    case_id: str = ""
    shown: Mapping[str, Any] = field(default_factory=dict[str, Any])
    request: str | None = None
    time: str = ""
    number: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


class Decisions:
    """The decisions of a scan; may be used from several threads, and by several processes at once.

    Args:
        results: The folder of the scan.

    Raises:
        ScanError: The database cannot be opened, or is of another schema.
    """

    def __init__(self, results: Path) -> None:
        self.path = results / DECISIONS
        self._lock = threading.Lock()
        try:
            self._database = sqlite3.connect(
                self.path, isolation_level=None, check_same_thread=False, timeout=30
            )
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=FULL")  # on disk before the next picture is shown
            (version,) = self._database.execute("PRAGMA user_version").fetchone()
            if version not in (0, DECISIONS_SCHEMA):
                raise ScanError(
                    f"expected decisions of schema {DECISIONS_SCHEMA}, found schema {version} in {self.path}; use the "
                    "version of wildvision that wrote them"
                )
            self._database.executescript(_TABLES)
            self._database.execute(f"PRAGMA user_version={DECISIONS_SCHEMA}")
        except sqlite3.Error as error:
            raise ScanError(f"expected a database of decisions, found {self.path}: {error}") from error

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    def add(self, decision: Decision) -> Decision:
        """Store a decision; it is on disk when this returns.

        Returns:
            The decision with its time and number; of a request that was stored before, what was stored then.

        Raises:
            ScanError: It cannot be written.
        """
        return self._stored(decision.request) or self._insert(decision, takes_back=None)

    def take_back(self, reviewer: str) -> Decision | None:
        """Take back the last decision of a reviewer that stands; returns it, or None where there is none."""
        standing = [decision for decision in self.standing() if decision.reviewer == reviewer]
        if not standing:
            return None
        last = standing[-1]
        self._insert(replace(last, ids=(), sha256s=(), request=None), takes_back=last.number)
        return last

    def standing(self) -> list[Decision]:
        """Return the decisions that were not taken back, in the order in which they were made."""
        return self._select(
            "takes_back IS NULL AND number NOT IN (SELECT takes_back FROM decisions WHERE takes_back IS NOT NULL)"
        )

    def _stored(self, request: str | None) -> Decision | None:
        found = self._select("request = ?", request) if request else []
        return found[0] if found else None

    def _select(self, where: str, *values: str) -> list[Decision]:
        with self._lock:
            rows = self._database.execute(
                f"SELECT {_COLUMNS} FROM decisions WHERE {where} ORDER BY number",  # noqa: S608  no user's text
                values,
            ).fetchall()
            chosen = f"SELECT number FROM decisions WHERE {where}"  # noqa: S608  no user's text
            decided = self._database.execute(
                f"SELECT number, id, sha256 FROM decided WHERE number IN ({chosen}) ORDER BY rowid",  # noqa: S608
                values,
            ).fetchall()
        pictures: dict[int, list[tuple[str, str]]] = {}
        for number, name, sha256 in decided:
            pictures.setdefault(number, []).append((name, sha256))
        return [_decision(row, pictures.get(row[0], ())) for row in rows]

    def _insert(self, decision: Decision, *, takes_back: int | None) -> Decision:
        now = dt.datetime.now(tz=dt.UTC).isoformat(timespec="milliseconds")
        facts = (
            decision.reviewer,
            now,
            decision.outcome.value,
            decision.category,
            decision.note,
            decision.case_id,
            json.dumps(dict(decision.shown), sort_keys=True),
            takes_back,
            decision.request,
        )
        with self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                number = self._database.execute(
                    "INSERT INTO decisions (reviewer, time, outcome, category, note, case_id, shown, takes_back, "
                    "request) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    facts,
                ).lastrowid
                self._database.executemany(
                    "INSERT INTO decided (number, id, sha256) VALUES (?, ?, ?)",
                    [(number, *picture) for picture in zip(decision.ids, decision.sha256s, strict=True)],
                )
                self._database.execute("COMMIT")
            except sqlite3.Error as error:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise ScanError(f"the decision cannot be written to {self.path}: {error}") from error
        return replace(decision, time=now, number=int(number or 0))


def _decision(row: tuple[Any, ...], pictures: Sequence[tuple[str, str]]) -> Decision:
    number, reviewer, time, outcome, category, note, case_id, shown, request = row
    return Decision(
        ids=tuple(name for name, _ in pictures),
        sha256s=tuple(sha256 for _, sha256 in pictures),
        reviewer=reviewer,
        outcome=Outcome(outcome),
        category=category,
        note=note,
        case_id=case_id,
        shown=json.loads(shown),
        request=request,
        time=time,
        number=number,
    )


def read_decisions(results: Path) -> list[Decision]:
    """Return the decisions of a scan that stand; none where nobody decided.

    Raises:
        ScanError: The database cannot be read.
    """
    if not (results / DECISIONS).exists():
        return []
    with closing(Decisions(results)) as decisions:
        return decisions.standing()


def settled(decisions: Sequence[Decision]) -> dict[str, Decision]:
    """Return the last decision on each row, by its id."""
    return {name: decision for decision in decisions for name in decision.ids}
