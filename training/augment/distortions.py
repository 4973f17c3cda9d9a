"""Distortions of a whole photo by cameras, filters and platforms; albumentations does the work.

The numbers at each severity were chosen by eye on training photos: at 3 a photo looks like a typical re-post.
"""

from __future__ import annotations

from typing import NamedTuple

import albumentations
import cv2
import numpy as np
from albumentations import BasicTransform
from numpy.typing import NDArray

UInt8Image = NDArray[np.uint8]
Matrix = NDArray[np.float32]

_REFERENCE_SIDE = 256  # px; blur is stated for photos of this side


def level(severity: float, *values: float) -> float:
    """Interpolate a magnitude from its values at severities 0, 1, 2, ..."""
    return float(np.interp(severity, np.arange(len(values)), values))


def recompress(image: UInt8Image, severity: float, rng: np.random.Generator) -> UInt8Image:
    """Save as JPEG, now and then WebP, up to three times with the block grid moved, as posting and re-posting does."""
    quality = round(level(severity, 90, 80, 65, 45, 28, 14))
    codec = "webp" if rng.random() < 0.15 else "jpeg"
    for _ in range(round(level(severity, 1, 1, 1, 2, 2, 3))):
        down, right = (int(shift) for shift in rng.integers(0, 8, 2))
        moved = np.roll(image, (down, right), axis=(0, 1))
        transform = albumentations.ImageCompression(
            quality_range=(quality, quality), compression_type=codec, p=1
        )
        image = np.roll(_run(transform, moved, rng), (-down, -right), axis=(0, 1))
    return image


def downscale(image: UInt8Image, severity: float, rng: np.random.Generator) -> UInt8Image:
    """Shrink, and enlarge to the size before: the detail of a thumbnail."""
    scale = level(severity, 0.95, 0.8, 0.6, 0.45, 0.3, 0.2)
    transform = albumentations.Downscale(
        scale_range=(scale, scale),
        interpolation_pair={"downscale": cv2.INTER_AREA, "upscale": cv2.INTER_CUBIC},
        p=1,
    )
    return _run(transform, image, rng)


def blur(image: UInt8Image, severity: float, rng: np.random.Generator) -> UInt8Image:
    """Blur as a lens out of focus or a moving hand does."""
    sigma = level(severity, 0.2, 0.5, 0.9, 1.4, 2.0, 3.0) * min(image.shape[:2]) / _REFERENCE_SIDE
    if rng.random() < 0.3:
        kernel = 2 * round(2 * sigma) + 3
        return _run(albumentations.MotionBlur(blur_limit=(kernel, kernel), p=1), image, rng)
    return _run(albumentations.GaussianBlur(blur_limit=0, sigma_limit=(sigma, sigma), p=1), image, rng)


def noise(image: UInt8Image, severity: float, rng: np.random.Generator) -> UInt8Image:
    """Add the grain of a sensor in poor light."""
    deviation = level(severity, 0.005, 0.01, 0.02, 0.04, 0.07, 0.11)  # of the full range
    return _run(albumentations.GaussNoise(std_range=(deviation, deviation), p=1), image, rng)


def light(image: UInt8Image, severity: float, rng: np.random.Generator) -> UInt8Image:
    """Change brightness, contrast and gamma, each up or down."""
    limit = level(severity, 0.02, 0.06, 0.12, 0.18, 0.24, 0.32)
    image = _run(
        albumentations.RandomBrightnessContrast(brightness_limit=limit, contrast_limit=limit, p=1), image, rng
    )
    gamma = (100 / (1 + limit), 100 * (1 + limit))
    return _run(albumentations.RandomGamma(gamma_limit=gamma, p=1), image, rng)


class _Look(NamedTuple):
    """A filter as phones offer it, at full severity."""

    gains: tuple[float, float, float] = (1.0, 1.0, 1.0)  # white balance
    saturation: float = 1.0
    contrast: float = 1.0
    fade: float = 0.0  # black becomes this grey level


