"""Pixels of an opened image, made upright RGB of 8 bits in the colours of sRGB."""

from __future__ import annotations

import struct
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from wildvision.colour import to_srgb
from wildvision.containers import SEVERAL_FRAMES
from wildvision.errors import ImageDecodeError, ImageError, ImageTooLargeError, UnsupportedImageError
from wildvision.results import Caution

UInt8Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DecodedImage:
    """An image as it is meant to be seen.

    Attributes:
        pixels: Upright RGB, shape (H, W, 3), uint8; shrunk if the caller allowed it.
        width: Width of the original in px, upright.
        height: Height of the original in px, upright.
        cautions: What was dropped, guessed or repaired on the way.
    """

    pixels: UInt8Image
    width: int
    height: int
    cautions: tuple[Caution, ...]


PAGE_LENGTH = 1.85  # longer side over shorter: cameras make up to 16:9, screens of phones are 18:9 and longer


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastSides:
    """What a picture may be shrunk to while it is decoded.

    Attributes:
        longer: Least longer side of an ordinary picture, px.
        of_page: Least shorter side of a page, see `is_page`, px. A photo on it is smaller than the page is wide.
    """

    longer: int
    of_page: int


DecodeSide = int | LeastSides
"""Least longer side, px; a number holds for a picture longer than 2:1 as if it were only 2:1."""


