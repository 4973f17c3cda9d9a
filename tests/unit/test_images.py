"""Every source, every odd file, every hostile file: upright RGB or the documented error."""

from __future__ import annotations

import gc
import io
import os
import subprocess
import sys
import warnings
from collections.abc import Coroutine
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageFile, ImageOps

from tests.hostile_files import HOSTILE, ODD, ORANGE, ORIENTED, chunk, encode, noise, picture
from wildvision.errors import (
    ImageDecodeError,
    ImageReadError,
    ImageTooLargeError,
    UnsupportedImageError,
)
from wildvision.images import ImageLimits, read_image


def codes(content: bytes) -> list[str]:
    return [caution.code for caution in read_image(content).cautions]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gives_its_documented_error(name: str) -> None:
    content, expected = HOSTILE[name]
    with pytest.raises(expected) as caught:
        read_image(content)
    assert type(caught.value) is expected
    assert str(caught.value).startswith("<bytes>: ")


@pytest.mark.parametrize("name", HOSTILE)
def test_shrinking_while_decoding_lets_no_hostile_file_through(name: str) -> None:
    content, expected = HOSTILE[name]
    with pytest.raises(expected):
        read_image(content, decode_side=8)


def test_there_are_at_least_forty_hostile_files() -> None:
    assert len(HOSTILE) >= 40


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_gives_rgb(name: str) -> None:
    image = read_image(ODD[name])
    assert image.pixels.dtype == np.uint8
    assert image.pixels.shape == (image.height, image.width, 3)


@pytest.mark.parametrize(
    "name",
    [
        "jpeg_progressive",
        "jpeg_with_icc_profile",
        "jpeg_with_broken_icc_profile",
        "jpeg_with_broken_exif",
        "jpeg_with_video_after_it",
        "png_palette",
        "png_16_bit_rgb",
        "png_alpha",
        "webp_lossy",
        "webp_alpha",
        "webp_animated",
        "png_animated",
        "bmp",
        "tiff_lzw",
        "tiff_many_pages",
        "one_pixel",
        "avif",
        "heif",
        "jpeg_with_fill_bytes",
    ],
)
def test_colours_survive(name: str) -> None:
    corner = read_image(ODD[name]).pixels[0, 0].astype(int)
    assert np.abs(corner - ORANGE).max() <= 8


def test_cmyk_comes_close_to_its_colours() -> None:
    for name in ("jpeg_cmyk", "tiff_cmyk"):
        assert np.abs(read_image(ODD[name]).pixels[0, 0].astype(int) - ORANGE).max() <= 12


def test_sixteen_bit_grey_keeps_its_level() -> None:
    assert read_image(ODD["png_16_bit_grey"]).pixels[0, 0].tolist() == [40_000 >> 8] * 3


def test_transparent_parts_are_put_on_white() -> None:
    image = read_image(ODD["png_fully_transparent"])
    assert image.pixels.min() == 255
    assert [caution.code for caution in image.cautions] == ["transparency"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("gif_animated", "first_frame_only"),
        ("webp_animated", "first_frame_only"),
        ("png_animated", "first_frame_only"),
        ("tiff_many_pages", "first_frame_only"),
        ("gif_cut_off_in_second_frame", "first_frame_only"),
        ("jpeg_with_broken_icc_profile", "colour_profile_ignored"),
        ("jpeg_with_broken_exif", "exif_unreadable"),
        ("png_alpha", "transparency"),
    ],
)
def test_what_was_dropped_is_said(name: str, code: str) -> None:
    assert code in codes(ODD[name])


def test_an_ordinary_file_gives_no_caution() -> None:
    assert codes(ODD["jpeg_progressive"]) == []


@pytest.mark.parametrize("orientation", ORIENTED)
@pytest.mark.parametrize("decode_side", [None, 16])
def test_every_exif_orientation_stands_upright(orientation: int, decode_side: int | None) -> None:
    content = ORIENTED[orientation]()
    image = read_image(content, decode_side=decode_side)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
    assert (image.width, image.height) == upright.size
    expected = np.asarray(upright.resize(image.pixels.shape[1::-1], Image.Resampling.BOX), np.int16)
    # Away from the edge between the two colours, where two ways of shrinking differ.
    assert np.abs(image.pixels[2:-2, 2:-2].astype(np.int16) - expected[2:-2, 2:-2]).mean() < 6


def test_a_profile_of_another_kind_is_a_caution() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert "colour_profile_ignored" in codes(encode(picture(), "PNG", icc_profile=lab))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_shrinking_keeps_the_longer_side_and_the_original_size(kind: str) -> None:
    image = read_image(encode(noise(1000, 600), kind), decode_side=240)
    assert image.pixels.shape == (150, 250, 3)
    assert (image.width, image.height) == (1000, 600)


