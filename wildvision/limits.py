"""Limits on what an image may ask for, checked before a pixel is decoded."""

from __future__ import annotations

from dataclasses import dataclass

from wildvision.errors import ImageDecodeError, ImageTooLargeError


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLimits:
    """What an image may ask for before it is refused.

    Attributes:
        max_bytes: Size of the encoded file. 64 MiB holds a 50-megapixel PNG of a photo.
        max_pixels: Width times height. 64 million covers the 50-megapixel mode of phones; decoding that many
            takes at most about 600 MB. What counts of a JPEG that is shrunk while it is decoded is what comes out
            of it: it may have four times as many itself (phones have 200 million), and where it is progressive,
            as many as have coefficients of 8 bytes for each of ``max_pixels`` (64 million: 512 MB).
        max_side: Width and height in px, of a shrunk JPEG what comes out. None: 32,768 px, and no limit of its own
            where ``max_pixels`` is above its default: who raised that has said what there is memory for.
    """

    max_bytes: int = 64 * 2**20
    max_pixels: int = 64_000_000
    max_side: int | None = None

    @property
    def side(self) -> int:
        """The limit on width and height that holds, px."""
        if self.max_side is not None:
            return self.max_side
        return _MAX_SIDE if self.max_pixels <= ImageLimits().max_pixels else self.max_pixels


# An aspect ratio of 16 at the default of pixels; what is longer is no picture.
_MAX_SIDE = 32_768
DEFAULT_LIMITS = ImageLimits()


def check_size(size: tuple[int, int], limits: ImageLimits) -> None:
    """Refuse an image of width and height ``size``, px.

    Raises:
        ImageTooLargeError: It passes a limit.
        ImageDecodeError: It has no pixel at all.
    """
    if min(size) < 1:
        raise ImageDecodeError(f"expected at least one pixel, found {size[0]} x {size[1]}")
    if max(size) > limits.side:
        raise ImageTooLargeError(quantity="side", found=max(size), limit=limits.side)
    if size[0] * size[1] > limits.max_pixels:
        raise ImageTooLargeError(quantity="pixels", found=size[0] * size[1], limit=limits.max_pixels)
