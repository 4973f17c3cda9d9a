"""Contact sheets of photos, for a person to look at; they hold photos, so they are never published."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from wildvision.errors import ImageError
from wildvision.images import read_image

COLUMNS = 6
SIDE = 180  # of a thumbnail, px
LINE, MARGIN, BORDER = 16, 8, 4
PAPER, INK, MISSING = "white", "#222222", "#dddddd"
Font = ImageFont.ImageFont | ImageFont.FreeTypeFont


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A photo on a sheet.

    Attributes:
        path: The file.
        caption: Lines under it; long ones are wrapped.
        colour: Of its frame.
    """

    path: Path
    caption: tuple[str, ...]
    colour: str = "#bbbbbb"


def photo_sheet(title: Sequence[str], pictures: Sequence[Picture]) -> bytes:
    """Draw photos in rows with captions under them, as PNG.

    Args:
        title: Lines above the photos.
        pictures: At least one; one that cannot be read is drawn as an empty field that says so.
    """
    font = _font(12)
    captions = [tuple(_wrapped(picture.caption, font, SIDE)) for picture in pictures]
    cell_height = SIDE + max(map(len, captions)) * LINE + 2 * MARGIN
    head = len(title) * (LINE + 4) + 2 * MARGIN
    rows = -(-len(pictures) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (SIDE + MARGIN) + MARGIN, head + rows * cell_height + MARGIN), PAPER)
    draw = ImageDraw.Draw(sheet)
    for number, line in enumerate(title):
        draw.text((MARGIN, MARGIN + number * (LINE + 4)), line, fill=INK, font=_font(15))
    for index, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        row, column = divmod(index, COLUMNS)
        left, top = MARGIN + column * (SIDE + MARGIN), head + row * cell_height
        _draw_photo(sheet, picture, left=left, top=top)
        for number, line in enumerate(caption):
            draw.text((left, top + SIDE + 2 + number * LINE), line, fill=INK, font=font)
    content = io.BytesIO()
    sheet.save(content, format="PNG")
    return content.getvalue()


def _wrapped(caption: Sequence[str], font: Font, width: int) -> Iterator[str]:
    """Break lines between words so that they fit; a word that is wider by itself is cut."""
    for line in caption:
        current = ""
        for word in line.split(" "):
            longer = f"{current} {word}".strip()
            if current and font.getlength(longer) > width:
                yield fitting(current, font, width)
                longer = word
            current = longer
        yield fitting(current, font, width)


def fitting(line: str, font: Font, width: int) -> str:
    """Cut a line that is wider than so many pixels, with an ellipsis."""
    if font.getlength(line) <= width:
        return line
    while line and font.getlength(line + "...") > width:
        line = line[:-1]
    return line + "..."


def _draw_photo(sheet: Image.Image, picture: Picture, *, left: int, top: int) -> None:
    thumbnail = _thumbnail(picture.path)
    frame = (left, top, left + SIDE - 1, top + SIDE - 1)
    ImageDraw.Draw(sheet).rectangle(frame, fill=PAPER, outline=picture.colour, width=BORDER)
    sheet.paste(thumbnail, (left + (SIDE - thumbnail.width) // 2, top + (SIDE - thumbnail.height) // 2))


def _thumbnail(path: Path) -> Image.Image:
    side = SIDE - 2 * BORDER - 2
    try:
        image = Image.fromarray(read_image(path, decode_side=side).pixels)
    except ImageError:
        image = Image.new("RGB", (side, side), MISSING)
        ImageDraw.Draw(image).text((10, side // 2), "cannot be read", fill=INK, font=_font(12))
    return scaled_to(image, side)


def scaled_to(image: Image.Image, side: int) -> Image.Image:
    """Return an image whose longer side has so many pixels."""
    scale = side / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _font(size: int) -> Font:
    return ImageFont.load_default(size)
