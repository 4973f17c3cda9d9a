"""Containers: metadata loses no pixel, whatever it is, and what counts in it is found."""

from __future__ import annotations

import io
import struct
import sys
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile

from tests.hostile_files import ODD, chunk, encode, heif, jpeg_of_size, noise, picture, png
from tests.icc_profiles import matrix_profile
from wildvision import decoders
from wildvision.containers import jpeg_frame, read_brands, split_jpeg, split_png, with_brand
from wildvision.errors import ImageDecodeError, ImageTooLargeError, UnsupportedImageError
from wildvision.images import ImageLimits, image_format, read_image

PIXELS = np.asarray(picture())
PNG = encode(picture(), "PNG")
LINEAR = matrix_profile("linear", gamma=1.0)
UPSIDE_DOWN = b"II*\0\x08\0\0\0\1\0" + struct.pack("<HHIHH", 0x0112, 3, 1, 3, 0) + bytes(4)


def codes(content: bytes) -> list[str]:
    return [caution.code for caution in read_image(content).cautions]


def icc(profile: bytes) -> bytes:
    return chunk(b"iCCP", b"name\0\0" + zlib.compress(profile, 9))


def wrong(made: bytes) -> bytes:
    """Return a chunk with a wrong checksum."""
    return made[:-1] + bytes([made[-1] ^ 1])


def with_chunks(*chunks: bytes, content: bytes = PNG, at_end: bool = False) -> bytes:
    place = len(content) - 12 if at_end else 33
    return content[:place] + b"".join(chunks) + content[place:]


# --- PNG --------------------------------------------------------------------------------------------------

MEBIBYTE = 2**20
METADATA = {
    "zTXt bomb": [chunk(b"zTXt", b"key\0\0" + zlib.compress(b"\0" * (100 * MEBIBYTE), 9))],
    "iTXt bomb": [chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b"x" * (30 * MEBIBYTE), 9))],
    "text of 3 MiB": [chunk(b"tEXt", b"workflow\0" + b"{" * (3 * MEBIBYTE))],
    "70 texts of 1 MiB": [chunk(b"zTXt", b"k\0\0" + zlib.compress(b"y" * MEBIBYTE, 9))] * 70,
    "20,000 texts": [chunk(b"tEXt", b"key\0value")] * 20_000,
    "zTXt of an unknown compression": [chunk(b"zTXt", b"key\0\7abc")],
    "wrong checksum in tEXt": [wrong(chunk(b"tEXt", b"key\0value"))],
    "wrong checksum in pHYs": [wrong(chunk(b"pHYs", bytes(9)))],
    "gAMA cut off": [chunk(b"gAMA", b"\0")],
    "cHRM cut off": [chunk(b"cHRM", bytes(7))],
    "sRGB cut off": [chunk(b"sRGB", b"")],
    "pHYs cut off": [chunk(b"pHYs", b"\0")],
    "private chunk": [chunk(b"prVt", bytes(2 * MEBIBYTE))],
    "animation cut off": [chunk(b"acTL", b"\0\0"), chunk(b"fcTL", b"\0")],
    "frames out of order": [chunk(b"acTL", bytes(8)), chunk(b"fcTL", b"\xff" * 26)],
    "text that says exif": [chunk(b"tEXt", b"exif\0II*\0garbage")],
}


@pytest.mark.parametrize("name", METADATA)
@pytest.mark.parametrize("at_end", [False, True])
@pytest.mark.parametrize("decode_side", [None, 16])
def test_metadata_of_a_png_loses_no_pixel(name: str, at_end: bool, decode_side: int | None) -> None:
    image = read_image(with_chunks(*METADATA[name], at_end=at_end), decode_side=decode_side)
    np.testing.assert_array_equal(image.pixels, read_image(PNG, decode_side=decode_side).pixels)
    assert image.cautions == ()


