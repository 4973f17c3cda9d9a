from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from wildvision.adapt.head import (
    Facts,
    HeadSettings,
    balanced_importance,
    fit_linear_head,
    owner_directions,
    rendered_shift,
)

LinearRegression = pytest.importorskip("sklearn.linear_model").LogisticRegression


@pytest.mark.parametrize("inverse_penalty", [3e-4, 3e-3, 3e-2])
def test_a_head_is_what_scikit_learn_fits(inverse_penalty: float) -> None:
    """One implementation serves teaching and training; both rest on this. scikit-learn fits in float64."""
    rng = np.random.default_rng(0)
    features = rng.gamma(1, 2, (600, 200)).astype(np.float32)
    shown = features[:, :5].sum(axis=1) + rng.normal(0, 2, 600) > 14
    owner = rng.integers(0, 12, 600)
    none = np.zeros(600, np.bool_)
    settings = HeadSettings(inverse_penalty=inverse_penalty, owner_penalty=0.0, align_renderings=False)
    weights, bias = fit_linear_head(
        features,
        shown[:, None].astype(np.float32),
        np.ones((600, 1), np.bool_),
        facts=Facts(owner=owner, rendered=none, product=shown, named=shown, kind=shown.astype(np.intp)),
        settings=settings,
        odds=np.array([1.0]),
    )
    exact = features.astype(np.float64)
    scale = exact.std(axis=0)
    standard = (exact - exact.mean(axis=0)) / scale
    importance = balanced_importance(shown, owner, none, cap=settings.source_cap, rendered_share=0.2)
    alone = LinearRegression(C=inverse_penalty, tol=1e-10, max_iter=10_000).fit(
        standard, shown, sample_weight=importance
    )
    expected = np.asarray(alone.coef_)[0] / scale
    assert weights[0] == pytest.approx(expected, abs=1e-4 * float(np.abs(expected).max()))
    logits = features @ weights[0] + bias[0]
    assert logits == pytest.approx(standard @ np.asarray(alone.coef_)[0] + alone.intercept_[0], abs=1e-4)


def test_a_head_behind_renderings_and_owners_is_what_scikit_learn_fits_on_what_it_sees() -> None:
    rng = np.random.default_rng(1)
    owner, rendered = rng.integers(0, 12, 600), np.arange(600) >= 450
    features = (rng.gamma(1, 2, (600, 200)) + rng.normal(0, 1, (12, 200))[owner]).astype(np.float32)
    features += rendered[:, None] * rng.normal(0, 1, 200).astype(np.float32)
    shown = features[:, :5].sum(axis=1) + rng.normal(0, 2, 600) > 18
    settings = HeadSettings(inverse_penalty=3e-3, owner_penalty=0.3, rendered_below=600)
    facts = Facts(owner=owner, rendered=rendered, product=shown, named=shown, kind=shown.astype(np.intp))
    weights, bias = fit_linear_head(
        features,
        shown[:, None].astype(np.float32),
        np.ones((600, 1), np.bool_),
        facts=facts,
        settings=settings,
        odds=np.array([1.0]),
    )
    moved = features.astype(np.float64) + rendered[:, None] * rendered_shift(features, facts)
    standard = (moved - moved.mean(axis=0)) / moved.std(axis=0)
    directions, factors = owner_directions(
        standard.astype(np.float32), facts, facts.product, settings.owner_penalty
    )
    seen = standard + ((standard @ directions.T) * (factors - 1)) @ directions
    importance = balanced_importance(shown, owner, rendered, cap=settings.source_cap, rendered_share=0.2)
    alone = LinearRegression(C=3e-3, tol=1e-10, max_iter=10_000).fit(seen, shown, sample_weight=importance)
    wanted = seen @ np.asarray(alone.coef_)[0] + alone.intercept_[0]
    assert len(factors) == 12
    assert (features @ weights[0] + bias[0])[~rendered] == pytest.approx(wanted[~rendered], abs=1e-4)


