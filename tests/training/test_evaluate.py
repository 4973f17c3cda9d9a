from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from tests.training.evaluated_run import make_run
from training.config import Config
from training.data.samples import Sample, read_dataset, write_dataset
from training.errors import ConfigError, DatasetError
from training.evaluate import evaluate, measure
from training.evaluation.confusion import (
    lookalike_confusion,
    precision_of_flags,
    top_categories,
    verdict_table,
)
from training.evaluation.findings import Evaluation
from training.evaluation.leave_one_out import background_groups, leave_one_source_out
from training.evaluation.plots import wilson
from training.evaluation.scoring import score_photos, scores_by_category, taxonomy_of
from training.evaluation.sheets import Picture, photo_sheet
from training.records import read_record
from wildvision import Classifier, Verdict


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory, shapes_dataset: Path) -> Config:
    config = make_run(tmp_path_factory.mktemp("evaluated"), shapes_dataset)
    evaluate(config)
    return config


@pytest.fixture(scope="module")
def found(config: Config) -> Evaluation:
    return read_record(Evaluation, config.folder.findings)


@pytest.fixture(scope="module")
def photos(config: Config):
    return score_photos(Classifier(config.model_directory), read_dataset(config.folder.dataset).split("eval"))


def test_it_measures_the_photos_of_unseen_sources(found: Evaluation) -> None:
    assert (found.split, found.unseen.photos, found.broken) == ("eval", 26, 1)
    assert found.unseen.sources == ("museum/x", "museum/y", "shop/z")
    ivory = found.unseen.metrics["ivory"]
    assert (ivory.positives, ivory.sources, ivory.negatives) == (10, 3, 14)  # two are unsettled
    assert (
        set(found.unseen.metrics)
        == set(found.unseen.area_under_roc)
        == set(found.unseen.reliability)
        == {"ivory"}
    )
    assert found.unseen.not_measured == {"pangolin": 0, "bone": 0}


def test_the_numbers_are_those_of_the_exported_model(found: Evaluation, config: Config) -> None:
    classifier = Classifier(config.model_directory)
    eval_photos = [
        s for s in read_dataset(config.folder.dataset).split("eval") if s.path.name != "broken.png"
    ]
    settled = [(s, classifier.classify(s.path).score("ivory")) for s in eval_photos if not s.unsettled]
    shown = [score for sample, score in settled if "ivory" in sample.labels]
    others = [score for sample, score in settled if "ivory" not in sample.labels]
    above = np.mean([a > b for a in shown for b in others])
    assert 0.9 < above < 1
    assert found.unseen.area_under_roc["ivory"].value == pytest.approx(above, abs=1e-4)
    assert 0 < found.unseen.metrics["ivory"].expected_calibration_error.value < 1
    assert sum(b.photos for b in found.unseen.reliability["ivory"]) == 24


def test_a_broken_photo_is_named_and_not_fatal(found: Evaluation) -> None:
    (broken,) = found.broken_photos
    assert broken.path.endswith("broken.png")
    assert broken.error


def test_each_policy_decides_as_its_classifier_does(config: Config, photos) -> None:
    for policy in ("sensitive", "balanced", "strict"):
        classifier = Classifier(config.model_directory, policy=policy)
        alone = [classifier.classify(sample.path) for sample in photos.samples]
        assert [d.verdict for d in photos.decisions[policy]] == [result.verdict for result in alone]
        assert [d.reason for d in photos.decisions[policy]] == [result.reason for result in alone]
    assert photos.decisions["balanced"] != photos.decisions["strict"]


def test_an_unreadable_image_abstains_under_every_policy(config: Config, tmp_path: Path) -> None:
    blank = tmp_path / "blank.png"
    Image.new("RGB", (64, 64), "white").save(blank)
    sample = Sample(path=blank, labels=frozenset(), source="s", sha256="0", group="s")
    scored = score_photos(Classifier(config.model_directory), [sample])
    assert {d[0].verdict for d in scored.decisions.values()} == {Verdict.ABSTAIN}


