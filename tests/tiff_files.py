"""TIFF files of every layout, written without a TIFF library, so that tests know each stored value."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

NEW_SUBFILE_TYPE, SUB_DIRECTORIES, DNG_VERSION, ORIENTATION = 254, 330, 50706, 274
CFA, LINEAR_RAW = 32803, 34892


@dataclass(kw_only=True)
class Page:
    """One picture of a TIFF: samples of shape (H, W, S), in any integer or float type, and how to store them."""

    samples: np.ndarray
    photometric: int = 2
    bits: int = 8
    planar: int = 1
    compression: int = 1  # or 8, Deflate; or 6, 7: ``stored`` has it
    sample_format: int | None = None
    extra: tuple[int, ...] = ()
    rows_per_strip: int | None = None
    tile: int | None = None
    tags: dict[int, tuple[int, Sequence[int] | bytes]] = field(default_factory=dict)  # type and values
    stored: bytes | None = None
    within: tuple[Page, ...] = ()  # SubIFDs


def tiff_file(*pages: Page, order: str = "<", big: bool = False) -> bytes:
    """Lay pages one after the other; order is that of `struct`, big means 64-bit offsets."""
    content = bytearray(_header(order, big))
    link = len(content) - (8 if big else 4)
    for page in pages:
        start, link_of_next = _append(content, page, order, big)
        struct.pack_into(order + "IQ"[big], content, link, start)
        link = link_of_next
    return bytes(content)


def _header(order: str, big: bool) -> bytes:
    mark = b"II" if order == "<" else b"MM"
    return mark + (struct.pack(order + "HHHQ", 43, 8, 0, 0) if big else struct.pack(order + "HI", 42, 0))


def _append(content: bytearray, page: Page, order: str, big: bool) -> tuple[int, int]:
    """Add a page; return where its directory starts, and where the offset of the next one is to be."""
    within = [_append(content, inner, order, big)[0] for inner in page.within]
    blocks = [page.stored] if page.stored is not None else _blocks(page, order)
    offsets = []
    for block in blocks:
        offsets.append(len(content))
        content += block + b"\0" * (len(block) % 2)
    entries = _entries(page, offsets, [len(block) for block in blocks])
    if within:
        entries[SUB_DIRECTORIES] = (13, within)
    packed = b"".join(_entry(content, tag, *entries[tag], order, big) for tag in sorted(entries))
    start = len(content)
    content += struct.pack(order + ("Q" if big else "H"), len(entries)) + packed
    content += bytes(8 if big else 4)
    return start, len(content) - (8 if big else 4)


def _blocks(page: Page, order: str) -> list[bytes]:
    samples, rows = page.samples, page.rows_per_strip or len(page.samples)
    planes = [samples] if page.planar == 1 else [samples[..., s : s + 1] for s in range(samples.shape[2])]
    if page.tile is None:
        parts = [plane[top : top + rows] for plane in planes for top in range(0, len(plane), rows)]
    else:
        parts = [part for plane in planes for part in _tiles(plane, page.tile)]
    packed = [_pack(part, page.bits, order) for part in parts]
    return [zlib.compress(block) for block in packed] if page.compression == 8 else packed


def _tiles(plane: np.ndarray, side: int) -> list[np.ndarray]:
    height, width = plane.shape[:2]
    padded = np.pad(plane, ((0, -height % side), (0, -width % side), (0, 0)))
    return [padded[y : y + side, x : x + side] for y in range(0, height, side) for x in range(0, width, side)]


def _pack(part: np.ndarray, bits: int, order: str) -> bytes:
    if bits >= 8 and bits % 8 == 0:
        return part.astype(part.dtype.newbyteorder(order)).tobytes()
    rows = part.reshape(len(part), -1)
    single = rows[..., None] >> np.arange(bits - 1, -1, -1) & 1
    return np.packbits(single.reshape(len(rows), -1).astype(np.uint8), axis=1).tobytes()


def _entries(
    page: Page, offsets: list[int], lengths: list[int]
) -> dict[int, tuple[int, Sequence[int] | bytes]]:
    height, width, count = page.samples.shape
    entries: dict[int, tuple[int, Sequence[int] | bytes]] = {
        256: (4, [width]),
        257: (4, [height]),
        258: (3, [page.bits] * count),
        259: (3, [page.compression]),
        262: (3, [page.photometric]),
        277: (3, [count]),
        284: (3, [page.planar]),
    }
    if page.tile is None:
        entries |= {273: (4, offsets), 279: (4, lengths), 278: (4, [page.rows_per_strip or height])}
    else:
        entries |= {324: (4, offsets), 325: (4, lengths), 322: (4, [page.tile]), 323: (4, [page.tile])}
    if page.extra:
        entries[338] = (3, page.extra)
    if page.sample_format is not None:
        entries[339] = (3, [page.sample_format] * count)
    return entries | page.tags


def _entry(
    content: bytearray, tag: int, kind: int, values: Sequence[int] | bytes, order: str, big: bool
) -> bytes:
    letter = {1: "B", 2: "B", 3: "H", 4: "I", 7: "B", 13: "I"}[kind]
    packed = struct.pack(f"{order}{len(values)}{letter}", *values)
    room = 8 if big else 4
    if len(packed) > room:
        offset = len(content)
        content += packed + b"\0" * (len(packed) % 2)
        packed = struct.pack(order + "IQ"[big], offset)
    return struct.pack(order + ("HHQ" if big else "HHI"), tag, kind, len(values)) + packed.ljust(room, b"\0")
