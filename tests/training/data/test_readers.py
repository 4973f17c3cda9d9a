from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.training.drawing import write_csv
from training.data import folders
from training.data.label_studio import find_photo
from training.data.listing import ListedPhoto, read_marks
from training.data.readers import read_input, read_inputs
from training.errors import DatasetError


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def rows_by_name(path: Path) -> dict[str, ListedPhoto]:
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
    expected = ListedPhoto(
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
    assert read_input(path).rows == (ListedPhoto(path=tmp_path / "a.jpg", labels=frozenset({"ivory"})),)


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


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_labels_that_nobody_gave_leave_the_photo_out(kind: str, tmp_path: Path) -> None:
    records = [
        {"path": "a.jpg", "labels": None, "lookalikes": None},
        {"path": "b.jpg", "labels": None, "lookalikes": "bone"},
        {"path": "c.jpg", "labels": "everyday", "lookalikes": None},
        {"path": "d.jpg", "labels": "", "lookalikes": ""},
    ]
    listing = read_input(write_manifest(tmp_path, kind, records))
    assert {row.path.name: set(row.labels) for row in listing.rows} == {
        "b.jpg": {"bone"},
        "c.jpg": set(),
        "d.jpg": set(),
    }
    assert [(entry.path.name, entry.error) for entry in listing.rejected] == [("a.jpg", "Unlabelled")]
    rows = read_input(write_manifest(tmp_path, kind, records), labelled=False).rows
    assert len(rows) == 4  # they are what `training.select` looks for


@pytest.mark.parametrize("labels", [3, True, 0.5, [1, 2], [None], {"ivory": False}])
def test_labels_that_are_no_text_are_refused(labels: Any, tmp_path: Path) -> None:
    path = write_manifest(tmp_path, "jsonl", [{"path": "a.jpg", "labels": labels}])
    with pytest.raises(DatasetError, match="row 1: expected labels as text"):
        read_input(path)


def test_class_numbers_in_parquet_are_refused(tmp_path: Path) -> None:
    path = write_manifest(tmp_path, "parquet", [{"path": "a.jpg", "labels": 1}])
    with pytest.raises(DatasetError, match="row 1: expected labels as text"):
        read_input(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,labels\na.jpg,ivory,bone\n", "row 1: expected no more cells than columns.*bone"),
        ("path,labels,labels\na.jpg,ivory,\n", "each column once, found 'labels'"),
        ('path,labels\na.jpg,"ivory\nb.jpg,bone\n', "unexpected end of data"),
    ],
)
def test_a_csv_that_would_lose_labels_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text(text)
    with pytest.raises(DatasetError, match=message):
        read_input(tmp_path)


def test_a_csv_line_that_ends_before_its_labels_leaves_the_photo_out(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text("path,labels\na.jpg,ivory\nb.jpg\n")
    listing = read_input(tmp_path)
    assert [row.path.name for row in listing.rows] == ["a.jpg"]
    assert [(entry.path.name, entry.error) for entry in listing.rejected] == [("b.jpg", "Unlabelled")]


# --- linked, empty and unreadable folders -----------------------------------------------------------------


def test_linked_label_and_source_folders_are_followed(tmp_path: Path) -> None:
    touch(tmp_path / "real/a.jpg", tmp_path / "shop/b.jpg", tmp_path / "set/everyday/c.jpg")
    (tmp_path / "set/bone").symlink_to(tmp_path / "real")
    (tmp_path / "set/everyday/shop").symlink_to(tmp_path / "shop")
    rows = rows_by_name(tmp_path / "set")
    assert (rows["a.jpg"].labels, rows["a.jpg"].path) == ({"bone"}, tmp_path / "set/bone/a.jpg")
    assert rows["b.jpg"].source == "shop"


def test_each_real_folder_is_listed_once_and_the_way_back_is_named(tmp_path: Path) -> None:
    touch(tmp_path / "set/ivory/museum/a.jpg", tmp_path / "set/everyday/b.jpg")
    (tmp_path / "set/ivory/again").symlink_to(tmp_path / "set/ivory/museum")
    (tmp_path / "set/ivory/museum/round").symlink_to(tmp_path / "set/ivory")
    (tmp_path / "set/ivory/up").symlink_to(tmp_path / "set")
    listing = read_input(tmp_path / "set")
    assert [row.path.name for row in listing.rows] == ["b.jpg", "a.jpg"]
    assert [(entry.path.name, entry.error) for entry in listing.rejected] == [("up", "LinkLoop")]


def test_a_folder_that_two_labels_link_to_is_listed_under_both(tmp_path: Path) -> None:
    touch(tmp_path / "real/a.jpg", tmp_path / "set/everyday/c.jpg")
    for label in ("bone", "ivory"):
        (tmp_path / "set" / label).symlink_to(tmp_path / "real")
    labels = [set(row.labels) for row in read_input(tmp_path / "set").rows if row.path.name == "a.jpg"]
    assert labels == [{"bone"}, {"ivory"}]


def test_an_empty_label_folder_is_named(tmp_path: Path) -> None:
    touch(tmp_path / "ivory/a.jpg")
    (tmp_path / "bone/deep").mkdir(parents=True)
    assert [(e.path.name, e.error) for e in read_input(tmp_path).rejected] == [("bone", "EmptyFolder")]


def test_a_folder_whose_label_is_blank_is_refused(tmp_path: Path) -> None:
    touch(tmp_path / "+/a.jpg")
    with pytest.raises(DatasetError, match="named by their label"):
        read_input(tmp_path)


def test_folders_that_cannot_be_listed_are_all_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "ivory/a.jpg", tmp_path / "bone/deep/b.jpg", tmp_path / "shell/c.jpg")
    scandir = os.scandir

    def refuse(folder: Any) -> Any:  # root may read every folder, so permissions alone cannot show it
        if Path(folder).name in {"deep", "shell"}:
            raise PermissionError(13, "Permission denied", str(folder))
        return scandir(folder)

    monkeypatch.setattr(folders.os, "scandir", refuse)
    with pytest.raises(
        DatasetError, match=r"(?s)found 2 that cannot be.*deep: Permission denied.*shell: Perm"
    ):
        read_input(tmp_path)


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


