"""The page of a chat on a phone, with a photo and a few messages in it; drawn with Pillow's own font."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

_PAGE = (600, 900)
_PHOTO = (480, 360)
_PAPER, _HEAD, _THEIRS, _OURS = (232, 224, 214), (18, 94, 84), (255, 255, 255), (220, 248, 198)
_INK, _PALE = (30, 30, 30), (120, 125, 125)


def chat_page(photo: Image.Image) -> Image.Image:
    """Return the page, 600 x 900 pixels, with ``photo`` in the first message."""
    page = Image.new("RGB", _PAGE, _PAPER)
    draw = ImageDraw.Draw(page)
    _head(draw)
    draw.rounded_rectangle((20, 130, 520, 555), radius=12, fill=_THEIRS)
    page.paste(photo.resize(_PHOTO, Image.Resampling.LANCZOS), (30, 140))
    draw.text((34, 510), "old piece from my grandfather, 19 cm", fill=_INK, font=_font(21))
    draw.text((462, 532), "18:04", fill=_PALE, font=_font(15))
    _message(draw, 575, "How much?", "18:06", ours=True)
    _message(draw, 645, "make me an offer, serious only", "18:07", ours=False)
    _message(draw, 715, "Do you post abroad?", "18:09", ours=True)
    _footer(draw)
    return page


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _head(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((0, 0, 600, 110), fill=_HEAD)
    draw.text((22, 8), "18:10", fill=(230, 240, 238), font=_font(20))
    draw.rounded_rectangle((548, 12, 580, 28), radius=3, outline=(230, 240, 238), width=2)
    draw.ellipse((22, 46, 74, 98), fill=(190, 200, 205))
    draw.ellipse((39, 54, 57, 72), fill=(120, 135, 140))
    draw.chord((30, 72, 66, 112), 180, 360, fill=(120, 135, 140))
    draw.text((90, 48), "Antiques & more", fill=(255, 255, 255), font=_font(26))
    draw.text((90, 78), "online", fill=(200, 225, 220), font=_font(17))


def _message(draw: ImageDraw.ImageDraw, top: int, words: str, time: str, *, ours: bool) -> None:
    width = draw.textlength(words, font=_font(21)) + 96
    left = 580 - width if ours else 20
    draw.rounded_rectangle((left, top, left + width, top + 54), radius=12, fill=_OURS if ours else _THEIRS)
    draw.text((left + 16, top + 13), words, fill=_INK, font=_font(21))
    draw.text((left + width - 56, top + 30), time, fill=_PALE, font=_font(15))


def _footer(draw: ImageDraw.ImageDraw) -> None:
    draw.rounded_rectangle((20, 820, 500, 876), radius=28, fill=_THEIRS)
    draw.text((50, 836), "Message", fill=_PALE, font=_font(21))
    draw.ellipse((522, 820, 578, 876), fill=_HEAD)
    draw.polygon([(540, 834), (540, 862), (564, 848)], fill=(255, 255, 255))
