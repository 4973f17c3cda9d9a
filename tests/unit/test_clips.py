from __future__ import annotations

import io
import random
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.clip_files import BONE, FORMATS, GREY, IVORY, encrypted, make_clip, only_sound, scene, with_width
from wildvision import ImageReadError, UnsupportedVideoError, VideoDecodeError, VideoError, VideoTooLargeError
from wildvision.clips import DEFAULT_VIDEO_LIMITS, Clip, Frame, VideoLimits, clip_format, frame_at, open_clip


def frames_of(content: bytes, limits: VideoLimits = DEFAULT_VIDEO_LIMITS) -> tuple[Clip, list[Frame]]:
    with open_clip(content, limits) as (clip, frames):
        return clip, list(frames)


def codes(clip: Clip) -> list[str]:
    return [caution.code for caution in clip.cautions]


@pytest.mark.parametrize("form", FORMATS)
def test_a_frame_of_each_scene_with_its_time(form: str) -> None:
    clip, frames = frames_of(make_clip([IVORY, BONE, GREY], form))
    assert (clip.width, clip.height, codes(clip)) == (96, 64, [])
    assert clip.duration_s == pytest.approx(3.0, abs=0.1)
    assert [frame.time_s for frame in frames] == pytest.approx([0.0, 1.0, 2.0], abs=0.05)
    for frame, colour in zip(frames, (IVORY, BONE, GREY), strict=True):
        assert np.abs(frame.pixels.astype(int) - scene(colour, 96, 64)).mean() < 12


@pytest.mark.parametrize(
    ("form", "codec"), [("mp4", "mpeg4"), ("mov", "libx264"), ("mov", "mjpeg"), ("webm", "libvpx")]
)
def test_what_cameras_and_browsers_write(form: str, codec: str) -> None:
    pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    _, frames = frames_of(make_clip([IVORY], form, codec=codec, pix_fmt=pix_fmt))
    assert np.abs(frames[0].pixels.astype(int) - scene(IVORY, 96, 64)).mean() < 12


def test_a_scene_change_between_the_steps_is_seen() -> None:
    _, frames = frames_of(make_clip([GREY, IVORY, GREY], seconds=0.4))
    assert [frame.time_s for frame in frames] == pytest.approx([0.0, 0.4, 0.8], abs=0.05)


def test_a_long_shot_is_looked_at_at_even_distances() -> None:
    clip, frames = frames_of(make_clip([GREY], seconds=40, rate=2))
    assert len(frames) == 12
    assert np.diff([frame.time_s for frame in frames]) == pytest.approx([3.5] * 11, abs=0.01)
    assert codes(clip) == []


def test_changes_spend_half_of_the_frames_only() -> None:
    clip, frames = frames_of(make_clip([GREY, IVORY] * 40, seconds=0.2))
    times = [frame.time_s for frame in frames]
    assert len(frames) <= 24
    assert max(times) > 14
    assert codes(clip) == []


def test_of_a_long_clip_keyframes_are_enough() -> None:
    content = make_clip([GREY, IVORY] * 20, seconds=1, rate=10)
    limits = VideoLimits(keyframes_above_s=10)
    whole, chosen = frames_of(content), frames_of(content, limits)
    assert chosen[0].decoded < whole[0].decoded / 4
    assert len(chosen[1]) >= 8


def test_the_frame_at_a_time_is_the_one_that_was_chosen() -> None:
    content = make_clip([IVORY, BONE, GREY])
    for frame in frames_of(content)[1]:
        assert np.array_equal(frame_at(content, frame.time_s), frame.pixels)
        assert np.array_equal(frame_at(content, round(frame.time_s, 3)), frame.pixels)
    with pytest.raises(VideoDecodeError, match=r"a frame at 9\.000 s"):
        frame_at(content, 9.0)


@pytest.mark.parametrize("degrees", [90, 270])
def test_a_turned_clip_comes_upright(degrees: int) -> None:
    plain = frames_of(make_clip([IVORY]))[1][0].pixels
    turned = frames_of(make_clip([IVORY], rotation=degrees))[1][0].pixels
    assert turned.shape == (96, 64, 3)
    assert any(np.array_equal(turned, np.rot90(plain, quarters)) for quarters in (1, 3))


def test_both_turns_differ() -> None:
    left, right = (frames_of(make_clip([IVORY], rotation=turn))[1][0].pixels for turn in (90, 270))
    assert np.array_equal(left, np.rot90(right, 2))


@pytest.mark.parametrize("form", FORMATS)
def test_a_clip_that_begins_late_in_its_file_begins_at_nothing(form: str) -> None:
    content = make_clip([IVORY, BONE], form, start_s=5000)
    _, frames = frames_of(content)
    assert [frame.time_s for frame in frames] == pytest.approx([0.0, 1.0], abs=0.05)
    assert np.array_equal(frame_at(content, frames[1].time_s), frames[1].pixels)


