"""Clips: the frames of an MP4, MOV or WebM file that are worth a look, one after the other, within limits.

Everything decoded here is hostile until shown otherwise. The container is recognised by its first bytes and no other
demuxer is tried; only the decoders of `CODECS` may run, on one thread; a container that names other files gets none;
sides and pixels are checked before a frame is decoded and again with every frame. Frames are streamed: one is held.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import os
import stat
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from wildvision.decoders import image_format
from wildvision.errors import (
    ImageReadError,
    UnsupportedVideoError,
    VideoDecodeError,
    VideoError,
    VideoTooLargeError,
)
from wildvision.results import Caution

ClipSource = str | os.PathLike[str] | bytes | BinaryIO
UInt8Image = NDArray[np.uint8]

SUFFIXES = (".mp4", ".m4v", ".mov", ".webm")
"""What names of clips end in."""
CODECS = ("h264", "hevc", "mpeg4", "mjpeg", "vp8", "vp9", "av1")
"""What phones, browsers and messengers write."""

_DECODERS = (*CODECS, "libvpx", "libvpx-vp9", "libdav1d")
_BOXES = frozenset(
    {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
)  # that a QuickTime file begins with
_EBML = b"\x1a\x45\xdf\xa3"
_DEMUXER = {"MP4": "mov", "MOV": "mov", "WEBM": "matroska"}
_SIGNATURE = (16, 16)  # px, of the small picture by which two frames are compared
_CHANGED = (
    24.0  # of 255, mean difference of two such pictures: another scene. Chosen; see `POSTS_AND_CLIPS.md`
)
_MOST_ERRORS = 100  # packets that cannot be decoded, before the rest is given up
_ENDS_EARLY_S = 1.0  # before the end that the container names: less is what a last frame lasts
_SLACK_S = 1e-3  # between a time as it is written down and as it is read again


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoLimits:
    """What a clip may ask for.

    Past the first three it is refused; past the others what was seen until then is answered for, with a warning.

    Attributes:
        max_bytes: Of the file.
        max_side: Width and height of a frame, px.
        max_pixels: Width times height: 9.5 million hold 4K; a decoder may keep 17 frames of 1.5 bytes a pixel.
        max_s: Seconds of the clip that are looked at, from its beginning.
        max_frames: That the network looks at: half at even distances, half where the scene changes.
        max_decoded: Frames that are decoded to choose those.
        max_decode_s: Seconds that decoding may take.
        keyframes_above_s: Of clips longer than this only keyframes are decoded, which stand every few seconds.
        step_s: Least distance of two frames that are looked at although the scene does not change, seconds.
    """

    max_bytes: int = 256 * 2**20
    max_side: int = 8192
    max_pixels: int = 9_500_000
    max_s: float = 600.0
    max_frames: int = 24
    max_decoded: int = 20_000
    max_decode_s: float = 30.0
    keyframes_above_s: float = 60.0
    step_s: float = 1.0


DEFAULT_VIDEO_LIMITS = VideoLimits()


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A frame that is worth a look.

    Attributes:
        time_s: Since the beginning of the clip.
        pixels: RGB, upright, shape (H, W, 3), uint8.
    """

    time_s: float
    pixels: UInt8Image


@dataclass(slots=True, kw_only=True)
class Clip:
    """What is known of a clip; complete once its frames were drawn.

    Attributes:
        width: Of the frames as they are stored, px.
        height: Of the frames as they are stored, px.
        codec: Of the pictures, one of `CODECS`.
        duration_s: As the container says; None: it does not.
        start_s: Time of its beginning in the file, seconds: those of frames are counted from there.
        decoded: Frames that were decoded so far.
        read_s: Time of the last frame that was found in the file so far, seconds.
        cautions: What was left out or could not be decoded.
    """

    width: int
    height: int
    codec: str
    duration_s: float | None
    start_s: float = 0.0
    decoded: int = 0
    read_s: float = 0.0
    cautions: list[Caution] = field(default_factory=list[Caution])


def clip_format(head: bytes) -> str | None:
    """Return ``"MP4"``, ``"MOV"`` or ``"WEBM"`` for a file that begins with these bytes, None for any other."""
    if head.startswith(_EBML):
        return "WEBM"
    if head[4:8] not in _BOXES or image_format(head) is not None:
        return None
    return "MP4" if head[4:8] == b"ftyp" and head[8:12] != b"qt  " else "MOV"


