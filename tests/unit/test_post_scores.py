from __future__ import annotations

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wildvision import Classifier, Policy, Rule, Verdict
from wildvision.manifest import Threshold
from wildvision.post_scores import EXPONENT, Picture, PostJudge, combine

SCORES = st.floats(0.0, 1.0)
MANY = st.lists(SCORES, min_size=1, max_size=6)


@given(MANY)
def test_a_combined_score_lies_between_the_lowest_and_the_highest(scores: list[float]) -> None:
    assert min(scores) <= combine(scores) <= max(scores)


@given(MANY)
def test_order_and_copies_change_nothing(scores: list[float]) -> None:
    found = combine(scores)
    assert combine(scores[::-1]) == pytest.approx(found, abs=1e-9)
    assert combine(scores * 3) == pytest.approx(found, abs=1e-9)


@given(MANY, SCORES)
def test_a_higher_score_never_lowers_the_answer(scores: list[float], other: float) -> None:
    raised = [max(scores[0], other), *scores[1:]]
    assert combine(raised) >= combine(scores) - 1e-12


@given(SCORES)
def test_one_picture_is_its_own_answer_to_the_bit(score: float) -> None:
    assert combine([score]) == score


def test_the_odds_of_one_among_k_are_those_of_the_highest_over_a_root_of_k() -> None:
    odds = 0.5 * 4 ** (-1 / EXPONENT)
    assert combine([1 / 3, 0, 0, 0]) == pytest.approx(odds / (1 + odds), rel=1e-9)


def test_one_among_many_has_to_say_more_than_one_alone() -> None:
    falling = [combine([0.6] + [0.01] * others) for others in range(6)]
    assert all(before > after for before, after in itertools.pairwise(falling))


def judge(classifier: Classifier, **thresholds: Threshold) -> PostJudge:
    policy = Policy(objective="test", set_on="test", thresholds=thresholds, lookalike_ratio=1.0)
    return PostJudge(classifier.manifest, policy)


IVORY = Threshold(review=0.2, flag=0.5)
PANGOLIN = Threshold(review=0.2, flag=None)


def picture(
    ivory: float, pangolin: float = 0.0, bone: float = 0.0, rule: Rule = Rule.POSSIBLE_PRODUCT
) -> Picture:
    return Picture(scores={"ivory": ivory, "pangolin": pangolin, "bone": bone}, rule=rule, reason="as it is")


def test_a_lookalike_in_another_picture_is_no_doubt(tiny: Classifier) -> None:
    found = judge(tiny, ivory=IVORY).judge([picture(0.9), picture(0.8, bone=0.1), picture(0.0, bone=0.99)])
    assert (found.verdict, found.reason.rule, found.carrier) == (Verdict.FLAG, Rule.PRODUCT, 0)


def test_a_lookalike_in_the_carrying_picture_is_one(tiny: Classifier) -> None:
    found = judge(tiny, ivory=IVORY).judge([picture(0.8), picture(0.9, bone=0.95)])
    assert (found.verdict, found.reason.rule) == (Verdict.REVIEW, Rule.MATERIAL_UNRESOLVED)
    assert (found.reason.lookalike, found.carrier) == ("bone", 1)


def test_a_lookalike_less_likely_than_the_product_stays_so_among_other_pictures(tiny: Classifier) -> None:
    decide = judge(tiny, ivory=IVORY).judge
    alone = decide([picture(0.8, bone=0.7)])
    among = decide([picture(0.8, bone=0.7), picture(0.1), picture(0.1)])
    assert among.predictions[0].score < 0.7  # lower than the look-alike in the picture itself
    assert (alone.reason.rule, among.reason.rule) == (Rule.PRODUCT, Rule.PRODUCT)


def test_a_flag_of_one_product_comes_before_a_review_of_another_with_a_higher_score(tiny: Classifier) -> None:
    found = judge(tiny, ivory=IVORY, pangolin=PANGOLIN).judge([picture(0.6, 0.9), picture(0.7, 0.9)])
    assert (found.verdict, found.reason.category, found.carrier) == (Verdict.FLAG, "ivory", 1)


def test_where_nothing_is_found_the_nearest_is_named_and_carried(tiny: Classifier) -> None:
    found = judge(tiny, ivory=IVORY, pangolin=PANGOLIN).judge([picture(0.01, 0.02), picture(0.01, 0.1)])
    assert (found.verdict, found.carrier) == (Verdict.CLEAR, 1)
    assert found.reason.nearest
    assert found.reason.nearest.category == "pangolin"
    assert str(found.reason).endswith("; most of all in picture 2 of 2")


def test_failed_and_empty_pictures_say_nothing(tiny: Classifier) -> None:
    blank = picture(0.0, rule=Rule.BLANK)
    decide = judge(tiny, ivory=IVORY).judge
    alone, beside = decide([picture(0.7)]), decide([None, blank, picture(0.7), blank])
    assert (beside.verdict, beside.predictions, beside.carrier) == (alone.verdict, alone.predictions, 2)
    empty = decide([None, blank, picture(0.9, rule=Rule.TOO_SMALL)])
    assert (empty.verdict, empty.reason.rule, empty.carrier) == (Verdict.ABSTAIN, Rule.BLANK, None)
    with pytest.raises(ValueError, match="none"):
        decide([None, None])


def test_a_picture_too_long_to_see_keeps_a_post_from_being_cleared(tiny: Classifier) -> None:
    long = picture(0.01, rule=Rule.TOO_LONG)
    decide = judge(tiny, ivory=IVORY).judge
    assert decide([picture(0.01), long]).reason.rule is Rule.TOO_LONG
    assert decide([picture(0.9), long]).verdict is not Verdict.ABSTAIN


def test_an_experimental_product_never_flags(tiny: Classifier) -> None:
    replace = msgspec.structs.replace
    entries = tuple(replace(entry, status="experimental") for entry in tiny.manifest.categories)
    policy = Policy(objective="test", set_on="test", thresholds={"ivory": IVORY}, lookalike_ratio=1.0)
    decide = PostJudge(replace(tiny.manifest, categories=entries), policy).judge
    found = decide([picture(0.9), picture(0.95)])
    assert (found.verdict, found.reason.rule) == (Verdict.REVIEW, Rule.EXPERIMENTAL_PRODUCT)
