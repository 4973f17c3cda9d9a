"""Photos inside other pictures: screenshots of apps, and collages."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from training.augment.distortions import level
from training.augment.overlays import COLOURS, Colour, font

UInt8Image = NDArray[np.uint8]
Rectangle = tuple[float, float, float, float]  # left, top, right, bottom, each 0 to 1

_NAMES = ("anna_k", "old.things", "marek.77", "collector", "Mei L.", "shop_online", "J. Ortiz", "fundgrube")


def screenshot(image: UInt8Image, severity: float, rng: np.random.Generator) -> UInt8Image:
    """Show the photo inside an app on a phone: status bar, author, photo, buttons, comments.

    The stronger, the more of the screen is not the photo: from a thin bar to a whole long phone screen with margins.
    """
    height, width = image.shape[:2]
    unit = max(6, round(0.05 * width))  # height of a line of text
    margin = round(width * level(severity, 0, 0, 0, 0.03, 0.08, 0.15))
    extra = round(max(height, width) * level(severity, 0.1, 0.2, 0.4, 0.7, 1.1, 1.6))
    above = max(2 * unit, round(extra * rng.uniform(0.3, 0.5)))
    below = max(3 * unit, extra - above)
    ground, ink = ((255, 255, 255), (40, 40, 40)) if rng.random() < 0.6 else ((18, 18, 20), (225, 225, 225))
    canvas = Image.new("RGB", (width + 2 * margin, height + above + below), ground)
    draw = ImageDraw.Draw(canvas)
    _draw_header(draw, (canvas.width, above), unit, ink, rng)
    _draw_footer(draw, (canvas.width, canvas.height), above + height, unit, ink, rng)
    corners = None
    if rng.random() < 0.4:
        corners = Image.new("L", (width, height))
        ImageDraw.Draw(corners).rounded_rectangle((0, 0, width - 1, height - 1), radius=unit, fill=255)
    canvas.paste(Image.fromarray(image), (margin, above), corners)
    return np.array(canvas)


def _draw_header(
    draw: ImageDraw.ImageDraw, size: tuple[int, int], unit: int, ink: Colour, rng: np.random.Generator
) -> None:
    """Draw clock and battery, and below them, where there is room, the author and the app's bar."""
    width, height = size
    hour, minute = int(rng.integers(24)), int(rng.integers(60))
    draw.text((unit, unit), f"{hour}:{minute:02}", fill=ink, font=font(unit), anchor="lm")
    full = width - 2.4 * unit + 1.4 * unit * rng.uniform(0.15, 1)
    draw.rectangle((width - 2.4 * unit, 0.6 * unit, width - unit, 1.3 * unit), outline=ink)
    draw.rectangle((width - 2.4 * unit, 0.6 * unit, full, 1.3 * unit), fill=ink)
    if height > 4 * unit:
        top = height - 2.3 * unit
        avatar = COLOURS[int(rng.integers(2, len(COLOURS)))]
        draw.ellipse((unit, top, 2.8 * unit, top + 1.8 * unit), fill=avatar)
        draw.text(
            (3.4 * unit, top + 0.9 * unit), str(rng.choice(_NAMES)), fill=ink, font=font(unit), anchor="lm"
        )
        draw.text((width - unit, top + 0.6 * unit), "...", fill=ink, font=font(unit), anchor="rm")
    if height > 8 * unit:
        draw.line((0, 5.2 * unit, width, 5.2 * unit), fill=_pale(ink))
        draw.text((unit, 3.6 * unit), "< Posts", fill=ink, font=font(round(1.3 * unit)), anchor="lm")


