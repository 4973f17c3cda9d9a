"""Thresholds in one order, from the strictest to the most generous: the larger the budget, the lower each threshold.

A model's curves say how a budget of false alarms is best divided among its products (`wildvision.decision.spend`), and
a larger budget never raises a threshold. So a photo has one number: the smallest budget at which it is reviewed. To
choose thresholds is to choose one rung, and a choice of one number from a hundred photos cannot fit their noise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wildvision.adapt.thresholds import never_flagged
from wildvision.decision import spend
from wildvision.errors import ManifestError
from wildvision.manifest import Manifest

BUDGETS = np.geomspace(1e-5, 1.0, 200)
"""Shares of everyday photos: from one in a hundred thousand to all, 6 % apart."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ladder:
    """Thresholds of all products on each rung.

    Attributes:
        products: P ids.
        budgets: Shape (R,), rising; the first, 0, lets nothing pass.
        thresholds: Shape (R, P), scores; infinite where a product does not ask for anything.
    """

    products: tuple[str, ...]
    budgets: NDArray[np.float64]
    thresholds: NDArray[np.float64]

    def entries(self, scores: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the lowest rung at which each photo passes a threshold, shape (N,); R: none.

        Args:
            scores: Shape (N, P), of the products.
        """
        entries = np.full(len(scores), len(self.budgets), np.int64)
        for rung in range(len(self.budgets) - 1, -1, -1):
            entries[(scores >= self.thresholds[rung]).any(axis=1)] = rung
        return entries

    def rung_within(self, budget: float) -> int:
        """Return the highest rung of at most this budget."""
        return int(np.searchsorted(self.budgets, budget * (1 + 1e-9), side="right")) - 1

    def at(self, rung: int) -> dict[str, float | None]:
        """Return the thresholds of a rung by product; None: it asks for nothing."""
        return {
            product: float(value) if np.isfinite(value) else None
            for product, value in zip(self.products, self.thresholds[rung], strict=True)
        }


def review_ladder(manifest: Manifest) -> Ladder:
    """Return the ladder of a model's review thresholds.

    Raises:
        ManifestError: The model has no curves to divide a budget by.
    """
    check_curves(manifest)
    return ladder_of(manifest.review_curves, manifest.found_curves, manifest.product_ids)


def flag_ladder(manifest: Manifest) -> Ladder:
    """Return the ladder of a model's flag thresholds; experimental products never flag.

    Raises:
        ManifestError: The model has no curves to divide a budget by.
    """
    check_curves(manifest)
    able = set(manifest.product_ids) - never_flagged(manifest.categories)
    curves = {product: curve for product, curve in manifest.review_curves.items() if product in able}
    return ladder_of(curves, manifest.found_curves, manifest.product_ids)


def check_curves(manifest: Manifest) -> None:
    """Refuse a model that does not say what its thresholds find and cost.

    Raises:
        ManifestError: It has no curves.
    """
    if not manifest.review_curves or not manifest.found_curves:
        raise ManifestError(
            "expected a model with review_curves and found_curves, found one without; make it again with a newer "
            "version of the training, or use a released model",
            model=manifest.id,
        )


def ladder_of(
    curves: Mapping[str, Sequence[tuple[float, float]]],
    found: Mapping[str, Sequence[float]],
    products: Sequence[str],
) -> Ladder:
    """Return the ladder of curves; products without one never pass."""
    rungs = [spend(curves, found, float(budget)) for budget in BUDGETS]
    thresholds = np.full((len(rungs) + 1, len(products)), np.inf)
    for number, rung in enumerate(rungs, start=1):
        for column, product in enumerate(products):
            limit = rung.get(product)
            thresholds[number, column] = np.inf if limit is None else limit
    # The last step of a budget is taken as far as it reaches, which may jump over a rung: keep the order.
    thresholds = np.minimum.accumulate(thresholds, axis=0)
    return Ladder(products=tuple(products), budgets=np.concatenate([[0.0], BUDGETS]), thresholds=thresholds)
