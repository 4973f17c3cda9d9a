"""What calibration and thresholds rest on: photos scored by a network that had learned the category elsewhere.

A network that saw photos with a category only, or without it only, has learned nothing of it; its scores are made up.
They calibrate nothing, set no threshold, and where nothing else is left no model is made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from training.data.labels import label_matrix
from training.data.samples import Sample
from training.errors import DatasetError

Targets = NDArray[np.float32]
Bools = NDArray[np.bool_]


def learned(samples: Sequence[Sample], categories: Sequence[str]) -> Bools:
    """Return, shape (K,), which categories these photos can teach: some show it, and some are known not to."""
    targets, label_mask = label_matrix(samples, categories)
    positive = targets > 0.5
    return np.logical_and((positive & label_mask).any(axis=0), (~positive & label_mask).any(axis=0))


def refuse_unlearned(samples: Sequence[Sample], categories: Sequence[str]) -> None:
    """Check that photos teach every category.

    Raises:
        DatasetError: Of one, they all show it or none does.
    """
    found = learned(samples, categories)
    if missing := [
        category for category, is_learned in zip(categories, found, strict=True) if not is_learned
    ]:
        raise DatasetError(
            f"expected training photos with and without each category, found only one kind for {', '.join(missing)}; "
            "put photos without them into everyday/, or let train.rendered keep what shows them"
        )


def founded_labels(
    parts: Iterable[tuple[Sequence[Sample], Sequence[Sample]]], categories: Sequence[str]
) -> tuple[Targets, Bools]:
    """Return the labels of held-out photos, masked where the network that scores a photo did not learn the category.

    Args:
        parts: For each network the photos that it learns from, and those that it scores.
        categories: K ids.

    Returns:
        targets: Shape (N, K), float32, of the scored photos of all parts in order.
        label_mask: Shape (N, K), bool.
    """
    found = [(*label_matrix(scored, categories), learned(teaching, categories)) for teaching, scored in parts]
    return (
        np.concatenate([targets for targets, _, _ in found]),
        np.concatenate([label_mask & is_learned for _, label_mask, is_learned in found]),
    )


def refuse_unfounded(
    targets: Targets, label_mask: Bools, categories: Sequence[str], products: Collection[str]
) -> None:
    """Check that there is something to calibrate on, and something to set each product's thresholds on.

    Args:
        targets: Shape (N, K), of held-out photos.
        label_mask: Shape (N, K), as `founded_labels` returns it.
        categories: K ids.
        products: Those that get thresholds.

    Raises:
        DatasetError: There is not; the message says which photos are missing.
    """
    positives, negatives = (
        (label_mask & (targets > 0.5)).sum(axis=0),
        (label_mask & (targets < 0.5)).sum(axis=0),
    )
    for category, count in zip(categories, negatives.tolist(), strict=True):
        if category in products and not count:
            raise DatasetError(
                f"expected photos without {category} of at least two sources, so that one can be held out while the "
                f"other teaches, found no photo without {category} that a threshold could rest on: put some of "
                "other sources into everyday/"
            )
    if not positives.any() or not negatives.any():
        raise DatasetError(
            f"expected real photos of at least two sources that show {' or '.join(categories)}, so that one can be "
            "held out while the other teaches, found no such photo to calibrate on; add a source, or do not name "
            "sources: then each photo is held out by itself, and every number will look too good"
        )