def test_verdicts_are_counted_by_what_photos_show(photos, found: Evaluation) -> None:
    decisions = photos.decisions["balanced"]
    table = verdict_table(photos.samples, decisions)
    assert {group: counts["photos"] for group, counts in table.items()} == {
        "ceramic": 6,
        "everyday": 8,
        "ivory": 10,
        "ivory?": 2,
    }
    flagged = sum(
        d.verdict is Verdict.FLAG
        for s, d in zip(photos.samples, decisions, strict=True)
        if "ivory" in s.labels
    )
    assert table["ivory"]["FLAG"] == flagged
    assert all(sum(c[v] for v in Verdict) == c["photos"] for c in table.values())
    assert found.unseen.verdicts["balanced"] == table
    everyday = found.unseen.everyday["balanced"]
    assert everyday.photos == 8
    assert everyday.flagged == table["everyday"]["FLAG"]
    assert everyday.flag_share.value == pytest.approx(everyday.flagged / 8, abs=1e-4)


def test_look_alikes_are_held_against_the_thresholds(photos, found: Evaluation) -> None:
    ceramic = found.unseen.confusion["ivory"]["ceramic"]
    column = next(c for c in scores_by_category(photos) if c.category == "ivory")
    rows = [place for place, row in enumerate(column.rows) if "ceramic" in photos.samples[row].labels]
    threshold = photos.manifest.policies["balanced"].thresholds["ivory"]
    assert ceramic.photos == 6
    assert ceramic.mean_score == pytest.approx(column.scores[rows].mean(), abs=1e-4)
    assert ceramic.review_share == pytest.approx(np.mean(column.scores[rows] >= threshold.review), abs=1e-4)
    assert "everyday" not in found.unseen.confusion["ivory"]


def test_a_photo_of_both_is_no_confusion(photos, config: Config) -> None:
    both = [
        msgspec.structs.replace(s, labels=s.labels | {"ceramic"}) if s.source == "museum/y" else s
        for s in photos.samples
    ]
    changed = dataclasses.replace(photos, samples=tuple(both))
    taxonomy = taxonomy_of(photos.manifest, read_dataset(config.folder.dataset))
    found = lookalike_confusion(changed, list(scores_by_category(changed)), taxonomy)
    assert found == lookalike_confusion(photos, list(scores_by_category(photos)), taxonomy)
    assert found["ivory"]["ceramic"].photos == 6


def test_the_top_category_of_every_photo_is_counted(photos) -> None:
    table = top_categories(photos)
    assert sum(table["ivory"].values()) == 10
    best = [photos.manifest.category_ids[i] for i in photos.scores.argmax(axis=1)]
    everyday = [b for s, b in zip(photos.samples, best, strict=True) if not s.labels and not s.unsettled]
    assert table["everyday"] == {category: everyday.count(category) for category in set(everyday)}


def test_precision_counts_flags_that_name_the_product(config: Config, photos) -> None:
    taxonomy = taxonomy_of(photos.manifest, read_dataset(config.folder.dataset))
    found = precision_of_flags(photos, "sensitive", taxonomy, rounds=20)
    decisions = list(zip(photos.samples, photos.decisions["sensitive"], strict=True))
    tpr = np.mean([d.verdict is Verdict.FLAG for s, d in decisions if "ivory" in s.labels])
    fpr = np.mean(
        [d.verdict is Verdict.FLAG for s, d in decisions if not {"ivory"} & (s.labels | s.unsettled)]
    )
    assert 0 < fpr < tpr
    assert set(found) == {"ivory"}  # pangolins can never be flagged
    assert found["ivory"] is not None
    assert found["ivory"].value == pytest.approx(0.01 * tpr / (0.01 * tpr + 0.99 * fpr), abs=1e-4)
    assert precision_of_flags(photos, "strict", taxonomy, rounds=20) == {"ivory": None}


