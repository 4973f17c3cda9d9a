"""Parts of a picture that are looked at by themselves: photos within it, cells that touch, squares of a page, tiles.

What holds for every model is a constant here; each was measured on pictures made of training photos
(``python -m training.see_more``, and the guide `wildvision/SEE_MORE.md`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from wildvision.layout import MAX_LENGTH, MAX_SHARE, MIN_SIDE, Box, Mask, looks_like, photos_within, runs
from wildvision.pixels import is_page

UInt8Image = NDArray[np.uint8]
Blocks = NDArray[np.bool_]  # (rows, columns) of a page
Detail = Literal["fast", "balanced", "thorough"]
"""How much is looked at: ``"fast"``, photos that paper surrounds; ``"balanced"``, also cells that touch, and all that
is photographed on pages; ``"thorough"``, also tiles of large or undecided pictures, at native resolution.
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
CELLS_LENGTH = 3.2  # longer side over shorter: three square cells in a row, and lines between them

# What is drawn, and what is photographed, in blocks of a long page.
BLOCKS = 24  # along its shorter side
LEAST_BLOCK = 4  # px: a page that is narrower is too small to tell text from photos
GROUND_SHARE = 0.02  # of the page that a flat colour covers to be a ground
GROUND_TOLERANCE = 12  # of 255
MIN_OTHER = 0.6  # share of a block that is of no ground
MIN_TEXTURE = 2.5  # of 255, standard deviation within a block: buttons and avatars have less
LEAST_BLOCKS = 6  # photographed ones, for which a part is worth a look
LEAST_ROWS = 5  # blocks, of what is taken for a photo by its shape: a fifth of the page's width
THING_ROWS = 3  # blocks, of what may be a thing on ground like the page's
THING_MARGIN = 0.3  # of its longer side, all around it
TEXT_ROWS = 2  # blocks: a line of text in an app is less than one high
BAR_BLOCKS = 18  # of the 24 across a page: bars and buttons are about as wide
MAX_STACK = 1.5  # longer side over shorter of one photo as wide as the page; two that touch are longer
MIN_FILLED = 0.7  # share of a rectangle's blocks that are photographed, for it to be a photo
MIN_OTHER_LOOSE = 0.5  # share of a line that is of no ground, beside a rim that is not cut off yet
MIN_OTHER_EDGE = 0.8  # and at the edge of a photo
EDGE_INSET = 1  # px: the outermost line is mixed with what is beside it
MIN_EVEN_EDGE = 0.9  # share of an edge of one colour, for it to be a bubble's; its corners are round
MAX_RIM = 0.12  # of the longer side of a box, at three of its sides; more is the ground of the photo itself
MAX_CAPTION = 0.35  # and at one side
MAX_PLAIN = 0.15  # of what is left; a thing on ground like the page's has more of it, and needs it

PAGE_SIDE = 240  # px, shorter side of a page in which parts are looked for; blocks are 10 px of it

# Parts that show the same.
THUMBNAIL = 16  # px
SAME_COLOUR = 25  # of 255, at most between pixels of two thumbnails; 700 photos differ by 45 and more
SAME_SHAPE = 0.05  # of width over height

TILE_SIDE = 0.34  # of the picture's shorter side: a thing of 3 % of the picture fills a quarter of it
TILE_STEP = 2 / 3  # of a tile's side, from one to the next
SQUARE_STEP = 1 / 2
SQUARES_FROM = 3  # longer side over shorter: in less, the whole shows a thing, and pieces of it mislead
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
    height, width = image.shape[:2]
    long = is_long(width, height)
    if long and detail != "fast" and min(width, height) >= LEAST_BLOCK * BLOCKS:
        return _parts_of_page(image)
    photos = _all(PartKind.PHOTO, photos_within(image))
    if detail == "fast" or long:
        return Layout(photos, is_complete=not long)
    return Layout(photos or _all(PartKind.CELL, cells_within(image)), is_complete=True)


def _all(kind: PartKind, boxes: Iterable[Box]) -> tuple[Found, ...]:
    return tuple(Found(box, kind) for box in boxes)


