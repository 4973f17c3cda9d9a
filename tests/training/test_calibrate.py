from __future__ import annotations

import numpy as np
import pytest

from tests.training.test_data import sample
from training.calibrate import POLICIES, choose_policies, fit_categories, fit_platt
from wildvision.manifest import Calibration, CategoryEntry, Evidence


def test_platt_scaling_recovers_what_distorted_the_logits() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, 20_000).astype(np.float32)
    truth = rng.random(20_000) < 1 / (1 + np.exp(-(0.5 * logits - 1)))
    slope, intercept = fit_platt(logits, truth.astype(np.float32))
    assert slope == pytest.approx(0.5, abs=0.03)
    assert intercept == pytest.approx(-1, abs=0.06)


def test_thin_evidence_is_experimental_and_borrows_its_calibration() -> None:
    samples = (
        [sample("ivory", source=f"m{i % 3}") for i in range(60)]
        + [sample("pangolin", source=f"p{i}") for i in range(5)]
        + [sample("ceramic", source="only") for _ in range(80)]
        + [sample(source="shop") for _ in range(60)]
    )
    categories = ["ivory", "pangolin", "ceramic"]
    targets = np.array([[c in s.labels for c in categories] for s in samples], np.float32)
    rng = np.random.default_rng(0)
    logits = (targets * 4 - 2 + rng.normal(0, 1.5, targets.shape)).astype(np.float32)
    known = np.ones(targets.shape, bool)
    entries = {e.id: e for e in fit_categories(logits, targets, known, categories, samples)}
    assert [entries[c].status for c in categories] == ["supported", "experimental", "experimental"]
    assert [entries[c].calibration.basis for c in categories] == ["held-out sources", "pooled", "pooled"]
    assert entries["pangolin"].evidence == Evidence(photos=5, sources=5, synthetic_photos=0)


def entry(category: str, status: str) -> CategoryEntry:
    return CategoryEntry(
        id=category,
        status=status,  # type: ignore[arg-type]
        calibration=Calibration(slope=1, intercept=0, basis="pooled"),
        evidence=Evidence(photos=1, sources=1, synthetic_photos=0),
    )


def test_thresholds_hold_the_stated_share_of_photos_without_the_product() -> None:
    rng = np.random.default_rng(0)
    scores = rng.random((4000, 3))
    targets = np.zeros((4000, 3), np.float32)
    targets[:400] = 1
    known = np.ones((4000, 3), bool)
    known[400:1000, 0] = False
    scores[400:1000, 0] = 1.0  # not known: must not push the threshold up
    entries = [entry("ivory", "supported"), entry("pangolin", "experimental"), entry("bone", "supported")]
    policies = choose_policies(scores, targets, known, entries)
    for name, (review, flag) in POLICIES.items():
        threshold = policies[name].thresholds["ivory"]
        assert threshold.flag is not None
        assert threshold.review is not None
        assert np.mean(scores[1000:, 0] >= threshold.flag) == pytest.approx(flag, abs=1 / 3000)
        assert np.mean(scores[1000:, 0] >= threshold.review) == pytest.approx(review, abs=1 / 3000)
        assert policies[name].thresholds["pangolin"].flag is None
        assert "bone" not in policies[name].thresholds
    assert policies["strict"].thresholds["pangolin"].review is None
