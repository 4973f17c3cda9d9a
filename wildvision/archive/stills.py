"""Stills: what is shown of an item of a scan, an image itself or the frame of a clip that carries its answer."""

from __future__ import annotations

from wildvision.archive.kinds import is_clip
from wildvision.clips import DEFAULT_VIDEO_LIMITS, UInt8Image, clip_format, frame_at


def still(encoded: bytes, frame_s: float | None) -> bytes | UInt8Image:
    """Return what `wildvision.images.read_image` and a classifier's ``decode`` take.

    Args:
        encoded: The untouched bytes of the item.
        frame_s: Time of the frame that carries a clip's answer, seconds; None: the first, or it is no clip.

    Returns:
        The bytes of an image as they are, or the frame as RGB, shape (H, W, 3), uint8.

    Raises:
        VideoError: The clip cannot be read any more.
    """
    return encoded if clip_format(encoded[:256]) is None else frame_at(encoded, frame_s or 0.0)


def most_bytes(name: str, max_bytes: int) -> int:
    """Return how many bytes an item may have, by its name: clips may have more than images."""
    return max(max_bytes, DEFAULT_VIDEO_LIMITS.max_bytes) if is_clip(name) else max_bytes
