"""Splits and folds: groups divided among them so that none crosses and every category spreads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from training.config import SplitConfig
from training.data.listing import ListedPhoto
from training.data.samples import Sample, Split
from training.errors import DatasetError, EvaluationOnlyError, SplitLeakError
from wildvision.taxonomy import Kind, load_taxonomy

_SPLITS: tuple[Split, ...] = ("train", "calibration", "validation", "test")


def group_folds(samples: Sequence[Sample], *, folds: int, seed: int) -> NDArray[np.int64]:
    """Assign each sample to a fold so that no group crosses and the groups of each product part.

    With at least as many folds as any product has groups, each of them is held out while all its others are learned
    from: every product is judged by leaving one owner out at a time. With fewer folds, the photos of each product are
    spread as evenly as its groups allow. Look-alikes and everyday photos are spread after them.

    Returns:
        Shape (N,), int64, the fold in which each sample is held out.

    Raises:
        DatasetError: There are fewer groups than folds.
    """
    groups = [sample.group for sample in samples]
    names = sorted(set(groups))
    if len(names) < folds:
        raise DatasetError(
            f"expected at least {folds} groups of photos for {folds} folds, found {len(names)}; "
            "add photos of other sources, or ask for fewer folds"
        )
    products, others = _shares(samples, names)
    fold_of = _spread(products, others, folds, seed)
    number = {name: int(fold) for name, fold in zip(names, fold_of, strict=True)}
    return np.array([number[group] for group in groups], np.int64)


def _shares(
    samples: Sequence[Sample], names: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the share that each group (G) has of the photos of each product, and of each look-alike and of all."""
    # A category that the packaged taxonomy lacks counts as a product: it is what this training is for.
    lookalikes = {category.id for category in load_taxonomy().categories if category.kind is Kind.LOOKALIKE}
    labels = sorted(
        {label for sample in samples for label in sample.labels}, key=lambda i: (i in lookalikes, i)
    )
    place, row_of = {label: n for n, label in enumerate(labels)}, {name: n for n, name in enumerate(names)}
    counts = np.zeros((len(names), len(labels) + 1))  # the last column: all photos
    for sample in samples:
        counts[row_of[sample.group], [*(place[label] for label in sample.labels), -1]] += 1
    shares = counts / counts.sum(axis=0)
    first = sum(label not in lookalikes for label in labels)
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


def assign_splits(
    rows: Sequence[ListedPhoto], groups: Sequence[str], *, shares: SplitConfig, seed: int
) -> tuple[Split, ...]:
    """Give each row the split of its group.

    A group goes where its rows ask to go. Each other group, largest and rarest first, goes where it brings the
    counts of its categories and of all photos closest to their shares (greedy stratification, as in
    scikit-learn's ``StratifiedGroupKFold``, for shares that differ). Equal groups are ordered by the seed.

    Args:
        rows: Photos in any order; those for evaluation get the split ``eval``.
        groups: Of each row, the name of its unit of splitting.
        shares: Of the photos that are not for evaluation.
        seed: Of the order of equal groups.

    Raises:
        EvaluationOnlyError: A photo marked for evaluation asks for another split.
        SplitLeakError: A group asks for two splits; the message names files of both.
    """
    refuse_other_use(rows)
    asked = _asked_splits(rows, groups)
    free = sorted(set(groups) - set(asked))
    counts = _label_counts(rows, groups)
    total = sum((counts[name] for name in counts if asked.get(name) != "eval"), np.zeros(_width(counts)))
    placed: dict[str, Split] = dict(asked)
    have: dict[Split, NDArray[np.float64]] = {
        split: np.zeros_like(total) for split in _SPLITS if getattr(shares, split) > 0
    }
    for name, split in asked.items():
        if split in have:
            have[split] += counts[name]
    for name in _largest_first(free, counts, total, seed):
        placed[name] = min(have, key=lambda split: _cost(have[split], counts[name], total, shares, split))
        have[placed[name]] += counts[name]
    return tuple(placed[group] for group in groups)


def refuse_other_use(rows: Sequence[ListedPhoto]) -> None:
    """Raise `EvaluationOnlyError` if a photo marked for evaluation asks for another split."""
    wrong = [row for row in rows if row.use == "eval" and row.split not in {None, "eval"}]
    if wrong:
        listed = "\n  ".join(f"{row.path} asks for {row.split}" for row in wrong[:20])
        raise EvaluationOnlyError(
            f"{len(wrong)} photos are for evaluation only (use=eval) and cannot be in another split; "
            f"remove their split:\n  {listed}"
        )


def _asked_splits(rows: Sequence[ListedPhoto], groups: Sequence[str]) -> dict[str, Split]:
    members: dict[str, dict[Split | None, ListedPhoto]] = defaultdict(dict)
    for row, group in zip(rows, groups, strict=True):
        members[group].setdefault("eval" if row.evaluation else row.split, row)
    leaks = {name: sides for name, sides in members.items() if _crosses(sides)}
    if leaks:
        listed = "\n  ".join(_describe_leak(name, sides) for name, sides in sorted(leaks.items())[:10])
        raise SplitLeakError(
            f"{len(leaks)} groups of near-duplicates and sources would be in two splits; ask for one split for "
            f"each, or leave column 'split' empty:\n  {listed}"
        )
    return {name: split for name, sides in members.items() for split in sides if split is not None}


def _crosses(sides: dict[Split | None, ListedPhoto]) -> bool:
    # A photo that asks for nothing goes along with its group, but not into evaluation: it was meant to train.
    return len(set(sides) - {None}) > 1 or ("eval" in sides and None in sides)


def _describe_leak(name: str, sides: dict[Split | None, ListedPhoto]) -> str:
    files = ", ".join(f"{split or 'train'}: {row.path} (source {row.source})" for split, row in sides.items())
    return f"{name}: {files}"


def _label_counts(rows: Sequence[ListedPhoto], groups: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """Count, for each group, photos of each category, photos of none, and all photos."""
    names = sorted({label for row in rows for label in row.labels})
    column = {name: number for number, name in enumerate(names)}
    counts = {group: np.zeros(len(names) + 2) for group in groups}
    for row, group in zip(rows, groups, strict=True):
        for label in row.labels:
            counts[group][column[label]] += 1
        counts[group][-2] += not row.labels
        counts[group][-1] += 1
    return counts


def _width(counts: dict[str, NDArray[np.float64]]) -> int:
    return len(next(iter(counts.values()))) if counts else 0


def _largest_first(
    names: list[str], counts: dict[str, NDArray[np.float64]], total: NDArray[np.float64], seed: int
) -> list[str]:
    shuffled = [names[row] for row in np.random.default_rng(seed).permutation(len(names))]
    scale = np.maximum(total, 1)
    return sorted(shuffled, key=lambda name: -float((counts[name] / scale).max()))


def _cost(
    have: NDArray[np.float64],
    group: NDArray[np.float64],
    total: NDArray[np.float64],
    shares: SplitConfig,
    split: Split,
) -> float:
    """Return by how much the squared distance to the shares, in parts of each total, grows."""
    scale = np.maximum(total, 1)
    distance = have / scale - cast("float", getattr(shares, split))
    moved = distance + group / scale
    return float(np.where(group > 0, moved**2 - distance**2, 0).sum())
