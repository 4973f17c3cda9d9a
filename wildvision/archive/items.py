"""Items of a scan: each has a stable id, and its bytes are read where they are needed."""

from __future__ import annotations

import contextlib
import re
import stat
import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from wildvision.archive.places import is_remote, open_binary
from wildvision.archive.zip_directory import ZipArchive, open_zip
from wildvision.errors import ImageReadError, ImageTooLargeError
from wildvision.images import read_in_steps

REST = "!rest"
"""Ends the id of an item that stands for what could not be listed or opened: ``x.tar!rest``, ``folder!rest``."""


class Content(Protocol):
    """Where the bytes of an item are; small enough to be sent to a worker process."""

    def load(self, max_bytes: int) -> bytes:
        """Return the encoded image.

        Raises:
            ImageReadError: It cannot be read, for whatever reason.
            ImageTooLargeError: It is larger than ``max_bytes``.
            MemoryError: There is no room for it.
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
        with _read_errors("file"):
            if not is_remote(self.place) and not stat.S_ISREG(Path(self.place).stat().st_mode):
                raise irregular()  # to open a pipe would wait for whoever writes into it
            with open_binary(self.place) as file:
                return _checked(read_in_steps(file.read, max_bytes + 1), max_bytes)


@dataclass(frozen=True, slots=True)
class InZip:
    """A member of a zip archive, which the worker opens itself.

    Attributes:
        archive: Path or URL.
        number: Place in the directory, from 0: names may repeat.
        version: Of the archive, where it is known: a changed one is opened again.
    """

    archive: str
    number: int
    version: str | None = None

    def load(self, max_bytes: int) -> bytes:
        """Decompress the member, at most one byte more than allowed, whatever its header says."""
        with _read_errors("member of the archive"):
            return _checked(_open_zips.read(self, max_bytes + 1), max_bytes)


class _OpenZips:
    """The archives that were read last, kept open, for many items are members of one."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._open: dict[tuple[str, str | None], ZipArchive] = {}

    def read(self, member: InZip, size: int) -> bytes:
        """Return at most so many bytes of a member."""
        with self._lock:  # else another thread could close what this one reads
            archive = self._archive(member.archive, member.version)
            with archive.open(archive.infolist()[member.number]) as file:
                return file.read(size)

    def _archive(self, place: str, version: str | None) -> ZipArchive:
        archive = self._open.pop((place, version), None) or open_zip(place)
        self._open[place, version] = archive
        if len(self._open) > self._most:
            self._open.pop(next(iter(self._open))).close()
        return archive


_open_zips = _OpenZips(most=8)


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
        id: Stable name: a path, or an archive's path, ``!`` and the member's; made `printable`.
        content: Where its bytes are.
        modified: Seconds since 1970, where the source knows; None where not.
        stamp: Changes when the content may have changed: size and time, size and checksum, size and ETag; None where
            the source knows nothing of the kind.
        post: Name of the post that it belongs to, made `printable`; None: to none.
    """

    id: str
    content: Content
    modified: float | None = None
    stamp: str | None = None
    post: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", printable(self.id))
        object.__setattr__(self, "post", self.post and printable(self.post))


class OpenItems(Iterator[Item]):
    """The items of something open, which is closed after the last, by `close`, or when this is dropped.

    Args:
        items: Yields the items.
        file: What they are read from.
    """

    def __init__(self, items: Generator[Item], file: contextlib.AbstractContextManager[object]) -> None:
        self._items, self._file = items, file

    def __next__(self) -> Item:
        try:
            return next(self._items)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close what is read."""
        self._items.close()
        self._file.__exit__(None, None, None)

    def __del__(self) -> None:
        self.close()


def rest(place: str, why: str) -> Item:
    """Return the item that stands for what could not be listed or opened of a place."""
    return Item(id=f"{place}{REST}", content=Unreadable(ImageReadError(printable(why))))


def printable(text: str) -> str:
    r"""Return text that any sink can store: NUL, and bytes that are no UTF-8, become escapes such as ``\xe9``."""
    return _UNPRINTABLE.sub(_escaped, text)


def irregular() -> ImageReadError:
    """Return what is said of something that is no regular file."""
    return ImageReadError("expected a regular file, found a folder, pipe or device")


def reason(error: Exception) -> str:
    """Return what an error says, in words that can be printed and stored."""
    text = getattr(error, "strerror", None) or str(error)
    return printable(str(text)) or type(error).__name__


_UNPRINTABLE = re.compile("[\0\ud800-\udfff]")


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a path, as Python keeps those that are no UTF-8 (PEP 383)
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code else "\\x00"


@contextlib.contextmanager
def _read_errors(what: str) -> Generator[None]:
    """Map whatever reading raises: decompressors and remote stores document no closed list."""
    try:
        yield
    except (ImageReadError, ImageTooLargeError, MemoryError):
        raise
    except Exception as error:
        raise ImageReadError(f"expected a readable {what}, found: {reason(error)}") from error


def _checked(content: bytes, max_bytes: int) -> bytes:
    if len(content) > max_bytes:
        raise ImageTooLargeError(quantity="bytes", found=len(content), limit=max_bytes)
    return content
