"""Activation maps of a network's looks at a picture, laid over it so that their mean is what they add up to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wildvision.manifest import PreprocessSpec
from wildvision.preprocess import placed, unfit
from wildvision.runtime import Outputs
from wildvision.turning import together, turned

FloatMap = NDArray[np.float32]


def laid_map(
    looks: Sequence[Outputs], column: int, *, width: int, height: int, spec: PreprocessSpec
) -> FloatMap:
    """Lay the maps of all looks at a picture, turned back, over it.

    Args:
        looks: At the picture as it came, and turned by 1, 2 and 3 quarters to the left where there are four.
        column: Of the category in the logits.
        width: Of the picture, px.
        height: Of the picture, px.
        spec: Of the network's input.

    Returns:
        Shape (height, width), float32. Its mean is what the places of the picture add to the logit; the rest of it is
        the head's bias and what the padding adds.
    """
    maps: list[FloatMap] = []
    for turns, look in enumerate(looks):
        across, down = (height, width) if turns % 2 else (width, height)
        maps.append(turned(_laid(np.ascontiguousarray(look.cam[0, column]), across, down, spec), -turns))
    return together(np.stack(maps))


def _laid(cells: FloatMap, width: int, height: int, spec: PreprocessSpec) -> FloatMap:
    """Lay cells (h, w) over a picture; interpolation moves the mean a little, which is put right."""
    left, top, right, bottom = placed(width, height, spec)
    rows = _covered(cells.shape[0], top / spec.height, bottom / spec.height)
    columns = _covered(cells.shape[1], left / spec.width, right / spec.width)
    total = float(rows @ cells.astype(np.float64) @ columns) / cells.size
    share = float(rows.sum() * columns.sum()) / cells.size
    laid = share * unfit(cells, width, height, spec).astype(np.float64)
    return (laid + (total - laid.mean())).astype(np.float32)


def _covered(count: int, first: float, last: float) -> NDArray[np.float64]:
    """Return which share, shape (count,), of each cell of a side lies between two places, 0 to 1."""
    starts = np.arange(count)
    return np.clip(np.minimum(starts + 1, last * count) - np.maximum(starts, first * count), 0, 1)
