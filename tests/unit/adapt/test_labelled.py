from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.adapt.platform_photos import write_model, write_photos
from wildvision.adapt.labelled import UNKNOWN, read_labelled
from wildvision.archive import ScanOptions, ScanRun
from wildvision.errors import LabelError

CATEGORIES = ("ivory", "pangolin", "bone")


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def test_folders_name_categories_and_owners(tmp_path: Path) -> None:
    touch(tmp_path / "ivory/a.jpg", tmp_path / "bone?/shop/b.jpg", tmp_path / "everyday/shop/c.jpg")
    touch(tmp_path / "ivory+statue/d.jpg")
    found = read_labelled([tmp_path], CATEGORIES)
    by_name = {Path(photo.name).name: photo for photo in found.photos}
    assert by_name["a.jpg"].positive == {"ivory"}
    assert by_name["a.jpg"].owner == UNKNOWN
    assert (by_name["b.jpg"].positive, by_name["b.jpg"].masked) == (frozenset(), {"bone"})
    assert by_name["c.jpg"].owner == by_name["c.jpg"].group == "shop"
    assert [by_name[name].shows_product for name in ("a.jpg", "b.jpg", "c.jpg")] == [True, False, False]
    assert found.strange == {"statue": 1}


def test_the_owner_is_what_stands_before_the_slash(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("path,labels,source\na.jpg,ivory,market/one\nb.jpg,ivory,market/two\n")
    assert {photo.owner for photo in read_labelled([tmp_path / "m.csv"], CATEGORIES).photos} == {"market"}


def test_what_nobody_labelled_is_left_out_and_never_negative(tmp_path: Path) -> None:
    lines = [{"path": "a.jpg", "labels": None}, {"path": "b.jpg", "labels": []}]
    (tmp_path / "m.jsonl").write_text("\n".join(map(json.dumps, lines)))
    found = read_labelled([tmp_path / "m.jsonl"], CATEGORIES)
    assert [Path(photo.name).name for photo in found.photos] == ["b.jpg"]
    assert [(entry.path.name, entry.error) for entry in found.rejected] == [("a.jpg", "Unlabelled")]
    (tmp_path / "none.jsonl").write_text(json.dumps(lines[0]))
    with pytest.raises(LabelError, match="found none; 1 were left out"):
        read_labelled([tmp_path / "none.jsonl"], CATEGORIES)


def test_a_label_studio_export_is_read(tmp_path: Path) -> None:
    result = [{"type": "choices", "value": {"choices": ["ivory"]}}]
    tasks = [{"id": 1, "data": {"image": "a.jpg", "source": "s"}, "annotations": [{"result": result}]}]
    (tmp_path / "export.json").write_text(json.dumps(tasks))
    (photo,) = read_labelled([tmp_path / "export.json"], CATEGORIES).photos
    assert (photo.positive, photo.owner) == ({"ivory"}, "s")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    photos = write_photos(tmp_path / "photos", [("ivory", "a", 3), ("", "b", 3)])
    options = ScanOptions(
        sources=(str(photos.parent),),
        model=str(write_model(tmp_path / "tiny")),
        workers=0,
        file_format="jsonl",
    )
    list(ScanRun(tmp_path / "results", options).run())
    return tmp_path / "results"


def ids(results: Path) -> dict[str, str]:
    lines = [
        json.loads(line) for part in (results / "parts").iterdir() for line in part.read_text().splitlines()
    ]
    return {Path(line["id"]).name: line["id"] for line in lines}


def test_decisions_on_a_scan_leave_all_else_open(results: Path) -> None:
    known = ids(results)
    decisions = [
        {"id": known["ivory-a-0.png"], "decision": "rejected"},
        {"id": known["ivory-a-0.png"], "decision": "confirmed"},  # the last one counts
        {"id": known["ivory-a-1.png"], "decision": "confirmed", "category": "bone"},
        {"id": known["open-b-0.png"], "decision": "rejected", "category": "pangolin"},
        {"id": known["open-b-1.png"], "decision": "nothing"},
        {"id": known["open-b-2.png"], "decision": "unsure", "category": "ivory"},
    ]
    (results / "decisions.jsonl").write_text("\n".join(map(json.dumps, decisions)))
    found = {Path(p.name).name: p for p in read_labelled([results], CATEGORIES).photos}
    assert (found["ivory-a-0.png"].positive, found["ivory-a-0.png"].masked) == (
        {"ivory"},
        {"pangolin", "bone"},
    )
    assert found["ivory-a-1.png"].positive == {"bone"}
    assert found["open-b-0.png"].masked == {"ivory", "bone"}
    assert (found["open-b-1.png"].positive, found["open-b-1.png"].masked) == (frozenset(), frozenset())
    assert found["open-b-2.png"].masked == set(CATEGORIES)
    assert len(found) == 5
    assert found["open-b-0.png"].source.content.load(10**6).startswith(b"\x89PNG")


def test_decisions_may_be_a_table(results: Path) -> None:
    (results / "decisions.csv").write_text(f"id,decision,category\n{ids(results)['open-b-0.png']},nothing,\n")
    (photo,) = read_labelled([results], CATEGORIES).photos
    assert not photo.masked


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"id": "x", "decision": "maybe"}', "Invalid enum value"),
        ('{"id": "nowhere.jpg", "decision": "rejected"}', "found 1 on others, first: nowhere.jpg"),
        ("not JSON", "malformed"),
    ],
)
def test_decisions_that_cannot_be_meant_are_refused(results: Path, content: str, message: str) -> None:
    (results / "decisions.jsonl").write_text(content)
    with pytest.raises(LabelError, match=message):
        read_labelled([results], CATEGORIES)


def test_a_scan_without_decisions_says_how_to_write_them(results: Path) -> None:
    with pytest.raises(LabelError, match="one line an image"):
        read_labelled([results], CATEGORIES)


def test_two_answers_about_one_photo_are_refused(results: Path) -> None:
    item = ids(results)["ivory-a-0.png"]
    lines = [
        {"id": item, "decision": "confirmed", "category": "ivory"},
        {"id": item, "decision": "nothing", "category": "bone"},
    ]
    (results / "decisions.jsonl").write_text("\n".join(map(json.dumps, lines)))
    with pytest.raises(LabelError, match="found both"):
        read_labelled([results], CATEGORIES)


def test_a_decision_on_no_category_is_refused(tmp_path: Path) -> None:
    blank = write_photos(tmp_path / "blank", [("bone", "b", 1)])
    options = ScanOptions(
        sources=(str(blank.parent),), model=str(write_model(tmp_path / "m")), workers=0, file_format="jsonl"
    )
    list(ScanRun(tmp_path / "clear", options).run())
    (item,) = ids(tmp_path / "clear").values()
    (tmp_path / "clear/decisions.jsonl").write_text(json.dumps({"id": item, "decision": "rejected"}))
    with pytest.raises(LabelError, match="whose verdict names none"):
        read_labelled([tmp_path / "clear"], CATEGORIES)
