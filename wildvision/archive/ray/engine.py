"""The engine of a scan whose items are scored on a cluster, while its folder is written where the scan runs."""

from __future__ import annotations

import contextlib
import itertools
import os
import pickle
from collections import deque
from collections.abc import Iterator
from typing import Any, Self

from wildvision.archive.engines import Engine
from wildvision.archive.ray.actors import ChunkScoring
from wildvision.archive.ray.blocks import InBlock, anchored
from wildvision.archive.ray.cluster import (
    DEFAULT_CLUSTER,
    RayOptions,
    cluster_cpus,
    connect,
    disconnect,
    load_ray,
    pool_strategy,
    saying_why,
)
from wildvision.archive.ray.containers import Readers
from wildvision.archive.ray.feed import NUMBER, ROWS, Chunk, Feed, driver_node, numbers
from wildvision.archive.sources import ReadElsewhere
from wildvision.archive.travel import PackedScorer
from wildvision.archive.workers import Numbered, Pool, Scored
from wildvision.errors import ScanError, WildvisionError

FIRST_ITEMS, MOST_ITEMS = (
    16,
    512,
)  # of a chunk: small ones at first, so that all actors have something at once
_GROWTH = 64  # a chunk is at most this share of the items before it
MOST_BYTES = 64 * 2**20  # of a chunk, of images that lie in the object store
MOST_CHUNKS = (
    4000  # of one dataset: Ray Data keeps about 10 kB of statistics of a chunk until the dataset ends
)
_AHEAD = 4  # chunks a core that are listed and have no rows yet


class RayEngine(Engine):
    """Scores the items of a `wildvision.archive.ScanRun` on a Ray cluster.

    Args:
        options: How much of the cluster is taken.

    Raises:
        ArchiveError: Ray is not installed.
    """

    def __init__(self, options: RayOptions = DEFAULT_CLUSTER) -> None:
        load_ray("ray.data")
        self._options = options
        self._elsewhere = Readers()
        self._is_ours = False

    def __enter__(self) -> Self:
        """Connect to the cluster.

        Raises:
            ScanError: It cannot be reached.
        """
        self._is_ours = connect(self._options)
        self._elsewhere = Readers()
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_ours:
            disconnect()

    @property
    def elsewhere(self) -> ReadElsewhere:
        """What reads tar archives and tables."""
        return self._elsewhere

    def pool(self, packed: PackedScorer) -> Pool:
        """Return what scores."""
        return RayPool(packed, self._options)


class RayPool:
    """A pool of actors that Ray Data makes, feeds, and replaces.

    Args:
        packed: What scores.
        options: How much of the cluster is taken.
    """

    def __init__(self, packed: PackedScorer, options: RayOptions) -> None:
        self._packed, self._options = packed, options
        self._again: deque[Numbered] = deque()
        self._folder = os.getcwd()  # noqa: PTH109 - bytes that are no UTF-8 stay
        self._drawn = 0  # items

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing: a dataset ends with its iterator."""

    def again(self, key: int, item: Any) -> None:
        """Score an item once more, after those that are at work."""
        self._again.append((key, item))

    def score(self, items: Iterator[Numbered]) -> Iterator[Scored]:
        """Yield each item's key and row, as they are done.

        Items are drawn only as rows arrive, so that what is listed and at work is bounded, whatever the archive holds.

        Raises:
            ScanError: The cluster cannot do the work, or one of its machines has another version of wildvision.
            ChecksumError: A model did not arrive as it was sent.
        """
        chunks = self._chunks(items)
        while True:
            first = next(chunks, None)
            if first is None and self._again:
                repeated, self._again = self._again, deque()
                chunks = self._chunks(iter(repeated))
                first = next(chunks, None)
            if first is None:
                return
            yield from self._scored(itertools.chain((first,), itertools.islice(chunks, MOST_CHUNKS - 1)))

    def _scored(self, chunks: Iterator[Chunk]) -> Iterator[Scored]:
        """Yield the rows of chunks, of which there is at least one."""
        ray = load_ray()
        with saying_why():
            feed = ray.remote(Feed).options(num_cpus=0, scheduling_strategy=driver_node()).remote()
            batches = self._batches(feed)
        given, waiting = _Given(feed, chunks), set[int]()
        try:
            given.fill(waiting)
            with saying_why():
                batch = next(batches, None)
            while batch is not None:
                numbered = zip(batch[NUMBER].to_pylist(), batch[ROWS].to_pylist(), strict=True)
                for number, rows in numbered:
                    if number in waiting:  # else it came before, from a machine that was taken for lost
                        yield from _accepted(pickle.loads(rows))  # noqa: S301 - our own actors wrote it
                        waiting.remove(number)
                        feed.done.remote(number)
                given.fill(waiting)
                with saying_why():
                    batch = next(batches, None)
        finally:
            with contextlib.suppress(Exception):
                ray.kill(feed)
        if waiting:
            raise ScanError(
                f"expected the rows of {len(waiting):,} more chunks, found the end of the dataset; "
                "run the same command again"
            )

    def _batches(self, feed: Any) -> Iterator[Any]:
        """Return the tables of the actors, one for each chunk, in whatever order they come."""
        context = load_ray("ray.data").DataContext
        own = context.get_current().copy()
        own.target_max_block_size = (
            1  # byte: a chunk is handed on as it comes, and not kept until there are more
        )
        own.enable_progress_bars = False  # whoever runs the scan shows how far it is
        with context.current(own):
            dataset = numbers(feed).map_batches(
                ChunkScoring,
                batch_size=None,
                batch_format="pyarrow",
                num_cpus=self._options.cpus_per_actor,
                compute=pool_strategy(self._options, alone=True),
                fn_constructor_args=(
                    (load_ray().put(self._packed),),
                    self._options.cpus_per_actor,
                    feed,
                ),
            )
            return iter(dataset.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0))

    def _chunks(self, items: Iterator[Numbered]) -> Iterator[Chunk]:
        chunk: Chunk = []
        held = 0
        for key, item in items:
            chunk.append((key, anchored(item, self._folder)))
            held += item.content.size if isinstance(item.content, InBlock) else 0
            most = min(max(self._drawn // _GROWTH, FIRST_ITEMS), MOST_ITEMS)
            if len(chunk) >= most or held >= MOST_BYTES:
                self._drawn += len(chunk)
                yield chunk
                chunk, held = [], 0
        if chunk:
            yield chunk


class _Given:
    """Chunks on their way to a feed.

    Args:
        feed: Handle of the feed.
        chunks: All of a dataset.
    """

    def __init__(self, feed: Any, chunks: Iterator[Chunk]) -> None:
        self._feed, self._chunks, self._count = feed, chunks, 0

    def fill(self, waiting: set[int]) -> None:
        """Give the feed as many chunks as may wait, add their numbers to those that do, and close it after the last."""
        for _ in range(len(waiting), max(_AHEAD * cluster_cpus(), 2 * _AHEAD)):
            following = next(self._chunks, None)
            if following is None:
                self._feed.close.remote(self._count)
                return
            self._feed.add.remote(self._count, following)
            waiting.add(self._count)
            self._count += 1


def _accepted(rows: list[Scored] | WildvisionError) -> list[Scored]:
    """Return the rows of a chunk, or raise why a machine cannot make any."""
    if isinstance(rows, WildvisionError):
        raise rows
    return rows