def is_taken_apart(layout: Layout, width: int, height: int) -> bool:
    """Return whether all that a long page shows are photos cut out of it, so that it need not be looked at as a whole.

    A page of more than `SQUARES_FROM` is a strip of at most a third of the network's input, and its photos less.
    """
    is_strip = max(width, height) > SQUARES_FROM * min(width, height)
    return is_strip and bool(layout.parts) and all(found.kind is PartKind.PHOTO for found in layout.parts)


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


def layout_shrinking(width: int, height: int) -> int:
    """Return by how much a long picture may be shrunk to find its parts; 1: not at all."""
    return max(1, min(width, height) // PAGE_SIDE) if is_long(width, height) else 1


def repeats(parts: Sequence[UInt8Image]) -> tuple[int, ...]:
    """Return for each part the first of those that show the same, itself if there is none before it.

    Shops show an offer again and again. A look at it says all; and it is one chance of a false alarm, not several.

    Args:
        parts: RGB pixels, shape (h, w, 3) each, uint8.
    """
    thumbnails = [_thumbnail(part) for part in parts]
    first: list[int] = []
    for place, own in enumerate(thumbnails):
        first.append(next((first[n] for n in range(place) if _is_same(thumbnails[n], own)), place))
    return tuple(first)


def _thumbnail(part: UInt8Image) -> tuple[float, NDArray[np.int16]]:
    """Return the width over the height of a part, and its colours, (16, 16, 3)."""
    small = Image.fromarray(part).resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX)
    return part.shape[1] / part.shape[0], np.asarray(small).astype(np.int16)


def _is_same(one: tuple[float, NDArray[np.int16]], other: tuple[float, NDArray[np.int16]]) -> bool:
    is_alike = abs(one[0] - other[0]) <= SAME_SHAPE * one[0]
    return is_alike and int(np.abs(one[1] - other[1]).max()) <= SAME_COLOUR


def is_long(width: int, height: int) -> bool:
    """Return whether a picture is divided as a page is, see `wildvision.pixels.is_page`."""
    return is_page((width, height))


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


def _parts_of_page(image: UInt8Image) -> Layout:
    """Return the photos of a page that are photographed, and of a long one squares where more is."""
    height, width = image.shape[:2]
    block = min(height, width) // BLOCKS
    drawn = _drawn(image)
    photographed = _photographed(image, drawn, block)
    photos = photos_within(image, lambda box: _count(photographed, box, block) >= LEAST_BLOCKS)
    may_be_cells = not photos and max(height, width) <= CELLS_LENGTH * min(height, width)
    if may_be_cells and (cells := cells_within(image)):
        return Layout(_all(PartKind.CELL, cells), is_complete=True)
    kept: list[Box] = []
    left = photographed.copy()
    for box in photos:
        inner = _trimmed(image, drawn, box)
        if inner is None and _is_ground(drawn, box):
            continue
        kept.append(inner or box)
        _blocks(left, box, block)[:] = False
    kept += _rectangles(image, left, drawn, block)
    is_whole_enough = max(width, height) <= SQUARES_FROM * min(width, height)
    divided = () if is_whole_enough else _squares(width, height)
    squares = [box for box in divided if _count(left, box, block) >= LEAST_BLOCKS]
    largest = sorted(kept, key=lambda box: -box.area)[:MAX_PARTS]
    looked = _thinned(squares, MAX_PARTS - len(largest))
    found = _all(PartKind.PHOTO, largest) + _all(PartKind.SQUARE, looked)
    ordered = sorted(found, key=lambda part: (part.box.top, part.box.left))
    return Layout(tuple(ordered), is_complete=len(found) == len(kept) + len(squares))


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