def can_read_clips() -> bool:
    """Return whether the extra ``video`` is installed."""
    return importlib.util.find_spec("av") is not None


@contextlib.contextmanager
def open_clip(
    source: ClipSource, limits: VideoLimits = DEFAULT_VIDEO_LIMITS
) -> Generator[tuple[Clip, Iterator[Frame]]]:
    """Open a clip; yields what is known of it, and an iterator of the frames that are worth a look.

    Args:
        source: Path, bytes, or a binary file object that can be sought.
        limits: What it may ask for.

    Raises:
        ImageReadError: The file is missing, is not a regular file, or cannot be read.
        VideoError: Also while frames are drawn: it is damaged before its first frame, empty, without pictures,
            encrypted, too large, or of a format or codec that is not read.
    """
    with _opened(source, limits) as (container, stream, clip):
        yield clip, _chosen(container, stream, clip, limits)


def frame_at(source: ClipSource, time_s: float, limits: VideoLimits = DEFAULT_VIDEO_LIMITS) -> UInt8Image:
    """Return the frame of a clip at a time, or the first after it; see `open_clip` for arguments and errors.

    Args:
        source: As for `open_clip`.
        time_s: Seconds since the beginning.
        limits: What the clip may ask for.
    """
    with _opened(source, limits) as (container, stream, clip):
        with contextlib.suppress(_av().FFmpegError):
            container.seek(int((clip.start_s + time_s - _SLACK_S) * 1_000_000))
        for frame, found_s in _decoded(container, stream, clip, limits):
            if found_s >= time_s - _SLACK_S:
                return _upright(frame)
    raise VideoDecodeError(f"expected a frame at {time_s:.3f} s, found the end of the clip")


# --- opening ----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _opened(source: ClipSource, limits: VideoLimits) -> Generator[tuple[Any, Any, Clip]]:
    name = os.fsdecode(source) if isinstance(source, str | os.PathLike) else None
    try:
        with _file(source, limits) as file, _container(file, limits) as container:
            with _mapped("a clip", _av()):
                stream = _pictures(container)
                clip = _clip(container, stream, limits)
            yield container, stream, clip
    except VideoError as error:
        if error.image is None and name is not None:
            error.image = name
            error.args = (f"{name}: {error.args[0]}",)
        raise


@contextlib.contextmanager
def _file(source: ClipSource, limits: VideoLimits) -> Generator[BinaryIO]:
    """Open a source, and refuse one that is empty or too large."""
    if isinstance(source, bytes):
        with io.BytesIO(source) as file:
            yield _sized(file, limits)
        return
    if not isinstance(source, str | os.PathLike):
        yield _sized(source, limits)
        return
    try:
        if not stat.S_ISREG(Path(source).stat().st_mode):  # a pipe or device could block or never end
            raise ImageReadError(
                "expected a regular file, found a folder, pipe or device", image=os.fsdecode(source)
            )
        file = Path(source).open("rb")  # noqa: SIM115 - closed below, outside of what maps errors of opening
    except (OSError, ValueError) as error:
        if isinstance(error, ImageReadError):
            raise
        raise ImageReadError(
            f"expected a readable file, found: {error}", image=os.fsdecode(source)
        ) from error
    with file:
        yield _sized(file, limits)


def _sized(file: BinaryIO, limits: VideoLimits) -> BinaryIO:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size == 0:
        raise VideoDecodeError("expected a clip, found no bytes at all")
    if size > limits.max_bytes:
        raise VideoTooLargeError(quantity="bytes", found=size, limit=limits.max_bytes)
    return file


def _av() -> Any:
    try:
        return importlib.import_module("av")
    except ImportError as error:
        raise UnsupportedVideoError(
            "found a clip, and what reads clips is not installed; install wildvision with its extra `video`, "
            "e.g. `pip install '.[video]'` in a checkout"
        ) from error


