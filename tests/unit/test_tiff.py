"""TIFF: every layout gives the stored pixels or a refusal, and the picture is read instead of its preview."""

from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
from PIL import Image

from tests.hostile_files import encode, noise, picture
from tests.icc_profiles import matrix_profile
from tests.tiff_files import CFA, DNG_VERSION, LINEAR_RAW, NEW_SUBFILE_TYPE, ORIENTATION, Page, tiff_file
from wildvision.errors import ImageDecodeError, ImageError, ImageTooLargeError, UnsupportedImageError
from wildvision.images import DecodedImage, ImageLimits, read_image

HEIGHT, WIDTH = 37, 50
ORDERS = ["<", ">"]
PREVIEW = {NEW_SUBFILE_TYPE: (4, [1])}
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, CMYK, YCBCR = 0, 1, 2, 5, 6


def values(bits: int, count: int) -> np.ndarray:
    """Return smooth samples (H, W, count) over most of the range, nothing symmetric."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    waves = [np.sin(x / 9 + band) * 0.25 + np.cos(y / 7 + 2 * band) * 0.2 + 0.5 for band in range(count)]
    kind = np.uint8 if bits <= 8 else np.uint16
    return np.round(np.stack(waves, axis=-1) * (2**bits - 1)).astype(kind)


def codes(image: DecodedImage) -> list[str]:
    return [caution.code for caution in image.cautions]


def assert_shows(content: bytes, expected: np.ndarray, *, tolerance: float = 1) -> None:
    pixels = read_image(content).pixels
    assert np.abs(pixels.astype(float) - expected).max() <= tolerance


STORAGE = [
    {"compression": compression, "tile": tile, "rows_per_strip": rows}
    for compression, (tile, rows) in itertools.product((1, 8), ((None, None), (None, 7), (16, None)))
]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("storage", STORAGE, ids=str)
@pytest.mark.parametrize("bits", [1, 2, 4, 8, 12, 16])
@pytest.mark.parametrize("photometric", [WHITE_IS_ZERO, BLACK_IS_ZERO])
def test_grey_of_any_depth_shows_its_levels_or_is_refused(
    order: str, storage: dict[str, int], bits: int, photometric: int
) -> None:
    levels = values(bits, 1)
    stored = levels if photometric else (2**bits - 1 - levels).astype(levels.dtype)
    content = tiff_file(Page(samples=stored, photometric=photometric, bits=bits, **storage), order=order)
    try:
        assert_shows(content, levels / (2**bits - 1) * 255)
    except UnsupportedImageError:
        # Pillow knows no 12 bits but these, and no 16 bits with white at zero in big-endian files.
        assert (bits == 12 and (order == ">" or not photometric)) or (bits == 16 and order == ">")


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("storage", STORAGE, ids=str)
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("planar", [1, 2])
@pytest.mark.parametrize("extra", [None, 0, 1, 2])
def test_rgb_shows_its_colours_on_white(
    order: str, storage: dict[str, int], bits: int, planar: int, extra: int | None
) -> None:
    top = 2**bits - 1
    colours, shown = values(bits, 3), values(bits, 3) / top
    page = Page(samples=colours, bits=bits, planar=planar, **storage)
    if extra is not None:
        opacity = np.linspace(0, 1, WIDTH)[None, :, None] * np.ones((HEIGHT, 1, 1))
        stored = colours * opacity if extra == 1 else colours
        page.samples = np.round(np.concatenate([stored, opacity * top], axis=-1)).astype(colours.dtype)
        page.extra = (extra,)
        shown = shown if extra == 0 else shown * opacity + 1 - opacity
    assert_shows(tiff_file(page, order=order), shown * 255, tolerance=4 if extra else 1)


@pytest.mark.parametrize("storage", STORAGE, ids=str)
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("planar", [1, 2])
@pytest.mark.parametrize("extra", [0, 1, 2])
def test_grey_with_a_second_sample_shows_its_levels_or_is_refused(
    storage: dict[str, int], bits: int, planar: int, extra: int
) -> None:
    top = 2**bits - 1
    levels = values(bits, 1)
    opacity = np.linspace(0, 1, WIDTH)[None, :, None] * np.ones((HEIGHT, 1, 1))
    stored = np.concatenate([levels * opacity if extra == 1 else levels, opacity * top], axis=-1)
    page = Page(
        samples=np.round(stored).astype(levels.dtype),
        photometric=BLACK_IS_ZERO,
        bits=bits,
        planar=planar,
        extra=(extra,),
        **storage,
    )
    shown = levels / top
    if (bits, planar) == (16, 1):
        with pytest.raises(UnsupportedImageError, match="2 x 16 bits"):
            read_image(tiff_file(page))
    else:
        expected = shown if extra == 0 else shown * opacity + 1 - opacity
        assert_shows(tiff_file(page), expected * 255, tolerance=4 if extra else 1)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("planar", [1, 2])
@pytest.mark.parametrize("compression", [1, 8])
def test_inks_show_their_colours(order: str, bits: int, planar: int, compression: int) -> None:
    top = 2**bits - 1
    colours = values(bits, 3)
    inks = np.concatenate([top - colours, np.zeros_like(colours[..., :1])], axis=-1)
    page = Page(samples=inks, photometric=CMYK, bits=bits, planar=planar, compression=compression)
    assert_shows(tiff_file(page, order=order), colours / top * 255)


@pytest.mark.parametrize("planar", [1, 2])
def test_luminance_and_chrominance_show_their_colours_or_are_refused(planar: int) -> None:
    samples = np.asarray(picture().convert("YCbCr"))
    content = tiff_file(Page(samples=samples, photometric=YCBCR, planar=planar, tags={530: (3, [1, 1])}))
    assert_shows(content, np.asarray(picture(), float), tolerance=3)
    halved = Page(
        samples=samples,
        photometric=YCBCR,
        tags={530: (3, [2, 2])},
        stored=samples.tobytes()[: samples.size // 2],
    )
    with pytest.raises(UnsupportedImageError, match="photometric interpretation 6"):
        read_image(tiff_file(halved))


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("planar", [1, 2])
def test_bigtiff_is_read_as_tiff_is(bits: int, planar: int) -> None:
    colours = values(bits, 3)
    page = Page(samples=colours, bits=bits, planar=planar, rows_per_strip=9)
    assert_shows(tiff_file(page, big=True), colours / (2**bits - 1) * 255)


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (
            Page(samples=values(8, 3).astype(np.float32), bits=32, sample_format=3),
            "3 x 32 bits, floating point",
        ),
        (
            Page(samples=values(8, 3).astype(np.float16), bits=16, sample_format=3),
            "3 x 16 bits, floating point",
        ),
        (
            Page(samples=values(8, 1).astype(np.float64), bits=64, sample_format=3, photometric=1),
            "1 x 64 bits",
        ),
        (Page(samples=values(8, 1).astype(np.uint32), bits=32, photometric=0), "1 x 32 bits, unsigned"),
        (Page(samples=values(8, 3).astype(np.uint32), bits=32), "3 x 32 bits, unsigned"),
        (Page(samples=values(8, 1).astype(np.int8), photometric=1, sample_format=2), "1 x 8 bits, signed"),
        (Page(samples=values(8, 1).astype(np.int16), bits=16, photometric=1, sample_format=2), "signed"),
        (Page(samples=values(8, 3), compression=34712, stored=b"\0" * 99), "compression 34712"),
        (Page(samples=values(8, 3), photometric=10), "photometric interpretation 10"),
    ],
    ids=str,
)
@pytest.mark.parametrize("order", ORDERS)
def test_what_nobody_here_can_read_is_unsupported_and_not_damaged(page: Page, found: str, order: str) -> None:
    with pytest.raises(UnsupportedImageError, match=found):
        read_image(tiff_file(page, order=order))


def test_a_big_endian_bigtiff_is_unsupported() -> None:
    with pytest.raises(UnsupportedImageError, match="big-endian BigTIFF"):
        read_image(tiff_file(Page(samples=values(8, 3)), order=">", big=True))


@pytest.mark.parametrize("photometric", [WHITE_IS_ZERO, BLACK_IS_ZERO])
@pytest.mark.parametrize(
    ("bits", "expected"), [(12, ["low_values"]), (13, ["low_values"]), (14, []), (16, [])]
)
def test_few_bits_in_sixteen_are_a_caution(photometric: int, bits: int, expected: list[str]) -> None:
    samples = values(bits, 1).astype(np.uint16)
    samples[0, 0] = 2**bits - 1
    grey = Page(samples=samples, bits=16, photometric=photometric)
    assert codes(read_image(tiff_file(grey))) == expected
    colours = Page(samples=np.repeat(samples, 3, axis=-1), bits=16)
    assert codes(read_image(tiff_file(colours))) == expected
    planes = Page(samples=np.repeat(samples, 3, axis=-1), bits=16, planar=2)
    assert codes(read_image(tiff_file(planes))) == expected


def test_a_dark_picture_of_eight_bits_is_no_caution() -> None:
    assert codes(read_image(tiff_file(Page(samples=values(8, 3) // 20)))) == []


def test_a_layout_that_pillow_reads_wrongly_is_refused_where_pillow_has_opened_it() -> None:
    content = tiff_file(Page(samples=values(16, 3), bits=16, planar=2))
    with (
        Image.open(io.BytesIO(content)) as image,
        pytest.raises(UnsupportedImageError, match="separate planes"),
    ):
        read_image(image)
    inverted = values(16, 1)
    white = tiff_file(Page(samples=65535 - inverted, bits=16, photometric=WHITE_IS_ZERO))
    with Image.open(io.BytesIO(white)) as image:
        np.testing.assert_array_equal(read_image(image).pixels, inverted // 256 + np.zeros(3))


@pytest.mark.parametrize("compression", [1, 8])
@pytest.mark.parametrize("orientation", [1, 6])
def test_only_the_limits_of_the_caller_count(
    compression: int, orientation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page(samples=FULL, compression=compression, tags={ORIENTATION: (3, [orientation])})
    wanted = read_image(tiff_file(page)).pixels
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    np.testing.assert_array_equal(read_image(tiff_file(page)).pixels, wanted)


# --- which picture ----------------------------------------------------------------------------------------

FULL = values(8, 3)
SMALL = np.zeros((12, 16, 3), np.uint8)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("big", [False, True])
def test_the_picture_is_read_instead_of_its_preview(order: str, big: bool) -> None:
    if big and order == ">":
        return
    preview = Page(samples=SMALL, tags=PREVIEW)
    full = Page(samples=FULL)
    larger_preview = Page(samples=np.zeros((90, 90, 3), np.uint8), tags=PREVIEW)
    files = [
        tiff_file(preview, full, order=order, big=big),
        tiff_file(preview, larger_preview, full, order=order, big=big),
        tiff_file(Page(samples=SMALL, tags=PREVIEW, within=(full,)), order=order, big=big),
        tiff_file(Page(samples=SMALL, tags=PREVIEW, within=(larger_preview, full)), order=order, big=big),
        tiff_file(Page(samples=SMALL, tags={255: (3, [2])}), full, order=order, big=big),
        tiff_file(Page(samples=SMALL, within=(full,)), order=order, big=big),
    ]
    for content in files:
        image = read_image(content)
        np.testing.assert_array_equal(image.pixels, FULL)
        assert (image.width, image.height) == (WIDTH, HEIGHT)
        assert codes(image) == []


def test_the_largest_picture_that_can_be_decoded_counts() -> None:
    unknown = Page(samples=np.zeros((99, 99, 3), np.float32), bits=32, sample_format=3)
    image = read_image(tiff_file(Page(samples=SMALL, tags=PREVIEW), unknown, Page(samples=FULL)))
    np.testing.assert_array_equal(image.pixels, FULL)


def test_a_preview_that_stands_alone_is_read_with_a_caution() -> None:
    unknown = Page(samples=np.zeros((99, 99, 3), np.float32), bits=32, sample_format=3)
    for content in (
        tiff_file(Page(samples=FULL, tags=PREVIEW)),
        tiff_file(Page(samples=FULL, tags=PREVIEW), unknown),
        tiff_file(Page(samples=SMALL, tags=PREVIEW), Page(samples=FULL, tags=PREVIEW)),
    ):
        image = read_image(content)
        np.testing.assert_array_equal(image.pixels, FULL)
        assert codes(image) == ["preview_only"]


def test_previews_and_masks_after_the_picture_are_no_pages() -> None:
    preview, mask = Page(samples=SMALL, tags=PREVIEW), Page(samples=SMALL, tags={NEW_SUBFILE_TYPE: (4, [4])})
    assert codes(read_image(tiff_file(Page(samples=FULL), preview, mask))) == []
    pages = read_image(tiff_file(Page(samples=FULL), Page(samples=SMALL)))
    assert codes(pages) == ["first_frame_only"]
    np.testing.assert_array_equal(pages.pixels, FULL)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_without_an_orientation_is_turned_as_its_preview(orientation: int) -> None:
    tags = {**PREVIEW, ORIENTATION: (3, [orientation])}
    found = read_image(tiff_file(Page(samples=SMALL, tags=tags), Page(samples=FULL)))
    wanted = read_image(tiff_file(Page(samples=FULL, tags={ORIENTATION: (3, [orientation])})))
    np.testing.assert_array_equal(found.pixels, wanted.pixels)
    assert (found.width, found.height) == (wanted.width, wanted.height) == found.pixels.shape[1::-1]
    planes = Page(samples=FULL, planar=2, tags={ORIENTATION: (3, [orientation])})
    np.testing.assert_array_equal(read_image(tiff_file(planes)).pixels, wanted.pixels)


def test_a_directory_that_points_at_itself_ends() -> None:
    content = bytearray(tiff_file(Page(samples=FULL, tags=PREVIEW)))
    content[-4:] = content[4:8]
    assert codes(read_image(bytes(content))) == ["preview_only"]


def test_limits_hold_for_the_picture_that_is_read() -> None:
    content = tiff_file(Page(samples=SMALL, tags=PREVIEW), Page(samples=FULL))
    with pytest.raises(ImageTooLargeError) as caught:
        read_image(content, limits=ImageLimits(max_pixels=1000))
    assert caught.value.found == WIDTH * HEIGHT


# --- camera raw files -------------------------------------------------------------------------------------


def sensor(height: int = HEIGHT, width: int = WIDTH, *, photometric: int = CFA) -> Page:
    return Page(samples=np.zeros((height, width, 1), np.uint16), bits=16, photometric=photometric)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    "page",
    [
        Page(samples=SMALL, tags=PREVIEW, within=(sensor(),)),
        Page(samples=SMALL, tags=PREVIEW, within=(sensor(photometric=LINEAR_RAW),)),
        Page(samples=SMALL, tags={DNG_VERSION: (1, [1, 4, 0, 0])}, within=(sensor(photometric=40000),)),
        Page(samples=SMALL, within=(sensor(),)),
        sensor(),
    ],
    ids=["DNG", "linear DNG", "marked DNG", "NEF", "PEF"],
)
def test_a_raw_file_is_refused_as_such(page: Page, order: str) -> None:
    with pytest.raises(UnsupportedImageError, match="camera raw file"):
        read_image(tiff_file(page, order=order))


@pytest.mark.parametrize("order", ORDERS)
def test_a_full_size_jpeg_in_a_raw_file_is_read(order: str) -> None:
    photo = picture(60, 48)
    jpeg = encode(photo, "JPEG", quality=95)
    stored = Page(samples=np.zeros((48, 60, 3), np.uint8), photometric=YCBCR, compression=6, stored=jpeg)
    for tags in ({}, PREVIEW):
        stored.tags = tags
        content = tiff_file(Page(samples=SMALL, tags=PREVIEW, within=(stored, sensor(50, 62))), order=order)
        image = read_image(content)
        assert np.abs(image.pixels.astype(int) - np.asarray(photo)).mean() < 3
        assert (image.width, image.height) == (60, 48)
        assert codes(image) == ["camera_raw"]


def test_a_full_size_jpeg_in_a_raw_file_is_turned_as_the_file_says() -> None:
    jpeg = encode(picture(60, 48), "JPEG", quality=95)
    stored = Page(samples=np.zeros((48, 60, 3), np.uint8), photometric=YCBCR, compression=6, stored=jpeg)
    tags = {**PREVIEW, ORIENTATION: (3, [6])}
    image = read_image(tiff_file(Page(samples=SMALL, tags=tags, within=(stored, sensor(50, 62)))))
    assert (image.width, image.height) == (48, 60)


def test_a_small_jpeg_in_a_raw_file_is_no_picture_of_it() -> None:
    jpeg = encode(picture(60, 48), "JPEG")
    stored = Page(samples=np.zeros((48, 60, 3), np.uint8), photometric=YCBCR, compression=6, stored=jpeg)
    with pytest.raises(UnsupportedImageError, match="camera raw file"):
        read_image(tiff_file(Page(samples=SMALL, tags=PREVIEW, within=(stored, sensor(200, 300)))))


@pytest.mark.parametrize(
    "head",
    [
        b"FUJIFILMCCD-RAW 0201FF383501",
        b"IIU\0\x18\0\0\0",
        b"IIRO\x08\0\0\0",
        b"IIRS\x08\0\0\0",
        b"MMOR\0\0\0\x08",
        b"FOVb\0\0\2\0",
        b"\0MRM\0\0\0\0",
        b"\0\0\0\x18ftypcrx \0\0\0\1crx isom",
    ],
)
def test_raw_files_that_are_no_tiff_are_refused_as_such(head: bytes) -> None:
    with pytest.raises(UnsupportedImageError, match="camera raw file"):
        read_image(head + bytes(200))


# --- metadata ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tags",
    [
        {34665: (4, [2**31])},  # EXIF beyond the end
        {34665: (4, [8])},  # EXIF that is the directory itself
        {34853: (4, [2**32 - 1])},
        {700: (1, [0] * 300_000)},  # XMP
        {33723: (7, [255] * 300_000), 34377: (7, [255] * 300_000)},
        {270: (2, b"x" * 300_000)},
        {37724: (7, [1] * 100_000)},
    ],
    ids=str,
)
def test_metadata_takes_nothing_from_the_picture(tags: dict[int, tuple[int, list[int]]]) -> None:
    image = read_image(tiff_file(Page(samples=FULL, tags=tags)))
    np.testing.assert_array_equal(image.pixels, FULL)
    assert codes(image) == []


def test_a_profile_of_separate_planes_is_applied() -> None:
    profile = matrix_profile("linear", gamma=1.0)
    planes = read_image(tiff_file(Page(samples=FULL, planar=2, tags={34675: (7, profile)}))).pixels
    mixed = read_image(tiff_file(Page(samples=FULL, tags={34675: (7, profile)}))).pixels
    np.testing.assert_array_equal(planes, mixed)
    assert np.abs(mixed.astype(int) - FULL).mean() > 20


@pytest.mark.parametrize("kind", ["planes", "strips", "offsets"])
def test_missing_parts_are_damage(kind: str) -> None:
    page = {
        "planes": Page(samples=noise(40, 40), planar=2, stored=b"\0" * 9),
        "strips": Page(samples=FULL, stored=b"\0" * 99),
        "offsets": Page(samples=FULL, planar=2, tags={273: (4, [8])}),
    }[kind]
    page.samples = np.asarray(page.samples)
    with pytest.raises(ImageError) as caught:
        read_image(tiff_file(page))
    assert type(caught.value) is ImageDecodeError
