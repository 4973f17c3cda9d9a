from __future__ import annotations

import numpy as np
import pytest

from wildvision.adapt.metrics import (
    average_precision,
    expected_calibration_error,
    flag_precision,
    precision_at_prevalence,
    precision_recall,
    reliability,
    share_interval,
    threshold_at_fpr,
    tpr_at_fpr,
    with_interval,
    with_intervals,
)


def test_the_threshold_lets_the_stated_share_pass() -> None:
    negatives = np.arange(100) / 100
    for rate, passing in ((0.0, 0), (0.01, 1), (0.05, 5), (0.5, 50)):
        assert (negatives > threshold_at_fpr(negatives, rate)).sum() == passing
    ties = np.zeros(100)
    assert (ties > threshold_at_fpr(ties, 0.5)).sum() == 0


def test_tpr_at_fpr_by_hand() -> None:
    truth = np.array([True] * 4 + [False] * 100)
    scores = np.concatenate([[0.995, 0.97, 0.5, 0.985], np.arange(100) / 100])
    assert tpr_at_fpr(0.01)(scores, truth) == 0.5
    assert tpr_at_fpr(0.05)(scores, truth) == 0.75


def test_calibration_error_by_hand() -> None:
    scores = np.array([0.95] * 10 + [0.05] * 10)
    assert expected_calibration_error(scores, scores > 0.5) == pytest.approx(0.05)
    assert expected_calibration_error(scores, scores < 0.5) == pytest.approx(0.95)
    assert expected_calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0


def test_precision_falls_with_prevalence() -> None:
    assert precision_at_prevalence(tpr=0.9, fpr=0.012, prevalence=0.013) == pytest.approx(0.497, abs=1e-3)
    assert precision_at_prevalence(tpr=0.0, fpr=0.0, prevalence=0.01) is None


def test_an_interval_holds_its_value_and_widens_with_fewer_sources() -> None:
    rng = np.random.default_rng(0)
    truth = rng.random(400) < 0.4
    scores = truth * 0.4 + rng.random(400)
    many = with_interval(average_precision, scores, truth, [f"s{i % 40}" for i in range(400)], rounds=200)
    # One source of three is all wrong: its absence or repetition must show.
    scores[:133] = 1 - scores[:133]
    few = with_interval(average_precision, scores, truth, [f"s{i // 134}" for i in range(400)], rounds=200)
    assert many.low < many.value < many.high
    assert few.low <= few.value <= few.high
    assert few.high - few.low > 1.5 * (many.high - many.low)


def test_metrics_measured_together_are_those_measured_alone() -> None:
    rng = np.random.default_rng(1)
    truth = rng.random(60) < 0.5
    scores, sources = truth * 0.3 + rng.random(60), [f"s{i % 5}" for i in range(60)]
    metrics = {"precision": average_precision, "found": tpr_at_fpr(0.05)}
    together = with_intervals(metrics, scores, truth, sources, rounds=50)
    assert together == {
        name: with_interval(metric, scores, truth, sources, rounds=50) for name, metric in metrics.items()
    }
    assert together["precision"] != together["found"]


def test_one_sided_truth_is_refused_instead_of_drawing_for_ever() -> None:
    for truth in (np.ones(4, bool), np.zeros(4, bool)):
        with pytest.raises(ValueError, match="with and without"):
            with_interval(average_precision, np.arange(4.0), truth, ["a"] * 4)


def test_reliability_bins_by_hand() -> None:
    low, high = reliability(np.array([0.0, 0.2, 0.95, 1.0]), np.array([False, True, True, True]), bins=2)
    assert (low.photos, low.mean_score, low.share_shown) == (2, pytest.approx(0.1), 0.5)
    assert (high.low, high.high, high.photos, high.share_shown) == (0.5, 1.0, 2, 1.0)


def test_the_precision_recall_curve_by_hand() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.1])
    curve = precision_recall(scores, np.array([True, False, True, False, False]))
    assert [(p.threshold, p.precision, p.recall) for p in curve] == [
        (0.9, 1.0, 0.5),
        (0.7, pytest.approx(2 / 3), 1.0),
    ]


def test_thresholds_that_find_nothing_are_not_on_the_curve() -> None:
    (point,) = precision_recall(np.array([0.9, 0.8, 0.1]), np.array([False, True, False]))
    assert (point.threshold, point.precision, point.recall) == (0.8, 0.5, 1.0)


def test_a_long_curve_is_thinned_and_keeps_its_ends() -> None:
    rng = np.random.default_rng(2)
    truth = rng.random(2000) < 0.5
    curve = precision_recall(truth + rng.normal(0, 1, 2000), truth, points=40)
    recalls = [point.recall for point in curve]
    assert len(curve) == 40
    assert recalls == sorted(recalls)
    assert recalls[-1] == 1.0
    assert recalls[0] == pytest.approx(1 / truth.sum())


def test_precision_of_flags_is_undefined_without_any() -> None:
    truth = np.array([True, True, False, False])
    assert flag_precision(0.01)(np.array([1.0, 0, 1, 0]), truth) == pytest.approx(0.01)
    assert np.isnan(flag_precision(0.01)(np.zeros(4), truth))


def test_the_interval_of_a_share_widens_when_one_source_has_it_all() -> None:
    chosen = np.arange(40) < 10
    spread = share_interval(chosen, [f"s{i % 10}" for i in range(40)], rounds=300)
    bunched = share_interval(chosen, [f"s{i // 10}" for i in range(40)], rounds=300)
    assert spread.value == bunched.value == 0.25
    assert bunched.high - bunched.low > 1.5 * (spread.high - spread.low)