def test_damage_is_said_also_where_enough_was_seen() -> None:
    content = bytearray(make_clip([IVORY, BONE, GREY, IVORY] * 8, "webm", codec="libvpx", seconds=1, rate=5))
    for place in range(len(content) // 4, len(content) // 2, 16):
        content[place] ^= 0xFF
    clip, frames = frames_of(bytes(content), VideoLimits(max_frames=4))
    assert len(frames) <= 4
    assert "damaged_clip" in codes(clip)


def test_sound_is_not_in_the_way() -> None:
    assert len(frames_of(make_clip([IVORY, BONE], sound=True))[1]) == 2


def png() -> bytes:
    file = io.BytesIO()
    Image.fromarray(scene(GREY, 40, 40)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        (b"", VideoDecodeError, "no bytes at all"),
        (make_clip([IVORY])[:600], VideoDecodeError, "damaged or cut off"),
        (make_clip([IVORY], "webm")[:300], VideoDecodeError, "."),
        (only_sound(), VideoDecodeError, "expected a clip with pictures, found audio only"),
        (encrypted(), UnsupportedVideoError, "encrypted"),
        (png(), UnsupportedVideoError, "expected MP4, MOV or WebM, found a file that begins"),
        (b"\0\0\0\x18ftypmp42" + bytes(500), VideoDecodeError, "."),
        (b"\x1a\x45\xdf\xa3" + bytes(500), VideoDecodeError, "."),
        (make_clip([IVORY], "mov", codec="prores_ks", pix_fmt="yuv422p10le"), UnsupportedVideoError, "found prores"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", UnsupportedVideoError, "begins with"),
        (make_clip([IVORY], width=9000, height=64, seconds=0.2), VideoTooLargeError, "8,192 px on a side"),
        (make_clip([IVORY], width=4000, height=3000, seconds=0.1, rate=10), VideoTooLargeError, "9,500,000 pixels"),
    ],
    ids=["none", "cut mp4", "cut webm", "sound", "sealed", "png", "no mp4", "no webm", "prores", "list", "wide", "big"],
)  # fmt: skip
def test_what_is_no_clip_to_judge_is_a_typed_error(
    content: bytes, kind: type[VideoError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        frames_of(content)


def test_a_header_that_lies_about_the_width_makes_no_such_frame() -> None:
    content = with_width(make_clip([IVORY], codec="mpeg4"), 20_000)
    try:
        _, frames = frames_of(content)
    except VideoError:
        return
    assert {frame.pixels.shape for frame in frames} == {(64, 96, 3)}


def test_limits_are_attributes_of_the_error() -> None:
    with pytest.raises(VideoTooLargeError) as caught:
        frames_of(make_clip([IVORY]), VideoLimits(max_bytes=100))
    assert (caught.value.quantity, caught.value.limit, caught.value.found > 100) == ("bytes", 100, True)


@pytest.mark.parametrize(
    ("limits", "times", "said"),
    [
        (VideoLimits(max_s=1.5), [0.0, 1.0], "after 1.5 s"),
        (VideoLimits(max_decoded=12), [0.0, 1.0], "after 12 decoded frames"),
        (VideoLimits(max_decode_s=0.0), [0.0], "after 0 s of decoding"),
    ],
)
def test_what_never_ends_is_cut_and_said(limits: VideoLimits, times: list[float], said: str) -> None:
    clip, frames = frames_of(make_clip([IVORY, BONE, GREY, IVORY]), limits)
    assert [frame.time_s for frame in frames] == pytest.approx(times, abs=0.05)
    assert codes(clip) == ["clip_cut"]
    assert said in str(clip.cautions[0])


def test_thousands_of_tiny_frames_are_looked_at_in_little_time() -> None:
    clip, frames = frames_of(make_clip([GREY], codec="mpeg4", width=2, height=2, seconds=100, rate=30))
    assert clip.decoded < 3100
    assert len(frames) == 12


def test_a_single_pixel() -> None:
    try:
        content = make_clip([IVORY], "webm", codec="libvpx", width=1, height=1)
    except ValueError:
        pytest.skip("this encoder makes none")
    assert frames_of(content)[1][0].pixels.shape == (1, 1, 3)


def test_a_clip_that_ends_early_says_so() -> None:
    content = make_clip([IVORY, BONE, GREY, IVORY, BONE], "webm")
    clip, frames = frames_of(content[: len(content) // 2])
    assert frames
    assert codes(clip) == ["damaged_clip"]


@pytest.mark.parametrize("form", FORMATS)
def test_any_bytes_give_frames_or_a_typed_error(form: str) -> None:
    seed, draw = make_clip([IVORY, BONE], form, seconds=0.5), random.Random(form)
    for _ in range(60):
        damaged = bytearray(seed)
        for _ in range(draw.choice([1, 5, 50])):
            damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
        content = bytes(damaged[: draw.randrange(len(damaged))] if draw.random() < 0.3 else damaged)
        try:
            _, frames = frames_of(content)
        except VideoError:
            continue
        assert frames


def test_names_and_files(tmp_path: Path) -> None:
    path = tmp_path / "clip.jpg"  # what it is called says nothing
    path.write_bytes(make_clip([IVORY]))
    with open_clip(path) as (_, frames):
        assert len(list(frames)) == 1
    with path.open("rb") as file, open_clip(file) as (_, frames):
        assert len(list(frames)) == 1
    path.write_bytes(b"\0\0\0\x18ftypmp42")
    for bad, kind in (
        (path, VideoDecodeError),
        (tmp_path, ImageReadError),
        (tmp_path / "no.mp4", ImageReadError),
    ):
        with pytest.raises(kind, match=str(bad)), open_clip(bad):
            pass


def test_the_first_bytes_tell() -> None:
    assert [clip_format(make_clip([IVORY], form)) for form in FORMATS] == ["MP4", "MOV", "WEBM"]
    assert clip_format(b"\0\0\0\x1cftypavif\0\0\0\0avifmif1") is None
    assert clip_format(b"\0\0\0\x1cftypheic\0\0\0\0mif1heic") is None
    assert clip_format(b"\xff\xd8\xff\xe0moov") is None
    assert clip_format(b"") is None


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(UnsupportedVideoError, match="extra `video`"):
        frames_of(b"\0\0\0\x18ftypmp42" + bytes(500))
