from __future__ import annotations

import json

import numpy as np
import pytest

from tests.tiny_model import tiny_manifest
from wildvision.decision import (
    Decision,
    abstain,
    calibrated_predictions,
    calibrated_scores,
    decide,
    is_too_long,
    policy_for_budget,
    probability,
    refuse_to_clear,
    spend,
    spend_budgets,
)
from wildvision.errors import ManifestError
from wildvision.manifest import Abstention, Calibration, Policy, Threshold, parse_manifest
from wildvision.results import Nearest, Prediction, Reason, Rule, Verdict
from wildvision.taxonomy import Category, Kind, extend_taxonomy, load_taxonomy


def predictions(**scores: float) -> list[Prediction]:
    return [
        Prediction(category=category, score=score, experimental=category == "pangolin")
        for category, score in sorted(scores.items(), key=lambda item: -item[1])
    ]


POLICY = Policy(
    objective="test",
    set_on="test",
    thresholds={
        "ivory": Threshold(review=0.4, flag=0.7),
        "elephant_tusk": Threshold(review=0.4, flag=0.7),
        "pangolin": Threshold(review=0.5, flag=0.6),
        "rhino_horn": Threshold(review=None, flag=None),
    },
    lookalike_ratio=0.9,
)


@pytest.mark.parametrize(
    ("scores", "verdict", "rule", "category"),
    [
        ({"ivory": 0.39}, Verdict.CLEAR, Rule.NOTHING_FOUND, None),
        ({"ivory": 0.4}, Verdict.REVIEW, Rule.POSSIBLE_PRODUCT, "ivory"),
        ({"ivory": 0.69}, Verdict.REVIEW, Rule.POSSIBLE_PRODUCT, "ivory"),
        ({"ivory": 0.7}, Verdict.FLAG, Rule.PRODUCT, "ivory"),
        ({"ivory": 0.8, "bone": 0.71}, Verdict.FLAG, Rule.PRODUCT, "ivory"),
        ({"ivory": 0.8, "bone": 0.73}, Verdict.REVIEW, Rule.MATERIAL_UNRESOLVED, "ivory"),
        ({"ivory": 0.8, "bone": 0.99}, Verdict.REVIEW, Rule.MATERIAL_UNRESOLVED, "ivory"),
        # A statue can be of ivory, and a second product speaks against nothing.
        ({"ivory": 0.8, "statue": 0.99}, Verdict.FLAG, Rule.PRODUCT, "ivory"),
        ({"ivory": 0.8, "hornbill_casque": 0.9}, Verdict.FLAG, Rule.PRODUCT, "ivory"),
        # Herbs are no look-alike of ivory.
        ({"ivory": 0.8, "herbal_medicine": 0.99}, Verdict.FLAG, Rule.PRODUCT, "ivory"),
        ({"pangolin": 0.99}, Verdict.REVIEW, Rule.EXPERIMENTAL_PRODUCT, "pangolin"),
        ({"pangolin": 0.99, "ivory": 0.7}, Verdict.FLAG, Rule.PRODUCT, "ivory"),
        ({"ivory": 0.8, "bone": 0.9, "elephant_tusk": 0.75}, Verdict.FLAG, Rule.PRODUCT, "elephant_tusk"),
        ({"rhino_horn": 1.0}, Verdict.CLEAR, Rule.NOTHING_FOUND, None),
        ({"bone": 1.0}, Verdict.CLEAR, Rule.NOTHING_FOUND, None),
    ],
)
def test_the_ladder(scores: dict[str, float], verdict: Verdict, rule: Rule, category: str | None) -> None:
    decision = decide(predictions(**scores), POLICY)
    assert (decision.verdict, decision.reason.rule, decision.reason.category) == (verdict, rule, category)


def test_the_reason_can_be_read_by_a_person() -> None:
    flagged = decide(predictions(ivory=0.83), POLICY).reason
    assert flagged.message == "looks like worked ivory: 83%, flagged from 70%"
    assert flagged.threshold == 0.7
    unresolved = decide(predictions(ivory=0.8, bone=0.8), POLICY).reason
    assert unresolved.message == "worked ivory-like, material unresolved: bone is nearly as likely"
    assert unresolved.lookalike == "bone"


