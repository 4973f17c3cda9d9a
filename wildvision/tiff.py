"""TIFF directories, read before a decoder sees them: which picture of the file to decode, and how it is laid out.

Pillow opens the first directory, whatever it is, reads some layouts into wrong pixels, and refuses whole files for
their metadata. Here the picture is chosen, and a decoder gets a TIFF with this picture and nothing else. Tags are
those of TIFF 6.0 (Adobe 1992), its supplements, and DNG 1.7 (Adobe 2023).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from wildvision.containers import JpegFrame, jpeg_frame
from wildvision.errors import ImageDecodeError, UnsupportedImageError

GREY, RGB, CMYK, YCBCR = frozenset({0, 1}), 2, 5, 6  # PhotometricInterpretation; 0 is MinIsWhite


class Layout(NamedTuple):
    """How the numbers of a TIFF are stored."""

    order: str  # of `struct`
    big: bool  # BigTIFF: offsets of 64 bits


@dataclass(frozen=True)
class Directory:
    """One picture of a TIFF: what is known about it before it is decoded.

    Attributes:
        content: The whole file.
        layout: How its numbers are stored.
        entries: The directory's entries as they stand in the file, 12 bytes each (BigTIFF: 20), by tag.
    """

    content: bytes
    layout: Layout
    entries: dict[int, bytes]

    def numbers(self, tag: int, most: int = 8) -> tuple[int, ...]:
        """Return the first ``most`` integers of a tag; none if it is missing, past the end, or of another type."""
        entry = self.entries.get(tag)
        letter = "" if entry is None else _INTEGERS.get(_kind(entry, self.layout), "")
        if entry is None or not letter:
            return ()
        data = _data(self.content, entry, self.layout)
        count = min(_count(entry, self.layout), most, len(data) // _size(letter))
        return struct.unpack_from(f"{self.layout.order}{count}{letter}", data)

    def number(self, tag: int, default: int = 0) -> int:
        """Return the first integer of a tag."""
        return next(iter(self.numbers(tag, 1)), default)

    @property
    def width(self) -> int:
        """Columns, as stored."""
        return self.frame.width if self.frame is not None else self.number(256)

    @property
    def height(self) -> int:
        """Rows, as stored."""
        return self.frame.height if self.frame is not None else self.number(257)

    @property
    def bits(self) -> tuple[int, ...]:
        """Bits of each sample; one number may stand for all."""
        return self.numbers(258) or (1,)

    @property
    def samples(self) -> int:
        """Samples a pixel."""
        return self.number(277, 1)

    @property
    def compression(self) -> int:
        """1 is none, 6 and 7 are JPEG."""
        return self.number(259, 1)

    @property
    def photometric(self) -> int:
        """What the samples mean; Pillow takes a missing one for 0 as well."""
        return self.number(262)

    @property
    def is_preview(self) -> bool:
        """Whether it is a picture of reduced resolution (NewSubfileType, or the old SubfileType)."""
        return bool(self.number(254) & 1) or self.number(255) == 2

    @property
    def is_mask(self) -> bool:
        """Whether it says which parts of another picture are transparent."""
        return bool(self.number(254) & 4) or self.photometric == 4

    @property
    def is_raw(self) -> bool:
        """Whether it is or goes with the data of a camera's sensor."""
        marked = not _RAW_TAGS.isdisjoint(self.entries)
        return marked or self.photometric in _RAW_PHOTOMETRICS or self.compression in _RAW_COMPRESSIONS

    @property
    def is_whole(self) -> bool:
        """Whether it has all that describes a picture, so that one that does not open is of an unknown kind."""
        stored = 273 in self.entries or 324 in self.entries
        return stored and min(self.width, self.height, self.samples, *self.bits) > 0

    @property
    def can_be_decoded(self) -> bool:
        """Whether a decoder may know it; to be certain, one has to try."""
        if self.is_mask:
            return False
        if self.frame is not None:
            return not self.frame.lossless
        return self.is_whole and self.photometric in _PICTURES

    @cached_property
    def embedded_jpeg(self) -> bytes | None:
        """The JPEG file that is stored here (old-style JPEG, as cameras write it), if it is one."""
        start, length = self.number(513), self.number(514)
        if not start and len(self.numbers(273)) == 1:
            start, length = self.number(273), self.number(279)
        found = self.content[start : start + length]
        return found if self.compression == 6 and found.startswith(b"\xff\xd8\xff") else None

    @cached_property
    def frame(self) -> JpegFrame | None:
        """The frame of the embedded JPEG."""
        return None if self.embedded_jpeg is None else jpeg_frame(self.embedded_jpeg)

    @property
    def orientation(self) -> int:
        """How it has to be turned, as in EXIF; 1 is upright."""
        found = self.number(_ORIENTATION, default=1)
        return found if 1 <= found <= 8 else 1

    @property
    def profile(self) -> bytes:
        """The ICC profile; empty if there is none."""
        entry = self.entries.get(34675)
        return b"" if entry is None else bytes(_data(self.content, entry, self.layout))

    @property
    def is_planar(self) -> bool:
        """Whether its samples are stored one after the other, in planes that can be decoded by themselves.

        Pillow reads such planes wrongly if they have 16 bits, and some with alpha not at all.
        """
        return (
            self.number(284, 1) == 2
            and _LEAST_SAMPLES.get(self.photometric, 9) <= self.samples <= 8
            and self.bits in ((depth,) * count for depth in (8, 16) for count in (1, self.samples))
            and (self.compression == 1 if self.photometric == YCBCR else self.compression not in _JPEG)
            and set(self.numbers(339)) <= {1}
        )

    def check(self) -> None:
        """Refuse what Pillow would read into wrong pixels.

        Raises:
            UnsupportedImageError: It is such a layout.
        """
        subsampled = self.compression == 1 and self.photometric == YCBCR and self._is_subsampled()
        if subsampled or 2 in self.numbers(339):
            raise UnsupportedImageError(self.refusal())

    def _is_subsampled(self) -> bool:
        stored = sum(self.numbers(279, _MAX_STRIPS) or self.numbers(325, _MAX_STRIPS))
        return 0 < stored < 3 * self.width * self.height

    def refusal(self) -> str:
        """Return what to say of a picture that no decoder here knows."""
        kind = _SAMPLE_FORMATS.get(self.number(339, 1), "unknown")
        depths = "+".join(map(str, sorted(set(self.bits))))
        return (
            "expected a TIFF of 8 or 16 unsigned bits in grey, RGB, CMYK, YCbCr or of a palette, found "
            f"{self.samples} x {depths} bits, {kind}, photometric interpretation {self.photometric}, "
            f"compression {self.compression}; convert it to 8-bit RGB"
        )

    def alone(self) -> bytes:
        """Return a TIFF with this picture and without metadata but profile and orientation."""
        return self._with({tag: entry for tag, entry in self.entries.items() if tag in _ESSENTIAL})

    def plane(self, index: int) -> bytes:
        """Return a TIFF of one grey picture: plane ``index`` of this one."""
        entries = {tag: entry for tag, entry in self.entries.items() if tag in _ESSENTIAL - _OF_ALL_PLANES}
        inverted = self.photometric == 0 and index == 0
        for tag, value in ((258, self.bits[0]), (262, int(not inverted)), (277, 1), (284, 1)):
            entries[tag] = self._entry(tag, 3, 1, struct.pack(self.layout.order + "H", value))
        for tag in _STORED & self.entries.keys():
            entries[tag] = self._share(tag, index)
        return self._with(entries)

    def _share(self, tag: int, index: int) -> bytes:
        """Return the entry for that part of a list of strips or tiles that belongs to one plane."""
        entry = self.entries[tag]
        kind, count = _kind(entry, self.layout), _count(entry, self.layout) // self.samples
        width = _size(_INTEGERS.get(kind, "B")) * count
        data = _data(self.content, entry, self.layout)[index * width : (index + 1) * width]
        if not width or len(data) < width:
            raise ImageDecodeError("expected as many strips or tiles for each plane, found a TIFF with fewer")
        if width <= self._room:
            return self._entry(tag, kind, count, bytes(data))
        start = struct.unpack_from(self.layout.order + "IQ"[self.layout.big], entry, len(entry) - self._room)[
            0
        ]
        place = struct.pack(self.layout.order + "IQ"[self.layout.big], start + index * width)
        return self._entry(tag, kind, count, place)

    @property
    def _room(self) -> int:
        return 8 if self.layout.big else 4

    def _entry(self, tag: int, kind: int, count: int, value: bytes) -> bytes:
        head = struct.pack(self.layout.order + ("HHQ" if self.layout.big else "HHI"), tag, kind, count)
        return head + value.ljust(self._room, b"\0")

    def _with(self, entries: dict[int, bytes]) -> bytes:
        """Return the file with these entries as its only directory; whatever they point at stays where it is."""
        order, big = self.layout
        padding = b"\0" * (len(self.content) % 2)
        start = struct.pack(order + "IQ"[big], len(self.content) + len(padding))
        head = self.content[: 8 if big else 4] + start
        directory = [struct.pack(order + "HQ"[big], len(entries)), *(entries[tag] for tag in sorted(entries))]
        return b"".join([head, memoryview(self.content)[len(head) :], padding, *directory, bytes(self._room)])


