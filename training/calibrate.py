"""Calibration and thresholds, from logits of photos whose source was held out of training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from training.data import Sample
from training.metrics import threshold_at_fpr
from wildvision.manifest import Calibration, CategoryEntry, Evidence, Policy, Threshold
from wildvision.taxonomy import Kind, load_taxonomy

# A category is calibrated on its own where held-out sources say something about it: enough photos, and not
# nearly all from one source (1.25 "effective" sources is a split of about 89 to 11).
MIN_PHOTOS, MIN_EFFECTIVE_SOURCES = 20, 1.25
MIN_PHOTOS_SUPPORTED = 50

# Share of held-out photos without the product that may reach each threshold: (review, flag).
POLICIES = {
    "sensitive": (0.10, 0.02),
    "balanced": (0.03, 0.005),
    "strict": (0.01, 0.001),
}
EXPERIMENTAL_REVIEW = {"sensitive": 0.01, "balanced": 0.002, "strict": None}
LOOKALIKE_RATIO = 1.0


def fit_categories(
    logits: NDArray[np.float32],
    targets: NDArray[np.float32],
    known: NDArray[np.bool_],
    categories: Sequence[str],
    samples: Sequence[Sample],
) -> tuple[CategoryEntry, ...]:
    """Calibrate every category and say on how much it rests.

    Args:
        logits: Shape (N, K), each row from a network that never saw the photo's source.
        targets: Shape (N, K), 0 or 1.
        known: Shape (N, K), False where the label must not count.
        categories: Ids in the order of the columns.
        samples: The N photos.
    """
    firm = [column for column, category in enumerate(categories) if _is_firm(category, samples)]
    rows, columns = np.nonzero(known[:, firm])
    pooled = fit_platt(logits[:, firm][rows, columns], targets[:, firm][rows, columns])
    entries: list[CategoryEntry] = []
    for column, category in enumerate(categories):
        shown = [sample for sample in samples if category in sample.labels]
        slope, intercept = pooled
        if column in firm:
            rows = np.flatnonzero(known[:, column])
            slope, intercept = fit_platt(logits[rows, column], targets[rows, column])
        supported = column in firm and len(shown) >= MIN_PHOTOS_SUPPORTED
        entries.append(
            CategoryEntry(
                id=category,
                status="supported" if supported else "experimental",
                calibration=Calibration(
                    slope=round(slope, 6),
                    intercept=round(intercept, 6),
                    basis="held-out sources" if column in firm else "pooled",
                ),
                evidence=Evidence(
                    photos=len(shown), sources=len({s.source for s in shown}), synthetic_photos=0
                ),
            )
        )
    return tuple(entries)


def fit_platt(logits: NDArray[np.float32], targets: NDArray[np.float32]) -> tuple[float, float]:
    """Fit ``probability = sigmoid(slope * logit + intercept)`` by maximum likelihood (Platt 1999)."""
    model = LogisticRegression(C=1e6).fit(logits[:, None].astype(np.float64), targets > 0.5)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _is_firm(category: str, samples: Sequence[Sample]) -> bool:
    counts = np.array(list(Counter(s.source for s in samples if category in s.labels).values()))
    effective_sources = counts.sum() ** 2 / (counts**2).sum()
    return counts.sum() >= MIN_PHOTOS and effective_sources >= MIN_EFFECTIVE_SOURCES


def choose_policies(
    scores: NDArray[np.float64],
    targets: NDArray[np.float32],
    known: NDArray[np.bool_],
    entries: Sequence[CategoryEntry],
) -> Mapping[str, Policy]:
    """Set thresholds by the share of held-out photos without the product that reaches them.

    Args:
        scores: Shape (N, K), calibrated probabilities of photos whose source was held out.
        targets: Shape (N, K), 0 or 1.
        known: Shape (N, K), False where the label must not count.
        entries: The categories in the order of the columns.
    """
    policies: dict[str, Policy] = {}
    for name, (review, flag) in POLICIES.items():
        thresholds: dict[str, Threshold] = {}
        for column, entry in enumerate(entries):
            if load_taxonomy().get(entry.id).kind is not Kind.PRODUCT:
                continue
            negatives = scores[known[:, column] & (targets[:, column] < 0.5), column]
            experimental = entry.status == "experimental"
            thresholds[entry.id] = Threshold(
                review=_threshold(negatives, EXPERIMENTAL_REVIEW[name] if experimental else review),
                flag=_threshold(negatives, None if experimental else flag),
            )
        policies[name] = Policy(
            objective=f"of held-out photos without the product, at most {review:.1%} reach review and "
            f"{flag:.1%} a flag; experimental products: {EXPERIMENTAL_REVIEW[name] or 0:.1%} and none",
            set_on=f"{len(scores)} training photos, each scored by a network that never saw its source",
            thresholds=thresholds,
            lookalike_ratio=LOOKALIKE_RATIO,
        )
    return policies


def _threshold(negatives: NDArray[np.float64], rate: float | None) -> float | None:
    # A score is held against "at least the threshold": step just above the last negative that may not pass.
    return None if rate is None else min(1.0, round(threshold_at_fpr(negatives, rate) + 1e-6, 6))