def _draw_footer(
    draw: ImageDraw.ImageDraw,
    size: tuple[int, int],
    top: int,
    unit: int,
    ink: Colour,
    rng: np.random.Generator,
) -> None:
    """Draw buttons, then lines of comments as far as there is room, then the bar of the system."""
    width, height = size
    middle = top + 1.3 * unit
    liked = (236, 52, 52) if rng.random() < 0.5 else None
    draw.ellipse((unit, middle - 0.6 * unit, 2.2 * unit, middle + 0.6 * unit), outline=ink, fill=liked)
    bubble = (3 * unit, middle - 0.6 * unit, 4.4 * unit, middle + 0.4 * unit)
    draw.rounded_rectangle(bubble, radius=unit // 3, outline=ink)
    draw.text(
        (width - unit, middle), f"{int(rng.integers(3, 999))} likes", fill=ink, font=font(unit), anchor="rm"
    )
    for line in np.arange(middle + 1.6 * unit, height - 3 * unit, 1.3 * unit):
        words = width * rng.uniform(0.3, 0.85)
        draw.rounded_rectangle((unit, line, words, line + 0.5 * unit), radius=unit // 4, fill=_pale(ink))
    if height - top > 5 * unit:
        middle = height - 1.2 * unit
        for x in (0.2, 0.5, 0.8):
            box = (x * width - 0.5 * unit, middle - 0.5 * unit, x * width + 0.5 * unit, middle + 0.5 * unit)
            draw.rectangle(box, outline=ink, width=max(1, unit // 8))


def _pale(ink: Colour) -> Colour:
    red, green, blue = ((value + 140) // 2 for value in ink)
    return red, green, blue


# The photo's own cell comes first. Its share of the area falls: 0.65, 0.5, 0.36, 0.25, 0.17.
_LAYOUTS: tuple[tuple[Rectangle, ...], ...] = (
    ((0, 0, 0.65, 1), (0.65, 0, 1, 1)),
    ((0, 0, 0.5, 1), (0.5, 0, 1, 1)),
    ((0, 0, 0.6, 0.6), (0.6, 0, 1, 0.6), (0, 0.6, 1, 1)),
    ((0, 0, 0.5, 0.5), (0.5, 0, 1, 0.5), (0, 0.5, 0.5, 1), (0.5, 0.5, 1, 1)),
    tuple((x / 3, y / 2, (x + 1) / 3, (y + 1) / 2) for y in range(2) for x in range(3)),
)


def cells(severity: float) -> int:
    """Return how many photos a collage of that severity shows, its own included."""
    return len(_layout(severity))


def _layout(severity: float) -> tuple[Rectangle, ...]:
    return _LAYOUTS[round(np.clip(severity, 1, 5)) - 1]


def collage(
    image: UInt8Image, severity: float, rng: np.random.Generator, *, others: Sequence[UInt8Image] = ()
) -> UInt8Image:
    """Make the photo one cell of a picture of its area; the stronger, the smaller its share. All of it stays visible.

    Args:
        image: RGB, shape (H, W, 3), uint8.
        severity: 1 to 5, rounded: it chooses the layout.
        rng: Mirrors the layout.
        others: Photos for the other cells, cropped to fit and used in turn; see `cells`. None: plain cells.
    """
    rectangles = _placed(_layout(severity), rng, is_turned=image.shape[1] > image.shape[0])
    left, top, right, bottom = rectangles[0]
    shrink = ((right - left) * (bottom - top)) ** 0.5
    height, width = (
        round(side / share * shrink)
        for side, share in zip(image.shape, (bottom - top, right - left), strict=False)
    )
    paper = 255 if rng.random() < 0.7 else int(rng.integers(256))
    canvas = np.full((height, width, 3), paper, np.uint8)
    gap = max(1, round(0.006 * max(height, width)))
    for index, (left, top, right, bottom) in enumerate(rectangles):
        rows = slice(round(top * height) + gap, round(bottom * height) - gap)
        columns = slice(round(left * width) + gap, round(right * width) - gap)
        if index > 0 and not others:
            canvas[rows, columns] = rng.integers(0, 256, 3)
        else:
            photo = others[(index - 1) % len(others)] if index > 0 else image
            canvas[rows, columns] = _fill(photo, *canvas[rows, columns].shape[:2])
    return canvas


def _placed(layout: Sequence[Rectangle], rng: np.random.Generator, *, is_turned: bool) -> list[Rectangle]:
    """Turn the layout of a picture that is wider than high, and mirror it one way, the other, both or not."""
    corners = np.array(layout).reshape(-1, 2, 2)  # (cells, first and last, x and y)
    if is_turned:
        corners = corners[..., ::-1]
    for axis in np.flatnonzero(rng.random(2) < 0.5):
        corners[..., axis] = 1 - corners[:, ::-1, axis]
    return [(left, top, right, bottom) for (left, top), (right, bottom) in corners.tolist()]


def _fill(photo: UInt8Image, height: int, width: int) -> UInt8Image:
    """Crop the middle of a photo and scale it to fill a cell."""
    share = min(photo.shape[0] / height, photo.shape[1] / width)
    rows, columns = max(1, round(share * height)), max(1, round(share * width))
    top, left = (photo.shape[0] - rows) // 2, (photo.shape[1] - columns) // 2
    crop = photo[top : top + rows, left : left + columns]
    return np.asarray(cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