def test_all_sources_of_one_picture_agree(tmp_path: Path) -> None:
    content = encode(noise(), "PNG")
    path = tmp_path / "a.png"
    path.write_bytes(content)
    wanted = np.asarray(noise())
    with path.open("rb") as file:
        sources = [
            str(path),
            path,
            content,
            bytearray(content),
            memoryview(content),
            file,
            io.BytesIO(content),
        ]
        found = [read_image(source).pixels for source in [*sources, noise(), wanted, Image.open(path)]]
        assert not file.closed
    assert all(np.array_equal(pixels, wanted) for pixels in found)


def test_a_file_object_is_read_from_where_it_stands() -> None:
    stream = io.BytesIO(b"header" + encode(picture(), "PNG"))
    stream.seek(6)
    assert read_image(stream).width == 64


def test_a_file_of_several_megabytes_is_read_whole(tmp_path: Path) -> None:
    content = encode(noise(1200, 1000), "BMP")
    assert len(content) > 3 * 2**20
    path = tmp_path / "a.bmp"
    path.write_bytes(content)
    for source in (path, io.BytesIO(content)):
        np.testing.assert_array_equal(read_image(source).pixels, np.asarray(noise(1200, 1000)))


def test_a_stream_is_asked_for_a_little_at_a_time() -> None:
    class Recorder(io.BytesIO):
        asked: tuple[int, ...] = ()

        def read(self, size: int | None = -1, /) -> bytes:
            self.asked += (size or 0,)
            return super().read(size)

    stream = Recorder(encode(picture(), "PNG"))
    read_image(stream)
    # Many file objects allocate what they are asked for, before they know how much there is.
    assert 0 < max(stream.asked) <= 2**20


@pytest.mark.parametrize(
    ("array", "hint"),
    [
        (np.zeros((4, 4), np.uint8), "greyscale"),
        (np.zeros((3, 4, 5), np.uint8), "transpose"),
        (np.zeros((4, 4, 4), np.uint8), "channels"),
        (np.zeros((1, 4, 4, 3), np.uint8), "one by one"),
        (np.zeros((4, 4, 3), np.float32), "multiply by 255"),
        (np.zeros((4, 4, 3), np.int64), "uint8"),
        (np.zeros((4, 4, 3), bool), "uint8"),
        (np.zeros((0, 4, 3), np.uint8), "empty"),
        (np.zeros((), np.uint8), "shape"),
    ],
)
def test_a_wrong_array_is_refused_with_what_was_expected(array: np.ndarray, hint: str) -> None:
    with pytest.raises(UnsupportedImageError, match=r"expected an RGB array of shape \(H, W, 3\)") as caught:
        read_image(array)
    assert hint in str(caught.value)


@pytest.mark.parametrize("source", [None, 3, ["a.jpg"], object(), io.StringIO("text")])
def test_a_wrong_type_is_refused(source: object) -> None:
    with pytest.raises(UnsupportedImageError, match="expected a"):
        read_image(source)  # type: ignore[arg-type]