@pytest.mark.parametrize(
    "chunks",
    [
        [icc(matrix_profile("large", filler=2 * MEBIBYTE))],
        [icc(bytes(200 * MEBIBYTE))],
        [wrong(icc(LINEAR))],
        [chunk(b"iCCP", b"name\0\0" + zlib.compress(LINEAR)[:-9])],
        [chunk(b"iCCP", b"name\0\7" + zlib.compress(LINEAR)[2:])],
        [chunk(b"iCCP", b"no end of the name")],
        [chunk(b"iCCP", b"")],
        [icc(b"not a profile")],
    ],
    ids=["2 MiB", "bomb", "checksum", "cut off", "compression", "name", "empty", "no profile"],
)
def test_a_profile_that_is_too_large_or_broken_is_a_caution(chunks: list[bytes]) -> None:
    image = read_image(with_chunks(*chunks))
    np.testing.assert_array_equal(image.pixels, PIXELS)
    assert [caution.code for caution in image.cautions] == ["colour_profile_ignored"]


def test_profile_and_orientation_of_a_png_are_found_among_the_rest() -> None:
    text = chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(2 * MEBIBYTE)))
    for at_end in (False, True):
        content = with_chunks(text, chunk(b"eXIf", UPSIDE_DOWN), text, at_end=at_end)
        np.testing.assert_array_equal(read_image(content).pixels, PIXELS[::-1, ::-1])
    wanted = read_image(encode(picture(), "PNG", icc_profile=LINEAR)).pixels
    np.testing.assert_array_equal(read_image(with_chunks(text, icc(LINEAR), text)).pixels, wanted)
    assert not np.array_equal(wanted, PIXELS)
    assert codes(with_chunks(wrong(chunk(b"eXIf", UPSIDE_DOWN)))) == ["exif_unreadable"]


@pytest.mark.parametrize("kind", [b"IHDR", b"PLTE"])
def test_a_wrong_checksum_of_what_is_essential_is_damage(kind: bytes) -> None:
    content = encode(picture().quantize(16), "PNG")
    end = content.index(kind) + 4 + struct.unpack_from(">I", content, content.index(kind) - 4)[0]
    broken = content[: end + 3] + bytes([content[end + 3] ^ 1]) + content[end + 4 :]
    with pytest.raises(ImageDecodeError):
        read_image(broken)


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.999])
def test_a_png_that_was_cut_off_is_damage_even_where_the_host_tolerates_it(
    keep: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = encode(noise(), "PNG")
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(ImageDecodeError, match="ends early"):
        read_image(content[: int(keep * len(content))])


def test_damage_after_the_image_data_takes_nothing_from_it() -> None:
    for junk in (b"\0\0\0\4\1\2\3\4junk", b"\x7f\xff\xff\xfftEXt", b"\0" * 5):
        np.testing.assert_array_equal(read_image(with_chunks(junk, at_end=True)).pixels, PIXELS)
    with pytest.raises(ImageDecodeError):
        read_image(with_chunks(b"\0\0\0\4\1\2\3\4junk"))


def test_image_data_in_many_pieces_is_joined() -> None:
    data = PNG[PNG.index(b"IDAT") + 4 : -16]
    pieces = b"".join(chunk(b"IDAT", data[at : at + 3]) for at in range(0, len(data), 3))
    content = PNG[:33] + pieces + chunk(b"IDAT", b"") * 500 + chunk(b"IEND", b"")
    np.testing.assert_array_equal(read_image(content).pixels, PIXELS)


def test_a_png_of_a_million_chunks_is_refused() -> None:
    with pytest.raises(ImageDecodeError, match="chunks"):
        read_image(with_chunks(chunk(b"tEXt", b"") * (2**20 + 1)))


def test_apples_variant_of_png_is_unsupported() -> None:
    content = PNG[:8] + chunk(b"CgBI", b"\x50\0\x20\2") + PNG[8:]
    with pytest.raises(UnsupportedImageError, match="CgBI"):
        read_image(content)


def test_an_animation_is_read_as_its_first_picture() -> None:
    animated = encode(noise(64, 48), "PNG", save_all=True, append_images=[picture()])
    assert codes(animated) == ["first_frame_only"]
    np.testing.assert_array_equal(read_image(animated).pixels, np.asarray(noise(64, 48)))
    one = with_chunks(chunk(b"acTL", struct.pack(">II", 1, 0)))
    assert codes(one) == []


def test_what_a_decoder_sees_of_a_png_has_nothing_else() -> None:
    content = with_chunks(*METADATA["wrong checksum in tEXt"], icc(LINEAR), chunk(b"eXIf", UPSIDE_DOWN))
    container = split_png(content)
    with Image.open(io.BytesIO(container.content)) as image:
        image.load()
        assert image.info == {}
    assert (container.profile, container.exif) == (LINEAR, UPSIDE_DOWN)


# --- depth and transparency of PNG ------------------------------------------------------------------------


def filtered(samples: np.ndarray) -> bytes:
    """Return rows of big-endian samples (H, W, S) as a PNG stores them, each with filter 0."""
    rows = samples.astype(samples.dtype.newbyteorder(">")).reshape(len(samples), -1)
    return zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))