@pytest.mark.parametrize(
    ("scores", "nearest", "words"),
    [
        (
            {"ivory": 0.36},
            Nearest(category="ivory", score=0.36, threshold=0.4),
            "worked ivory 36%, reviewed from 40%",
        ),
        # 0.3 of 0.5 is nearer than 0.2 of 0.4, whatever the look-alikes and what is never reviewed score.
        (
            {"ivory": 0.2, "pangolin": 0.3, "bone": 0.9, "rhino_horn": 0.9},
            Nearest(category="pangolin", score=0.3, threshold=0.5),
            "pangolin 30%, reviewed from 50%",
        ),
        (
            {"ivory": 0.2, "pangolin": 0.25},
            Nearest(category="pangolin", score=0.25, threshold=0.5),
            "pangolin 25%, reviewed from 50%",
        ),
        (
            {"ivory": 0.3996},
            Nearest(category="ivory", score=0.3996, threshold=0.4),
            "worked ivory 39.96%, reviewed from 40.00%",
        ),
        (
            {"ivory": 0.0},
            Nearest(category="ivory", score=0.0, threshold=0.4),
            "worked ivory 0%, reviewed from 40%",
        ),
    ],
)
def test_a_clear_says_what_came_nearest(scores: dict[str, float], nearest: Nearest, words: str) -> None:
    reason = decide(predictions(**scores), POLICY).reason
    assert (reason.nearest, reason.category, reason.threshold) == (nearest, None, None)
    assert reason.message == f"no product reaches its review threshold; nearest: {words}"


def test_where_nothing_is_reviewed_nothing_is_nearest() -> None:
    reason = decide(predictions(rhino_horn=0.9, bone=0.9), POLICY).reason
    assert (reason.nearest, reason.message) == (None, "no product reaches its review threshold")
    assert decide(predictions(ivory=0.5), POLICY).reason.nearest is None


def test_calibration_is_platt_scaling_in_falling_order() -> None:
    entries = parse_manifest(json.dumps(tiny_manifest(b"")).encode()).categories
    found = calibrated_predictions(np.array([0.0, 2.0, -800.0], np.float32), entries)
    assert [p.category for p in found] == ["pangolin", "ivory", "bone"]
    assert [p.experimental for p in found] == [True, False, False]
    assert [p.score for p in found] == pytest.approx([1 / (1 + np.exp(-2.0)), 0.5, 0.0])
    by_category = {prediction.category: prediction.score for prediction in found}
    scores = calibrated_scores(np.array([0.0, 2.0, -800.0], np.float32), entries)
    assert scores == tuple(by_category[entry.id] for entry in entries)


@pytest.mark.parametrize(
    ("width", "height", "too_long"),
    [
        (1080, 12000, True),
        (12000, 1080, True),
        (401, 100, True),
        (400, 100, False),
        (100, 400, False),
        (9, 9, False),
    ],
)
def test_above_four_to_one_a_picture_is_too_long(width: int, height: int, too_long: bool) -> None:
    assert is_too_long(width, height) is too_long


def test_a_clear_that_is_refused_names_what_came_nearest() -> None:
    cleared = decide(predictions(ivory=0.3), POLICY)
    decision = refuse_to_clear(cleared)
    assert (decision.verdict, decision.reason.rule) == (Verdict.ABSTAIN, Rule.TOO_LONG)
    assert decision.reason.nearest == cleared.reason.nearest
    assert decision.reason.message == (
        "too long to be judged as one picture; cut it into screens; no product reaches its review threshold; "
        "nearest: worked ivory 30%, reviewed from 40%"
    )


