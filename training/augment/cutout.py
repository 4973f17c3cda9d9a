"""Objects of photos with a plain ground, cut out so that they can be shown somewhere else.

Museum photos show one object on a plain ground, and a network would rather learn the ground. Such grounds are found
for products and look-alikes alike, so that neither the ground nor the seam tells which it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from training.data.samples import Sample
from wildvision.images import read_image

UInt8Image = NDArray[np.uint8]
FloatArray = NDArray[np.floating]

# A ground counts as plain when a quadratic surface explains its border to within this many grey levels.
_MAX_BORDER_RESIDUAL = 9.0
_MIN_OBJECT_SHARE, _MAX_OBJECT_SHARE = 0.05, 0.85
_MIN_SIDE = 24  # px; below, the border is most of the photo


def cut_out(image: UInt8Image) -> UInt8Image | None:
    """Find the object of a photo with a plain ground.

    Fits a quadratic colour surface to the border of the photo, which follows the gradients of studio
    backdrops, and takes what differs from it.

    Args:
        image: RGB, shape (H, W, 3), uint8.

    Returns:
        Opacity of the object, shape (H, W), uint8, 0 to 255; None where the ground is not plain.
    """
    if min(image.shape[:2]) < _MIN_SIDE:
        return None
    surface, border = _quadratic_terms(*image.shape[:2]), _border(*image.shape[:2])
    edge = image[border].astype(np.float32)  # (M, 3)
    coefficients = np.linalg.lstsq(surface[border], edge, rcond=None)[0].astype(np.float32)
    residual = float(np.quantile(_distance(edge, surface[border] @ coefficients), 0.9))
    if residual > _MAX_BORDER_RESIDUAL:
        return None
    differs = _distance(image, surface @ coefficients) > max(12.0, 3 * residual)  # (H, W)
    closed = cv2.morphologyEx(differs.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    filled = _fill_large_parts(closed)
    if not _MIN_OBJECT_SHARE <= filled.mean() <= _MAX_OBJECT_SHARE:
        return None
    return np.asarray(cv2.GaussianBlur(filled * np.uint8(255), (3, 3), 0), np.uint8)


def _quadratic_terms(height: int, width: int) -> NDArray[np.float32]:
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    return np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=-1)  # (H, W, 6)


def _border(height: int, width: int) -> NDArray[np.bool_]:
    border = np.ones((height, width), bool)
    margin = max(2, min(height, width) // 24)
    border[margin:-margin, margin:-margin] = False
    return border


def _distance(pixels: UInt8Image | FloatArray, ground: FloatArray) -> FloatArray:
    return np.abs(pixels - ground).max(axis=-1)


def _fill_large_parts(mask: cv2.typing.MatLike) -> UInt8Image:
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    large = [contour for contour in contours if cv2.contourArea(contour) > 0.01 * mask.size]
    filled = cv2.drawContours(np.zeros_like(mask), large, -1, (1,), thickness=cv2.FILLED)
    return np.asarray(filled, np.uint8)


class CutOuts:
    """Opacities of the photos of a data set: a sample's own mask, or what `cut_out` finds when first asked.

    The newest ``capacity`` are kept, compressed, about 2 kB each; what is kept never changes an answer.
    """

    def __init__(
        self, samples: Sequence[Sample], images: Sequence[UInt8Image], *, capacity: int = 8192
    ) -> None:
        self._samples, self._images, self._capacity = samples, images, capacity
        self._kept: dict[int, UInt8Image | None] = {}  # PNG files

    def opacity(self, row: int, image: UInt8Image | None = None) -> UInt8Image | None:
        """Return the opacity of a photo's object, shape (H, W), uint8; None where it cannot be told.

        Args:
            row: Of the photo.
            image: The photo, where the caller has decoded it already.
        """
        if row not in self._kept:
            while len(self._kept) >= self._capacity:
                self._kept.pop(next(iter(self._kept)))
            found = self._find(row, self._images[row] if image is None else image)
            self._kept[row] = None if found is None else np.asarray(cv2.imencode(".png", found)[1], np.uint8)
        kept = self._kept[row]
        return None if kept is None else np.asarray(cv2.imdecode(kept, cv2.IMREAD_GRAYSCALE), np.uint8)

    def _find(self, row: int, image: UInt8Image) -> UInt8Image | None:
        mask = self._samples[row].mask
        if mask is None:
            return cut_out(image)
        opacity = np.ascontiguousarray(read_image(mask).pixels[..., 0])
        height, width = image.shape[:2]
        return np.asarray(cv2.resize(opacity, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
