"""Containers of JPEG, PNG and HEIF, read before a decoder sees them: what it needs, and what it is to be spared.

Pillow reads all metadata that it finds, and where some of it is damaged or large the whole image is refused. Here
profile and EXIF are taken out, and a decoder gets a file with nothing but what its pixels depend on.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from wildvision.errors import ImageDecodeError, UnsupportedImageError
from wildvision.results import Caution

SEVERAL_FRAMES = Caution("first_frame_only", "the image has several frames; one was read")
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """What a file holds.

    Attributes:
        content: The file as a decoder is to see it.
        exif: EXIF from its byte order mark on; empty if there is none.
        profile: The ICC profile; empty if there is none.
        cautions: What was dropped.
        transparent: The one transparent colour of a PNG of 16-bit RGB, which Pillow cannot make transparent.
    """

    content: bytes
    exif: bytes = b""
    profile: bytes = b""
    cautions: tuple[Caution, ...] = ()
    transparent: tuple[int, int, int] | None = None


def check_complete(content: bytes) -> None:
    """Refuse a JPEG or WebP that was cut off.

    Pillow does so too, unless the host program has set ``ImageFile.LOAD_TRUNCATED_IMAGES``, a global that is
    not ours to change; then it would paint the missing part grey.

    Raises:
        ImageDecodeError: It was cut off.
    """
    if content.startswith(b"\xff\xd8"):
        *_, (_, scan, _) = _jpeg_segments(content)
        complete = content.rfind(b"\xff\xd9", scan) >= 0  # backwards: it is mostly at the very end
    elif content.startswith(b"RIFF"):
        complete = len(content) >= int.from_bytes(content[4:8], "little") + 8
    else:
        complete = True
    if not complete:
        raise _cut_off()


def _cut_off() -> ImageDecodeError:
    return ImageDecodeError("expected the whole image, found a file that ends early; fetch or copy it again")


# --- JPEG -------------------------------------------------------------------------------------------------


class JpegFrame(NamedTuple):
    """What the header of a JPEG says of its pixels (ITU-T T.81, B.2.2).

    Attributes:
        width: Columns.
        height: Rows.
        lossless: Whether it is a lossless JPEG, which only camera raw files have.
        coefficients: Bytes that a decoder needs to hold them all, which it does unless there is a single scan.
        components: Colour components.
    """

    width: int
    height: int
    lossless: bool
    coefficients: int
    components: int


def split_jpeg(content: bytes) -> Container:
    """Take profile, EXIF and all other metadata out of a JPEG.

    Kept are the segments JFIF and Adobe, where they are whole: they say which colours the components are.

    Raises:
        ImageDecodeError: There are thousands of segments.
    """
    exif, dropped, parts = b"", list[tuple[int, int]](), list[bytes]()
    for marker, start, end in _jpeg_segments(content):
        if not _is_metadata(marker):
            continue
        body = content[start + 4 : end]
        if marker == 0xE1 and body.startswith(b"Exif\0\0"):
            exif = exif or body[6:]
        elif marker == 0xE2 and body.startswith(b"ICC_PROFILE\0"):
            parts.append(body[12:])
        elif (marker == 0xE0 and body.startswith(b"JFIF\0") and len(body) >= 14) or (
            marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12
        ):
            continue
        dropped.append((start, end))
    profile = _join_profile(parts)
    return Container(
        content=_without(content, dropped),
        exif=exif,
        profile=profile or b"",
        cautions=()
        if profile is not None
        else (_profile_ignored("parts of the colour profile are missing"),),
    )


def write_orientation(orientation: int) -> bytes:
    """Return EXIF that holds nothing but an orientation."""
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(4)


def _is_metadata(marker: int) -> bool:
    return 0xE0 <= marker <= 0xEF or marker == 0xFE


def _join_profile(parts: list[bytes]) -> bytes | None:
    """Join the parts of a profile, each with its number from 1 and their count before it (ICC.1:2022, B.4)."""
    parts = sorted(parts, key=lambda part: part[:1])
    if len(parts) > 255 or [part[:2] for part in parts] != [
        bytes([number, len(parts)]) for number in range(1, len(parts) + 1)
    ]:
        return None
    return b"".join(part[2:] for part in parts)


def _without(content: bytes, dropped: list[tuple[int, int]]) -> bytes:
    if not dropped:
        return content
    starts = [0, *(end for _, end in dropped)]
    ends = [*(start for start, _ in dropped), len(content)]
    view = memoryview(content)
    return b"".join(view[start:end] for start, end in zip(starts, ends, strict=True))


def jpeg_frame(content: bytes) -> JpegFrame | None:
    """Return what the header of a JPEG says; None if it is damaged.

    Raises:
        ImageDecodeError: There are thousands of segments.
    """
    for marker, start, end in _jpeg_segments(content):
        if marker in _FRAMES:
            return _parse_frame(marker, content[start + 4 : end], content, end)
    return None


def check_scans(content: bytes) -> None:
    """Refuse a JPEG of several scans that makes a decoder go over all its blocks again and again.

    Raises:
        ImageDecodeError: There are more than a hundred scans, or thousands of segments.
    """
    frame = jpeg_frame(content)
    if frame is None or not frame.coefficients:
        return  # a decoder goes over it once
    *_, (_, offset, _) = _jpeg_segments(content)
    scans = 0
    for _ in range(_MAX_JPEG_SEGMENTS):
        marker = _LATER_MARKER.search(content, offset)
        if marker is None or marker[1] == b"\xd9":  # nothing behind the end of the image counts
            return
        scans += marker[1] == b"\xda"
        if scans > _MAX_SCANS:
            break
        offset = marker.end() + int.from_bytes(content[marker.end() : marker.end() + 2], "big")
    raise ImageDecodeError(
        f"expected a JPEG of at most {_MAX_SCANS} scans, found more; save it again with an image editor"
    )


def _parse_frame(marker: int, body: bytes, content: bytes, after: int) -> JpegFrame | None:
    if len(body) < 6 or len(body) < 6 + 3 * body[5]:
        return None
    height, width, count = struct.unpack_from(">HHB", body, 1)
    factors = [(body[7 + 3 * c] >> 4, body[7 + 3 * c] & 15) for c in range(count)]
    if not count or 0 in (width, height, *(factor for pair in factors for factor in pair)):
        return None
    columns, rows = max(x for x, _ in factors), max(y for _, y in factors)
    blocks = sum(-(-width * x // (8 * columns)) * -(-height * y // (8 * rows)) for x, y in factors)
    single = marker in _SEQUENTIAL and _components_of_first_scan(content, after) == count
    return JpegFrame(width, height, marker in _LOSSLESS, 0 if single else 128 * blocks, count)


def _components_of_first_scan(content: bytes, offset: int) -> int:
    """Return how many components the scan after ``offset`` has; a sequential JPEG may have one for each."""
    for _ in range(_MAX_JPEG_SEGMENTS):
        segment = _JPEG_SEGMENT.match(content, offset)
        if segment is None:
            return 0
        if segment[1] == b"\xda":
            return next(iter(content[segment.end() : segment.end() + 1]), 0)
        offset = _end_of(segment)
    return 0


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of each segment, the first scan (or the end of the file) being the last."""
    offset = 2
    for _ in range(_MAX_JPEG_SEGMENTS):
        segment = _JPEG_SEGMENT.match(content, offset)
        if segment is None or segment[1] == b"\xda":
            yield 0xDA, offset, len(content)
            return
        start, end = segment.start(1) - 1, _end_of(segment)
        yield segment[1][0], start, end
        offset = end
    raise ImageDecodeError(f"expected at most {_MAX_JPEG_SEGMENTS} segments before the JPEG's first scan")


