"""Colours as sRGB: what a file's colour profile and transparency make of its pixels."""

from __future__ import annotations

import functools
import io
from typing import Any, cast

from PIL import Image, ImageCms

from wildvision.results import Caution


def to_srgb(image: Image.Image, profile: object, cautions: list[Caution]) -> Image.Image:
    if image.mode == "RGBa":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    if isinstance(profile, bytes) and profile:
        try:
            found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "sRGB" not in ImageCms.getProfileDescription(found):
                converted = ImageCms.profileToProfile(image, found, _srgb_profile(), outputMode="RGB")
                return cast("Image.Image", converted)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            cautions.append(
                Caution("colour_profile_ignored", "the colour profile is damaged or of another kind")
            )
    return image.convert("RGB")


@functools.cache
def _srgb_profile() -> ImageCms.ImageCmsProfile:
    profile: Any = cast("Any", ImageCms).createProfile("sRGB")  # Pillow has no types for it
    return ImageCms.ImageCmsProfile(profile)
