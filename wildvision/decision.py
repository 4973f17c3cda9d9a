"""Turn logits into calibrated scores, and scores into a verdict with the rule that decided.

Functions of values: no files, no models. Every number comes from the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wildvision.manifest import Abstention, CategoryEntry, Policy, Threshold
from wildvision.results import Prediction, Reason, Rule, Verdict
from wildvision.taxonomy import Kind, load_taxonomy

UInt8Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A verdict and why."""

    verdict: Verdict
    reason: Reason


def calibrate(logits: NDArray[np.float32], categories: Sequence[CategoryEntry]) -> tuple[Prediction, ...]:
    """Turn the logits of one image into predictions by falling score.

    Args:
        logits: Shape (K,), float32, in the order of ``categories``.
        categories: The model's categories with their calibration.
    """
    slopes = np.array([entry.calibration.slope for entry in categories])
    intercepts = np.array([entry.calibration.intercept for entry in categories])
    # 1 / (1 + exp(-x)) without overflow, in float64.
    scores = 0.5 * (1 + np.tanh(0.5 * (slopes * logits.astype(np.float64) + intercepts)))
    predictions = [
        Prediction(category=entry.id, score=float(score), experimental=entry.status == "experimental")
        for entry, score in zip(categories, scores, strict=True)
    ]
    return tuple(sorted(predictions, key=lambda prediction: -prediction.score))


def decide(predictions: Sequence[Prediction], policy: Policy) -> Decision:
    """Apply a policy's thresholds.

    The ladder: a product at its flag threshold is flagged, unless a named look-alike is nearly as likely:
    then its material is unresolved and a person has to look. At its review threshold it is to be reviewed.
    A category without sufficient evidence never goes further than review.

    Args:
        predictions: The scores of one image.
        policy: Thresholds by product.
    """
    scores = {prediction.category: prediction.score for prediction in predictions}
    for decision in _ladder(predictions, scores, policy):
        return decision
    return Decision(
        verdict=Verdict.CLEAR,
        reason=Reason(rule=Rule.NOTHING_FOUND, message="no product reaches its review threshold"),
    )


def abstain(image: UInt8Image, *, width: int, height: int, rule: Abstention) -> Decision | None:
    """Refuse to judge an image that carries too little.

    Args:
        image: RGB pixels, shape (H, W, 3), uint8.
        width: Of the original, in px.
        height: Of the original, in px.
        rule: When to abstain.

    Returns:
        The decision to abstain, or None if the image can be judged.
    """
    if min(width, height) < rule.min_side:
        return _abstain(
            Rule.TOO_SMALL,
            f"the image is {width} x {height} px; below {rule.min_side} px on a side nothing can be told",
        )
    # Every eighth row is plenty to tell an empty picture, and a twentieth of the work.
    sample = image[:: max(1, image.shape[0] // 64), :: max(1, image.shape[1] // 64)]
    channels = sample.reshape(-1, 3).T.astype(np.float64, order="C")  # (h, w, 3) -> (3, h * w)
    contrast = float(channels.std(axis=1).max())
    if contrast < rule.min_contrast:
        return _abstain(Rule.BLANK, f"the image is blank (contrast {contrast:.1f} of 255)")
    return None


def _abstain(rule: Rule, message: str) -> Decision:
    return Decision(verdict=Verdict.ABSTAIN, reason=Reason(rule=rule, message=message))


def _ladder(
    predictions: Sequence[Prediction], scores: Mapping[str, float], policy: Policy
) -> Iterator[Decision]:
    """Yield decisions from the gravest down; within a rung, by falling score."""
    reached = [
        (prediction, threshold)
        for prediction in predictions
        if (threshold := policy.thresholds.get(prediction.category)) is not None
        and threshold.review is not None
        and prediction.score >= threshold.review
    ]
    unresolved: list[Decision] = []
    for prediction, threshold in reached:
        if prediction.experimental or threshold.flag is None or prediction.score < threshold.flag:
            continue
        lookalike = _nearly_as_likely(prediction, scores, policy.lookalike_ratio)
        if lookalike is None:
            yield _flag(prediction, threshold.flag)
        else:
            unresolved.append(_unresolved(prediction, threshold.flag, lookalike))
    yield from unresolved
    for prediction, threshold in reached:
        yield _review(prediction, threshold)


def _nearly_as_likely(product: Prediction, scores: Mapping[str, float], ratio: float) -> str | None:
    taxonomy = load_taxonomy()
    named = [taxonomy.get(other) for other in taxonomy.get(product.category).lookalikes]
    rivals = [
        (scores[other.id], other.id)
        for other in named
        if other.id in scores
        and other.kind is Kind.LOOKALIKE
        and other.speaks_against_products
        and scores[other.id] >= ratio * product.score
    ]
    return max(rivals)[1] if rivals else None


def _flag(product: Prediction, threshold: float) -> Decision:
    name = load_taxonomy().get(product.category).name.lower()
    return Decision(
        verdict=Verdict.FLAG,
        reason=Reason(
            rule=Rule.PRODUCT,
            message=f"looks like {name}: {product.score:.0%}, flagged from {threshold:.0%}",
            category=product.category,
            threshold=threshold,
        ),
    )


def _unresolved(product: Prediction, threshold: float, lookalike: str) -> Decision:
    taxonomy = load_taxonomy()
    return Decision(
        verdict=Verdict.REVIEW,
        reason=Reason(
            rule=Rule.MATERIAL_UNRESOLVED,
            message=f"{taxonomy.get(product.category).name.lower()}-like, material unresolved: "
            f"{taxonomy.get(lookalike).name.lower()} is nearly as likely",
            category=product.category,
            threshold=threshold,
            lookalike=lookalike,
        ),
    )


def _review(product: Prediction, threshold: Threshold) -> Decision:
    name = load_taxonomy().get(product.category).name.lower()
    rule = Rule.EXPERIMENTAL_PRODUCT if product.experimental else Rule.POSSIBLE_PRODUCT
    kind = "possibly" if not product.experimental else "possibly (experimental category)"
    return Decision(
        verdict=Verdict.REVIEW,
        reason=Reason(
            rule=rule,
            message=f"{kind} {name}: {product.score:.0%}, reviewed from {threshold.review:.0%}",
            category=product.category,
            threshold=threshold.review,
        ),
    )