def test_categories_of_many_photos_see_the_first_features_alone() -> None:
    rng = np.random.default_rng(2)
    features = rng.gamma(1, 2, (400, 30)).astype(np.float32)
    targets = np.zeros((400, 2), np.float32)
    targets[:60, 0] = targets[60:70, 1] = 1
    features[:60, 0] += 3
    features[:60, 20] += 3
    features[60:70, 20] += 5
    none, every = np.zeros(400, np.bool_), np.ones((400, 2), np.bool_)
    facts = Facts(
        owner=rng.integers(0, 9, 400),
        rendered=none,
        product=targets.max(axis=1) > 0,
        named=none,
        kind=np.zeros(400, np.intp),
    )
    labels = {"label_mask": every, "targets": targets, "facts": facts}
    settings = HeadSettings(inverse_penalty=0.01)
    weights, bias = fit_linear_head(features, **labels, settings=replace(settings, many_share=0.5))
    narrow, wide = (fit_linear_head(features[:, :width], **labels, settings=settings) for width in (15, 30))
    np.testing.assert_allclose(weights[0, :15], narrow[0][0], atol=1e-6)
    assert not weights[0, 15:].any()
    np.testing.assert_allclose(weights[1], wide[0][1], atol=1e-6)
    assert abs(weights[1, 20]) > 0.1
    np.testing.assert_allclose(bias, (narrow[1][0], wide[1][1]), atol=1e-5)


def test_what_one_owner_alone_shows_can_be_taught_where_everyday_photos_say_how_owners_differ() -> None:
    """An owner of nothing but herbs differs from the others by what herbs look like."""
    rng = np.random.default_rng(3)
    owner = np.repeat(np.arange(20), 30)
    features = rng.normal(0, 1, (600, 60)).astype(np.float32)
    herbs, taught = owner >= 16, np.arange(600) % 30 < 2
    features[herbs, 0] += 4
    features[:, 1] += 2 * rng.normal(0, 1, 20)[owner]  # light, which owners differ by
    none = np.zeros(600, np.bool_)
    facts = Facts(owner=owner, rendered=none, product=none, named=herbs, kind=herbs.astype(np.intp))
    part = ~herbs | ((owner == 16) & taught)
    told = [owner_directions(features, facts, told, 1.0) for told in (facts.product, facts.named)]
    along = [
        factors @ directions[:, :2] ** 2 + 1 - (directions[:, :2] ** 2).sum(axis=0)
        for directions, factors in told
    ]
    assert along[0][0] < 0.7  # herbs are shrunk where their owners count
    assert along[1][0] > 0.9
    assert max(along[0][1], along[1][1]) < 0.8  # and light in both
    found: list[float] = []
    for everyday in (False, True):
        weights, bias = fit_linear_head(
            features[part],
            herbs[part, None].astype(np.float32),
            np.ones((int(part.sum()), 1), np.bool_),
            facts=facts.take(part),
            settings=HeadSettings(inverse_penalty=1e-3, owner_penalty=1.0, everyday_owners=everyday),
        )
        found.append(float(weights[0, 0] / np.linalg.norm(weights[0])))
        assert np.isfinite(bias).all()
    assert found[1] > 0.5
    assert found[1] >= found[0]


def test_renderings_weigh_what_is_said_beside_few_photos_and_as_ever_beside_many() -> None:
    rng = np.random.default_rng(4)
    features = rng.normal(0, 1, (400, 20)).astype(np.float32)
    shown, rendered = np.arange(400) < 40, np.arange(400) % 2 == 1
    features[shown & rendered, 0] += 4
    features[shown & ~rendered, 1] += 4
    facts = Facts(
        owner=np.arange(400) % 40, rendered=rendered, product=shown, named=shown, kind=shown.astype(np.intp)
    )

    plain = HeadSettings(inverse_penalty=1e-3, align_renderings=False)

    def leaning(settings: HeadSettings) -> float:
        weights, _ = fit_linear_head(
            features,
            shown[:, None].astype(np.float32),
            np.ones((400, 1), np.bool_),
            facts=facts,
            settings=settings,
        )
        return float(weights[0, 0] / weights[0, 1])

    hundredth, twentieth, fifth = (replace(plain, rendered_shown=share) for share in (0.01, 0.05, 0.2))
    assert leaning(hundredth) < leaning(twentieth) < 0.5 * leaning(plain)
    assert leaning(fifth) == pytest.approx(leaning(plain), rel=1e-3)
    assert leaning(replace(hundredth, rendered_below=20)) == leaning(replace(plain, rendered_below=20))
