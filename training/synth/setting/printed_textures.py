"""Pictures that are printed or woven into things: newspaper, checks, flowers, rugs, mats; drawn, never photographed.

Each is an RGB array (H, W, 3), uint8, that repeats without a seam unless it says otherwise, with its width in metres.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

UInt8Image = NDArray[np.uint8]
Palette = list[tuple[int, int, int]]
_SIDE = 512  # pixels
_FONTS = (
    "Inter.woff2",
    "Noto Sans CJK Regular.woff2",
    "NotoSansThai-VariableFont_wdth,wght.woff2",
    "NotoSansDevanagari-Regular.woff2",
)
_LETTERS = (
    "abcdefghijklmnopqrstuvwxyz",
    "的一是不了人我在有他这中大来上国个到说们",
    "กขคงจฉชซญดตถทนบปผพฟมยรลวสห",
    "कखगघचछजझटठडढतथदधनपफबभमयरलवश",
)


@cache
def font(size: int, script: int = 0) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return a font for one of the scripts (Latin, Chinese, Thai, Devanagari) out of Blender's own, or Pillow's."""
    found = importlib.util.find_spec("bpy")
    for folder in Path(found.origin).parent.glob("*/datafiles/fonts") if found and found.origin else ():
        if (folder / _FONTS[script]).exists():
            return ImageFont.truetype(str(folder / _FONTS[script]), size)
    return ImageFont.load_default(size)


def palette(rng: np.random.Generator, count: int) -> Palette:
    """Return colours that go together: one hue with its neighbours, light and dark, or two hues."""
    hue, apart = rng.uniform(0, 1), rng.choice([0.04, 0.08, 0.5])
    colours: Palette = []
    for number in range(count):
        h = (hue + apart * (number % 2) + rng.normal(0, 0.02)) % 1
        s, v = rng.uniform(0.15, 0.85), rng.choice([rng.uniform(0.15, 0.4), rng.uniform(0.5, 0.95)])
        rgb = np.clip(np.abs((h * 6 + np.array([0, 4, 2])) % 6 - 3) - 1, 0, 1)
        red, green, blue = (int(255 * v * (1 - s + s * c)) for c in rgb)
        colours.append((red, green, blue))
    return colours


def newspaper(rng: np.random.Generator) -> UInt8Image:
    """Draw a page: headlines, columns of text, grey pictures. It repeats with a visible fold."""
    script = int(rng.choice([0, 0, 1, 2, 3])) if importlib.util.find_spec("bpy") else 0
    paper = int(rng.integers(190, 235))
    page = Image.new("RGB", (_SIDE, _SIDE), (paper, paper - 4, paper - int(rng.integers(8, 28))))
    draw = ImageDraw.Draw(page)
    columns = int(rng.integers(3, 6))
    width = _SIDE // columns
    for column in range(columns):
        y = int(rng.integers(0, 20))
        while y < _SIDE:
            y = _block(draw, rng, script, column * width, y, width)
    return np.asarray(page)