@contextmanager
def decoder_errors() -> Generator[None, None, None]:
    """Map whatever a decoder raises on hostile bytes; Pillow documents no closed list."""
    try:
        yield
    except (ImageError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        limit = Image.MAX_IMAGE_PIXELS or 0
        raise ImageTooLargeError(quantity="pixels", found=limit + 1, limit=limit) from error
    except Exception as error:
        raise ImageDecodeError(f"the image is damaged or truncated: {error}") from error


def from_pillow(
    image: Image.Image,
    decode_side: DecodeSide | None,
    *,
    size: tuple[int, int] | None = None,
    deep: bool = False,
    cautions: Sequence[Caution] = (),
) -> DecodedImage:
    """Make RGB of an opened image.

    Args:
        image: Opened, and perhaps not yet decoded.
        decode_side: As for `read_image`.
        size: Width and height before it was shrunk, px.
        deep: Whether its samples had 16 bits; otherwise that is found from the image.
        cautions: What is known already.
    """
    found = list(cautions)
    width, height = size or image.size
    with decoder_errors():
        if _is_animated(image):
            found.append(SEVERAL_FRAMES)
        _check_layout(image)
        deep = deep or _is_deep(image)
        image.load()
        orientation = _orientation(image, found)
        if deep and _is_dark(image):
            found.append(_DARK)
        small = _shrink(_eight_bit(image, found), decode_side)
        rgb = to_srgb(small, image.info.get("icc_profile"), found)
        if (turn := _TURNS.get(orientation)) is not None:
            rgb = rgb.transpose(turn)
    if orientation in _SIDEWAYS:
        width, height = height, width
    return DecodedImage(pixels=np.asarray(rgb), width=width, height=height, cautions=tuple(found))


def _check_layout(image: Image.Image) -> None:
    """Refuse a TIFF opened by the caller of which Pillow would make wrong pixels."""
    tags, tiles = getattr(image, "tag_v2", {}), getattr(image, "tile", [])
    if tags.get(284) == 2 and 16 in tags.get(258, ()) and tiles and tiles[0][0] == "raw":
        raise UnsupportedImageError(
            "expected a TIFF that Pillow can read, found one of 16 bits in separate planes; pass the file itself"
        )


def _is_deep(image: Image.Image) -> bool:
    """Return whether the samples of an image that is not decoded yet have 16 bits; Pillow keeps 8 of them."""
    return any(";16" in str(tile[3]) for tile in getattr(image, "tile", []))


def _is_dark(image: Image.Image) -> bool:
    """Return whether no stored colour of a deep image reaches an eighth of what is possible."""
    if image.mode.startswith("I;16"):
        return int(np.asarray(image).max()) < 2 ** _grey_bits(image) // 8
    colours = np.atleast_2d(image.getextrema())[: 1 if image.mode == "LA" else 3]
    return image.mode != "CMYK" and bool(colours[:, 1].max() < 256 // 8)


_DARK = Caution(
    "low_values",
    "less than 1/8 of the range of its 16 bits is used, as where 12 bits are stored in them; hardly anything shows",
)


def _is_animated(image: Image.Image) -> bool:
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception:  # noqa: BLE001 - a broken second frame takes nothing from the first
        return True


def _orientation(image: Image.Image, cautions: list[Caution]) -> int:
    exif = image.info.get("exif")
    if not isinstance(exif, bytes):  # none, or TIFF, which Pillow turns upright while loading
        return 1
    try:
        return _exif_orientation(exif.removeprefix(b"Exif\0\0"))
    except (struct.error, ValueError) as error:
        cautions.append(
            Caution("exif_unreadable", f"EXIF is damaged ({error}); the image may lie on its side")
        )
        return 1


def _exif_orientation(exif: bytes) -> int:
    """Return tag 0x0112 of the first directory, 1 if it is not there (EXIF 2.32, 4.6.2)."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        raise ValueError("no byte order mark")
    (directory,) = struct.unpack_from(order + "I", exif, 4)
    (entries,) = struct.unpack_from(order + "H", exif, directory)
    for entry in range(entries):
        tag, kind, count, value = struct.unpack_from(order + "HHIH", exif, directory + 2 + 12 * entry)
        if tag == 0x0112 and kind == 3 and count == 1:
            return value
    return 1


def _eight_bit(image: Image.Image, cautions: list[Caution]) -> Image.Image:
    """Return mode L, RGB, CMYK, YCbCr, LAB, HSV or, where there is any transparency, RGBa."""
    mode = image.mode
    if image.has_transparency_data:
        cautions.append(Caution("transparency", "transparent parts were put on white"))
        # Premultiplied, so that hidden colours do not bleed into visible edges when shrunk.
        return _premultiplied(image)
    if mode.startswith("I;16"):
        return grey(image)
    if mode in {"I", "F"}:
        raise UnsupportedImageError(
            f"expected 8 or 16 bits a channel, found pixels of Pillow mode {mode!r}; convert to 8 bits"
        )
    if mode == "1":
        return image.convert("L")
    return image.convert("RGB") if mode in {"P", "RGBX"} else image


def _premultiplied(image: Image.Image) -> Image.Image:
    """Return an image with any kind of transparency as RGBa."""
    if image.mode.startswith("I;16"):  # Pillow would cut off all above 255
        level, colour = grey(image), image.info["transparency"]
        opacity = Image.fromarray(np.where(np.asarray(image) == colour, 0, 255).astype(np.uint8))
        image = Image.merge("RGBA", [level, level, level, opacity])
    elif image.mode == "La":
        image = image.convert("LA")
    if image.mode == "RGBa":
        return image
    return (image if image.mode == "RGBA" else image.convert("RGBA")).convert("RGBa")


def grey(image: Image.Image) -> Image.Image:
    """Return the upper 8 bits of a grey image of 16 bits, or of a TIFF of 12."""
    tags = getattr(image, "tag_v2", {})
    stored = np.asarray(image)
    values = np.empty(stored.shape, np.uint8)  # or numpy would make another copy of 16 bits
    np.right_shift(stored, _grey_bits(image) - 8, out=values, casting="unsafe")
    if tags and tags.get(262, 0) == 0:  # MinIsWhite, which Pillow heeds up to 8 bits only
        values = 255 - values
    return Image.fromarray(values)


def _grey_bits(image: Image.Image) -> int:
    return 12 if 12 in getattr(image, "tag_v2", {}).get(258, ()) else 16


def _shrink(image: Image.Image, decode_side: DecodeSide | None) -> Image.Image:
    """Average blocks of 2, 4 or 8 px, as shrink-on-load does for JPEG."""
    if decode_side is None:
        return image
    most = most_shrinking(image.size, decode_side)
    factor = max((f for f in (2, 4, 8) if f <= most), default=1)
    return image.reduce(factor) if factor > 1 else image


def most_shrinking(size: tuple[int, int], decode_side: DecodeSide) -> int:
    """Return by how much a picture of this size, px, may be shrunk at most, a whole number from 1."""
    if isinstance(decode_side, int):
        return max(1, reach(size) // decode_side)
    return max(1, min(size) // decode_side.of_page if is_page(size) else max(size) // decode_side.longer)


def is_page(size: tuple[int, int]) -> bool:
    """Return whether a picture of this size, px, is longer than cameras make them: a screen, or a page to scroll."""
    return max(size) > PAGE_LENGTH * min(size)


def reach(size: tuple[int, int]) -> int:
    """Return what must not become too short when an image is shrunk, px.

    It is the longer side, and in a picture longer than 2:1 twice the shorter one: a page of a chat stays readable
    however long it is.
    """
    return min(max(size), 2 * min(size))


# How a picture of each EXIF orientation has to be turned to stand upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = frozenset({5, 6, 7, 8})
