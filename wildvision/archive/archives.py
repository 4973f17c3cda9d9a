"""Archives, read member by member and never unpacked: zip, and tar with any of its compressions.

Everything in them is hostile until shown otherwise: links, devices and nested archives are reported and not followed;
members, bytes and compression are limited; a name leads nowhere, for nothing is ever written under it.
"""

from __future__ import annotations

import bz2
import gzip
import importlib
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, cast

from wildvision.archive.items import InMemory, InZip, Item, Unreadable, is_archive_name, is_image_name
from wildvision.archive.places import open_binary
from wildvision.errors import ArchiveError, ImageReadError, ImageTooLargeError
from wildvision.images import DEFAULT_LIMITS as IMAGE_LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """What an archive may ask for; where it passes a limit, the rest of it is refused.

    Attributes:
        max_members: Entries of any kind.
        max_bytes: Of all its images together, uncompressed.
        max_ratio: Uncompressed over compressed size, of a zip member or of a tar so far. Photos are compressed already:
            200 is far above any of them and far below the thousands of a zip bomb.
    """

    max_members: int = 50_000_000
    max_bytes: int = 64 * 2**40
    max_ratio: float = 200.0


DEFAULT_LIMITS = ArchiveLimits()
_RATIO_FROM = 2**20  # bytes: below this much a ratio says nothing
_COMPRESSED = 2**16  # bytes read at a time

_DAMAGE = (OSError, EOFError, tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, ValueError)


def read_zip(place: str, limits: ArchiveLimits) -> Iterator[Item]:
    """Yield the images of a zip archive in the order of its directory.

    Raises:
        ArchiveError: It is no zip archive, or its directory is damaged.
    """
    try:
        with open_binary(place) as file, zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except _DAMAGE as error:
        raise ArchiveError(f"expected a zip archive, found: {error}", source=place) from error
    return _zip_items(place, members, limits)


def _zip_items(place: str, members: list[zipfile.ZipInfo], limits: ArchiveLimits) -> Iterator[Item]:
    total = 0
    for number, member in enumerate(members):
        if member.is_dir():
            continue
        item_id = member_id(place, member.filename)
        total += member.file_size
        stop = _passed(number + 1, total, limits)
        if stop:
            yield Item(id=f"{item_id}!rest", content=Unreadable(stop))
            return
        if is_archive_name(member.filename):
            yield Item(id=item_id, content=Unreadable(_nested()))
        elif is_image_name(member.filename):
            yield Item(id=item_id, content=_zip_content(place, member, limits))


def _zip_content(place: str, member: zipfile.ZipInfo, limits: ArchiveLimits) -> InZip | Unreadable:
    if member.flag_bits & 0x1:
        return Unreadable(ImageReadError("expected a member without password, found an encrypted one"))
    ratio = member.file_size / max(member.compress_size, 1)
    if member.file_size > _RATIO_FROM and ratio > limits.max_ratio:
        return Unreadable(_bomb(ratio, limits))
    return InZip(place, member.header_offset)


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
                    stop = _passed(number, total, limits)
                    item = None if stop else _tar_item(place, archive, member)
                    stop = stop or _inflated(stream, raw, limits)
                    if stop:
                        yield Item(id=f"{member_id(place, member.name)}!rest", content=Unreadable(stop))
                        return
                    if item is not None:
                        yield item
        except _DAMAGE as error:
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
        return Item(id=item_id, content=Unreadable(_nested()))
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
            "found Zstandard, whose decoder is not installed; "
            "install wildvision with its extra `scan`, e.g. `pip install '.[scan]'` in a checkout",
            source=place,
        ) from error
    return zstandard.ZstdDecompressor().stream_reader(raw, read_size=_COMPRESSED)


def _inflated(stream: IO[bytes], raw: IO[bytes], limits: ArchiveLimits) -> ImageReadError | None:
    """Return what is wrong when a compressed tar has grown too much."""
    if stream is raw:
        return None
    found, read = stream.tell(), max(raw.tell(), 1)
    return _bomb(found / read, limits) if found > _RATIO_FROM and found / read > limits.max_ratio else None


def _passed(members: int, total: int, limits: ArchiveLimits) -> ImageReadError | None:
    if members > limits.max_members:
        return ImageReadError(f"expected at most {limits.max_members:,} members; the rest was not read")
    if total > limits.max_bytes:
        return ImageReadError(f"expected at most {limits.max_bytes:,} bytes in all; the rest was not read")
    return None


def _bomb(ratio: float, limits: ArchiveLimits) -> ImageReadError:
    return ImageReadError(f"expected a compression of at most {limits.max_ratio:g}, found {ratio:,.0f}")


def _nested() -> ImageReadError:
    return ImageReadError(
        "found an archive inside an archive, which is not followed; give it to the scan by itself"
    )


def member_id(archive: str, name: str) -> str:
    """Return the stable id of a member: ``archive.tar!dir/a.jpg``."""
    joined = f"{archive}!{name}"
    return joined.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
