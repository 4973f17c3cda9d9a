"""The feed of a running scan: numbered chunks of items on their way from the driver to whoever scores them.

Ray Data reads numbers, and the actors of its pool fetch the chunk of a number from the feed. So a number may be scored
again where a machine is lost, and what was listed is never listed again. Images are not in it: an item says where its
bytes are, in a file or in Ray's object store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from wildvision.archive.items import Item
from wildvision.archive.ray.cluster import load_ray
from wildvision.archive.tables import pyarrow

Chunk = list[tuple[int, Item]]
"""Items with their keys."""

NUMBER, ROWS = "number", "rows"
"""Columns: of a chunk, and its rows pickled, as the pool returns them."""


class Feed:
    """Holds chunks until their rows have arrived; an actor on the driver's machine."""

    def __init__(self) -> None:
        self._chunks: dict[int, Chunk] = {}
        self._added: set[int] = set()
        self._count: int | None = None
        self._changed = asyncio.Condition()

    async def add(self, number: int, chunk: Chunk) -> None:
        """Take a chunk; they may come in another order than they were sent in, and after the call of `close`."""
        async with self._changed:
            self._chunks[number] = chunk
            self._added.add(number)
            self._changed.notify_all()

    async def close(self, count: int) -> None:
        """Say how many chunks there are."""
        async with self._changed:
            self._count = count
            self._changed.notify_all()

    async def has(self, number: int) -> bool:
        """Return whether there is such a chunk, as soon as that is known."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: number in self._added or (self._count is not None and number >= self._count)
            )
            return number in self._added

    async def chunk(self, number: int) -> Chunk:
        """Return a chunk; an empty one where its rows have arrived already."""
        return self._chunks.get(number, [])

    async def done(self, number: int) -> None:
        """Forget a chunk whose rows have arrived."""
        self._chunks.pop(number, None)


def numbers(feed: Any) -> Any:
    """Return the dataset of a feed's numbers, one a block, as they come.

    Args:
        feed: Handle of the actor.
    """
    ray, data = load_ray(), load_ray("ray.data")
    here = {"ray.io/node-id": ray.get_runtime_context().get_node_id()}

    def read() -> Iterator[Any]:
        arrow, number = pyarrow("Ray Data"), 0
        while load_ray().get(feed.has.remote(number)):
            yield arrow.table({NUMBER: [number]})
            number += 1

    class Numbers(data.Datasource):
        """One task that yields as long as the feed has something."""

        def estimate_inmemory_data_size(self) -> int | None:
            return None

        def get_read_tasks(self, parallelism: int, *_: Any, **__: Any) -> list[Any]:
            del parallelism
            metadata = load_ray("ray.data.block").BlockMetadata(
                num_rows=None, size_bytes=None, input_files=None, exec_stats=None
            )
            return [data.ReadTask(read, metadata)]

    # On the driver's machine, without whose end the scan ends too, and without a core: it only waits.
    return data.read_datasource(Numbers(), num_cpus=0, override_num_blocks=1, label_selector=here)


def driver_node() -> Any:
    """Return the strategy that keeps an actor on the driver's machine."""
    node = load_ray().get_runtime_context().get_node_id()
    strategies = load_ray("ray.util.scheduling_strategies")
    return strategies.NodeAffinitySchedulingStrategy(node, soft=False)
