"""Turn whatever a caller has into upright RGB pixels, or into a typed error.

Everything decoded here is hostile until shown otherwise. The format is recognised by its first bytes and must
be on the list; size in bytes, sides and pixels are checked against `ImageLimits` before a pixel is decoded;
one frame is ever read; a truncated file is an error. Only that format's own decoder is tried, and of JPEG, PNG and
TIFF it sees only what pixels depend on.
"""

from __future__ import annotations

import importlib
import inspect
import io
import os
import re
import stat
import struct
from collections.abc import Callable, Coroutine, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from wildvision.colour import to_srgb
from wildvision.containers import (
    SEVERAL_FRAMES,
    Brands,
    Container,
    check_complete,
    jpeg_frame,
    read_brands,
    split_jpeg,
    split_png,
)
from wildvision.errors import (
    ImageDecodeError,
    ImageError,
    ImageReadError,
    ImageTooLargeError,
    UnsupportedImageError,
)
from wildvision.results import Caution
from wildvision.tiff import CMYK, GREY, YCBCR, Choice, Directory, choose_picture

UInt8Image = NDArray[np.uint8]
Source = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO | Image.Image | NDArray[Any]


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
        decode_side: Shrink by 2, 4 or 8 while decoding as long as the longer side stays at least this (px), and
            of a picture longer than 2:1 twice the shorter side. None keeps every pixel.

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
            _check_size(source.size, limits)
            return _from_pillow(source, decode_side)
        return _decode(_read_bytes(source, limits), limits, decode_side)
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
    except UnsupportedImageError:
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


# --- formats ----------------------------------------------------------------------------------------------

