"""Thresholds from the scores of held-out photos: three policies, curves for any budget, and what became of promises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wildvision.adapt.folds import group_folds
from wildvision.adapt.labels import Photo
from wildvision.adapt.metrics import share_interval
from wildvision.decision import decide, spend_budgets
from wildvision.manifest import AlarmShares, CategoryEntry, Interval, Policy, Reached, SourceAlarms, Threshold
from wildvision.results import Prediction, Verdict
from wildvision.taxonomy import Kind, Taxonomy

# Share of everyday photos that may reach (review, flag), all products together.
POLICIES = {
    "sensitive": (0.10, 0.01),
    "balanced": (0.03, 0.003),
    "strict": (0.01, 0.001),
}
LOOKALIKE_RATIO = 1.0
CURVE_SHARES = np.geomspace(1e-4, 0.5, 40)
OWNER_CAP = 50  # photos that one owner's may weigh as: a set of objects of a thousand photos is one place
# What a product finds counts n / (n + 5) with n owners: three of three photos are no promise, and a product that was
# never found on a photo gets no share of anybody's time.
PRIOR_OWNERS = 5
# Everyday photos of owners that set no threshold pass it more often than those that did: without a margin 3.6 % instead
# of the 3.0 % asked for were reviewed and 0.32 % instead of 0.30 % flagged. Curves count each false alarm as this many.
MARGIN = 4 / 3
PARTS = 10  # of the owners, each left out once when thresholds are set to be measured
ROUNDS = 500  # of the bootstrap
HARDEST = 10  # sources of everyday photos that are named for their false alarms


@dataclass(frozen=True, slots=True, eq=False)
class LabelledScores:
    """Held-out photos with their calibrated scores.

    Attributes:
        samples: The N photos.
        scores: Shape (N, K), float64, by networks that never saw their group.
        positive: Shape (N, K), bool, whether each shows the category.
        label_mask: Shape (N, K), bool, False where the label must not count.
    """

    samples: tuple[Photo, ...]
    scores: NDArray[np.float64]
    positive: NDArray[np.bool_]
    label_mask: NDArray[np.bool_]

    def take(self, rows: NDArray[np.intp]) -> LabelledScores:
        """Return some of the photos."""
        samples = tuple(self.samples[int(row)] for row in rows)
        return LabelledScores(samples, self.scores[rows], self.positive[rows], self.label_mask[rows])


@dataclass(frozen=True, slots=True)
class Curves:
    """By product: falling scores with the share of everyday photos to expect at each, and what each finds.

    `wildvision.decision.spend_budgets` turns them into thresholds.
    """

    review: Mapping[str, tuple[tuple[float, float], ...]]
    found: Mapping[str, tuple[float, ...]]


def choose_policies(
    scored: LabelledScores,
    entries: Sequence[CategoryEntry],
    taxonomy: Taxonomy,
    *,
    lookalike_cost: float = 0.0,
) -> dict[str, Policy]:
    """Set thresholds so that a share of everyday photos reaches them, spent where most is found, and measure them.

    What is measured is measured on each tenth of the owners with thresholds set on the others.

    Args:
        scored: Photos whose group was held out.
        entries: The categories in the order of the columns.
        taxonomy: Says which of them are products.
        lookalike_cost: What an alarm on a photo of a look-alike costs, where one on an everyday photo costs 1.
    """
    never_flag = never_flagged(entries)
    curves = product_curves(scored, _ids(entries), taxonomy, lookalike_cost=lookalike_cost)
    kept = _kept_promises(scored, entries, taxonomy, lookalike_cost)
    policies: dict[str, Policy] = {}
    for name, (review, flag) in POLICIES.items():
        found = spend_budgets(curves.review, curves.found, review=review, flag=flag, never_flag=never_flag)
        shares, reached = kept[name] if name in kept else (None, dict[str, Reached]())
        policies[name] = Policy(
            objective=f"of everyday photos, at most {review:.1%} reach review and {flag:.1%} a flag, all products "
            "together, spent where most photos of owners left out are found; experimental products never flag",
            set_on=f"{len(scored.samples)} photos, each scored by a network that never saw its owner",
            thresholds={
                product: Threshold(review=t.review, flag=t.flag, measured=reached.get(product))
                for product, t in found.items()
            },
            lookalike_ratio=LOOKALIKE_RATIO,
            asked_review=review,
            asked_flag=flag,
            measured=shares,
        )
    return policies


def product_curves(
    scored: LabelledScores, categories: Sequence[str], taxonomy: Taxonomy, *, lookalike_cost: float = 0.0
) -> Curves:
    """Measure, for falling scores of each product, how many everyday photos reach them and what they find."""
    weights, costs = owner_weights(scored.samples), _costs(scored.samples, lookalike_cost)
    review: dict[str, tuple[tuple[float, float], ...]] = {}
    found: dict[str, tuple[float, ...]] = {}
    for column, product in _products(categories, taxonomy):
        scores, label_mask = scored.scores[:, column], scored.label_mask[:, column]
        positive, without = scored.positive[:, column] & label_mask, (costs > 0) & label_mask
        curve = _curve(scores[without], (weights * costs)[without])
        owners = len({scored.samples[row].owner for row in np.flatnonzero(positive).tolist()})
        worth = owners / (owners + PRIOR_OWNERS)
        review[product] = curve
        found[product] = tuple(
            round(worth * _share(scores[positive] >= score, weights[positive]), 6) for score, _ in curve
        )
    return Curves(review, found)


def never_flagged(entries: Sequence[CategoryEntry]) -> set[str]:
    """Return the categories whose evidence carries no flag."""
    return {entry.id for entry in entries if entry.status == "experimental"}


def everyday_photos(samples: Sequence[Photo]) -> NDArray[np.bool_]:
    """Return which photos show nothing with a name, or, where there are none, no product."""
    everyday = np.array([not sample.labels and not sample.unsettled for sample in samples])
    return everyday if everyday.any() else np.array([not sample.shows_product for sample in samples])


def _products(categories: Sequence[str], taxonomy: Taxonomy) -> Iterator[tuple[int, str]]:
    for column, category in enumerate(categories):
        if taxonomy.get(category).kind is Kind.PRODUCT:
            yield column, category


def _ids(entries: Sequence[CategoryEntry]) -> tuple[str, ...]:
    return tuple(entry.id for entry in entries)


def _costs(samples: Sequence[Photo], lookalike_cost: float) -> NDArray[np.float64]:
    """Return what a false alarm on each photo costs: 1 for everyday photos, nothing for those that show a product."""
    lookalike = np.array([not sample.shows_product for sample in samples])
    return np.where(everyday_photos(samples), 1.0, lookalike_cost * lookalike)


def owner_weights(samples: Sequence[Photo]) -> NDArray[np.float64]:
    """Weigh photos so that those of one owner with the same labels weigh as at most `OWNER_CAP`."""
    keys = [(sample.group, sample.labels) for sample in samples]
    size = Counter(keys)
    return np.array([min(size[key], OWNER_CAP) / size[key] for key in keys])


def _curve(scores: NDArray[np.float64], weights: NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    if not len(scores):
        return ()
    falling = np.argsort(-scores, kind="stable")
    reached: NDArray[np.float64] = np.cumsum(weights[falling]) / weights.sum()
    points: dict[float, float] = {}
    for share in CURVE_SHARES.tolist():
        last = int((reached <= share).sum())  # the first photo that may not pass
        score = _just_above(float(scores[falling[last]])) if last < len(scores) else float(scores.min())
        if score <= 1:
            points[score] = round(MARGIN * _share(scores >= score, weights), 6)
    return tuple(sorted(points.items(), reverse=True))


def _just_above(score: float) -> float:
    # A score is held against "at least the threshold": step just above the last photo that may not pass.
    return round(score + 1e-6, 6)


def _share(chosen: NDArray[np.bool_], weights: NDArray[np.float64]) -> float:
    return float(weights[chosen].sum() / weights.sum()) if len(weights) else 0.0


# --- what became of it ------------------------------------------------------------------------------------


def _kept_promises(
    scored: LabelledScores, entries: Sequence[CategoryEntry], taxonomy: Taxonomy, lookalike_cost: float
) -> dict[str, tuple[AlarmShares, dict[str, Reached]]]:
    """Measure each policy on owners that its thresholds were set without; nothing where there are too few owners."""
    owners = {sample.group for sample in scored.samples}
    if len(owners) < 2 or not everyday_photos(scored.samples).any():
        return {}
    part = group_folds(scored.samples, folds=min(PARTS, len(owners)), seed=0)
    curves = {
        int(number): product_curves(
            scored.take(np.flatnonzero(part != number)),
            _ids(entries),
            taxonomy,
            lookalike_cost=lookalike_cost,
        )
        for number in np.unique(part)
    }
    return {
        name: _measure_policy(scored, entries, taxonomy, part, curves, budgets)
        for name, budgets in POLICIES.items()
    }


def _measure_policy(
    scored: LabelledScores,
    entries: Sequence[CategoryEntry],
    taxonomy: Taxonomy,
    part: NDArray[np.int64],
    curves: Mapping[int, Curves],
    budgets: tuple[float, float],
) -> tuple[AlarmShares, dict[str, Reached]]:
    never_flag, products = never_flagged(entries), dict(_products(_ids(entries), taxonomy))
    size = len(scored.samples)
    reviewed, flagged = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    reaches = {product: np.zeros((size, 2), np.bool_) for product in products.values()}
    for number, found in curves.items():
        review, flag = budgets
        thresholds = spend_budgets(found.review, found.found, review=review, flag=flag, never_flag=never_flag)
        policy = Policy(objective="", set_on="", thresholds=thresholds, lookalike_ratio=LOOKALIKE_RATIO)
        rows = np.flatnonzero(part == number)
        verdicts = [_verdict(scored.scores[row], entries, policy, taxonomy) for row in rows]
        flagged[rows] = [verdict is Verdict.FLAG for verdict in verdicts]
        reviewed[rows] = [verdict in {Verdict.FLAG, Verdict.REVIEW} for verdict in verdicts]
        for column, product in products.items():
            limits = thresholds[product].review, thresholds[product].flag
            for side, limit in enumerate(limits):
                reaches[product][rows, side] = limit is not None and scored.scores[rows, column] >= limit
    reached = {
        product: _reached(scored, scored.positive[:, column] & scored.label_mask[:, column], reaches[product])
        for column, product in products.items()
    }
    return _alarm_shares(scored.samples, reviewed, flagged), reached


def _verdict(
    scores: NDArray[np.float64], entries: Sequence[CategoryEntry], policy: Policy, taxonomy: Taxonomy
) -> Verdict:
    predictions = sorted(
        (
            Prediction(category=entry.id, score=float(score), experimental=entry.status == "experimental")
            for entry, score in zip(entries, scores, strict=True)
        ),
        key=lambda prediction: -prediction.score,
    )
    return decide(predictions, policy, taxonomy).verdict


def _reached(scored: LabelledScores, positive: NDArray[np.bool_], reaches: NDArray[np.bool_]) -> Reached:
    everyday = everyday_photos(scored.samples)
    review, flag = reaches[:, 0], reaches[:, 1]
    return Reached(
        everyday_review=_interval(review, everyday, scored.samples),
        everyday_flag=_interval(flag, everyday, scored.samples),
        found_review=_interval(review, positive, scored.samples) if positive.any() else None,
        found_flag=_interval(flag, positive, scored.samples) if positive.any() else None,
    )


def _interval(chosen: NDArray[np.bool_], among: NDArray[np.bool_], samples: Sequence[Photo]) -> Interval:
    groups = [samples[row].group for row in np.flatnonzero(among).tolist()]
    return share_interval(chosen[among], groups, rounds=ROUNDS)


def _alarm_shares(
    samples: Sequence[Photo], reviewed: NDArray[np.bool_], flagged: NDArray[np.bool_]
) -> AlarmShares:
    everyday = everyday_photos(samples)
    groups = np.array([sample.group for sample in samples])[everyday]
    return AlarmShares(
        photos=int(everyday.sum()),
        sources=len(np.unique(groups)),
        review=_interval(reviewed, everyday, samples),
        flag=_interval(flagged, everyday, samples),
        review_by_source=_mean_of_sources(reviewed[everyday], groups),
        flag_by_source=_mean_of_sources(flagged[everyday], groups),
        hardest=_hardest(samples, everyday, reviewed, flagged),
    )


def _hardest(
    samples: Sequence[Photo],
    everyday: NDArray[np.bool_],
    reviewed: NDArray[np.bool_],
    flagged: NDArray[np.bool_],
) -> tuple[SourceAlarms, ...]:
    """Count by source, those with most flags first and of equals those with most reviews; none without an alarm."""
    rows: list[int] = np.flatnonzero(everyday).tolist()
    origins = [samples[row].origin for row in rows]
    photos = Counter(origins)
    alarms, flags = (
        Counter(origin for row, origin in zip(rows, origins, strict=True) if chosen[row])
        for chosen in (reviewed, flagged)
    )
    falling = sorted(photos, key=lambda name: (-flags[name], -alarms[name], name))
    return tuple(
        SourceAlarms(source=name, photos=photos[name], reviewed=alarms[name], flagged=flags[name])
        for name in falling[:HARDEST]
        if alarms[name]
    )


def _mean_of_sources(chosen: NDArray[np.bool_], groups: NDArray[np.str_]) -> Interval:
    """Return the mean over owners of the share of each, with a 95 % percentile bootstrap over owners."""
    shares = np.array([chosen[groups == group].mean() for group in np.unique(groups)])
    rng = np.random.default_rng(0)
    means = shares[rng.integers(len(shares), size=(ROUNDS, len(shares)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(
        value=round(float(shares.mean()), 4), low=round(float(low), 4), high=round(float(high), 4)
    )
