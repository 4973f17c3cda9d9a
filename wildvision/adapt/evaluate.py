"""How a model does on labelled photos: numbers with intervals over owners, what its policies would have said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wildvision.adapt.labelled import UNKNOWN, LabelledPhotos
from wildvision.adapt.metrics import (
    MIN_POSITIVES,
    ReliabilityBin,
    area_under_roc,
    average_precision,
    exact_interval,
    expected_calibration_error,
    flag_precision,
    reliability,
    share_interval,
    tpr_at_fpr,
    with_interval,
    with_intervals,
)
from wildvision.adapt.scoring import Failure, ScoredPhotos, score_photos
from wildvision.adapt.sketch import read_sketch, seen
from wildvision.archive.decide import Decider
from wildvision.archive.rows import Row
from wildvision.classifier import Classifier
from wildvision.errors import OptionError
from wildvision.manifest import Interval, Manifest, find_model
from wildvision.results import Verdict

PREVALENCE = 0.01
"""Share of photos that show a product where nobody says otherwise; precision is stated for it, and depends on it."""
MIN_OTHERS = 20  # below this, 5 % of the others is less than one photo
ROUNDS = 500  # of the bootstrap
METRICS = {
    "area": area_under_roc,
    "average_precision": average_precision,
    "tpr_at_1_percent_fpr": tpr_at_fpr(0.01),
    "tpr_at_5_percent_fpr": tpr_at_fpr(0.05),
    "expected_calibration_error": expected_calibration_error,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryNumbers:
    """How one category did.

    Attributes:
        category: Its id.
        photos: Photos that show it.
        sources: Owners that those come from.
        others: Photos that do not show it, of which one can tell.
        metrics: By the names of `METRICS`; empty where there are fewer than `MIN_POSITIVES` photos, or `MIN_OTHERS`
            others.
        reliability: Photos by their score, what was promised and what was kept.
    """

    category: str
    photos: int
    sources: int
    others: int
    metrics: dict[str, Interval]
    reliability: tuple[ReliabilityBin, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyNumbers:
    """What one policy said.

    Attributes:
        policy: Its name.
        verdicts_with: How many photos that show a product got each verdict.
        verdicts_without: The same of photos that show none.
        alarms: Share of photos without a product that reach review or a flag; None: there are none.
        found: Share of photos with a product that do; None: there are none.
        precision_of_reviews: Share of reviews and flags that are right at the stated prevalence.
        precision_of_flags: The same of flags alone.
    """

    policy: str
    verdicts_with: dict[str, int]
    verdicts_without: dict[str, int]
    alarms: Interval | None
    found: Interval | None
    precision_of_reviews: Interval | None
    precision_of_flags: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All numbers about one model and one set of labelled photos.

    Attributes:
        model: Its id.
        photos: Photos that were scored.
        sources: Owners that they come from.
        failed: Photos that could not be scored.
        rejected: Entries of the inputs that were left out, such as photos that nobody labelled.
        trained_on: Photos, or near-duplicates of them, that taught the model; None: the model does not say.
        prevalence: That precision is stated for.
        categories: Those that a photo shows, products first.
        policies: Of the model.
        warnings: What to know before a number is believed.
    """

    model: str
    photos: int
    sources: int
    failed: tuple[Failure, ...]
    rejected: int
    trained_on: int | None
    prevalence: float
    categories: tuple[CategoryNumbers, ...]
    policies: tuple[PolicyNumbers, ...]
    warnings: tuple[str, ...]


def evaluate(
    model: str | Path | None,
    labelled: LabelledPhotos,
    *,
    prevalence: float = PREVALENCE,
    workers: int | None = None,
    advance: Callable[[Row], None] | None = None,
) -> tuple[Evaluation, ScoredPhotos]:
    """Score labelled photos and measure.

    Args:
        model: A bundled model's id or a model directory; None: the default.
        labelled: Photos, as `wildvision.adapt.labelled.read_labelled` reads them.
        prevalence: Share of photos that show a product where the model is to be used, 0 to 1.
        workers: Processes, as for `score_photos`.
        advance: Called with each row.

    Returns:
        The numbers, and the photos with their scores.

    Raises:
        LabelError: No photo could be read.
        ModelError: The model cannot be used.
        OptionError: The prevalence is no share.
    """
    if not 0 < prevalence < 1:
        raise OptionError(f"expected a prevalence between 0 and 1, found {prevalence:g}")
    directory = find_model(model)
    classifier = Classifier(model, threads=1)
    scored = score_photos(labelled.photos, classifier, workers=workers, advance=advance)
    sketch = read_sketch(directory, classifier.manifest)
    trained_on = None if sketch is None else int(seen(scored.hashes, sketch).sum())
    return measure(
        classifier.manifest, scored, labelled, prevalence=prevalence, trained_on=trained_on
    ), scored


