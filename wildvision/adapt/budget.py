"""What reviewers can look at, turned into thresholds: what to expect of them, and where the time goes.

The reviews of a day are false alarms among the photos without a product, and finds among those with one. A model's
curves say what each threshold costs and finds on photos of owners left out of its training; the budget is the rung of
the model's ladder (`wildvision.adapt.ladder`) whose expected reviews fill the day.

Intervals are for a mix of sources like the one that the model was measured on. A source of its own can lie outside:
there, `wildvision.adapt.recalibrate` sets thresholds by its own photos.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wildvision.adapt.ladder import Ladder, flag_ladder, review_ladder
from wildvision.adapt.thresholds import MARGIN, PRIOR_OWNERS
from wildvision.errors import OptionError
from wildvision.manifest import Interval, Manifest, Policy, Threshold

FLAG_PART = 0.1
"""Flags as a part of the reviews that are asked for, as in the released policies (3 % and 0.3 %)."""
ALARM_TRIALS = 60
"""So many independent trials say as much of alarms as the everyday photos of all owners left out: those of one owner
are alike, and one shop whose goods look like ivory sets off hundreds.
"""
OWNER_TRIALS = 0.5
"""So many trials is one owner that shows a product; below 1, because large owners weigh more than others.

Both are chosen so that what is promised is kept by owners left out 9 times of 10, which
``python -m tests.benchmarks.held_out_owners RUN budget`` measures.
"""
DRAWS = 4000
POINTS = 60  # of the trade-off
LEAST_REVIEWS, MOST_SHARE = 1e-5, 0.5  # shares of the photos a day between which the trade-off is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What one budget is expected to give.

    Attributes:
        budget: Share of photos without a product that may reach review.
        reviews_a_day: Photos that reach review or a flag, false alarms and finds.
        alarms_a_day: Those without a product.
        found: Share of the photos with a product that are reviewed.
        precision: Share of the reviewed photos that show a product.
    """

    budget: float
    reviews_a_day: Interval
    alarms_a_day: Interval
    found: Interval
    precision: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What goes to one product.

    Attributes:
        category: Its id.
        review: Score from which it is reviewed; None: it gets nothing.
        flag: Score from which it is flagged; None: never.
        part: Of all false alarms, 0 to 1.
        prevalence: Share of the photos that show it.
        found: Share of those that are reviewed.
        sources: Owners left out that this was measured on.
    """

    category: str
    review: float | None
    flag: float | None
    part: float
    prevalence: float
    found: Interval
    sources: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Thresholds for a day's reviews, and what to expect.

    Attributes:
        model: Its id.
        policy: For `Classifier(policy=...)`, ``scan --policy FILE.json`` and ``decide``.
        asked_reviews: Reviews a day that were asked for.
        photos_a_day: Photos a day.
        prevalence: Share of the photos that show a product.
        expected: At the thresholds of the policy.
        spending: By product, the largest part first.
        trade_off: Other budgets, by rising reviews a day.
    """

    model: str
    policy: Policy
    asked_reviews: float
    photos_a_day: float
    prevalence: float
    expected: Point
    spending: tuple[Spending, ...]
    trade_off: tuple[Point, ...]


def plan_budget(
    manifest: Manifest, *, reviews_a_day: float, photos_a_day: float, prevalence: float | Mapping[str, float]
) -> Plan:
    """Choose the thresholds that fill a day's reviews, and say what to expect of them.

    Args:
        manifest: Of the model.
        reviews_a_day: Photos that people can look at, above 0.
        photos_a_day: Photos that come in, above 0.
        prevalence: Share of them that show a product, divided evenly among the products that the model finds at all,
            or the share of each product.

    Raises:
        OptionError: A number is out of its range, or a product is none that the model scores.
        ManifestError: The model has no curves.
    """
    shares = _prevalences(manifest, prevalence)
    _check(reviews_a_day, photos_a_day)
    outlook = _Outlook(manifest, review_ladder(manifest), photos_a_day, shares)
    rung = outlook.rung_for(reviews_a_day)
    flags = flag_ladder(manifest)
    flag = flags.rung_within(FLAG_PART * float(outlook.ladder.budgets[rung]))
    policy = _policy(manifest, outlook, rung, flags.at(flag), reviews_a_day)
    return Plan(
        model=manifest.id,
        policy=policy,
        asked_reviews=reviews_a_day,
        photos_a_day=photos_a_day,
        prevalence=outlook.prevalence,
        expected=outlook.point(rung),
        spending=outlook.spending(rung, policy),
        trade_off=outlook.trade_off(),
    )


