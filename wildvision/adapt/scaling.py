"""Fit and compare the ways to turn logits into probabilities; pure functions of arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wildvision.adapt.folds import stratified_folds
from wildvision.adapt.metrics import area_under_roc
from wildvision.decision import probability
from wildvision.manifest import Calibration

Method = Literal["temperature", "platt", "isotonic"]
Basis = Literal["held-out sources", "pooled"]
Logits = NDArray[np.floating]
Truth = NDArray[np.bool_]
FOLDS = 5
C = 1e6  # inverse strength of the penalty on Platt's slope: none to speak of, but a slope stays finite
LOG_SLOPES = (-5.0, 5.0)  # of temperature scaling: slopes from 0.007 to 148
PRECISION = 1e-7  # at which a search ends
NEWTON_STEPS = 100
RIDGE = 1e-12  # keeps the curvature invertible where all photos are certain


def choose_scaling(
    logits: Logits, truth: Truth, groups: NDArray[np.str_], methods: Sequence[Method]
) -> Calibration | None:
    """Fit the method whose log loss on held-out groups is lowest.

    Args:
        logits: Shape (N,), of photos that the network did not see.
        truth: Shape (N,).
        groups: Shape (N,), names of the groups that must stay together.
        methods: Candidates; where fewer than two groups show the category, the first is taken untested.

    Returns:
        None where the network ranks photos of unseen groups no better than chance: scaling cannot mend that, and must
        not turn the order around.
    """
    folds = min(FOLDS, len(np.unique(groups[truth])))
    best = methods[0]
    if folds > 1:
        losses = [_held_out_loss(method, logits, truth, groups) for method in methods]
        best = methods[int(np.argmin(losses))]
    if area_under_roc(logits, truth) <= 0.5:
        return None
    return fit_scaling(best, logits, truth, basis="held-out sources")


def fit_scaling(method: Method, logits: Logits, truth: Truth, *, basis: Basis) -> Calibration:
    """Fit one method by maximum likelihood."""
    fitted: Mapping[Method, Callable[[Logits, Truth, Basis], Calibration]] = {
        "temperature": _temperature,
        "platt": _platt,
        "isotonic": _isotonic,
    }
    return fitted[method](logits.astype(np.float64), truth, basis)


def scaled(logits: Logits, calibration: Calibration) -> NDArray[np.float64]:
    """Return the probabilities, shape (N,), that `wildvision` would give."""
    return np.array([probability(float(logit), calibration) for logit in logits])


def log_loss(probabilities: NDArray[np.float64], truth: Truth) -> float:
    """Mean negative log likelihood; certain errors count as one in a million."""
    clipped = np.clip(probabilities, 1e-6, 1 - 1e-6)
    return float(-np.mean(np.log(np.where(truth, clipped, 1 - clipped))))


def left_out_probabilities(
    method: Method, logits: Logits, truth: Truth, groups: NDArray[np.str_]
) -> NDArray[np.float64]:
    """Return the probabilities, shape (N,), that each photo gets by a scaling fitted without its group.

    Args:
        method: Fitted by.
        logits: Shape (N,), of photos that the network did not see.
        truth: Shape (N,), shown by two groups at least.
        groups: Shape (N,), names of the groups that must stay together.

    Raises:
        ValueError: All photos that show it, or that do not, are in one part of the groups.
    """
    folds = min(FOLDS, len(np.unique(groups[truth])))
    fold_of = stratified_folds(truth, groups, folds=folds)
    probabilities = np.zeros(len(logits))
    for fold in range(folds):
        inside, outside = fold_of != fold, fold_of == fold
        if truth[inside].all() or not truth[inside].any():
            raise ValueError(
                "expected photos that show it and photos that do not in every part, found one kind"
            )
        calibration = fit_scaling(method, logits[inside], truth[inside], basis="held-out sources")
        probabilities[outside] = scaled(logits[outside], calibration)
    return probabilities


def _held_out_loss(method: Method, logits: Logits, truth: Truth, groups: NDArray[np.str_]) -> float:
    try:
        return log_loss(left_out_probabilities(method, logits, truth, groups), truth)
    except ValueError:
        return float("inf")


def _temperature(logits: Logits, truth: Truth, basis: Basis) -> Calibration:
    """Guo et al. 2017: one positive factor, found on a logarithmic scale by golden-section search (Kiefer 1953)."""

    def loss(log_slope: float) -> float:
        return log_loss(_sigmoid(np.exp(log_slope) * logits), truth)

    low, high = LOG_SLOPES
    golden = (np.sqrt(5) - 1) / 2
    while high - low > PRECISION:
        first, second = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, second) if loss(first) <= loss(second) else (first, high)
    return Calibration(method="temperature", slope=round(float(np.exp((low + high) / 2)), 6), basis=basis)


def _platt(logits: Logits, truth: Truth, basis: Basis) -> Calibration:
    """Platt 1999: a factor and a shift."""
    slope, intercept = _logistic(logits, truth)
    if slope <= 0:  # a fold or a pool may be that odd; the order of scores is the network's to say
        return _temperature(logits, truth, basis)
    return Calibration(method="platt", slope=round(slope, 6), intercept=round(intercept, 6), basis=basis)


def _logistic(logits: Logits, truth: Truth) -> tuple[float, float]:
    """Fit slope and intercept by damped Newton steps; the slope bears a penalty of ``slope ** 2 / (2 * C)``."""
    design = np.column_stack([logits, np.ones_like(logits)])  # (N, 2)
    weights, penalty = np.zeros(2), np.array([1 / C, 0.0])

    def loss(at: NDArray[np.float64]) -> float:
        margins = design @ at
        return float(np.sum(np.logaddexp(0, margins) - truth * margins) + 0.5 * np.sum(penalty * at**2))

    for _ in range(NEWTON_STEPS):
        found = _sigmoid(design @ weights)
        gradient = design.T @ (found - truth) + penalty * weights
        curvature = (design * (found * (1 - found))[:, None]).T @ design + np.diag(penalty + RIDGE)
        step = np.linalg.solve(curvature, gradient)
        before = loss(weights)
        while loss(weights - step) > before and np.abs(step).max() > PRECISION:
            step = step / 2
        weights = weights - step
        if np.abs(step).max() <= PRECISION:
            break
    return float(weights[0]), float(weights[1])


def _sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return 0.5 * (1 + np.tanh(0.5 * values))


def _isotonic(logits: Logits, truth: Truth, basis: Basis) -> Calibration:
    """Isotonic regression with a knot at the centre of each level, so that the order of scores survives.

    Oron and Flournoy 2017, "Centered isotonic regression". The first and last level lead half way to 0 and 1 at the
    extreme logits, and no level is surer than N photos allow.
    """
    levels = rising_levels(logits, truth)
    values, level_of = np.unique(levels, return_inverse=True)
    centres = [float(np.mean(logits[level_of == level])) for level in range(len(values))]
    values = np.clip(values, 0.5 / len(logits), 1 - 0.5 / len(logits))
    knots = [
        (float(np.min(logits)), float(values[0]) / 2),
        *zip(centres, values.tolist(), strict=True),
        (float(np.max(logits)), (1 + float(values[-1])) / 2),
    ]
    # Of knots at one place (a level of a single photo at the end) the first stays.
    by_place = {round(place, 6): round(float(value), 6) for place, value in reversed(knots)}
    return Calibration(method="isotonic", knots=tuple(sorted(by_place.items())), basis=basis)


def rising_levels(logits: Logits, truth: Truth) -> NDArray[np.float64]:
    """Return the rising values nearest to the truth in squares, shape (N,): pool adjacent violators (Ayer 1955).

    Equal logits get one value.
    """
    _, place, counts = np.unique(logits, return_inverse=True, return_counts=True)
    hits = np.bincount(place, weights=truth)
    blocks: list[tuple[float, int, int]] = []  # hits, photos, places
    for block in zip(hits.tolist(), counts.tolist(), [1] * len(counts), strict=True):
        while blocks and blocks[-1][0] * block[1] >= block[0] * blocks[-1][1]:  # the one before is no lower
            before = blocks.pop()
            block = (before[0] + block[0], before[1] + block[1], before[2] + block[2])  # noqa: PLW2901
        blocks.append(block)
    values = np.repeat([hit / photos for hit, photos, _ in blocks], [places for _, _, places in blocks])
    return values[place]
