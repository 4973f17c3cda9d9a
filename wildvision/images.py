"""Turn whatever a caller has into upright RGB pixels, or into a typed error.

Everything decoded here is hostile until shown otherwise. The format is recognised by its first bytes and must
be on the list; size in bytes, sides and pixels are checked against `ImageLimits` before a pixel is decoded;
one frame is ever read; a truncated file is an error. Only that format's own decoder is tried.
"""

from __future__ import annotations

import importlib
import io
import os
import re
import stat
import struct
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from wildvision.colour import to_srgb
from wildvision.containers import check_complete, take_jpeg_exif
from wildvision.errors import (
    ImageDecodeError,
    ImageError,
    ImageReadError,
    ImageTooLargeError,
    UnsupportedImageError,
)
from wildvision.results import Caution

UInt8Image = NDArray[np.uint8]
Source = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO | Image.Image | NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLimits:
    """What an image may ask for before it is refused.

    Attributes:
        max_bytes: Size of the encoded file. 64 MiB holds a 50-megapixel PNG of a photo.
        max_side: Width and height in px.
        max_pixels: Width times height. 64 million covers the 50-megapixel mode of phones; decoding that many
            takes at most about 600 MB, and far less for a JPEG, which is shrunk while it is decoded.
    """

    max_bytes: int = 64 * 2**20
    max_side: int = 32_768
    max_pixels: int = 64_000_000


DEFAULT_LIMITS = ImageLimits()


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


def read_image(
    source: Source, *, limits: ImageLimits = DEFAULT_LIMITS, decode_side: int | None = None
) -> DecodedImage:
    """Decode an image to upright RGB.

    Args:
        source: Path, bytes, binary file object, PIL image, or RGB array of shape (H, W, 3), uint8. A file
            object is read from where it stands and left open; a PIL image or an array is not changed.
        limits: What is refused before decoding.
        decode_side: Shrink by 2, 4 or 8 while decoding as long as the longer side stays at least this (px).
            None keeps every pixel.

    Raises:
        ImageReadError: The file is missing, is not a regular file, or cannot be read.
        ImageTooLargeError: A limit is passed.
        UnsupportedImageError: The format, pixel type or Python type is not accepted.
        ImageDecodeError: The content is damaged or truncated.
    """
    try:
        if isinstance(source, np.ndarray):
            return _from_array(source, limits, decode_side)
        image = source if isinstance(source, Image.Image) else _open(_read_bytes(source, limits))
        _check_size(image.size, limits)
        return _from_pillow(image, decode_side, shared=image is source)
    except ImageError as error:
        if error.image is None:
            error.image = _name(source)
            error.args = (f"{error.image}: {error.args[0]}",)
        raise


def _name(source: object) -> str:
    if isinstance(source, str | os.PathLike):
        return os.fsdecode(cast("str | os.PathLike[str]", source))
    name: object = getattr(source, "name", None) or getattr(source, "filename", None)
    return name if isinstance(name, str) else f"<{type(source).__name__}>"  # pyright: ignore[reportUnknownArgumentType]


# --- bytes ------------------------------------------------------------------------------------------------


def _read_bytes(source: object, limits: ImageLimits) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        _check_bytes(memoryview(cast("bytes", source)).nbytes, limits)
        return bytes(cast("bytes", source))
    if isinstance(source, str | os.PathLike):
        return _read_file(cast("str | os.PathLike[str]", source), limits)
    read = getattr(source, "read", None)
    if not callable(read):
        raise UnsupportedImageError(
            "expected a path, bytes, a binary file object, a PIL image or a uint8 array of shape (H, W, 3), "
            f"found {type(source).__name__}"
        )
    return _read_stream(cast("Callable[[int], object]", read), limits)


def _read_file(path: str | os.PathLike[str], limits: ImageLimits) -> bytes:
    if isinstance(path, str) and path.startswith(("http://", "https://")):
        raise ImageReadError("expected a local file, found a URL; wildvision opens no connections")
    try:
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe or device could block or never end
            raise ImageReadError("expected a regular file, found a folder, pipe or device")
        _check_bytes(status.st_size, limits)
        with Path(path).open("rb") as file:
            return _read_stream(file.read, limits)
    except (OSError, ValueError) as error:
        if isinstance(error, ImageError):
            raise
        raise ImageReadError(f"expected a readable file, found: {error}") from error


