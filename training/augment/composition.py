"""Pictures made of several photos, and the labels that they then have.

A label answers "does the picture show it", so a composed picture shows what any of its parts shows, however small its
share: labels are united, never weighted. That keeps targets at 0 and 1, as calibration and metrics have them, and
treats labels that must not count alike everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

UInt8Image = NDArray[np.uint8]
Labels = tuple[NDArray[np.float32], NDArray[np.bool_]]

_TRIES = 6  # places looked at before an object is pasted where it hides least


def unite(labels: Sequence[Labels]) -> Labels:
    """Return the labels of a picture that shows several photos.

    Args:
        labels: Of each photo: ``targets`` (K,), float32, 0 or 1, and ``label_mask`` (K,), bool.

    Returns:
        Targets are 1 where any that counts is. A category counts where it counts for all photos, or where one
        of them shows it: one "perhaps" makes a picture of otherwise "no" a "perhaps".
    """
    targets, label_mask = (np.stack(arrays) for arrays in zip(*labels, strict=True))  # (photos, K) each
    positive = np.asarray((label_mask & (targets > 0.5)).any(axis=0))  # (K,)
    return positive.astype(np.float32), np.asarray(label_mask.all(axis=0)) | positive


def swap_background(
    image: UInt8Image, opacity: UInt8Image, ground: UInt8Image | None, rng: np.random.Generator
) -> UInt8Image:
    """Show the object of a photo on another ground, as large or somewhat smaller in the picture.

    Args:
        image: RGB, shape (H, W, 3), uint8.
        opacity: Of its object, shape (H, W), uint8.
        ground: A photo whose part becomes the ground; None: a plain one of any colour, with a gradient.
        rng: Chooses places and sizes.
    """
    height, width = (int(side * rng.uniform(1.0, 1.5)) for side in opacity.shape)
    canvas = _plain(height, width, rng) if ground is None else _part(ground, height, width, rng)
    top = int(rng.integers(0, height - image.shape[0] + 1))
    left = int(rng.integers(0, width - image.shape[1] + 1))
    _lay(canvas, image, _feathered(opacity, rng), top=top, left=left)
    return canvas


def _plain(height: int, width: int, rng: np.random.Generator) -> UInt8Image:
    corners = rng.integers(0, 256, 3) + rng.normal(0, 25, (2, 2, 3))
    ground = cv2.resize(corners.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.clip(ground, 0, 255).astype(np.uint8)


def _part(photo: UInt8Image, height: int, width: int, rng: np.random.Generator) -> UInt8Image:
    """Scale a random part of a photo, of the wanted shape, to the wanted size."""
    share = min(photo.shape[0] / height, photo.shape[1] / width) * rng.uniform(0.5, 1.0)
    rows, columns = max(1, int(share * height)), max(1, int(share * width))
    top = int(rng.integers(0, photo.shape[0] - rows + 1))
    left = int(rng.integers(0, photo.shape[1] - columns + 1))
    crop = photo[top : top + rows, left : left + columns]
    return np.array(cv2.resize(crop, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _feathered(opacity: UInt8Image, rng: np.random.Generator) -> UInt8Image:
    """Take the rim of the old ground off an opacity and soften its edge, more or less."""
    inner = cv2.erode(opacity, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.GaussianBlur(inner, (0, 0), float(rng.uniform(0.5, 1.5))), np.uint8)


def _lay(canvas: UInt8Image, image: UInt8Image, opacity: UInt8Image, *, top: int, left: int) -> None:
    window = canvas[top : top + image.shape[0], left : left + image.shape[1]]
    alpha = opacity[..., None] * np.float32(1 / 255)
    window[:] = np.rint(window + alpha * (image.astype(np.float32) - window))


def paste_object(
    image: UInt8Image, other: UInt8Image, opacity: UInt8Image, rng: np.random.Generator
) -> UInt8Image:
    """Put the object of another photo onto a photo, small and off its middle, so that both stay visible.

    Args:
        image: RGB, shape (H, W, 3), uint8.
        other: RGB, shape (h, w, 3), uint8.
        opacity: Of the other photo's object, shape (h, w), uint8.
        rng: Chooses place and size.
    """
    left, top, width, height = cv2.boundingRect((opacity > 127).astype(np.uint8))
    if min(width, height) < 4 or min(image.shape[:2]) < 16:
        return image
    box = (slice(top, top + height), slice(left, left + width))
    scale = min(image.shape[:2]) * rng.uniform(0.3, 0.5) / max(height, width)
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    part = np.asarray(cv2.resize(other[box], size, interpolation=cv2.INTER_AREA), np.uint8)
    mask = np.asarray(cv2.resize(opacity[box], size, interpolation=cv2.INTER_AREA), np.uint8)
    if rng.random() < 0.5:
        part, mask = part[:, ::-1], mask[:, ::-1]
    canvas = image.copy()
    top, left = _off_the_middle(image.shape[:2], part.shape[:2], rng)
    _lay(canvas, part, _feathered(np.ascontiguousarray(mask), rng), top=top, left=left)
    return canvas


def _off_the_middle(
    room: tuple[int, ...], size: tuple[int, ...], rng: np.random.Generator
) -> tuple[int, int]:
    """Return the place (top, left), of a few random ones, that is farthest from the middle."""
    free = np.subtract(room, size)
    places = rng.integers(0, free + 1, (_TRIES, 2))
    farthest = places[np.abs((places - free / 2) / room).max(axis=1).argmax()]
    return int(farthest[0]), int(farthest[1])


def mix(image: UInt8Image, other: UInt8Image, rng: np.random.Generator) -> UInt8Image:
    """Blend two photos about evenly, as a double exposure: what either shows can still be seen.

    Unlike mixup (Zhang et al. 2018) the weights stay between 0.4 and 0.6 and labels are united, see the module.
    """
    height, width = image.shape[:2]
    fitted = cv2.resize(other, (width, height), interpolation=cv2.INTER_AREA)
    weight = float(rng.uniform(0.4, 0.6))
    return np.asarray(cv2.addWeighted(image, weight, fitted, 1 - weight, 0), np.uint8)
