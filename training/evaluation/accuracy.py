"""Accuracy of each category, and its calibration, with intervals over sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.evaluation.scoring import CategoryScores, ScoredPhotos
from training.metrics import (
    CurvePoint,
    ReliabilityBin,
    area_under_roc,
    average_precision,
    expected_calibration_error,
    precision_recall,
    reliability,
    tpr_at_fpr,
    with_intervals,
)
from wildvision.manifest import CategoryMetrics, Interval

METRICS = {
    "average_precision": average_precision,
    "tpr_at_1_percent_fpr": tpr_at_fpr(0.01),
    "tpr_at_5_percent_fpr": tpr_at_fpr(0.05),
    "expected_calibration_error": expected_calibration_error,
    "area_under_roc": area_under_roc,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """One category on photos of sources never seen in training.

    Attributes:
        metrics: As the manifest carries them.
        area_under_roc: With its interval.
        reliability: What scores promised and kept.
        precision_recall: The curve, thinned.
    """

    metrics: CategoryMetrics
    area_under_roc: Interval
    reliability: tuple[ReliabilityBin, ...]
    precision_recall: tuple[CurvePoint, ...]


def measure_categories(categories: Sequence[CategoryScores], *, rounds: int) -> dict[str, Accuracy]:
    """Measure each category that has enough photos.

    Args:
        categories: As `training.evaluation.scoring.scores_by_category` yields them.
        rounds: Of the bootstrap.
    """
    return {
        column.category: measure_category(column, rounds=rounds)
        for column in categories
        if column.is_measurable
    }


def measure_category(column: CategoryScores, *, rounds: int) -> Accuracy:
    """Measure one category."""
    scores, truth = column.scores, column.truth
    found = with_intervals(METRICS, scores, truth, column.sources, rounds=rounds)
    area = found.pop("area_under_roc")
    positive_sources = {source for source, positive in zip(column.sources, truth, strict=True) if positive}
    return Accuracy(
        metrics=CategoryMetrics(
            positives=int(truth.sum()), sources=len(positive_sources), negatives=int((~truth).sum()), **found
        ),
        area_under_roc=area,
        reliability=reliability(scores, truth),
        precision_recall=precision_recall(scores, truth),
    )


def not_measured(photos: ScoredPhotos, measured: Mapping[str, object]) -> dict[str, int]:
    """Count the photos of the model's categories that were too few to measure."""
    positives = Counter(label for sample in photos.samples for label in sample.labels)
    return {
        category: positives[category] for category in photos.manifest.category_ids if category not in measured
    }