@contextlib.contextmanager
def _container(file: BinaryIO, limits: VideoLimits) -> Generator[Any]:
    head = file.read(256)
    file.seek(0)
    found = clip_format(head)
    if found is None:
        raise UnsupportedVideoError(f"expected MP4, MOV or WebM, found a file that begins with {head[:8]!r}")
    av = _av()
    # Also what the demuxer decodes to learn about the streams stays within these.
    options = {
        "max_pixels": str(limits.max_pixels),
        "threads": "1",
        "codec_whitelist": ",".join(_DECODERS),
        "protocol_whitelist": "",
    }
    with _mapped("a clip", av):
        container = av.open(
            file,
            mode="r",
            format=_DEMUXER[found],
            options=options,
            metadata_errors="replace",
            io_open=_refuse_more,
        )
    with contextlib.closing(container):
        yield container


def _refuse_more(*_: object) -> None:
    """Open no file that a container names."""
    raise OSError("a clip is one file")


@contextlib.contextmanager
def _mapped(what: str, av: Any) -> Generator[None]:
    try:
        yield
    except (av.FFmpegError, OSError, ValueError, ArithmeticError) as error:
        if isinstance(error, VideoError):
            raise
        message = getattr(error, "strerror", None) or str(error)
        raise VideoDecodeError(f"expected {what}, found it damaged or cut off: {message}") from error


def _pictures(container: Any) -> Any:
    """Return the stream of pictures, not one of a cover."""
    streams = [one for one in container.streams.video if not _is_cover(one)]
    if not streams:
        kinds = sorted({one.type for one in container.streams}) or ["no streams"]
        raise VideoDecodeError(f"expected a clip with pictures, found {', '.join(kinds)} only")
    stream = streams[0]
    tag = str(stream.codec_context.codec_tag) if stream.codec_context is not None else ""
    if tag in {"encv", "drmi"} or "enc_key_id" in stream.metadata:
        raise _encrypted()
    return stream


def _encrypted() -> UnsupportedVideoError:
    return UnsupportedVideoError("expected a clip that can be read by anyone, found an encrypted one")


def _is_cover(stream: Any) -> bool:
    return bool(int(getattr(stream.disposition, "value", 0)) & _ATTACHED_PICTURE)


_ATTACHED_PICTURE = 0x0400  # AV_DISPOSITION_ATTACHED_PIC


def _clip(container: Any, stream: Any, limits: VideoLimits) -> Clip:
    context = stream.codec_context
    codec = "" if context is None else str(context.codec.canonical_name)
    known = ", ".join(CODECS)
    if context is None:
        raise VideoDecodeError(f"expected pictures of {known}, found a damaged header or an unknown codec")
    if codec not in CODECS:
        raise UnsupportedVideoError(f"expected pictures of {known}, found {codec}")
    _check_size(context.width, context.height, limits)
    context.thread_count = 1
    context.options = {"max_pixels": str(limits.max_pixels)}
    duration = _duration(container, stream)
    if duration is not None and duration > limits.keyframes_above_s:
        context.skip_frame = "NONKEY"
    return Clip(
        width=context.width, height=context.height, codec=codec, duration_s=duration, start_s=_start(stream)
    )


def _check_size(width: int, height: int, limits: VideoLimits) -> None:
    if max(width, height) > limits.max_side:
        raise VideoTooLargeError(quantity="side", found=max(width, height), limit=limits.max_side)
    if width * height > limits.max_pixels:
        raise VideoTooLargeError(quantity="pixels", found=width * height, limit=limits.max_pixels)


def _duration(container: Any, stream: Any) -> float | None:
    """Return how long a clip says it is, seconds; None: it says nothing, or nonsense."""
    if stream.duration and stream.time_base:
        seconds = float(stream.duration * stream.time_base)
    elif container.duration:
        seconds = container.duration / 1_000_000
    else:
        return None
    return seconds if seconds > 0 else None


def _start(stream: Any) -> float:
    return float(stream.start_time * stream.time_base) if stream.start_time and stream.time_base else 0.0


# --- frames -----------------------------------------------------------------------------------------------


