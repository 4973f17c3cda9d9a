"""Decisions: from logits to calibrated scores, and from scores to a verdict with the rule that decided.

Functions of values: no files, no models. Every number comes from the manifest but `MAX_ASPECT`, which holds for any
network that sees a picture as one square.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wildvision.errors import ManifestError
from wildvision.manifest import (
    Abstention,
    Calibration,
    CategoryEntry,
    Manifest,
    Policy,
    Threshold,
    threshold_problems,
)
from wildvision.results import Caution, Nearest, Prediction, Reason, Rule, Verdict
from wildvision.taxonomy import Kind, Taxonomy, load_taxonomy

UInt8Image = NDArray[np.uint8]
BUDGET_ROUNDING = 1e-9  # sums of shares are not exact

MAX_ASPECT = 4.0
"""Longer side over shorter, above which nothing found does not mean nothing there.

The network sees the picture within a square: of 240 px, the shorter side of such a picture gets less than 60, and a
photo on a page of a chat becomes a speck. Chosen, not measured: it equals `wildvision.layout.MAX_ASPECT`, above which
a part of a picture is no photo; single photos and screens of phones are below it (the longest, 21:9, are 2.3).
"""

TOO_LONG = Caution(Rule.TOO_LONG.value, "too long to be judged as one picture; cut it into screens")
"""What a result says of a picture above `MAX_ASPECT`, whatever was found in it: more may have been missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A verdict and why."""

    verdict: Verdict
    reason: Reason


def calibrated_predictions(
    logits: NDArray[np.float32], categories: Sequence[CategoryEntry]
) -> tuple[Prediction, ...]:
    """Turn the logits of one image into predictions by falling score.

    Args:
        logits: Shape (K,), float32, in the order of ``categories``.
        categories: The model's categories with their calibration.
    """
    return predictions_of(calibrated_scores(logits, categories), categories)


def predictions_of(scores: Sequence[float], categories: Sequence[CategoryEntry]) -> tuple[Prediction, ...]:
    """Return the K scores of one image, in the order of the categories, as predictions by falling score."""
    predictions = [
        Prediction(category=entry.id, score=score, experimental=entry.status == "experimental")
        for entry, score in zip(categories, scores, strict=True)
    ]
    return tuple(sorted(predictions, key=lambda prediction: -prediction.score))


def calibrated_scores(logits: NDArray[np.float32], categories: Sequence[CategoryEntry]) -> tuple[float, ...]:
    """Return the K scores of one image in the order of the categories; the arguments are the same."""
    return tuple(
        probability(float(logit), entry.calibration) for logit, entry in zip(logits, categories, strict=True)
    )


def probability(logit: float, calibration: Calibration) -> float:
    """Return the calibrated probability of one logit, 0 to 1."""
    if calibration.method == "isotonic":
        logits, probabilities = zip(*calibration.knots, strict=True)
        return float(np.interp(logit, logits, probabilities))
    # 1 / (1 + exp(-x)) without overflow.
    return 0.5 * (1 + math.tanh(0.5 * (calibration.slope * logit + calibration.intercept)))


def chosen_policy(manifest: Manifest, policy: str | Policy | None) -> tuple[str, Policy]:
    """Return the thresholds that a model is used with, and their name: ``"custom"`` for one's own.

    Args:
        manifest: Of the model.
        policy: The name of one of its policies, one's own, or None for its default.

    Raises:
        ManifestError: The model has no such policy, or one's own does not fit it: it lacks a product of the model,
            which would then never be reported, names one that the model does not score, or contradicts itself.
    """
    if isinstance(policy, Policy):
        if problems := _misfits(policy, manifest):
            raise ManifestError(
                f"expected a policy for {manifest.id}, found that it {'; '.join(problems)}", model=manifest.id
            )
        return "custom", policy
    name = policy if policy is not None else manifest.default_policy
    if name not in manifest.policies:
        raise ManifestError(
            f"expected one of the policies {sorted(manifest.policies)} or a file PATH.json, found {name!r}",
            model=manifest.id,
        )
    return name, manifest.policies[name]


def _misfits(policy: Policy, manifest: Manifest) -> list[str]:
    scored, named = set(manifest.product_ids), set(policy.thresholds)
    problems: list[str] = []
    if missing := sorted(scored - named):
        problems.append(
            f"has no thresholds of {', '.join(missing)}; give each an entry, null where it must never be reported"
        )
    if unknown := sorted(named - scored):
        problems.append(
            f"has thresholds of {', '.join(unknown)}, which the model does not score; take them out"
        )
    return problems + threshold_problems(policy)


def decide(predictions: Sequence[Prediction], policy: Policy, taxonomy: Taxonomy | None = None) -> Decision:
    """Apply a policy's thresholds.

    The ladder: a product at its flag threshold is flagged, unless a named look-alike is nearly as likely:
    then its material is unresolved and a person has to look. At its review threshold it is to be reviewed.
    A category without sufficient evidence never goes further than review. Where no product reaches its review
    threshold, the reason names the one that came nearest, as a share of its threshold.

    Args:
        predictions: The scores of one image.
        policy: Thresholds by product.
        taxonomy: Names and look-alikes; None: the packaged one. A model with categories of its own brings them.
    """
    taxonomy = taxonomy or load_taxonomy()
    scores = {prediction.category: prediction.score for prediction in predictions}
    for decision in _ladder(predictions, scores, policy, taxonomy):
        return decision
    return _clear(_nearest(predictions, policy), taxonomy)


def leading_category(predictions: Sequence[Prediction], reason: Reason, products: Collection[str]) -> str:
    """Return what an answer is about: the product that decided, else came nearest, else the one with the highest score.

    Args:
        predictions: By falling score; at least one.
        reason: Of the decision on them.
        products: Ids of the model's products.
    """
    if reason.category is not None:
        return reason.category
    if reason.nearest is not None:
        return reason.nearest.category
    scored = [prediction.category for prediction in predictions]
    return next((category for category in scored if category in products), scored[0])


def refuse_to_clear(decision: Decision) -> Decision:
    """Abstain by `Rule.TOO_LONG` instead of clearing; what was found stays found."""
    if decision.verdict is not Verdict.CLEAR:
        return decision
    reason = replace(decision.reason, rule=Rule.TOO_LONG, message=f"{TOO_LONG}; {decision.reason}")
    return Decision(verdict=Verdict.ABSTAIN, reason=reason)


def is_too_long(width: int, height: int) -> bool:
    """Return whether one side of a picture, in px, is more than `MAX_ASPECT` times the other."""
    return max(width, height) > MAX_ASPECT * min(width, height)


def policy_for_budget(manifest: Manifest, *, review: float, flag: float) -> Policy:
    """Choose thresholds from what the reviewers can look at.

    Args:
        manifest: Of the model; its review curves were measured on training photos of held-out sources.
        review: Share of the photos without any product that may reach a person, 0 to 1. It is spent where it finds
            most (`spend`); models without ``found_curves`` divide it evenly among the products.
        flag: Share that may be flagged, at most ``review``.

    Returns:
        A policy for `Classifier(policy=...)`. Experimental products never flag, and those without a curve never ask
        for a review.

    Raises:
        ManifestError: The model has no review curves, or the shares are out of range.
    """
    curves = manifest.review_curves
    if not curves or not 0 <= flag <= review <= 1:
        raise ManifestError(
            f"expected 0 <= flag <= review <= 1 and a model with review curves, found flag {flag}, review "
            f"{review} and {len(curves)} curves",
            model=manifest.id,
        )
    experimental = {entry.id for entry in manifest.categories if entry.status == "experimental"}
    if manifest.found_curves:
        thresholds = spend_budgets(
            curves, manifest.found_curves, review=review, flag=flag, never_flag=experimental
        )
    else:
        thresholds = {
            product: Threshold(
                review=_score_at(curve, review / len(curves)),
                flag=None if product in experimental else _score_at(curve, flag / len(curves)),
            )
            for product, curve in curves.items()
        }
    return Policy(
        objective=f"at most {review:.3%} of photos without a product reach review and {flag:.3%} a flag",
        set_on="the model's review curves, measured on held-out training photos",
        thresholds=dict.fromkeys(manifest.product_ids, Threshold(review=None, flag=None)) | thresholds,
        lookalike_ratio=manifest.policies[manifest.default_policy].lookalike_ratio,
    )


def spend_budgets(
    curves: Mapping[str, Sequence[tuple[float, float]]],
    found: Mapping[str, Sequence[float]],
    *,
    review: float,
    flag: float,
    never_flag: Collection[str] = (),
) -> dict[str, Threshold]:
    """Choose the thresholds of all products for a share of reviews and of flags, as `spend` does.

    Args:
        curves: By product: falling scores, and the share of photos without a product that reach each.
        found: By product: what each score finds.
        review: Share that may reach review or a flag.
        flag: Share that may be flagged, at most ``review``.
        never_flag: Products without a flag threshold, for which none of the flags are spent.
    """
    able = {product: curve for product, curve in curves.items() if product not in never_flag}
    reviewed, flagged = spend(curves, found, review), spend(able, found, flag)
    thresholds: dict[str, Threshold] = {}
    for product in curves:
        scores = [score for score in (reviewed[product], flagged.get(product)) if score is not None]
        thresholds[product] = Threshold(review=min(scores, default=None), flag=flagged.get(product))
    return thresholds


def spend(
    curves: Mapping[str, Sequence[tuple[float, float]]], found: Mapping[str, Sequence[float]], budget: float
) -> dict[str, float | None]:
    """Lower the products' thresholds where a false alarm finds most, until the budget is spent.

    Each product's curve of finds over false alarms is replaced by its concave hull, and the steps of all hulls are
    taken by falling slope: with steps as small as these, no other division of the budget finds more (the greedy
    solution of the fractional knapsack, Dantzig 1957). Steps are taken in one order whatever the budget is, so a larger
    budget never raises a threshold.

    Args:
        curves: By product: falling scores, and the share of photos without a product that reach each.
        found: By product: what each score finds, not falling.
        budget: Share of the photos without a product, 0 to 1, that all products together may reach at most.

    Returns:
        By product, the threshold; None where nothing is worth its false alarms.
    """
    steps: list[tuple[float, float, str, float]] = []
    for product, curve in curves.items():
        cost_before = gain_before = 0.0
        for score, cost, gain in _hull(curve, found[product]):
            step, more = cost - cost_before, gain - gain_before
            steps.append((-more / step if step > 0 else -math.inf, step, product, score))
            cost_before, gain_before = cost, gain
    chosen: dict[str, float | None] = dict.fromkeys(curves)
    costs, spent = dict.fromkeys(curves, 0.0), 0.0
    for _, step, product, score in sorted(steps, key=lambda step: step[0]):
        if spent + step > budget + BUDGET_ROUNDING:
            # The last step is taken as far as the budget reaches.
            limit = costs[product] + budget - spent
            chosen[product] = _best_within(curves[product], found[product], limit)
            break
        spent += step
        costs[product] += step
        chosen[product] = score
    return chosen


def _best_within(curve: Sequence[tuple[float, float]], found: Sequence[float], limit: float) -> float | None:
    """Return the score that finds most at a cost of at most ``limit``, the highest of those; None: none finds any."""
    within = [
        (gain, score)
        for (score, cost), gain in zip(curve, found, strict=True)
        if cost <= limit + BUDGET_ROUNDING and gain > 0
    ]
    return max(within)[1] if within else None


def _hull(curve: Sequence[tuple[float, float]], found: Sequence[float]) -> list[tuple[float, float, float]]:
    """Return score, cost and gain of the points of a curve's concave hull from (0, 0), by rising cost."""
    hull: list[tuple[float, float, float]] = [(math.inf, 0.0, 0.0)]
    for (score, cost), gain in zip(curve, found, strict=True):
        if gain <= hull[-1][2]:
            continue
        # A point below the line from the one before it to this one is not worth stopping at.
        while len(hull) > 1 and _is_below(hull[-1], hull[-2], (score, cost, gain)):
            hull.pop()
        hull.append((score, cost, gain))
    return hull[1:]


