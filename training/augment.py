"""Make training photos look like what people post: other backgrounds, light, crops and re-compression.

Museum photos show one object on a plain ground, and a network would rather learn the ground. `cut_out`
finds such grounds, for products and look-alikes alike, so that `Augmenter` can put something else behind
the object without the seam telling which it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import albumentations
import cv2
import numpy as np
from numpy.typing import NDArray

UInt8Image = NDArray[np.uint8]

# A ground counts as plain when a quadratic surface explains its border to within this many grey levels.
_MAX_BORDER_RESIDUAL = 9.0
_MIN_OBJECT_SHARE, _MAX_OBJECT_SHARE = 0.05, 0.85


def cut_out(image: UInt8Image) -> UInt8Image | None:
    """Find the object of a photo with a plain ground.

    Fits a quadratic colour surface to the border of the photo, which follows the gradients of studio
    backdrops, and takes what differs from it.

    Args:
        image: RGB, shape (H, W, 3), uint8.

    Returns:
        Opacity of the object, shape (H, W), uint8, 0 to 255; None where the ground is not plain.
    """
    height, width = image.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    surface = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=-1)  # (H, W, 6)
    border = np.ones((height, width), bool)
    margin = max(2, min(height, width) // 24)
    border[margin:-margin, margin:-margin] = False
    pixels = image.astype(np.float32)
    coefficients = np.linalg.lstsq(surface[border], pixels[border], rcond=None)[0]
    distance = np.abs(pixels - surface @ coefficients).max(axis=-1)
    residual = float(np.quantile(distance[border], 0.9))
    if residual > _MAX_BORDER_RESIDUAL:
        return None
    object_mask = (distance > max(12.0, 3 * residual)).astype(np.uint8)
    filled = _fill_large_parts(cv2.morphologyEx(object_mask, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)))
    if not _MIN_OBJECT_SHARE <= filled.mean() <= _MAX_OBJECT_SHARE:
        return None
    return np.asarray(cv2.GaussianBlur(filled * np.uint8(255), (3, 3), 0), np.uint8)


def _fill_large_parts(mask: cv2.typing.MatLike) -> UInt8Image:
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    large = [contour for contour in contours if cv2.contourArea(contour) > 0.01 * mask.size]
    filled = cv2.drawContours(np.zeros_like(mask), large, -1, (1,), thickness=cv2.FILLED)
    return np.asarray(filled, np.uint8)


@dataclass(frozen=True, slots=True)
class Augmenter:
    """Draws one random variant of a training photo.

    Attributes:
        backgrounds: Photos to put behind cut-out objects, RGB, shape (H, W, 3), uint8.
        swap_probability: How often an object that can be cut out is put on another ground.
        transform: The albumentations pipeline that follows.
    """

    backgrounds: Sequence[UInt8Image]
    swap_probability: float
    transform: albumentations.Compose

    def __call__(self, image: UInt8Image, opacity: UInt8Image | None, rng: np.random.Generator) -> UInt8Image:
        """Return a variant: RGB, shape (H', W', 3), uint8; ``opacity`` is what `cut_out` found."""
        if opacity is not None and rng.random() < self.swap_probability:
            image = self._swap_background(image, opacity, rng)
        return self.transform(image=image)["image"]

    def _swap_background(
        self, image: UInt8Image, opacity: UInt8Image, rng: np.random.Generator
    ) -> UInt8Image:
        height, width = (int(side * rng.uniform(1.0, 1.5)) for side in opacity.shape)
        ground = self._ground(height, width, rng)
        top = int(rng.integers(0, height - image.shape[0] + 1))
        left = int(rng.integers(0, width - image.shape[1] + 1))
        window = (slice(top, top + image.shape[0]), slice(left, left + image.shape[1]))
        alpha = opacity[..., None] / np.float32(255)
        ground[window] = np.round(alpha * image + (1 - alpha) * ground[window])
        return ground

    def _ground(self, height: int, width: int, rng: np.random.Generator) -> UInt8Image:
        if not self.backgrounds or rng.random() < 0.35:  # a plain ground of any colour, with a gradient
            corners = rng.integers(0, 256, 3) + rng.normal(0, 25, (2, 2, 3))
            ground = cv2.resize(corners.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
            return np.clip(ground, 0, 255).astype(np.uint8)
        photo = self.backgrounds[int(rng.integers(len(self.backgrounds)))]
        share = rng.uniform(0.4, 1.0)
        rows, columns = (max(8, int(side * share)) for side in photo.shape[:2])
        top = int(rng.integers(0, photo.shape[0] - rows + 1))
        left = int(rng.integers(0, photo.shape[1] - columns + 1))
        crop = photo[top : top + rows, left : left + columns]
        return np.array(cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def build_transform(*, seed: int) -> albumentations.Compose:
    """Build the geometric, photometric and re-compression part of the augmentation.

    Hue moves little: warm cream against brown or white is part of how ivory is told from wood and ceramic.
    """
    return albumentations.Compose(
        [
            albumentations.HorizontalFlip(p=0.5),
            albumentations.Affine(
                scale=(0.7, 1.4),
                translate_percent=(-0.15, 0.15),
                rotate=(-20, 20),
                shear=(-8, 8),
                border_mode=cv2.BORDER_REFLECT_101,
                p=0.8,
            ),
            albumentations.RandomResizedCrop(size=(272, 272), scale=(0.4, 1.0), ratio=(0.6, 1.67), p=0.5),
            albumentations.RandomBrightnessContrast(brightness_limit=0.3, contrast_limit=0.3, p=0.7),
            albumentations.RandomGamma(gamma_limit=(65, 150), p=0.4),
            albumentations.HueSaturationValue(
                hue_shift_limit=7, sat_shift_limit=45, val_shift_limit=15, p=0.5
            ),
            albumentations.RGBShift(r_shift_limit=24, g_shift_limit=16, b_shift_limit=24, p=0.5),
            albumentations.ToGray(p=0.05),
            albumentations.OneOf(
                [albumentations.GaussianBlur(blur_limit=(3, 5)), albumentations.MotionBlur(blur_limit=5)],
                p=0.2,
            ),
            albumentations.GaussNoise(std_range=(0.02, 0.08), p=0.2),
            albumentations.Downscale(scale_range=(0.35, 0.9), p=0.3),
            albumentations.ImageCompression(quality_range=(25, 95), p=0.6),
            albumentations.CoarseDropout(
                num_holes_range=(1, 3), hole_height_range=(0.05, 0.25), hole_width_range=(0.05, 0.25), p=0.2
            ),
        ],
        seed=seed,
    )
