"""Directories of zip archives, read so that one bad entry does not cost the others."""

from __future__ import annotations

import struct
import zipfile
from typing import IO

from wildvision.archive.places import open_binary

_ENTRY, _ENTRY_BYTES = b"PK\x01\x02", 46  # of the directory; all numbers: PKWARE's APPNOTE 6.3.10, 4.3.12
_HEADER, _HEADER_BYTES = b"PK\x03\x04", 30  # before a member's data; 4.3.7
_UTF8 = 0x800  # bit 11 of the flags: the name is UTF-8; 4.4.4
_NEWEST = 63  # ten times the version that Python's zipfile says it can extract; it refuses the archive above


def open_zip(place: str) -> ZipArchive:
    """Open a zip archive for reading.

    Raises:
        OSError: It cannot be opened or read.
        zipfile.BadZipFile: It is no zip archive, or its directory is damaged.
        ArchiveError: It is remote, and what speaks to such stores is not installed.
    """
    file = open_binary(place)
    try:
        return ZipArchive(file)
    except BaseException:
        file.close()
        raise


class ZipArchive(zipfile.ZipFile):
    r"""A zip archive that closes its file, even when it is only dropped, and reads directories with bad entries.

    ``zipfile`` gives up the whole directory for one name that is flagged as UTF-8 and is none, one version that is
    too new, or one extra field of the wrong length. So it is shown entries without them. Names are read as cp437, which
    has a letter for each byte, and `name` says what they are.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._shown = _Mended(file)
        super().__init__(self._shown)  # pyright: ignore[reportArgumentType] - all that zipfile reads of a file is there
        flagged = self._shown.flagged
        self._utf8 = {
            id(member) for member, is_utf8 in zip(self.infolist(), flagged, strict=False) if is_utf8
        }

    def name(self, member: zipfile.ZipInfo) -> str:
        r"""Return the name of a member, with ``\xe9`` for bytes that are not of its encoding."""
        if id(member) not in self._utf8:
            return member.filename
        return member.filename.encode("cp437").decode("utf-8", "backslashreplace")

    def close(self) -> None:
        """Close the archive and its file."""
        super().close()
        if hasattr(self, "_shown"):
            self._shown.close()


class _Mended:
    """A file of a zip archive, as `ZipArchive` wants ``zipfile`` to see it.

    Attributes:
        flagged: Whether the name of each entry is said to be UTF-8, in the order of the directory.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.flagged: list[bool] = []
        self.seek, self.tell, self.seekable, self.close = file.seek, file.tell, file.seekable, file.close

    def read(self, size: int = -1) -> bytes:
        found = self._file.read(size)
        if len(found) >= _ENTRY_BYTES and found.startswith(_ENTRY):
            mended = bytearray(found)
            self.flagged = _mend_directory(mended)
            return bytes(mended)
        if len(found) == _HEADER_BYTES and found.startswith(_HEADER):
            mended = bytearray(found)
            _clear_utf8(mended, 6)
            return bytes(mended)
        return found


def _mend_directory(directory: bytearray) -> list[bool]:
    """Make every entry one that can be read; return which names are said to be UTF-8."""
    flagged: list[bool] = []
    start = 0
    while directory.startswith(_ENTRY, start) and len(directory) - start >= _ENTRY_BYTES:
        name, extra, comment = struct.unpack_from("<HHH", directory, start + 28)
        flagged.append(_clear_utf8(directory, start + 8))
        directory[start + 6] = min(directory[start + 6], _NEWEST)
        _mend_extra(directory, start + _ENTRY_BYTES + name, extra)
        start += _ENTRY_BYTES + name + extra + comment
    return flagged


def _clear_utf8(block: bytearray, place: int) -> bool:
    (flags,) = struct.unpack_from("<H", block, place)
    struct.pack_into("<H", block, place, flags & ~_UTF8)
    return bool(flags & _UTF8)


def _mend_extra(directory: bytearray, start: int, size: int) -> None:
    """Give extra fields that do not add up the form of one unknown field, from the first that does not fit."""
    end = min(start + size, len(directory))
    while end - start >= 4:
        kind_and_length = struct.unpack_from("<HH", directory, start)
        following = start + 4 + kind_and_length[1]
        if following > end:
            struct.pack_into("<HH", directory, start, 0xFFFF, end - start - 4)
            return
        start = following
