"""Numbers about scores: pure functions of arrays, each with the interval that its sources allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from wildvision.manifest import Interval

Scores = NDArray[np.floating]
Truth = NDArray[np.bool_]
Metric = Callable[[Scores, Truth], float]

MIN_POSITIVES = 3  # below this a figure would be an anecdote
CALIBRATION_BINS = 15  # Guo et al. 2017, section 5
CURVE_POINTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """Photos whose score lies in one bin: what was promised and what was kept.

    Attributes:
        low: Lower edge of the bin, 0 to 1.
        high: Upper edge.
        photos: How many there are, at least one.
        mean_score: Their mean calibrated score.
        share_shown: Share of them that show the category.
    """

    low: float
    high: float
    photos: int
    mean_score: float
    share_shown: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """What a threshold gives: of the photos at or above it, and of those that show the category."""

    threshold: float
    precision: float
    recall: float


def average_precision(scores: Scores, truth: Truth) -> float:
    """Area under the precision-recall curve: each threshold's precision times the recall it adds, no interpolation."""
    _, precision, recall = _falling_curve(scores, truth)
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def area_under_roc(scores: Scores, truth: Truth) -> float:
    """Probability that a positive scores above a negative; equal scores count half."""
    _, place, ties = np.unique(scores, return_inverse=True, return_counts=True)
    rank = np.cumsum(ties) - (ties - 1) / 2  # the mean rank of equal scores, from 1
    shown, hidden = int(truth.sum()), int((~truth).sum())
    return float((rank[place][truth].sum() - shown * (shown + 1) / 2) / (shown * hidden))


def tpr_at_fpr(rate: float) -> Metric:
    """Return the metric "share of positives found when at most ``rate`` of the negatives are"."""

    def measure(scores: Scores, truth: Truth) -> float:
        return float(np.mean(scores[truth] > threshold_at_fpr(scores[~truth], rate)))

    return measure


def threshold_at_fpr(negatives: Scores, rate: float) -> float:
    """Return the smallest score above which at most ``rate`` of the negatives lie."""
    falling = np.sort(negatives)[::-1]
    return float(falling[min(len(falling) - 1, int(np.floor(rate * len(falling))))])


def expected_calibration_error(probabilities: Scores, truth: Truth, *, bins: int = CALIBRATION_BINS) -> float:
    """Mean gap between confidence and frequency over equally wide bins (Guo et al. 2017, eq. 3)."""
    found = reliability(probabilities, truth, bins=bins)
    return float(sum(abs(b.mean_score - b.share_shown) * b.photos / len(truth) for b in found))


def reliability(
    probabilities: Scores, truth: Truth, *, bins: int = CALIBRATION_BINS
) -> tuple[ReliabilityBin, ...]:
    """Return the equally wide bins that hold any photo, by rising score.

    Args:
        probabilities: Shape (N,), 0 to 1.
        truth: Shape (N,), whether each photo shows the category.
        bins: How many there are between 0 and 1.
    """
    bin_of = np.minimum((probabilities * bins).astype(int), bins - 1)
    return tuple(
        ReliabilityBin(
            low=index / bins,
            high=(index + 1) / bins,
            photos=int(chosen.sum()),
            mean_score=float(np.mean(probabilities[chosen])),
            share_shown=float(np.mean(truth[chosen])),
        )
        for index in range(bins)
        if (chosen := bin_of == index).any()
    )


def precision_recall(scores: Scores, truth: Truth, *, points: int = CURVE_POINTS) -> tuple[CurvePoint, ...]:
    """Return the precision-recall curve by rising recall, thinned to at most ``points``.

    Of the thresholds that give the same recall, the highest is kept: it has the best precision.
    """
    thresholds, precision, recall = _falling_curve(scores, truth)
    _, first = np.unique(recall, return_index=True)
    first = first[recall[first] > 0]
    kept = first[np.unique(np.linspace(0, len(first) - 1, points).round().astype(int))]
    return tuple(
        CurvePoint(threshold=float(thresholds[i]), precision=float(precision[i]), recall=float(recall[i]))
        for i in kept
    )


def _falling_curve(scores: Scores, truth: Truth) -> tuple[Scores, Scores, Scores]:
    """Return the distinct scores by falling height, with precision and recall of what is at or above each."""
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    last = np.append(np.flatnonzero(np.diff(falling)), len(falling) - 1)  # the last photo of each score
    hits = np.cumsum(truth[order])[last]
    return falling[last], hits / (last + 1), hits / truth.sum()


def precision_at_prevalence(*, tpr: float, fpr: float, prevalence: float) -> float | None:
    """Share of flags that are right where ``prevalence`` of all photos show the product; None: no flags."""
    hits, alarms = tpr * prevalence, fpr * (1 - prevalence)
    return hits / (hits + alarms) if hits + alarms > 0 else None


def flag_precision(prevalence: float) -> Metric:
    """Return the metric "share of flags that are right at this prevalence", NaN where nothing is flagged.

    It takes flags, 0 or 1, for scores.
    """

    def measure(flagged: Scores, truth: Truth) -> float:
        tpr, fpr = float(flagged[truth].mean()), float(flagged[~truth].mean())
        precision = precision_at_prevalence(tpr=tpr, fpr=fpr, prevalence=prevalence)
        return float("nan") if precision is None else precision

    return measure


