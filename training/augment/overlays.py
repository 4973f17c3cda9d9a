"""Overlays that people write on photos: watermarks, prices and phone numbers."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from training.augment.distortions import level

UInt8Image = NDArray[np.uint8]
Colour = tuple[int, int, int]

COLOURS: tuple[Colour, ...] = (
    (255, 255, 255),
    (16, 16, 16),
    (236, 52, 52),
    (255, 204, 36),
    (44, 160, 72),
    (36, 112, 228),
    (240, 96, 172),
)
_BRANDS = ("STUDIO 8", "lucky.shop", "antiques_88", "MARKET", "@collector", "gallery", "Old & Rare", "sample")


def watermark(image: UInt8Image, severity: float, rng: np.random.Generator) -> UInt8Image:
    """Lay a translucent name over the photo, repeated along slanted lines."""
    height, width = image.shape[:2]
    size = max(8, round(min(height, width) * rng.uniform(0.06, 0.1)))
    word = _word(str(rng.choice(_BRANDS)), size)
    reach = int(np.hypot(height, width)) + 2
    pitch = size * level(severity, 6, 5, 4, 3.2, 2.6, 2)
    lines = Image.new("L", (reach, reach))
    for line, top in enumerate(np.arange(0, reach, pitch)):
        for left in np.arange(-word.width * (line % 2) * 0.6, reach, word.width + 1.5 * size):
            lines.paste(word, (round(left), round(top)))
    turned = lines.rotate(rng.uniform(15, 40) * rng.choice((-1, 1)), Image.Resampling.BILINEAR)
    left, top = (reach - width) // 2, (reach - height) // 2
    opacity = level(severity, 0.08, 0.15, 0.25, 0.35, 0.5, 0.65)
    mask = turned.crop((left, top, left + width, top + height)).point(lambda value: int(value * opacity))
    canvas = Image.fromarray(image)
    canvas.paste(COLOURS[int(rng.random() < 0.25)], (0, 0), mask)
    return np.array(canvas)


def _word(words: str, size: int) -> Image.Image:
    left, top, right, bottom = (round(edge) for edge in font(size).getbbox(words))
    mask = Image.new("L", (right - left + 2, bottom - top + 2))
    ImageDraw.Draw(mask).text((1 - left, 1 - top), words, fill=255, font=font(size))
    return mask


@functools.lru_cache(maxsize=64)
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font that comes with Pillow; ``size`` in px."""
    return ImageFont.load_default(size)


def text(image: UInt8Image, severity: float, rng: np.random.Generator) -> UInt8Image:
    """Write what sellers write: a price, a phone number, a hint, on a box or with an outline."""
    canvas = Image.fromarray(image)
    draw = ImageDraw.Draw(canvas)
    size = max(8, round(min(canvas.size) * level(severity, 0.045, 0.06, 0.08, 0.1, 0.13, 0.17)))
    (ink, ground), has_box, place = _readable_pair(rng), rng.random() < 0.5, _place(rng)
    lines = "\n".join(_offer(rng) for _ in range(round(level(severity, 1, 1, 2, 2, 3, 4))))
    margin = size // 3 if has_box else max(1, size // 12)
    box = draw.multiline_textbbox((0, 0), lines, font=font(size), spacing=size // 4)
    left, top = (
        int(share * max(0, room - length - 2 * margin) + margin)
        for share, room, length in zip(place, canvas.size, box[2:], strict=True)
    )
    if has_box:
        edges = (left - margin, top - margin, left + box[2] + margin, top + box[3] + margin)
        draw.rounded_rectangle(edges, radius=margin, fill=ground)
    outline = {} if has_box else {"stroke_width": margin, "stroke_fill": ground}
    draw.multiline_text((left, top), lines, fill=ink, font=font(size), spacing=size // 4, **outline)
    return np.array(canvas)


def _readable_pair(rng: np.random.Generator) -> tuple[Colour, Colour]:
    """Return two colours, one of them black or white, whichever is farther from the other."""
    colour = COLOURS[int(rng.integers(len(COLOURS)))]
    neutral = COLOURS[1] if sum(colour) > 380 else COLOURS[0]
    return (colour, neutral) if rng.random() < 0.5 else (neutral, colour)


def _place(rng: np.random.Generator) -> tuple[float, float]:
    """Return where text starts, 0 to 1 of the free room: mostly at the top or bottom."""
    row = rng.uniform(0, 1) if rng.random() < 0.2 else rng.choice((0.03, 0.97))
    return float(rng.uniform(0, 1)), float(row)


def _offer(rng: np.random.Generator) -> str:
    digits = "".join(str(digit) for digit in rng.integers(0, 10, 10))
    price = int(rng.integers(2, 100)) * 10 ** int(rng.integers(0, 3))
    offers = (
        f"$ {price}",
        f"{price:,} only".replace(",", " "),
        f"+{digits[:2]} {digits[2:5]} {digits[5:]}",
        f"WhatsApp {digits[:4]} {digits[4:8]}",
        "DM for price",
        "SOLD",
        "NEW IN",
        "100% real",
        "message me",
        f"No. {digits[:3]}",
        f"#vintage #{digits[:2]}cm",
    )
    return str(offers[int(rng.integers(len(offers)))])
