"""Archives, read member by member and never unpacked: zip, and tar with any of its compressions.

Everything in them is hostile until shown otherwise: links, devices and nested archives are reported and not followed;
members, bytes and compression are limited; a name leads nowhere, for nothing is ever written under it.
"""

from __future__ import annotations

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from wildvision.archive.items import InZip, Item, Unreadable, is_archive_name, is_image_name
from wildvision.archive.places import open_binary
from wildvision.errors import ArchiveError, ImageReadError


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
RATIO_FROM = 2**20  # bytes: below this much a ratio says nothing

DAMAGE = (OSError, EOFError, tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, ValueError)


def read_zip(place: str, limits: ArchiveLimits) -> Iterator[Item]:
    """Yield the images of a zip archive in the order of its directory.

    Raises:
        ArchiveError: It is no zip archive, or its directory is damaged.
    """
    try:
        with open_binary(place) as file, zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except DAMAGE as error:
        raise ArchiveError(f"expected a zip archive, found: {error}", source=place) from error
    return _zip_items(place, members, limits)


def _zip_items(place: str, members: list[zipfile.ZipInfo], limits: ArchiveLimits) -> Iterator[Item]:
    total = 0
    for number, member in enumerate(members):
        if member.is_dir():
            continue
        item_id = member_id(place, member.filename)
        total += member.file_size
        stop = passed(number + 1, total, limits)
        if stop:
            yield Item(id=f"{item_id}!rest", content=Unreadable(stop))
            return
        if is_archive_name(member.filename):
            yield Item(id=item_id, content=Unreadable(nested()))
        elif is_image_name(member.filename):
            yield Item(id=item_id, content=_zip_content(place, member, limits))


def _zip_content(place: str, member: zipfile.ZipInfo, limits: ArchiveLimits) -> InZip | Unreadable:
    if member.flag_bits & 0x1:
        return Unreadable(ImageReadError("expected a member without password, found an encrypted one"))
    ratio = member.file_size / max(member.compress_size, 1)
    if member.file_size > RATIO_FROM and ratio > limits.max_ratio:
        return Unreadable(bomb(ratio, limits))
    return InZip(place, member.header_offset)


def passed(members: int, total: int, limits: ArchiveLimits) -> ImageReadError | None:
    """Return what is wrong when an archive has more entries or bytes than it may."""
    if members > limits.max_members:
        return ImageReadError(f"expected at most {limits.max_members:,} members; the rest was not read")
    if total > limits.max_bytes:
        return ImageReadError(f"expected at most {limits.max_bytes:,} bytes in all; the rest was not read")
    return None


def bomb(ratio: float, limits: ArchiveLimits) -> ImageReadError:
    """Return what is said of too high a compression."""
    return ImageReadError(f"expected a compression of at most {limits.max_ratio:g}, found {ratio:,.0f}")


def nested() -> ImageReadError:
    """Return what is said of an archive inside an archive."""
    return ImageReadError(
        "found an archive inside an archive, which is not followed; give it to the scan by itself"
    )


def member_id(archive: str, name: str) -> str:
    """Return the stable id of a member: ``archive.tar!dir/a.jpg``."""
    joined = f"{archive}!{name}"
    return joined.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
