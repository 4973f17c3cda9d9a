"""Decoders of each format: which one a file gets, what it sees of it, and within which limits."""

from __future__ import annotations

import importlib
import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from wildvision.containers import (
    SEVERAL_FRAMES,
    Brands,
    Container,
    check_complete,
    check_scans,
    jpeg_frame,
    read_brands,
    split_jpeg,
    split_png,
    with_brand,
    write_orientation,
)
from wildvision.errors import ImageDecodeError, ImageError, ImageTooLargeError, UnsupportedImageError
from wildvision.limits import ImageLimits, check_size
from wildvision.pixels import DecodedImage, DecodeSide, decoder_errors, from_pillow, grey, most_shrinking
from wildvision.results import Caution
from wildvision.tiff import CMYK, GREY, YCBCR, Choice, Directory, choose_picture

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
_CANON_RAW = b"crx "
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


def decode(content: bytes, limits: ImageLimits, decode_side: DecodeSide | None) -> DecodedImage:
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
        "expected JPEG, PNG, WebP, GIF, BMP or TIFF (HEIF and AVIF with the extra `heif`), "
        f"found a file that begins with {content[:8]!r}"
    )


def _open(name: str, container: Container) -> Image.Image:
    """Read a file's header; no pixel is decoded."""
    decoder = _decoder(name)
    with decoder_errors():
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
            f"found {name}, whose decoder is not installed; "
            "install wildvision with its extra `heif`, e.g. `pip install '.[heif]'` in a checkout"
        ) from error


def _decode_plain(
    name: str, content: bytes, limits: ImageLimits, decode_side: DecodeSide | None
) -> DecodedImage:
    """Decode WebP, GIF, BMP, HEIF or AVIF."""
    check_complete(content)
    brands = read_brands(content)
    if brands is not None and not brands.compatible & _KNOWN_TO[name]:
        content = with_brand(content, b"avif" if name == "AVIF" else b"heic")
    image = _open(name, Container(content=content))
    check_size(image.size, limits)
    return from_pillow(image, decode_side)


# libavif and libheif open nothing without one of these among the compatible brands.
_KNOWN_TO = {"AVIF": _AVIF, "HEIF": _HEIF | {b"mif1", b"msf1"}}


# --- JPEG -------------------------------------------------------------------------------------------------


def _decode_jpeg(
    name: str, content: bytes, limits: ImageLimits, decode_side: DecodeSide | None, *, orientation: int = 1
) -> DecodedImage:
    """Decode a JPEG; the orientation is that of a JPEG that does not say."""
    check_complete(content)
    container = split_jpeg(content)
    if orientation != 1 and not container.exif:
        container = replace(container, exif=write_orientation(orientation))
    check_scans(container.content)
    image = _open(name, container)
    size = image.size
    if decode_side is not None:
        _check_jpeg(content, size, limits)
        factor = most_shrinking(size, decode_side)
        cast("ImageFile.ImageFile", image).draft(None, (max(1, size[0] // factor), max(1, size[1] // factor)))
    check_size(image.size, limits)
    return from_pillow(image, decode_side, size=size, cautions=container.cautions)


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


def _decode_png(
    name: str, content: bytes, limits: ImageLimits, decode_side: DecodeSide | None
) -> DecodedImage:
    container = split_png(content)
    image = _open(name, container)
    check_size(image.size, limits)
    if container.transparent is not None:
        image = _with_transparent(image, container.transparent, _open(name, container))
    return from_pillow(image, decode_side, cautions=container.cautions)


def _with_transparent(image: Image.Image, colour: tuple[int, ...], again: Image.Image) -> Image.Image:
    """Make one colour of 16-bit RGB transparent; Pillow gives the upper bytes, or, asked for it, the lower ones."""
    low = cast("ImageFile.ImageFile", again)
    low.tile = [tile._replace(args="RGB;16L") for tile in low.tile]
    with decoder_errors():
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


def _decode_tiff(
    name: str, content: bytes, limits: ImageLimits, decode_side: DecodeSide | None
) -> DecodedImage:
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
    name: str, directory: Directory, limits: ImageLimits, decode_side: DecodeSide | None
) -> DecodedImage:
    if directory.embedded_jpeg is not None and directory.frame is not None:
        orientation = directory.orientation
        return _decode_jpeg("JPEG", directory.embedded_jpeg, limits, decode_side, orientation=orientation)
    check_size((directory.width, directory.height), limits)
    directory.check()
    if directory.is_planar:
        return from_pillow(_join_planes(name, directory), decode_side, deep=directory.bits[0] == 16)
    try:
        image = _open(name, Container(content=directory.alone()))
    except ImageDecodeError as error:
        if directory.is_whole:
            raise UnsupportedImageError(directory.refusal()) from error
        raise
    if directory.width * directory.height > (Image.MAX_IMAGE_PIXELS or 0):
        # Room made by the caller's limits; Pillow would ask its own, which no limit of ours can raise.
        image.im = Image.new(image.mode, (directory.width, directory.height)).im
    return from_pillow(image, decode_side)


def _join_planes(name: str, directory: Directory) -> Image.Image:
    """Decode each plane of a TIFF as a grey picture, and put them together."""
    with decoder_errors():
        image = _merge([_plane(name, directory, index) for index in range(directory.samples)], directory)
    if directory.profile:
        image.info["icc_profile"] = directory.profile
    return image


def _plane(name: str, directory: Directory, index: int) -> Image.Image:
    plane = _open(name, Container(content=directory.plane(index)))
    plane.load()
    return grey(plane) if plane.mode.startswith("I;16") else plane


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


_DECODE: dict[str, Callable[[str, bytes, ImageLimits, DecodeSide | None], DecodedImage]] = {
    "JPEG": _decode_jpeg,
    "PNG": _decode_png,
    "TIFF": _decode_tiff,
}
