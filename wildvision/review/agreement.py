"""What decisions add up to: precision so far by category and threshold, and how far two reviewers agree."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wildvision.archive.decisions import Decision, Outcome
from wildvision.archive.hits import Card

_Z = 1.96  # of the normal distribution: 95 %


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """How many of the decided cards were what the model said.

    Attributes:
        category: The product.
        threshold: Cards count from this score on.
        decided: Cards with a decision other than unsure.
        confirmed: Of those, how many show that product.
        unsure: Cards that a photo does not settle.
    """

    category: str
    threshold: float
    decided: int
    confirmed: int
    unsure: int

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval (Wilson 1927), 0 to 1; 0 to 1 where nothing is decided."""
        return wilson(self.confirmed, self.decided)


def wilson(successes: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927, "Probable inference").

    >>> wilson(8, 10)
    (0.49, 0.943)
    """
    if not count:
        return 0.0, 1.0
    share, square = successes / count, _Z**2
    centre = share + square / (2 * count)
    half = _Z * math.sqrt(share * (1 - share) / count + square / (4 * count**2))
    scale = 1 + square / count
    return round(max(0.0, (centre - half) / scale), 3), round(min(1.0, (centre + half) / scale), 3)


def precisions(
    cards: Sequence[Card],
    standing: Mapping[int, Sequence[Decision]],
    thresholds: Mapping[str, Sequence[float]],
) -> list[Precision]:
    """Return the precision so far of each category at each of its thresholds; the last decision on a card counts.

    Args:
        cards: Of the queue.
        standing: Decisions by place of the card.
        thresholds: Scores by category.
    """
    decided = [(cards[place].shown, decisions[-1]) for place, decisions in standing.items()]
    found: list[Precision] = []
    for category, levels in thresholds.items():
        for level in levels:
            outcomes = Counter(
                "confirmed"
                if decision.outcome is Outcome.CONFIRMED and decision.category == category
                else "unsure"
                if decision.outcome is Outcome.UNSURE
                else "other"
                for hit, decision in decided
                if hit.category == category and hit.score >= level
            )
            found.append(
                Precision(
                    category=category,
                    threshold=level,
                    decided=outcomes["confirmed"] + outcomes["other"],
                    confirmed=outcomes["confirmed"],
                    unsure=outcomes["unsure"],
                )
            )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far two reviewers agree.

    Attributes:
        reviewers: Their names.
        cards: That both decided.
        agreed: Of those, how many alike: the same outcome and category.
        kappa: Cohen's kappa, -1 to 1; None: both said one and the same of every card, where it is not defined.
    """

    reviewers: tuple[str, str]
    cards: int
    agreed: int
    kappa: float | None


def agreements(standing: Mapping[int, Sequence[Decision]]) -> list[Agreement]:
    """Return the agreement of each two reviewers who decided the same cards; each one's last decision counts."""
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for decisions in standing.values():
        last = {decision.reviewer: _answer(decision) for decision in decisions}
        names = sorted(last)
        for first, name in enumerate(names):
            for other in names[first + 1 :]:
                pairs.setdefault((name, other), []).append((last[name], last[other]))
    return [_agreement(names, answers) for names, answers in sorted(pairs.items())]


def _answer(decision: Decision) -> str:
    return f"{decision.outcome.value} {decision.category or ''}"


def _agreement(reviewers: tuple[str, str], answers: Sequence[tuple[str, str]]) -> Agreement:
    agreed = sum(a == b for a, b in answers)
    return Agreement(reviewers=reviewers, cards=len(answers), agreed=agreed, kappa=cohen_kappa(answers))


def cohen_kappa(answers: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa (1960, "A coefficient of agreement for nominal scales") of paired answers.

    >>> cohen_kappa([("yes", "yes"), ("no", "no"), ("yes", "no"), ("no", "no")])
    0.5
    """
    count = len(answers)
    observed = sum(a == b for a, b in answers) / count
    first, second = Counter(a for a, _ in answers), Counter(b for _, b in answers)
    expected = sum(first[answer] * second[answer] for answer in first) / count**2
    return None if expected == 1 else round((observed - expected) / (1 - expected), 3)
