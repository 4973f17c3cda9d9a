from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.training.drawing import save, write_csv
from training.config import DataConfig, parse_config
from training.data.preparation import prepare
from training.data.samples import Dataset, Sample, read_dataset
from training.errors import ConfigError, DatasetError, EvaluationOnlyError, SplitLeakError
from training.prepare import main
from training.run_folder import RunFolder

HALVES = {"train": 0.5, "test": 0.5}


def config(*inputs: Path, **values: Any) -> DataConfig:
    return parse_config({"data": {"inputs": inputs} | values}).data


def prepared(folder: Path, rows: list[dict[str, str]], **values: Any) -> Dataset:
    """Prepare drawn photos; each row's ``seed`` says what is in its picture."""
    photos = folder / "photos"
    for row in rows:
        if "seed" in row:
            save(photos / row["path"], int(row["seed"]), quality=int(row.get("quality", 90)))
    write_csv(
        photos / "manifest.csv",
        [{k: v for k, v in row.items() if k not in {"seed", "quality"}} for row in rows],
    )
    return prepare(config(photos, **values), folder / "out", seed=0)


def row(path: str, seed: int | str, labels: str = "ivory", **columns: str) -> dict[str, str]:
    blank = {"source": "", "use": "", "split": "", "licence": "CC0", "group": "", "mask": ""}
    return {"path": path, "seed": str(seed), "labels": labels} | blank | columns


def by_name(dataset: Dataset) -> dict[str, Sample]:
    return {sample.path.name: sample for sample in dataset.samples}


def report(folder: Path) -> str:
    return (folder / "out/report.txt").read_text(encoding="utf-8")


def rejected(folder: Path) -> dict[str, str]:
    lines = (folder / "out/rejected.jsonl").read_text(encoding="utf-8").splitlines()
    return {Path(entry["path"]).name: entry["error"] for entry in map(json.loads, lines)}


# --- duplicates -------------------------------------------------------------------------------------------


def test_of_identical_files_one_is_kept(tmp_path: Path) -> None:
    rows = [row("a.jpg", 0, source="x"), row("b.jpg", 0, source="y"), row("c.jpg", 1, source="y")]
    dataset = prepared(tmp_path, rows)
    assert set(by_name(dataset)) == {"a.jpg", "c.jpg"}
    # The photo is in both sources, so they must not part.
    assert {sample.group for sample in dataset.samples} == {"x"}
    assert "1 exact copy" in report(tmp_path)


def test_labels_that_identical_files_do_not_share_are_unsettled(tmp_path: Path) -> None:
    rows = [row("a.jpg", 0, "ivory;statue"), row("b.jpg", 0, "ivory;bone"), row("c.jpg", 1, "bone")]
    sample = by_name(prepared(tmp_path, rows))["a.jpg"]
    assert (sample.labels, sample.unsettled) == ({"ivory"}, {"statue", "bone"})
    assert re.search(r"identical +bone, statue +\S+a\.jpg +\S+b\.jpg", report(tmp_path))


def test_a_recompressed_copy_ties_two_sources_together(tmp_path: Path) -> None:
    rows = [
        row("a.jpg", 0, source="x"),
        row("b.jpg", 0, source="y", quality="30"),
        row("c.jpg", 1, source="z"),
    ]
    rows += [row("d.jpg", 2, source="y")]
    found = by_name(prepared(tmp_path, rows))
    assert found["a.jpg"].sha256 != found["b.jpg"].sha256
    assert {name: sample.group for name, sample in found.items()} == {
        "a.jpg": "x",
        "b.jpg": "x",
        "c.jpg": "z",
        "d.jpg": "x",
    }
    assert found["d.jpg"].source == "y"
    assert "x, y" in report(tmp_path)


def test_collections_of_one_owner_stay_together_where_sources_name_owners(tmp_path: Path) -> None:
    names = ("Museum/combs", "museum/netsuke", "other/netsuke", "museum")
    rows = [row(f"{n}.jpg", n, source=name) for n, name in enumerate(names)] + [
        row("n.jpg", 9),
        row("m.jpg", 8),
    ]
    apart = {sample.group for sample in prepared(tmp_path, rows).samples}
    assert len(apart) == 6
    found = by_name(prepared(tmp_path, rows, owner_separator="/"))
    assert found["0.jpg"].group == found["1.jpg"].group == found["3.jpg"].group
    assert len({sample.group for sample in found.values()}) == 4


