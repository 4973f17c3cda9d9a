"""Decompression of whole files, recognised by their first bytes."""

from __future__ import annotations

import bz2
import gzip
import importlib
import lzma
from collections.abc import Callable
from typing import IO, Any, cast

from wildvision.archive.items import printable
from wildvision.errors import ArchiveError

_STEP = 2**16  # bytes read at a time
_MOST_MEMORY = 2**29  # bytes for a dictionary of xz: its strongest preset asks for 65 MiB to decompress


def decompressed(raw: IO[bytes], place: str) -> IO[bytes]:
    """Return the stream inside a compressed file, whatever its name; the file itself if it is not compressed.

    Raises:
        ArchiveError: What decompresses it is not installed.
        OSError: It cannot be read.
    """
    head = raw.read(6)
    raw.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=raw))
    if head.startswith(b"BZh"):
        return cast("IO[bytes]", _Streams(raw, bz2.BZ2Decompressor))
    if head.startswith((b"\xfd7zXZ\0", b"\x5d\0\0")):
        return cast("IO[bytes]", _Streams(raw, lambda: lzma.LZMADecompressor(memlimit=_MOST_MEMORY)))
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return _zstandard(raw, place)
    return raw


def _zstandard(raw: IO[bytes], place: str) -> IO[bytes]:
    try:
        zstandard = importlib.import_module("zstandard")
    except ImportError as error:
        raise ArchiveError(
            "found Zstandard, whose decoder is not installed; install wildvision with its extra `scan`, "
            "e.g. `pip install '.[scan]'` in a checkout",
            source=printable(place),
        ) from error
    decompressor = zstandard.ZstdDecompressor()
    return decompressor.stream_reader(raw, read_size=_STEP, read_across_frames=True, closefd=False)


class _Streams:
    """Compressed streams that stand behind one another, with zeros between them or not.

    The readers of ``bz2`` and ``lzma`` take a later stream whose head is damaged for the end of the file.
    """

    def __init__(self, raw: IO[bytes], make: Callable[[], Any]) -> None:
        self._raw, self._make = raw, make
        self._decoder = make()
        self._left = b""

    def read(self, size: int) -> bytes:
        """Return at most so many bytes; none at the end.

        Raises:
            EOFError: The file ends before a stream does.
            lzma.LZMAError: It is damaged; ``bz2`` raises `OSError`.
        """
        while True:
            if self._decoder.eof and not self._begin_next():
                return b""
            data = b""
            if self._decoder.needs_input:
                data, self._left = self._left or self._raw.read(_STEP), b""
                if not data:
                    raise EOFError("the compressed stream ends early")
            if block := self._decoder.decompress(data, size):
                return block

    def _begin_next(self) -> bool:
        left = self._decoder.unused_data.lstrip(b"\0")
        while not left:
            if not (more := self._raw.read(_STEP)):
                return False
            left = more.lstrip(b"\0")
        self._decoder, self._left = self._make(), left
        return True