def _read_stream(read: Callable[[int], object], limits: ImageLimits) -> bytes:
    try:
        content = read_in_steps(read, limits.max_bytes + 1)
    except UnsupportedImageError:
        raise
    except (OSError, ValueError) as error:
        raise ImageReadError(f"expected a readable file object, found: {error}") from error
    _check_bytes(len(content), limits)
    return content


# Some file objects allocate all they are asked for, and the limit is far above an ordinary file.
_READ_STEP = 2**20


def read_in_steps(read: Callable[[int], object], most: int) -> bytes:
    """Return all that ``read`` gives, or its first ``most`` bytes; errors of ``read`` pass through.

    Raises:
        UnsupportedImageError: It gives something else than bytes.
    """
    chunks: list[bytes] = []
    while most > 0:
        chunk = read(min(most, _READ_STEP))
        if not isinstance(chunk, bytes):
            raise UnsupportedImageError(
                f"expected a file opened in binary mode, but read() gave {type(chunk).__name__}; open with 'rb'"
            )
        if not chunk:
            break
        chunks.append(chunk)
        most -= len(chunk)
    return b"".join(chunks)


def _check_bytes(found: int, limits: ImageLimits) -> None:
    if found == 0:
        raise ImageDecodeError("expected an image, found no bytes at all")
    if found > limits.max_bytes:
        raise ImageTooLargeError(quantity="bytes", found=found, limit=limits.max_bytes)


# --- opening ----------------------------------------------------------------------------------------------

# Name, first bytes, module and class. Only these decoders ever see untrusted bytes.
_DECODERS = (
    ("JPEG", re.compile(rb"\xff\xd8\xff"), "PIL.JpegImagePlugin", "JpegImageFile"),
    ("PNG", re.compile(rb"\x89PNG\r\n\x1a\n"), "PIL.PngImagePlugin", "PngImageFile"),
    ("WebP", re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "PIL.WebPImagePlugin", "WebPImageFile"),
    ("GIF", re.compile(rb"GIF8[79]a"), "PIL.GifImagePlugin", "GifImageFile"),
    ("BMP", re.compile(rb"BM"), "PIL.BmpImagePlugin", "BmpImageFile"),
    ("TIFF", re.compile(rb"II[*+]\0|MM\0[*+]"), "PIL.TiffImagePlugin", "TiffImageFile"),
    ("HEIF", re.compile(rb".{4}ftyp(hei[cxms]|hevc|mif1|msf1)", re.DOTALL), "pillow_heif", "HeifImageFile"),
    ("AVIF", re.compile(rb".{4}ftypavi[fs]", re.DOTALL), "PIL.AvifImagePlugin", "AvifImageFile"),
)


def image_format(content: bytes) -> str | None:
    """Return the name of the format that the first bytes announce, such as ``"JPEG"``; None: none that is accepted."""
    return next((name for name, signature, _, _ in _DECODERS if signature.match(content)), None)


def _open(content: bytes) -> Image.Image:
    for name, signature, module, factory in _DECODERS:
        if signature.match(content):
            decoder = _decoder(name, module, factory)
            check_complete(content)
            exif, content = take_jpeg_exif(content) if name == "JPEG" else (b"", content)
            with _decoder_errors():
                image = decoder(io.BytesIO(content), "")
            if exif:
                image.info["exif"] = exif
            return image
    raise UnsupportedImageError(
        "expected JPEG, PNG, WebP, GIF, BMP or TIFF (HEIF and AVIF with wildvision[heif]), "
        f"found a file that begins with {content[:8]!r}"
    )


def _decoder(name: str, module: str, factory: str) -> Callable[[BinaryIO, str], Image.Image]:
    try:
        return getattr(importlib.import_module(module), factory)
    except ImportError as error:
        raise UnsupportedImageError(
            f"found {name}, whose decoder is not installed; pip install 'wildvision[heif]'"
        ) from error


