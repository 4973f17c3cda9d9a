"""Labels as arrays: targets, the mask of those that count, and how often to draw each photo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.data.samples import Sample
from wildvision.adapt.labels import label_matrix

__all__ = ["label_matrix", "sampling_weights"]


def sampling_weights(samples: Sequence[Sample], *, power: float = 0.5) -> NDArray[np.float64]:
    """Weigh each sample so that a set of n photos with the same labels and source is drawn like n ** power.

    Square-root sampling lies between drawing photos alike (rare categories drown) and drawing sets alike
    (four photos are seen a hundred times): Mahajan et al. 2018, "Exploring the Limits of Weakly Supervised
    Pretraining", section 2.1.
    """
    sets = [(sample.labels | sample.unsettled, sample.source) for sample in samples]
    size = Counter(sets)
    weights = np.array([size[key] ** (power - 1) for key in sets])
    return weights / weights.sum()