class Choice(NamedTuple):
    """Which pictures of a TIFF to try.

    Attributes:
        directories: The best one first.
        pages: Pages of the document: pictures in full resolution that follow one another.
        raw: Whether the file is a camera raw file.
    """

    directories: list[Directory]
    pages: int
    raw: bool


def choose_picture(content: bytes) -> Choice:
    """Choose the picture of a TIFF that a viewer would show.

    It is the first one, but where that is only a preview, the largest picture of full resolution; previews come last.

    Raises:
        ImageDecodeError: There is no directory at all.
        UnsupportedImageError: It is a camera raw file without a picture of about its full size.
    """
    chain = list(_chain(content))
    if not chain:
        raise ImageDecodeError(
            "expected a TIFF with a directory, found none; the file is damaged or truncated"
        )
    every = [*chain, *(inner for outer in chain for inner in _within(outer))]
    pages = sum(not (page.is_preview or page.is_mask) for page in chain)
    raw = content[8:10] == b"CR" or any(directory.is_raw for directory in every)
    if raw:
        candidates, pages = _full_size(every), 1
    elif chain[0].is_preview or any(_replaces(inner, chain[0]) for inner in _within(chain[0])):
        known = [directory for directory in every if directory.can_be_decoded]
        candidates = sorted(known, key=lambda d: (d.is_preview, -d.width * d.height)) or chain[:1]
    else:
        candidates = chain[:1]
    return Choice([_upright_as(chain[0], directory) for directory in candidates], pages, raw)


