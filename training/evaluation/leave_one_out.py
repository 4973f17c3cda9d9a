"""Heads fitted without one source at a time: how a product is found at a place that training has never seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from training.data.labels import label_matrix
from training.data.samples import Sample
from training.evaluation.findings import HeldOutRow
from training.evaluation.held_out import measured_row

Fit = Callable[
    [NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_], Sequence[Sample]],
    tuple[NDArray[np.floating], NDArray[np.floating]],
]


def leave_one_source_out(
    samples: Sequence[Sample], features: NDArray[np.float32], products: Sequence[str], *, fit: Fit
) -> tuple[HeldOutRow, ...]:
    """Measure each product on each group that shows it, with a head that saw neither the group nor the negatives.

    The negatives are the held-out group's own photos without the product and those of the `background_groups`,
    which no head here sees: scores of photos that a head was fitted on would make its false positives look rarer
    than they are. Rendered photos teach every head and are never left out.

    Args:
        samples: N photos that may train.
        features: Shape (N, D), float32, of a frozen backbone.
        products: Ids to measure.
        fit: From features (n, D), targets (n, K), label mask (n, K) and n photos to weights (K, D) and bias (K,).
    """
    background = background_groups(samples, products)
    positive = {s.group for s in samples if s.labels & set(products) and not s.synthetic}
    rows = [
        row
        for group in sorted(positive)
        for row in _without(group, background, samples, features, products, fit=fit)
    ]
    return tuple(sorted(rows, key=lambda row: products.index(row.product)))


def background_groups(samples: Sequence[Sample], products: Sequence[str]) -> frozenset[str]:
    """Return a third of the groups without any of the products: every third by falling size, from the second."""
    real = [sample for sample in samples if not sample.synthetic]
    positive = {sample.group for sample in real if sample.labels & set(products)}
    sizes = Counter(sample.group for sample in real if sample.group not in positive)
    by_size = sorted(sizes, key=lambda group: (-sizes[group], group))
    return frozenset(by_size[1::3])


def _without(
    group: str,
    background: frozenset[str],
    samples: Sequence[Sample],
    features: NDArray[np.float32],
    products: Sequence[str],
    *,
    fit: Fit,
) -> Iterator[HeldOutRow]:
    outside = np.array([sample.group == group or sample.group in background for sample in samples])
    own = np.array([sample.group == group for sample in samples])
    targets, label_mask = label_matrix(samples, products)
    # A product that only this group shows cannot be learned from the others.
    columns = [
        c
        for c in range(len(products))
        if targets[own, c].any() and (targets[:, c] * label_mask[:, c])[~outside].any()
    ]
    if not columns:
        return
    inside = np.flatnonzero(~outside)
    learned = [samples[int(row)] for row in inside]
    weights, bias = fit(
        features[inside], targets[inside][:, columns], label_mask[inside][:, columns], learned
    )
    logits = features[outside] @ weights.T + bias  # (n, columns)
    for place, column in enumerate(columns):
        truth = targets[outside, column] > 0.5
        counts = label_mask[outside, column]
        yield measured_row(
            products[column], group, logits[truth & counts, place], logits[~truth & counts, place]
        )
