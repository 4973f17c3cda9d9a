from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.training.drawing import write_csv
from training.data.label_studio import find_photo
from training.data.readers import read_input, read_inputs
from training.data.rows import Row, read_marks
from training.errors import DatasetError


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def rows_by_name(path: Path) -> dict[str, Row]:
    return {row.path.name: row for row in read_input(path).rows}


def test_marks_divide_into_settled_and_not() -> None:
    assert read_marks(["ivory ", "bone?", "", "none", "everyday"]) == ({"ivory"}, {"bone"})
    assert read_marks(["ivory", "ivory?"]) == (set(), {"ivory"})


def test_a_folder_tree_names_labels_and_sources(tmp_path: Path) -> None:
    touch(
        tmp_path / "ivory/a.jpg",
        tmp_path / "ivory+statue/museum/b.jpg",
        tmp_path / "everyday/shop/deep/c.jpg",
    )
    touch(
        tmp_path / "none/d.jpg",
        tmp_path / "none/.DS_Store",
        tmp_path / ".cache/e.jpg",
        tmp_path / "bone?/f.jpg",
    )
    rows = rows_by_name(tmp_path)
    assert set(rows) == {"a.jpg", "b.jpg", "c.jpg", "d.jpg", "f.jpg"}
    assert (rows["a.jpg"].labels, rows["a.jpg"].source) == ({"ivory"}, "")
    assert (rows["b.jpg"].labels, rows["b.jpg"].source) == ({"ivory", "statue"}, "museum")
    assert (rows["c.jpg"].labels, rows["c.jpg"].source) == (set(), "shop")
    assert rows["d.jpg"].labels == set()
    assert (rows["f.jpg"].labels, rows["f.jpg"].unsettled) == (set(), {"bone"})


def test_a_photo_without_a_label_folder_is_named(tmp_path: Path) -> None:
    touch(tmp_path / "ivory/a.jpg", tmp_path / "stray.jpg")
    with pytest.raises(DatasetError, match=r"stray\.jpg"):
        read_input(tmp_path)


FULL: dict[str, Any] = {
    "path": "a.jpg",
    "labels": "ivory;bone?",
    "lookalikes": "statue",
    "source": "museum",
    "licence": "CC0",
    "use": "eval",
    "split": "eval",
    "group": "g",
    "synthetic": "true",
    "mask": "m.png",
}


def write_manifest(folder: Path, kind: str, records: list[dict[str, Any]]) -> Path:
    path = folder / f"manifest.{kind}"
    if kind == "csv":
        write_csv(path, records)
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())  # as spreadsheets save it
    elif kind == "jsonl":
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
    else:
        parquet.write_table(pa.Table.from_pylist(records), path)
    return path


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_every_kind_of_manifest_says_the_same(kind: str, tmp_path: Path) -> None:
    path = write_manifest(tmp_path, kind, [FULL])
    expected = Row(
        path=tmp_path / "a.jpg",
        labels=frozenset({"ivory", "statue"}),
        unsettled=frozenset({"bone"}),
        source="museum",
        licence="CC0",
        use="eval",
        split="eval",
        group="g",
        synthetic=True,
        mask=tmp_path / "m.png",
    )
    assert read_input(path).rows == (expected,)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_path_and_labels_are_enough(kind: str, tmp_path: Path) -> None:
    path = write_manifest(tmp_path, kind, [{"path": "a.jpg", "labels": "ivory"}])
    assert read_input(path).rows == (Row(path=tmp_path / "a.jpg", labels=frozenset({"ivory"})),)


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_labels_may_be_lists_and_values_missing(kind: str, tmp_path: Path) -> None:
    records = [{"path": "a.jpg", "labels": ["ivory", "bone?"], "source": None, "synthetic": True}]
    (row,) = read_input(write_manifest(tmp_path, kind, records)).rows
    assert (row.labels, row.unsettled, row.source, row.synthetic) == ({"ivory"}, {"bone"}, "", True)


def test_a_folder_with_a_manifest_is_that_manifest(tmp_path: Path) -> None:
    touch(tmp_path / "elsewhere/x.jpg")
    write_manifest(tmp_path, "csv", [FULL])
    assert [row.path.name for row in read_input(tmp_path).rows] == ["a.jpg"]


def test_all_malformed_rows_are_named_together(tmp_path: Path) -> None:
    records = [FULL | {"use": "test"}, FULL, FULL | {"path": ""}, FULL | {"synthetic": "maybe"}]
    path = write_manifest(tmp_path, "csv", records)
    with pytest.raises(DatasetError, match=r"(?s)3 malformed.*row 1.*'test'.*row 3.*path.*row 4.*'maybe'"):
        read_input(path)


def test_a_manifest_needs_labels(tmp_path: Path) -> None:
    path = write_manifest(tmp_path, "csv", [{"path": "a.jpg", "label": "ivory"}])
    with pytest.raises(DatasetError, match="column 'labels'"):
        read_input(path)


def write_coco(folder: Path, **changes: Any) -> Path:
    content: dict[str, Any] = {
        "images": [
            {"id": 1, "file_name": "a.jpg", "license": 7, "width": 3, "height": 3},
            {"id": 2, "file_name": "b.jpg", "source": "museum"},
        ],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 5, "bbox": [0, 0, 1, 1]},
            {"id": 2, "image_id": 1, "category_id": 5},
            {"id": 3, "image_id": 1, "category_id": 6, "segmentation": [[0, 0, 1, 1, 0, 1]]},
        ],
        "categories": [{"id": 5, "name": "ivory"}, {"id": 6, "name": "statue", "supercategory": "form"}],
        "licenses": [{"id": 7, "name": "CC BY 4.0", "url": ""}],
    }
    path = folder / "coco.json"
    path.write_text(json.dumps(content | changes))
    return path


