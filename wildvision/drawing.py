"""Answers drawn into pictures: the evidence laid over the photo, and below it a strip with verdict and reason."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

from wildvision.explanation import Explanation
from wildvision.results import Classification, Verdict

_COLOURS = {
    Verdict.FLAG: (178, 34, 34),
    Verdict.REVIEW: (176, 120, 0),
    Verdict.CLEAR: (34, 110, 60),
    Verdict.ABSTAIN: (90, 90, 90),
}
_INK = (255, 255, 255)
_LEAST_WIDTH = 360  # px: a strip that is narrower holds no sentence


def draw_answer(result: Classification, explanation: Explanation) -> Image.Image:
    """Return a picture of what was found and where, RGB, at least 360 px wide.

    Args:
        result: Of the picture.
        explanation: Of the same picture, for what the answer is about.
    """
    picture = explanation.overlay(boxes=result.verdict in (Verdict.FLAG, Verdict.REVIEW))
    if picture.width < _LEAST_WIDTH:
        height = round(picture.height * _LEAST_WIDTH / picture.width)
        picture = picture.resize((_LEAST_WIDTH, height), Image.Resampling.BICUBIC)
    text = f"{result.verdict.value}: {result.reason}"
    strip = _strip(text, picture.width, _COLOURS[result.verdict])
    canvas = Image.new("RGB", (picture.width, picture.height + strip.height))
    canvas.paste(picture, (0, 0))
    canvas.paste(strip, (0, picture.height))
    return canvas


def _strip(text: str, width: int, colour: tuple[int, int, int]) -> Image.Image:
    """Return a strip of one colour with text in as many lines as it takes."""
    size = max(12, width // 40)
    font, margin = ImageFont.load_default(size=size), size // 2
    lines = _lines(text, font, width - 2 * margin)
    strip = Image.new("RGB", (width, round(1.3 * size * len(lines)) + 2 * margin), colour)
    draw = ImageDraw.Draw(strip)
    for number, line in enumerate(lines):
        draw.text((margin, margin + round(1.3 * size * number)), line, fill=_INK, font=font)
    return strip


def _lines(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> list[str]:
    """Break text between words so that lines fit; a word that is wider stands by itself."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