def test_what_cannot_be_read_says_so(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for source in (tmp_path / "missing.jpg", tmp_path, tmp_path / "pipe", "/dev/zero", "a\0b.jpg"):
        with pytest.raises(ImageReadError):
            read_image(source)
    with pytest.raises(ImageReadError, match="opens no connections"):
        read_image("https://example.org/a.jpg")


class Upload:
    """As web frameworks hand files over: reading has to be awaited."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    async def read(self, size: int = -1) -> bytes:
        return self.content[: size if size >= 0 else None]


class WrappedUpload:
    """The same behind an ordinary method."""

    def __init__(self, content: bytes) -> None:
        self.upload = Upload(content)

    def read(self, size: int = -1) -> Coroutine[None, None, bytes]:
        return self.upload.read(size)


@pytest.mark.parametrize("kind", [Upload, WrappedUpload])
def test_an_asynchronous_file_says_to_await_it(kind: type[Upload]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a coroutine that nobody awaited
        with pytest.raises(UnsupportedImageError, match=r"await file\.read\(\)") as caught:
            read_image(kind(encode(picture(), "PNG")))  # type: ignore[arg-type]
        gc.collect()
    assert "'rb'" not in str(caught.value)


def test_a_file_object_at_its_end_says_so(tmp_path: Path) -> None:
    stream = io.BytesIO(encode(picture(), "PNG"))
    read_image(stream)
    with pytest.raises(ImageDecodeError, match=r"stands at its end.*seek\(0\)"):
        read_image(stream)
    stream.seek(0)
    assert read_image(stream).width == 64
    (tmp_path / "a.png").write_bytes(stream.getvalue())
    with (tmp_path / "a.png").open("rb") as file:
        file.read()
        with pytest.raises(ImageDecodeError, match=r"seek\(0\)"):
            read_image(file)


def test_an_empty_file_object_is_empty_and_not_at_its_end() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    read = Pipe(b"x")
    read.read()
    for stream in (io.BytesIO(), read):
        with pytest.raises(ImageDecodeError, match="no bytes at all"):
            read_image(stream)


def test_a_closed_file_is_an_error() -> None:
    stream = io.BytesIO(b"x")
    stream.close()
    with pytest.raises(ImageReadError):
        read_image(stream)


@pytest.mark.parametrize(
    ("limits", "quantity", "found"),
    [
        (ImageLimits(max_bytes=100), "bytes", None),
        (ImageLimits(max_side=200), "side", 256),
        (ImageLimits(max_pixels=1000), "pixels", 65_536),
    ],
)
def test_limits_hold_for_every_source(
    tmp_path: Path, limits: ImageLimits, quantity: str, found: int | None
) -> None:
    content = encode(noise(), "PNG")
    (tmp_path / "a.png").write_bytes(content)
    sources = [content, tmp_path / "a.png", io.BytesIO(content)]
    if quantity != "bytes":
        sources += [noise(), np.asarray(noise())]
    for source in sources:
        with pytest.raises(ImageTooLargeError) as caught:
            read_image(source, limits=limits)
        assert caught.value.quantity == quantity
        assert found is None or caught.value.found == found


def test_a_stream_is_never_read_past_the_limit() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            assert size > 0
            self.given += min(size, 2**16)
            return b"\xff" * min(size, 2**16)

    stream = Endless()
    with pytest.raises(ImageTooLargeError):
        read_image(stream, limits=ImageLimits(max_bytes=2**20))  # type: ignore[arg-type]
    assert stream.given <= 2**20 + 2**16


@pytest.mark.parametrize("name", [name for name in HOSTILE if "truncated" in name or "too_little" in name])
def test_truncation_is_reported_even_where_the_host_program_tolerates_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    if name.startswith(("jpeg", "webp", "png_truncated")):
        with pytest.raises(ImageDecodeError):
            read_image(HOSTILE[name][0])


_PEAK = """
import resource, sys
from wildvision.errors import ImageError
from wildvision.images import read_image
from tests.hostile_files import HOSTILE
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for name, (content, _) in HOSTILE.items():
    try: read_image(content, decode_side=520)
    except ImageError: pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ru_maxrss is in KiB on Linux only")
def test_hostile_headers_take_little_memory() -> None:
    peak_mib = subprocess.run([sys.executable, "-c", _PEAK], capture_output=True, text=True, check=True)
    assert int(peak_mib.stdout) < 100


# Of an own process: what a file takes at most, in MiB, above what importing took.
_TAKEN = """
import sys
from pathlib import Path
from wildvision.errors import ImageError
from wildvision.images import read_image
def peak():
    return int(next(l for l in Path("/proc/self/status").read_text().splitlines() if l.startswith("VmHWM")).split()[1])
read_image(Path(sys.argv[1]).with_suffix(".small"), decode_side=520)
before = peak()
try: read_image(sys.argv[1], decode_side=520)
except ImageError: pass
print((peak() - before) // 1024)
"""


def taken(path: Path, content: bytes) -> int:
    path.write_bytes(content)
    small = Image.open(io.BytesIO(encode(picture(), "PNG")))
    small.save(path.with_suffix(".small"), "PNG")
    run = subprocess.run(
        [sys.executable, "-c", _TAKEN, str(path)], capture_output=True, text=True, check=True
    )
    return int(run.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peaks are read from /proc")
@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("JPEG", "RGB"), ("TIFF", "CMYK")]
)
def test_the_largest_admitted_image_takes_bounded_memory(tmp_path: Path, kind: str, mode: str) -> None:
    options = {"compression": "tiff_lzw"} if kind == "TIFF" else {}
    content = encode(Image.new(mode, (8000, 8000)), kind, **options)
    assert taken(tmp_path / "a", content) < (64 if kind == "JPEG" else 600)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peaks are read from /proc")
@pytest.mark.parametrize(
    ("size", "options", "most"),
    [
        ((12_000, 9_000), {"subsampling": 2}, 64),
        ((30_000, 2_500), {"subsampling": 0}, 64),
        ((12_000, 9_000), {"subsampling": 2, "progressive": True}, 600),
        ((9_200, 9_200), {"subsampling": 0, "progressive": True}, 600),
    ],
)
def test_jpegs_of_phones_take_bounded_memory(
    tmp_path: Path, size: tuple[int, int], options: dict[str, object], most: int
) -> None:
    content = encode(Image.new("RGB", size, ORANGE), "JPEG", **options)
    assert taken(tmp_path / "a", content) < most
    image = read_image(content, decode_side=360)
    assert (image.width, image.height) == size
    assert np.abs(image.pixels[0, 0].astype(int) - ORANGE).max() <= 4


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peaks are read from /proc")
def test_a_png_of_many_chunks_takes_bounded_memory(tmp_path: Path) -> None:
    plain = encode(noise(), "PNG")
    for made in (chunk(b"IDAT", b""), chunk(b"tEXt", b""), chunk(b"iCCP", b"a\0\0"), chunk(b"eXIf", b"")):
        assert taken(tmp_path / "a", plain[:33] + made * 900_000 + plain[33:]) < 64
