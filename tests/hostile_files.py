"""Hostile and odd files, each named for what is wrong with it, built in memory.

`HOSTILE` maps a name to the bytes and the error they must raise; `ODD` maps a name to bytes that look strange
but are fine, with the upright RGB they must give at a probe pixel.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pillow_heif
from PIL import Image, ImageCms

from wildvision.errors import ImageDecodeError, ImageError, ImageTooLargeError, UnsupportedImageError

ORANGE = (240, 130, 20)


def picture(width: int = 64, height: int = 48) -> Image.Image:
    """Orange left half, a gradient on the right: nothing symmetric."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:] = ORANGE
    pixels[:, width // 2 :, 1] = np.linspace(0, 255, height, dtype=np.uint8)[:, None]
    return Image.fromarray(pixels)


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def heif(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(image).save(buffer, quality=95)
    return buffer.getvalue()


def noise(width: int = 256, height: int = 256) -> Image.Image:
    rng = np.random.default_rng(0)
    return Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, data: bytes, *, depth: int = 8, colour: int = 2) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def bmp_header(width: int, height: int, *, bits: int = 24) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, 0, 0, 2835, 2835, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + info


def gif_header(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"


def jpeg_of_size(width: int, height: int) -> bytes:
    content = bytearray(encode(picture(), "JPEG"))
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def tiff(entries: list[tuple[int, int, int, int]], body: bytes = b"") -> bytes:
    directory = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    ifd = struct.pack("<H", len(entries)) + directory + struct.pack("<I", 0)
    return b"II*\0" + struct.pack("<I", 8) + ifd + body


def tiff_of_size(width: int, height: int) -> bytes:
    return tiff(
        [
            (256, 4, 1, width),
            (257, 4, 1, height),
            (258, 3, 1, 8),
            (259, 3, 1, 1),
            (262, 3, 1, 1),
            (273, 4, 1, 122),
            (277, 3, 1, 1),
            (278, 4, 1, height),
            (279, 4, 1, 4),
        ],
        b"\0\0\0\0",
    )


def cut(content: bytes, share: float) -> bytes:
    return content[: int(len(content) * share)]


def with_scans(progressive: bytes, more: int) -> bytes:
    """Return a progressive JPEG whose last scan is there so many times more."""
    last, end = progressive.rindex(b"\xff\xda"), progressive.rindex(b"\xff\xd9")
    return progressive[:end] + progressive[last:end] * more + progressive[end:]


def _after_first_scan(progressive: bytes, segments: bytes) -> bytes:
    second = progressive.index(b"\xff\xc4", progressive.index(b"\xff\xda"))
    return progressive[:second] + segments + progressive[second:]


def corrupt(content: bytes, at: float, length: int = 64) -> bytes:
    start = int(len(content) * at)
    return content[:start] + b"\xa5" * length + content[start + length :]


def _hostile() -> dict[str, tuple[bytes, type[ImageError]]]:
    jpeg = encode(noise(), "JPEG", quality=90)
    progressive = encode(noise(), "JPEG", quality=90, progressive=True)
    lossless = encode(noise(), "PNG")
    webp = encode(noise(), "WEBP", lossless=True)
    gif = encode(noise().quantize(64), "GIF")
    bmp = encode(noise(), "BMP")
    tif = encode(noise(), "TIFF")
    damaged, large, unsupported = ImageDecodeError, ImageTooLargeError, UnsupportedImageError
    return {
        "empty": (b"", damaged),
        "one_byte": (b"\xff", unsupported),
        "zeros": (b"\0" * 4096, unsupported),
        "html_page_named_jpg": (b"<!DOCTYPE html><html><body>404</body></html>", unsupported),
        "svg_with_external_entity": (
            b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
            unsupported,
        ),
        "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n", unsupported),
        "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", unsupported),
        "zip_archive": (b"PK\x03\x04" + b"\0" * 60, unsupported),
        "video_mp4": (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 64, unsupported),
        "icon": (b"\0\0\1\0\1\0\x10\x10\0\0\1\0\x18\0" + b"\0" * 64, unsupported),
        "photoshop_psd": (b"8BPS\0\1" + b"\0" * 64, unsupported),
        "portable_pixmap": (b"P6 2 2 255 " + b"\x80" * 12, unsupported),
        "jpeg_signature_only": (b"\xff\xd8\xff", damaged),
        "jpeg_truncated_in_header": (jpeg[:200], damaged),
        "jpeg_truncated_half": (cut(jpeg, 0.5), damaged),
        "jpeg_truncated_last_tenth": (cut(jpeg, 0.9), damaged),
        "jpeg_truncated_last_two_bytes": (jpeg[:-2], damaged),
        "jpeg_progressive_truncated": (cut(progressive, 0.7), damaged),
        "jpeg_of_a_thousand_scans": (with_scans(progressive, 1000), damaged),
        "jpeg_of_a_million_segments_between_scans": (
            _after_first_scan(progressive, b"\xff\xfe\0\2" * 10**6),
            damaged,
        ),
        "jpeg_zero_width": (jpeg_of_size(0, 48), damaged),
        "jpeg_header_claims_65500_px": (jpeg_of_size(65500, 65500), large),
        "jpeg_header_claims_17000_px": (jpeg_of_size(17000, 17000), large),
        "jpeg_segment_length_past_the_end": (b"\xff\xd8\xff\xe0\xff\xff" + b"JFIF", damaged),
        "jpeg_of_a_million_empty_segments": (b"\xff\xd8" + b"\xff\xe1\0\2" * 10**6 + jpeg[2:], damaged),
        "jpeg_of_fill_bytes_only": (b"\xff\xd8" + b"\xff" * 10**7, damaged),
        "jpeg_without_quantisation_tables": (jpeg.replace(b"\xff\xdb", b"\xff\xfe"), damaged),
        "png_signature_only": (b"\x89PNG\r\n\x1a\n", damaged),
        "png_truncated_half": (cut(lossless, 0.5), damaged),
        "png_without_end_chunk": (lossless[:-12], damaged),
        "png_bad_checksum": (lossless[:30] + b"\1" + lossless[31:], damaged),
        "png_corrupt_deflate_stream": (png(64, 64, b"\x78\x9c" + b"\xa5" * 500), damaged),
        "png_too_little_data": (png(64, 64, zlib.compress(b"\0" * 100)), damaged),
        "png_zero_height": (png(64, 0, zlib.compress(b"")), damaged),
        "png_header_claims_terapixels": (png(2**31 - 1, 2**31 - 1, zlib.compress(b"\0")), large),
        "png_header_claims_64001_kilopixel_rows": (png(64001, 1000, zlib.compress(b"\0")), large),
        "png_bomb_of_zeros": (png(20000, 20000, zlib.compress(b"\0" * 10**6, 9)), large),
        "png_bit_depth_three": (png(8, 8, zlib.compress(b"\0" * 200), depth=3), damaged),
        "png_no_image_data": (b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""), damaged),
        "webp_truncated_half": (cut(webp, 0.5), damaged),
        "webp_truncated_last_byte": (webp[:-1], damaged),
        "webp_header_only": (webp[:20], damaged),
        "webp_corrupt_header": (corrupt(webp, 0.0001, 30), damaged),
        "gif_header_only": (gif_header(10, 10), damaged),
        "gif_truncated_first_frame": (cut(gif, 0.4), damaged),
        "gif_header_claims_65535_px": (
            gif_header(65535, 65535) + b",\0\0\0\0\xff\xff\xff\xff\0\2\2\x44\1\0;",
            large,
        ),
        "gif_frame_beyond_the_screen": (
            gif_header(4, 4) + b",\0\0\0\0" + struct.pack("<HH", 40000, 40000) + b"\0\2\2\x44\1\0;",
            large,
        ),
        "bmp_header_only": (bmp_header(10, 10), damaged),
        "bmp_truncated_half": (cut(bmp, 0.5), damaged),
        "bmp_header_claims_100000_px": (bmp_header(100_000, 100_000), large),
        "bmp_negative_width": (bmp_header(-10, 10), large),
        "bmp_seven_bits_a_pixel": (bmp_header(10, 10, bits=7), damaged),
        "tiff_truncated_half": (cut(tif, 0.5), damaged),
        "tiff_directory_past_the_end": (b"II*\0\xff\xff\xff\x7f", damaged),
        "tiff_directory_loops": (b"II*\0\x08\0\0\0\0\0\x08\0\0\0", damaged),
        "tiff_without_a_size": (tiff([(259, 3, 1, 1)]), damaged),
        "tiff_header_claims_gigapixels": (tiff_of_size(60_000, 60_000), large),
        "tiff_strip_past_the_end": (tiff_of_size(64, 64), damaged),
        "tiff_32_bit_float": (
            encode(Image.fromarray(np.ones((8, 8), np.float32)), "TIFF"),
            unsupported,
        ),
        "heif_with_no_boxes": (b"\0\0\0\x18ftypheic\0\0\0\0heicmif1", damaged),
        "avif_with_no_boxes": (b"\0\0\0\x18ftypavif\0\0\0\0avifmif1", damaged),
    }