# Name and first bytes.
_SIGNATURES = (
    ("JPEG", re.compile(rb"\xff\xd8\xff")),
    ("PNG", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("WebP", re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
    ("GIF", re.compile(rb"GIF8[79]a")),
    ("BMP", re.compile(rb"BM")),
    ("TIFF", re.compile(rb"II[*+]\0|MM\0[*+]")),
)
# Module and class. Only these decoders ever see untrusted bytes.
_DECODERS = {
    "JPEG": ("PIL.JpegImagePlugin", "JpegImageFile"),
    "PNG": ("PIL.PngImagePlugin", "PngImageFile"),
    "WebP": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "GIF": ("PIL.GifImagePlugin", "GifImageFile"),
    "BMP": ("PIL.BmpImagePlugin", "BmpImageFile"),
    "TIFF": ("PIL.TiffImagePlugin", "TiffImageFile"),
    "HEIF": ("pillow_heif", "HeifImageFile"),
    "AVIF": ("PIL.AvifImagePlugin", "AvifImageFile"),
}
# Brands of AVIF, of HEIF, and those that say only that it is an image (ISO/IEC 23008-12, 10; AVIF 1.1, 7).
_AVIF = frozenset({b"avif", b"avis"})
_HEIF = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_GENERIC = frozenset({b"mif1", b"mif2", b"msf1", b"miaf"})
# Camera raw files that are no TIFF: of Fuji, Panasonic, Olympus, Sigma and Minolta; Canon's CR3 has a brand.
_RAW = re.compile(rb"FUJIFILMCCD-RAW|IIU\0|IIR[OS]|MMOR|FOVb|\0MRM")


def image_format(content: bytes) -> str | None:
    """Return the name of the format that the first bytes announce, such as ``"JPEG"``; None: none that is accepted."""
    return next(iter(_formats(content)), None)


def _formats(content: bytes) -> tuple[str, ...]:
    """Return the formats whose decoders may know a file, in the order in which to try them."""
    brands = read_brands(content)
    if brands is not None:
        return _formats_of(brands)
    return tuple(name for name, signature in _SIGNATURES if signature.match(content))


def _formats_of(brands: Brands) -> tuple[str, ...]:
    every = brands.compatible | {brands.major}
    if not every & (_AVIF | _HEIF | _GENERIC) or brands.major == _CANON_RAW:
        return ()
    names = ("AVIF", "HEIF") if every & _AVIF else ("HEIF", "AVIF")
    return names if brands.major in _GENERIC else names[:1]


_CANON_RAW = b"crx "


def _decode(content: bytes, limits: ImageLimits, decode_side: int | None) -> DecodedImage:
    """Decode with the first decoder that does not refuse; what the first one says counts."""
    refusals: list[ImageError] = []
    for name in _formats(content):
        try:
            return _DECODE.get(name, _decode_plain)(name, content, limits, decode_side)
        except (ImageDecodeError, UnsupportedImageError) as error:
            refusals.append(error)
    raise refusals[0] if refusals else UnsupportedImageError(_unknown(content))


def _unknown(content: bytes) -> str:
    brands = read_brands(content)
    if _RAW.match(content) or (brands is not None and brands.major == _CANON_RAW):
        return "expected a picture, found a camera raw file; develop it to JPEG or TIFF first"
    return (
        "expected JPEG, PNG, WebP, GIF, BMP or TIFF (HEIF and AVIF with wildvision[heif]), "
        f"found a file that begins with {content[:8]!r}"
    )


def _open(name: str, container: Container) -> Image.Image:
    """Read a file's header; no pixel is decoded."""
    decoder = _decoder(name)
    with _decoder_errors():
        image = decoder(io.BytesIO(container.content), "")
    if container.exif:
        image.info["exif"] = container.exif
    if container.profile:
        image.info["icc_profile"] = container.profile
    return image


def _decoder(name: str) -> Callable[[BinaryIO, str], Image.Image]:
    module, factory = _DECODERS[name]
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
    if max(size) > limits.side:
        raise ImageTooLargeError(quantity="side", found=max(size), limit=limits.side)
    if size[0] * size[1] > limits.max_pixels:
        raise ImageTooLargeError(quantity="pixels", found=size[0] * size[1], limit=limits.max_pixels)


def _decode_plain(name: str, content: bytes, limits: ImageLimits, decode_side: int | None) -> DecodedImage:
    """Decode WebP, GIF, BMP, HEIF or AVIF."""
    check_complete(content)
    if name == "AVIF" and content[8:12] in _GENERIC:
        content = content[:8] + b"avif" + content[12:]  # libavif opens nothing without this brand
    image = _open(name, Container(content=content))
    _check_size(image.size, limits)
    return _from_pillow(image, decode_side)


# --- JPEG -------------------------------------------------------------------------------------------------


def _decode_jpeg(name: str, content: bytes, limits: ImageLimits, decode_side: int | None) -> DecodedImage:
    check_complete(content)
    container = split_jpeg(content)
    image = _open(name, container)
    size = image.size
    if decode_side is not None:
        _check_jpeg(content, size, limits)
        factor = max(1, _reach(size) // decode_side)
        cast("ImageFile.ImageFile", image).draft(None, (max(1, size[0] // factor), max(1, size[1] // factor)))
    _check_size(image.size, limits)
    return _from_pillow(image, decode_side, size=size, cautions=container.cautions)


def _check_jpeg(content: bytes, size: tuple[int, int], limits: ImageLimits) -> None:
    """Check what a JPEG costs although it is shrunk while it is decoded."""
    frame, pixels = jpeg_frame(content), size[0] * size[1]
    limit = _JPEG_PIXELS * limits.max_pixels
    if frame is not None and frame.coefficients:
        # In units of pixels, so that raising the limit to what was found is sure to do.
        limit = min(limit, _COEFFICIENTS * limits.max_pixels * pixels // frame.coefficients)
    if pixels > limit:
        raise ImageTooLargeError(quantity="pixels", found=pixels, limit=limit)
    if len(content) < pixels // _PIXELS_PER_BYTE:
        raise ImageDecodeError(
            f"expected the data of {size[0]} x {size[1]} px, found a JPEG of {len(content):,} bytes; "
            "it is damaged or truncated"
        )


# Time grows with the pixels that a JPEG has, however small it becomes: 256 million take a second or two.
_JPEG_PIXELS = 4
# libjpeg holds 2 bytes for each coefficient of a JPEG that has several scans: 3 a pixel where colour is subsampled
# in both directions, 6 where it is not.
_COEFFICIENTS = 8
# A block of 8 x 8 px takes at least one bit (ITU-T T.81: a Huffman code has at least one).
_PIXELS_PER_BYTE = 8 * 64


# --- PNG --------------------------------------------------------------------------------------------------


def _decode_png(name: str, content: bytes, limits: ImageLimits, decode_side: int | None) -> DecodedImage:
    container = split_png(content)
    image = _open(name, container)
    _check_size(image.size, limits)
    if container.transparent is not None:
        image = _with_transparent(image, container.transparent, _open(name, container))
    return _from_pillow(image, decode_side, cautions=container.cautions)


def _with_transparent(image: Image.Image, colour: tuple[int, ...], again: Image.Image) -> Image.Image:
    """Make one colour of 16-bit RGB transparent; Pillow gives the upper bytes, or, asked for it, the lower ones."""
    low = cast("ImageFile.ImageFile", again)
    low.tile = [tile._replace(args="RGB;16L") for tile in low.tile]
    with _decoder_errors():
        is_colour = _equals(low, [value & 255 for value in colour])
        is_colour &= _equals(image, [value >> 8 for value in colour])
    image.putalpha(Image.fromarray(np.where(is_colour, 0, 255).astype(np.uint8)))
    return image


def _equals(image: Image.Image, colour: list[int]) -> NDArray[np.bool_]:
    """Return where a picture has a colour, (H, W), band by band to save memory."""
    return np.logical_and.reduce(
        [np.asarray(image.getchannel(band)) == value for band, value in enumerate(colour)]
    )


# --- TIFF -------------------------------------------------------------------------------------------------


def _decode_tiff(name: str, content: bytes, limits: ImageLimits, decode_side: int | None) -> DecodedImage:
    if content.startswith(b"MM\0+"):
        raise UnsupportedImageError(
            "expected a TIFF, found a big-endian BigTIFF, which Pillow cannot read; save it as an ordinary TIFF"
        )
    choice = choose_picture(content)
    refusals: list[ImageError] = []
    for directory in choice.directories[:_MAX_TRIES]:
        try:
            decoded = _decode_directory(name, directory, limits, decode_side)
        except (ImageDecodeError, UnsupportedImageError) as error:
            refusals.append(error)
        else:
            return replace(decoded, cautions=(*_choice_cautions(choice, directory), *decoded.cautions))
    raise refusals[0]


_MAX_TRIES = 8


def _choice_cautions(choice: Choice, directory: Directory) -> list[Caution]:
    cautions: list[Caution] = []
    if choice.pages > 1:
        cautions.append(SEVERAL_FRAMES)
    if choice.raw:
        cautions.append(Caution("camera_raw", "a camera raw file; the full-size picture in it was read"))
    elif directory.is_preview:
        cautions.append(
            Caution(
                "preview_only", "only a preview of reduced resolution could be read, not the picture itself"
            )
        )
    return cautions


def _decode_directory(
    name: str, directory: Directory, limits: ImageLimits, decode_side: int | None
) -> DecodedImage:
    if directory.embedded_jpeg is not None and directory.frame is not None:
        return _decode_jpeg("JPEG", directory.embedded_jpeg, limits, decode_side)
    _check_size((directory.width, directory.height), limits)
    directory.check()
    if directory.is_planar:
        return _from_pillow(_join_planes(name, directory), decode_side, deep=directory.bits[0] == 16)
    try:
        image = _open(name, Container(content=directory.alone()))
    except ImageDecodeError as error:
        if directory.is_whole:
            raise UnsupportedImageError(directory.refusal()) from error
        raise
    return _from_pillow(image, decode_side)


def _join_planes(name: str, directory: Directory) -> Image.Image:
    """Decode each plane of a TIFF as a grey picture, and put them together."""
    planes: list[Image.Image] = []
    for index in range(directory.samples):
        with _decoder_errors():
            plane = _open(name, Container(content=directory.plane(index)))
            plane.load()
            planes.append(_grey(plane) if plane.mode.startswith("I;16") else plane)
    image = _merge(planes, directory)
    if directory.profile:
        image.info["icc_profile"] = directory.profile
    return image


def _merge(planes: list[Image.Image], directory: Directory) -> Image.Image:
    if directory.photometric in {CMYK, YCBCR}:
        return (
            Image.merge("CMYK", planes[:4])
            if directory.photometric == CMYK
            else Image.merge("YCbCr", planes[:3])
        )
    count = 1 if directory.photometric in GREY else 3
    colours = planes[:1] * 3 if count == 1 else planes[:3]
    # Without a word on what the fourth one is, Pillow takes it for opacity, too.
    extra = directory.number(338, default=_OPACITY if count == 3 else 0)
    if len(planes) == count or extra not in {_PREMULTIPLIED, _OPACITY}:
        return Image.merge("RGB", colours)
    return Image.merge("RGBa" if extra == _PREMULTIPLIED else "RGBA", [*colours, planes[count]])


_PREMULTIPLIED, _OPACITY = 1, 2  # ExtraSamples


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


def _from_pillow(
    image: Image.Image,
    decode_side: int | None,
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
    with _decoder_errors():
        if _is_animated(image):
            found.append(SEVERAL_FRAMES)
        _check_layout(image)
        deep = deep or _is_deep(image)
        image.load()
        orientation = _orientation(image, found)
        eight = _eight_bit(image, found)
        if deep and _is_dark(eight):
            found.append(_DARK)
        rgb = to_srgb(_shrink(eight, decode_side), image.info.get("icc_profile"), found)
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
    """Return whether no colour of an image reaches an eighth of what is possible."""
    extrema = np.atleast_2d(image.getextrema())[:3]  # without opacity
    return image.mode != "CMYK" and bool(extrema[:, 1].max() < 256 // 8)


_DARK = Caution(
    "low_values",
    "16 bits a channel, of which less than 1/8 is used, as where 12 bits were stored: nearly black",
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
        return _grey(image)
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
        grey, colour = _grey(image), image.info["transparency"]
        opacity = Image.fromarray(np.where(np.asarray(image) == colour, 0, 255).astype(np.uint8))
        image = Image.merge("RGBA", [grey, grey, grey, opacity])
    elif image.mode == "La":
        image = image.convert("LA")
    if image.mode == "RGBa":
        return image
    return (image if image.mode == "RGBA" else image.convert("RGBA")).convert("RGBa")


def _grey(image: Image.Image) -> Image.Image:
    """Return the upper 8 bits of a grey image of 16 bits, or of a TIFF of 12."""
    tags = getattr(image, "tag_v2", {})
    bits = 12 if 12 in tags.get(258, ()) else 16
    grey = (np.asarray(image) >> bits - 8).astype(np.uint8)
    if tags and tags.get(262, 0) == 0:  # MinIsWhite, which Pillow heeds up to 8 bits only
        grey = 255 - grey
    return Image.fromarray(grey)


def _shrink(image: Image.Image, decode_side: int | None) -> Image.Image:
    """Average blocks of 2, 4 or 8 px, as shrink-on-load does for JPEG."""
    if decode_side is None:
        return image
    factor = max((f for f in (2, 4, 8) if _reach(image.size) // f >= decode_side), default=1)
    return image.reduce(factor) if factor > 1 else image


def _reach(size: tuple[int, int]) -> int:
    """Return what must not become too short when an image is shrunk, px.

    It is the longer side, and in a picture longer than 2:1 twice the shorter one: a page of a chat stays readable
    however long it is.
    """
    return min(max(size), 2 * min(size))


_DECODE: dict[str, Callable[[str, bytes, ImageLimits, int | None], DecodedImage]] = {
    "JPEG": _decode_jpeg,
    "PNG": _decode_png,
    "TIFF": _decode_tiff,
}

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