def test_an_owner_on_both_sides_is_a_leak(tmp_path: Path) -> None:
    rows = [row("a.jpg", 0, source="museum/a", use="eval"), row("b.jpg", 1, source="museum/b")]
    assert len(prepared(tmp_path, rows).samples) == 2
    with pytest.raises(SplitLeakError, match="museum"):
        prepared(tmp_path, rows, owner_separator="/")


def test_near_duplicates_with_other_labels_are_listed_and_left(tmp_path: Path) -> None:
    rows = [row("a.jpg", 0, "ivory"), row("b.jpg", 0, "bone", quality="30"), row("c.jpg", 1, "bone")]
    found = by_name(prepared(tmp_path, rows))
    assert (found["a.jpg"].labels, found["b.jpg"].labels) == ({"ivory"}, {"bone"})
    assert re.search(r"\d+ bits +bone, ivory +\S+a\.jpg +\S+b\.jpg", report(tmp_path))


def test_an_unsettled_label_is_no_conflict(tmp_path: Path) -> None:
    prepared(tmp_path, [row("a.jpg", 0, "ivory"), row("b.jpg", 0, "ivory?", quality="30")])
    assert "same photo with different labels" not in report(tmp_path)


# --- evaluation and splits --------------------------------------------------------------------------------


def test_a_copy_of_an_evaluation_photo_does_not_train(tmp_path: Path) -> None:
    rows = [
        row("e.jpg", 0, source="x", use="eval"),
        row("copy.jpg", 0, source="y"),
        row("near.jpg", 0, source="y", quality="30"),
        row("other.jpg", 1, source="y"),
    ]
    found = by_name(prepared(tmp_path, rows))
    assert {name: sample.split for name, sample in found.items()} == {"e.jpg": "eval", "other.jpg": "train"}
    assert found["e.jpg"].group != found["other.jpg"].group
    assert re.search(r"copy of an evaluation photo +\S+near\.jpg +\S+e\.jpg", report(tmp_path))


def test_a_source_on_both_sides_is_a_leak_that_names_files(tmp_path: Path) -> None:
    rows = [row("a.jpg", 0, source="x", use="eval"), row("b.jpg", 1, source="x"), row("c.jpg", 2, source="y")]
    with pytest.raises(SplitLeakError) as caught:
        prepared(tmp_path, rows)
    assert all(name in str(caught.value) for name in ("a.jpg", "b.jpg", "source x"))
    assert "c.jpg" not in str(caught.value)


def test_a_near_duplicate_across_splits_is_a_leak(tmp_path: Path) -> None:
    rows = [
        row("a.jpg", 0, source="x", split="train"),
        row("b.jpg", 0, source="y", split="test", quality="30"),
    ]
    with pytest.raises(SplitLeakError, match=r"train: \S+a\.jpg .*test: \S+b\.jpg"):
        prepared(tmp_path, rows)


def test_a_named_group_across_splits_is_a_leak(tmp_path: Path) -> None:
    rows = [
        row("a.jpg", 0, source="x", group="g", split="train"),
        row("b.jpg", 1, source="y", group="g", split="test"),
    ]
    with pytest.raises(SplitLeakError, match=r"a\.jpg.*b\.jpg"):
        prepared(tmp_path, rows)


def test_evaluation_only_photos_are_refused_for_training(tmp_path: Path) -> None:
    with pytest.raises(EvaluationOnlyError, match=r"e\.jpg"):
        prepared(tmp_path, [row("e.jpg", 0, use="eval", split="train"), row("a.jpg", 1)])


