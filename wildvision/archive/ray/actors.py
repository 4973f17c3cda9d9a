"""Actors of the pool: each holds the scorer, and turns chunks or tables into rows."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from wildvision.archive.items import Item
from wildvision.archive.ray.blocks import fetched
from wildvision.archive.ray.cluster import load_ray
from wildvision.archive.ray.feed import NUMBER, ROWS, Chunk
from wildvision.archive.rows import Row
from wildvision.archive.sinks import to_table
from wildvision.archive.tables import pyarrow
from wildvision.archive.travel import GuardedScorer, PackedScorer
from wildvision.errors import WildvisionError

_SLICE_ROWS = 256  # of a table that are scored before their rows are passed on


class Scoring:
    """What every actor has: the scorer in processes of its own, and its counts among Ray's metrics.

    Args:
        packed: Reference to a `PackedScorer`, in a tuple, so that Ray does not fetch it itself.
        processes: That score.
    """

    def __init__(self, packed: tuple[Any], processes: int) -> None:
        self._reference, self._processes = packed[0], processes
        self._packed: PackedScorer | None = None
        self._guarded: GuardedScorer | None = None
        self._outcomes = load_ray("ray.util.metrics").Counter(
            "wildvision_images", description="Images that were scored or failed.", tag_keys=("outcome",)
        )

    def rows(self, items: Sequence[Item]) -> list[Row]:
        """Return one row for each item, in order.

        Raises:
            ChecksumError: The model that arrived is not the one that was sent.
            ScanError: This machine has another version of wildvision, or no process starts.
        """
        if self._guarded is None:  # here and not above: Ray hides why an actor cannot be made
            self._guarded = GuardedScorer(self.packed, self._processes)
        found = self._guarded.rows(items)
        for outcome, count in Counter(row.verdict or row.error or "" for row in found).items():
            self._outcomes.inc(count, tags={"outcome": outcome})
        return found

    @property
    def packed(self) -> PackedScorer:
        """What scores."""
        packed: PackedScorer = self._packed or load_ray().get(self._reference)
        self._packed = packed
        return packed


class ChunkScoring(Scoring):
    """Turns numbers of chunks into their rows.

    Args:
        packed: As for `Scoring`.
        processes: As for `Scoring`.
        feed: Handle of the feed.
    """

    def __init__(self, packed: tuple[Any], processes: int, feed: Any) -> None:
        super().__init__(packed, processes)
        self._feed = feed

    def __call__(self, table: Any) -> Any:
        """Return the rows of chunks, pickled, one value a chunk; or the error that makes this machine useless."""
        numbers: list[int] = table[NUMBER].to_pylist()
        rows = [pickle.dumps(self._scored_or_refused(number)) for number in numbers]
        arrow = pyarrow("Ray Data")
        return arrow.table({NUMBER: numbers, ROWS: arrow.array(rows, arrow.binary())})

    def _scored_or_refused(self, number: int) -> list[tuple[int, Row]] | WildvisionError:
        try:
            return self._scored(number)
        except WildvisionError as error:  # Ray would hand on its text only
            return error

    def _scored(self, number: int) -> list[tuple[int, Row]]:
        chunk: Chunk = load_ray().get(self._feed.chunk.remote(number))
        rows = self.rows(list(fetched(item for _, item in chunk)))
        return [(key, row) for (key, _), row in zip(chunk, rows, strict=True)]


class TableScoring(Scoring):
    """Turns tables with a column of images into tables of rows.

    Args:
        packed: As for `Scoring`.
        processes: As for `Scoring`.
        read: Turns a table into items.
    """

    def __init__(self, packed: tuple[Any], processes: int, read: Any) -> None:
        super().__init__(packed, processes)
        self._read = read

    def __call__(self, table: Any) -> Iterator[Any]:
        """Yield the rows of a table, some at a time."""
        for start in range(0, max(table.num_rows, 1), _SLICE_ROWS):
            items = list(self._read(table.slice(start, _SLICE_ROWS)))
            yield to_table(self.rows(items), self.packed.categories, self.packed.embedding_size)
