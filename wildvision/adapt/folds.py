"""Folds that no group of photos crosses, so that what is measured on one was not learned from its own group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wildvision.adapt.labels import Photo
from wildvision.errors import LabelError
from wildvision.taxonomy import Kind, load_taxonomy


def group_folds(samples: Sequence[Photo], *, folds: int, seed: int) -> NDArray[np.int64]:
    """Assign each sample to a fold so that no group crosses and the groups of each product part.

    With at least as many folds as any product has groups, each of them is held out while all its others are learned
    from: every product is judged by leaving one owner out at a time. With fewer folds, the photos of each product are
    spread as evenly as its groups allow. Look-alikes and everyday photos are spread after them.

    Returns:
        Shape (N,), int64, the fold in which each sample is held out.

    Raises:
        LabelError: There are fewer groups than folds.
    """
    groups = [sample.group for sample in samples]
    names = sorted(set(groups))
    if len(names) < folds:
        raise LabelError(
            f"expected at least {folds} groups of photos for {folds} folds, found {len(names)}; "
            "add photos of other sources, or ask for fewer folds"
        )
    products, others = _shares(samples, names)
    fold_of = _spread(products, others, folds, seed)
    number = {name: int(fold) for name, fold in zip(names, fold_of, strict=True)}
    return np.array([number[group] for group in groups], np.int64)


def _shares(
    samples: Sequence[Photo], names: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the share that each group (G) has of the photos of each product, and of each look-alike and of all."""
    # A category that the packaged taxonomy lacks counts as a product: it is what this training is for.
    lookalikes = {category.id for category in load_taxonomy().categories if category.kind is Kind.LOOKALIKE}
    shown = sorted(
        {label for sample in samples for label in sample.labels}, key=lambda i: (i in lookalikes, i)
    )
    place, row_of = {label: n for n, label in enumerate(shown)}, {name: n for n, name in enumerate(names)}
    counts = np.zeros((len(names), len(shown) + 1))  # the last column: all photos
    for sample in samples:
        counts[row_of[sample.group], [*(place[label] for label in sample.labels), -1]] += 1
    shares = counts / counts.sum(axis=0)
    first = sum(label not in lookalikes for label in shown)
    return shares[:, :first], shares[:, first:]


def _spread(
    products: NDArray[np.float64], others: NDArray[np.float64], folds: int, seed: int
) -> NDArray[np.int64]:
    """Give each group, the one with most at stake first, the fold that holds least of what it shows."""
    order = np.random.default_rng(seed).permutation(len(products))
    stake = np.stack([-others[:, -1], -(products > 0).sum(axis=1), -products.sum(axis=1)])[:, order]
    have, have_others = np.zeros((folds, products.shape[1])), np.zeros((folds, others.shape[1]))
    fold_of = np.zeros(len(products), np.int64)
    for group in order[np.lexsort(stake)]:
        costs = [
            ((have[fold] * (products[group] > 0)).sum(), (have_others[fold] * (others[group] > 0)).sum())
            for fold in range(folds)
        ]
        fold = fold_of[group] = min(range(folds), key=lambda fold: costs[fold])
        have[fold] += products[group]
        have_others[fold] += others[group]
    return fold_of


def stratified_folds(truth: NDArray[np.bool_], groups: NDArray[np.str_], *, folds: int) -> NDArray[np.int64]:
    """Assign photos to folds so that no group crosses and each fold has its share of both kinds of photos.

    The rule is that of scikit-learn's ``StratifiedGroupKFold``: groups that are most one-sided come first, each goes
    where the shares of both kinds then differ least between folds, and of equals to the fold with the fewest photos.

    Args:
        truth: Shape (N,), two kinds.
        groups: Shape (N,), names.
        folds: At most the number of groups.

    Returns:
        Shape (N,), int64.
    """
    names, group_of = np.unique(groups, return_inverse=True)
    kinds = np.unique(truth)
    counts = np.stack([np.bincount(group_of[truth == kind], minlength=len(names)) for kind in kinds], axis=1)
    order = np.arange(len(names))
    np.random.RandomState(0).shuffle(order)
    order = order[np.argsort(-np.std(counts[order], axis=1), kind="stable")]
    have, total = np.zeros((folds, len(kinds))), counts.sum(axis=0)
    fold_of = np.zeros(len(names), np.int64)
    for group in order:
        fold = fold_of[group] = _evenest(have, counts[group], total)
        have[fold] += counts[group]
    return fold_of[group_of]


def _evenest(have: NDArray[np.float64], more: NDArray[np.int64], total: NDArray[np.int64]) -> int:
    best, least, fewest = 0, np.inf, np.inf
    for fold in range(len(have)):
        photos = float(have[fold].sum())
        have[fold] += more
        uneven = float(np.std(have / total, axis=0).mean())
        have[fold] -= more
        if uneven < least or (np.isclose(uneven, least) and photos < fewest):
            best, least, fewest = fold, uneven, photos
    return best
