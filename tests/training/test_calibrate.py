from __future__ import annotations

import itertools

import msgspec
import numpy as np
import pytest

from tests.training.test_learning import sample
from training.calibrate import HeldOut, calibrate_scores
from training.config import Config, parse_config
from training.scaling import choose_scaling, fit_scaling, log_loss, scaled
from training.thresholds import POLICIES, choose_policies, review_curves
from wildvision.manifest import Calibration, CategoryEntry, Evidence
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


def held_out() -> HeldOut:
    samples = (
        [sample("ivory", source=f"m{i % 3}") for i in range(60)]
        + [sample("pangolin", source=f"p{i}") for i in range(5)]
        + [sample("ceramic", source="only") for _ in range(80)]
        + [sample(source=f"shop{i % 4}") for i in range(60)]
    )
    targets = np.array([[c in s.labels for c in ("ivory", "pangolin", "ceramic")] for s in samples])
    rng = np.random.default_rng(0)
    logits = (targets * 4 - 2 + rng.normal(0, 1.5, targets.shape)).astype(np.float32)
    return HeldOut(samples=tuple(samples), logits=logits)


def test_thin_evidence_is_experimental_and_borrows_its_calibration() -> None:
    found = held_out()
    calibrated = calibrate_scores(
        found,
        ("ivory", "pangolin", "ceramic"),
        training=found.samples,
        config=Config(),
        taxonomy=load_taxonomy(),
    )
    entries = {entry.id: entry for entry in calibrated.categories}
    assert [e.status for e in calibrated.categories] == ["supported", "experimental", "experimental"]
    assert [e.calibration.basis for e in calibrated.categories] == [BASIS, "pooled", "pooled"]
    assert entries["pangolin"].evidence == Evidence(photos=5, sources=5, synthetic_photos=0)
    assert set(calibrated.review_curves) == {"ivory", "pangolin"}


@pytest.mark.parametrize(("share_of_many", "counted"), [(0.05, 1), (0.0, 0)])
def test_renderings_are_evidence_only_where_they_taught(share_of_many: float, counted: int) -> None:
    found = held_out()
    drawn = [
        msgspec.structs.replace(found.samples[0], labels=frozenset({i}), synthetic=True, source="drawn")
        for i in ("ivory", "pangolin")
    ]
    calibrated = calibrate_scores(
        found,
        ("ivory", "pangolin", "ceramic"),
        training=[*found.samples, *drawn],
        config=parse_config({"train": {"head": {"rendered_share_of_many": share_of_many}}}),
        taxonomy=load_taxonomy(),
    )
    entries = {entry.id: entry for entry in calibrated.categories}
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


def uniform() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    scores = np.random.default_rng(0).random((4000, 3))
    targets = np.zeros((4000, 3), np.float32)
    targets[:400] = 1
    known = np.ones((4000, 3), bool)
    known[400:1000, 0] = False
    scores[400:1000, 0] = 1.0  # not known: must not push the threshold up
    return scores, targets, known


def test_thresholds_hold_the_stated_share_of_photos_without_the_product() -> None:
    scores, targets, known = uniform()
    policies = choose_policies(scores, targets, known, ENTRIES, load_taxonomy())
    for name, (review, flag) in POLICIES.items():
        threshold = policies[name].thresholds["ivory"]
        assert threshold.flag is not None
        assert threshold.review is not None
        assert np.mean(scores[1000:, 0] >= threshold.flag) == pytest.approx(flag, abs=1 / 3000)
        assert np.mean(scores[1000:, 0] >= threshold.review) == pytest.approx(review, abs=1 / 3000)
        assert policies[name].thresholds["pangolin"].flag is None
        assert "bone" not in policies[name].thresholds
    assert policies["strict"].thresholds["pangolin"].review is None


def test_review_curves_say_what_share_reaches_each_score() -> None:
    scores, targets, known = uniform()
    curve = review_curves(scores, targets, known, ENTRIES, load_taxonomy())["ivory"]
    assert all(a[0] > b[0] and a[1] <= b[1] for a, b in itertools.pairwise(curve))
    for score, share in curve:
        assert np.mean(scores[1000:, 0] >= score) == pytest.approx(share, abs=1e-5)
    assert curve[0][1] == 0
    assert curve[-1][1] == pytest.approx(0.5, abs=0.01)
