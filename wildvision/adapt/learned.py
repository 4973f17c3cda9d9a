"""What a lesson taught, measured on photos of sources that the head which scored them had not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wildvision.adapt.folds import stratified_folds
from wildvision.adapt.head import Head, fit_linear_heads
from wildvision.adapt.lesson import Lesson
from wildvision.adapt.metrics import area_under_roc, threshold_at_fpr, tpr_at_fpr, with_intervals
from wildvision.adapt.scaling import choose_scaling, fit_scaling, scaled
from wildvision.adapt.status import measure_left_out, status_of
from wildvision.adapt.thresholds import LabelledScores, product_curves
from wildvision.manifest import Calibration, CategoryEntry, Evidence, Interval, LeftOut, Manifest
from wildvision.taxonomy import Taxonomy

MAX_FOLDS = 10  # heads that each leave a part of the sources out
# A category is calibrated on its own where left-out sources say something about it: enough photos, and not nearly all
# from one source (1.25 "effective" sources is a split of about 89 to 11). As for released categories.
MIN_CALIBRATED, MIN_EFFECTIVE_SOURCES = 20, 1.25
MISTAKEN = 10  # photos of the background, the highest, whose kinds are named
ROUNDS = 200  # of the bootstrap
LOOKALIKE_COST = 0.05  # of a false alarm, of one on an everyday photo: as for released categories
# Exponents of the misses over the number of photos that are believed: Cortes et al. 1994, "Learning curves: Asymptotic
# values and rate of convergence", found error to fall as a power; between two sizes of a few photos it is mostly noise.
SLOWEST, FASTEST = 0.1, 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """How much is found with how many photos, at 5 % false positives.

    Attributes:
        photos: Real photos of the category that the heads learned from, on average.
        found: Share of those left out that was found.
    """

    photos: tuple[float, ...]
    found: tuple[float, ...]

    def expected(self, more: int) -> float:
        """Return about what to expect with so many more photos of other sources."""
        misses = [max(1 - found, 0.0) for found in self.found]
        if misses[-1] == 0:
            return 1.0
        rate = SLOWEST
        if len(misses) > 1 and misses[0] > 0 and self.photos[0] < self.photos[-1]:
            rate = float(np.log(misses[0] / misses[-1]) / np.log(self.photos[-1] / self.photos[0]))
        rate = min(max(rate, SLOWEST), FASTEST)
        return 1 - misses[-1] * (self.photos[-1] / (self.photos[-1] + more)) ** rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """How a category was found on photos of sources left out.

    Attributes:
        left_by: What was left out: ``"source"``, or ``"group"`` of photos that look alike where all are of one source.
        photos: Real photos that show it.
        others: Real photos that do not.
        area: Under the receiver operating characteristic.
        at_1: Share found where 1 % of the others are.
        at_5: The same at 5 %.
        mistaken: Kinds of the photos without it that score highest, with how many of each.
        curve: With fewer photos.
        before: Of one's own photos, what the head that was there found at 1 and 5 %, and what the new one finds of
            them left out; None: it was not there.
    """

    left_by: str
    photos: int
    others: int
    area: Interval
    at_1: Interval
    at_5: Interval
    mistaken: Mapping[str, int]
    curve: Curve
    before: tuple[tuple[float, float], tuple[float, float]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Learned:
    """A head with what it rests on.

    Attributes:
        weights: Shape (D,), float32.
        bias: Of the logit.
        entry: For the manifest.
        numbers: For whoever taught it.
        review_curve: Falling scores, and the share of everyday photos that reach each.
        found_curve: What finding it is worth at each.
        scores: Shape (N,), calibrated, of heads that had not seen the source; NaN for renderings.
    """

    weights: NDArray[np.float32]
    bias: float
    entry: CategoryEntry
    numbers: Numbers
    review_curve: tuple[tuple[float, float], ...]
    found_curve: tuple[float, ...]
    scores: NDArray[np.float64]


def learn(
    lesson: Lesson,
    manifest: Manifest,
    taxonomy: Taxonomy,
    *,
    before: tuple[NDArray[np.float32], float] | None,
) -> Learned:
    """Fit a head on all of a lesson, and measure it by heads that leave sources out.

    Args:
        lesson: From `make_lesson`.
        manifest: Of the model that is taught; the calibration of its rare categories serves where there are few photos.
        taxonomy: With the category in it.
        before: Weights, shape (D,), and bias that score the category now; None: nothing does.
    """
    folds, left_by = _folds(lesson)
    final, left_out, fewer = _fit(lesson, folds)
    rows = np.flatnonzero(lesson.real)
    truth, owners = (
        lesson.positive[rows],
        [row.owner for row, judges in zip(lesson.rows, lesson.real, strict=True) if judges],
    )
    logits = left_out[rows]
    calibration = _calibration(logits, truth, lesson.groups[rows], manifest)
    measured = measure_left_out(logits, truth, owners, calibration=calibration)
    entry = _entry(lesson, calibration, measured, manifest)
    scores = np.full(len(lesson.rows), np.nan)
    scores[rows] = scaled(logits, calibration)
    curves = product_curves(
        _scored(lesson, rows, scores), (lesson.category,), taxonomy, lookalike_cost=LOOKALIKE_COST
    )
    weights, bias = final
    return Learned(
        weights=weights[0],
        bias=float(bias[0]),
        entry=entry,
        numbers=_numbers(lesson, rows, left_out, fewer, folds, left_by, before),
        review_curve=curves.review.get(lesson.category, ()),
        found_curve=curves.found.get(lesson.category, ()),
        scores=scores,
    )


# --- what is left out -------------------------------------------------------------------------------------


def _folds(lesson: Lesson) -> tuple[NDArray[np.int64], str]:
    """Return, shape (N,), in which part each real photo is left out, -1 for the others, and by what."""
    rows = np.flatnonzero(lesson.real)
    positive, groups = lesson.positive[rows], lesson.groups[rows]
    left_by = "source"
    if len(np.unique(groups[positive])) < 2:
        left_by = "group"
        groups = np.where(positive, np.char.add("photo ", lesson.twins[rows].astype(np.str_)), groups)
    parts = min(MAX_FOLDS, len(np.unique(groups[positive])))
    found = np.full(len(lesson.rows), -1, np.int64)
    found[rows] = stratified_folds(positive, groups, folds=parts)
    return found, left_by


def _fit(lesson: Lesson, folds: NDArray[np.int64]) -> tuple[Head, NDArray[np.float32], NDArray[np.float32]]:
    """Return the head of all photos, and logits, shape (N,), by those that had not seen the photo's source.

    The second logits are of heads that learned from half of the photos of the category, source by source.
    """
    numbers = np.unique(folds[folds >= 0])
    usable = np.flatnonzero(lesson.label_mask)
    parts = [usable[folds[usable] != number] for number in numbers]
    halves = [_half(lesson, part) for part in parts]
    shown = np.concatenate([np.arange(len(lesson.rows)), lesson.viewed])  # of each row, which photo it shows
    heads = fit_linear_heads(
        np.concatenate([lesson.features, lesson.views]),
        lesson.positive[shown, None].astype(np.float32),
        lesson.label_mask[shown, None],
        facts=lesson.facts.take(shown),
        parts=[np.flatnonzero(np.isin(shown, part)) for part in (*parts, *halves, usable)],
        settings=lesson.settings,
        odds=np.array([lesson.odds]),
    )
    left_out, fewer = (np.zeros(len(lesson.rows), np.float32) for _ in range(2))
    for place, number in enumerate(numbers):
        rows = np.flatnonzero(folds == number)
        for logits, (weights, bias) in ((left_out, heads[place]), (fewer, heads[len(numbers) + place])):
            logits[rows] = lesson.features[rows] @ weights[0] + bias[0]
    return heads[-1], left_out, fewer


def _half(lesson: Lesson, part: NDArray[np.intp]) -> NDArray[np.intp]:
    """Drop every second real photo of the category, those of one source next to each other."""
    positive = part[lesson.positive[part] & ~lesson.facts.rendered[part]]
    ordered = positive[np.argsort(lesson.groups[positive], kind="stable")]
    return part[~np.isin(part, ordered[len(ordered) // 2 :])] if len(ordered) > 1 else part


# --- what it rests on -------------------------------------------------------------------------------------


def _calibration(
    logits: NDArray[np.float32], truth: NDArray[np.bool_], groups: NDArray[np.str_], manifest: Manifest
) -> Calibration:
    """Return its own calibration where there are enough photos, else the one that the model's rare categories share."""
    counts = np.unique(groups[truth], return_counts=True)[1]
    effective = counts.sum() ** 2 / (counts**2).sum()
    if counts.sum() >= MIN_CALIBRATED and effective >= MIN_EFFECTIVE_SOURCES:
        found = choose_scaling(logits, truth, groups, ("temperature", "platt", "isotonic"))
        if found is not None:
            return found
    shared = (entry.calibration for entry in manifest.categories if entry.calibration.basis == "pooled")
    return next(shared, None) or fit_scaling("platt", logits, truth, basis="pooled")


