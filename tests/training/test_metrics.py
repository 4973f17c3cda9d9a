from __future__ import annotations

import numpy as np
import pytest

from training.metrics import (
    average_precision,
    expected_calibration_error,
    precision_at_prevalence,
    threshold_at_fpr,
    tpr_at_fpr,
    with_interval,
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
