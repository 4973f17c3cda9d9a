"""Measure a released model on photos of sources it has never seen, through `wildvision` itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.data import Sample, label_matrix
from training.metrics import (
    area_under_roc,
    average_precision,
    expected_calibration_error,
    precision_at_prevalence,
    tpr_at_fpr,
    with_interval,
)
from wildvision import Classification, Classifier, Verdict
from wildvision.manifest import CategoryMetrics, Manifest
from wildvision.taxonomy import Kind, load_taxonomy

MIN_POSITIVES = 3  # below this a figure would be an anecdote


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluation:
    """What was measured.

    Attributes:
        metrics: Headline numbers by category, as the manifest carries them.
        details: Everything else, ready for ``evaluation.json``.
    """

    metrics: Mapping[str, CategoryMetrics]
    details: Mapping[str, Any]


def evaluate(classifiers: Mapping[str, Classifier], samples: Sequence[Sample]) -> Evaluation:
    """Score the samples with each policy's classifier and measure every category that they show.

    Args:
        classifiers: By policy; all of one model.
        samples: Photos of sources that training never saw.
    """
    paths = [sample.path for sample in samples]
    results = {
        name: [_expect(outcome) for outcome in classifier.classify_batch(paths)]
        for name, classifier in classifiers.items()
    }
    manifest = next(iter(classifiers.values())).manifest
    some = next(iter(results.values()))
    scores = np.array([[result.score(c) for c in manifest.category_ids] for result in some])
    metrics = _category_metrics(scores, samples, manifest)
    return Evaluation(
        metrics=metrics,
        details={
            "photos": len(samples),
            "sources": sorted({sample.source for sample in samples}),
            "area_under_roc": _areas(scores, samples, manifest),
            "not_measured": _not_measured(samples, manifest, metrics),
            "verdicts": {name: verdict_table(samples, found) for name, found in results.items()},
            "precision_at_1_percent_prevalence": {
                name: _precision(samples, found) for name, found in results.items()
            },
        },
    )


def _expect(outcome: Any) -> Classification:
    if outcome.error is not None:
        raise outcome.error
    return outcome.result


def _category_metrics(
    scores: NDArray[np.float64], samples: Sequence[Sample], manifest: Manifest
) -> dict[str, CategoryMetrics]:
    targets, known = label_matrix(samples, manifest.category_ids)
    metrics: dict[str, CategoryMetrics] = {}
    for column, category in enumerate(manifest.category_ids):
        rows = np.flatnonzero(known[:, column])
        truth = targets[rows, column] > 0.5
        if truth.sum() < MIN_POSITIVES:
            continue
        sources = [samples[int(row)].source for row in rows]
        measured = scores[rows, column], truth, sources
        metrics[category] = CategoryMetrics(
            positives=int(truth.sum()),
            sources=len({source for source, shown in zip(sources, truth, strict=True) if shown}),
            negatives=int((~truth).sum()),
            average_precision=with_interval(average_precision, *measured),
            tpr_at_1_percent_fpr=with_interval(tpr_at_fpr(0.01), *measured),
            tpr_at_5_percent_fpr=with_interval(tpr_at_fpr(0.05), *measured),
            expected_calibration_error=with_interval(expected_calibration_error, *measured),
        )
    return metrics


def _areas(scores: NDArray[np.float64], samples: Sequence[Sample], manifest: Manifest) -> dict[str, Any]:
    targets, known = label_matrix(samples, manifest.category_ids)
    areas: dict[str, Any] = {}
    for column, category in enumerate(manifest.category_ids):
        rows = np.flatnonzero(known[:, column])
        truth = targets[rows, column] > 0.5
        if truth.sum() >= MIN_POSITIVES:
            sources = [samples[int(row)].source for row in rows]
            interval = with_interval(area_under_roc, scores[rows, column], truth, sources)
            areas[category] = {"value": interval.value, "low": interval.low, "high": interval.high}
    return areas


def _not_measured(
    samples: Sequence[Sample], manifest: Manifest, metrics: Mapping[str, CategoryMetrics]
) -> dict[str, int]:
    shown = Counter(label for sample in samples for label in sample.labels)
    return {category: shown[category] for category in manifest.category_ids if category not in metrics}


def verdict_table(samples: Sequence[Sample], results: Sequence[Classification]) -> dict[str, dict[str, int]]:
    """Count verdicts by what the photos show: each label, each unsettled one, and everyday photos."""
    table: dict[str, Counter[str]] = {}
    for sample, result in zip(samples, results, strict=True):
        for group in _groups(sample):
            counts = table.setdefault(group, Counter())
            counts["photos"] += 1
            counts[result.verdict.value] += 1
    return {
        group: {key: counts[key] for key in ("photos", *(v.value for v in Verdict))}
        for group, counts in sorted(table.items())
    }


def _groups(sample: Sample) -> list[str]:
    groups = [*sorted(sample.labels), *(f"{label}?" for label in sorted(sample.unsettled))]
    return groups or ["everyday"]


def _precision(samples: Sequence[Sample], results: Sequence[Classification]) -> float | None:
    """Of ivory flags, were 1 in 100 photos ivory and the rest like the other evaluation photos."""
    products = {c.id for c in load_taxonomy().categories if c.kind is Kind.PRODUCT}
    flagged = np.array([result.verdict is Verdict.FLAG for result in results])
    ivory = np.array(["ivory" in sample.labels for sample in samples])
    clean = np.array([not (sample.labels | sample.unsettled) & products for sample in samples])
    precision = precision_at_prevalence(
        tpr=float(flagged[ivory].mean()), fpr=float(flagged[clean].mean()), prevalence=0.01
    )
    return None if precision is None else round(precision, 3)
