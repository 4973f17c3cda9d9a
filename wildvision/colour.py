"""Colours as sRGB: what a file's colour profile and transparency make of its pixels."""

from __future__ import annotations

import functools
import hashlib
import io
from typing import Any, cast

import numpy as np
from PIL import Image, ImageCms

from wildvision.results import Caution


def to_srgb(image: Image.Image, profile: object, cautions: list[Caution]) -> Image.Image:
    """Return an image as RGB in the colour space sRGB, on white where it is transparent.

    Args:
        image: Any mode of 8 bits a channel; RGBa where there is transparency.
        profile: The ICC profile of its colours, bytes; anything else is no profile.
        cautions: Where to say that the profile could not be applied.
    """
    if image.mode == "RGBa":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    if isinstance(profile, bytes) and profile:
        try:
            return _apply(image, profile)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            cautions.append(
                Caution("colour_profile_ignored", "the colour profile is damaged or of another kind")
            )
    return image.convert("RGB")


def _apply(image: Image.Image, profile: bytes) -> Image.Image:
    if profile[_SPACE] == b"RGB ":
        image = image.convert("RGB") if image.mode in {"L", "YCbCr", "HSV"} else image
        if image.mode == "RGB" and _acts_like_srgb(profile):
            return image
    found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return cast("Image.Image", ImageCms.profileToProfile(image, found, _srgb_profile(), outputMode="RGB"))


def _acts_like_srgb(profile: bytes) -> bool:
    """Return whether a profile of RGB leaves colours as they are; what it is called says nothing."""
    digest = hashlib.sha256(profile).digest()
    if digest not in _KNOWN:
        found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        colours = Image.fromarray(_COLOURS)
        shown = ImageCms.profileToProfile(colours, found, _srgb_profile(), outputMode="RGB")
        change = np.abs(np.asarray(shown, np.int16) - _COLOURS)
        if len(_KNOWN) >= _MAX_KNOWN:
            _KNOWN.clear()
        _KNOWN[digest] = bool(change.max() <= _TOLERANCE)
    return _KNOWN[digest]


@functools.cache
def _srgb_profile() -> ImageCms.ImageCmsProfile:
    profile: Any = cast("Any", ImageCms).createProfile("sRGB")  # Pillow has no types for it
    return ImageCms.ImageCmsProfile(profile)


_SPACE = slice(16, 20)  # of the profile's header: the space of its colours (ICC.1:2022, 7.2.6)
# Six levels of each channel, among them black, white and pure colours: (1, 216, 3).
_COLOURS = np.stack(np.meshgrid(*[np.arange(0, 256, 51)] * 3), axis=-1).reshape(1, -1, 3).astype(np.uint8)
# Of 255. The profiles of sRGB that cameras and programs embed differ from one another by up to 3.
_TOLERANCE = 3
_KNOWN: dict[bytes, bool] = {}
_MAX_KNOWN = 256  # an archive has a few dozen profiles