def _end_of(segment: re.Match[bytes]) -> int:
    return segment.start(2) + int.from_bytes(segment[2], "big")


# Marker and length; any number of fill bytes 0xFF may stand before a marker (ITU-T T.81, B.1.1.2 and B.1.1.4).
_JPEG_SEGMENT = re.compile(rb"\xff+([^\xff\0])(.{2})", re.DOTALL)
# Among coded data a zero stands behind each 0xFF; restart markers (0xD0 to 0xD7) have no length.
_LATER_MARKER = re.compile(rb"\xff([^\xff\0\xd0-\xd7])")
# Encoders write one to about twenty. A scan of a few bytes costs a pass over all blocks ("Two Issues with the JPEG
# Standard", libjpeg-turbo project), so thousands of them keep a decoder busy for minutes.
_MAX_SCANS = 100
# ICC profiles take up to 255; millions of empty ones would keep any decoder busy for minutes.
_MAX_JPEG_SEGMENTS = 2000
_LOSSLESS = frozenset({0xC3, 0xC7, 0xCB, 0xCF})
_SEQUENTIAL = frozenset({0xC0, 0xC1})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


# --- PNG --------------------------------------------------------------------------------------------------


class _Header(NamedTuple):
    depth: int  # bits a sample
    colour: int  # 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha


