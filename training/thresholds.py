"""Thresholds from the scores of held-out photos: three policies, and a curve for any review budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from training.metrics import threshold_at_fpr
from wildvision.manifest import CategoryEntry, Policy, Threshold
from wildvision.taxonomy import Kind, Taxonomy

# Share of held-out photos without the product that may reach each threshold: (review, flag).
POLICIES = {
    "sensitive": (0.10, 0.02),
    "balanced": (0.03, 0.005),
    "strict": (0.01, 0.001),
}
EXPERIMENTAL_REVIEW = {"sensitive": 0.01, "balanced": 0.002, "strict": None}
LOOKALIKE_RATIO = 1.0
CURVE_SHARES = np.geomspace(1e-4, 0.5, 40)

Scores = NDArray[np.float64]
Targets = NDArray[np.float32]
Known = NDArray[np.bool_]


def choose_policies(
    scores: Scores, targets: Targets, known: Known, entries: Sequence[CategoryEntry], taxonomy: Taxonomy
) -> dict[str, Policy]:
    """Set thresholds by the share of held-out photos without the product that reaches them.

    Args:
        scores: Shape (N, K), calibrated probabilities of photos whose group was held out.
        targets: Shape (N, K), 0 or 1.
        known: Shape (N, K), False where the label must not count.
        entries: The categories in the order of the columns.
        taxonomy: Says which of them are products.
    """
    policies: dict[str, Policy] = {}
    for name, (review, flag) in POLICIES.items():
        thresholds: dict[str, Threshold] = {}
        for entry, negatives in _products(scores, targets, known, entries, taxonomy):
            experimental = entry.status == "experimental"
            thresholds[entry.id] = Threshold(
                review=_threshold(negatives, EXPERIMENTAL_REVIEW[name] if experimental else review),
                flag=_threshold(negatives, None if experimental else flag),
            )
        policies[name] = Policy(
            objective=f"of held-out photos without the product, at most {review:.1%} reach review and "
            f"{flag:.1%} a flag; experimental products: {EXPERIMENTAL_REVIEW[name] or 0:.1%} and none",
            set_on=f"{len(scores)} photos, each scored by a network that never saw its source",
            thresholds=thresholds,
            lookalike_ratio=LOOKALIKE_RATIO,
        )
    return policies


def review_curves(
    scores: Scores, targets: Targets, known: Known, entries: Sequence[CategoryEntry], taxonomy: Taxonomy
) -> dict[str, tuple[tuple[float, float], ...]]:
    """Return, by product, falling scores and the share of held-out photos without it that reach each.

    `wildvision.decision.policy_for_budget` turns them into thresholds. Arguments as for `choose_policies`.
    """
    curves: dict[str, tuple[tuple[float, float], ...]] = {}
    for entry, negatives in _products(scores, targets, known, entries, taxonomy):
        found = {_threshold(negatives, share) for share in CURVE_SHARES}
        thresholds = sorted((t for t in found if t is not None), reverse=True)
        curves[entry.id] = tuple((t, _share_reaching(negatives, t)) for t in thresholds)
    return curves


def _products(
    scores: Scores, targets: Targets, known: Known, entries: Sequence[CategoryEntry], taxonomy: Taxonomy
) -> Iterator[tuple[CategoryEntry, Scores]]:
    """Yield each product with the scores of the photos known not to show it."""
    for column, entry in enumerate(entries):
        if taxonomy.get(entry.id).kind is Kind.PRODUCT:
            yield entry, scores[known[:, column] & (targets[:, column] < 0.5), column]


def _share_reaching(negatives: Scores, threshold: float) -> float:
    return round(float(np.mean(negatives >= threshold)), 6) if len(negatives) else 0.0


def _threshold(negatives: Scores, rate: float | None) -> float | None:
    if rate is None:
        return None
    # A score is held against "at least the threshold": step just above the last negative that may not pass.
    threshold = round(threshold_at_fpr(negatives, rate) + 1e-6, 6) if len(negatives) else 0.5
    return threshold if threshold <= 1 else None
