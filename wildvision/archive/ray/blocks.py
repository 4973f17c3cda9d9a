"""Blocks of images in Ray's object store: what containers that are read as streams leave for whoever scores them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from wildvision.archive.items import InFile, InMemory, InZip, Item, Unreadable, reason
from wildvision.archive.places import is_remote
from wildvision.archive.ray.cluster import load_ray
from wildvision.errors import ImageReadError


@dataclass(frozen=True, slots=True)
class InBlock:
    """An image in a block of the object store; the reference travels, and the bytes only to whoever scores.

    Attributes:
        block: Reference to an Arrow array of binary values.
        position: In it, from 0.
        size: Bytes of the image.
    """

    block: Any
    position: int
    size: int

    def load(self, max_bytes: int) -> bytes:
        """Refuse: an actor fetches blocks before its processes load items.

        Raises:
            ImageReadError: Always.
        """
        del max_bytes
        raise ImageReadError("expected the bytes of an image, found a block that was not fetched")


def fetched(items: Iterable[Item]) -> Iterator[Item]:
    """Yield items with the bytes of those in blocks; a block that is lost for good makes them unreadable."""
    ray = load_ray()
    blocks: dict[Any, Any] = {}
    for item in items:
        content = item.content
        if not isinstance(content, InBlock):
            yield item
            continue
        if content.block not in blocks:
            try:
                blocks[content.block] = ray.get(content.block)
            except ray.exceptions.RayError as error:
                blocks[content.block] = ImageReadError(f"expected a block of images, found: {reason(error)}")
        yield replace(item, content=_taken(blocks[content.block], content.position))


def _taken(block: Any, position: int) -> InMemory | Unreadable:
    return Unreadable(block) if isinstance(block, ImageReadError) else InMemory(block[position].as_py())


def anchored(item: Item, folder: str) -> Item:
    """Return an item whose path holds in every folder that a worker may be in; its id stays.

    Args:
        item: Of the driver.
        folder: That the driver is in.
    """
    content = item.content
    if isinstance(content, InFile) and not is_remote(content.place):
        return replace(item, content=InFile(_absolute(content.place, folder)))
    if isinstance(content, InZip) and not is_remote(content.archive):
        return replace(item, content=replace(content, archive=_absolute(content.archive, folder)))
    return item


def _absolute(path: str, folder: str) -> str:
    import os  # noqa: PLC0415

    return os.path.join(folder, path)  # noqa: PTH118 - a path may be no UTF-8