def split_png(content: bytes) -> Container:
    """Take profile, EXIF and all other metadata out of a PNG, and all frames but the first.

    A broken checksum of what is not essential loses that chunk and no more, as in browsers (libpng's default).

    Raises:
        ImageDecodeError: The file is cut off, or its chunks are damaged before the image data.
        UnsupportedImageError: It is Apple's variant of PNG.
    """
    found, header, image, taken = Container(content=content), _Header(0, 0), bytearray(), set[bytes]()
    kept: list[bytes | bytearray] = [PNG_SIGNATURE]
    for kind, start, body in _png_chunks(content):
        if kind == b"IDAT":
            image += body
        elif kind == b"CgBI":
            raise UnsupportedImageError(_APPLE)
        elif kind in _USED and kind not in taken and (kind == b"eXIf" or not image):
            taken.add(kind)  # each may be there once
            if kind in {b"IHDR", b"PLTE"}:
                kept.append(content[start : start + len(body) + 12])
                header = _Header(*body[8:10]) if kind == b"IHDR" and len(body) >= 10 else header
            else:
                whole = _is_sound(content, start, body)
                found = _take_out(found, kind, bytes(body), header, kept, whole=whole)
    kept += [*_chunk(b"IDAT", image), *_chunk(b"IEND", b"")] if image else [*_chunk(b"IEND", b"")]
    return replace(found, content=b"".join(kept))


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, int, memoryview]]:
    """Yield kind, start and body of each chunk up to the last one."""
    view, offset, seen = memoryview(content), len(PNG_SIGNATURE), False
    for _ in range(_MAX_PNG_CHUNKS):
        length, kind = _CHUNK.unpack_from(content, offset) if offset + 8 <= len(content) else (0, b"")
        end = offset + 12 + length
        if kind == b"IEND":
            return
        if end > len(content) or not kind.isalpha():
            if seen and content.rfind(b"IEND") > offset:  # damage after the image data takes nothing from it
                return
            raise (
                _cut_off()
                if end > len(content) or not kind
                else ImageDecodeError(
                    f"expected a PNG chunk at byte {offset}, found {kind!r}; the file is damaged"
                )
            )
        seen = seen or kind == b"IDAT"
        yield kind, offset, view[offset + 8 : end - 4]
        offset = end
    raise ImageDecodeError(f"expected at most {_MAX_PNG_CHUNKS:,} chunks in a PNG")


def _is_sound(content: bytes, start: int, body: memoryview) -> bool:
    checksum = zlib.crc32(body, zlib.crc32(content[start + 4 : start + 8]))
    return content[start + 8 + len(body) : start + 12 + len(body)] == struct.pack(">I", checksum)


def _chunk(kind: bytes, body: bytes | bytearray) -> tuple[bytes | bytearray, ...]:
    checksum = zlib.crc32(body, zlib.crc32(kind))
    return struct.pack(">I", len(body)), kind, body, struct.pack(">I", checksum)


