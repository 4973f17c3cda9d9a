"""The bytes of a rendered sample."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from training.synth.samples.renderer import without_comments


def test_comments_leave_a_jpeg_and_nothing_else_does() -> None:
    picture = Image.fromarray(np.arange(32 * 32 * 3, dtype=np.uint32).reshape(32, 32, 3).astype(np.uint8))
    plain, noted = (saved(picture, **extra) for extra in ({}, {"comment": b"rendered at noon"}))
    assert b"rendered at noon" in noted
    assert without_comments(noted) == without_comments(plain) == plain


def saved(picture: Image.Image, **extra: bytes) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", **extra)
    return stream.getvalue()
