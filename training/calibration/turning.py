"""Turned photos in calibration: which first looks ask for more, and what that finds of photos that come turned.

Everything is said of photos by networks that never saw their owner, and the scores that calibrate are those of the
model in use: of one look, or of four (`wildvision.turning`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.calibration.record import HeldOut
from training.data.labels import label_matrix
from wildvision.adapt.metrics import MIN_POSITIVES, share_interval, tpr_at_fpr
from wildvision.adapt.thresholds import everyday_photos
from wildvision.decision import spend
from wildvision.manifest import FoundTurned, Turning
from wildvision.taxonomy import Kind, Taxonomy
from wildvision.turning import QUARTERS, is_worth_turning, together

Logits = NDArray[np.float32]
MEASURED_PHOTOS = 100  # of one owner that show a product: more of one museum say no more about turned photos
MIN_OTHERS = 20  # below this, 5 % of them is less than one photo
ROUNDS = 500  # of the bootstrap
FOUND_AT = (
    0.01,
    0.05,
)  # shares of photos without a product where "found" begins: about where flags and reviews do
NEVER = -50.0  # a logit below all
PARTS = np.linspace(0.025, 1, 40)  # of the share that may ask, at which curves are read
MOST_FACTOR, STEP = 4.0, 0.1  # budgets that are tried, as multiples of the share that may ask


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looks:
    """Logits of photos from all four sides.

    Attributes:
        rows: Shape (n,), which of the held-out photos.
        logits: Shape (n, 4, K), as they came and turned by 1, 2 and 3 quarters to the left.
    """

    rows: NDArray[np.intp]
    logits: Logits


def choose_look_from(
    held_out: HeldOut,
    turned: Looks,
    categories: Sequence[str],
    taxonomy: Taxonomy,
    *,
    share: float,
    least_photos: int = 1,
) -> dict[str, float]:
    """Choose the logits from which a first look asks for more, spent where further looks find most that one does not.

    Args:
        held_out: First looks at photos as they came, whose everyday photos say what a logit costs.
        turned: Looks at photos with products, whose turned ones say what it finds.
        categories: K ids.
        taxonomy: Says which are products.
        share: Of everyday photos that may ask, all products together.
        least_photos: Of a product, among those that were turned, with which it may ask.

    Returns:
        By product; those for which no photo of anybody's is worth a further look are left out.
    """
    everyday = held_out.logits[everyday_photos(held_out.samples)]
    gaining = _gaining(turned.logits, _reach(held_out, categories))  # (n, 3, K)
    samples = [held_out.samples[int(row)] for row in turned.rows]
    curves: dict[str, list[tuple[float, float]]] = {}
    found: dict[str, list[float]] = {}
    for column, category in enumerate(categories):
        positive = np.array([category in sample.labels for sample in samples], np.bool_)
        if taxonomy.get(category).kind is not Kind.PRODUCT or positive.sum() < least_photos:
            continue
        # The logit that each share of everyday photos reaches, and how many turned photos gain from it.
        reached = np.round(np.quantile(everyday[:, column], 1 - share * PARTS), 4).tolist()
        curves[category] = list(zip(reached, (share * PARTS).tolist(), strict=True))
        found[category] = [float((gaining[positive, :, column] >= least).sum()) for least in reached]
    return _largest_within(curves, found, everyday, categories, share)


def _largest_within(
    curves: Mapping[str, Sequence[tuple[float, float]]],
    found: Mapping[str, Sequence[float]],
    everyday: Logits,
    categories: Sequence[str],
    share: float,
) -> dict[str, float]:
    """Spend the largest budget with which no more photos ask than may: one may come near two products."""
    for factor in np.arange(MOST_FACTOR, 0, -STEP):
        spent = spend(curves, found, share * float(factor))
        chosen = {product: least for product, least in spent.items() if least is not None}
        if asking(everyday, categories, chosen).mean() <= share:
            return chosen
    return {}


def _reach(held_out: HeldOut, categories: Sequence[str]) -> Logits:
    """Return the logits, shape (R, K), that shares `FOUND_AT` of the photos without a category reach at first."""
    targets, label_mask = label_matrix(held_out.samples, categories)
    others = (targets < 0.5) & label_mask
    return np.array(
        [
            np.quantile(held_out.logits[others[:, k], k], [1 - rate for rate in FOUND_AT])
            if others[:, k].any()
            else [np.inf] * len(FOUND_AT)
            for k in range(len(categories))
        ],
        np.float32,
    ).T


def _gaining(looks: Logits, reach: Logits) -> Logits:
    """Return turned first looks, shape (n, 3, K), where the four find what this one does not, and else `NEVER`.

    Args:
        looks: Shape (n, 4, K).
        reach: Shape (R, K), what counts as found.
    """
    first = looks[:, 1:]
    four = np.stack([_from_side(looks, turns) for turns in range(1, QUARTERS)], axis=1)
    gains = [(four >= least) & (first < least) for least in reach]
    return np.where(np.any(gains, axis=0), first, NEVER)


def _from_side(looks: Logits, turns: int) -> Logits:
    """Return what four looks, shape (n, 4, K), say of photos that came turned: shape (n, K)."""
    return together(np.moveaxis(np.roll(looks, -turns, axis=1), 1, 0))


def asking(logits: Logits, categories: Sequence[str], look_from: dict[str, float]) -> NDArray[np.bool_]:
    """Return which first looks, shape (N, K), ask for more, shape (N,)."""
    return np.array([is_worth_turning(row, categories, look_from) for row in logits], np.bool_)


def measured_rows(held_out: HeldOut, categories: Sequence[str], taxonomy: Taxonomy) -> NDArray[np.bool_]:
    """Return which photos, shape (N,), are turned to measure: those of products, some of each owner."""
    products = {i for i in categories if taxonomy.get(i).kind is Kind.PRODUCT}
    taken: dict[tuple[str, str], int] = {}
    chosen = np.zeros(len(held_out.samples), np.bool_)
    for row, sample in enumerate(held_out.samples):
        for product in sample.labels & products:
            key = (sample.owner, product)
            taken[key] = taken.get(key, 0) + 1
            chosen[row] |= taken[key] <= MEASURED_PHOTOS
    return chosen


def look_on(first: Logits, asks: NDArray[np.bool_], looks: Looks) -> Logits:
    """Return logits (N, K) as the model in use gives them: of four looks where the first asks for more.

    Args:
        first: Shape (N, K).
        asks: Shape (N,).
        looks: Of at least the photos that ask.
    """
    found = first.copy()
    asked = asks[looks.rows]
    found[looks.rows[asked]] = _from_side(looks.logits[asked], 0)
    return found


def describe_turning(
    held_out: HeldOut,
    looks: Looks,
    measured: NDArray[np.bool_],
    categories: Sequence[str],
    taxonomy: Taxonomy,
    *,
    look_from: dict[str, float],
    share: float,
) -> Turning:
    """Say when pictures are turned, and measure what comes of it.

    Args:
        held_out: First looks.
        looks: From all sides, at photos that ask and at those that are measured.
        measured: Shape (N,), which photos are turned to measure.
        categories: K ids.
        taxonomy: Says which are products.
        look_from: As chosen.
        share: As asked for.
    """
    samples, asks = held_out.samples, asking(held_out.logits, categories, look_from)
    everyday = everyday_photos(samples)
    groups = [samples[int(row)].group for row in np.flatnonzero(everyday)]
    return Turning(
        look_from=look_from,
        asked=share,
        set_on=f"{len(samples)} photos, each scored by a network that never saw its owner",
        turned=share_interval(asks[everyday], groups, rounds=ROUNDS),
        found={
            category: rows
            for column, category in enumerate(categories)
            if taxonomy.get(category).kind is Kind.PRODUCT
            and (rows := tuple(_found(held_out, looks, measured, categories, column, look_from)))
        },
    )


def _found(
    held_out: HeldOut,
    looks: Looks,
    measured: NDArray[np.bool_],
    categories: Sequence[str],
    column: int,
    look_from: dict[str, float],
) -> Iterator[FoundTurned]:
    """Yield what is found of photos of one product in each of their four sides."""
    targets, label_mask = label_matrix(held_out.samples, categories[column : column + 1])
    positive, others = (targets[:, 0] > 0.5) & label_mask[:, 0], (targets[:, 0] < 0.5) & label_mask[:, 0]
    chosen = looks.logits[(positive & measured)[looks.rows]]  # (n, 4, K)
    if len(chosen) < MIN_POSITIVES or others.sum() < MIN_OTHERS:
        return
    asks = asking(held_out.logits, categories, look_from)
    alone = held_out.logits[others, column]
    judged = look_on(held_out.logits, asks, looks)[others, column]
    for turns in range(QUARTERS):
        first = chosen[:, turns]
        more = asking(first, categories, look_from)
        final = np.where(more[:, None], _from_side(chosen, turns), first)[:, column]
        yield FoundTurned(
            degrees=360 // QUARTERS * turns,
            photos=len(chosen),
            at_1_percent=_share_found(final, judged, 0.01),
            at_5_percent=_share_found(final, judged, 0.05),
            one_look_at_1_percent=_share_found(first[:, column], alone, 0.01),
            one_look_at_5_percent=_share_found(first[:, column], alone, 0.05),
        )


def _share_found(positives: Logits, others: Logits, rate: float) -> float:
    truth = np.arange(len(positives) + len(others)) < len(positives)
    return round(float(tpr_at_fpr(rate)(np.concatenate([positives, others]), truth)), 4)