def _chosen(container: Any, stream: Any, clip: Clip, limits: VideoLimits) -> Iterator[Frame]:
    """Yield the first frame, frames at even distances over the clip, and where the scene changes."""
    span = min(clip.duration_s or limits.max_s, limits.max_s)
    even = max(1, limits.max_frames // 2)
    step, changes = max(limits.step_s, span / even), limits.max_frames - even
    taken, last_s, seen = 0, 0.0, None
    decoded = _decoded(container, stream, clip, limits)
    for frame, time_s in decoded:
        signature = _signature(frame)
        is_due = seen is None or time_s >= last_s + step - _SLACK_S
        is_new = seen is not None and changes > 0 and float(np.abs(signature - seen).mean()) > _CHANGED
        if not (is_due or is_new):
            continue
        changes -= is_new and not is_due
        taken, last_s, seen = taken + 1, time_s, signature
        yield Frame(time_s, _upright(frame))
        if taken == limits.max_frames:
            decoded.close()
            if clip.duration_s is None or clip.duration_s > time_s + step:
                _stopped(clip, f"{taken} frames, the most that are looked at")
            return
    if not taken:
        raise VideoDecodeError(
            "expected a frame that can be decoded, found none; the clip is damaged or cut off"
        )


def _decoded(container: Any, stream: Any, clip: Clip, limits: VideoLimits) -> Generator[tuple[Any, float]]:
    """Yield frames with their times, as far as the limits reach; packets that are damaged are passed over."""
    started, errors = time.monotonic(), 0
    try:
        for frame in _frames(container, stream, clip):
            stop = None
            if frame is None:
                errors += 1
                stop = "too many damaged packets" if errors >= _MOST_ERRORS else None
            else:
                clip.decoded += 1
                _check_size(frame.width, frame.height, limits)
                time_s = _time(frame, clip, limits)
                if time_s > limits.max_s:
                    _stopped(clip, f"{limits.max_s:g} s, the most that are looked at")
                    return
                if not frame.is_corrupt:
                    yield frame, time_s
                stop = f"{clip.decoded:,} decoded frames" if clip.decoded >= limits.max_decoded else None
            if time.monotonic() - started > limits.max_decode_s:
                stop = f"{limits.max_decode_s:g} s of decoding"
            if stop:
                _stopped(clip, stop)
                return
        _note_end(clip)
    finally:  # also where whoever draws the frames has enough
        if errors:
            message = f"the clip is damaged; packets not decoded: {errors}"
            clip.cautions.append(Caution("damaged_clip", message))


def _note_end(clip: Clip) -> None:
    """Say that a clip ends before it should: half a second, or a frame of few a second, is no loss."""
    if clip.duration_s is not None and clip.duration_s - clip.read_s > max(
        _ENDS_EARLY_S, 0.1 * clip.duration_s
    ):
        message = f"the clip is cut off: it ends at {clip.read_s:.1f} of {clip.duration_s:.1f} s"
        clip.cautions.append(Caution("damaged_clip", message))


def _stopped(clip: Clip, why: str) -> None:
    clip.cautions.append(Caution("clip_cut", f"only a part of the clip was looked at: stopped after {why}"))


def _frames(container: Any, stream: Any, clip: Clip) -> Iterator[Any | None]:
    """Yield frames, and None for what cannot be decoded."""
    av = _av()
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except (av.FFmpegError, OSError, ValueError):
            yield None  # what follows cannot be found
            return
        if packet is None:
            return
        if packet.has_sidedata("encryption_info"):
            raise _encrypted()
        clip.read_s = max(clip.read_s, float((packet.pts or 0) * (packet.time_base or 0)) - clip.start_s)
        try:
            frames = packet.decode()
        except av.FFmpegError as error:
            if not isinstance(error, EOFError):
                yield None
            continue
        yield from frames


def _time(frame: Any, clip: Clip, limits: VideoLimits) -> float:
    """Return the time of a frame since the beginning, seconds; without one, as if there were 25 a second."""
    if frame.time is None:
        return (clip.decoded - 1) / 25
    time_s = float(frame.time)
    if clip.decoded == 1 and not -1 <= time_s - clip.start_s <= limits.max_s:
        clip.start_s = time_s  # the container does not say where it begins, or nonsense
    return time_s - clip.start_s


def _signature(frame: Any) -> NDArray[np.float32]:
    """Return a small picture of a frame: colours change where brightness need not."""
    width, height = _SIGNATURE
    with _mapped("a frame that can be shown", _av()):
        small = frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA")
        return small.to_ndarray().astype(np.float32)


def _upright(frame: Any) -> UInt8Image:
    """Return RGB, turned as the container asks for."""
    with _mapped("a frame that can be shown", _av()):
        pixels = cast("UInt8Image", frame.to_ndarray(format="rgb24"))
    quarters = round(float(frame.rotation or 0) / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, quarters)) if quarters else pixels
