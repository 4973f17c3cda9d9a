"""Zip archives, read member by member by their directory and never unpacked."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Generator, Iterator

from wildvision.archive.items import InZip, Item, OpenItems, Unreadable, printable, reason, rest
from wildvision.archive.kinds import HEAD_BYTES, Kind, is_image, kind_of, skip
from wildvision.archive.members import RATIO_FROM, ArchiveLimits, bomb, member_id, nested, passed
from wildvision.archive.places import is_remote, local_file
from wildvision.archive.zip_directory import ZipArchive, open_zip
from wildvision.errors import ArchiveError, ImageReadError


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