@contextmanager
def _decoder_errors() -> Generator[None, None, None]:
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


def _check_size(size: tuple[int, int], limits: ImageLimits) -> None:
    if min(size) < 1:
        raise ImageDecodeError(f"expected at least one pixel, found {size[0]} x {size[1]}")
    if max(size) > limits.max_side:
        raise ImageTooLargeError(quantity="side", found=max(size), limit=limits.max_side)
    if size[0] * size[1] > limits.max_pixels:
        raise ImageTooLargeError(quantity="pixels", found=size[0] * size[1], limit=limits.max_pixels)


# --- pixels -----------------------------------------------------------------------------------------------


def _from_array(array: NDArray[Any], limits: ImageLimits, decode_side: int | None) -> DecodedImage:
    expected = "expected an RGB array of shape (H, W, 3), uint8, values 0 to 255"
    if array.ndim != 3 or array.shape[2] != 3:
        raise UnsupportedImageError(f"{expected}, found shape {array.shape}{_shape_hint(array)}")
    if array.dtype != np.uint8:
        scale = "multiply by 255 if it is 0 to 1, then " if array.dtype.kind == "f" else ""
        raise UnsupportedImageError(f"{expected}, found {array.dtype}; {scale}convert with .astype('uint8')")
    if 0 in array.shape:
        raise UnsupportedImageError(f"{expected}, found an empty array of shape {array.shape}")
    height, width = array.shape[:2]
    _check_size((width, height), limits)
    return _from_pillow(Image.fromarray(array), decode_side)


def _shape_hint(array: NDArray[Any]) -> str:
    if array.ndim == 4:
        return "; pass the images of a batch one by one, or to classify_batch"
    if array.ndim == 3 and array.shape[0] == 3:
        return "; it looks channels-first: use array.transpose(1, 2, 0)"
    if array.ndim == 2:
        return "; for greyscale use np.stack([array] * 3, axis=-1)"
    return "; drop or composite further channels first" if array.ndim == 3 else ""


def _from_pillow(image: Image.Image, decode_side: int | None, *, shared: bool = False) -> DecodedImage:
    cautions: list[Caution] = []
    width, height = image.size
    with _decoder_errors():
        if _is_animated(image):
            cautions.append(Caution("first_frame_only", "the image has several frames; one was read"))
        if decode_side is not None and not shared and isinstance(image, ImageFile.ImageFile):
            factor = max(1, max(image.size) // decode_side)
            image.draft(None, (max(1, width // factor), max(1, height // factor)))
        image.load()
        orientation = _orientation(image, cautions)
        small = _shrink(_eight_bit(image, cautions), decode_side)
        rgb = to_srgb(small, image.info.get("icc_profile"), cautions)
        if (turn := _TURNS.get(orientation)) is not None:
            rgb = rgb.transpose(turn)
    if orientation in _SIDEWAYS:
        width, height = height, width
    return DecodedImage(pixels=np.asarray(rgb), width=width, height=height, cautions=tuple(cautions))


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
    if image.has_transparency_data:
        cautions.append(Caution("transparency", "transparent parts were put on white"))
        # Premultiplied, so that hidden colours do not bleed into visible edges when shrunk.
        return (image if image.mode == "RGBA" else image.convert("RGBA")).convert("RGBa")
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in {"I", "F"}:
        raise UnsupportedImageError(
            f"expected 8 or 16 bits a channel, found pixels of Pillow mode {image.mode!r}; convert to 8 bits"
        )
    if image.mode in {"1", "LA", "La", "PA"}:
        return image.convert("L" if image.mode == "1" else "RGBa")
    return image.convert("RGB") if image.mode in {"P", "RGBX", "RGBA"} else image


def _shrink(image: Image.Image, decode_side: int | None) -> Image.Image:
    """Average blocks of 2, 4 or 8 px, as shrink-on-load does for JPEG."""
    if decode_side is None:
        return image
    factor = max((f for f in (2, 4, 8) if max(image.size) // f >= decode_side), default=1)
    return image.reduce(factor) if factor > 1 else image


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
