"""Acquisition: which unlabelled photos teach a model most, being uncertain, unlike each other and of many sources.

Functions of arrays. Candidates are the most uncertain of each source; among them photos are drawn one by one with
odds that grow with their uncertainty and with the squared distance to what has been drawn (k-means++ seeding, Arthur
and Vassilvitskii 2007, as Ash et al. 2020 use it for batches, "Deep Batch Active Learning by Diverse, Uncertain
Gradient Lower Bounds"). Taking the most uncertain alone would draw one odd photo a hundred times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Candidates for each photo to be drawn from a source (Zhdanov 2019, "Diverse mini-batch Active Learning", finds
# little difference from 10 up).
CANDIDATES = 10
_EDGE = 1e-6  # isotonic calibration gives exact zeros and ones, whose odds have no logarithm

FloatArray = NDArray[np.floating]
Int64Array = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pool:
    """N photos to draw from.

    Attributes:
        uncertainty: Shape (N,), 0 to 1.
        embeddings: Shape (N, D), each row of length 1.
        sources: N names.
        near_duplicates: Shape (P, 2), pairs of rows of which only one is worth labelling.
    """

    uncertainty: FloatArray
    embeddings: FloatArray
    sources: Sequence[str]
    near_duplicates: Int64Array


def uncertainty(scores: FloatArray, thresholds: FloatArray) -> FloatArray:
    """Measure how near each photo is to a decision: binary entropy of its most uncertain product, in bits.

    The odds of a score are divided by the odds of its threshold first, so that 1 bit is not a score of one half but
    one that lies exactly on the threshold.

    Args:
        scores: Shape (N, P), calibrated probabilities.
        thresholds: Shape (P,), where each product begins to be reviewed, 0 to 1.

    Returns:
        Shape (N,), 0 to 1.
    """
    shifted = _log_odds(scores) - _log_odds(thresholds)  # (N, P)
    p = 0.5 * (1 + np.tanh(0.5 * np.clip(shifted, -30, 30)))
    q = 1 - p
    entropy = -(p * np.log2(np.maximum(p, 1e-300)) + q * np.log2(np.maximum(q, 1e-300)))
    return entropy.max(axis=1, initial=0.0)


def _log_odds(probabilities: FloatArray) -> FloatArray:
    inside = np.clip(np.asarray(probabilities, np.float64), _EDGE, 1 - _EDGE)
    return np.log(inside / (1 - inside))


def fair_share(sizes: Sequence[int], count: int) -> int:
    """Return the smallest number a source may give so that all together can give ``count``, or all they have.

    >>> fair_share([100, 100, 2], 12)
    5
    """
    wanted = min(count, sum(sizes))
    low, high = 0, max(sizes, default=0)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if np.minimum(sizes, middle).sum() >= wanted else (middle + 1, high)
    return low


def candidates(uncertainty: FloatArray, sources: Sequence[str], count: int) -> Int64Array:
    """Return the rows, ascending, of each source's most uncertain photos: `CANDIDATES` times its fair share."""
    names = np.asarray(sources)
    rows_of = [np.flatnonzero(names == name) for name in np.unique(names)]
    most = CANDIDATES * fair_share([len(rows) for rows in rows_of], count)
    kept = [rows[np.argsort(-uncertainty[rows], kind="stable")[:most]] for rows in rows_of]
    return np.sort(np.concatenate([np.zeros(0, np.int64), *kept]))


def draw(pool: Pool, count: int, *, seed: int) -> list[int]:
    """Draw photos to be labelled.

    No source gives more than its fair share, unless the others have nothing left that is not a near-duplicate.

    Args:
        pool: What to draw from.
        count: How many; fewer are drawn where the rest are near-duplicates of them.
        seed: The same seed and pool give the same photos.

    Returns:
        Rows in the order they were drawn.
    """
    rng = np.random.default_rng(seed)
    _, source_of, sizes = np.unique(np.asarray(pool.sources), return_inverse=True, return_counts=True)
    share, given = fair_share(sizes.tolist(), count), np.zeros(len(sizes), np.int64)
    free = np.ones(len(pool.sources), np.bool_)
    distance = np.full(len(pool.sources), 4.0)  # squared, to the nearest drawn; 4 is the most there can be
    drawn: list[int] = []
    while len(drawn) < count and free.any():
        allowed = np.flatnonzero(free & (given[source_of] < share))
        if not len(allowed):
            share += 1
            continue
        row = _draw_one(pool.uncertainty[allowed] * distance[allowed], allowed, rng)
        drawn.append(row)
        given[source_of[row]] += 1
        free[[row, *_partners(pool.near_duplicates, row)]] = False
        distance = np.minimum(distance, _squared_distances(pool.embeddings, row))
    return drawn


def _draw_one(odds: FloatArray, rows: Int64Array, rng: np.random.Generator) -> int:
    total = odds.sum()
    return int(rng.choice(rows, p=odds / total if total > 0 else None))


def _partners(pairs: Int64Array, row: int) -> Int64Array:
    return np.concatenate([pairs[pairs[:, 0] == row, 1], pairs[pairs[:, 1] == row, 0]])


def _squared_distances(embeddings: FloatArray, row: int) -> FloatArray:
    return np.maximum(2 - 2 * (embeddings @ embeddings[row]), 0.0)  # both of length 1