def _rectangles(image: UInt8Image, left: Blocks, drawn: Mask, block: int) -> list[Box]:
    """Return the photos among blocks that are photographed, and take out all that needs no look any more.

    They lie on a patterned ground, or touch what is drawn, so that no line of paper divides them from it. A thing of
    another shape shows on ground like the page's; it gets some of it. What is larger and no rectangle stays.
    """
    found: list[Box] = []
    for group in _connected(left):
        shorter, longer = sorted((group.bottom - group.top, group.right - group.left))
        is_stack = shorter >= BAR_BLOCKS and longer > MAX_STACK * shorter  # of photos, across the whole page
        is_photo = shorter >= LEAST_ROWS and longer <= MAX_LENGTH * shorter and not is_stack
        if is_photo and group.of(left).mean() >= MIN_FILLED:
            coarse = Box(*(edge * block for edge in group))
            found.append(_trimmed(image, drawn, _wider(coarse, block, drawn)) or coarse)
            group.of(left)[:] = False
        elif shorter >= THING_ROWS and longer <= BLOCKS // 2 and _count(left, group, 1) >= LEAST_BLOCKS:
            margin = round(THING_MARGIN * longer * block)
            found.append(_wider(Box(*(edge * block for edge in group)), margin, drawn))
            group.of(left)[:] = False
        elif _is_bar(shorter, longer):
            group.of(left)[:] = False
    return found


def _is_bar(shorter: int, longer: int) -> bool:
    """Return whether blocks are a line of text on a colour of its own, or a bar or button across the page."""
    is_line = shorter <= TEXT_ROWS and longer > MAX_LENGTH * shorter
    return is_line or (shorter < LEAST_ROWS and longer >= BAR_BLOCKS)


def _wider(box: Box, margin: int, picture: Mask) -> Box:
    height, width = picture.shape
    return Box(
        max(0, box.left - margin),
        max(0, box.top - margin),
        min(width, box.right + margin),
        min(height, box.bottom + margin),
    )


def _connected(grid: Blocks) -> list[Box]:
    """Return the rectangle around each group of blocks that touch, also at their corners, in blocks."""
    if grid.shape[1] > grid.shape[0]:  # so that a line has few runs
        return [Box(box.top, box.left, box.bottom, box.right) for box in _connected(grid.swapaxes(0, 1))]
    boxes: list[Box] = []
    belongs: list[int] = []  # to which later rectangle each was joined; itself: to none
    before: list[tuple[int, int, int]] = []
    for row in range(len(grid)):
        now: list[tuple[int, int, int]] = []
        for start, stop in runs(grid[row]):
            touching = {
                _last(belongs, which) for first, last, which in before if first <= stop and start <= last
            }
            boxes.append(_around([Box(start, row, stop, row + 1), *(boxes[which] for which in touching)]))
            belongs.append(len(belongs))
            for which in touching:
                belongs[which] = len(belongs) - 1
            now.append((start, stop, len(belongs) - 1))
        before = now
    return [box for which, box in enumerate(boxes) if belongs[which] == which]


def _last(belongs: list[int], which: int) -> int:
    while belongs[which] != which:
        which = belongs[which]
    return which


def _around(boxes: Sequence[Box]) -> Box:
    left, top, right, bottom = zip(*boxes, strict=True)
    return Box(min(left), min(top), max(right), max(bottom))


def _trimmed(image: UInt8Image, drawn: Mask, box: Box) -> Box | None:
    """Return a box without the rim, the caption and the bubble around a photo; None: it would not be a photo.

    A line belongs to the photo where hardly any of it is drawn. A photo whose own ground is like the page's is left.
    """
    plain = box.of(drawn) | _like_edges(box.of(image))
    inner = Box(0, 0, plain.shape[1], plain.shape[0])
    for least in (MIN_OTHER_LOOSE, MIN_OTHER_EDGE):
        for axis in (1, 0):
            lines = np.flatnonzero(1 - inner.of(plain).mean(axis=axis) >= least)
            if not len(lines):
                return None
            inner = _cut_to(inner, int(lines[0]), int(lines[-1]) + 1, axis=axis)
    losses = (inner.left, inner.top, plain.shape[1] - inner.right, plain.shape[0] - inner.bottom)
    rim, caption = sorted(loss / max(plain.shape) for loss in losses)[-2:]
    if rim > MAX_RIM or caption > MAX_CAPTION or inner.of(plain).mean() > MAX_PLAIN:
        return None
    return Box(box.left + inner.left, box.top + inner.top, box.left + inner.right, box.top + inner.bottom)