def deep(count: int) -> np.ndarray:
    y, x = np.mgrid[:30, :40]
    return np.stack([(x * 1500 + y * 90 * (band + 1)) % 65536 for band in range(count)], -1).astype(np.uint16)


def transparent_png(samples: np.ndarray, colour: int, key: tuple[int, ...], *, depth: int = 16) -> bytes:
    content = png(samples.shape[1], len(samples), filtered(samples), depth=depth, colour=colour)
    return with_chunks(chunk(b"tRNS", struct.pack(f">{len(key)}H", *key)), content=content)


@pytest.mark.parametrize("decode_side", [None, 10])
def test_one_transparent_grey_of_sixteen_bits(decode_side: int | None) -> None:
    samples = deep(1)
    samples[10:20, 10:20] = 0x1234
    samples[20:, 10:20] = 0x1235  # the same upper byte
    image = read_image(transparent_png(samples, 0, (0x1234,)), decode_side=decode_side)
    assert [caution.code for caution in image.cautions] == ["transparency"]
    expected = np.where(samples == 0x1234, 255, samples >> 8).astype(np.uint8)
    if decode_side:
        expected = np.asarray(Image.fromarray(expected[..., 0]).reduce(4))[..., None]
    assert np.abs(image.pixels.astype(int) - expected).max() <= (1 if decode_side else 0)


def test_one_transparent_colour_of_sixteen_bits() -> None:
    samples = deep(3)
    samples[10:20, 10:20] = (0x1234, 0x5678, 0x9ABC)
    samples[20:, 10:20] = (0x1234, 0x5678, 0x9ABD)  # the same upper bytes
    image = read_image(transparent_png(samples, 2, (0x1234, 0x5678, 0x9ABC)))
    assert [caution.code for caution in image.cautions] == ["transparency"]
    expected = samples >> 8
    expected[10:20, 10:20] = 255
    np.testing.assert_array_equal(image.pixels, expected)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_one_transparent_grey_of_few_bits(bits: int) -> None:
    levels = (np.mgrid[:16, :16][1] % 2**bits).astype(np.uint8)
    packed = np.packbits((levels[..., None] >> np.arange(bits - 1, -1, -1) & 1).reshape(16, -1), axis=1)
    content = png(16, 16, filtered(packed[..., None]), depth=bits, colour=0)
    key = 2 ** (bits - 1)
    image = read_image(with_chunks(chunk(b"tRNS", struct.pack(">H", key)), content=content))
    expected = np.where(levels == key, 255, levels.astype(float) * 255 / (2**bits - 1))
    assert np.abs(image.pixels - expected[..., None]).max() <= 1


def test_one_transparent_colour_of_eight_bits() -> None:
    samples = np.asarray(picture())
    image = read_image(transparent_png(samples, 2, tuple(samples[0, 0]), depth=8))
    expected = np.where((samples == samples[0, 0]).all(axis=-1, keepdims=True), 255, samples)
    np.testing.assert_array_equal(image.pixels, expected)


