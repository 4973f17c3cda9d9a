"""Laws of measuring and of thresholds, searched for exceptions."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wildvision.adapt.folds import stratified_folds
from wildvision.adapt.ladder import Ladder, ladder_of
from wildvision.adapt.metrics import area_under_roc, average_precision, exact_interval, further_interval
from wildvision.adapt.recalibrate import choose
from wildvision.adapt.scaling import fit_scaling, rising_levels, scaled
from wildvision.adapt.sketch import seen

settings.register_profile("laws", deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
settings.load_profile("laws")

PRODUCTS = ("ivory", "pangolin", "shark_fin")


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    """Ladders of random curves: falling scores, rising costs and gains."""
    curves, found = {}, {}
    for product in PRODUCTS:
        count = draw(st.integers(1, 8))
        scores = sorted({round(draw(st.floats(0, 1)), 4) for _ in range(count)}, reverse=True)
        costs = sorted(draw(st.floats(0, 0.5)) for _ in scores)
        gains = sorted(draw(st.floats(0, 1)) for _ in scores)
        curves[product] = tuple(zip(scores, costs, strict=True))
        found[product] = tuple(gains)
    return ladder_of(curves, found, PRODUCTS)


def photos(seed: int, count: int) -> np.ndarray:
    return np.random.default_rng(seed).beta(0.3, 3, (count, len(PRODUCTS)))


@given(ladders(), st.integers(0, 100))
@settings(max_examples=30)
def test_a_larger_budget_never_raises_a_threshold_nor_loses_a_photo(ladder: Ladder, seed: int) -> None:
    finite = np.where(np.isfinite(ladder.thresholds), ladder.thresholds, 2.0)
    assert (np.diff(finite, axis=0) <= 0).all()
    scores = photos(seed, 60)
    entries = ladder.entries(scores)
    for rung in (0, 20, 100, 200):
        passes = (scores >= ladder.thresholds[rung]).any(axis=1)
        assert (passes == (entries <= rung)).all()


@given(ladders(), st.integers(0, 100), st.floats(0.02, 0.3))
@settings(max_examples=30)
def test_no_more_pass_than_were_asked_for(ladder: Ladder, seed: int, share: float) -> None:
    scores = photos(seed, 150)
    entries = ladder.entries(scores)
    found = choose((ladder, ladder), [entries, entries], share, share / 10)
    limits = ladder.thresholds[found.review]
    assert (scores >= limits).any(axis=1).mean() <= share
    assert found.flag <= found.review
    for interval in (found.promise.review, found.promise.flag):
        assert 0 <= interval.low <= interval.value <= interval.high <= 1


def test_promises_are_kept_as_often_as_they_say() -> None:
    """Photos of one platform in random order, whatever their scores are like."""
    curve = tuple((round(1 - n / 40, 6), round(0.5 * (n / 40) ** 3, 6)) for n in range(40))
    gains = tuple(n / 40 for n in range(40))
    ladder = ladder_of({"ivory": curve, "pangolin": curve}, {"ivory": gains, "pangolin": gains}, PRODUCTS)
    rng = np.random.default_rng(0)
    entries = ladder.entries(rng.beta(0.4, 2, (5000, 3)))
    kept = 0
    for _ in range(300):
        order = rng.permutation(len(entries))
        mine, rest = entries[order[:200]], entries[order[200:400]]
        found = choose((ladder, ladder), [mine, mine], 0.05, 0.01)
        share = float((rest <= found.review).mean())
        kept += found.promise.review.low <= share <= found.promise.review.high
    assert kept / 300 >= 0.93


@given(st.integers(0, 80), st.integers(1, 80))
def test_intervals_of_a_share_hold_it_and_the_further_one_is_wider(hits: int, more: int) -> None:
    total = hits + more
    low, high = exact_interval(hits, total)
    assert 0 <= low <= hits / total <= high <= 1
    further_low, further_high = further_interval(hits, total)
    assert further_low <= low + 1 / total
    assert further_high >= high - 1 / total


logits = st.lists(st.floats(-20, 20), min_size=12, max_size=60)


@given(logits, st.integers(0, 1000), st.sampled_from(["platt", "temperature", "isotonic"]))
@settings(max_examples=60)
def test_scaling_keeps_the_order_and_is_a_probability(values: list[float], seed: int, method: str) -> None:
    found = np.array(values)
    truth = np.random.default_rng(seed).random(len(found)) < 0.5
    truth[:2] = True, False
    calibration = fit_scaling(method, found, truth, basis="pooled")  # type: ignore[arg-type]
    scores = scaled(np.sort(found), calibration)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert (np.diff(scores) >= 0).all()
    levels = rising_levels(found, truth)
    assert (np.diff(levels[np.argsort(found, kind="stable")]) >= -1e-12).all()
    assert abs(levels.mean() - truth.mean()) < 1e-9


@given(logits, st.integers(0, 1000))
def test_ranking_metrics_know_only_the_order(values: list[float], seed: int) -> None:
    scores = np.round(np.array(values), 3)
    truth = np.random.default_rng(seed).random(len(scores)) < 0.4
    truth[:2] = True, False
    for metric in (area_under_roc, average_precision):
        assert metric(scores, truth) == metric(2 * scores + 1, truth)
        assert 0 <= metric(scores, truth) <= 1
    assert abs(area_under_roc(scores, truth) + area_under_roc(-scores, truth) - 1) < 1e-9


@given(st.lists(st.sampled_from("abcdefgh"), min_size=10, max_size=60), st.integers(0, 1000))
def test_no_group_crosses_a_fold(names: list[str], seed: int) -> None:
    groups = np.array(names)
    truth = np.random.default_rng(seed).random(len(groups)) < 0.5
    truth[:2] = True, False
    folds = min(3, len(np.unique(groups)))
    found = stratified_folds(truth, groups, folds=folds)
    assert set(found.tolist()) <= set(range(folds))
    for group in np.unique(groups):
        assert len(set(found[groups == group].tolist())) == 1


@given(st.integers(0, 1000), st.integers(0, 64))
def test_a_photo_is_seen_up_to_the_stated_distance(seed: int, bits: int) -> None:
    rng = np.random.default_rng(seed)
    known = rng.integers(0, 256, (20, 32), np.uint8)
    changed = np.unpackbits(known[7])
    changed[rng.choice(256, bits, replace=False)] ^= 1
    assert seen(np.packbits(changed)[None], known).item() == (bits <= 31)
