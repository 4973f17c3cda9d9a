"""Tar archives with any of their compressions, read as streams to their very end.

A tar ends with two blocks of zeros. Python's ``tarfile`` takes any header that it cannot read for that end; here it
goes on to the next one that it can, and what was lost on the way becomes an item. Archives that were put behind one
another are read on.
"""

from __future__ import annotations

import tarfile
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import IO, Any, Self, cast

from wildvision.archive.compression import decompressed
from wildvision.archive.items import InMemory, Item, OpenItems, Unreadable, printable, reason, rest
from wildvision.archive.kinds import HEAD_BYTES, Kind, is_image, kind_of, skip
from wildvision.archive.members import RATIO_FROM, ArchiveLimits, bomb, member_id, nested, passed
from wildvision.archive.places import open_binary
from wildvision.errors import ArchiveError, ImageReadError, ImageTooLargeError
from wildvision.images import DEFAULT_LIMITS as IMAGE_LIMITS

_BLOCK, _RECORD = 512, 10_240  # bytes; writers fill the last record with zeros: POSIX.1-2017, pax, "ustar"
_MOST_HEADER = 2**20  # bytes of what may stand before a member: long names, pax fields, maps of holes
_MOST_HEADERS = 8  # that may stand before a member
_MOST_FIELDS = 1000  # pax fields that hold for all that follows


def read_tar(place: str, limits: ArchiveLimits, skipped: Counter[str]) -> Iterator[Item]:
    """Return the images of a tar archive in its order, each read into memory as the stream comes to it.

    Args:
        place: Path or URL.
        limits: What it may ask for.
        skipped: Counts members that are no images, by suffix.

    Raises:
        ArchiveError: It cannot be opened, or its compression is not installed.
    """
    raw: IO[bytes] | None = None
    try:
        raw = open_binary(place)
        stream = _Metered(decompressed(raw, place), raw, limits)
    except Exception as error:
        if raw is not None:
            raw.close()
        if isinstance(error, ArchiveError):
            raise
        raise ArchiveError(
            f"expected a readable archive, found: {reason(error)}", source=printable(place)
        ) from error
    return OpenItems(_tar_items(place, stream, limits, skipped), raw)


def _tar_items(place: str, stream: _Metered, limits: ArchiveLimits, skipped: Counter[str]) -> Generator[Item]:
    seen, total = _Seen(stream), 0
    try:
        archive = _Tar.read(stream, seen)
        while (member := archive.next()) is not None:
            archive.forget()
            total += member.size
            stop = passed(seen.members, total, limits)
            if stop:
                yield rest(place, str(stop))
                return
            if (item := _tar_item(place, archive, member, skipped)) is not None:
                yield item
        loss = seen.loss_at_end()
    except _BombError as error:
        loss = str(error)
    except (OSError, EOFError, tarfile.TarError) as error:
        loss = seen.lose(reason(error))
    if loss:
        yield rest(place, loss)


def _tar_item(place: str, archive: _Tar, member: tarfile.TarInfo, skipped: Counter[str]) -> Item | None:
    if member.isdir():
        return None
    kind = kind_of(member.name)
    unread = nested(member.name) or _refused(member)
    file = cast("IO[bytes]", archive.extractfile(member)) if member.isreg() else None
    head = file.read(HEAD_BYTES) if file and kind is Kind.UNKNOWN else b""
    if kind in {Kind.OTHER, Kind.LIST} or (kind is Kind.UNKNOWN and not is_image(head)):
        skip(member.name, skipped)
        return None
    item_id, stamp = member_id(place, member.name), f"{member.size}-{member.mtime}"
    if unread or file is None:
        return Item(id=item_id, content=Unreadable(unread or _irregular()), stamp=stamp)
    content = head + file.read()
    if len(content) < member.size:
        raise EOFError(f"{printable(member.name)!r} ends after {len(content):,} of {member.size:,} bytes")
    return Item(id=item_id, content=InMemory(content), modified=float(member.mtime), stamp=stamp)


def _refused(member: tarfile.TarInfo) -> ImageTooLargeError | None:
    if member.size <= IMAGE_LIMITS.max_bytes:
        return None
    return ImageTooLargeError(quantity="bytes", found=member.size, limit=IMAGE_LIMITS.max_bytes)


def _irregular() -> ImageReadError:
    return ImageReadError("expected a regular file, found a link, pipe or device; it was not followed")


