"""Find the photos inside a picture: the cells of a collage, the photo in a screenshot or a frame.

Recursive X-Y cut (Nagy and Seth 1984, "Hierarchical representation of optically scanned documents"): rows or columns
of paper that cross a region divide it. A part counts as a photo where hardly any of its edge looks like paper, which is
not so of a thing on plain ground; but beside such a photo, a thing on ground like the paper is a photo too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Pixel = TypeVar("Pixel", bound=np.generic)
UInt8Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Colour = NDArray[np.int16]  # (3,)

# Measured on pictures made of training photos (DECISIONS.md, 32).
TOLERANCE = 28  # of 255 in each channel, from the colour of the paper: JPEG blurs it
PLAIN = 4  # of 255, standard deviation along a row of paper without anything on it: what JPEG leaves
MIN_PAPER = 0.98  # share of a row that is paper, to divide
MAX_EDGE_PAPER = 0.2  # share of each edge of a photo that may look like paper
MIN_SHARE = 0.04  # of the picture's area: less is no photo to judge
MAX_LENGTH = 2.0  # times the shorter side: what is longer, a page to scroll, counts as an area of this length
MAX_WIDTH = 10.0  # times the height: what is wider is cut by columns first
MAX_PHOTOS = 25  # each costs a run of the network; as many have room in a picture that is no page
MAX_SHARE = 0.9  # more is the picture itself without its rim
MAX_ASPECT = 4.0  # longer side over shorter: what is longer is a bar of buttons or a line of text
MIN_SIDE = 32  # px: less says nothing
MARGIN = 0.1  # of the longer side of a thing on paper
MAX_DEPTH = 4
SAMPLE = 16  # px between the pixels of a first look
WHITE, BLACK = np.full(3, 255, np.int16), np.zeros(3, np.int16)


class Box(NamedTuple):
    """A part of a picture, px: columns ``left`` to ``right`` and rows ``top`` to ``bottom``, last ones excluded."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """Pixels."""
        return (self.right - self.left) * (self.bottom - self.top)

    def of(self, image: NDArray[Pixel]) -> NDArray[Pixel]:
        """Return the part of a picture (H, W) or (H, W, 3), as a view."""
        return image[self.top : self.bottom, self.left : self.right]


Worth = Callable[[Box], bool]


def photos_within(image: UInt8Image, is_worth: Worth = lambda _: True) -> tuple[Box, ...]:
    """Return where photos lie inside a picture, at most `MAX_PHOTOS`; nowhere if it is one photo itself.

    They come from top to bottom, those of a wide strip from left to right.

    Args:
        image: RGB pixels, shape (H, W, 3), uint8.
        is_worth: Whether a region may hold a photo; where one holds none, no part of it may.
    """
    whole = Box(0, 0, image.shape[1], image.shape[0])
    best: list[Box] = []
    for colour in _papers(image):
        paper = looks_like(image, colour)
        parts = [part for part in _parts(paper, whole, is_worth) if part.area < MAX_SHARE * whole.area]
        photos = {part: _is_photo(part.of(paper)) for part in parts}
        if any(photos.values()):
            found = [part if photos[part] else _with_ground(part, whole) for part in parts]
            best = max(best, found, key=_area)
    return tuple(_largest(best))


def _largest(boxes: list[Box]) -> list[Box]:
    """Return the largest of too many photos, in their order."""
    kept = set(sorted(boxes, key=lambda box: -box.area)[:MAX_PHOTOS])
    return [box for box in boxes if box in kept]


def _area(boxes: Sequence[Box]) -> int:
    return sum(box.area for box in boxes)


def _papers(image: UInt8Image) -> list[Colour]:
    """Return the colours of paper: white and black, where an even row or column has them, and of an even upper rim.

    A page to scroll often begins with a bar of another colour; there, the commonest colour of its even rows counts too.
    """
    columns = np.ascontiguousarray(image.swapaxes(0, 1)[::SAMPLE])  # so that numpy runs along whole columns
    lines = np.concatenate([_even(columns), _even(image[::SAMPLE])])
    papers = [
        colour for colour in (WHITE, BLACK) if (np.abs(lines - colour).max(axis=1) <= 1.25 * TOLERANCE).any()
    ]
    rim = np.median(image[0], axis=0).astype(np.int16)
    others = [rim] if looks_like(image[:1], rim).mean() >= MIN_PAPER else []
    if _is_page(image.shape[1], image.shape[0]):
        plain = np.concatenate([_even(columns, spread=PLAIN), _even(image[::SAMPLE], spread=PLAIN)])
        others += [_commonest(plain)] if len(plain) else []
    for colour in others:
        if not any(np.array_equal(colour, paper) for paper in papers):
            papers.append(colour)
    return papers


def _is_page(width: int, height: int) -> bool:
    return max(width, height) > MAX_LENGTH * min(width, height)


def _commonest(lines: NDArray[np.float32]) -> Colour:
    """Return the median of the lines (n, 3) that have about the commonest colour, on a grid of `TOLERANCE`."""
    _, which, counts = np.unique(
        (lines // TOLERANCE).astype(np.int16), axis=0, return_inverse=True, return_counts=True
    )
    return np.median(lines[which.reshape(-1) == counts.argmax()], axis=0).astype(np.int16)


def _even(pixels: UInt8Image, spread: float = 1.5 * TOLERANCE) -> NDArray[np.float32]:
    """Return the mean colours (n, 3) along the first axis, where no channel's standard deviation passes ``spread``."""
    values = pixels.astype(np.float32)
    means = values.mean(axis=0)
    variances = np.square(values).mean(axis=0) - np.square(means)
    return means[variances.max(axis=1) <= spread**2]


