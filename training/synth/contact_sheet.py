"""A contact sheet of a rendered folder: what a person would see, with the family under each picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from training.synth.row import read_manifest

_CELL = 192  # pixels across
_CAPTION = 16  # pixels of height for the words


def contact_sheet(
    folder: Path, *, names: Sequence[str] = (), count: int = 24, columns: int = 6, captions: bool = True
) -> Image.Image:
    """Draw the first pictures of a folder, the families in turn.

    Args:
        folder: As `training.synth.run.render` left it.
        names: Families to show; none: all.
        count: Pictures at most.
        columns: Pictures a row.
        captions: Whether to write family and form below each.

    Raises:
        FileNotFoundError: The folder has no picture of these families.
    """
    rows = [row for row in read_manifest(folder) if not names or row["family"] in names]
    rows.sort(key=lambda row: (row.get("scene", row)["index"], row["family"]))
    if not rows:
        raise FileNotFoundError(f"{folder} has no rendered picture of {', '.join(names) or 'any family'}")
    rows = rows[:count]
    lines = -(-len(rows) // columns)
    height = _CELL + (_CAPTION if captions else 0)
    sheet = Image.new("RGB", (columns * _CELL, lines * height), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for number, row in enumerate(rows):
        left, top = number % columns * _CELL, number // columns * height
        with Image.open(folder / row["path"]) as picture:
            picture.thumbnail((_CELL - 4, _CELL - 4), Image.Resampling.LANCZOS)
            place = (left + (_CELL - picture.width) // 2, top + (_CELL - picture.height) // 2)
            sheet.paste(picture.convert("RGB"), place)
        if captions:
            words = f"{row['family']} · {row.get('scene', row)['form']}"
            draw.text((left + 4, top + _CELL), words, fill="black", font=font)
    return sheet
