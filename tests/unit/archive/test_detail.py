"""How much of an image a scan looks at: the column of parts, and what a folder was begun with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.unit.test_classifier import BLUE, BONE, IVORY, collage
from wildvision import ScanError
from wildvision.archive import ScanOptions, ScanRun, scan
from wildvision.archive.decide import scan_classifier
from wildvision.archive.folder import SCAN_FILE, open_folder
from wildvision.parts import Detail


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.fromarray(IVORY).save(folder / "a.png")
    Image.fromarray(collage(BLUE, IVORY)).save(folder / "b.png")
    return folder


def options(photos: Path, model: Path, detail: Detail, file_format: str = "jsonl") -> ScanOptions:
    return ScanOptions(
        sources=(str(photos),), model=str(model), detail=detail, file_format=file_format, workers=0
    )


def test_rows_have_the_parts_of_what_was_taken_apart(photos: Path, tiny_directory: Path) -> None:
    plain, apart = scan(str(photos), model=str(tiny_directory), workers=0)
    assert plain.parts is None
    parts = json.loads(apart.parts or "")
    assert [part["kind"] for part in parts] == ["whole", "photo", "photo"]
    assert parts[2]["box"] == [56, 4, 104, 36]
    assert parts[2]["scores"]["ivory"] == pytest.approx(plain.scores["ivory"], abs=1e-4)
    assert "bone" not in parts[2]["scores"]  # look-alikes are in the answer
    assert apart.scores["ivory"] < plain.scores["ivory"]


@pytest.mark.parametrize("file_format", ["jsonl", "csv", "parquet"])
def test_parts_are_written_and_read_again(
    photos: Path, tiny_directory: Path, tmp_path: Path, file_format: str
) -> None:
    out = tmp_path / "out"
    list(ScanRun(out, options(photos, tiny_directory, "balanced", file_format)).run())
    rows = open_folder(out)[0].read(0)
    assert [row.parts is None for row in rows] == [True, False]
    assert json.loads(rows[1].parts or "")[1]["kind"] == "photo"


def test_a_folder_keeps_its_detail(photos: Path, tiny_directory: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    list(ScanRun(out, options(photos, tiny_directory, "balanced")).run())
    with pytest.raises(ScanError, match="detail: 'balanced' then, 'thorough' now"):
        ScanRun(out, options(photos, tiny_directory, "thorough"))
    record = json.loads((out / SCAN_FILE).read_text())
    classifier = scan_classifier(record, None)
    assert classifier is not None
    assert classifier.detail == "balanced"


def test_a_folder_that_does_not_say_was_fast(photos: Path, tiny_directory: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    list(ScanRun(out, options(photos, tiny_directory, "fast")).run())
    record = json.loads((out / SCAN_FILE).read_text())
    del record["detail"]
    (out / SCAN_FILE).write_text(json.dumps(record))
    with pytest.raises(ScanError, match="detail: 'fast' then, 'balanced' now"):
        ScanRun(out, options(photos, tiny_directory, "balanced"))
    Image.fromarray(BONE).save(photos / "c.png")
    run = ScanRun(out, options(photos, tiny_directory, "fast"))
    list(run.run())
    assert run.account.scored == 1
    assert scan_classifier(record, None).detail == "fast"  # type: ignore[union-attr]