def looks_like(image: UInt8Image, colour: Colour, tolerance: int = TOLERANCE) -> Mask:
    """Return which pixels, (H, W), differ from a colour by at most ``tolerance`` of 255 in each channel."""
    low = np.clip(colour - tolerance, 0, 255).astype(np.uint8)
    span = np.clip(colour + tolerance, 0, 255).astype(np.uint8) - low
    # What is below wraps around to above the span: one comparison does for both ends.
    red, green, blue = (image[..., c] - low[c] <= span[c] for c in range(3))
    return red & green & blue


def _parts(paper: Mask, box: Box, is_worth: Worth, depth: int = 0) -> list[Box]:
    """Return the parts of a region of the picture that nothing divides any more, without specks and bars."""
    if box.area < MIN_SHARE * _reference(paper) or not is_worth(box):
        return []
    region = box.of(paper)
    # The smallest photo is no more than 1 - MIN_PAPER of the rows of a very wide page, which would pass for paper.
    wide = region.shape[1] > MAX_WIDTH * region.shape[0] and _is_page(*paper.shape)
    parts = _cut(region, box, axis=0 if wide else 1)
    if parts is None:
        parts = _cut(region, box, axis=1 if wide else 0)
    if parts is None:
        short, long = sorted(region.shape)
        return [box] if short >= MIN_SIDE and long <= MAX_ASPECT * short else []
    if depth == MAX_DEPTH:
        return []
    return [found for part in parts for found in _parts(paper, part, is_worth, depth + 1)]


def _cut(region: Mask, box: Box, axis: int) -> list[Box] | None:
    """Return the parts between rows of paper (axis 1) or between columns (axis 0); None if nothing divides it."""
    found = runs(~_is_paper(region, axis))
    if found == [(0, region.shape[1 - axis])]:
        return None
    if axis == 1:
        return [box._replace(top=box.top + start, bottom=box.top + stop) for start, stop in found]
    return [box._replace(left=box.left + start, right=box.left + stop) for start, stop in found]


def _reference(paper: Mask) -> float:
    """Return the area against which photos are measured, px: what one sees at once of a page of any length."""
    short = min(paper.shape)
    return min(paper.size, MAX_LENGTH * short * short)


def _is_paper(region: Mask, axis: int) -> Mask:
    return np.count_nonzero(region, axis=axis) >= MIN_PAPER * region.shape[axis]


def runs(values: Mask) -> list[tuple[int, int]]:
    """Return first and last, excluded, of each run of true values, (n,)."""
    changes = np.flatnonzero(np.diff(np.concatenate([[False], values, [False]])))
    return [(int(start), int(stop)) for start, stop in changes.reshape(-1, 2)]


def _is_photo(region: Mask) -> bool:
    """Return whether none of the four edges looks like paper."""
    inner = region[1:-1, 1:-1]  # the outermost pixels are mixed with what is beside them
    edges = (inner[:1], inner[-1:], inner[:, :1], inner[:, -1:])
    return all(edge.mean() <= MAX_EDGE_PAPER for edge in edges)


def _with_ground(part: Box, whole: Box) -> Box:
    """Give a thing on paper some of it as its ground."""
    margin = round(MARGIN * max(part.right - part.left, part.bottom - part.top))
    return Box(
        max(part.left - margin, 0),
        max(part.top - margin, 0),
        min(part.right + margin, whole.right),
        min(part.bottom + margin, whole.bottom),
    )