def with_interval(
    metric: Metric,
    scores: Scores,
    truth: Truth,
    sources: Sequence[str],
    *,
    rounds: int = 1000,
    seed: int = 0,
) -> Interval:
    """Measure one metric as `with_intervals` does."""
    found = with_intervals({"metric": metric}, scores, truth, sources, rounds=rounds, seed=seed)
    return found["metric"]


def with_intervals(
    metrics: Mapping[str, Metric],
    scores: Scores,
    truth: Truth,
    sources: Sequence[str],
    *,
    rounds: int = 1000,
    seed: int = 0,
) -> dict[str, Interval]:
    """Measure with a 95 % percentile bootstrap over sources, then over the photos within each.

    Both stages, because with three sources a bootstrap over sources alone would look far too certain.
    Rounds that draw no positive or no negative are drawn again; where a metric is not defined, the round does
    not count for it.

    Raises:
        ValueError: There is no positive or no negative at all.
    """
    if not 0 < truth.sum() < len(truth):
        raise ValueError(f"expected photos with and without, found {int(truth.sum())} of {len(truth)} with")
    values = np.array(
        [
            [metric(scores[rows], truth[rows]) for metric in metrics.values()]
            for rows in _resamples(truth, sources, rounds=rounds, seed=seed)
        ]
    )  # (rounds, metrics)
    return {
        name: _interval(metric(scores, truth), values[:, column])
        for column, (name, metric) in enumerate(metrics.items())
    }


def share_interval(chosen: Truth, sources: Sequence[str], *, rounds: int = 1000, seed: int = 0) -> Interval:
    """Return the share of photos that are chosen, with the same bootstrap.

    How many of a source's photos a draw with replacement chooses is binomial, so no photo needs to be drawn.
    """
    _, source_of = np.unique(np.asarray(sources), return_inverse=True)
    photos = np.bincount(source_of)
    shares = np.bincount(source_of, weights=chosen) / photos
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(photos), size=(rounds, len(photos)))
    found = rng.binomial(photos[drawn], shares[drawn]).sum(axis=1)
    return _interval(float(chosen.mean()), found / photos[drawn].sum(axis=1))


def exact_interval(hits: int, total: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of a share of which ``hits`` of ``total`` independent trials are known.

    Clopper and Pearson 1934: the bounds at which so many hits, or so few, would be as rare as half of what is left to
    chance. It holds whatever the share is, and is wide rather than wrong.
    """
    tail = (1 - confidence) / 2
    low = _bisect(lambda share: _at_least(hits, total, share) < tail) if hits else 0.0
    high = _bisect(lambda share: 1 - _at_least(hits + 1, total, share) > tail) if hits < total else 1.0
    return low, high


def further_interval(hits: int, total: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of the share of as many further trials, where the ``hits``-th of ``total`` set the mark.

    Of photos in random order, the share that passes a mark set at the k-th follows Beta(k, n - k + 1) (Wilks 1941), so
    that the number among n further ones is beta-binomial; the mark lies between the k-th and the next.
    """
    tail = (1 - confidence) / 2
    low = _beta_binomial(hits, total - hits + 1, total, tail) if hits else 0.0
    high = _beta_binomial(hits + 1, total - hits, total, 1 - tail) if hits < total else 1.0
    return low, high


def _beta_binomial(a: int, b: int, trials: int, level: float) -> float:
    """Return the quantile, as a share of the trials, of hits whose probability is Beta(a, b); whole a and b."""
    logs = _log_factorials(trials + a + b)
    hits = np.arange(trials + 1)
    chosen = logs[trials] - logs[hits] - logs[trials - hits]
    weights = logs[hits + a - 1] + logs[trials - hits + b - 1] - logs[trials + a + b - 1]
    norm = logs[a - 1] + logs[b - 1] - logs[a + b - 1]
    reached = np.cumsum(np.exp(chosen + weights - norm))
    return int(np.searchsorted(reached, level)) / trials


def _log_factorials(most: int) -> NDArray[np.float64]:
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, most + 1)))])


def _at_least(hits: int, total: int, share: float) -> float:
    """Return the probability of at least so many hits of independent trials, 0 < share < 1."""
    logs = _log_factorials(total)
    counts = np.arange(hits, total + 1)
    terms = logs[total] - logs[counts] - logs[total - counts]
    return float(np.exp(terms + counts * np.log(share) + (total - counts) * np.log1p(-share)).sum())


def _bisect(is_below: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(40):  # to 1e-12
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return (low + high) / 2


def _resamples(
    truth: Truth, sources: Sequence[str], *, rounds: int, seed: int
) -> Iterator[NDArray[np.int64]]:
    usable = (rows for rows in _draws(sources, seed=seed) if 0 < truth[rows].sum() < len(rows))
    return islice(usable, rounds)


def _draws(sources: Sequence[str], *, seed: int) -> Iterator[NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    names = np.asarray(sources)
    rows_of: list[NDArray[np.int64]] = [np.flatnonzero(names == name) for name in np.unique(names)]
    while True:
        drawn = [rows_of[int(i)] for i in rng.integers(len(rows_of), size=len(rows_of))]
        yield np.concatenate([rng.choice(rows, len(rows)) for rows in drawn])


def _interval(value: float, values: Scores) -> Interval:
    defined = values[~np.isnan(values)]
    low, high = np.quantile(defined, [0.025, 0.975]) if len(defined) else (value, value)
    return Interval(value=round(value, 4), low=round(float(low), 4), high=round(float(high), 4))
