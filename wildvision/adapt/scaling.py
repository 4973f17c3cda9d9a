"""Fit and compare the ways to turn logits into probabilities; pure functions of arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold

from wildvision.decision import probability
from wildvision.manifest import Calibration

Method = Literal["temperature", "platt", "isotonic"]
Basis = Literal["held-out sources", "pooled"]
Logits = NDArray[np.floating]
Truth = NDArray[np.bool_]
FOLDS = 5


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
    if roc_auc_score(truth, logits) <= 0.5:
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
    splitter = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=0)
    probabilities = np.zeros(len(logits))
    for inside, outside in splitter.split(logits, truth, groups):
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
    """Guo et al. 2017: one positive factor, found on a logarithmic scale."""

    def loss(log_slope: float) -> float:
        return log_loss(0.5 * (1 + np.tanh(0.5 * np.exp(log_slope) * logits)), truth)

    found: Any = minimize_scalar(loss, bounds=(-5, 5), method="bounded")
    return Calibration(method="temperature", slope=round(float(np.exp(found.x)), 6), basis=basis)


def _platt(logits: Logits, truth: Truth, basis: Basis) -> Calibration:
    """Platt 1999: a factor and a shift."""
    model = LogisticRegression(C=1e6).fit(logits[:, None], truth)
    slope, intercept = float(model.coef_[0, 0]), float(model.intercept_[0])
    if slope <= 0:  # a fold or a pool may be that odd; the order of scores is the network's to say
        return _temperature(logits, truth, basis)
    return Calibration(method="platt", slope=round(slope, 6), intercept=round(intercept, 6), basis=basis)


def _isotonic(logits: Logits, truth: Truth, basis: Basis) -> Calibration:
    """Isotonic regression with a knot at the centre of each level, so that the order of scores survives.

    Oron and Flournoy 2017, "Centered isotonic regression". The first and last level lead half way to 0 and 1 at the
    extreme logits, and no level is surer than N photos allow.
    """
    levels = IsotonicRegression(out_of_bounds="clip").fit_transform(logits, truth)
    values, level_of = np.unique(levels, return_inverse=True)
    centres = [float(np.mean(logits[level_of == level])) for level in range(len(values))]
    values = np.clip(values, 0.5 / len(logits), 1 - 0.5 / len(logits))
    knots = [
        (float(np.min(logits)), values[0] / 2),
        *zip(centres, values, strict=True),
        (float(np.max(logits)), (1 + values[-1]) / 2),
    ]
    # Of knots at one place (a level of a single photo at the end) the first stays.
    by_place = {round(place, 6): round(float(value), 6) for place, value in reversed(knots)}
    return Calibration(method="isotonic", knots=tuple(sorted(by_place.items())), basis=basis)
