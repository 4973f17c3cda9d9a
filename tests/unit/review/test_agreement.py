"""What decisions add up to, against numbers worked out by hand and by a reference."""

from __future__ import annotations

import pytest
from sklearn.metrics import cohen_kappa_score

from wildvision.archive.decisions import Decision, Outcome
from wildvision.archive.hits import Card, Hit
from wildvision.archive.near_duplicates import Prints
from wildvision.review.agreement import agreements, cohen_kappa, precisions, wilson


def card(name: str, score: float, category: str = "ivory") -> Card:
    hit = Hit(1, score, name, "FLAG", category, "", Prints("", ""), (1, 1, 1))
    return Card(hits=[hit])


def said(outcome: Outcome, category: str | None = None, reviewer: str = "a") -> Decision:
    return Decision(ids=("x",), sha256s=("",), reviewer=reviewer, outcome=outcome, category=category)


def test_wilson_agrees_with_published_values() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 10) == (0.0, 0.278)
    assert wilson(10, 10) == (0.722, 1.0)
    assert wilson(81, 263) == (0.255, 0.366)  # Newcombe 1998, table I, method 3


def test_precision_counts_the_last_decision_and_leaves_out_what_is_unsure() -> None:
    cards = [card("a", 0.9), card("b", 0.9), card("c", 0.4), card("d", 0.9), card("e", 0.9, "pangolin")]
    standing = {
        0: [said(Outcome.LOOKALIKE, "bone"), said(Outcome.CONFIRMED, "ivory")],
        1: [said(Outcome.NOT_WILDLIFE)],
        2: [said(Outcome.CONFIRMED, "ivory")],
        3: [said(Outcome.UNSURE)],
        4: [said(Outcome.CONFIRMED, "ivory")],  # another product than the model said
    }
    found = {
        (p.category, p.threshold): p
        for p in precisions(cards, standing, {"ivory": [0.3, 0.5], "pangolin": [0.5]})
    }
    low, high, other = found["ivory", 0.3], found["ivory", 0.5], found["pangolin", 0.5]
    assert (low.confirmed, low.decided, low.unsure) == (2, 3, 1)
    assert (high.confirmed, high.decided, high.unsure) == (1, 2, 1)
    assert (other.confirmed, other.decided) == (0, 1)


@pytest.mark.parametrize("seed", range(5))
def test_kappa_agrees_with_a_reference(seed: int) -> None:
    words = "pqr"
    answers = [(words[(seed * k) % 3], words[(k * k + seed) % 3]) for k in range(1, 30)]
    first, second = zip(*answers, strict=True)
    assert cohen_kappa(answers) == pytest.approx(cohen_kappa_score(first, second), abs=1e-3)


def test_kappa_of_one_answer_alone_is_not_defined() -> None:
    assert cohen_kappa([("a", "a"), ("a", "a")]) is None


def test_reviewers_agree_on_outcome_and_category_of_the_cards_that_both_decided() -> None:
    standing = {
        0: [said(Outcome.CONFIRMED, "ivory"), said(Outcome.CONFIRMED, "ivory", "b")],
        1: [said(Outcome.LOOKALIKE, "bone"), said(Outcome.LOOKALIKE, "resin", "b")],
        2: [said(Outcome.UNSURE)],
    }
    (found,) = agreements(standing)
    assert found.reviewers == ("a", "b")
    assert (found.cards, found.agreed) == (2, 1)