@pytest.mark.parametrize(
    "scores", [{"ivory": 0.5}, {"ivory": 0.8}, {"pangolin": 0.9}, {"ivory": 0.8, "bone": 0.9}]
)
def test_what_is_found_stays_found_where_a_clear_is_refused(scores: dict[str, float]) -> None:
    found = decide(predictions(**scores), POLICY)
    assert refuse_to_clear(found) is found
    refused = Decision(verdict=Verdict.ABSTAIN, reason=Reason(rule=Rule.TOO_SMALL, message="m"))
    assert refuse_to_clear(refused) is refused


RULE = Abstention(min_side=16, min_contrast=2.0)


def test_too_small_and_blank_are_not_judged() -> None:
    noisy = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    blank = np.full((40, 40, 3), 77, np.uint8)
    assert abstain(noisy, width=40, height=40, rule=RULE) is None
    small = abstain(noisy, width=200, height=15, rule=RULE)
    empty = abstain(blank, width=40, height=40, rule=RULE)
    assert small is not None
    assert empty is not None
    assert (small.verdict, small.reason.rule) == (Verdict.ABSTAIN, Rule.TOO_SMALL)
    assert (empty.verdict, empty.reason.rule) == (Verdict.ABSTAIN, Rule.BLANK)


def test_colour_without_brightness_is_not_blank() -> None:
    # Two colours of the same luminance: a grey copy would look empty.
    image = np.zeros((40, 40, 3), np.uint8)
    image[:20], image[20:] = (150, 0, 0), (0, 76, 0)
    assert abstain(image, width=40, height=40, rule=RULE) is None


def test_contrast_is_the_largest_deviation_of_a_channel() -> None:
    image = np.full((40, 40, 3), 100, np.uint8)
    image[::2, :, 1] = 104  # deviates by 2.0 from its mean
    assert abstain(image, width=40, height=40, rule=Abstention(min_side=1, min_contrast=2.0)) is None
    blank = abstain(image, width=40, height=40, rule=Abstention(min_side=1, min_contrast=2.1))
    assert blank is not None
    assert "contrast 2.0" in blank.reason.message


def test_isotonic_calibration_is_linear_between_its_knots_and_constant_outside() -> None:
    isotonic = Calibration(
        method="isotonic", knots=((-1.0, 0.1), (1.0, 0.5), (3.0, 0.9)), basis="held-out sources"
    )
    found = [probability(logit, isotonic) for logit in (-9, -1, 0, 2, 3, 9)]
    assert found == pytest.approx([0.1, 0.1, 0.3, 0.7, 0.9, 0.9])


def test_a_sigmoid_stays_a_probability_at_any_logit() -> None:
    platt = Calibration(slope=2.0, intercept=-1.0, basis="pooled")
    assert probability(0.5, platt) == pytest.approx(0.5)
    assert (probability(-1e6, platt), probability(1e6, platt)) == (0.0, 1.0)


def test_a_new_category_is_named_by_the_taxonomy_that_knows_it() -> None:
    new = Category(
        id="agave_fibre",
        kind=Kind.PRODUCT,
        name="Agave fibre",
        summary="x",
        taxa=(),
        cites=(),
        lookalikes=("bone",),
        identification=(),
        confirmation=(),
        sources=(),
    )
    policy = Policy(
        objective="x",
        set_on="x",
        thresholds={"agave_fibre": Threshold(review=0.4, flag=0.7)},
        lookalike_ratio=0.9,
    )
    taxonomy = extend_taxonomy(load_taxonomy(), (new,))
    assert "agave fibre" in decide(predictions(agave_fibre=0.8), policy, taxonomy).reason.message
    unresolved = decide(predictions(agave_fibre=0.8, bone=0.8), policy, taxonomy)
    assert unresolved.reason.rule is Rule.MATERIAL_UNRESOLVED


CURVES = {
    "ivory": [[0.9, 0.0], [0.6, 0.01], [0.3, 0.1]],
    "pangolin": [[0.8, 0.0], [0.5, 0.02], [0.2, 0.2]],
}


