from __future__ import annotations

import itertools
from typing import Any

import msgspec
import numpy as np
import pytest

from tests.training.learning.test_learning import sample
from training.calibrate import calibrate_scores
from training.calibration.record import Calibrated, HeldOut
from training.config import Config, parse_config
from wildvision.adapt.scaling import choose_scaling, fit_scaling, log_loss, scaled
from wildvision.adapt.status import status_of
from wildvision.adapt.thresholds import (
    MARGIN,
    POLICIES,
    PRIOR_OWNERS,
    LabelledScores,
    choose_policies,
    product_curves,
)
from wildvision.manifest import Calibration, CategoryEntry, Evidence, Interval, LeftOut
from wildvision.taxonomy import load_taxonomy

BASIS = "held-out sources"


def drawn(slope: float, intercept: float, *, count: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, count).astype(np.float32)
    return logits, rng.random(count) < 1 / (1 + np.exp(-(slope * logits + intercept)))


def test_each_method_recovers_what_distorted_the_logits() -> None:
    platt = fit_scaling("platt", *drawn(0.5, -1), basis=BASIS)
    assert (platt.slope, platt.intercept) == (pytest.approx(0.5, abs=0.03), pytest.approx(-1, abs=0.06))
    temperature = fit_scaling("temperature", *drawn(0.5, 0), basis=BASIS)
    assert (temperature.slope, temperature.intercept) == (pytest.approx(0.5, abs=0.03), 0)
    logits, truth = drawn(1, 0)
    isotonic = fit_scaling("isotonic", logits, truth, basis=BASIS)
    middle = np.linspace(-3, 3, 13)
    assert scaled(middle, isotonic) == pytest.approx(1 / (1 + np.exp(-middle)), abs=0.06)


def test_isotonic_scores_keep_their_order_and_are_never_certain() -> None:
    logits, truth = np.arange(100.0), np.arange(100) >= 50
    scores = scaled(logits, fit_scaling("isotonic", logits, truth, basis=BASIS))
    assert np.all(np.diff(scores) > 0)
    assert 0 < scores.min() < scores.max() < 1


def test_the_method_that_predicts_other_groups_best_is_chosen() -> None:
    groups = np.array([f"g{i % 10}" for i in range(4000)])
    every = ("temperature", "platt", "isotonic")
    found = choose_scaling(*drawn(0.6, -2, count=4000), groups, every)
    assert found is not None
    assert found.method == "platt"
    logits, _ = drawn(1, 0, count=4000)
    stepped = np.random.default_rng(1).random(4000) < np.where(np.abs(logits) < 2, 0.5, (logits > 0) * 1.0)
    found = choose_scaling(logits, stepped, groups, every)
    assert found is not None
    assert found.method == "isotonic"


def test_scaling_never_turns_an_order_around() -> None:
    groups = np.array([f"g{i % 10}" for i in range(4000)])
    logits, truth = drawn(-0.5, 0, count=4000)
    assert choose_scaling(logits, truth, groups, ("platt",)) is None
    assert fit_scaling("platt", logits, truth, basis="pooled").slope > 0


def test_log_loss_by_hand() -> None:
    assert log_loss(np.array([0.5, 0.25]), np.array([True, False])) == pytest.approx(-np.log(0.5 * 0.75) / 2)


def held_out(owners: int = 5) -> HeldOut:
    samples = (
        [sample("ivory", source=f"m{i % owners}") for i in range(60)]
        + [sample("pangolin", source=f"p{i}") for i in range(5)]
        + [sample("ceramic", source="only") for _ in range(80)]
        + [sample(source=f"shop{i % 4}") for i in range(60)]
    )
    targets = np.array([[c in s.labels for c in ("ivory", "pangolin", "ceramic")] for s in samples])
    rng = np.random.default_rng(0)
    logits = (targets * 5 - 2 + rng.normal(0, 1, targets.shape)).astype(np.float32)
    return HeldOut(samples=tuple(samples), logits=logits)


def calibrated(found: HeldOut) -> Calibrated:
    return calibrate_scores(
        found,
        ("ivory", "pangolin", "ceramic"),
        training=found.samples,
        config=Config(),
        taxonomy=load_taxonomy(),
    )


def test_thin_evidence_is_experimental_and_borrows_its_calibration() -> None:
    found = calibrated(held_out())
    entries = {entry.id: entry for entry in found.categories}
    assert [e.status for e in found.categories] == ["supported", "experimental", "experimental"]
    assert [e.calibration.basis for e in found.categories] == [BASIS, "pooled", "pooled"]
    assert entries["pangolin"].evidence == Evidence(photos=5, sources=5, synthetic_photos=0)
    assert set(found.review_curves) == set(found.found_curves) == {"ivory", "pangolin"}


