"""Archives, read member by member and never unpacked: what they may ask for, and zip.

Everything in them is hostile until shown otherwise: links, devices and nested archives are reported and not followed;
members, bytes and compression are limited; a name leads nowhere, for nothing is ever written under it.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass

from wildvision.archive.zip_directory import ZipArchive, open_zip
from wildvision.archive.items import InZip, Item, OpenItems, Unreadable, printable, reason, rest
from wildvision.archive.kinds import HEAD_BYTES, Kind, is_image, kind_of, skip
from wildvision.archive.places import is_remote, local_file
from wildvision.errors import ArchiveError, ImageReadError


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """What an archive may ask for; where it passes a limit, the rest of it is refused.

    Attributes:
        max_members: Entries of any kind.
        max_bytes: Of all its entries together, uncompressed.
        max_ratio: Uncompressed over compressed size, of a zip member or of a tar so far. Photos are compressed already:
            200 is far above any of them and far below the thousands of a zip bomb.
    """

    max_members: int = 50_000_000
    max_bytes: int = 64 * 2**40
    max_ratio: float = 200.0


DEFAULT_LIMITS = ArchiveLimits()
RATIO_FROM = 2**20
"""Bytes: below this much a ratio says nothing."""


def read_zip(place: str, limits: ArchiveLimits, skipped: Counter[str]) -> Iterator[Item]:
    """Return the images of a zip archive in the order of its directory.

    Args:
        place: Path or URL.
        limits: What it may ask for.
        skipped: Counts members that are no images, by suffix.

    Raises:
        ArchiveError: It is no zip archive, or its directory is damaged.
    """
    try:
        archive = open_zip(place)
    except (ArchiveError, MemoryError):
        raise
    except Exception as error:
        raise ArchiveError(
            f"expected a zip archive, found: {reason(error)}", source=printable(place)
        ) from error
    return OpenItems(_zip_items(place, archive, limits, skipped), archive)


def _zip_items(
    place: str, archive: ZipArchive, limits: ArchiveLimits, skipped: Counter[str]
) -> Generator[Item]:
    total, version = 0, None if is_remote(place) else local_file(place).stamp
    for number, member in enumerate(archive.infolist()):
        if member.is_dir():
            continue
        total += member.file_size
        stop = passed(number + 1, total, limits)
        if stop:
            yield rest(place, str(stop))
            return
        name, stamp = archive.name(member), f"{member.file_size}-{member.CRC:08x}"
        unread = nested(name)
        if unread:
            yield Item(id=member_id(place, name), content=Unreadable(unread), stamp=stamp)
        elif _is_wanted(name, archive, member):
            content = _refused(member, limits) or InZip(place, number, version)
            yield Item(id=member_id(place, name), content=content, stamp=stamp)
        else:
            skip(name, skipped)


def _is_wanted(name: str, archive: ZipArchive, member: zipfile.ZipInfo) -> bool:
    kind = kind_of(name)
    if kind is not Kind.UNKNOWN:
        return kind is Kind.IMAGE
    try:
        with archive.open(member) as file:
            return is_image(file.read(HEAD_BYTES))
    except Exception:  # noqa: BLE001 - nobody can say that it is no image; whoever loads it says what is wrong
        return True


def _refused(member: zipfile.ZipInfo, limits: ArchiveLimits) -> Unreadable | None:
    if member.flag_bits & 0x1:
        return Unreadable(ImageReadError("expected a member without password, found an encrypted one"))
    ratio = member.file_size / max(member.compress_size, 1)
    if member.file_size > RATIO_FROM and ratio > limits.max_ratio:
        return Unreadable(bomb(ratio, limits))
    return None


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


def nested(name: str) -> ImageReadError | None:
    """Return what is said of an archive or table inside an archive; None for any other member."""
    kind = kind_of(name)
    if kind is Kind.ARCHIVE or kind is Kind.PACKED:
        found = "an archive"
    elif kind is Kind.TABLE:
        found = "a table"
    else:
        return None
    return ImageReadError(
        f"found {found} inside an archive, which is not followed; give it to the scan by itself"
    )


def member_id(archive: str, name: str) -> str:
    """Return the stable id of a member: ``archive.tar!dir/a.jpg``."""
    return f"{archive}!{name}"
