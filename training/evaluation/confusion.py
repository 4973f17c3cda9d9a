"""Confusion: verdicts by what photos show, false alarms, and named look-alikes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from training.data.samples import Sample
from training.evaluation.findings import EverydayAlarms, LookalikeConfusion
from training.evaluation.scoring import CategoryScores, ScoredPhotos
from training.metrics import MIN_POSITIVES, flag_precision, share_interval, with_interval
from wildvision import Verdict
from wildvision.decision import Decision
from wildvision.manifest import Interval, Threshold
from wildvision.taxonomy import Taxonomy

EVERYDAY = "everyday"  # photos without any label
PREVALENCE = 0.01


def verdict_table(samples: Sequence[Sample], decisions: Sequence[Decision]) -> dict[str, dict[str, int]]:
    """Count verdicts by what the photos show: each label, each unsettled one, and everyday photos."""
    table: dict[str, Counter[str]] = {}
    for sample, decision in zip(samples, decisions, strict=True):
        for group in groups_of(sample):
            counts = table.setdefault(group, Counter())
            counts["photos"] += 1
            counts[decision.verdict.value] += 1
    return {
        group: {key: counts[key] for key in ("photos", *(v.value for v in Verdict))}
        for group, counts in sorted(table.items())
    }


def groups_of(sample: Sample) -> list[str]:
    """Return what a photo shows, for counting: its labels, its unsettled labels as ``id?``, or everyday."""
    groups = [*sorted(sample.labels), *(f"{label}?" for label in sorted(sample.unsettled))]
    return groups or [EVERYDAY]


def everyday_alarms(
    samples: Sequence[Sample], decisions: Sequence[Decision], *, rounds: int
) -> EverydayAlarms | None:
    """Count false alarms among the photos without any label; None where there are none."""
    chosen = [
        (sample.source, decision.verdict)
        for sample, decision in zip(samples, decisions, strict=True)
        if groups_of(sample) == [EVERYDAY]
    ]
    if not chosen:
        return None
    sources = [source for source, _ in chosen]
    flagged = np.array([verdict is Verdict.FLAG for _, verdict in chosen])
    reviewed = np.array([verdict is Verdict.REVIEW for _, verdict in chosen])
    return EverydayAlarms(
        photos=len(chosen),
        flagged=int(flagged.sum()),
        reviewed=int(reviewed.sum()),
        flag_share=share_interval(flagged, sources, rounds=rounds),
        review_share=share_interval(reviewed, sources, rounds=rounds),
    )


def precision_of_flags(
    photos: ScoredPhotos, policy: str, taxonomy: Taxonomy, *, rounds: int
) -> dict[str, Interval | None]:
    """Of flags that name a product, the share that is right if 1 photo in 100 showed it.

    The others are taken to be like the evaluated photos without any product. Products that this policy can
    never flag, and those with too few photos, are left out; None: nothing was flagged.
    """
    products = {category.id for category in taxonomy.products}
    thresholds = photos.manifest.policies[policy].thresholds
    positive = np.array([bool(sample.labels & products) for sample in photos.samples], bool)
    unsettled = np.array([bool(sample.unsettled & products) for sample in photos.samples], bool)
    found: dict[str, Interval | None] = {}
    for product, threshold in thresholds.items():
        truth = np.array([product in sample.labels for sample in photos.samples], bool)
        rows = np.flatnonzero(truth | ~(positive | unsettled))
        if threshold.flag is None or truth.sum() < MIN_POSITIVES or truth[rows].all():
            continue
        flags = np.array([_flags(photos.decisions[policy][row], product) for row in rows], float)
        sources = [photos.samples[int(row)].source for row in rows]
        metric = flag_precision(PREVALENCE)
        found[product] = (
            with_interval(metric, flags, truth[rows], sources, rounds=rounds) if flags.any() else None
        )
    return found


def _flags(decision: Decision, product: str) -> bool:
    return decision.verdict is Verdict.FLAG and decision.reason.category == product


def lookalike_confusion(
    photos: ScoredPhotos, categories: Sequence[CategoryScores], taxonomy: Taxonomy
) -> dict[str, dict[str, LookalikeConfusion]]:
    """Measure each product on photos of the look-alikes that its taxonomy entry names, in the default policy."""
    manifest = photos.manifest
    thresholds = manifest.policies[manifest.default_policy].thresholds
    table = {
        column.category: dict(_confusions(photos, column, taxonomy, thresholds[column.category]))
        for column in categories
        if column.category in thresholds
    }
    return {product: found for product, found in table.items() if found}


def _confusions(
    photos: ScoredPhotos, column: CategoryScores, taxonomy: Taxonomy, threshold: Threshold
) -> Iterator[tuple[str, LookalikeConfusion]]:
    for lookalike in taxonomy.get(column.category).lookalikes:
        is_lookalike = np.array([lookalike in photos.samples[int(row)].labels for row in column.rows], bool)
        scores = column.scores[is_lookalike & ~column.truth]
        if len(scores):
            yield (
                lookalike,
                LookalikeConfusion(
                    photos=len(scores),
                    mean_score=float(scores.mean()),
                    review_share=_share_from(scores, threshold.review),
                    flag_share=_share_from(scores, threshold.flag),
                ),
            )


def _share_from(scores: np.ndarray, threshold: float | None) -> float:
    return 0.0 if threshold is None else float(np.mean(scores >= threshold))


def top_categories(photos: ScoredPhotos) -> dict[str, dict[str, int]]:
    """Count, by what the photos show, which category scored highest."""
    ids = photos.manifest.category_ids
    table: dict[str, Counter[str]] = {}
    for sample, scores in zip(photos.samples, photos.scores, strict=True):
        for group in groups_of(sample):
            table.setdefault(group, Counter())[ids[int(np.argmax(scores))]] += 1
    return {group: dict(counts.most_common()) for group, counts in sorted(table.items())}
