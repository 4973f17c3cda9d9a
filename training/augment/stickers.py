"""Stickers, drawn by the project: what people hide a part of a photo behind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from training.augment.distortions import level
from training.augment.overlays import COLOURS, Colour, font

UInt8Image = NDArray[np.uint8]

_FINENESS = 3  # stickers are drawn so many times larger, then reduced: no ragged edges
_FILLED = 0.6  # share of its square that a sticker hides, about


def sticker(image: UInt8Image, severity: float, rng: np.random.Generator) -> UInt8Image:
    """Hide a part of the photo behind one to three stickers: faces, hearts, stars, badges, scribbles."""
    height, width = image.shape[:2]
    covered = level(
        severity, 0.01, 0.03, 0.06, 0.1, 0.16, 0.24
    )  # of the photo's area, by all of them together
    count = int(rng.integers(1, 4))
    side = max(6, round((covered * height * width / count / _FILLED) ** 0.5))
    canvas = Image.fromarray(image)
    for _ in range(count):
        picture = _draw(side, rng)
        left, top = (
            int(rng.uniform(-0.2, 0.8) * side + rng.uniform() * (room - side)) for room in canvas.size
        )
        canvas.paste(picture, (left, top), picture)
    return np.array(canvas)


def _draw(side: int, rng: np.random.Generator) -> Image.Image:
    shape = _SHAPES[int(rng.integers(len(_SHAPES)))]
    colour = COLOURS[int(rng.integers(len(COLOURS)))]
    picture = Image.new("RGBA", (_FINENESS * side, _FINENESS * side), (*colour, 0))
    shape(ImageDraw.Draw(picture), _FINENESS * side, colour, rng)
    return picture.rotate(rng.uniform(-25, 25), Image.Resampling.BILINEAR).reduce(_FINENESS)


def _face(draw: ImageDraw.ImageDraw, side: int, colour: Colour, rng: np.random.Generator) -> None:
    del colour
    ink = (90, 50, 10)
    draw.ellipse(_box(side, 0.08, 0.08, 0.92, 0.92), fill=(255, 204, 36), outline=ink, width=side // 60)
    for left in (0.28, 0.58):
        draw.ellipse(_box(side, left, 0.3, left + 0.14, 0.3 + rng.uniform(0.08, 0.2)), fill=ink)
    if rng.random() < 0.5:
        draw.chord(_box(side, 0.25, 0.35, 0.75, 0.8), 0, 180, fill=ink)
    else:
        draw.arc(_box(side, 0.27, 0.4, 0.73, 0.76), 15, 165, fill=ink, width=side // 18)


def _heart(draw: ImageDraw.ImageDraw, side: int, colour: Colour, rng: np.random.Generator) -> None:
    del rng
    turn = np.linspace(0, 2 * np.pi, 60)
    x = 16 * np.sin(turn) ** 3
    y = 13 * np.cos(turn) - 5 * np.cos(2 * turn) - 2 * np.cos(3 * turn) - np.cos(4 * turn)
    points = np.stack([0.5 + x / 38, 0.46 - y / 38], axis=-1) * side  # (60, 2)
    draw.polygon([(float(a), float(b)) for a, b in points], fill=colour)


def _star(draw: ImageDraw.ImageDraw, side: int, colour: Colour, rng: np.random.Generator) -> None:
    corners = int(rng.integers(5, 13))
    radius = np.tile([0.47, rng.uniform(0.24, 0.4)], corners)
    turn = np.arange(2 * corners) * np.pi / corners
    points = (0.5 + radius[:, None] * np.stack([np.sin(turn), np.cos(turn)], axis=-1)) * side
    draw.polygon([(float(a), float(b)) for a, b in points], fill=colour)


def _badge(draw: ImageDraw.ImageDraw, side: int, colour: Colour, rng: np.random.Generator) -> None:
    words = str(rng.choice(("SALE", "HOT", "NEW", "SOLD", "WOW", "VIP", "-50%", "OMG")))
    draw.rounded_rectangle(_box(side, 0.03, 0.22, 0.97, 0.78), radius=side // 8, fill=colour)
    ink = (255, 255, 255) if sum(colour) < 480 else (30, 30, 30)
    draw.text((side / 2, side / 2), words, fill=ink, font=font(round(0.27 * side)), anchor="mm")


def _block(draw: ImageDraw.ImageDraw, side: int, colour: Colour, rng: np.random.Generator) -> None:
    narrow = rng.uniform(0.0, 0.25)
    draw.rectangle(_box(side, 0.05, narrow, 0.95, 1 - narrow), fill=colour)


def _scribble(draw: ImageDraw.ImageDraw, side: int, colour: Colour, rng: np.random.Generator) -> None:
    heights = np.linspace(0.1, 0.9, 9)
    ends = np.where(np.arange(9) % 2, 0.88, 0.12) + rng.uniform(-0.08, 0.08, 9)
    points = [(float(x * side), float(y * side)) for x, y in zip(ends, heights, strict=True)]
    draw.line(points, fill=colour, width=round(0.1 * side), joint="curve")


def _box(side: int, left: float, top: float, right: float, bottom: float) -> tuple[float, ...]:
    return (left * side, top * side, right * side, bottom * side)


_SHAPES: tuple[Callable[[ImageDraw.ImageDraw, int, Colour, np.random.Generator], None], ...] = (
    _face,
    _heart,
    _star,
    _badge,
    _block,
    _scribble,
)