def _take_out(
    found: Container, kind: bytes, body: bytes, header: _Header, kept: list[bytes | bytearray], *, whole: bool
) -> Container:
    """Return what is known of a file after one more chunk that is not essential."""
    cautions = found.cautions
    if kind == b"acTL":
        several = whole and len(body) >= 8 and struct.unpack(">I", body[:4])[0] > 1
        return replace(found, cautions=(*cautions, SEVERAL_FRAMES)) if several else found
    if kind == b"eXIf":
        if whole:
            return replace(found, exif=body.removeprefix(b"Exif\0\0"))
        return replace(found, cautions=(*cautions, Caution("exif_unreadable", _BROKEN_EXIF)))
    if kind == b"iCCP":
        profile = _unpack_profile(body) if whole else b""
        if profile:
            return replace(found, profile=profile)
        return replace(
            found, cautions=(*cautions, _profile_ignored("the colour profile is damaged or too large"))
        )
    return _take_transparency(found, body, header, kept, whole=whole)


def _unpack_profile(body: bytes) -> bytes:
    """Return the profile of an iCCP chunk: a name, a zero, the compression 0, and a zlib stream; empty if broken."""
    unpacker = zlib.decompressobj()
    try:
        profile = unpacker.decompress(body.partition(b"\0")[2][1:], MAX_PROFILE)
    except zlib.error:
        return b""
    return profile if unpacker.eof else b""


def _take_transparency(
    found: Container, body: bytes, header: _Header, kept: list[bytes | bytearray], *, whole: bool
) -> Container:
    """Keep tRNS in the form that Pillow understands: a grey level on the scale of the pixels it makes."""
    count = {0: 1, 2: 3}.get(header.colour, 0)
    if not whole or len(body) < 2 * count:
        broken = Caution("transparency", "the list of transparent colours is damaged; all colours were kept")
        return replace(found, cautions=(*found.cautions, broken))
    values = struct.unpack_from(f">{count}H", body)
    if header.colour == 2 and header.depth == 16:
        return replace(found, transparent=values)
    if count and header.depth < 16:
        scale = 255 // (2**header.depth - 1) if header.depth in {2, 4} else 1
        body = struct.pack(f">{count}H", *(scale * (value & 2**header.depth - 1) for value in values))
    kept += _chunk(b"tRNS", body)
    return found


def _profile_ignored(why: str) -> Caution:
    return Caution("colour_profile_ignored", why)


# A file of 64 MiB with image data in pieces of 64 bytes; five million empty ones would take ten seconds.
_MAX_PNG_CHUNKS = 2**20
# The limit of Pillow (`PngImagePlugin.MAX_TEXT_CHUNK`); profiles of RGB have some kilobytes.
MAX_PROFILE = 2**20
_CHUNK = struct.Struct(">I4s")
_USED = frozenset({b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"eXIf", b"acTL"})
_APPLE = (
    "expected a PNG, found Apple's variant of it (CgBI), as in apps for its phones; convert it with "
    "'xcrun pngcrush -revert-iphone-optimizations'"
)
_BROKEN_EXIF = "EXIF is damaged (wrong checksum); the image may lie on its side"


# --- HEIF and AVIF ----------------------------------------------------------------------------------------


class Brands(NamedTuple):
    """What an ISO media file says that it is (ISO/IEC 14496-12, 4.3)."""

    major: bytes
    compatible: frozenset[bytes]


def read_brands(content: bytes) -> Brands | None:
    """Return the brands of the first box if it is ``ftyp``; None otherwise."""
    if content[4:8] != b"ftyp":
        return None
    size = int.from_bytes(content[:4], "big")
    start, end = (16, int.from_bytes(content[8:16], "big")) if size == 1 else (8, size or len(content))
    box = content[start : min(end, start + _MAX_BRANDS)]
    compatible = (box[at : at + 4] for at in range(8, len(box) - 3, 4))
    return Brands(box[:4], frozenset(compatible))


def with_brand(content: bytes, brand: bytes) -> bytes:
    """Return an ISO media file that says that it is of this brand, in the place of others that it names."""
    major, end = (16, content[8:16]) if content[:4] == b"\0\0\0\1" else (8, content[:4])
    compatible = major + 8  # after the minor version
    content = content[:major] + brand + content[major + 4 :]
    if compatible + 4 > int.from_bytes(end, "big"):
        return content
    return content[:compatible] + brand + content[compatible + 4 :]


_MAX_BRANDS = 1024  # bytes; files have about ten brands of four bytes