def _entry(
    lesson: Lesson, calibration: Calibration, measured: LeftOut | None, manifest: Manifest
) -> CategoryEntry:
    earlier = next((e.evidence for e in manifest.categories if e.id == lesson.category), None)
    positive = lesson.positive & lesson.label_mask
    return CategoryEntry(
        id=lesson.category,
        status=status_of(measured),
        calibration=calibration,
        evidence=Evidence(
            photos=lesson.noticed.photos + (earlier.photos if earlier else 0),
            sources=lesson.noticed.sources + (earlier.sources if earlier else 0),
            synthetic_photos=int((positive & lesson.facts.rendered).sum()),
        ),
        left_out=measured,
    )


def _scored(lesson: Lesson, rows: NDArray[np.intp], scores: NDArray[np.float64]) -> LabelledScores:
    places: list[int] = rows.tolist()
    return LabelledScores(
        tuple(lesson.rows[row] for row in places),
        scores[rows][:, None],
        lesson.positive[rows][:, None],
        lesson.label_mask[rows][:, None],
    )


# --- for whoever taught it --------------------------------------------------------------------------------


def _numbers(
    lesson: Lesson,
    rows: NDArray[np.intp],
    left_out: NDArray[np.float32],
    fewer: NDArray[np.float32],
    folds: NDArray[np.int64],
    left_by: str,
    before: tuple[NDArray[np.float32], float] | None,
) -> Numbers:
    truth, logits = lesson.positive[rows], left_out[rows]
    names = lesson.groups[rows] if left_by == "source" else np.char.add("part ", folds[rows].astype(np.str_))
    metrics = {"area": area_under_roc, "at_1": tpr_at_fpr(0.01), "at_5": tpr_at_fpr(0.05)}
    found = with_intervals(metrics, logits, truth, names.tolist(), rounds=ROUNDS)
    without = rows[~truth]
    highest: list[int] = without[np.argsort(-left_out[without], kind="stable")[:MISTAKEN]].tolist()
    own = int((lesson.positive & lesson.real).sum())
    kept = own * (1 - 1 / len(np.unique(folds[folds >= 0])))
    at_5 = tpr_at_fpr(0.05)
    return Numbers(
        left_by=left_by,
        photos=int(truth.sum()),
        others=int((~truth).sum()),
        area=found["area"],
        at_1=found["at_1"],
        at_5=found["at_5"],
        mistaken=dict(Counter(lesson.kinds[row] for row in highest).most_common()),
        curve=Curve(photos=(kept / 2, kept), found=(at_5(fewer[rows], truth), at_5(logits, truth))),
        before=_compared(lesson, rows, left_out, before),
    )


def _compared(
    lesson: Lesson,
    rows: NDArray[np.intp],
    left_out: NDArray[np.float32],
    before: tuple[NDArray[np.float32], float] | None,
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Return what the earlier head and the new one find of one's own photos, at 1 and 5 % of the same others."""
    if before is None:
        return None
    mine, others = rows[lesson.mine[rows] & lesson.positive[rows]], rows[~lesson.positive[rows]]
    found: list[tuple[float, float]] = []
    for logits in (lesson.features @ before[0] + before[1], left_out):
        at_1, at_5 = (
            float(np.mean(logits[mine] > threshold_at_fpr(logits[others], rate))) for rate in (0.01, 0.05)
        )
        found.append((at_1, at_5))
    return found[0], found[1]
