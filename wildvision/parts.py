"""Parts of a picture that are looked at by themselves: photos within it, cells that touch, squares of a page, tiles.

What holds for every model is a constant here; each was measured on pictures made of training photos
(``python -m training.see_more``, and the guide `wildvision/SEE_MORE.md`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from enum import StrEnum
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from wildvision.layout import MAX_LENGTH, MIN_SIDE, Box, looks_like, photos_within

UInt8Image = NDArray[np.uint8]
Detail = Literal["fast", "balanced", "thorough"]
"""How much is looked at: ``"fast"``, photos that paper surrounds; ``"balanced"``, also cells that touch, and long
pictures square by square; ``"thorough"``, also tiles of large or undecided pictures, at native resolution.
"""
EARLIER: Detail = "fast"
"""What scans and records mean that do not say their detail."""

DETAILS: tuple[Detail, ...] = get_args(Detail)

MAX_PARTS = 48  # of a picture; each costs a run of the network

# Cells without paper between them: a step in colour along a whole line.
STEP = 12  # of 255, in the channel that differs most, between pixels 3 apart
MIN_STEPS = 0.85  # share of a line at which there is a step; lines of photos seldom reach it
MIN_SHARPER = 0.4  # how much larger that share is than 6 px away: texture has steps everywhere
MARGIN = 0.12  # of a side, in which no line divides: frames are no cells
MIN_CELL = 0.08  # of the picture's area
MIN_CELL_SIDE = 64  # px: less is a detail, not a photo
MAX_CELL_DEPTH = 3

# What is drawn, and what is photographed, in blocks of a long page.
BLOCKS = 24  # along its shorter side
LEAST_BLOCK = 4  # px: a page that is narrower is too small to tell text from photos
GROUND_SHARE = 0.02  # of the page that a flat colour covers to be a ground
GROUND_TOLERANCE = 12  # of 255
MIN_OTHER = 0.6  # share of a block that is of no ground
MIN_TEXTURE = 2.5  # of 255, standard deviation within a block: buttons and avatars have less
LEAST_BLOCKS = 6  # photographed ones, for which a part is worth a look

TILE_SIDE = 0.34  # of the picture's shorter side: a thing of 3 % of the picture fills a quarter of it
TILE_STEP = 2 / 3  # of a tile's side, from one to the next
SQUARE_STEP = 1 / 2
LARGE = 1.6  # times the network's input: from there on, tiles show what the whole picture does not


class PartKind(StrEnum):
    """Why a part is looked at by itself."""

    PHOTO = "photo"
    CELL = "cell"
    SQUARE = "square"
    TILE = "tile"


class Found(NamedTuple):
    """A part of decoded pixels, and why it is looked at."""

    box: Box
    kind: PartKind


class Layout(NamedTuple):
    """The parts of a picture.

    Attributes:
        parts: From top to bottom; none of a plain photo.
        is_complete: Whether all of a long picture that may show something lies in a part.
    """

    parts: tuple[Found, ...]
    is_complete: bool


def parts_within(image: UInt8Image, detail: Detail) -> Layout:
    """Return the parts of a picture that its layout asks to look at; none of a plain photo.

    Args:
        image: RGB pixels, shape (H, W, 3), uint8.
        detail: ``"fast"`` finds what paper surrounds and nothing else.
    """
    photos = tuple(Found(box, PartKind.PHOTO) for box in photos_within(image))
    long = is_long(image.shape[1], image.shape[0])
    if detail == "fast" or (long and min(image.shape[:2]) < LEAST_BLOCK * BLOCKS):
        return Layout(photos, is_complete=not long)
    if long:
        return _parts_of_page(image, [found.box for found in photos])
    cells = () if photos else tuple(Found(box, PartKind.CELL) for box in cells_within(image))
    return Layout(photos or cells, is_complete=True)


def enlarged(layout: Layout, factor: int, *, width: int, height: int) -> Layout:
    """Return a layout that was found on a picture shrunk by ``factor``, in pixels of the picture of this size."""
    limits = (width, height, width, height)
    parts = [
        Found(
            Box(*(min(edge * factor, limit) for edge, limit in zip(found.box, limits, strict=True))),
            found.kind,
        )
        for found in layout.parts
    ]
    return Layout(tuple(parts), layout.is_complete)


def is_long(width: int, height: int) -> bool:
    """Return whether a picture is cut into squares: one side is more than `layout.MAX_LENGTH` times the other."""
    return max(width, height) > MAX_LENGTH * min(width, height)


# --- cells that touch ---------------------------------------------------------------------------------------


def cells_within(image: UInt8Image) -> tuple[Box, ...]:
    """Return the cells of a collage without paper between them, or with thin lines; none of a plain photo.

    Where a line divides a picture, nearly each of its pixels differs from the one across, which no object's edge does
    over the whole width. Each half is divided further.
    """
    whole = Box(0, 0, image.shape[1], image.shape[0])
    cells = _cells(image, whole, least=MIN_CELL * whole.area, depth=0)
    return tuple(cells) if len(cells) > 1 else ()


def _cells(image: UInt8Image, box: Box, *, least: float, depth: int) -> list[Box]:
    halves = _divided(image, box) if depth < MAX_CELL_DEPTH and box.area >= 2 * least else None
    if halves is None or not all(_is_cell(half, least) for half in halves):
        return [box]
    return [cell for half in halves for cell in _cells(image, half, least=least, depth=depth + 1)]


def _is_cell(box: Box, least: float) -> bool:
    return box.area >= least and min(box.right - box.left, box.bottom - box.top) >= MIN_CELL_SIDE


def _divided(image: UInt8Image, box: Box) -> tuple[Box, Box] | None:
    """Return two parts of a region with the sharpest line between them; None: there is none."""
    region = box.of(image).astype(np.int16)
    column, upright = _line(region)
    row, level = _line(region.swapaxes(0, 1))
    if max(upright, level) <= MIN_SHARPER:
        return None
    if upright >= level:
        return box._replace(right=box.left + column), box._replace(left=box.left + column)
    return box._replace(bottom=box.top + row), box._replace(top=box.top + row)


def _line(region: NDArray[np.int16]) -> tuple[int, float]:
    """Return the column before which a region (h, w, 3) is divided, and how much sharper it is than around it."""
    width = region.shape[1]
    first, last = round(MARGIN * width), round((1 - MARGIN) * width) - 3
    if min(region.shape[:2]) < MIN_SIDE or last <= first:
        return 0, 0.0
    shares = (np.abs(region[:, 3:] - region[:, :-3]).max(axis=2) > STEP).mean(axis=0)
    around = np.pad(shares, 6, mode="edge")
    sharper = np.where(shares >= MIN_STEPS, shares - np.maximum(around[:-12], around[12:]), 0)[first:last]
    best = int(sharper.argmax())
    return first + best + 2, float(sharper[best])


# --- long pages ---------------------------------------------------------------------------------------------


def _parts_of_page(image: UInt8Image, photos: list[Box]) -> Layout:
    """Return the photos of a page that are photographed, and squares where more is."""
    side = min(image.shape[:2])
    block = side // BLOCKS
    photographed = _photographed(image, block)
    kept = [box for box in photos if _count(photographed, box, block) >= LEAST_BLOCKS]
    left = photographed.copy()
    for box in kept:
        _blocks(left, box, block)[:] = False
    squares = [
        box for box in _squares(image.shape[1], image.shape[0]) if _count(left, box, block) >= LEAST_BLOCKS
    ]
    looked = _thinned(squares, MAX_PARTS - len(kept))
    found = [*(Found(box, PartKind.PHOTO) for box in kept), *(Found(box, PartKind.SQUARE) for box in looked)]
    ordered = sorted(found, key=lambda part: (part.box.top, part.box.left))
    return Layout(tuple(ordered), is_complete=len(looked) == len(squares))


def _squares(width: int, height: int) -> Iterator[Box]:
    """Yield squares along the longer side, each over half of the one before it."""
    side, length = min(width, height), max(width, height)
    for start in _starts(length, side, SQUARE_STEP):
        yield Box(0, start, side, start + side) if height > width else Box(start, 0, start + side, side)


def _starts(length: int, side: int, step: float) -> list[int]:
    """Return where parts of a side begin that cover a length evenly, at most so many sides apart."""
    count = math.ceil((length - side) / (step * side)) + 1
    return [round(place) for place in np.linspace(0, length - side, count)]


def _thinned(squares: list[Box], most: int) -> list[Box]:
    """Return at most so many squares, evenly chosen."""
    if len(squares) <= most:
        return squares
    chosen = np.linspace(0, len(squares) - 1, max(0, most)).round().astype(int)
    return [squares[place] for place in chosen]


def _photographed(image: UInt8Image, block: int) -> NDArray[np.bool_]:
    """Return which blocks of a page, (rows, columns), show a photo: no ground, no text, nothing of one colour."""
    rows, columns = image.shape[0] // block, image.shape[1] // block
    pixels = image[: rows * block, : columns * block]
    other = np.ones(pixels.shape[:2], np.bool_)
    for colour in _grounds(pixels):
        other &= ~looks_like(pixels, colour, GROUND_TOLERANCE)
    grey = pixels.astype(np.float32).mean(axis=2)
    cells = grey.reshape(rows, block, columns, block)
    texture = cells.std(axis=(1, 3))
    share = other.reshape(rows, block, columns, block).mean(axis=(1, 3))
    return (share >= MIN_OTHER) & (texture >= MIN_TEXTURE)


def _grounds(pixels: UInt8Image) -> list[NDArray[np.int16]]:
    """Return the colours of grounds: those that flat places of a page have often."""
    lines = pixels[::2].astype(np.int16)
    flat = np.abs(lines[:, 1:] - lines[:, :-1]).max(axis=2) <= 2
    colours = pixels[::2, 1:][flat]
    if not len(colours):
        return []
    counts = np.bincount((colours // 8).astype(np.int32) @ np.array([1024, 32, 1], np.int32))
    often = np.flatnonzero(counts >= GROUND_SHARE * pixels[::2, 1:, 0].size)
    return [np.array([key // 1024, key // 32 % 32, key % 32], np.int16) * 8 + 4 for key in often]


def _blocks(grid: NDArray[np.bool_], box: Box, block: int) -> NDArray[np.bool_]:
    return grid[box.top // block : -(-box.bottom // block), box.left // block : -(-box.right // block)]


def _count(grid: NDArray[np.bool_], box: Box, block: int) -> int:
    return int(np.count_nonzero(_blocks(grid, box, block)))


# --- tiles --------------------------------------------------------------------------------------------------


def tiles_of(width: int, height: int) -> tuple[Found, ...]:
    """Return overlapping tiles of a picture, row by row; 24 of one of 4:3."""
    side = max(MIN_SIDE, round(TILE_SIDE * min(width, height)))
    if side >= min(width, height):
        return ()
    return tuple(
        Found(Box(left, top, left + side, top + side), PartKind.TILE)
        for top in _starts(height, side, TILE_STEP)
        for left in _starts(width, side, TILE_STEP)
    )