@pytest.mark.parametrize(
    ("listed", "named"),
    [
        (1, "1"),
        ("1", 1),
        ("000000000001", 1),
        (1, "000000000001"),
        (1.0, 1),
        (1, 1.0),
        ("1.0", 1),
        (" 1", "1"),
    ],
)
def test_coco_ids_are_compared_as_text(listed: Any, named: Any, tmp_path: Path) -> None:
    path = write_coco(
        tmp_path,
        images=[{"id": listed, "file_name": "a.jpg", "license": 7}, {"id": 2, "file_name": "b.jpg"}],
        annotations=[{"image_id": named, "category_id": "5"}],
        categories=[{"id": 5, "name": "ivory"}],
        licenses=[{"id": "7", "name": "CC0"}],
    )
    rows = rows_by_name(path)
    assert (rows["a.jpg"].labels, rows["a.jpg"].licence, rows["b.jpg"].labels) == ({"ivory"}, "CC0", set())


@pytest.mark.parametrize(("listed", "named"), [(5, "5"), ("5", 5), ("05", 5)])
def test_coco_category_ids_are_compared_as_text(listed: Any, named: Any, tmp_path: Path) -> None:
    found = [{"image_id": 1, "category_id": named}]
    path = write_coco(tmp_path, annotations=found, categories=[{"id": listed, "name": "ivory"}])
    assert rows_by_name(path)["a.jpg"].labels == {"ivory"}


def test_coco_annotations_without_an_image_are_counted_and_named(tmp_path: Path) -> None:
    more = [{"image_id": name, "category_id": 5} for name in (777, "x9", 777, None)]
    path = write_coco(tmp_path, annotations=[{"image_id": 1, "category_id": 5}, *more])
    (entry,) = read_input(path).rejected
    assert (entry.path, entry.error) == (path, "AnnotationWithoutImage")
    assert "4 of 5 annotations" in entry.message
    assert "777, x9, None" in entry.message


