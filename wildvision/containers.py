"""What is read from the bytes of an image file before a decoder sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wildvision.errors import ImageDecodeError


def check_complete(content: bytes) -> None:
    """Refuse a file that was cut off.

    Pillow does so too, unless the host program has set ``ImageFile.LOAD_TRUNCATED_IMAGES``, a global that is
    not ours to change; then it would paint the missing part grey.
    """
    if content.startswith(b"\xff\xd8"):
        *_, (_, scan, _) = _jpeg_segments(content)
        complete = content.rfind(b"\xff\xd9", scan) >= 0  # backwards: it is mostly at the very end
    elif content.startswith(b"\x89PNG"):
        complete = content.rfind(b"IEND") >= 0
    elif content.startswith(b"RIFF"):
        complete = len(content) >= int.from_bytes(content[4:8], "little") + 8
    else:
        complete = True
    if not complete:
        raise ImageDecodeError(
            "expected the whole image, found a file that ends early; fetch or copy it again"
        )


def take_jpeg_exif(content: bytes) -> tuple[bytes, bytes]:
    """Split EXIF off, so that only `wildvision.images` reads it.

    Pillow would parse all of it while opening, and answers damage with a Python warning.
    """
    for marker, start, end in _jpeg_segments(content):
        if marker == 0xE1 and content.startswith(b"Exif\0\0", start + 4):
            return content[start + 4 : end], content[:start] + content[end:]
    return b"", content


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of each segment, the first scan (or the end of the file) being the last."""
    offset = 2
    for _ in range(_MAX_JPEG_SEGMENTS):
        segment = _JPEG_SEGMENT.match(content, offset)
        if segment is None or segment[1] == b"\xda":
            yield 0xDA, offset, len(content)
            return
        start, end = segment.start(1) - 1, segment.start(2) + int.from_bytes(segment[2], "big")
        yield segment[1][0], start, end
        offset = end
    raise ImageDecodeError(f"expected at most {_MAX_JPEG_SEGMENTS} segments before the JPEG's first scan")


# Marker and length; any number of fill bytes 0xFF may stand before a marker (ITU-T T.81, B.1.1.2 and B.1.1.4).
_JPEG_SEGMENT = re.compile(rb"\xff+([^\xff\0])(.{2})", re.DOTALL)
# ICC profiles take up to 255; millions of empty ones would keep any decoder busy for minutes.
_MAX_JPEG_SEGMENTS = 2000