def test_pictures_lie_in_the_run_and_not_in_the_model(config: Config, found: Evaluation) -> None:
    names = {path.name for path in config.folder.evaluation.iterdir()}
    assert names == {
        "evaluation.json",
        "reliability-ivory.png",
        "precision-recall-ivory.png",
        "false-positives-ivory.png",
        "misses-ivory.png",
        "false-positives-pangolin.png",
        "suspicious-labels.png",
    }
    for path in config.folder.evaluation.glob("*.png"):
        with Image.open(path) as image:
            assert np.asarray(image.convert("L")).std() > 5, path.name
    assert {path.name for path in config.model_directory.iterdir()} == {"manifest.json", "model.onnx"}
    misses = [
        photo.score for photo in found.unseen.worst if photo.kind == "misses" and photo.product == "ivory"
    ]
    alarms = [photo.score for photo in found.unseen.worst if photo.kind == "false-positives"]
    assert len(misses) == 7
    assert misses == sorted(misses)
    assert alarms[:7] == sorted(alarms[:7], reverse=True)


def test_a_planted_wrong_label_is_listed_first(found: Evaluation) -> None:
    assert found.training.suspicious_labels == 1
    suspect = found.training.suspects[0]
    assert suspect.path.endswith("shop/c/everyday00.png")
    assert (suspect.category, suspect.given) == ("ivory", True)


def test_measuring_again_replaces_everything_and_gives_the_same(config: Config) -> None:
    path = config.folder.findings
    before, stale = path.read_bytes(), path.with_name("misses-rhino_horn.png")
    stale.write_bytes(b"")
    measure(config)
    assert path.read_bytes() == before
    assert not stale.exists()


def test_manipulated_photos_are_counted_by_what_was_found_clean(tmp_path: Path, shapes_dataset: Path) -> None:
    config = make_run(tmp_path, shapes_dataset, evaluate={"evasion": True, "evasion_photos": 6, "rounds": 5})
    survived = measure(config).unseen.evasion
    assert survived is not None
    ivory = survived.products["ivory"]
    assert (ivory.positives, set(survived.products)) == (6, {"ivory"})  # no photo shows a pangolin
    assert ivory.review is not None
    assert (config.folder.evaluation / "evasion.png").is_file()
    read = read_record(Evaluation, config.folder.findings).unseen.evasion
    assert read is not None
    assert read.detail == Classifier(config.model_directory).detail == "balanced"  # as users get it


