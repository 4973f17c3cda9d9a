"""Labels as arrays: targets, the mask of those that count, and how often to draw each photo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.data.samples import Sample

# A statue or a string of beads is a form and ivory a material: a photo labelled with one says nothing about
# the other. The materials and animals exclude each other well enough for an absent label to mean "no".
FORM_CATEGORIES = frozenset({"statue", "beads"})


def label_matrix(
    samples: Sequence[Sample], categories: Sequence[str]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Turn labels into targets and the mask of those that count.

    Returns:
        targets: Shape (N, K), float32, 1 where the photo shows the category.
        label_mask: Shape (N, K), bool, False where the label must not count in a loss or a metric.
    """
    targets = np.zeros((len(samples), len(categories)), np.float32)
    label_mask = np.ones(targets.shape, np.bool_)
    for row, sample in enumerate(samples):
        for column, category in enumerate(categories):
            targets[row, column] = category in sample.labels
            label_mask[row, column] = category in sample.labels or not _is_open(sample, category)
    return targets, label_mask


def _is_open(sample: Sample, category: str) -> bool:
    return category in sample.unsettled or (category in FORM_CATEGORIES and bool(sample.labels))


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
