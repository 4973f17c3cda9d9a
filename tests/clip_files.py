"""Clips made for tests with PyAV: scenes of one colour each, and hostile ones."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from fractions import Fraction

import av
import numpy as np

IVORY, GREY, BONE = (230, 60, 60), (120, 120, 120), (60, 230, 60)
FORMATS = {"mp4": "libx264", "mov": "mpeg4", "webm": "libvpx-vp9"}


def make_clip(
    scenes: Iterable[tuple[int, int, int]],
    form: str = "mp4",
    *,
    codec: str | None = None,
    width: int = 96,
    height: int = 64,
    seconds: float = 1.0,
    rate: int = 10,
    options: Mapping[str, str] | None = None,
    sound: bool = False,
    rotation: int = 0,
    pix_fmt: str = "yuv420p",
    start_s: float = 0.0,
) -> bytes:
    """Return a clip whose scenes are pictures of a colour with a darker corner, ``seconds`` each."""
    file = io.BytesIO()
    with av.open(file, "w", format=form, options=dict(options or {})) as container:
        stream = container.add_stream(codec or FORMATS[form], rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        stream.codec_context.thread_count = 1
        heard = container.add_stream("aac" if form != "webm" else "libopus", rate=48_000) if sound else None
        for colour in scenes:
            for _ in range(round(seconds * rate)):
                for packet in stream.encode(
                    av.VideoFrame.from_ndarray(scene(colour, width, height), format="rgb24")
                ):
                    container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
        if heard:
            write_silence(container, heard)
    return with_rotation(file.getvalue(), rotation) if rotation else file.getvalue()


def scene(colour: tuple[int, int, int], width: int, height: int) -> np.ndarray:
    pixels = np.full((height, width, 3), colour, np.uint8)
    pixels[: max(1, height // 4), : max(1, width // 4)] //= 2  # else it would be blank
    return pixels


def write_silence(container: av.container.OutputContainer, stream: av.AudioStream) -> None:
    frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
    frame.sample_rate, frame.time_base = 48_000, Fraction(1, 48_000)
    for number in range(20):
        frame.pts = 1024 * number
        for packet in stream.encode(frame):
            container.mux(packet)
    for packet in stream.encode():
        container.mux(packet)


def only_sound() -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        write_silence(container, container.add_stream("aac", rate=48_000))
    return file.getvalue()


def with_rotation(content: bytes, degrees: int) -> bytes:
    """Write a quarter turn into the matrix of an MP4's track header (ISO/IEC 14496-12, 8.3.2)."""
    place = content.index(b"tkhd") + 4 + 40  # version and flags, times, id, layer, volume
    one = (1 << 16).to_bytes(4, "big")
    minus, none = (-(1 << 16) & 0xFFFFFFFF).to_bytes(4, "big"), bytes(4)
    turn = {90: (none, one, none, minus, none), 270: (none, minus, none, one, none)}[degrees]
    matrix = b"".join(turn) + content[place + 20 : place + 36]
    return content[:place] + matrix + content[place + 36 :]


def encrypted() -> bytes:
    scheme = {
        "encryption_scheme": "cenc-aes-ctr",
        "encryption_key": "76a6c65c5ea762046bd749a2e632ccbb",
        "encryption_kid": "a7e61c373e219033c21091fa607bf3b8",
    }
    return make_clip([IVORY], options=scheme)


def with_width(content: bytes, width: int) -> bytes:
    """Change the width that an MP4's sample entry tells, not that of its pictures."""
    place = content.index(b"mp4v") + 4 + 24
    return content[:place] + width.to_bytes(2, "big") + content[place + 2 :]