@pytest.mark.parametrize(("colour", "count"), [(0, 1), (2, 3), (4, 2), (6, 4)])
@pytest.mark.parametrize("interlaced", [False, True])
def test_sixteen_bits_show_their_upper_eight(colour: int, count: int, interlaced: bool) -> None:
    samples = deep(count)
    if count in {2, 4}:
        samples[..., -1] = np.linspace(0, 65535, 40, dtype=np.uint16)
    content = png(40, 30, filtered(samples), depth=16, colour=colour)
    if interlaced:
        content = interlace(samples, colour)
    colours = (samples[..., :3] if count > 2 else samples[..., :1]) / 257
    if count in {2, 4}:
        opacity = samples[..., -1:] / 65535
        colours = colours * opacity + 255 * (1 - opacity)
    assert np.abs(read_image(content).pixels - colours).max() <= (4 if count in {2, 4} else 1)


def interlace(samples: np.ndarray, colour: int) -> bytes:
    """Return a PNG in the seven passes of Adam7."""
    passes = [
        (0, 0, 8, 8),
        (0, 4, 8, 8),
        (4, 0, 8, 4),
        (0, 2, 4, 4),
        (2, 0, 4, 2),
        (0, 1, 2, 2),
        (1, 0, 2, 1),
    ]
    rows = [row for y, x, dy, dx in passes for row in samples[y::dy, x::dx]]
    data = zlib.compress(b"".join(b"\0" + row.astype(">u2").tobytes() for row in rows))
    header = struct.pack(">IIBBBBB", samples.shape[1], len(samples), 16, colour, 0, 0, 1)
    return PNG[:8] + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("colour", [0, 2])
@pytest.mark.parametrize(("top", "expected"), [(4095, ["low_values"]), (8191, ["low_values"]), (8192, [])])
def test_few_bits_in_a_png_of_sixteen_are_a_caution(colour: int, top: int, expected: list[str]) -> None:
    samples = np.minimum(deep(colour + 1), top)
    assert codes(png(40, 30, filtered(samples), depth=16, colour=colour)) == expected


def test_broken_transparency_is_a_caution() -> None:
    for broken in (chunk(b"tRNS", b"\0"), wrong(chunk(b"tRNS", bytes(6)))):
        image = read_image(with_chunks(broken))
        np.testing.assert_array_equal(image.pixels, PIXELS)
        assert [caution.code for caution in image.cautions] == ["transparency"]


def test_a_pillow_image_of_sixteen_bits_with_transparency_keeps_its_levels() -> None:
    samples = deep(1)
    with Image.open(io.BytesIO(transparent_png(samples, 0, (int(samples[0, 0, 0]),)))) as image:
        pixels = read_image(image).pixels
    np.testing.assert_array_equal(pixels, np.where(samples == samples[0, 0], 255, samples >> 8) + np.zeros(3))


# --- JPEG -------------------------------------------------------------------------------------------------

JPEG = encode(picture(), "JPEG", quality=95)


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def with_segments(*segments: bytes, content: bytes = JPEG) -> bytes:
    return content[:2] + b"".join(segments) + content[2:]


@pytest.mark.parametrize(
    "segments",
    [
        [segment(0xE0, b"JFIF\0")],
        [segment(0xE0, b"JFXX\0\x10" + bytes(99))],
        [segment(0xEE, b"Adobe")],
        [segment(0xED, b"Photoshop 3.0\0" + b"8BIM\x03\xed\xff" + b"\xff" * 20)],
        [segment(0xED, b"Photoshop 3.0\0" + b"8BIM\x03\xed\0\0\0\0\0\1\0")],
        [segment(0xE2, b"MPF\0" + b"\xff" * 60)],
        [segment(0xE2, b"FPXR\0")],
        [segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + b"x" * 60_000)] * 20,
        [segment(0xFE, b"x" * 60_000)] * 20,
        [segment(0xE1, b"Exif\0\0" + UPSIDE_DOWN[:8] + bytes(6)), segment(0xE1, b"Exif\0\0\xff\xff")],
    ],
)
def test_metadata_of_a_jpeg_loses_no_pixel(segments: list[bytes]) -> None:
    image = read_image(with_segments(*segments))
    np.testing.assert_array_equal(image.pixels, read_image(JPEG).pixels)
    assert image.cautions == ()