def _is_below(
    point: tuple[float, float, float], before: tuple[float, float, float], after: tuple[float, float, float]
) -> bool:
    return (point[2] - before[2]) * (after[1] - before[1]) <= (after[2] - before[2]) * (point[1] - before[1])


def _score_at(curve: Sequence[tuple[float, float]], share: float) -> float:
    """Return the lowest score of a falling curve that at most ``share`` reach."""
    return min((score for score, reached in curve if reached <= share), default=1.0)


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
    predictions: Sequence[Prediction], scores: Mapping[str, float], policy: Policy, taxonomy: Taxonomy
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
        lookalike = _nearly_as_likely(prediction, scores, policy.lookalike_ratio, taxonomy)
        if lookalike is None:
            yield _flag(prediction, threshold.flag, taxonomy)
        else:
            unresolved.append(_unresolved(prediction, threshold.flag, lookalike, taxonomy))
    yield from unresolved
    for prediction, threshold in reached:
        yield _review(prediction, threshold, taxonomy)


def _nearest(predictions: Sequence[Prediction], policy: Policy) -> Nearest | None:
    """Return the product with the highest share of its review threshold; of equals the higher score.

    A difference would not do: thresholds of experimental products are as low as 0.03, and nothing would ever be nearer.
    """
    reviewed = [
        Nearest(category=prediction.category, score=prediction.score, threshold=threshold.review)
        for prediction in predictions
        if (threshold := policy.thresholds.get(prediction.category)) is not None
        and threshold.review is not None
        and prediction.score < threshold.review  # which is above 0 then
    ]
    return max(reviewed, key=lambda nearest: nearest.score / nearest.threshold, default=None)


