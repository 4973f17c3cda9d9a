from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from training.data import (
    Sample,
    digest,
    label_matrix,
    read_samples,
    sampling_weights,
    source_folds,
    trainable_categories,
)


def sample(labels: str = "", unsettled: str = "", source: str = "s") -> Sample:
    return Sample(
        path=Path("x"),
        labels=frozenset(labels.split()),
        unsettled=frozenset(unsettled.split()),
        source=source,
        licence="CC0",
        sha256="0",
    )


def test_uses_never_mix(shapes: Path) -> None:
    train, held_out = read_samples(shapes, use="train"), read_samples(shapes, use="eval")
    assert (len(train), len(held_out)) == (70, 26)
    assert not {s.source for s in train} & {s.source for s in held_out}


def test_a_missing_photo_is_named(shapes: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text((shapes / "manifest.csv").read_text())
    with pytest.raises(FileNotFoundError, match="70 photos"):
        read_samples(tmp_path, use="train")


def test_categories_follow_the_taxonomy_and_need_a_photo(shapes: Path) -> None:
    found = trainable_categories(read_samples(shapes, use="train"))
    assert found == ("ivory", "pangolin", "ceramic", "live_animal")


def test_what_is_not_known_is_masked() -> None:
    samples = [sample("ivory"), sample(unsettled="ivory"), sample("bone"), sample("statue"), sample()]
    targets, known = label_matrix(samples, ["ivory", "statue"])
    assert targets[:, 0].tolist() == [1, 0, 0, 0, 0]
    assert known[:, 0].tolist() == [True, False, True, True, True]
    # An ivory figure may be a statue too; a photo without any label is none.
    assert targets[:, 1].tolist() == [0, 0, 0, 1, 0]
    assert known[:, 1].tolist() == [False, True, False, True, True]


def test_no_source_crosses_a_fold_and_ivory_is_spread(shapes: Path) -> None:
    samples = read_samples(shapes, use="train")
    fold_of = source_folds(samples, folds=3, seed=0)
    folds_of_source: dict[str, set[int]] = {}
    for s, fold in zip(samples, fold_of, strict=True):
        folds_of_source.setdefault(s.source, set()).add(int(fold))
    assert all(len(folds) == 1 for folds in folds_of_source.values())
    assert folds_of_source["museum/a"] != folds_of_source["museum/b"]


def test_groups_are_drawn_by_the_root_of_their_size() -> None:
    samples = [sample("ivory")] * 100 + [sample("pangolin")] * 4
    weights = sampling_weights(samples)
    assert weights.sum() == pytest.approx(1)
    assert weights[:100].sum() / weights[100:].sum() == pytest.approx(5)


def test_the_digest_ignores_order_and_sees_labels(shapes: Path) -> None:
    samples = read_samples(shapes, use="train")
    assert digest(samples) == digest(samples[::-1])
    assert digest(samples) != digest(samples[1:])
    assert digest([sample("ivory")]) != digest([sample("bone")])


def test_every_group_names_labels_and_source(shapes: Path) -> None:
    groups = Counter(s.group for s in read_samples(shapes, use="train"))
    assert groups["ivory", "museum/a"] == 12
    assert np.sum(list(groups.values())) == 70