def test_coco_whose_annotations_all_miss_their_images_is_refused(tmp_path: Path) -> None:
    path = write_coco(tmp_path, annotations=[{"image_id": "a.jpg", "category_id": 5}])
    with pytest.raises(DatasetError, match=r"1 of 1 annotations.*not listed: a\.jpg.*begin with 1, 2"):
        read_input(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"images": [{"id": n, "file_name": f"{n}.jpg"} for n in ("01", "001")]},
            "could be any of '001', '01'",
        ),
        ({"images": [{"id": n, "file_name": f"{n!r}.jpg"} for n in (1, "1")]}, "images with different ids"),
        (
            {"categories": [{"id": 5, "name": "ivory"}, {"id": "5", "name": "bone"}]},
            "categories with different",
        ),
        ({"categories": [{"id": 5, "name": " "}, {"id": 6, "name": "statue"}]}, r"found none for \[5\]"),
        ({"annotations": [{"image_id": 1, "category_id": None}]}, "expected COCO"),
    ],
)
def test_coco_that_can_be_read_in_two_ways_is_refused(
    changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(DatasetError, match=message):
        read_input(write_coco(tmp_path, **changes))


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
    expected = ListedPhoto(
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


def mark(kind: str, value: Any, region: str | None = None) -> dict[str, Any]:
    return {"type": kind, "value": value} | ({"id": region} if region else {})


KINDS = [
    "rectanglelabels",
    "polygonlabels",
    "brushlabels",
    "keypointlabels",
    "ellipselabels",
    "bitmasklabels",
]


@pytest.mark.parametrize("kind", [*KINDS, "labels", "choices"])
def test_labels_of_every_kind_count(kind: str, tmp_path: Path) -> None:
    found = mark(kind, {kind: ["ivory"], "x": 1})
    assert read_tasks(tmp_path, task({"result": [found]})).rows[0].labels == {"ivory"}


@pytest.mark.parametrize(
    ("paths", "labels"),
    [
        ([["ivory"]], {"ivory"}),
        ([["products", "ivory"], ["bone"]], {"ivory", "bone"}),
        ([["products"], ["products", "ivory"]], {"ivory"}),
        ([["none"]], set()),
    ],
)
def test_the_leaves_of_a_taxonomy_are_labels(paths: Any, labels: set[str], tmp_path: Path) -> None:
    found = mark("taxonomy", {"taxonomy": paths})
    assert read_tasks(tmp_path, task({"result": [found]})).rows[0].labels == labels


def test_a_region_may_get_its_label_from_another_result(tmp_path: Path) -> None:
    found = [mark("rectangle", {"x": 1}, "r1"), mark("choices", {"choices": ["ivory"]}, "r1")]
    comment = mark("textarea", {"text": ["cracked"]})
    assert read_tasks(tmp_path, task({"result": [*found, comment]})).rows[0].labels == {"ivory"}


@pytest.mark.parametrize(
    "found",
    [
        mark("textarea", {"text": ["ivory"]}),
        mark("rating", {"rating": 4}),
        mark("number", {"number": 1}),
        mark("rectanglelabels", {"x": 1, "y": 1}),
        mark("rectanglelabels", {"rectanglelabels": []}),
        mark("polygonlabels", {"polygonlabels": [""]}),
        mark("choices", {"choices": [3]}),
        mark("choices", {"choices": [None, "ivory"]}),
        mark("choices", None),
        mark("taxonomy", {"taxonomy": [[]]}),
        mark("rectangle", {"x": 1}, "r1"),
        mark("relation", None),
        mark("", {}),
    ],
)
def test_a_result_without_a_label_is_no_negative(found: dict[str, Any], tmp_path: Path) -> None:
    for results in ([found], [found, mark("textarea", {"text": ["?"]})]):
        listing = read_tasks(tmp_path, task({"result": results}))
        assert not listing.rows
        (entry,) = listing.rejected
        assert (entry.error, entry.path.name) == ("Unlabelled", "a.jpg")
        assert found["type"] in entry.message


def test_a_box_without_class_beside_one_with_leaves_the_photo_out(tmp_path: Path) -> None:
    boxes = [mark("rectanglelabels", {"rectanglelabels": ["ivory"]}, "a"), mark("rectanglelabels", {}, "b")]
    listing = read_tasks(tmp_path, task({"result": boxes}))
    assert [entry.error for entry in listing.rejected] == ["Unlabelled"]


@pytest.mark.parametrize(
    "annotation",
    [
        {},
        {"result": None},
        {"result": "ivory"},
        {"result": [], "skipped": True},
        {"result": [], "draft": True},
    ],
)
def test_an_annotation_that_nobody_finished_is_no_negative(
    annotation: dict[str, Any], tmp_path: Path
) -> None:
    listing = read_tasks(tmp_path, task(annotation))
    assert [entry.error for entry in listing.rejected] == ["Unlabelled"]


def test_a_draft_that_says_more_than_an_empty_annotation_leaves_the_photo_open(tmp_path: Path) -> None:
    drafted = task({"result": []}) | {"drafts": [{"result": choose("ivory")["result"]}]}
    assert [entry.error for entry in read_tasks(tmp_path, drafted).rejected] == ["Unlabelled"]
    assert len(read_tasks(tmp_path, task({"result": []}) | {"drafts": [{"result": []}]}).rows) == 1


def test_one_who_saw_nothing_disagrees_with_one_who_saw_ivory(tmp_path: Path) -> None:
    (row,) = read_tasks(tmp_path, task(choose("ivory"), choose("everyday"))).rows
    assert (row.labels, row.unsettled) == (set(), {"ivory"})


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
