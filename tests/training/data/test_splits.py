from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest

from training.config import SplitConfig
from training.data.listing import ListedPhoto
from training.data.samples import Sample
from training.data.splits import assign_splits, group_folds
from training.errors import DatasetError, EvaluationOnlyError, SplitLeakError

QUARTERS = SplitConfig(train=0.4, calibration=0.2, validation=0.2, test=0.2)


def sample(group: str, *labels: str) -> Sample:
    return Sample(path=Path("x"), labels=frozenset(labels), source=group, sha256="0", group=group)


def row(source: str, *labels: str, **asks: str) -> ListedPhoto:
    return ListedPhoto(path=Path(f"{source}.jpg"), labels=frozenset(labels), source=source, **asks)  # pyright: ignore[reportArgumentType]


def assign(rows: list[ListedPhoto], *, shares: SplitConfig = QUARTERS, seed: int = 0) -> dict[str, str]:
    splits = assign_splits(rows, [row.source for row in rows], shares=shares, seed=seed)
    split_of = {row.source: split for row, split in zip(rows, splits, strict=True)}
    assert [split_of[row.source] for row in rows] == list(splits)  # no group crosses
    return split_of


def test_no_group_crosses_a_fold_and_ivory_is_spread() -> None:
    samples = [sample("museum/a", "ivory")] * 20 + [sample("museum/b", "ivory")] * 15 + [sample("c")] * 20
    samples += [sample(f"shop/{number}", "pangolin") for number in range(3)]
    fold_of = group_folds(samples, folds=3, seed=0)
    folds: dict[str, set[int]] = defaultdict(set)
    for photo, fold in zip(samples, fold_of, strict=True):
        folds[photo.group].add(int(fold))
    assert all(len(found) == 1 for found in folds.values())
    assert folds["museum/a"] != folds["museum/b"]
    assert len(set(fold_of.tolist())) == 3
    assert fold_of.dtype == np.int64


def test_a_product_rarer_than_folds_is_no_obstacle() -> None:
    samples = [sample(f"s{number}") for number in range(9)] + [sample("z", "ivory")]
    assert sorted(Counter(group_folds(samples, folds=5, seed=0).tolist())) == [0, 1, 2, 3, 4]


def test_each_owner_of_a_product_is_left_out_alone_where_folds_suffice() -> None:
    samples = [sample(f"p{n}", "pangolin") for n in range(9)] + [
        sample(f"t{n}", "elephant_tusk") for n in range(8)
    ]
    samples += [sample("both", "pangolin", "elephant_tusk", "bone")] * 3
    samples += [sample(f"s{n}", "bone") for n in range(20) for _ in range(n + 1)] + [sample("large")] * 400
    for seed in range(5):
        fold_of = group_folds(samples, folds=10, seed=seed)
        for product in ("pangolin", "elephant_tusk"):
            held_out = {
                (s.group, int(f)) for s, f in zip(samples, fold_of, strict=True) if product in s.labels
            }
            assert len({fold for _, fold in held_out}) == len(held_out)
        assert set(fold_of.tolist()) == set(range(10))


def test_with_few_folds_the_photos_of_a_product_are_spread() -> None:
    samples = [sample(f"m{n}", "ivory") for n, count in enumerate((8, 7, 6, 5, 4, 3)) for _ in range(count)]
    fold_of = group_folds(samples, folds=3, seed=0)
    assert sorted(Counter(fold_of.tolist()).values()) == [11, 11, 11]


def test_folds_need_groups() -> None:
    with pytest.raises(DatasetError, match="at least 3 groups"):
        group_folds([sample("a", "ivory"), sample("b")] * 5, folds=3, seed=0)


def test_every_product_spreads_over_the_splits() -> None:
    rows = [
        row(f"{label}/{n}", label)
        for label in ("ivory", "pangolin", "bone")
        for n in range(10)
        for _ in range(n + 1)
    ]
    split_of = assign(rows)
    found = Counter((split_of[row.source], next(iter(row.labels))) for row in rows)
    for label in ("ivory", "pangolin", "bone"):
        shares = [found[split, label] / 55 for split in ("train", "calibration", "validation", "test")]
        assert shares == pytest.approx([0.4, 0.2, 0.2, 0.2], abs=0.06)


def test_a_rare_product_is_not_lost_in_a_large_set() -> None:
    rows = [row(f"shop/{n}") for n in range(40) for _ in range(50)]
    rows += [row(f"market/{n}", "pangolin") for n in range(5)]
    split_of = assign(rows)
    assert len({split_of[f"market/{n}"] for n in range(5)}) == 4


def test_a_split_without_a_share_stays_empty() -> None:
    rows = [row(f"s{n}", "ivory") for n in range(20)]
    assert set(assign(rows, shares=SplitConfig()).values()) == {"train"}
    assert set(assign(rows, shares=SplitConfig(train=0.5, test=0.5)).values()) == {"train", "test"}


def test_splits_depend_on_the_seed_and_not_on_the_order() -> None:
    rows = [row(f"s{n}", "ivory") for n in range(30)]
    assert assign(rows) == assign(rows[::-1])
    assert assign(rows, seed=0) != assign(rows, seed=1)


def test_a_group_goes_where_its_rows_ask() -> None:
    rows = [row("a", "ivory", split="test"), row("a", "ivory"), row("b", split="validation"), row("c")]
    split_of = assign(rows, shares=SplitConfig())
    assert split_of == {"a": "test", "b": "validation", "c": "train"}


def test_evaluation_photos_are_in_no_other_split_and_count_for_none() -> None:
    rows = [row(f"e{n}", "ivory", use="eval") for n in range(100)] + [
        row(f"t{n}", "ivory") for n in range(10)
    ]
    split_of = assign(rows, shares=SplitConfig(train=0.8, test=0.2))
    assert {split_of[f"e{n}"] for n in range(100)} == {"eval"}
    assert Counter(split_of[f"t{n}"] for n in range(10)) == {"train": 8, "test": 2}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"split": "train"}, {"split": "test"}),
        ({"use": "eval"}, {}),
        ({"split": "eval"}, {"split": "validation"}),
    ],
)
def test_a_group_that_asks_for_two_splits_is_a_leak(one: dict[str, str], other: dict[str, str]) -> None:
    rows = [row("museum/a", **one), row("museum/b", **other), row("c")]
    with pytest.raises(SplitLeakError) as caught:
        assign_splits(rows, ["g", "g", "c"], shares=QUARTERS, seed=0)
    assert "museum/a.jpg" in str(caught.value)
    assert "museum/b.jpg" in str(caught.value)


def test_a_photo_for_evaluation_may_not_ask_to_train() -> None:
    with pytest.raises(EvaluationOnlyError, match=r"a\.jpg asks for train"):
        assign([row("a", use="eval", split="train")])
