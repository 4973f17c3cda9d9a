"""What the library computes with numpy alone is what scikit-learn computes."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from wildvision.adapt.folds import stratified_folds
from wildvision.adapt.metrics import area_under_roc, average_precision, precision_recall
from wildvision.adapt.scaling import fit_scaling, log_loss, rising_levels, scaled

metrics = pytest.importorskip("sklearn.metrics")
isotonic = pytest.importorskip("sklearn.isotonic")
linear_model = pytest.importorskip("sklearn.linear_model")
model_selection = pytest.importorskip("sklearn.model_selection")

SEEDS = range(6)


def drawn(seed: int, count: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Scores of one decimal, so that many are equal, and a truth that follows them."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(0, 2, count).round(1)
    truth = rng.random(count) < 1 / (1 + np.exp(3 - scores))
    truth[:2] = True, False
    return scores, truth


@pytest.mark.parametrize("seed", SEEDS)
def test_metrics(seed: int) -> None:
    scores, truth = drawn(seed)
    assert area_under_roc(scores, truth) == pytest.approx(metrics.roc_auc_score(truth, scores), abs=1e-12)
    expected = metrics.average_precision_score(truth, scores)
    assert average_precision(scores, truth) == pytest.approx(expected, abs=1e-12)
    precision, recall, thresholds = metrics.precision_recall_curve(truth, scores)
    theirs = dict(
        zip(thresholds.tolist(), zip(precision.tolist(), recall.tolist(), strict=False), strict=False)
    )
    for point in precision_recall(scores, truth, points=1000):
        assert (point.precision, point.recall) == pytest.approx(theirs[point.threshold], abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_isotonic_levels(seed: int) -> None:
    scores, truth = drawn(seed)
    expected = isotonic.IsotonicRegression(out_of_bounds="clip").fit_transform(scores, truth)
    assert rising_levels(scores, truth) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_platt(seed: int) -> None:
    scores, truth = drawn(seed)
    model = linear_model.LogisticRegression(C=1e6, tol=1e-10, max_iter=10_000).fit(scores[:, None], truth)
    ours = fit_scaling("platt", scores, truth, basis="pooled")
    assert ours.slope == pytest.approx(model.coef_[0, 0], abs=1e-4)
    assert ours.intercept == pytest.approx(model.intercept_[0], abs=1e-4)


@pytest.mark.parametrize("gap", [0.01, 1.0, 30.0])
def test_platt_of_what_one_threshold_divides(gap: float) -> None:
    scores = np.concatenate([np.linspace(-3, -gap, 20), np.linspace(gap, 60, 20)])
    truth = scores > 0
    ours = fit_scaling("platt", scores, truth, basis="pooled")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = linear_model.LogisticRegression(C=1e6, tol=1e-10, max_iter=10_000).fit(scores[:, None], truth)
    theirs = model.predict_proba(scores[:, None])[:, 1]
    assert 0 < ours.slope < np.inf
    assert log_loss(scaled(scores, ours), truth) <= log_loss(theirs, truth) + 1e-6


@pytest.mark.parametrize("seed", SEEDS)
def test_temperature(seed: int) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    scores, truth = drawn(seed)

    def loss(log_slope: float) -> float:
        return log_loss(1 / (1 + np.exp(-np.exp(log_slope) * scores)), truth)

    found = optimize.minimize_scalar(loss, bounds=(-5, 5), method="bounded", options={"xatol": 1e-8})
    assert fit_scaling("temperature", scores, truth, basis="pooled").slope == pytest.approx(
        np.exp(found.x), rel=1e-4
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("folds", [2, 5])
def test_stratified_folds(seed: int, folds: int) -> None:
    _, truth = drawn(seed)
    groups = np.array([f"g{n}" for n in np.random.default_rng(seed).integers(0, 30, len(truth)) ** 2 // 40])
    ours = stratified_folds(truth, groups, folds=folds)
    splitter = model_selection.StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=0)
    theirs = np.zeros(len(truth), np.int64)
    for fold, (_, outside) in enumerate(splitter.split(truth, truth, groups)):
        theirs[outside] = fold
    assert ours.tolist() == theirs.tolist()