def _cut_to(box: Box, first: int, last: int, *, axis: int) -> Box:
    """Return the rows (axis 1) or columns (axis 0) of a box from the first to the last one, excluded."""
    if axis == 1:
        return box._replace(top=box.top + first, bottom=box.top + last)
    return box._replace(left=box.left + first, right=box.left + last)


def _like_edges(region: UInt8Image) -> Mask:
    """Return which pixels of a region have the colour of an edge that has one: of a bubble seen only here."""
    like = np.zeros(region.shape[:2], np.bool_)
    if min(region.shape[:2]) <= 2 * EDGE_INSET:
        return like
    for line in (
        region[EDGE_INSET],
        region[-1 - EDGE_INSET],
        region[:, EDGE_INSET],
        region[:, -1 - EDGE_INSET],
    ):
        colour = np.median(line, axis=0).astype(np.int16)
        if looks_like(line[None], colour, GROUND_TOLERANCE).mean() >= MIN_EVEN_EDGE:
            like |= looks_like(region, colour, GROUND_TOLERANCE)
    return like


def _is_ground(drawn: Mask, box: Box) -> bool:
    """Return whether a box is a piece of the page itself: a gradient has edges unlike the paper, as photos have."""
    side = min(drawn.shape)
    longer = max(box.right - box.left, box.bottom - box.top)
    return longer > MAX_SHARE * MAX_LENGTH * side and box.of(drawn).mean() >= MIN_OTHER


def _drawn(image: UInt8Image) -> Mask:
    """Return which pixels of a page have the colour of a ground: of the page, of bubbles, of cards."""
    drawn = np.zeros(image.shape[:2], np.bool_)
    for colour in _grounds(image):
        drawn |= looks_like(image, colour, GROUND_TOLERANCE)
    return drawn


def _photographed(image: UInt8Image, drawn: Mask, block: int) -> Blocks:
    """Return which blocks of a page, (rows, columns), show a photo: no ground, no text, nothing of one colour."""
    rows, columns = image.shape[0] // block, image.shape[1] // block
    whole = Box(0, 0, columns * block, rows * block)
    grey = _grey(whole.of(image))
    variance = _block_means(grey * grey, block) - np.square(_block_means(grey, block))
    other = 1 - _block_means(whole.of(drawn).astype(np.float32), block)
    return (other >= MIN_OTHER) & (variance >= MIN_TEXTURE**2)


def _grey(pixels: UInt8Image) -> NDArray[np.float32]:
    """Return the mean of the three channels, (H, W); added channel by channel, since numpy is slow along three."""
    total = pixels[..., 0].astype(np.uint16) + pixels[..., 1] + pixels[..., 2]
    return np.divide(total, 3, dtype=np.float32)


def _block_means(values: NDArray[np.float32], block: int) -> NDArray[np.float32]:
    """Return the means of blocks; rows are added first, which is how they lie in memory."""
    height, width = values.shape
    rows = values.reshape(height // block, block, width).sum(axis=1)
    return np.divide(
        rows.reshape(height // block, width // block, block).sum(axis=2), block**2, dtype=np.float32
    )


def _grounds(pixels: UInt8Image) -> list[NDArray[np.int16]]:
    """Return the colours of grounds: those that flat places of a page have often."""
    lines = pixels[::2]
    here, before = lines[:, 1:], lines[:, :-1]
    step = np.maximum(here, before) - np.minimum(here, before)
    flat = (step[..., 0] <= 2) & (step[..., 1] <= 2) & (step[..., 2] <= 2)
    red, green, blue = (here[..., channel].astype(np.uint16) >> 3 for channel in range(3))
    counts = np.bincount(((red << 10) | (green << 5) | blue)[flat])
    often = np.flatnonzero(counts >= GROUND_SHARE * flat.size)
    return [np.array([key // 1024, key // 32 % 32, key % 32], np.int16) * 8 + 4 for key in often]


def _blocks(grid: Blocks, box: Box, block: int) -> Blocks:
    return grid[box.top // block : -(-box.bottom // block), box.left // block : -(-box.right // block)]


def _count(grid: Blocks, box: Box, block: int) -> int:
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
