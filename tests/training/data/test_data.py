from __future__ import annotations

from pathlib import Path

import pytest

from training.data.labels import label_matrix, sampling_weights
from training.data.samples import Sample, digest, read_dataset, refuse_evaluation_only, write_dataset
from training.errors import DatasetError, EvaluationOnlyError


def sample(labels: str = "", unsettled: str = "", source: str = "s") -> Sample:
    return Sample(
        path=Path("x"),
        labels=frozenset(labels.split()),
        unsettled=frozenset(unsettled.split()),
        source=source,
        licence="CC0",
        sha256="0",
        group=source,
    )


def test_what_is_not_known_is_masked() -> None:
    samples = [sample("ivory"), sample(unsettled="ivory"), sample("bone"), sample("statue"), sample()]
    targets, label_mask = label_matrix(samples, ["ivory", "statue"])
    assert targets[:, 0].tolist() == [1, 0, 0, 0, 0]
    assert label_mask[:, 0].tolist() == [True, False, True, True, True]
    # An ivory figure may be a statue too; a photo without any label is none.
    assert targets[:, 1].tolist() == [0, 0, 0, 1, 0]
    assert label_mask[:, 1].tolist() == [False, True, False, True, True]


def test_sets_are_drawn_by_the_root_of_their_size() -> None:
    samples = [sample("ivory")] * 100 + [sample("pangolin")] * 4
    weights = sampling_weights(samples)
    assert weights.sum() == pytest.approx(1)
    assert weights[:100].sum() / weights[100:].sum() == pytest.approx(5)


def test_the_digest_ignores_order_and_sees_labels_and_sources() -> None:
    samples = [sample("ivory"), sample("bone"), sample()]
    assert digest(samples) == digest(samples[::-1])
    assert digest(samples) != digest(samples[1:])
    assert digest([sample("ivory")]) != digest([sample("bone")])
    assert digest([sample("ivory")]) != digest([sample("ivory", source="t")])


def test_a_dataset_survives_writing(shapes_dataset: Path, tmp_path: Path) -> None:
    dataset = read_dataset(shapes_dataset)
    write_dataset(dataset, tmp_path)
    assert read_dataset(tmp_path) == dataset
    for name in ("dataset.json", "samples.jsonl"):
        assert (tmp_path / name).read_bytes() == (shapes_dataset / name).read_bytes()


def test_a_missing_or_damaged_dataset_says_how_to_make_one(shapes_dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"training\.prepare"):
        read_dataset(tmp_path)
    (tmp_path / "dataset.json").write_bytes((shapes_dataset / "dataset.json").read_bytes())
    (tmp_path / "samples.jsonl").write_bytes((shapes_dataset / "samples.jsonl").read_bytes()[:-40])
    with pytest.raises(DatasetError, match=r"training\.prepare"):
        read_dataset(tmp_path)


def test_evaluation_photos_are_refused_by_name(shapes_dataset: Path) -> None:
    dataset = read_dataset(shapes_dataset)
    refuse_evaluation_only(dataset.split("train"))
    with pytest.raises(EvaluationOnlyError, match="26 photos"):
        refuse_evaluation_only(dataset.samples)
