"""The one transform from an image to network input.

Training, evaluation, calibration, export checks and inference all call `preprocess`; its parameters travel
with the model as a `PreprocessSpec`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from wildvision.errors import UnsupportedImageError
from wildvision.manifest import PreprocessSpec

UInt8Image = NDArray[np.uint8]
FloatImage = NDArray[np.float32]

_RESAMPLE = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def preprocess(image: UInt8Image, spec: PreprocessSpec) -> FloatImage:
    """Resize, fit and normalise an image.

    Args:
        image: RGB pixels, shape (H, W, 3), uint8, 0 to 255.
        spec: The model's parameters.

    Returns:
        Shape (3, spec.height, spec.width), float32, C-contiguous.

    Raises:
        UnsupportedImageError: The shape or dtype is not as above.
    """
    return normalize(fit(image, spec), spec)


def fit(image: UInt8Image, spec: PreprocessSpec) -> UInt8Image:
    """Bring an image to the network's size with Pillow's antialiased resize.

    Args:
        image: RGB pixels, shape (H, W, 3), uint8.
        spec: Size, fit rule, resampling filter and padding colour.

    Returns:
        Shape (spec.height, spec.width, 3), uint8.

    Raises:
        UnsupportedImageError: The shape or dtype is not as above.
    """
    _check(image)
    left, top, right, bottom = placed(image.shape[1], image.shape[0], spec)
    resized = Image.fromarray(image).resize((right - left, bottom - top), _RESAMPLE[spec.resample])
    canvas = Image.new("RGB", (spec.width, spec.height), spec.padding)
    canvas.paste(resized, (left, top))
    return np.asarray(canvas)


def unfit(values: FloatImage, width: int, height: int, spec: PreprocessSpec) -> FloatImage:
    """Lay values over the network's input back over the image: the inverse of `fit`'s geometry.

    Args:
        values: Shape (h, w), float32, spread evenly over the network's input.
        width: Of the image, px.
        height: Of the image, px.
        spec: As given to `fit`.

    Returns:
        Shape (height, width), float32, interpolated linearly.
    """
    left, top, right, bottom = placed(width, height, spec)
    rows, columns = values.shape
    box = (
        left / spec.width * columns,
        top / spec.height * rows,
        right / spec.width * columns,
        bottom / spec.height * rows,
    )
    return np.asarray(Image.fromarray(values).resize((width, height), Image.Resampling.BILINEAR, box=box))


def placed(width: int, height: int, spec: PreprocessSpec) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of an image in the network's input, px; arguments as for `unfit`."""
    scaled_width, scaled_height = spec.width, spec.height
    if spec.fit == "pad":
        scale = min(spec.width / width, spec.height / height)
        scaled_width, scaled_height = max(1, round(width * scale)), max(1, round(height * scale))
    left, top = (spec.width - scaled_width) // 2, (spec.height - scaled_height) // 2
    return left, top, left + scaled_width, top + scaled_height


def normalize(image: UInt8Image, spec: PreprocessSpec) -> FloatImage:
    """Scale an RGB image to the range the network was trained on.

    Args:
        image: RGB pixels, shape (H, W, 3), uint8, 0 to 255.
        spec: Mean and standard deviation per channel, on the 0 to 1 scale.

    Returns:
        Shape (3, H, W), float32, C-contiguous: ``(image / 255 - mean) / std``.

    Raises:
        UnsupportedImageError: The shape or dtype is not as above.
    """
    _check(image)
    mean, std = np.array(spec.mean, np.float32), np.array(spec.std, np.float32)
    factor, offset = (1 / (255 * std))[:, None, None], (mean / std)[:, None, None]
    # Channels first from the start: in the image's own order numpy would loop over three values at a time.
    scaled = np.multiply(image.transpose(2, 0, 1), factor, order="C")  # (H, W, 3) -> (3, H, W)
    scaled -= offset
    return scaled


def _check(image: UInt8Image) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
        raise UnsupportedImageError(
            f"expected RGB pixels of shape (H, W, 3), uint8, found {image.shape} {image.dtype}; "
            "read_image makes such an array from any source"
        )
