"""Scores of labelled photos by an exported model, exactly as a user of `wildvision` would get them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.labels import label_matrix
from training.data.samples import Dataset, Sample
from training.evaluation.findings import BrokenPhoto
from training.metrics import MIN_POSITIVES
from wildvision import Classification, Classifier, Rule
from wildvision.decision import TOO_LONG, Decision, decide, refuse_to_clear
from wildvision.manifest import Manifest, Policy
from wildvision.taxonomy import Taxonomy, extend_taxonomy

logger = logging.getLogger(__name__)

MIN_NEGATIVES = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoredPhotos:
    """What a model said of labelled photos.

    Attributes:
        manifest: Of the model.
        samples: The N photos that could be read.
        scores: Shape (N, K), float64, calibrated, in the order of the manifest's categories.
        decisions: By policy, N each.
        broken: Photos that could not be read.
    """

    manifest: Manifest
    samples: tuple[Sample, ...]
    scores: NDArray[np.float64]
    decisions: Mapping[str, tuple[Decision, ...]]
    broken: tuple[BrokenPhoto, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CategoryScores:
    """One category on the photos whose label for it is settled.

    Attributes:
        category: Its id.
        rows: Shape (n,), which of the N photos they are.
        scores: Shape (n,), calibrated.
        truth: Shape (n,), bool: whether each shows it.
        sources: n names.
    """

    category: str
    rows: NDArray[np.int64]
    scores: NDArray[np.float64]
    truth: NDArray[np.bool_]
    sources: tuple[str, ...]

    @property
    def is_measurable(self) -> bool:
        """Whether there are enough photos on both sides for a number."""
        positives = int(self.truth.sum())
        return positives >= MIN_POSITIVES and len(self.truth) - positives >= MIN_NEGATIVES


def score_photos(classifier: Classifier, samples: Sequence[Sample]) -> ScoredPhotos:
    """Classify every photo once and apply each policy of the manifest; a broken photo is reported, not fatal."""
    kept: list[Sample] = []
    results: list[Classification] = []
    broken: list[BrokenPhoto] = []
    outcomes = classifier.classify_batch([sample.path for sample in samples])
    for sample, outcome in zip(samples, outcomes, strict=True):
        if outcome.result is None:
            logger.warning("not scored: %s", outcome.error)
            broken.append(BrokenPhoto(path=str(sample.path), error=str(outcome.error)))
        else:
            kept.append(sample)
            results.append(outcome.result)
    manifest = classifier.manifest
    ids, taxonomy = manifest.category_ids, manifest.taxonomy
    return ScoredPhotos(
        manifest=manifest,
        samples=tuple(kept),
        scores=np.array([[result.score(i) for i in ids] for result in results]).reshape(-1, len(ids)),
        decisions={
            name: tuple(decision_under(result, policy, taxonomy) for result in results)
            for name, policy in manifest.policies.items()
        },
        broken=tuple(broken),
    )


def decision_under(result: Classification, policy: Policy, taxonomy: Taxonomy) -> Decision:
    """Return what a `Classifier` with this policy would have decided; what is too small or blank stays so."""
    if result.reason.rule in {Rule.TOO_SMALL, Rule.BLANK}:
        return Decision(verdict=result.verdict, reason=result.reason)
    decision = decide(result.predictions, policy, taxonomy)
    return refuse_to_clear(decision) if TOO_LONG in result.warnings else decision


def scores_by_category(photos: ScoredPhotos) -> Iterator[CategoryScores]:
    """Yield every category of the model with the photos that say something about it."""
    ids = photos.manifest.category_ids
    targets, label_mask = label_matrix(photos.samples, ids)
    for column, category in enumerate(ids):
        rows = np.flatnonzero(label_mask[:, column])
        yield CategoryScores(
            category=category,
            rows=rows,
            scores=photos.scores[rows, column],
            truth=targets[rows, column] > 0.5,
            sources=tuple(photos.samples[int(row)].source for row in rows),
        )


def taxonomy_of(manifest: Manifest, dataset: Dataset) -> Taxonomy:
    """Return the packaged taxonomy with the categories that the model or the data set adds."""
    known = {category.id for category in manifest.taxonomy.categories}
    new = tuple(category for category in dataset.new_categories if category.id not in known)
    return extend_taxonomy(manifest.taxonomy, new)