def _clear(nearest: Nearest | None, taxonomy: Taxonomy) -> Decision:
    message = "no product reaches its review threshold"
    if nearest is not None:
        name = taxonomy.get(nearest.category).name.lower()
        score, threshold = _told_apart(nearest.score, nearest.threshold)
        message += f"; nearest: {name} {score}, reviewed from {threshold}"
    return Decision(
        verdict=Verdict.CLEAR, reason=Reason(rule=Rule.NOTHING_FOUND, message=message, nearest=nearest)
    )


def _told_apart(score: float, threshold: float) -> tuple[str, str]:
    """Return two percentages with as many digits as it takes to tell them apart, at most four."""
    digits = next((n for n in range(4) if f"{score:.{n}%}" != f"{threshold:.{n}%}"), 4)
    return f"{score:.{digits}%}", f"{threshold:.{digits}%}"


def _nearly_as_likely(
    product: Prediction, scores: Mapping[str, float], ratio: float, taxonomy: Taxonomy
) -> str | None:
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


def _flag(product: Prediction, threshold: float, taxonomy: Taxonomy) -> Decision:
    name = taxonomy.get(product.category).name.lower()
    return Decision(
        verdict=Verdict.FLAG,
        reason=Reason(
            rule=Rule.PRODUCT,
            message=f"looks like {name}: {product.score:.0%}, flagged from {threshold:.0%}",
            category=product.category,
            threshold=threshold,
        ),
    )


def _unresolved(product: Prediction, threshold: float, lookalike: str, taxonomy: Taxonomy) -> Decision:
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


def _review(product: Prediction, threshold: Threshold, taxonomy: Taxonomy) -> Decision:
    name = taxonomy.get(product.category).name.lower()
    rule = Rule.EXPERIMENTAL_PRODUCT if product.experimental else Rule.POSSIBLE_PRODUCT
    kind = "possibly" if not product.experimental else "possibly (experimental category)"
    score, limit = _told_apart(product.score, threshold.review or 0.0)
    return Decision(
        verdict=Verdict.REVIEW,
        reason=Reason(
            rule=rule,
            message=f"{kind} {name}: {score}, reviewed from {limit}",
            category=product.category,
            threshold=threshold.review,
        ),
    )