def test_what_was_found_of_owners_left_out_stands_beside_each_category() -> None:
    ivory, pangolin, ceramic = (entry.left_out for entry in calibrated(held_out()).categories)
    assert ivory is not None
    assert (ivory.photos, ivory.sources, ivory.others) == (60, 5, 145)
    assert (
        ivory.tpr_at_1_percent_fpr.low <= ivory.tpr_at_1_percent_fpr.value <= ivory.tpr_at_1_percent_fpr.high
    )
    assert ivory.expected_calibration_error is not None
    assert ivory.expected_calibration_error.value < 0.1
    assert pangolin is not None
    assert pangolin.expected_calibration_error is None  # its scores only rank
    assert ceramic is None  # of one owner: nobody was left out


def test_photos_of_few_owners_are_no_support_however_many_they_are() -> None:
    assert [calibrated(held_out(owners)).categories[0].status for owners in (4, 5)] == [
        "experimental",
        "supported",
    ]


def left_out(**changes: object) -> LeftOut:
    values: dict[str, Any] = {
        "photos": 10,
        "sources": 5,
        "others": 1000,
        "tpr_at_1_percent_fpr": Interval(value=0.5, low=0.2, high=0.9),
        "tpr_at_5_percent_fpr": Interval(value=0.8, low=0.5, high=1.0),
        "average_precision": Interval(value=0.2, low=0.1, high=0.5),
    }
    return LeftOut(**values | changes)


