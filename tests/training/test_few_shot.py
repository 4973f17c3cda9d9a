from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from training.data.samples import Sample
from training.few_shot import Mean, _Bench, table_of
from training.network.head import facts_of
from training.release.background import KEPT_ALL, KEPT_RENDERED, choose_rows
from wildvision.adapt.head import HeadSettings
from wildvision.adapt.views import VIEWS


def photo(source: str, *labels: str, synthetic: bool = False) -> Sample:
    return Sample(
        path=Path("a.jpg"),
        labels=frozenset(labels),
        source=source,
        sha256="0",
        group=source,
        synthetic=synthetic,
    )


def bench() -> _Bench:
    """Ivory of eight owners, which two of the features show, among everyday photos of thirty."""
    rng = np.random.default_rng(0)
    samples = [photo(f"museum{n % 8}", "ivory") for n in range(24)]
    samples += [photo(f"shop{n % 30}") for n in range(600)]
    samples += [photo("drawn", *labels, synthetic=True) for labels in (("ivory",), ()) for _ in range(30)]
    positive = np.array(["ivory" in sample.labels for sample in samples])
    features = rng.gamma(1, 1, (len(samples), 20)).astype(np.float32)
    features[positive, :2] += 4
    every = np.ones((len(samples), 1), np.bool_)
    return _Bench(
        features,
        features,
        lambda rows: np.repeat(features[rows, None], VIEWS, axis=1),
        positive[:, None].astype(np.float32),
        every,
        ("ivory",),
        facts_of(samples),
        np.arange(len(samples)),
        HeadSettings(inverse_penalty=0.01),
    )


def test_nobody_who_taught_judges() -> None:
    one = bench()
    positive, label_mask = one.targets[:, 0] > 0.5, one.label_mask[:, 0]
    for seed in range(5):
        draw = one._draw(positive, label_mask, 5, False, seed)
        assert draw is not None
        owner = one.facts.owner
        assert (
            len(draw.taught) == len(np.unique(owner[draw.taught])) == 5
        )  # one of each before a second of any
        learned = set(owner[np.concatenate([draw.taught, draw.behind])])
        assert not learned & set(owner[np.concatenate([draw.judged, draw.others])])
        assert positive[draw.judged].all()
        assert not positive[draw.behind].any()
        assert not one.facts.rendered[np.concatenate([draw.judged, draw.others])].any()


def test_look_alikes_do_not_count_among_everyday_photos() -> None:
    one = bench()
    alike = np.arange(24, 624, 4)
    features = one.features.copy()
    features[alike, :2] += 3
    named = one.facts.named.copy()
    named[alike] = True
    mixed = replace(one, features=features, behind=features, facts=replace(one.facts, named=named))
    row = mixed.measure("ivory", 5, rendered=False, draws=4)
    assert row is not None
    assert row.everyday_at_1.value > row.at_1.value + 0.2
    plain = one.measure("ivory", 5, rendered=False, draws=4)
    assert plain is not None
    assert plain.everyday_at_1 == plain.at_1  # all others are everyday photos


def test_what_can_be_learned_is_found_and_renderings_stand_behind_it_when_asked() -> None:
    one = bench()
    for rendered in (False, True):
        row = one.measure("ivory", 5, rendered=rendered, draws=4)
        assert row is not None
        assert row.at_5.value > 0.8
        assert row.at_1.value <= row.at_5.value
        assert 0 <= row.at_5.error < 0.5
        draw = one._draw(one.targets[:, 0] > 0.5, one.label_mask[:, 0], 5, rendered, 0)
        assert draw is not None
        assert (one.targets[draw.behind, 0] > 0.5).any() == rendered
    assert one.measure("ivory", 24, rendered=False, draws=2) is None  # nobody would be left to judge
    rows = [one.measure("ivory", 3, rendered=rendered, draws=2) for rendered in (False, True)]
    assert "| ivory | 3 | 3 |" in table_of([row for row in rows if row])


def test_a_mean_stands_with_its_standard_error() -> None:
    one = Mean.of(np.array([0.2, 0.4, 0.6, 0.8]))
    assert one.value == pytest.approx(0.5)
    assert one.error == pytest.approx(np.sqrt(0.2 / 3) / 2)
    assert str(one) == "0.50 ± 0.13"
    assert np.isnan(Mean.of(np.array([0.3])).error)


def test_the_background_keeps_small_owners_whole_and_a_share_of_large_ones() -> None:
    samples = [photo("small")] * KEPT_ALL + [photo("large")] * 500 + [photo("large", "bone")] * 3
    samples += [photo("drawn", "ivory", synthetic=True)] * 200
    kept = choose_rows(samples, seed=0)
    assert kept == choose_rows(samples, seed=0)
    assert len(set(kept)) == len(kept)
    small, large, bones, drawn = KEPT_ALL, 500, 3, 200
    edges = np.cumsum([0, small, large, bones, drawn])
    found = np.histogram(kept, edges)[0]
    assert found[0] == small
    assert KEPT_ALL < found[1] < large
    assert (found[2], found[3]) == (bones, KEPT_RENDERED)
