"""Tar archives with any of their compressions, read as streams."""

from __future__ import annotations

import bz2
import gzip
import importlib
import lzma
import tarfile
from collections.abc import Iterator
from typing import IO, cast

from wildvision.archive.archives import DAMAGE, RATIO_FROM, ArchiveLimits, bomb, member_id, nested, passed
from wildvision.archive.items import InMemory, Item, Unreadable, is_archive_name, is_image_name
from wildvision.archive.places import open_binary
from wildvision.errors import ArchiveError, ImageReadError, ImageTooLargeError
from wildvision.images import DEFAULT_LIMITS as IMAGE_LIMITS

_COMPRESSED = 2**16  # bytes read at a time


def read_tar(place: str, limits: ArchiveLimits) -> Iterator[Item]:
    """Yield the images of a tar archive in its order, each read into memory as the stream comes to it.

    Raises:
        ArchiveError: It cannot be opened, or its compression is not installed.
    """
    try:
        raw = open_binary(place)
        stream = _decompressed(raw, place)
    except OSError as error:
        raise ArchiveError(
            f"expected a readable archive, found: {error.strerror or error}", source=place
        ) from error
    return _tar_items(place, raw, stream, limits)


def _tar_items(place: str, raw: IO[bytes], stream: IO[bytes], limits: ArchiveLimits) -> Iterator[Item]:
    total = number = 0
    with raw:
        try:
            with tarfile.open(fileobj=stream, mode="r|") as archive:
                for number, member in enumerate(archive, start=1):
                    archive.members = []  # pyright: ignore[reportAttributeAccessIssue] - tarfile keeps all it has seen
                    total += member.size
                    stop = passed(number, total, limits)
                    item = None if stop else _tar_item(place, archive, member)
                    stop = stop or _inflated(stream, raw, limits)
                    if stop:
                        yield Item(id=f"{member_id(place, member.name)}!rest", content=Unreadable(stop))
                        return
                    if item is not None:
                        yield item
        except DAMAGE as error:
            damage = ImageReadError(f"the archive is damaged or cut off after {number:,} members: {error}")
            yield Item(id=f"{member_id(place, '')}rest", content=Unreadable(damage))


def _tar_item(place: str, archive: tarfile.TarFile, member: tarfile.TarInfo) -> Item | None:
    item_id, name = member_id(place, member.name), member.name
    if member.isdir() or not (is_image_name(name) or is_archive_name(name)):
        return None
    if not member.isreg():
        refused = ImageReadError("expected a regular file, found a link, pipe or device; it was not followed")
        return Item(id=item_id, content=Unreadable(refused))
    if is_archive_name(name):
        return Item(id=item_id, content=Unreadable(nested()))
    if member.size > IMAGE_LIMITS.max_bytes:
        limit = IMAGE_LIMITS.max_bytes
        too_large = ImageTooLargeError(quantity="bytes", found=member.size, limit=limit)
        return Item(id=item_id, content=Unreadable(too_large))
    content = cast("IO[bytes]", archive.extractfile(member)).read()
    if len(content) < member.size:
        raise EOFError(f"{name!r} ends after {len(content):,} of {member.size:,} bytes")
    return Item(id=item_id, content=InMemory(content), modified=float(member.mtime))


def _decompressed(raw: IO[bytes], place: str) -> IO[bytes]:
    """Return the tar stream inside a compressed file, recognised by its first bytes, not by its name."""
    head = raw.read(6)
    raw.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=raw))
    if head.startswith(b"BZh"):
        return cast("IO[bytes]", bz2.BZ2File(raw))
    if head.startswith(b"\xfd7zXZ\0"):
        return cast("IO[bytes]", lzma.LZMAFile(raw))
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return _zstandard(raw, place)
    return raw


def _zstandard(raw: IO[bytes], place: str) -> IO[bytes]:
    try:
        zstandard = importlib.import_module("zstandard")
    except ImportError as error:
        raise ArchiveError(
            "found Zstandard, whose decoder is not installed; pip install 'wildvision[scan]'",
            source=place,
        ) from error
    return zstandard.ZstdDecompressor().stream_reader(raw, read_size=_COMPRESSED)


def _inflated(stream: IO[bytes], raw: IO[bytes], limits: ArchiveLimits) -> ImageReadError | None:
    """Return what is wrong when a compressed tar has grown too much."""
    if stream is raw:
        return None
    found, read = stream.tell(), max(raw.tell(), 1)
    return bomb(found / read, limits) if found > RATIO_FROM and found / read > limits.max_ratio else None