@pytest.mark.parametrize(
    "change",
    [
        {"photos": 9},
        {"sources": 4},
        {"tpr_at_1_percent_fpr": Interval(value=0.49, low=0.2, high=0.9)},
        {"tpr_at_5_percent_fpr": Interval(value=0.8, low=0.49, high=1.0)},
        {"average_precision": Interval(value=0.01, low=0.0, high=0.1)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_each_part_of_the_rule_can_refuse(change: dict[str, object]) -> None:
    assert status_of(left_out()) == "supported"
    assert status_of(left_out(**change)) == "experimental"
    assert status_of(None) == "experimental"


@pytest.mark.parametrize(("share_of_many", "counted"), [(0.05, 1), (0.0, 0)])
def test_renderings_are_evidence_only_where_they_taught(share_of_many: float, counted: int) -> None:
    found = held_out()
    drawn = [
        msgspec.structs.replace(found.samples[0], labels=frozenset({i}), synthetic=True, source="drawn")
        for i in ("ivory", "pangolin")
    ]
    calibrated_with = calibrate_scores(
        found,
        ("ivory", "pangolin", "ceramic"),
        training=[*found.samples, *drawn],
        config=parse_config({"train": {"head": {"rendered_share_of_many": share_of_many}}}),
        taxonomy=load_taxonomy(),
    )
    entries = {entry.id: entry for entry in calibrated_with.categories}
    assert entries["ivory"].evidence.photos >= 50
    assert entries["ivory"].evidence.synthetic_photos == counted
    assert entries["pangolin"].evidence == Evidence(photos=5, sources=5, synthetic_photos=1)


def entry(category: str, status: str) -> CategoryEntry:
    return CategoryEntry(
        id=category,
        status=status,  # type: ignore[arg-type]
        calibration=Calibration(slope=1, intercept=0, basis="pooled"),
        evidence=Evidence(photos=1, sources=1, synthetic_photos=0),
    )


ENTRIES = [entry("ivory", "supported"), entry("pangolin", "experimental"), entry("bone", "supported")]
IDS = tuple(e.id for e in ENTRIES)


def scored(*, everyday: int = 4000, owners: int = 40) -> LabelledScores:
    """Everyday photos with uniform scores, and photos of two products that score above nearly all of them."""
    rng = np.random.default_rng(0)
    samples = [sample(source=f"s{n % owners}") for n in range(everyday)]
    samples += [
        sample(product, source=f"{product}{n % 8}") for product in ("ivory", "pangolin") for n in range(80)
    ]
    scores = rng.random((len(samples), 3)) * (1, 1, 0)  # nothing is a look-alike's
    scores[everyday : everyday + 80, 0] = rng.uniform(0.985, 1, 80)
    scores[everyday + 80 :, 1] = rng.uniform(0.995, 1, 80)
    shown = np.array([[i in s.labels for i in ("ivory", "pangolin", "bone")] for s in samples])
    label_mask = np.ones(shown.shape, bool)
    return LabelledScores(tuple(samples), scores, shown, label_mask)


def test_policies_spend_what_they_were_given_and_say_what_became_of_it() -> None:
    found = scored()
    policies = choose_policies(found, ENTRIES, load_taxonomy())
    everyday = found.scores[:4000]
    for name, (review, flag) in POLICIES.items():
        policy = policies[name]
        assert (policy.asked_review, policy.asked_flag) == (review, flag)
        assert set(policy.thresholds) == {"ivory", "pangolin"}
        assert policy.thresholds["pangolin"].flag is None  # experimental
        flags = policy.thresholds["ivory"].flag
        assert flags is not None
        assert np.mean(everyday[:, 0] >= flags) <= flag + 1e-9
        reached = np.zeros(4000, bool)
        for column, product in enumerate(("ivory", "pangolin")):
            limit = policy.thresholds[product].review
            assert limit is not None
            reached |= everyday[:, column] >= limit
        assert reached.mean() <= review + 1e-9
        measured = policy.measured
        assert measured is not None
        assert (measured.photos, measured.sources) == (4000, 40)
        assert measured.flag.low <= flag + 0.001
        assert measured.flag.value >= flag / 2
        assert measured.review.value <= review * 1.3
    found_review = policies["balanced"].thresholds["pangolin"].measured
    assert found_review is not None
    assert found_review.found_review is not None
    assert found_review.found_review.value > 0.9


def test_the_sources_with_most_false_alarms_are_named() -> None:
    found = scored()
    hard = [row for row, s in enumerate(found.samples) if s.source == "s7" and not s.labels]
    found.scores[hard, 0] = 0.9999
    measured = choose_policies(found, ENTRIES, load_taxonomy())["balanced"].measured
    assert measured is not None
    assert measured.hardest[0].source == "s7"
    assert measured.hardest[0].reviewed == measured.hardest[0].photos == len(hard)
    assert all(row.reviewed >= row.flagged for row in measured.hardest)
    assert sum(row.reviewed for row in measured.hardest) <= measured.photos


def test_a_product_that_was_never_found_takes_nobodys_time() -> None:
    found = scored()
    found.positive[:, 1] = False
    policies = choose_policies(found, ENTRIES, load_taxonomy())
    assert {policy.thresholds["pangolin"].review for policy in policies.values()} == {None}


def test_unknown_labels_and_large_owners_do_not_set_thresholds() -> None:
    found = scored()
    plain = product_curves(found, IDS, load_taxonomy())
    huge = [sample(source="huge") for _ in range(4000)]
    more = LabelledScores(
        (*found.samples, *huge),
        np.concatenate([found.scores, np.full((4000, 3), 0.9999)]),
        np.concatenate([found.positive, np.zeros((4000, 3), bool)]),
        np.concatenate([found.label_mask, np.ones((4000, 3), bool)]),
    )
    curve = product_curves(more, IDS, load_taxonomy()).review["ivory"]
    # One owner weighs as fifty photos, beside two thousand.
    at = np.interp(-0.9999, [-score for score, _ in curve], [share for _, share in curve])
    assert at < 0.05
    assert plain.found["ivory"][-1] == pytest.approx(8 / (8 + PRIOR_OWNERS), abs=1e-6)
    found.label_mask[4000:4040, 0] = False
    assert product_curves(found, IDS, load_taxonomy()).found["ivory"][-1] == plain.found["ivory"][-1]


def test_review_curves_say_what_share_reaches_each_score() -> None:
    found = scored()
    curves = product_curves(found, IDS, load_taxonomy())
    curve = curves.review["ivory"]
    assert all(a[0] > b[0] and a[1] <= b[1] for a, b in itertools.pairwise(curve))
    for (score, share), worth in zip(curve, curves.found["ivory"], strict=True):
        assert MARGIN * np.mean(found.scores[:4000, 0] >= score) == pytest.approx(share, abs=1e-5)
        reach = np.mean(found.scores[4000:4080, 0] >= score)
        assert worth == pytest.approx(8 / (8 + PRIOR_OWNERS) * reach, abs=1e-5)
    assert curve[0][1] == 0
    assert curve[-1][1] == pytest.approx(0.5 * MARGIN, abs=0.01)


def test_alarms_on_look_alikes_cost_what_they_are_said_to() -> None:
    found = scored()
    bones = tuple(sample("bone", source=f"b{n % 40}") for n in range(1000))
    more = LabelledScores(
        (*found.samples, *bones),
        np.concatenate([found.scores, np.full((1000, 3), 0.999)]),
        np.concatenate([found.positive, np.zeros((1000, 3), bool)]),
        np.concatenate([found.label_mask, np.ones((1000, 3), bool)]),
    )
    flags = []
    for cost in (0.0, 0.2, 1.0):
        policy = choose_policies(more, ENTRIES, load_taxonomy(), lookalike_cost=cost)["balanced"]
        flags.append(policy.thresholds["ivory"].flag)
        assert policy.measured is not None
        assert policy.measured.photos == 4000  # what is promised is promised of everyday photos
    assert flags[0] is not None
    assert flags[1] is not None
    assert flags[0] < 0.999 < flags[1]