HOSTILE = _hostile()


def _exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


def _odd() -> dict[str, bytes]:
    image = picture()
    rgba = image.copy()
    rgba.putalpha(255)
    with_profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    grey16 = Image.fromarray(np.full((48, 64), 40_000, np.uint16))
    jpeg = encode(image, "JPEG", quality=95)
    return {
        "jpeg_progressive": encode(image, "JPEG", quality=95, progressive=True),
        "jpeg_of_nearly_a_hundred_scans": with_scans(encode(image, "JPEG", quality=95, progressive=True), 88),
        "jpeg_progressive_with_video_after_it": encode(image, "JPEG", quality=95, progressive=True)
        + b"\xff\xda" * 200,
        "jpeg_cmyk": encode(image.convert("CMYK"), "JPEG", quality=95),
        "jpeg_greyscale": encode(image.convert("L"), "JPEG"),
        "jpeg_with_icc_profile": encode(image, "JPEG", quality=95, icc_profile=with_profile),
        "jpeg_with_broken_icc_profile": encode(image, "JPEG", quality=95, icc_profile=b"not a profile" * 20),
        "jpeg_with_broken_exif": encode(image, "JPEG", quality=95, exif=b"Exif\0\0II*\0\xff\xff\xff\xff"),
        "jpeg_with_video_after_it": jpeg + b"\0\0\0\x18ftypmp42" + b"\xff\xda" * 64,
        "png_palette": encode(image.quantize(32), "PNG"),
        "png_palette_with_transparency": encode(image.quantize(32), "PNG", transparency=0),
        "png_one_bit": encode(image.convert("1"), "PNG"),
        "png_16_bit_grey": encode(grey16, "PNG"),
        "png_16_bit_rgb": png(4, 4, zlib.compress((b"\0" + b"\xf0\0\x82\0\x14\0" * 4) * 4), depth=16),
        "png_alpha": encode(rgba, "PNG"),
        "png_grey_with_alpha": encode(rgba.convert("LA"), "PNG"),
        "png_fully_transparent": encode(Image.new("RGBA", (64, 48), (*ORANGE, 0)), "PNG"),
        "png_animated": encode(image, "PNG", save_all=True, append_images=[image.rotate(180)]),
        "webp_lossy": encode(image, "WEBP", quality=95),
        "webp_alpha": encode(rgba, "WEBP", lossless=True),
        "webp_animated": encode(
            image, "WEBP", save_all=True, append_images=[image.rotate(180)], lossless=True
        ),
        "gif_animated": encode(image, "GIF", save_all=True, append_images=[image.rotate(180)]),
        "gif_cut_off_in_second_frame": encode(
            noise(64, 48), "GIF", save_all=True, append_images=[noise(64, 48).rotate(180)]
        )[:-400],
        "bmp": encode(image, "BMP"),
        "tiff_lzw": encode(image, "TIFF", compression="tiff_lzw"),
        "tiff_many_pages": encode(image, "TIFF", save_all=True, append_images=[image] * 3),
        "tiff_cmyk": encode(image.convert("CMYK"), "TIFF"),
        "one_pixel": encode(Image.new("RGB", (1, 1), ORANGE), "PNG"),
        "one_row_of_ten_thousand": encode(Image.new("RGB", (10_000, 1), ORANGE), "PNG"),
        "avif": encode(image, "AVIF", quality=95),
        "heif": heif(image),
        "jpeg_with_fill_bytes": jpeg[:2] + b"\xff" * 5 + jpeg[2:],
    }


ODD = _odd()
ORIENTED: dict[int, Callable[[], bytes]] = {
    value: (lambda value=value: encode(picture(), "JPEG", quality=95, exif=_exif(value)))
    for value in range(1, 9)
}
