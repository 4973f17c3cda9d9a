"""Turned pictures: when a picture is looked at from all four sides, and what the four looks say together.

Phones and messengers lose the tag that says which side is up, and a network that learned from upright photos finds less
in a turned one. What is upright cannot be told from its features well enough (`training/EXPERIMENTS.md`, 23), so
nothing here guesses it: a picture in which a product may lie is looked at turned by 90, 180 and 270 degrees too, and
the four looks answer together. Most pictures are nowhere near a product, and one look is enough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

QUARTERS = 4  # looks: as the picture came, and turned by 90, 180 and 270 degrees
WEIGHTS = np.array([0.35, 0.25, 0.15, 0.25], np.float32)
"""Of the looks in their order: pictures come upright most often and upside down most rarely. With equal weights ivory
is found a little less often upright, with more for the first look less often turned (`training/EXPERIMENTS.md`, 23).
"""

Pixel = TypeVar("Pixel", bound=np.generic)


def turned(image: NDArray[Pixel], turns: int) -> NDArray[Pixel]:
    """Turn an image (H, W) or (H, W, 3) by quarters of a circle to the left; negative ones turn it to the right."""
    return np.ascontiguousarray(np.rot90(image, turns)) if turns % QUARTERS else image


def is_worth_turning(
    logits: NDArray[np.float32], categories: Sequence[str], look_from: Mapping[str, float]
) -> bool:
    """Whether the first look at a picture comes near a product.

    Args:
        logits: Shape (K,), of the picture as it came.
        categories: Ids in the order of the logits.
        look_from: Logits by product, see `wildvision.manifest.Turning`.
    """
    return any(logits[categories.index(product)] >= least for product, least in look_from.items())


def together(looks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what the looks at one picture say together: the mean of their logits, or of their maps, by `WEIGHTS`.

    Args:
        looks: Shape (4, ...), in their order, or (1, ...) where there was but one.

    Returns:
        Shape (...).
    """
    if len(looks) != QUARTERS:
        return looks[0]
    # One after the other: a matrix product rounds a category differently where more of them stand beside it.
    found = WEIGHTS[0] * looks[0]
    for weight, look in zip(WEIGHTS[1:], looks[1:], strict=True):
        found += weight * look
    return found