def _block(
    draw: ImageDraw.ImageDraw, rng: np.random.Generator, script: int, left: int, top: int, width: int
) -> int:
    """Draw a headline with its text, or a picture; return where it ends."""
    if rng.random() < 0.2:
        height = int(rng.integers(40, 100))
        grey = int(rng.integers(60, 170))
        draw.rectangle((left + 4, top, left + width - 5, top + height - 6), fill=(grey, grey, grey))
        return top + height
    if rng.random() < 0.4:
        size = int(rng.integers(14, 26))
        draw.text(
            (left + 4, top), _words(rng, script, width // size), fill=(20, 20, 20), font=font(size, script)
        )
        top += round(1.3 * size)
    for _ in range(int(rng.integers(6, 16))):
        draw.text((left + 4, top), _words(rng, script, width // 5), fill=(70, 70, 70), font=font(8, script))
        top += 10
    return top + 8


def _words(rng: np.random.Generator, script: int, letters: int) -> str:
    drawn = rng.choice(list(_LETTERS[script]), max(letters, 2))
    return "".join(letter + (" " if rng.random() < 0.18 else "") for letter in drawn)[: max(letters, 2)]


def checks(rng: np.random.Generator) -> UInt8Image:
    """Draw a checked or striped cloth."""
    colours = np.array(palette(rng, 4), dtype=np.float64)
    bands = np.repeat(rng.integers(0, 4, 16), _SIDE // 16)
    across = colours[bands]
    down = colours[np.roll(bands, int(rng.integers(_SIDE)))] if rng.random() < 0.65 else across[:1]
    return ((across[None] + down[:, None]) / 2 * np.ones((_SIDE, 1, 1))).astype(np.uint8)


def flowers(rng: np.random.Generator) -> UInt8Image:
    """Draw a printed cloth of scattered flowers and dots."""
    ground, *inks = palette(rng, 5)
    cloth = Image.new("RGB", (_SIDE, _SIDE), ground)
    draw = ImageDraw.Draw(cloth)
    petals, reach = int(rng.integers(4, 8)), rng.uniform(14, 42)
    for _ in range(int(rng.integers(14, 50))):
        x, y = rng.uniform(0, _SIDE, 2)
        turn, ink = rng.uniform(0, 6), inks[int(rng.integers(4))]
        for dx in (-_SIDE, 0, _SIDE):
            for dy in (-_SIDE, 0, _SIDE):
                _flower(draw, x + dx, y + dy, reach, petals, turn, ink, inks[0])
    return np.asarray(cloth)


def _flower(
    draw: ImageDraw.ImageDraw,
    x: float,
    y: float,
    reach: float,
    petals: int,
    turn: float,
    ink: tuple[int, int, int],
    heart: tuple[int, int, int],
) -> None:
    for k in range(petals):
        a = turn + 2 * np.pi * k / petals
        px, py, r = x + reach * 0.6 * np.cos(a), y + reach * 0.6 * np.sin(a), reach * 0.38
        draw.ellipse((px - r, py - r, px + r, py + r), fill=ink)
    r = reach * 0.3
    draw.ellipse((x - r, y - r, x + r, y + r), fill=heart)


def rug(rng: np.random.Generator) -> UInt8Image:
    """Draw a knotted rug: mirrored ornaments in few colours, in knots."""
    colours = np.array(palette(rng, 5))
    quarter = np.zeros((32, 32), dtype=int)
    grid = np.stack(np.meshgrid(np.arange(32), np.arange(32), indexing="ij"), axis=-1)
    for ink in range(1, 5):
        for _ in range(4):
            centre, size = rng.integers(0, 32, 2), rng.integers(2, 9)
            far = np.abs(grid - centre)
            shape = far.sum(axis=-1) if rng.random() < 0.6 else far.max(axis=-1)
            quarter[(shape < size) & (shape >= size - rng.integers(1, 5))] = ink
    half = np.concatenate([quarter, quarter[:, ::-1]], axis=1)
    whole = np.concatenate([half, half[::-1]], axis=0)
    pixels = colours[np.kron(whole, np.ones((8, 8), int))] * rng.uniform(0.8, 1.1, (_SIDE, _SIDE, 1))
    return np.clip(pixels, 0, 255).astype(np.uint8)


def mat(rng: np.random.Generator) -> UInt8Image:
    """Draw a woven mat of straw or bamboo strips, over and under."""
    straw = np.array([rng.uniform(0.55, 0.8), rng.uniform(0.42, 0.62), rng.uniform(0.22, 0.38)]) * 255
    strips = 16
    pitch = _SIDE // strips
    y, x = np.mgrid[:_SIDE, :_SIDE]
    over = (x // pitch + y // pitch) % 2 == 0
    place = np.where(over, x % pitch, y % pitch) / pitch
    shade = 0.55 + 0.45 * np.sin(np.pi * place)
    tone = np.where(
        over, rng.uniform(0.8, 1.1, strips)[x // pitch], rng.uniform(0.8, 1.1, strips)[y // pitch]
    )
    fibre = rng.uniform(0.9, 1.08, (_SIDE, _SIDE))
    return np.clip(straw * (shade * tone * fibre)[..., None], 0, 255).astype(np.uint8)


TEXTURES: dict[str, tuple[Callable[[np.random.Generator], UInt8Image], float]] = {
    "newspaper": (newspaper, 0.36),
    "checks": (checks, 0.16),
    "flowers": (flowers, 0.30),
    "rug": (rug, 0.55),
    "mat": (mat, 0.22),
}
"""What draws each picture, and its width in metres."""
