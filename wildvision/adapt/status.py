"""What evidence makes a category supported: real photos of enough owners, and what was found of owners left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wildvision.adapt.metrics import (
    MIN_POSITIVES,
    average_precision,
    expected_calibration_error,
    tpr_at_fpr,
    with_intervals,
)
from wildvision.adapt.scaling import Method, left_out_probabilities
from wildvision.manifest import Calibration, LeftOut

# `supported`: a flag is worth a person's time, and it was not one museum that said so. With five owners the bootstrap
# over owners has more than a hundred different draws; with fewer its interval says next to nothing.
MIN_SOURCES_SUPPORTED = 5
MIN_PHOTOS_SUPPORTED = 10
# Of its photos of owners left out: at least half found where 1 % of all others are, and the interval at 5 % no lower.
MIN_FOUND = 0.5
# A category with less precision than this is mostly wrong when it scores high, however many of its photos it finds.
MIN_AVERAGE_PRECISION = 0.2

MIN_OTHERS = 20  # below this, 5 % of them is less than one photo
ROUNDS = 200  # of the bootstrap


def status_of(left_out: LeftOut | None) -> Literal["supported", "experimental"]:
    """Return ``"supported"`` or ``"experimental"``."""
    return "supported" if left_out is not None and is_enough(left_out) else "experimental"


def is_enough(left_out: LeftOut) -> bool:
    """Whether what was measured carries a verdict."""
    return (
        left_out.sources >= MIN_SOURCES_SUPPORTED
        and left_out.photos >= MIN_PHOTOS_SUPPORTED
        and left_out.tpr_at_1_percent_fpr.value >= MIN_FOUND
        and left_out.tpr_at_5_percent_fpr.low >= MIN_FOUND
        and left_out.average_precision.value >= MIN_AVERAGE_PRECISION
    )


def rule() -> str:
    """Say the rule in words, for the card."""
    return (
        f"`supported` takes at least {MIN_PHOTOS_SUPPORTED} real photos of {MIN_SOURCES_SUPPORTED} owners. With owners "
        f"left out, TPR at 1 % FPR is at least {MIN_FOUND:.0%}, the interval at 5 % no lower than {MIN_FOUND:.0%}, and "
        f"average precision at least {MIN_AVERAGE_PRECISION}. `experimental` is less than that: scores are shown, such "
        "a product can ask for a review, and it never flags."
    )


def measure_left_out(
    logits: NDArray[np.floating],
    truth: NDArray[np.bool_],
    groups: Sequence[str],
    *,
    calibration: Calibration,
) -> LeftOut | None:
    """Measure a category on photos of owners that the network which scored them had not seen.

    Args:
        logits: Shape (N,), of photos whose label for it is settled.
        truth: Shape (N,), whether each shows it.
        groups: N names; owners who share a photo have one.
        calibration: What its scores are calibrated by. Where that is its own, it is fitted again without each fifth of
            the groups to say how well calibrated owners are that it has not seen.

    Returns:
        None where there are too few photos or owners for a number.
    """
    sources = {group for group, shown in zip(groups, truth, strict=True) if shown}
    if truth.sum() < MIN_POSITIVES or (~truth).sum() < MIN_OTHERS or len(sources) < 2:
        return None
    found = with_intervals(
        {"at_1": tpr_at_fpr(0.01), "at_5": tpr_at_fpr(0.05), "precision": average_precision},
        logits,
        truth,
        groups,
        rounds=ROUNDS,
    )
    error = None
    if calibration.basis == "held-out sources":
        method: Method = calibration.method
        probabilities = left_out_probabilities(method, logits, truth, np.array(groups))
        error = with_intervals(
            {"error": expected_calibration_error}, probabilities, truth, groups, rounds=ROUNDS
        )["error"]
    return LeftOut(
        photos=int(truth.sum()),
        sources=len(sources),
        others=int((~truth).sum()),
        tpr_at_1_percent_fpr=found["at_1"],
        tpr_at_5_percent_fpr=found["at_5"],
        average_precision=found["precision"],
        expected_calibration_error=error,
    )