def test_a_budget_is_divided_among_the_products() -> None:
    manifest = parse_manifest(json.dumps({**tiny_manifest(b""), "review_curves": CURVES}).encode())
    policy = policy_for_budget(manifest, review=0.04, flag=0.01)
    assert policy.thresholds["ivory"] == Threshold(review=0.6, flag=0.9)
    assert policy.thresholds["pangolin"] == Threshold(review=0.5, flag=None)  # experimental: never flags
    assert policy_for_budget(manifest, review=0.5, flag=0.02).thresholds["ivory"] == Threshold(
        review=0.3, flag=0.6
    )


# Ivory is found slowly, pangolins at once; bangles not at all.
SPENT_ON = {
    "ivory": ((0.9, 0.0), (0.8, 0.01), (0.7, 0.02), (0.6, 0.04), (0.5, 0.1)),
    "pangolin": ((0.95, 0.0), (0.9, 0.001), (0.4, 0.1)),
    "rhino_horn": ((0.5, 0.0), (0.1, 0.1)),
}
FINDS = {"ivory": (0.0, 0.3, 0.4, 0.5, 0.55), "pangolin": (0.5, 0.9, 0.9), "rhino_horn": (0.0, 0.0)}


def test_a_budget_is_spent_where_it_finds_most() -> None:
    assert spend(SPENT_ON, FINDS, 0.0) == {"ivory": None, "pangolin": 0.95, "rhino_horn": None}
    assert spend(SPENT_ON, FINDS, 0.001) == {"ivory": None, "pangolin": 0.9, "rhino_horn": None}
    assert spend(SPENT_ON, FINDS, 0.021) == {"ivory": 0.7, "pangolin": 0.9, "rhino_horn": None}
    # Not enough for the whole step to 0.6 leaves 0.7; what nothing is found by gets nothing, however much there is.
    assert spend(SPENT_ON, FINDS, 0.03)["ivory"] == 0.7
    assert spend(SPENT_ON, FINDS, 1.0) == {"ivory": 0.5, "pangolin": 0.9, "rhino_horn": None}


def test_a_step_that_is_too_long_is_taken_as_far_as_the_budget_reaches() -> None:
    curve, finds = {"ivory": ((0.9, 0.0), (0.8, 0.01), (0.7, 0.05))}, {"ivory": (0.0, 0.1, 0.9)}
    assert spend(curve, finds, 0.02) == {"ivory": 0.8}
    assert spend(curve, finds, 0.05) == {"ivory": 0.7}


def test_reviews_reach_at_least_as_far_as_flags() -> None:
    found = spend_budgets(SPENT_ON, FINDS, review=0.021, flag=0.021, never_flag={"pangolin"})
    assert found["pangolin"] == Threshold(review=0.9, flag=None)
    assert found["ivory"] == Threshold(review=0.7, flag=0.7)
    assert found["rhino_horn"] == Threshold(review=None, flag=None)


def test_a_model_that_knows_what_it_finds_spends_its_budget_there() -> None:
    finds = {"ivory": [0.0, 0.0, 0.0], "pangolin": [0.5, 0.6, 0.7]}
    content = {**tiny_manifest(b""), "review_curves": CURVES, "found_curves": finds}
    policy = policy_for_budget(parse_manifest(json.dumps(content).encode()), review=0.04, flag=0.01)
    assert policy.thresholds["ivory"] == Threshold(review=None, flag=None)
    assert policy.thresholds["pangolin"] == Threshold(review=0.5, flag=None)


@pytest.mark.parametrize(("review", "flag"), [(0.01, 0.02), (-0.1, -0.2), (1.1, 0.1)])
def test_a_budget_that_makes_no_sense_is_refused(review: float, flag: float) -> None:
    manifest = parse_manifest(json.dumps({**tiny_manifest(b""), "review_curves": CURVES}).encode())
    with pytest.raises(ManifestError, match="flag <= review"):
        policy_for_budget(manifest, review=review, flag=flag)


def test_a_model_without_curves_has_no_budgets() -> None:
    with pytest.raises(ManifestError, match="review curves"):
        policy_for_budget(parse_manifest(json.dumps(tiny_manifest(b"")).encode()), review=0.1, flag=0.0)