@pytest.mark.parametrize(
    "parts",
    [
        [b"", b"\1"],
        [b"\1\2" + LINEAR],
        [b"\1\1" + LINEAR[:99], b"\1\1" + LINEAR[99:]],
        [b"\1\3" + LINEAR[:99], b"\3\3" + LINEAR[99:]],
        [b"\1\1" + LINEAR[:300]],
        [b"\1\1" + LINEAR] * 300,
    ],
)
def test_a_broken_profile_of_a_jpeg_is_a_caution(parts: list[bytes]) -> None:
    image = read_image(with_segments(*(segment(0xE2, b"ICC_PROFILE\0" + part) for part in parts)))
    np.testing.assert_array_equal(image.pixels, read_image(JPEG).pixels)
    assert [caution.code for caution in image.cautions] == ["colour_profile_ignored"]


def test_parts_of_a_profile_may_stand_in_any_order() -> None:
    parts = [b"\3\3" + LINEAR[400:], b"\1\3" + LINEAR[:200], b"\2\3" + LINEAR[200:400]]
    content = with_segments(*(segment(0xE2, b"ICC_PROFILE\0" + part) for part in parts))
    assert split_jpeg(content).profile == LINEAR
    assert split_jpeg(content).content == JPEG


@pytest.mark.parametrize("adobe", [0, 1, 2])
def test_what_says_which_colours_the_components_are_is_kept(adobe: int) -> None:
    plain = JPEG[:2] + JPEG[20:]  # without JFIF
    content = with_segments(segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes([adobe])), content=plain)
    with Image.open(io.BytesIO(content)) as image:
        np.testing.assert_array_equal(read_image(content).pixels, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize(
    ("options", "bytes_per_pixel"),
    [
        ({"subsampling": 0}, 0),
        ({"subsampling": 2}, 0),
        ({"subsampling": 0, "progressive": True}, 6),
        ({"subsampling": 1, "progressive": True}, 4),
        ({"subsampling": 2, "progressive": True}, 3),
    ],
)
def test_coefficients_are_counted_where_a_decoder_holds_them(
    options: dict[str, object], bytes_per_pixel: int
) -> None:
    frame = jpeg_frame(encode(picture(320, 160), "JPEG", **options))
    assert frame is not None
    assert (frame.width, frame.height) == (320, 160)
    assert frame.coefficients == bytes_per_pixel * 320 * 160


def test_a_sequential_jpeg_of_several_scans_holds_its_coefficients_too() -> None:
    content = bytearray(encode(picture(320, 160), "JPEG", subsampling=0))
    content[content.index(b"\xff\xda") + 4] = 1
    frame = jpeg_frame(bytes(content))
    assert frame is not None
    assert frame.coefficients == 6 * 320 * 160


def test_a_large_jpeg_is_read_where_it_shrinks() -> None:
    limits = ImageLimits(max_pixels=40_000)
    content = encode(noise(400, 400), "JPEG")
    image = read_image(content, limits=limits, decode_side=50)
    assert (image.width, image.height) == (400, 400)
    assert image.pixels.shape == (50, 50, 3)
    for decode_side in (None, 400):
        with pytest.raises(ImageTooLargeError):
            read_image(content, limits=limits, decode_side=decode_side)
    with pytest.raises(ImageTooLargeError) as caught:
        read_image(content, limits=ImageLimits(max_pixels=39_999), decode_side=50)
    assert (caught.value.found, caught.value.limit) == (160_000, 4 * 39_999)
    for kind in ("PNG", "WEBP", "TIFF"):
        with pytest.raises(ImageTooLargeError):
            read_image(encode(noise(400, 400), kind), limits=limits, decode_side=50)


def test_a_progressive_jpeg_is_read_where_its_coefficients_have_room() -> None:
    content = encode(noise(400, 400), "JPEG", progressive=True, subsampling=0)
    with pytest.raises(ImageTooLargeError) as caught:
        read_image(content, limits=ImageLimits(max_pixels=100_000), decode_side=50)
    assert caught.value.limit == 8 * 100_000 // 6
    for enough in (caught.value.found, 120_000):
        assert read_image(content, limits=ImageLimits(max_pixels=enough), decode_side=50).width == 400


def test_a_panorama_longer_than_any_side_is_read_where_it_shrinks() -> None:
    panorama = encode(noise(40_000, 64), "JPEG")
    image = read_image(panorama, decode_side=16)
    assert (image.width, image.height) == (40_000, 64)
    with pytest.raises(ImageTooLargeError) as caught:
        read_image(panorama)
    assert (caught.value.quantity, caught.value.limit) == ("side", 32_768)


def test_raising_the_limit_of_pixels_raises_that_of_sides() -> None:
    row = encode(Image.new("L", (40_000, 3)), "PNG")
    with pytest.raises(ImageTooLargeError):
        read_image(row)
    assert read_image(row, limits=ImageLimits(max_pixels=65_000_000)).width == 40_000
    with pytest.raises(ImageTooLargeError):
        read_image(row, limits=ImageLimits(max_pixels=65_000_000, max_side=39_999))


def test_a_jpeg_too_small_for_what_it_claims_is_damaged() -> None:
    with pytest.raises(ImageDecodeError, match="9000 x 9000"):
        read_image(jpeg_of_size(9000, 9000), decode_side=16)
    plain = encode(Image.new("L", (2000, 2000)), "JPEG", optimize=True)
    assert read_image(plain, decode_side=16).width == 2000


# --- HEIF and AVIF ----------------------------------------------------------------------------------------


def rebrand(content: bytes, major: bytes, *compatible: bytes) -> bytes:
    """Give an ISO media file other brands in a box of the same length."""
    size = int.from_bytes(content[:4], "big")
    brands = b"".join(compatible)
    assert 16 + len(brands) <= size
    free = size - 16 - len(brands)  # filled up with a brand that says nothing
    return content[:8] + major + bytes(4) + brands + b"zzzz" * (free // 4) + content[size:]


AVIF_FILE, HEIF_FILE = ODD["avif"], ODD["heif"]
GENERIC = [b"mif1", b"msf1", b"miaf", b"mif2"]


@pytest.mark.parametrize("major", [b"avif", *GENERIC, b"MA1B"])
@pytest.mark.parametrize("compatible", [(b"avif",), (b"mif1", b"avif"), (b"miaf", b"mif1", b"avif")])
def test_avif_is_known_by_any_of_its_brands(major: bytes, compatible: tuple[bytes, ...]) -> None:
    content = rebrand(AVIF_FILE, major, *compatible)
    assert image_format(content) == "AVIF"
    np.testing.assert_array_equal(read_image(content).pixels, read_image(AVIF_FILE).pixels)


@pytest.mark.parametrize("major", [b"avis", *GENERIC])
def test_a_sequence_of_avif_is_known_by_any_of_its_brands(major: bytes) -> None:
    sequence = encode(picture(), "AVIF", save_all=True, append_images=[picture().rotate(180)])
    image = read_image(rebrand(sequence, major, b"avis", b"msf1"))
    np.testing.assert_array_equal(image.pixels, read_image(sequence).pixels)
    assert [caution.code for caution in image.cautions] == ["first_frame_only"]


@pytest.mark.parametrize("major", [b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", *GENERIC])
@pytest.mark.parametrize("compatible", [(b"mif1", b"heic"), (b"miaf",), (b"heic",)])
def test_heif_is_known_by_any_of_its_brands(major: bytes, compatible: tuple[bytes, ...]) -> None:
    content = rebrand(HEIF_FILE, major, *compatible)
    assert image_format(content) == "HEIF"
    np.testing.assert_array_equal(read_image(content).pixels, read_image(HEIF_FILE).pixels)


@pytest.mark.parametrize("major", GENERIC)
def test_where_brands_say_only_that_it_is_an_image_both_decoders_are_tried(major: bytes) -> None:
    bare = rebrand(AVIF_FILE, major, b"mif1")
    np.testing.assert_array_equal(read_image(bare).pixels, read_image(AVIF_FILE).pixels)
    lying = rebrand(HEIF_FILE, major, b"avif")
    np.testing.assert_array_equal(read_image(lying).pixels, read_image(HEIF_FILE).pixels)


def test_a_box_with_a_long_length_is_read() -> None:
    size = int.from_bytes(AVIF_FILE[:4], "big")
    long = b"\0\0\0\1ftyp" + struct.pack(">Q", size + 8) + AVIF_FILE[8:]
    brands = read_brands(long)
    assert brands is not None
    assert brands.major == b"avif"
    assert b"mif1" in brands.compatible


def test_another_brand_never_reaches_beyond_its_box() -> None:
    bare = b"\0\0\0\x10ftypmif1\0\0\0\0"
    assert with_brand(bare + b"next box", b"avif") == bare.replace(b"mif1", b"avif") + b"next box"
    named = b"\0\0\0\x14ftypmif1\0\0\0\0miaf"
    assert with_brand(named + b"next", b"heic") == b"\0\0\0\x14ftypheic\0\0\0\0heicnext"


def test_other_iso_media_is_unsupported() -> None:
    for major in (b"mp42", b"isom", b"qt  ", b"jp2 ", b"M4A "):
        with pytest.raises(UnsupportedImageError, match="expected JPEG"):
            read_image(b"\0\0\0\x18ftyp" + major + b"\0\0\0\0isommp42" + bytes(64))


def test_heif_without_its_decoder_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    for content in (HEIF_FILE, rebrand(HEIF_FILE, b"mif1", b"miaf")):
        with pytest.raises(UnsupportedImageError, match="with its extra `heif`"):
            read_image(content)
    assert read_image(rebrand(AVIF_FILE, b"mif1", b"avif")).width == 64


@pytest.mark.parametrize("brand", [b"avif", b"heic", b"mif1"])
def test_a_damaged_file_of_any_brand_is_damaged(brand: bytes) -> None:
    for content in (AVIF_FILE, heif(picture())):
        broken = rebrand(content[:200], brand, b"mif1")
        with pytest.raises(ImageDecodeError):
            read_image(broken)


def test_every_format_has_a_decoder() -> None:
    named = {image_format(content) for content in ODD.values()}
    assert named == set(decoders._DECODERS)


# --- GIF and WebP -----------------------------------------------------------------------------------------


def test_comments_of_a_gif_lose_no_pixel() -> None:
    content = encode(picture().quantize(64), "GIF")
    place = content.index(b"\x2c", 13 + 3 * 64)
    comment = b"\x21\xfe" + b"\xff" + b"x" * 255 + b"\0"
    crowded = content[:place] + comment * 40_000 + content[place:]
    np.testing.assert_array_equal(read_image(crowded).pixels, read_image(content).pixels)


@pytest.mark.parametrize("option", ["exif", "icc_profile", "xmp"])
def test_metadata_of_a_webp_loses_no_pixel(option: str) -> None:
    plain = read_image(encode(picture(), "WEBP", lossless=True)).pixels
    for junk in (b"\xff" * 40, bytes(3 * MEBIBYTE)):
        content = encode(picture(), "WEBP", lossless=True, **{option: junk})
        np.testing.assert_array_equal(read_image(content).pixels, plain)
