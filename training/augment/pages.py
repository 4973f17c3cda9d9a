"""Pages to scroll, with a photo somewhere on them: chats and shops as long screenshots, 1080 px wide.

They are drawn as apps draw them: bars, bubbles, lines of text, prices, buttons, and plain or patterned grounds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from training.augment.overlays import COLOURS, Colour, font

UInt8Image = NDArray[np.uint8]
Spot = tuple[int, int, int, int]  # left, top, right, bottom of the photo, px

WIDTH = 1080  # px, of a phone's screen
_LINE = 46  # px, height of a line of text
_GROUNDS: tuple[tuple[Colour, Colour, Colour], ...] = (  # of the page, of a bubble, of text
    ((236, 229, 221), (255, 255, 255), (30, 30, 30)),
    ((255, 255, 255), (236, 236, 240), (20, 20, 20)),
    ((11, 20, 26), (32, 44, 51), (225, 225, 225)),
    ((237, 237, 237), (149, 236, 105), (25, 25, 25)),
)
_WORDS = tuple(
    """
old piece from my grandfather price please still available very good condition can you send more
photos yes shipping possible thank you how much is it last price today only pickup near the station
see you tomorrow size about ten by four it was in the family since long ok let me ask serious offers
only new stock every week
""".split()  # noqa: SIM905 - sixty words of chat
)


def chat_page(photo: UInt8Image, length: int, rng: np.random.Generator) -> tuple[UInt8Image, Spot]:
    """Draw a chat of ``length`` px with one photo in it; returns the page and where the photo lies."""
    ground, bubble, ink = _GROUNDS[int(rng.integers(len(_GROUNDS)))]
    canvas = _ground(length, ground, rng)
    draw = ImageDraw.Draw(canvas)
    _bar(draw, rng)
    at, spot, top = _where(length, rng), None, 190
    while top < length - 260:
        if spot is None and top >= at:
            spot = _photo_bubble(canvas, photo, top, bubble, ink, rng)
            top = spot[3] + 140
        else:
            top = _text_bubble(draw, top, bubble, ink, rng)
    _field(draw, length, ink)
    return np.asarray(canvas), spot or (0, 0, 0, 0)


def shop_page(
    photo: UInt8Image, length: int, rng: np.random.Generator, *, others: Sequence[UInt8Image] = ()
) -> tuple[UInt8Image, Spot]:
    """Draw a listing of ``length`` px: the photo at its head, text below it, and small pictures of further offers."""
    canvas = Image.new("RGB", (WIDTH, length), (255, 255, 255) if rng.random() < 0.7 else (245, 245, 247))
    draw = ImageDraw.Draw(canvas)
    _bar(draw, rng)
    width, height = _scaled(photo, WIDTH if rng.random() < 0.6 else round(0.9 * WIDTH), limit=1400)
    left, top = (WIDTH - width) // 2, 170
    _paste(canvas, photo, (left, top, left + width, top + height))
    spot = (left, top, left + width, top + height)
    draw.text((40, spot[3] + 40), f"{int(rng.integers(5, 900))}.00", fill=(200, 40, 40), font=font(80))
    _button(draw, spot[3] + 170, rng)
    row = _paragraph(draw, spot[3] + 330, int(rng.integers(6, 14)), (50, 50, 50), rng)
    while row < length - 800:
        if others and rng.random() < 0.25:
            row = _offers(canvas, row + 40, others, rng)
        row = _paragraph(draw, row + 60, int(rng.integers(4, 20)), (70, 70, 70), rng)
    return np.asarray(canvas), spot


PAGES: dict[str, Callable[..., tuple[UInt8Image, Spot]]] = {"chat": chat_page, "shop": shop_page}


def scene_with(
    scene: UInt8Image, thing: UInt8Image, share: float, rng: np.random.Generator, *, longer: int = 1600
) -> tuple[UInt8Image, Spot]:
    """Put a photo of a thing into a scene as a small part of it, with soft edges.

    Args:
        scene: RGB, (H, W, 3), uint8; scaled up to ``longer`` px.
        thing: RGB, (h, w, 3), uint8.
        share: Of the scene's area that the thing takes, 0 to 1.
        rng: Chooses the place.
        longer: Longer side of the result, px.
    """
    scale = longer / max(scene.shape[:2])
    size = (round(scene.shape[1] * scale), round(scene.shape[0] * scale))
    canvas = Image.fromarray(scene).resize(size, Image.Resampling.BICUBIC)
    side = (share * size[0] * size[1] / (thing.shape[0] * thing.shape[1])) ** 0.5
    width, height = round(thing.shape[1] * side), round(thing.shape[0] * side)
    left = int(rng.integers(0, max(1, size[0] - width)))
    top = int(rng.integers(0, max(1, size[1] - height)))
    small = Image.fromarray(thing).resize((width, height), Image.Resampling.LANCZOS)
    edge = Image.new("L", (width, height), 0)
    rim = max(2, round(0.04 * min(width, height)))
    ImageDraw.Draw(edge).rectangle((rim, rim, width - rim, height - rim), fill=255)
    canvas.paste(small, (left, top), edge.filter(ImageFilter.GaussianBlur(rim / 2)))
    return np.asarray(canvas), (left, top, left + width, top + height)


def _where(length: int, rng: np.random.Generator) -> int:
    return int(rng.integers(200, max(201, length - 1500)))


def _ground(length: int, colour: Colour, rng: np.random.Generator) -> Image.Image:
    """Return an empty page: plain, with a faint pattern, or with a gradient, as chats have them."""
    kind = rng.random()
    pixels = np.full((length, WIDTH, 3), colour, np.uint8)
    if kind < 0.3:
        tile = np.zeros((240, 240), np.uint8)
        for _ in range(9):
            centre = tuple(int(v) for v in rng.integers(20, 220, 2))
            cv2.circle(tile, centre, int(rng.integers(8, 24)), 255, 3)
        marks = np.tile(tile, (length // 240 + 1, WIDTH // 240 + 1))[:length, :WIDTH] > 0
        pixels[marks] = np.clip(np.asarray(colour, int) + (12 if max(colour) < 128 else -14), 0, 255)
    elif kind < 0.4:
        ramp = np.linspace(0, 40, 2000) * np.where(max(colour) < 128, 1, -1)
        shade = np.resize(np.concatenate([ramp, ramp[::-1]]), length)
        pixels = np.clip(pixels + shade[:, None, None], 0, 255).astype(np.uint8)
    return Image.fromarray(pixels)


def _bar(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    colour = COLOURS[int(rng.integers(2, len(COLOURS)))] if rng.random() < 0.5 else (248, 248, 248)
    ink = (255, 255, 255) if colour != (248, 248, 248) else (30, 30, 30)
    draw.rectangle((0, 0, WIDTH, 150), fill=colour)
    draw.ellipse((40, 40, 120, 120), fill=COLOURS[int(rng.integers(len(COLOURS)))])
    draw.text((150, 80), _sentence(3, rng), fill=ink, font=font(_LINE), anchor="lm")


def _text_bubble(
    draw: ImageDraw.ImageDraw, top: int, colour: Colour, ink: Colour, rng: np.random.Generator
) -> int:
    lines = [_sentence(int(rng.integers(2, 6)), rng) for _ in range(int(rng.integers(1, 5)))]
    width = round(max(font(_LINE).getlength(line) for line in lines)) + 60
    left = 30 if rng.random() < 0.5 else WIDTH - 30 - width
    bottom = top + 40 + round(1.3 * _LINE * len(lines))
    draw.rounded_rectangle((left, top, left + width, bottom), radius=24, fill=colour)
    for number, line in enumerate(lines):
        draw.text((left + 30, top + 20 + round(1.3 * _LINE * number)), line, fill=ink, font=font(_LINE))
    return bottom + int(rng.integers(20, 70))


def _photo_bubble(
    canvas: Image.Image,
    photo: UInt8Image,
    top: int,
    colour: Colour,
    ink: Colour,
    rng: np.random.Generator,
) -> Spot:
    width, height = _scaled(photo, round(WIDTH * rng.uniform(0.5, 0.78)), limit=1100)
    rim = int(rng.integers(0, 14))
    left = 30 + rim if rng.random() < 0.5 else WIDTH - 30 - rim - width
    spot = (left, top + rim, left + width, top + rim + height)
    caption = 90 if rng.random() < 0.4 else 0
    draw = ImageDraw.Draw(canvas)
    draw.rounded_rectangle(
        (left - rim, top, left + width + rim, spot[3] + rim + caption), radius=20, fill=colour
    )
    _paste(canvas, photo, spot, radius=16 if rng.random() < 0.6 else 0)
    if caption:
        draw.text((left + 10, spot[3] + rim + 10), _sentence(3, rng), fill=ink, font=font(_LINE))
    return spot


def _paste(canvas: Image.Image, photo: UInt8Image, spot: Spot, *, radius: int = 0) -> None:
    size = (spot[2] - spot[0], spot[3] - spot[1])
    corners = Image.new("L", size)
    ImageDraw.Draw(corners).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius=radius, fill=255)
    canvas.paste(Image.fromarray(photo).resize(size, Image.Resampling.BICUBIC), spot[:2], corners)


def _scaled(photo: UInt8Image, width: int, *, limit: int) -> tuple[int, int]:
    """Return width and height of a photo on a page, px, no higher than a limit."""
    scale = min(width / photo.shape[1], limit / photo.shape[0])
    return round(photo.shape[1] * scale), round(photo.shape[0] * scale)


def _offers(canvas: Image.Image, top: int, others: Sequence[UInt8Image], rng: np.random.Generator) -> int:
    """Draw two or three small pictures of other offers side by side, cropped to squares."""
    count = int(rng.integers(2, 4))
    side = (WIDTH - 30 * (count + 1)) // count
    for place in range(count):
        photo = others[int(rng.integers(len(others)))]
        least = min(photo.shape[:2])
        left = 30 + place * (side + 30)
        _paste(canvas, photo[:least, :least], (left, top, left + side, top + side))
    return top + side


def _paragraph(draw: ImageDraw.ImageDraw, top: int, lines: int, ink: Colour, rng: np.random.Generator) -> int:
    for line in range(lines):
        draw.text(
            (40, top + round(1.35 * _LINE * line)),
            _sentence(int(rng.integers(4, 8)), rng),
            fill=ink,
            font=font(40),
        )
    return top + round(1.35 * _LINE * lines)


def _button(draw: ImageDraw.ImageDraw, top: int, rng: np.random.Generator) -> None:
    colour = COLOURS[int(rng.integers(2, len(COLOURS)))]
    draw.rounded_rectangle((40, top, WIDTH - 40, top + 110), radius=20, fill=colour)
    draw.text((WIDTH // 2, top + 55), _sentence(2, rng), fill=(255, 255, 255), font=font(_LINE), anchor="mm")


def _field(draw: ImageDraw.ImageDraw, length: int, ink: Colour) -> None:
    draw.rounded_rectangle((40, length - 130, WIDTH - 180, length - 30), radius=50, outline=ink, width=3)
    draw.ellipse((WIDTH - 150, length - 130, WIDTH - 50, length - 30), fill=(0, 128, 105))


def _sentence(words: int, rng: np.random.Generator) -> str:
    return " ".join(str(word) for word in rng.choice(_WORDS, words))


def touching(
    photo: UInt8Image, others: Sequence[UInt8Image], rng: np.random.Generator, *, gap: int
) -> UInt8Image:
    """Put photos side by side or in a grid, 540 px wide or high a cell, with ``gap`` px of a line between them.

    Args:
        photo: RGB, (H, W, 3), uint8; takes a cell by chance.
        others: For the other cells; 1 to 3 of them are used.
        rng: Chooses the cells.
        gap: Px; 0: nothing is between them.
    """
    count = min(len(others), int(rng.choice((1, 2, 3))))
    photos = [photo, *others[:count]]
    photos = [photos[i] for i in rng.permutation(len(photos))]
    columns = 2 if len(photos) == 4 or (len(photos) == 2 and rng.random() < 0.5) else 1
    rows = len(photos) // columns
    side = 540 if len(photos) < 3 else 360
    line = (255, 255, 255) if rng.random() < 0.5 else (0, 0, 0)
    size = (columns * (side + gap) - gap, rows * (side + gap) - gap)
    canvas = Image.new("RGB", size, line)
    for place, cell in enumerate(photos):
        least = min(cell.shape[:2])
        top, left = (cell.shape[0] - least) // 2, (cell.shape[1] - least) // 2
        square = Image.fromarray(cell[top : top + least, left : left + least]).resize((side, side))
        canvas.paste(square, (place % columns * (side + gap), place // columns * (side + gap)))
    return np.asarray(canvas)
