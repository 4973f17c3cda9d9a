"""What a scan looks at: items with stable ids, whose bytes are read where they are needed."""

from __future__ import annotations

import functools
import zipfile
import zlib
from dataclasses import dataclass
from typing import Protocol

from wildvision.archive.places import open_binary
from wildvision.errors import ArchiveError, ImageReadError, ImageTooLargeError
from wildvision.images import read_in_steps


class Content(Protocol):
    """Where the bytes of an item are; small enough to be sent to a worker process."""

    def load(self, max_bytes: int) -> bytes:
        """Return the encoded image.

        Raises:
            ImageReadError: It cannot be read.
            ImageTooLargeError: It is larger than ``max_bytes``.
        """
        ...


@dataclass(frozen=True, slots=True)
class InMemory:
    """Bytes that were read from a stream, which cannot be read twice."""

    content: bytes

    def load(self, max_bytes: int) -> bytes:
        """Return the bytes."""
        return _checked(self.content, max_bytes)


@dataclass(frozen=True, slots=True)
class InFile:
    """A file of its own: its path or URL."""

    place: str

    def load(self, max_bytes: int) -> bytes:
        """Read the file, at most one byte more than allowed."""
        try:
            with open_binary(self.place) as file:
                return _checked(read_in_steps(file.read, max_bytes + 1), max_bytes)
        except (OSError, ArchiveError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ImageReadError(f"expected a readable file, found: {reason}") from error


@dataclass(frozen=True, slots=True)
class InZip:
    """A member of a zip archive, which the worker opens itself."""

    archive: str
    offset: int

    def load(self, max_bytes: int) -> bytes:
        """Decompress the member, at most one byte more than allowed, whatever its header says."""
        try:
            archive, members = _open_zip(self.archive)
            with archive.open(members[self.offset]) as file:
                return _checked(file.read(max_bytes + 1), max_bytes)
        except (
            OSError,
            zipfile.BadZipFile,
            RuntimeError,
            EOFError,
            KeyError,
            zlib.error,
        ) as error:
            raise ImageReadError(f"expected a readable member of the archive, found: {error}") from error


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item that exists but must not, or cannot, be read: the reason becomes its row."""

    error: Exception

    def load(self, max_bytes: int) -> bytes:
        """Raise the reason."""
        del max_bytes
        raise self.error


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to score.

    Attributes:
        id: Stable name: a path, or an archive's path, ``!`` and the member's.
        content: Where its bytes are.
        modified: Seconds since 1970, where the source knows; None where not.
    """

    id: str
    content: Content
    modified: float | None = None


def _checked(content: bytes, max_bytes: int) -> bytes:
    if len(content) > max_bytes:
        raise ImageTooLargeError(quantity="bytes", found=len(content), limit=max_bytes)
    return content


@functools.lru_cache(maxsize=8)
def _open_zip(place: str) -> tuple[zipfile.ZipFile, dict[int, zipfile.ZipInfo]]:
    """Return an archive and its members by where they start: names may repeat."""
    archive = zipfile.ZipFile(open_binary(place))
    return archive, {member.header_offset: member for member in archive.infolist()}


_IMAGE_SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif"
)  # fmt: skip
_ARCHIVE_SUFFIXES = (
    ".zip", ".tar", ".tgz", ".tbz2", ".txz", ".tzst", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar"
)  # fmt: skip


def is_image_name(name: str) -> bool:
    """Return whether a file of that name is looked at: a scan is for photos, and skips the rest without a row."""
    return name.lower().endswith(_IMAGE_SUFFIXES)


def is_archive_name(name: str) -> bool:
    """Return whether a name is that of an archive."""
    return name.lower().endswith(_ARCHIVE_SUFFIXES)