def test_heads_without_each_source_come_from_cached_features(
    tmp_path: Path, shapes_dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def features(samples, config):
        return np.array([[s.path.name.startswith("ivory"), 1.0] for s in samples], np.float32)

    monkeypatch.setattr("training.network.features.cached_features", features)
    config = make_run(tmp_path, shapes_dataset, evaluate={"leave_one_source_out": True, "rounds": 5})
    rows = measure(config).training.leave_one_source_out
    assert rows is not None
    left_out = {row.held_out: row for row in rows if row.product == "ivory"}
    assert set(left_out) == {"museum/a", "museum/b", "shop/c"}
    # No other group is free of products, so a museum's own ceramics are the only negatives: too few for a number.
    assert (left_out["museum/a"].positives, left_out["museum/a"].negatives) == (12, 12)
    assert left_out["museum/a"].area_under_roc is None


@pytest.mark.parametrize("split", ["test", None])
def test_without_photos_for_evaluation_the_test_split_is_taken(
    tmp_path: Path, shapes_dataset: Path, split: str | None
) -> None:
    config = make_run(tmp_path, shapes_dataset)
    dataset = read_dataset(config.folder.dataset)
    moved = [msgspec.structs.replace(s, split=split) if s.split == "eval" else s for s in dataset.samples]
    kept = tuple(s for s in moved if s.split is not None)
    write_dataset(msgspec.structs.replace(dataset, samples=kept), config.folder.dataset)
    if split is None:
        with pytest.raises(DatasetError, match=r"eval or test.*found none.*prepare again"):
            evaluate(config)
    else:
        evaluate(config)
    found = read_record(Evaluation, config.folder.findings)
    assert (found.split, found.unseen.photos) == ((split, 26) if split else (None, 0))
    assert found.training.suspicious_labels == 1


def test_leaving_sources_out_needs_a_frozen_backbone(tmp_path: Path, shapes_dataset: Path) -> None:
    config = make_run(
        tmp_path, shapes_dataset, train={"mode": "finetune"}, evaluate={"leave_one_source_out": True}
    )
    with pytest.raises(ConfigError, match="frozen"):
        measure(config)


def test_held_out_scores_of_other_photos_are_refused(tmp_path: Path, shapes_dataset: Path) -> None:
    config = make_run(tmp_path, shapes_dataset)
    dataset = read_dataset(config.folder.dataset)
    fewer = tuple(s for s in dataset.samples if s.source != "shop/c")
    write_dataset(msgspec.structs.replace(dataset, samples=fewer), config.folder.dataset)
    with pytest.raises(DatasetError, match="12 photos with held-out scores are not in the prepared data set"):
        measure(config)


# --- one source left out ----------------------------------------------------------------------------------


def grouped(group: str, count: int, *labels: str) -> list[Sample]:
    return [
        Sample(
            path=Path(f"/{group}/{labels}{i}.png"),
            labels=frozenset(labels),
            source=group,
            sha256=f"{group}{labels}{i}",
            group=group,
        )
        for i in range(count)
    ]


def test_a_left_out_source_and_its_negatives_are_never_fitted() -> None:
    samples = [
        *grouped("a", 6, "ivory"),
        *grouped("a", 12),
        *grouped("b", 5, "ivory"),
        *grouped("big", 30),
        *grouped("middle", 25),
        *grouped("small", 10),
        *grouped("alone", 3, "pangolin"),
    ]
    features = np.array([[float("ivory" in s.labels), i] for i, s in enumerate(samples)], np.float32)
    fitted: list[set[str]] = []

    def fit(x, targets, label_mask, learned):
        assert x.shape[0] == targets.shape[0] == label_mask.shape[0] == len(learned)
        fitted.append({samples[int(row)].group for row in x[:, 1]})
        assert {sample.group for sample in learned} == fitted[-1]
        return np.array([[1.0, 0.0]]), np.zeros(1)

    rows = leave_one_source_out(samples, features, ["ivory", "pangolin"], fit=fit)
    assert background_groups(samples, ["ivory", "pangolin"]) == {"middle"}
    assert fitted == [{"b", "big", "small", "alone"}, {"a", "big", "small", "alone"}]
    assert [(r.product, r.held_out, r.positives, r.negatives) for r in rows] == [
        ("ivory", "a", 6, 37),
        ("ivory", "b", 5, 25),
    ]
    assert all(r.area_under_roc == 1.0 and r.tpr_at_1_percent_fpr == 1.0 for r in rows)


# --- pictures ---------------------------------------------------------------------------------------------


def test_wilson_intervals_are_those_of_the_paper() -> None:
    assert wilson(0.5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert wilson(0.0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(1.0, 1)[1] == 1.0


def test_a_sheet_holds_every_photo_and_says_which_cannot_be_read(tmp_path: Path) -> None:
    Image.new("RGB", (40, 80), "red").save(tmp_path / "red.png")
    pictures = [Picture(path=tmp_path / "red.png", caption=("one",))] * 7
    pictures.append(Picture(path=tmp_path / "missing.png", caption=("a very long caption " * 3,)))
    sheet = np.asarray(Image.open(io.BytesIO(photo_sheet(["title"], pictures))))
    red = (sheet == (255, 0, 0)).all(axis=-1)
    assert 7 * 80 * 160 < red.sum() < 7 * 90 * 180
    assert (sheet == 0xDD).all(axis=-1).sum() > 20_000
