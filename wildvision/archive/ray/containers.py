"""Containers that are read as streams, on the machines of the cluster: tar archives and tables.

The images stay in the object store, in blocks; the driver gets ids, stamps, and a reference to each block.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from wildvision.archive.items import InMemory, Item, reason, rest
from wildvision.archive.places import is_remote
from wildvision.archive.ray.blocks import InBlock
from wildvision.archive.ray.cluster import load_ray
from wildvision.archive.sources import ReadStream
from wildvision.archive.tables import pyarrow
from wildvision.errors import ArchiveError

_BLOCK_BYTES, _BLOCK_ITEMS = 8 * 2**20, 1024  # of images in one block; and items whose images are elsewhere
_AHEAD = 8  # objects that a reader may be ahead: a block, and what is said of it, are two
_AT_ONCE = 16  # containers that are read ahead at most

Listed = list[Item] | Counter[str] | ArchiveError
"""What a reader says: items, or what it left out, which ends it, or why it cannot be opened."""


class Readers:
    """Reads containers in tasks of the cluster, those that were announced at the same time."""

    def __init__(self) -> None:
        self._started: dict[str, Any] = {}

    def announce(self, place: str, read: ReadStream) -> None:
        """Begin to read a container; see `wildvision.archive.sources.ReadElsewhere`."""
        if place not in self._started and len(self._started) < _AT_ONCE:
            self._started[place] = _start(place, read)

    def open(self, place: str, read: ReadStream, skipped: Counter[str]) -> Iterator[Item]:
        """Return the items of a container; see `wildvision.archive.sources.ReadElsewhere`.

        Raises:
            ArchiveError: It cannot be opened.
        """
        stream = self._started.pop(place, None) or _start(place, read)
        try:
            first = _listed(stream)
        except load_ray().exceptions.RayError as error:
            raise ArchiveError(_died(error), source=place) from error
        if isinstance(first, ArchiveError):
            raise first
        return _items(place, stream, first, skipped)


def _start(place: str, read: ReadStream) -> Any:
    folder = None if is_remote(place) else os.getcwd()  # noqa: PTH109 - bytes that are no UTF-8 stay
    # No core is reserved: where actors hold all of them, a reader that waits for one would wait for ever.
    task = (
        load_ray()
        .remote(read_blocks)
        .options(
            num_cpus=0,
            num_returns="streaming",
            scheduling_strategy="SPREAD",
            _generator_backpressure_num_objects=_AHEAD,
        )
    )
    return task.remote(read, folder)


def _items(place: str, stream: Any, first: Listed, skipped: Counter[str]) -> Generator[Item]:
    listed = first
    try:
        while isinstance(listed, list):
            block = next(stream)
            yield from (_located(item, block) for item in listed)
            listed = _listed(stream)
    except load_ray().exceptions.RayError as error:
        yield rest(place, _died(error))
        return
    if isinstance(listed, Counter):
        skipped.update(listed)


def _listed(stream: Any) -> Listed:
    return load_ray().get(next(stream))


def _located(item: Item, block: Any) -> Item:
    content = item.content
    return replace(item, content=replace(content, block=block)) if isinstance(content, InBlock) else item


def _died(error: Exception) -> str:
    return f"the task that read it died: {type(error).__name__}: {reason(error)[:500]}"


# --- in the tasks -----------------------------------------------------------------------------------------


def read_blocks(read: ReadStream, folder: str | None) -> Iterator[Any]:
    """Yield items of a container, then the block of their images, in turns; in the end what was left out.

    Args:
        read: Opens the container.
        folder: That its path is relative to; None: none.
    """
    skipped: Counter[str] = Counter()
    with _within(folder):
        try:
            items = read(skipped)
        except ArchiveError as error:
            yield error
            return
        for listed, block in _blocks(items):
            yield listed
            yield block
    yield skipped


@contextlib.contextmanager
def _within(folder: str | None) -> Generator[None]:
    if folder is None or not Path(folder).is_dir():
        yield
        return
    with contextlib.chdir(folder):
        yield


def _blocks(items: Iterator[Item]) -> Iterator[tuple[list[Item], Any]]:
    listed: list[Item] = []
    images: list[bytes] = []
    for item in items:
        listed.append(_stubbed(item, images))
        if sum(map(len, images)) >= _BLOCK_BYTES or len(listed) >= _BLOCK_ITEMS:
            yield listed, _block(images)
            listed, images = [], []
    if listed:
        yield listed, _block(images)


def _stubbed(item: Item, images: list[bytes]) -> Item:
    if not isinstance(item.content, InMemory):
        return item
    images.append(item.content.content)
    return replace(item, content=InBlock(None, len(images) - 1, len(item.content.content)))


def _block(images: list[bytes]) -> Any:
    arrow = pyarrow("Ray Data")
    return arrow.array(images, arrow.large_binary())