def test_coco_labels_are_the_union_of_a_photos_annotations(tmp_path: Path) -> None:
    touch(tmp_path / "images/b.jpg")
    rows = rows_by_name(write_coco(tmp_path))
    assert (rows["a.jpg"].labels, rows["a.jpg"].licence) == ({"ivory", "statue"}, "CC BY 4.0")
    assert (rows["b.jpg"].labels, rows["b.jpg"].source) == (set(), "museum")
    assert rows["b.jpg"].path == tmp_path / "images/b.jpg"


def test_coco_with_an_unlisted_category_is_refused(tmp_path: Path) -> None:
    path = write_coco(tmp_path, categories=[{"id": 5, "name": "ivory"}])
    with pytest.raises(DatasetError, match=r"not listed: \[6\]"):
        read_input(path)


def task(*annotations: Any, number: int = 1, **data: Any) -> dict[str, Any]:
    return {
        "id": number,
        "data": {"image": "a.jpg"} | data,
        "annotations": list(annotations),
        "predictions": [],
    }


def choose(*choices: str, cancelled: bool = False) -> dict[str, Any]:
    result = {"type": "choices", "value": {"choices": list(choices)}, "from_name": "what", "to_name": "image"}
    return {"id": 9, "was_cancelled": cancelled, "result": [result] if choices else []}


def read_tasks(folder: Path, *tasks: dict[str, Any]) -> Any:
    path = folder / "export.json"
    path.write_text(json.dumps(tasks))
    return read_input(path)


def test_label_studio_choices_are_labels(tmp_path: Path) -> None:
    listing = read_tasks(tmp_path, task(choose("ivory", "bone?"), source="shop", licence="CC0"))
    expected = Row(
        path=tmp_path / "a.jpg",
        labels=frozenset({"ivory"}),
        unsettled=frozenset({"bone"}),
        source="shop",
        licence="CC0",
    )
    assert listing.rows == (expected,)


def test_what_annotators_disagree_on_is_unsettled(tmp_path: Path) -> None:
    rows = read_tasks(
        tmp_path,
        task(choose("ivory", "statue"), choose("ivory"), choose("bone", cancelled=True)),
        task(choose("everyday"), choose()),
    ).rows
    settled = sorted((sorted(row.labels), sorted(row.unsettled)) for row in rows)
    assert settled == [([], []), (["ivory"], ["statue"])]


def test_unfinished_tasks_are_rejected_and_named(tmp_path: Path) -> None:
    listing = read_tasks(tmp_path, task(number=5), task(choose("bone", cancelled=True), number=6))
    assert not listing.rows
    assert [(entry.error, entry.message.split()[1]) for entry in listing.rejected] == [
        ("Unlabelled", "5"),
        ("Unlabelled", "6"),
    ]


def test_labels_of_boxes_count_too(tmp_path: Path) -> None:
    box = {"type": "rectanglelabels", "value": {"rectanglelabels": ["ivory"], "x": 1}}
    assert read_tasks(tmp_path, task({"result": [box]})).rows[0].labels == {"ivory"}


def test_a_min_export_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="JSON-MIN"):
        read_tasks(tmp_path, {"image": "a.jpg", "choice": "ivory"})


@pytest.mark.parametrize(
    "image",
    [
        "photos/a b.jpg",
        "/data/local-files/?d=photos%2Fa%20b.jpg",
        "http://localhost:8080/data/local-files/?d=photos/a b.jpg",
    ],
)
def test_local_files_are_found_from_the_folders_above(image: str, tmp_path: Path) -> None:
    touch(tmp_path / "photos/a b.jpg", tmp_path / "exports/here/export.json")
    assert find_photo(image, tmp_path / "exports/here") == tmp_path / "photos/a b.jpg"


def test_absolute_and_uploaded_photos_are_found(tmp_path: Path) -> None:
    touch(tmp_path / "a.jpg", tmp_path / "export/1f-b.jpg")
    local = f"/data/local-files/?d={str(tmp_path).lstrip('/')}/a.jpg"
    assert find_photo(str(tmp_path / "a.jpg"), Path("/elsewhere")) == tmp_path / "a.jpg"
    assert find_photo(local, Path("/elsewhere")) == tmp_path / "a.jpg"
    assert find_photo("/data/upload/3/1f-b.jpg", tmp_path / "export") == tmp_path / "export/1f-b.jpg"


def test_inputs_may_come_in_any_order(tmp_path: Path) -> None:
    touch(tmp_path / "one/ivory/a.jpg", tmp_path / "two/bone/b.jpg")
    one, two = tmp_path / "one", tmp_path / "two"
    assert read_inputs([one, two]) == read_inputs([two, one])
    assert len(read_inputs([one, two]).rows) == 2


@pytest.mark.parametrize("name", ["nothing", "photos.zip"])
def test_what_is_no_input_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "photos.zip").write_bytes(b"PK")
    with pytest.raises(DatasetError, match=name):
        read_input(tmp_path / name)
