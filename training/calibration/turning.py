"""Turned photos in calibration: which first looks ask for more, and what that finds of photos that come turned.

Everything is said of photos by networks that never saw their owner, and the scores that calibrate are those of the
model in use: of one look, or of four (`wildvision.turning`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from training.calibration.record import HeldOut
from training.calibration.thresholds import Scored, everyday_of, product_curves
from training.data.labels import label_matrix
from training.metrics import MIN_POSITIVES, share_interval, tpr_at_fpr
from wildvision.decision import spend
from wildvision.manifest import FoundTurned, Turning
from wildvision.taxonomy import Kind, Taxonomy
from wildvision.turning import QUARTERS, is_worth_turning, together

Logits = NDArray[np.float32]
MEASURED_PHOTOS = 100  # of one owner that show a product: more of one museum say no more about turned photos
MIN_OTHERS = 20  # below this, 5 % of them is less than one photo
ROUNDS = 500  # of the bootstrap
LEAST = 1e-6  # of a score, whose logit is finite: curves are rounded to as much


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
    held_out: HeldOut, categories: Sequence[str], taxonomy: Taxonomy, *, share: float, lookalike_cost: float
) -> dict[str, float]:
    """Choose the logits from which a first look asks for more, spent where most photos with a product are found.

    Args:
        held_out: First looks.
        categories: K ids.
        taxonomy: Says which are products.
        share: Of everyday photos that may ask, all products together.
        lookalike_cost: See `training.config.CalibrateConfig`.

    Returns:
        By product; those for which no photo of anybody's is worth a further look are left out.
    """
    targets, known = label_matrix(held_out.samples, categories)
    if held_out.learned is not None:
        known = known & held_out.learned
    # Curves are read from scores up to 1; which rising function of the logits they are does not matter.
    scores = expit(held_out.logits.astype(np.float64))
    scored = Scored(held_out.samples, scores, targets > 0.5, known)
    curves = product_curves(scored, categories, taxonomy, lookalike_cost=lookalike_cost)
    chosen = spend(curves.review, curves.found, share)
    return {
        product: round(float(logit(np.clip(score, LEAST, 1 - LEAST))), 4)
        for product, score in chosen.items()
        if score is not None
    }


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
    found[looks.rows[asked]] = together(np.moveaxis(looks.logits[asked], 1, 0))
    return found


def describe_turning(
    held_out: HeldOut,
    looks: Looks,
    measured: NDArray[np.bool_],
    categories: Sequence[str],
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
        look_from: As chosen.
        share: As asked for.
    """
    samples, asks = held_out.samples, asking(held_out.logits, categories, look_from)
    everyday = everyday_of(samples)
    groups = [samples[int(row)].group for row in np.flatnonzero(everyday)]
    return Turning(
        look_from=look_from,
        asked=share,
        set_on=f"{len(samples)} photos, each scored by a network that never saw its owner",
        turned=share_interval(asks[everyday], groups, rounds=ROUNDS),
        found={
            category: rows
            for column, category in enumerate(categories)
            if category in look_from
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
    targets, known = label_matrix(held_out.samples, categories[column : column + 1])
    shown, others = (targets[:, 0] > 0.5) & known[:, 0], (targets[:, 0] < 0.5) & known[:, 0]
    chosen = looks.logits[(shown & measured)[looks.rows]]  # (n, 4, K)
    if len(chosen) < MIN_POSITIVES or others.sum() < MIN_OTHERS:
        return
    asks = asking(held_out.logits, categories, look_from)
    alone = held_out.logits[others, column]
    judged = look_on(held_out.logits, asks, looks)[others, column]
    for turns in range(QUARTERS):
        first = chosen[:, turns]
        more = asking(first, categories, look_from)
        four = together(np.moveaxis(np.roll(chosen, -turns, axis=1), 1, 0))
        final = np.where(more[:, None], four, first)[:, column]
        yield FoundTurned(
            degrees=360 // QUARTERS * turns,
            photos=len(chosen),
            at_1_percent=_share_found(final, judged, 0.01),
            at_5_percent=_share_found(final, judged, 0.05),
            one_look_at_1_percent=_share_found(first[:, column], alone, 0.01),
            one_look_at_5_percent=_share_found(first[:, column], alone, 0.05),
        )


def _share_found(shown: Logits, others: Logits, rate: float) -> float:
    truth = np.arange(len(shown) + len(others)) < len(shown)
    return round(float(tpr_at_fpr(rate)(np.concatenate([shown, others]), truth)), 4)