def test_no_group_or_source_is_in_two_splits(tmp_path: Path) -> None:
    rows = [
        row(f"{n}.jpg", n // 2, "ivory", source=f"s{n // 3}", quality=str(90 - 30 * (n % 2)))
        for n in range(30)
    ]
    dataset = prepared(tmp_path, rows, splits=HALVES)
    for unit in ("group", "source"):
        sides = {(getattr(sample, unit), sample.split) for sample in dataset.samples}
        assert len(sides) == len({name for name, _ in sides})
    assert {sample.split for sample in dataset.samples} == {"train", "test"}


def test_without_a_source_near_duplicates_still_stay_together_and_the_report_warns(tmp_path: Path) -> None:
    rows = [row("a.jpg", 0), row("b.jpg", 0, quality="30"), row("c.jpg", 1), row("d.jpg", 2, source="x")]
    found = by_name(prepared(tmp_path, rows))
    assert found["a.jpg"].source == found["b.jpg"].source != found["c.jpg"].source
    assert found["a.jpg"].source.startswith("unnamed/")
    assert found["d.jpg"].source == "x"
    assert re.search("source of 3 photos is not known.*too good", report(tmp_path))


# --- files ------------------------------------------------------------------------------------------------


def test_broken_files_are_listed_and_stop_nothing(tmp_path: Path) -> None:
    whole = save(tmp_path / "whole.jpg", 3).read_bytes()
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/cut.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "photos/text.jpg").write_text("not a photo")
    rows = [row("a.jpg", 0), *({**row(name, 0), "seed": ""} for name in ("cut.jpg", "text.jpg", "gone.jpg"))]
    for broken in rows[1:]:
        del broken["seed"]
    assert set(by_name(prepared(tmp_path, rows))) == {"a.jpg"}
    assert rejected(tmp_path) == {
        "cut.jpg": "ImageDecodeError",
        "gone.jpg": "ImageReadError",
        "text.jpg": "UnsupportedImageError",
    }
    assert "Unusable: 3" in report(tmp_path)


def test_a_mask_must_fit_its_photo(tmp_path: Path) -> None:
    for name, size in (("fits.png", (144, 126)), ("small.png", (72, 63))):
        (tmp_path / "photos").mkdir(exist_ok=True)
        Image.new("L", size, 255).save(tmp_path / "photos" / name)
    rows = [
        row("a.jpg", 0, mask="fits.png"),
        row("b.jpg", 1, mask="small.png"),
        row("c.jpg", 2, mask="gone.png"),
    ]
    found = by_name(prepared(tmp_path, rows))
    assert found["a.jpg"].mask == tmp_path / "photos/fits.png"
    assert found["b.jpg"].mask is found["c.jpg"].mask is None
    assert rejected(tmp_path) == {"small.png": "MaskSize", "gone.png": "ImageReadError"}


def test_no_usable_photo_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="1 listed, 1 of them without"):
        prepared(tmp_path, [row("a.jpg", 0)], licences=["MIT"])


def test_only_accepted_licences_are_kept(tmp_path: Path) -> None:
    rows = [
        row("a.jpg", 0, licence="CC0-1.0"),
        row("b.jpg", 1, licence="unknown"),
        row("c.jpg", 2, licence="MIT"),
    ]
    dataset = prepared(tmp_path, rows, licences=["cc0", "mit"])
    assert set(by_name(dataset)) == {"a.jpg", "c.jpg"}
    assert re.search(r"licence +\S+b\.jpg", report(tmp_path))


def test_named_sources_are_left_out(tmp_path: Path) -> None:
    rows = [row(f"{name}.jpg", number, source=f"shop/{name}") for number, name in enumerate("abc")]
    dataset = prepared(tmp_path, rows, leave_out=["shop/b"])
    assert set(by_name(dataset)) == {"a.jpg", "c.jpg"}
    assert re.search(r"source +\S+b\.jpg", report(tmp_path))
    with pytest.raises(ConfigError, match="found none of shop/d"):
        prepared(tmp_path, rows, leave_out=["shop/d"])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "index.sqlite"}


def test_the_same_photos_give_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    for n in range(12):
        folder = ("one", "two")[n % 2]
        save(tmp_path / folder / ("ivory", "everyday")[n % 3 == 0] / f"s{n % 4}" / f"{n}.jpg", n)
    save(tmp_path / "two/bone/s9/twin.jpg", 0)
    one, two = tmp_path / "one", tmp_path / "two"
    for name, inputs in (("out1", (one, two)), ("out2", (two, one))):
        prepare(config(*inputs, splits=HALVES), tmp_path / name, seed=0)
    first = contents(tmp_path / "out1")
    assert first == contents(tmp_path / "out2")
    assert set(first) == {"dataset.json", "samples.jsonl", "report.txt", "report.html", "rejected.jsonl"}
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out1").iterdir()}
    prepare(config(one, two, splits=HALVES), tmp_path / "out1", seed=0)
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out1").iterdir()} == before