def _replaces(inner: Directory, outer: Directory) -> bool:
    """Return whether a picture is what another one, that does not say so, is a preview of."""
    full = not inner.is_preview and not inner.is_mask
    return full and inner.width * inner.height > outer.width * outer.height


def _upright_as(first: Directory, directory: Directory) -> Directory:
    """Give a picture that has no orientation of its own that of the first one."""
    if _ORIENTATION in directory.entries or _ORIENTATION not in first.entries:
        return directory
    entries = directory.entries | {_ORIENTATION: first.entries[_ORIENTATION]}
    return Directory(directory.content, directory.layout, entries)


def _full_size(directories: list[Directory]) -> list[Directory]:
    """Return the pictures of a camera raw file that have about as many pixels as the sensor, largest first."""
    size = max(directory.width * directory.height for directory in directories)
    large = [d for d in directories if d.can_be_decoded and d.width * d.height >= _FULL_SIZE * size > 0]
    if not large:
        raise UnsupportedImageError(
            "expected a picture, found a camera raw file (DNG, NEF, CR2, ARW or the like) without a full-size JPEG "
            "in it; develop it to JPEG or TIFF first"
        )
    return sorted(large, key=lambda d: -d.width * d.height)


def _chain(content: bytes) -> Iterator[Directory]:
    """Yield the directories that follow one another."""
    layout = Layout("<" if content.startswith(b"II") else ">", 43 in content[2:4])
    word = layout.order + "IQ"[layout.big]
    seen: set[int] = set()
    try:
        (offset,) = struct.unpack_from(word, content, 8 if layout.big else 4)
        while offset and offset not in seen and len(seen) < _MAX_DIRECTORIES:
            seen.add(offset)
            directory, following = _directory(content, layout, offset)
            yield directory
            (offset,) = struct.unpack_from(word, content, following)
    except struct.error:
        return


