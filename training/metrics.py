"""Numbers about scores: pure functions of arrays, each with the interval that its sources allow."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from wildvision.manifest import Interval

Scores = NDArray[np.floating]
Truth = NDArray[np.bool_]
Metric = Callable[[Scores, Truth], float]


def average_precision(scores: Scores, truth: Truth) -> float:
    """Area under the precision-recall curve as scikit-learn sums it (no interpolation)."""
    return float(average_precision_score(truth, scores))


def area_under_roc(scores: Scores, truth: Truth) -> float:
    """Probability that a positive scores above a negative."""
    return float(roc_auc_score(truth, scores))


def tpr_at_fpr(rate: float) -> Metric:
    """Return the metric "share of positives found when at most ``rate`` of the negatives are"."""

    def measure(scores: Scores, truth: Truth) -> float:
        return float(np.mean(scores[truth] > threshold_at_fpr(scores[~truth], rate)))

    return measure


def threshold_at_fpr(negatives: Scores, rate: float) -> float:
    """Return the smallest score above which at most ``rate`` of the negatives lie."""
    falling = np.sort(negatives)[::-1]
    return float(falling[min(len(falling) - 1, int(np.floor(rate * len(falling))))])


def expected_calibration_error(probabilities: Scores, truth: Truth, *, bins: int = 15) -> float:
    """Mean gap between confidence and frequency over equally wide bins (Guo et al. 2017, eq. 3)."""
    bin_of = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = [
        abs(float(np.mean(probabilities[chosen]) - np.mean(truth[chosen]))) * float(np.mean(chosen))
        for chosen in (bin_of == index for index in range(bins))
        if chosen.any()
    ]
    return float(sum(gaps))


def precision_at_prevalence(*, tpr: float, fpr: float, prevalence: float) -> float | None:
    """Share of flags that are right where ``prevalence`` of all photos show the product; None: no flags."""
    hits, alarms = tpr * prevalence, fpr * (1 - prevalence)
    return hits / (hits + alarms) if hits + alarms > 0 else None


def with_interval(
    metric: Metric,
    scores: Scores,
    truth: Truth,
    sources: Sequence[str],
    *,
    rounds: int = 1000,
    seed: int = 0,
) -> Interval:
    """Measure with a 95 % percentile bootstrap over sources, then over the photos within each.

    Both stages, because with three sources a bootstrap over sources alone would look far too certain.
    Rounds that draw no positive or no negative are drawn again.
    """
    rng = np.random.default_rng(seed)
    names = np.asarray(sources)
    rows_of = [np.flatnonzero(names == name) for name in np.unique(names)]
    values: list[float] = []
    while len(values) < rounds:
        drawn = [rows_of[i] for i in rng.integers(len(rows_of), size=len(rows_of))]
        rows = np.concatenate([rng.choice(rows, len(rows)) for rows in drawn])
        if 0 < truth[rows].sum() < len(rows):
            values.append(metric(scores[rows], truth[rows]))
    low, high = np.quantile(values, [0.025, 0.975])
    return Interval(
        value=round(metric(scores, truth), 4), low=round(float(low), 4), high=round(float(high), 4)
    )
