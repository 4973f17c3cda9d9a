"""Turn whatever a caller has into upright RGB pixels, or into a typed error.

Everything decoded here is hostile until shown otherwise. The format is recognised by its first bytes and must
be on the list; size in bytes, sides and pixels are checked against `ImageLimits` before a pixel is decoded;
one frame is ever read; a truncated file is an error. Only that format's own decoder is tried, and of JPEG, PNG and
TIFF it sees only what pixels depend on.
"""

from __future__ import annotations

import inspect
import os
import stat
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from wildvision.decoders import decode, image_format
from wildvision.errors import (
    ImageDecodeError,
    ImageError,
    ImageReadError,
    ImageTooLargeError,
    UnsupportedImageError,
)
from wildvision.limits import DEFAULT_LIMITS, ImageLimits, check_size
from wildvision.pixels import DecodedImage, DecodeSide, LeastSides, UInt8Image, from_pillow

__all__ = [
    "DEFAULT_LIMITS",
    "DecodeSide",
    "DecodedImage",
    "ImageLimits",
    "LeastSides",
    "Source",
    "UInt8Image",
    "image_format",
    "read_image",
    "read_in_steps",
]

Source = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO | Image.Image | NDArray[Any]


def read_image(
    source: Source, *, limits: ImageLimits = DEFAULT_LIMITS, decode_side: DecodeSide | None = None
) -> DecodedImage:
    """Decode an image to upright RGB.

    Args:
        source: Path, bytes, binary file object, PIL image, or RGB array of shape (H, W, 3), uint8. A file
            object is read from where it stands and left open; a PIL image or an array is not changed.
        limits: What is refused before decoding.
        decode_side: Shrink by 2, 4 or 8 while decoding as long as the longer side stays at least this (px), and
            of a picture longer than 2:1 twice the shorter side. `LeastSides` says of such pictures something else.
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
        if isinstance(source, Image.Image):
            check_size(source.size, limits)
            return from_pillow(source, decode_side)
        return decode(_read_bytes(source, limits), limits, decode_side)
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
    if inspect.iscoroutinefunction(read):
        raise UnsupportedImageError(_ASYNCHRONOUS)
    content = _read_stream(cast("Callable[[int], object]", read), limits)
    if not content and (position := _position(source)):
        raise ImageDecodeError(
            f"expected an image, found a file object that stands at its end, byte {position:,}; seek(0) first"
        )
    return _checked(content, limits)


def _position(source: Any) -> int:
    """Return where a file object stands; 0 if it cannot tell or cannot go back."""
    try:
        return int(source.tell()) if source.seekable() else 0
    except Exception:  # noqa: BLE001 - whatever a caller's object raises, it is not what went wrong
        return 0


_ASYNCHRONOUS = "expected bytes, found an asynchronous file object; pass what 'await file.read()' gives"


def _read_file(path: str | os.PathLike[str], limits: ImageLimits) -> bytes:
    if isinstance(path, str) and path.startswith(("http://", "https://")):
        raise ImageReadError("expected a local file, found a URL; wildvision opens no connections")
    try:
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe or device could block or never end
            raise ImageReadError("expected a regular file, found a folder, pipe or device")
        _check_bytes(status.st_size, limits)
        with Path(path).open("rb") as file:
            return _checked(_read_stream(file.read, limits), limits)
    except (OSError, ValueError) as error:
        if isinstance(error, ImageError):
            raise
        raise ImageReadError(f"expected a readable file, found: {error}") from error


def _read_stream(read: Callable[[int], object], limits: ImageLimits) -> bytes:
    try:
        content = read_in_steps(read, limits.max_bytes + 1)
    except ImageError:  # what was read said itself what is wrong
        raise
    except (OSError, ValueError) as error:
        raise ImageReadError(f"expected a readable file object, found: {error}") from error
    return content


def _checked(content: bytes, limits: ImageLimits) -> bytes:
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
        if inspect.isawaitable(chunk):
            if inspect.iscoroutine(chunk):
                cast("Coroutine[Any, Any, Any]", chunk).close()  # or Python warns that nobody awaited it
            raise UnsupportedImageError(_ASYNCHRONOUS)
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


# --- arrays -----------------------------------------------------------------------------------------------


def _from_array(array: NDArray[Any], limits: ImageLimits, decode_side: DecodeSide | None) -> DecodedImage:
    expected = "expected an RGB array of shape (H, W, 3), uint8, values 0 to 255"
    if array.ndim != 3 or array.shape[2] != 3:
        raise UnsupportedImageError(f"{expected}, found shape {array.shape}{_shape_hint(array)}")
    if array.dtype != np.uint8:
        scale = "multiply by 255 if it is 0 to 1, then " if array.dtype.kind == "f" else ""
        raise UnsupportedImageError(f"{expected}, found {array.dtype}; {scale}convert with .astype('uint8')")
    if 0 in array.shape:
        raise UnsupportedImageError(f"{expected}, found an empty array of shape {array.shape}")
    height, width = array.shape[:2]
    check_size((width, height), limits)
    return from_pillow(Image.fromarray(array), decode_side)


def _shape_hint(array: NDArray[Any]) -> str:
    if array.ndim == 4:
        return "; pass the images of a batch one by one, or to classify_batch"
    if array.ndim == 3 and array.shape[0] == 3:
        return "; it looks channels-first: use array.transpose(1, 2, 0)"
    if array.ndim == 2:
        return "; for greyscale use np.stack([array] * 3, axis=-1)"
    return "; drop or composite further channels first" if array.ndim == 3 else ""