def test_an_error_leaves_the_last_data_set_as_it_was(tmp_path: Path) -> None:
    good = [row("a.jpg", 0, source="x")]
    prepared(tmp_path, good)
    before = contents(tmp_path / "out")
    with pytest.raises(DatasetError):
        prepared(tmp_path, [*good, row("b.jpg", 1, "ivroy", source="x")])
    assert contents(tmp_path / "out") == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_the_data_set_may_not_lie_among_the_photos(tmp_path: Path) -> None:
    save(tmp_path / "ivory/a.jpg", 0)
    with pytest.raises(DatasetError, match="outside the photos"):
        prepare(config(tmp_path), tmp_path / "out", seed=0)


def test_the_page_shows_conflicts_and_escapes_names(tmp_path: Path) -> None:
    prepared(tmp_path, [row("a.jpg", 0, source="<b>x"), row("b.jpg", 0, "bone", source="y", quality="30")])
    page = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert "Label conflicts, seen" in page
    assert "<b>x" not in page
    assert "&lt;b&gt;x" in page
    assert page.count("data:image/webp;base64,") == 4  # a pair, and one photo of each category
    assert not re.search(r"(src|href)=\"(?!data:)", page)


# --- categories -------------------------------------------------------------------------------------------


def test_all_unknown_ids_are_reported_together(tmp_path: Path) -> None:
    rows = [row("a.jpg", 0, "ivroy"), row("b.jpg", 1, "ivory;bnoe?"), row("c.jpg", 2, "ivroy")]
    with pytest.raises(DatasetError) as caught:
        prepared(tmp_path, rows)
    message = str(caught.value)
    assert re.search(r"'bnoe' \(1 photos.*'bone'", message)
    assert re.search(r"'ivroy' \(2 photos.*'ivory'", message)


def test_categories_follow_the_taxonomy_and_need_enough_training_photos(tmp_path: Path) -> None:
    rows = [row(f"i{n}.jpg", n, "ivory;ceramic", source="x") for n in range(3)]
    rows += [row(f"p{n}.jpg", 5 + n, "pangolin", source="y") for n in range(2)]
    rows += [row("e.jpg", 8, "rhino_horn", source="z", use="eval")]
    assert prepared(tmp_path, rows).categories == ("ivory", "pangolin", "ceramic")
    assert "rhino_horn will not be learned: no training photos of it" in report(tmp_path)
    assert prepared(tmp_path, rows, min_photos=3).categories == ("ivory", "ceramic")
    assert "pangolin will not be learned: 2 training photos of it" in report(tmp_path)


NEW = {"id": "turtle_oil", "kind": "product", "name": "Turtle oil", "lookalikes": ["resin"]}


def test_a_new_category_comes_after_those_of_its_kind_and_in_full(tmp_path: Path) -> None:
    ids = ("turtle_oil", "ivory", "bone")
    rows = [row(f"{n}.jpg", n, ids[n % 3]) for n in range(6)]
    dataset = prepared(tmp_path, rows, new_categories=[NEW])
    assert dataset.categories == ("ivory", "turtle_oil", "bone")
    (category,) = read_dataset(tmp_path / "out").new_categories
    assert (category.id, category.summary, category.lookalikes) == ("turtle_oil", "Turtle oil", ("resin",))


def test_a_new_category_must_fit_the_taxonomy(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="ivory"):
        prepared(tmp_path, [row("a.jpg", 0)], new_categories=[NEW | {"id": "ivory"}])


# --- command ----------------------------------------------------------------------------------------------


def test_the_command_needs_no_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for n in range(8):
        save(tmp_path / f"photos/{('ivory', 'turtle_oil')[n % 2]}/shop{n}/a.jpg", n)
    out = tmp_path / "out"
    shares = ["--split", "train=0.5,test=0.5", "--seed", "3"]
    new = ["--new-category", "turtle_oil:product:Turtle oil:resin,bone", "--set", "data.min_photos=2"]
    main([str(tmp_path / "photos"), "--out", str(out), *shares, *new])
    dataset = read_dataset(out)
    assert dataset.categories == ("ivory", "turtle_oil")
    assert dataset.new_categories[0].lookalikes == ("resin", "bone")
    assert {sample.split for sample in dataset.samples} == {"train", "test"}
    assert "8 photos of 8 sources" in capsys.readouterr().out


