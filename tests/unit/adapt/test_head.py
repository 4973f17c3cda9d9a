from __future__ import annotations

import numpy as np
import pytest

from wildvision.adapt.head import Facts, HeadSettings, balanced_importance, fit_linear_head

LinearRegression = pytest.importorskip("sklearn.linear_model").LogisticRegression


def test_a_head_is_what_scikit_learn_fits() -> None:
    """One implementation serves teaching and training; both rest on this."""
    rng = np.random.default_rng(0)
    features = rng.gamma(1, 2, (600, 200)).astype(np.float32)
    shown = features[:, :5].sum(axis=1) + rng.normal(0, 2, 600) > 14
    owner = rng.integers(0, 12, 600)
    none = np.zeros(600, np.bool_)
    settings = HeadSettings(inverse_penalty=3e-3, owner_penalty=0.0, align_renderings=False)
    weights, bias = fit_linear_head(
        features,
        shown[:, None].astype(np.float32),
        np.ones((600, 1), np.bool_),
        facts=Facts(owner=owner, rendered=none, product=shown, named=shown, kind=shown.astype(np.intp)),
        settings=settings,
        odds=np.array([1.0]),
    )
    scale = features.std(axis=0)
    importance = balanced_importance(shown, owner, none, cap=settings.source_cap, rendered_share=0.2)
    alone = LinearRegression(C=3e-3, tol=1e-10, max_iter=10_000).fit(
        (features - features.mean(axis=0)) / scale, shown, sample_weight=importance
    )
    expected = np.asarray(alone.coef_)[0] / scale
    assert weights[0] == pytest.approx(expected, abs=1e-3 * float(np.abs(expected).max()))
    logits = features @ weights[0] + bias[0]
    wanted = ((features - features.mean(axis=0)) / scale) @ np.asarray(alone.coef_)[0] + alone.intercept_[0]
    assert logits == pytest.approx(wanted, abs=1e-3)