# --- headers ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Seen:
    """What the headers of a tar have said so far.

    Attributes:
        stream: Where they come from.
        members: Whose headers could be read.
        zeros: Blocks of zeros since the last of them.
        first: Where the archive begins that is being read, in bytes: several may stand behind one another.
        depth: Headers of one member that are being read.
        loss: What was lost first; None: nothing.
    """

    stream: _Metered
    members: int = 0
    zeros: int = 0
    first: int = 0
    depth: int = 0
    loss: str | None = None

    def lose(self, what: str) -> str:
        """Take down that something is lost; return what was lost first."""
        self.zeros = 0
        self.loss = self.loss or f"the archive is damaged or cut off after {self.members:,} members: {what}"
        return self.loss

    def begin(self, member: tarfile.TarInfo) -> None:
        """Take down a member, and whether the zeros before it can be the end of another archive.

        Members that were overwritten with zeros look like such an end too, but they rarely fill a record.
        """
        if self.zeros == 1 or (self.zeros > 2 and (member.offset - self.first) % _RECORD):
            self.lose("zeros stand where members may have been")
        elif self.zeros:
            self.first = member.offset
        self.zeros = 0
        self.members += 1

    def loss_at_end(self) -> str | None:
        """Return what was lost, once the stream has ended."""
        if self.loss or self.zeros >= 2:
            return self.loss
        return self.lose("it ends without the two blocks of zeros that end a tar")


class _Tar(tarfile.TarFile):
    """A tar whose headers are read as `_Header`."""

    def __init__(self, *args: Any, seen: _Seen, **options: Any) -> None:
        self.seen = seen
        super().__init__(*args, **options)

    @classmethod
    def read(cls, stream: _Metered, seen: _Seen) -> _Tar:
        """Open a stream; ``ignore_zeros`` makes tarfile look for the next header after one that it cannot read."""
        open_: Any = cls.open
        return open_(
            fileobj=stream, mode="r|", tarinfo=_Header, ignore_zeros=True, encoding="utf-8", seen=seen
        )

    def forget(self) -> None:
        """Drop what tarfile keeps of the members it has seen."""
        self.members: list[tarfile.TarInfo] = []
        if len(self.pax_headers) > _MOST_FIELDS:
            self.pax_headers = {}


class _Header(tarfile.TarInfo):
    """The header of a member, which takes down what is wrong, and asks for little memory whatever it says."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """Read one block.

        Raises:
            tarfile.HeaderError: It is no header.
        """
        if len(buf) < _BLOCK and not any(buf):
            raise _header_error("EmptyHeaderError", "the end")
        header = super().frombuf(buf, encoding, errors)
        extends = header.type in _EXTENSIONS
        if header.size < 0 or (extends and header.size > _MOST_HEADER):
            raise _header_error("InvalidHeaderError", f"a header says that {header.size:,} bytes follow")
        return header

    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> Self:
        """Read the next header and what stands before it; they call this again for the header that follows.

        Raises:
            tarfile.HeaderError: It cannot be read.
        """
        archive = cast("_Tar", tarfile)
        archive.seen.depth += 1
        try:
            if archive.seen.depth == 1:
                return cls._first(archive)
            if archive.seen.depth > _MOST_HEADERS:
                raise _header_error("InvalidHeaderError", "too many headers before a member")
            return super().fromtarfile(archive)
        finally:
            archive.seen.depth -= 1

    @classmethod
    def _first(cls, archive: _Tar) -> Self:
        seen = archive.seen
        seen.stream.allow(_MOST_HEADER * 2)
        try:
            header = super().fromtarfile(archive)
            if archive.offset < cast("Any", archive.fileobj).tell():
                raise _header_error("InvalidHeaderError", "a header says that the next one stands before it")
        except OSError:  # of the stream
            raise
        except Exception as error:
            kind = type(error).__name__
            if kind == "EOFHeaderError":
                seen.zeros += 1
            elif kind != "EmptyHeaderError":
                seen.lose(reason(error))
            if kind in {"EOFHeaderError", "EmptyHeaderError", "TruncatedHeaderError"}:
                raise
            raise _header_error("InvalidHeaderError", reason(error)) from error
        finally:
            seen.stream.allow(None)
        seen.begin(header)
        return header


_EXTENSIONS = frozenset(
    {tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}
)  # fmt: skip


def _header_error(name: str, message: str) -> Exception:
    """Return one of the errors by which ``tarfile`` tells headers apart; it does not document them."""
    return cast("Exception", getattr(tarfile, name)(message))


# --- streams ----------------------------------------------------------------------------------------------


class _BombError(OSError):
    """A stream grew more than it may."""


class _Metered:
    """A stream that ends where a bomb begins, and whose errors are all `OSError`."""

    def __init__(self, stream: IO[bytes], raw: IO[bytes], limits: ArchiveLimits) -> None:
        self._stream, self._raw, self._limits = stream, raw, limits
        self._count, self._end = 0, None

    def allow(self, more: int | None) -> None:
        """Let so many bytes more be read; None: all."""
        self._end = None if more is None else self._count + more

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        if self._end is not None and self._count > self._end:
            raise OSError("a header does not end")
        try:
            block = self._stream.read(size)
        except Exception as error:
            raise OSError(reason(error)) from error
        self._count += len(block)
        if self._stream is not self._raw:
            ratio = self._count / max(self._raw.tell(), 1)
            if self._count > RATIO_FROM and ratio > self._limits.max_ratio:
                raise _BombError(str(bomb(ratio, self._limits)))
        return block