# Hue itself is never turned: warm cream against brown or white is part of how ivory is told from wood and ceramic.
_LOOKS = (
    _Look(gains=(1.20, 1.02, 0.72), saturation=1.1),  # lamp light
    _Look(gains=(0.78, 0.97, 1.20), saturation=0.9),  # shade
    _Look(gains=(0.88, 1.10, 0.86)),  # fluorescent tubes
    _Look(gains=(1.04, 1.00, 0.92), saturation=0.6, contrast=0.65, fade=55),  # faded
    _Look(saturation=1.7, contrast=1.4),  # vivid
    _Look(gains=(1.12, 1.00, 0.78), saturation=0.1, contrast=0.9, fade=20),  # sepia
    _Look(saturation=0.0, contrast=1.15),  # black and white
)


def colour_cast(image: UInt8Image, severity: float, rng: np.random.Generator) -> UInt8Image:
    """Give the photo a cast or a filter: white balance, saturation, contrast and fading, often a vignette."""
    look = _LOOKS[int(rng.integers(len(_LOOKS)))]
    amount = severity / 5
    matrix = (1 - amount) * np.eye(3, 4, dtype=np.float32) + amount * _colour_matrix(look)
    toned = np.asarray(cv2.transform(image, matrix), np.uint8)
    toned = _run(albumentations.RandomToneCurve(scale=0.15 * amount, p=1), toned, rng)
    return _vignette(toned, 0.6 * amount) if rng.random() < 0.4 else toned


def _colour_matrix(look: _Look) -> Matrix:
    """Return the look as an affine map of RGB, shape (3, 4)."""
    luma = np.tile(np.array([0.299, 0.587, 0.114]), (3, 1))  # ITU-R BT.601
    colour = look.saturation * np.eye(3) + (1 - look.saturation) * luma
    scale = look.contrast * (255 - look.fade) / 255
    offset = np.full((3, 1), look.fade + 127.5 * (1 - look.contrast) * (255 - look.fade) / 255)
    return (np.array(look.gains)[:, None] * np.hstack([scale * colour, offset])).astype(np.float32)


def _vignette(image: UInt8Image, amount: float) -> UInt8Image:
    y, x = (np.linspace(-1, 1, side, dtype=np.float32) ** 2 for side in image.shape[:2])
    share = np.round(256 * (1 - amount * (y[:, None] + x) / 2)).astype(np.uint16)  # (H, W)
    return (image * share[..., None] >> 8).astype(np.uint8)


def geometry(image: UInt8Image, severity: float, rng: np.random.Generator) -> UInt8Image:
    """Mirror every other photo, then crop, turn, zoom, shear and tilt it."""
    crop = level(severity, 0.01, 0.02, 0.04, 0.06, 0.09, 0.12)  # of each side, at most
    angle = level(severity, 0.5, 3, 6, 10, 16, 25) * rng.choice((-1, 1))
    zoom = level(severity, 0.01, 0.05, 0.1, 0.15, 0.22, 0.3)
    tilt = level(severity, 0.002, 0.01, 0.025, 0.04, 0.06, 0.09)
    steps = (
        albumentations.HorizontalFlip(p=0.5),
        albumentations.RandomCropFromBorders(
            crop_left=crop, crop_right=crop, crop_top=crop, crop_bottom=crop, p=1
        ),
        albumentations.Affine(
            rotate=(angle, angle),
            scale=(1 - zoom, 1 + zoom / 3),  # what is cut off cannot be labelled
            translate_percent=(-zoom / 3, zoom / 3),
            shear=(-angle / 3, angle / 3) if angle > 0 else (angle / 3, -angle / 3),
            border_mode=cv2.BORDER_REFLECT_101,
            p=1,
        ),
        albumentations.Perspective(
            scale=(tilt, tilt), fit_output=True, border_mode=cv2.BORDER_REFLECT_101, p=1
        ),
    )
    for step in steps:
        image = _run(step, image, rng)
    return image


def _run(transform: BasicTransform, image: UInt8Image, rng: np.random.Generator) -> UInt8Image:
    transform.set_random_seed(int(rng.integers(2**31)))
    return transform(image=image)["image"]