def test_the_command_reads_a_configuration(tmp_path: Path) -> None:
    save(tmp_path / "photos/ivory/x/a.jpg", 0)
    file = tmp_path / "c.toml"
    file.write_text(f"[run]\ndirectory = '{tmp_path / 'run'}'\n[data]\ninputs = ['{tmp_path / 'photos'}']\n")
    main(["--config", str(file), "--set", "data.splits={train=0.0, validation=1.0}"])
    assert [sample.split for sample in read_dataset(RunFolder(tmp_path / "run").dataset).samples] == [
        "validation"
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["photos"], "--out"),
        (["nowhere", "--out", "x"], "nowhere"),
        (["p", "--out", "x", "--split", "train=0.5"], "add up to 1"),
    ],
)
def test_errors_of_the_command_are_one_message(
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


# --- labels that cannot be learned, and names that cannot be written --------------------------------------


def tree(folder: Path, *labels: str, count: int = 4) -> Path:
    for number, label in enumerate(labels):
        for index in range(count):
            save(folder / "photos" / label / f"{index}.jpg", 100 * number + index)
    return folder / "photos"


def test_photos_of_one_class_teach_nothing_and_the_report_says_what_is_missing(tmp_path: Path) -> None:
    photos = tree(tmp_path, "ivory")
    assert prepare(config(photos), tmp_path / "out", seed=0).categories == ()
    assert "ivory will not be learned: no photo without ivory: put some into everyday/." in report(tmp_path)
    save(photos / "everyday/a.jpg", 500)
    assert prepare(config(photos), tmp_path / "out", seed=0).categories == ()
    assert "only one photo without ivory" in report(tmp_path)
    save(photos / "everyday/b.jpg", 501)
    assert prepare(config(photos), tmp_path / "out", seed=0).categories == ("ivory",)


def test_one_photo_or_unsettled_ones_alone_teach_nothing(tmp_path: Path) -> None:
    photos = tree(tmp_path, "everyday", "bone?")
    save(photos / "ivory/a.jpg", 900)
    assert prepare(config(photos), tmp_path / "out", seed=0).categories == ()
    assert "bone will not be learned: no training photos of it with a settled label" in report(tmp_path)
    assert "ivory will not be learned: 1 training photo of it" in report(tmp_path)


def test_renderings_are_no_photos_without_a_category_where_others_are_real(tmp_path: Path) -> None:
    rows = [row(f"{n}.jpg", n, synthetic="false") for n in range(4)]
    drawn = [row(f"d{n}.jpg", 50 + n, "", synthetic="true") for n in range(4)]
    assert prepared(tmp_path, [*rows, *drawn]).categories == ()
    assert "no photo without ivory" in report(tmp_path)


def test_a_name_that_is_no_utf8_leaves_that_file_out_and_no_other(tmp_path: Path) -> None:
    photos = tree(tmp_path, "ivory", "everyday")
    odd = os.fsencode(photos / "ivory") + b"/caf\xe9.jpg"
    save(tmp_path / "odd.jpg", 77)
    os.rename(tmp_path / "odd.jpg", odd)  # noqa: PTH104  the name is bytes
    (photos / "caf\udce9+bone").mkdir()
    save(photos / "caf\udce9+bone/a.jpg", 78)
    main([str(photos), "--out", str(tmp_path / "out")])
    assert len(read_dataset(tmp_path / "out").samples) == 8
    assert rejected(tmp_path) == {r"caf\xe9.jpg": "UnwritableName", "a.jpg": "UnwritableName"}
    assert "2 UnwritableName, first: " in report(tmp_path)
    main([str(photos), "--out", str(tmp_path / "out")])  # and again, from the index


def test_a_lost_annotation_is_said_on_the_screen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tree(tmp_path, "images", count=3)
    content = {
        "images": [{"id": n, "file_name": f"{n}.jpg"} for n in range(3)],
        "annotations": [{"image_id": str(n), "category_id": 1} for n in (0, 777)],
        "categories": [{"id": 1, "name": "ivory"}],
    }
    path = tmp_path / "photos/coco.json"
    path.write_text(json.dumps(content))
    main([str(path), "--out", str(tmp_path / "out")])
    assert "1 of 2 annotations are of images that are not listed: 777" in capsys.readouterr().out
    assert rejected(tmp_path) == {"coco.json": "AnnotationWithoutImage"}