def measure(
    manifest: Manifest,
    scored: ScoredPhotos,
    labelled: LabelledPhotos,
    *,
    prevalence: float = PREVALENCE,
    trained_on: int | None = None,
) -> Evaluation:
    """Return the numbers about photos that were scored; see `evaluate`."""
    products = [manifest.category_ids.index(product) for product in manifest.product_ids]
    others = [column for column in range(len(manifest.categories)) if column not in products]
    numbers = [_category(manifest, scored, column) for column in (*products, *others)]
    return Evaluation(
        model=manifest.id,
        photos=len(scored.photos),
        sources=len(set(scored.owners)),
        failed=scored.failures,
        rejected=len(labelled.rejected),
        trained_on=trained_on,
        prevalence=prevalence,
        categories=tuple(found for found in numbers if found.photos),
        policies=tuple(_policy(manifest, scored, name, products, prevalence) for name in manifest.policies),
        warnings=tuple(_warnings(scored, labelled, trained_on)),
    )


def _category(manifest: Manifest, scored: ScoredPhotos, column: int) -> CategoryNumbers:
    scores, truth, owners, _ = scored.settled(column)
    photos, others = int(truth.sum()), int((~truth).sum())
    metrics: dict[str, Interval] = {}
    if photos >= MIN_POSITIVES and others >= MIN_OTHERS:
        metrics = with_intervals(METRICS, scores, truth, owners, rounds=ROUNDS)
    return CategoryNumbers(
        category=manifest.category_ids[column],
        photos=photos,
        sources=len({owner for owner, shown in zip(owners, truth.tolist(), strict=True) if shown}),
        others=others,
        metrics=metrics,
        reliability=reliability(scores, truth) if photos else (),
    )


def verdicts_by(manifest: Manifest, scored: ScoredPhotos, policy: str) -> list[str]:
    """Return the verdict of each photo by one of the model's policies, from its scores."""
    decider = Decider(manifest, policy)
    return [
        decider.decide(
            Row(
                id=photo.name,
                scores=dict(zip(manifest.category_ids, scores, strict=True)),
                rule=rule,
                verdict=verdict,
                width=width,
                height=height,
            )
        ).verdict
        or ""
        for photo, scores, rule, verdict, (width, height) in zip(
            scored.photos,
            scored.scores.tolist(),
            scored.rules,
            scored.verdicts,
            scored.sizes.tolist(),
            strict=True,
        )
    ]


def _policy(
    manifest: Manifest, scored: ScoredPhotos, name: str, products: Sequence[int], prevalence: float
) -> PolicyNumbers:
    verdicts = np.array(verdicts_by(manifest, scored, name))
    label_mask, truth = scored.label_mask[:, products], scored.truth[:, products]
    positive: NDArray[np.bool_] = np.logical_or.reduce(truth & label_mask, axis=1)
    settled: NDArray[np.bool_] = np.logical_and.reduce(label_mask, axis=1)
    without = ~positive & settled
    flagged = verdicts == Verdict.FLAG.value
    reviewed = flagged | (verdicts == Verdict.REVIEW.value)
    return PolicyNumbers(
        policy=name,
        verdicts_with=dict(Counter(verdicts[positive].tolist())),
        verdicts_without=dict(Counter(verdicts[without].tolist())),
        alarms=_share(reviewed, without, scored),
        found=_share(reviewed, positive, scored),
        precision_of_reviews=_precision(reviewed, positive, without, scored, prevalence),
        precision_of_flags=_precision(flagged, positive, without, scored, prevalence),
    )


def _share(chosen: NDArray[np.bool_], among: NDArray[np.bool_], scored: ScoredPhotos) -> Interval | None:
    """Return a share with its interval: over owners, or where all photos are of one, that of independent photos."""
    if not among.any():
        return None
    owners = [scored.photos[row].owner for row in np.flatnonzero(among).tolist()]
    if len(set(owners)) > 1:
        return share_interval(chosen[among], owners)
    low, high = exact_interval(int(chosen[among].sum()), int(among.sum()))
    return Interval(value=round(float(chosen[among].mean()), 4), low=round(low, 4), high=round(high, 4))


def _precision(
    chosen: NDArray[np.bool_],
    positive: NDArray[np.bool_],
    without: NDArray[np.bool_],
    scored: ScoredPhotos,
    prevalence: float,
) -> Interval | None:
    rows = np.flatnonzero(positive | without)
    if not positive.any() or not without.any() or not chosen[rows].any():
        return None
    owners = [scored.photos[row].owner for row in rows.tolist()]
    metric = flag_precision(prevalence)
    return with_interval(metric, chosen[rows].astype(np.float64), positive[rows], owners, rounds=ROUNDS)


def _warnings(scored: ScoredPhotos, labelled: LabelledPhotos, trained_on: int | None) -> list[str]:
    found: list[str] = []
    if trained_on is None:
        found.append("the model does not say which photos taught it: numbers on those are too good")
    elif trained_on:
        found.append(
            f"{trained_on:,} of {len(scored.photos):,} photos, or near-duplicates of them, taught the model: "
            "numbers on those are too good; leave them out"
        )
    if trained_on is not None and not scored.hashes.any():
        found.append("photos were not compared with those that taught the model: pdqhash is not installed")
    if set(scored.owners) == {UNKNOWN}:
        found.append(
            "no photo has a known source: intervals take each photo for itself, and are narrower than they would be "
            "for photos of other sources"
        )
    if labelled.strange:
        named = ", ".join(f"{label} ({count:,})" for label, count in labelled.strange.items())
        found.append(
            f"labels that the model has no category for: {named}; those photos still count for all others"
        )
    return found