def _within(directory: Directory) -> Iterator[Directory]:
    """Yield the directories that one points at (SubIFDs)."""
    for offset in directory.numbers(330, _MAX_WITHIN):
        try:
            yield _directory(directory.content, directory.layout, offset)[0]
        except struct.error:
            continue


def _directory(content: bytes, layout: Layout, offset: int) -> tuple[Directory, int]:
    """Return a directory and where the offset of the next one stands."""
    if offset > len(content):  # far more than `struct` takes, perhaps
        raise struct.error
    (count,) = struct.unpack_from(layout.order + "HQ"[layout.big], content, offset)
    start, size = offset + (8 if layout.big else 2), 20 if layout.big else 12
    if start + count * size > len(content):
        raise struct.error
    entries: dict[int, bytes] = {}
    for at in range(start, start + min(count, _MAX_ENTRIES) * size, size):
        (tag,) = struct.unpack_from(layout.order + "H", content, at)
        entries.setdefault(tag, content[at : at + size])
    return Directory(content, layout, entries), start + count * size


def _kind(entry: bytes, layout: Layout) -> int:
    return struct.unpack_from(layout.order + "H", entry, 2)[0]


def _count(entry: bytes, layout: Layout) -> int:
    return struct.unpack_from(layout.order + "IQ"[layout.big], entry, 4)[0]


def _size(letter: str) -> int:
    return struct.calcsize("=" + letter)


def _data(content: bytes, entry: bytes, layout: Layout) -> bytes | memoryview:
    """Return the bytes of an entry's values: in the entry itself if they find room there."""
    room = 8 if layout.big else 4
    length = _count(entry, layout) * _size(_INTEGERS.get(_kind(entry, layout), "B"))
    if length <= room:
        return entry[-room:][:length]
    (offset,) = struct.unpack_from(layout.order + "IQ"[layout.big], entry, len(entry) - room)
    return memoryview(content)[min(offset, len(content)) : min(offset + length, len(content))]


# Types of integers: BYTE, SHORT, LONG, IFD, LONG8, IFD8.
_INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_SAMPLE_FORMATS = {1: "unsigned", 2: "signed", 3: "floating point"}
_JPEG = frozenset({6, 7})
_LEAST_SAMPLES = {0: 2, 1: 2, RGB: 3, CMYK: 4, YCBCR: 3}  # for planes to be of use
_PICTURES = frozenset(
    {0, 1, 2, 3, 5, 6, 8}
)  # of those that Pillow knows: grey, RGB, palette, CMYK, YCbCr, CIE L*a*b*
# A camera crops its own JPEG by some pixels, and some write it smaller; a preview has a tenth of the pixels or less.
_FULL_SIZE = 0.5
_RAW_TAGS = frozenset({33421, 33422, 50706})  # CFARepeatPatternDim, CFAPattern, DNGVersion
_RAW_PHOTOMETRICS = frozenset({32803, 34892})  # colour filter array, LinearRaw
_RAW_COMPRESSIONS = frozenset({32767, 34713, 65535})  # of Sony, Nikon and Pentax (libtiff, tiff.h)
_ORIENTATION = 274
_STORED = frozenset({273, 279, 324, 325})  # offsets and lengths of strips and tiles
# What a decoder needs: size and samples (256 to 262, 266, 277, 284, 338, 339), strips and tiles, options of the
# compressions (292, 293, 317, 347, 512 to 521), palette, YCbCr (529 to 532), orientation (274) and profile (34675).
_ESSENTIAL = (
    _STORED
    | {256, 257, 258, 259, 262, 266, 274, 277, 278, 284, 292, 293, 317, 320, 322, 323, 338, 339, 347, 34675}
    | set(range(512, 522))
    | set(range(529, 533))
)
_OF_ALL_PLANES = frozenset({258, 262, 277, 284, 320, 338, 339, 34675})
_MAX_DIRECTORIES = (
    64  # pages after these are not looked at: only a file whose first ones are previews could need them
)
_MAX_WITHIN = 16
_MAX_ENTRIES = 4096  # tags stand in rising order, and all that count are among the first few hundred
_MAX_STRIPS = 2**20