def _check(reviews_a_day: float, photos_a_day: float) -> None:
    if not (0 < reviews_a_day < np.inf and 0 < photos_a_day < np.inf):
        raise OptionError(
            f"expected reviews and photos a day above 0, found {reviews_a_day:g} and {photos_a_day:g}"
        )


def _prevalences(manifest: Manifest, prevalence: float | Mapping[str, float]) -> dict[str, float]:
    products = manifest.product_ids
    if not isinstance(prevalence, Mapping):
        findable = [p for p in products if any(gain > 0 for gain in manifest.found_curves.get(p, ()))]
        prevalence = {product: prevalence / len(findable) for product in findable}
    strange = sorted(set(prevalence) - set(products))
    if strange or not all(0 <= share <= 1 for share in prevalence.values()) or sum(prevalence.values()) > 1:
        raise OptionError(
            f"expected prevalences of 0 to 1, together at most 1, of {', '.join(products)}, found "
            f"{', '.join(f'{name}={share:g}' for name, share in prevalence.items())}"
        )
    return {product: float(prevalence.get(product, 0.0)) for product in products}


class _Outlook:
    """What each rung costs and finds.

    Args:
        manifest: Of the model.
        ladder: Of its reviews.
        photos_a_day: Photos.
        shares: By product, of the photos.
    """

    def __init__(
        self, manifest: Manifest, ladder: Ladder, photos_a_day: float, shares: Mapping[str, float]
    ) -> None:
        self.ladder, self._photos = ladder, photos_a_day
        self._shares = np.array([shares[product] for product in ladder.products])
        self.prevalence = float(self._shares.sum())
        self.sources = np.array([owners_of(manifest, product) for product in ladder.products])
        # (R, P): share of photos without a product that pass, and of those with it
        self._costs, self._found = costs_and_finds(manifest, ladder)
        self._alarms = np.minimum(self._costs.sum(axis=1), 1.0)

    def rung_for(self, reviews_a_day: float) -> int:
        """Return the most generous rung whose expected reviews are no more than these."""
        expected = self._photos * ((1 - self.prevalence) * self._alarms + self._found @ self._shares)
        return max(0, int((expected <= reviews_a_day).sum()) - 1)  # neither alarms nor finds fall

    def point(self, rung: int) -> Point:
        alarms, found = self._draws(rung)
        value_alarms, value_hits = float(self._alarms[rung]), float(self._found[rung] @ self._shares)
        hits = found @ self._shares  # (D,)
        without = 1 - self.prevalence
        reviews = without * alarms + hits
        return Point(
            budget=float(self.ladder.budgets[rung]),
            reviews_a_day=_interval(
                self._photos * (without * value_alarms + value_hits), self._photos * reviews
            ),
            alarms_a_day=_interval(self._photos * without * value_alarms, self._photos * without * alarms),
            found=_interval(_ratio(value_hits, self.prevalence), hits / max(self.prevalence, 1e-300)),
            precision=_interval(
                _ratio(value_hits, without * value_alarms + value_hits), hits / np.maximum(reviews, 1e-300)
            ),
        )

    def spending(self, rung: int, policy: Policy) -> tuple[Spending, ...]:
        _, found = self._draws(rung)
        total = max(float(self._costs[rung].sum()), 1e-300)
        spent = [
            Spending(
                category=product,
                review=policy.thresholds[product].review,
                flag=policy.thresholds[product].flag,
                part=float(self._costs[rung, column]) / total,
                prevalence=float(self._shares[column]),
                found=_interval(float(self._found[rung, column]), found[:, column]),
                sources=int(self.sources[column]),
            )
            for column, product in enumerate(self.ladder.products)
        ]
        return tuple(sorted(spent, key=lambda spending: (-spending.part, spending.category)))

    def trade_off(self) -> tuple[Point, ...]:
        shown = np.flatnonzero((self._alarms >= LEAST_REVIEWS) & (self._alarms <= MOST_SHARE))
        if not len(shown):
            return ()
        chosen = np.unique(np.linspace(0, len(shown) - 1, POINTS).round().astype(int))
        return tuple(self.point(int(shown[place])) for place in chosen.tolist())

    def _draws(self, rung: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what may be: alarms (D,) and the share found of each product (D, P)."""
        return likely(float(self._alarms[rung]), self._found[rung], self.sources)


def likely(
    alarms: float, found: NDArray[np.float64], sources: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw what may become of expected shares on other owners, the same draws every time.

    Alarms are scattered as if they came of `ALARM_TRIALS`, and finds as if each owner were one trial: all of an owner's
    photos may be found, or none. What is drawn is what as many further owners will show, who are as few.

    Args:
        alarms: Share of photos without a product.
        found: Shape (P,), share of each product's photos.
        sources: Shape (P,), owners that this was measured on.

    Returns:
        Shapes (D,) and (D, P).
    """
    rng = np.random.default_rng(0)
    passed = alarms * ALARM_TRIALS
    alarm_rates = rng.beta(passed + 0.5, ALARM_TRIALS - passed + 0.5, size=DRAWS)
    scattered = rng.binomial(ALARM_TRIALS, alarm_rates) / ALARM_TRIALS
    trials = np.maximum(1, np.round(OWNER_TRIALS * sources)).astype(np.int64)
    rates = rng.beta(found * trials + 0.5, (1 - found) * trials + 0.5, size=(DRAWS, len(found)))
    shares = rng.binomial(trials, rates) / trials
    return scattered, np.where(found > 0, shares, 0.0)


def costs_and_finds(manifest: Manifest, ladder: Ladder) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what each rung is expected to cost and to find of each product, shapes (R, P).

    A curve counts each false alarm as `MARGIN`, to be on the safe side, and a find as less, the fewer owners it rests
    on; here both are what was seen.
    """
    costs, found = np.zeros(ladder.thresholds.shape), np.zeros(ladder.thresholds.shape)
    for column, product in enumerate(ladder.products):
        curve = np.array(manifest.review_curves[product]).reshape(-1, 2)
        owners = owners_of(manifest, product)
        worth = owners / (owners + PRIOR_OWNERS)
        gains = np.array(manifest.found_curves[product]) / worth
        # The lowest score of the curve that is at or above the threshold says what passes.
        place = (curve[None, :, 0] >= ladder.thresholds[:, column, None] - 1e-9).sum(axis=1) - 1
        passes = place >= 0
        costs[passes, column] = curve[place[passes], 1] / MARGIN
        found[passes, column] = np.minimum(gains[place[passes]], 1.0)
    return np.maximum.accumulate(costs, axis=0), np.maximum.accumulate(found, axis=0)


def owners_of(manifest: Manifest, product: str) -> int:
    """Return on how many owners left out a product's curve rests, at least one."""
    (entry,) = (entry for entry in manifest.categories if entry.id == product)
    return max(1, entry.left_out.sources if entry.left_out else entry.evidence.sources)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def _interval(value: float, draws: NDArray[np.float64]) -> Interval:
    low, high = (float(bound) for bound in np.quantile(draws, [0.025, 0.975]))
    return Interval(value=round(value, 4), low=round(min(low, value), 4), high=round(max(high, value), 4))


def _policy(
    manifest: Manifest,
    outlook: _Outlook,
    rung: int,
    flags: Mapping[str, float | None],
    reviews_a_day: float,
) -> Policy:
    point = outlook.point(rung)
    reviews = outlook.ladder.at(rung)
    thresholds: dict[str, Threshold] = {}
    for product in manifest.product_ids:
        limits = [x for x in (reviews[product], flags[product]) if x is not None]
        thresholds[product] = Threshold(review=min(limits, default=None), flag=flags[product])
    return Policy(
        objective=f"about {point.reviews_a_day.value:,.0f} reviews a day, of {reviews_a_day:,.0f} that people can look "
        f"at, where {outlook.prevalence:.3%} of the photos show a product",
        set_on="the model's curves, measured on photos of owners left out of training",
        thresholds=thresholds,
        lookalike_ratio=manifest.policies[manifest.default_policy].lookalike_ratio,
        asked_review=point.budget,
        asked_flag=FLAG_PART * point.budget,
    )
