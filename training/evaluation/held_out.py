"""Scores of training photos by networks that never saw their group, and what they say about each product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.calibration.record import Calibrated, read_held_out
from training.data.labels import label_matrix
from training.data.samples import Dataset, Sample
from training.errors import DatasetError
from training.evaluation.findings import HeldOutRow
from training.metrics import MIN_POSITIVES, area_under_roc, tpr_at_fpr
from training.records import read_record
from training.run_folder import RunFolder
from wildvision.decision import calibrated_scores
from wildvision.manifest import CategoryEntry

MIN_SOURCE_POSITIVES = 10  # for a row of its own
MIN_HELD_OUT_NEGATIVES = 20  # below this, 5 % of the negatives is less than one photo


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldOutScores:
    """What networks that never saw a photo's group said of it.

    Attributes:
        samples: The N photos.
        categories: K ids.
        logits: Shape (N, K), float32.
        scores: Shape (N, K), float64, calibrated.
        targets: Shape (N, K), bool.
        label_mask: Shape (N, K), bool, False where the label must not count.
    """

    samples: tuple[Sample, ...]
    categories: tuple[str, ...]
    logits: NDArray[np.float32]
    scores: NDArray[np.float64]
    targets: NDArray[np.bool_]
    label_mask: NDArray[np.bool_]


def read_held_out_scores(folder: RunFolder, dataset: Dataset) -> HeldOutScores | None:
    """Read the held-out logits and the calibration of a run; None where calibration has not been done.

    Raises:
        TrainingError: They are malformed, do not belong together, or are of another data set.
    """
    if not folder.held_out.is_file() or not folder.calibration.is_file():
        return None
    held_out = read_held_out(folder.held_out, dataset)
    entries = read_record(Calibrated, folder.calibration).categories
    if held_out.logits.shape[1] != len(entries):
        raise DatasetError(
            f"expected logits of {len(entries)} categories in {folder.held_out}, found shape {held_out.logits.shape}; "
            "calibrate again"
        )
    return held_out_scores(held_out.samples, held_out.logits, entries)


def held_out_scores(
    samples: Sequence[Sample], logits: NDArray[np.float32], entries: Sequence[CategoryEntry]
) -> HeldOutScores:
    """Calibrate held-out logits and put the labels beside them."""
    categories = tuple(entry.id for entry in entries)
    scores = [calibrated_scores(row, entries) for row in logits]
    targets, label_mask = label_matrix(samples, categories)
    return HeldOutScores(
        samples=tuple(samples),
        categories=categories,
        logits=logits,
        scores=np.array(scores, np.float64).reshape(-1, len(categories)),
        targets=targets > 0.5,
        label_mask=label_mask,
    )


def held_out_table(held_out: HeldOutScores, products: Sequence[str]) -> tuple[HeldOutRow, ...]:
    """Measure each product that photos of two groups or more show: on all of them, and by source.

    The positives of a row come from its source, the negatives are all held-out photos without the product.
    """
    return tuple(
        row for product in products if product in held_out.categories for row in _rows_of(held_out, product)
    )


def _rows_of(held_out: HeldOutScores, product: str) -> Iterator[HeldOutRow]:
    column = held_out.categories.index(product)
    positive = held_out.targets[:, column] & held_out.label_mask[:, column]
    negatives = held_out.logits[~held_out.targets[:, column] & held_out.label_mask[:, column], column]
    positives = np.flatnonzero(positive)
    if len({held_out.samples[int(row)].group for row in positives}) < 2:
        return
    yield measured_row(product, "all", held_out.logits[positives, column], negatives)
    sources = Counter(held_out.samples[int(row)].source for row in positives)
    for source, count in sorted(sources.items()):
        if count >= MIN_SOURCE_POSITIVES:
            rows = [row for row in positives if held_out.samples[int(row)].source == source]
            yield measured_row(product, source, held_out.logits[rows, column], negatives)


def measured_row(
    product: str, held_out: str, positives: NDArray[np.floating], negatives: NDArray[np.floating]
) -> HeldOutRow:
    """Measure scores of photos with and without a product; too few of either give no numbers."""
    enough = len(positives) >= MIN_POSITIVES and len(negatives) >= MIN_HELD_OUT_NEGATIVES
    scores = np.concatenate([positives, negatives])
    truth = np.arange(len(scores)) < len(positives)
    return HeldOutRow(
        product=product,
        held_out=held_out,
        positives=len(positives),
        negatives=len(negatives),
        area_under_roc=area_under_roc(scores, truth) if enough else None,
        tpr_at_1_percent_fpr=tpr_at_fpr(0.01)(scores, truth) if enough else None,
        tpr_at_5_percent_fpr=tpr_at_fpr(0.05)(scores, truth) if enough else None,
    )
