"""An export holds exactly what was asked for, under names that harm nobody, and says what it could not write."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from wildvision.archive import ScanOptions, ScanRun
from wildvision.archive.decisions import Decision, Decisions, Outcome
from wildvision.archive.export import FORMS, Wanted, export, label_of, safe_name
from wildvision.archive.folder import ScanFolder
from wildvision.archive.rows import Row
from wildvision.cli import main
from wildvision.errors import ScanError


def picture(seed: int, *, red: bool = True) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (12, 16, 3), np.uint8)
    if red:
        pixels[..., 1:] //= 4
    buffer = io.BytesIO()
    Image.fromarray(pixels).resize((160, 120), Image.Resampling.BICUBIC).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture
def contents() -> dict[str, bytes]:
    return {
        "a/1.jpg": picture(1),
        "b/1.jpg": picture(2),
        "=cmd().jpg": picture(3),
        "a/same as 1.jpg": picture(1),
        "everyday.jpg": picture(4, red=False),
        "x.zip!../../evil.jpg": picture(5),
        "y.tar!deep/inside.jpg": picture(6),
    }


@pytest.fixture
def results(tiny_directory: Path, tmp_path: Path, contents: dict[str, bytes]) -> Path:
    photos = tmp_path / "photos"
    for name, content in contents.items():
        archive, _, member = name.partition("!")
        (photos / archive).parent.mkdir(parents=True, exist_ok=True)
        if archive == "x.zip":
            with zipfile.ZipFile(photos / archive, "w") as target:
                target.writestr(member, content)
        elif archive == "y.tar":
            with tarfile.open(photos / archive, "w") as target:
                entry = tarfile.TarInfo(member)
                entry.size = len(content)
                target.addfile(entry, io.BytesIO(content))
        else:
            (photos / name).write_bytes(content)
    list(
        ScanRun(
            tmp_path / "results", ScanOptions(sources=(str(photos),), model=str(tiny_directory), workers=0)
        ).run()
    )
    return tmp_path / "results"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def scanned(results: Path) -> dict[str, Row]:
    folder = ScanFolder(results)
    return {row.id: row for part in folder.parts for row in folder.read(part.number)}


def decided(results: Path, ending: str, outcome: Outcome, category: str | None) -> None:
    (row,) = (row for name, row in scanned(results).items() if name.endswith(ending))
    decisions = Decisions(results)
    decisions.add(
        Decision(
            ids=(row.id,), sha256s=(row.sha256 or "",), reviewer="ann", outcome=outcome, category=category
        )
    )
    decisions.close()


def test_flagged_images_come_out_byte_for_byte_from_everywhere(
    results: Path, tmp_path: Path, contents: dict[str, bytes]
) -> None:
    exported = export(results, tmp_path / "out")
    flagged = {name: content for name, content in contents.items() if name != "everyday.jpg"}
    assert (exported.images, exported.originals, exported.missing) == (6, 6, [])
    written = {path.read_bytes() for path in (tmp_path / "out" / "originals").iterdir()}
    assert written == set(flagged.values())
    for row in rows_of(tmp_path / "out" / "hits.csv"):
        content = (tmp_path / "out" / row["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row["sha256"]
        assert content == flagged[row["id"].partition("photos/")[2]]


def test_nothing_is_written_outside_and_no_cell_is_a_formula(results: Path, tmp_path: Path) -> None:
    export(results, tmp_path / "deep" / "out")
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["out"]
    assert sorted(path.name for path in (tmp_path / "deep" / "out").iterdir()) == sorted(
        ["originals", "hits.csv", "hashes.csv", "manifest.csv", "label-studio.json"]
    )
    text = (tmp_path / "deep" / "out" / "hits.csv").read_text()
    assert not any(cell.startswith("=") for line in csv.reader(io.StringIO(text)) for cell in line)


def test_decisions_count_before_verdicts(results: Path, tmp_path: Path) -> None:
    decided(results, "a/1.jpg", Outcome.CONFIRMED, "ivory")
    decided(results, "b/1.jpg", Outcome.LOOKALIKE, "bone")
    decided(results, "inside.jpg", Outcome.UNSURE, None)
    decided(results, "evil.jpg", Outcome.NOT_WILDLIFE, None)
    out = tmp_path / "out"
    export(results, out, wanted=Wanted(verdicts=frozenset()))
    assert [row["id"].rpartition("photos/")[2] for row in rows_of(out / "hits.csv")] == ["a/1.jpg"]
    export(results, out, wanted=Wanted(verdicts=frozenset(), outcomes=frozenset(Outcome)))
    assert sorted(row["labels"] for row in rows_of(out / "manifest.csv")) == [
        "bone",
        "everyday",
        "ivory",
        "ivory?",
    ]
    tasks = json.loads((out / "label-studio.json").read_text())
    assert sum("annotations" in task for task in tasks) == 3  # unsure says nothing
    export(results, out, wanted=Wanted(category="bone", outcomes=frozenset(Outcome)))
    assert [row["decided_category"] for row in rows_of(out / "hits.csv")] == ["bone"]


def test_what_is_unsure_of_nothing_in_particular_has_no_label(results: Path, tmp_path: Path) -> None:
    decided(results, "everyday.jpg", Outcome.UNSURE, None)
    export(results, tmp_path / "out", wanted=Wanted(outcomes=frozenset(Outcome), verdicts=frozenset()))
    assert rows_of(tmp_path / "out" / "manifest.csv") == []


def test_what_may_be_shared_names_nobody(results: Path, tmp_path: Path) -> None:
    export(results, tmp_path / "out", forms=["hashes"])
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["hashes.csv"]
    rows = rows_of(tmp_path / "out" / "hashes.csv")
    assert len(rows) == 5  # two of the six are the same bytes
    assert all(row.keys() == {"sha256", "pdq", "category"} for row in rows)


def test_what_changed_or_went_is_said_and_not_written(results: Path, tmp_path: Path) -> None:
    (tmp_path / "photos" / "a" / "1.jpg").write_bytes(picture(99))
    (tmp_path / "photos" / "b" / "1.jpg").unlink()
    outcome = CliRunner().invoke(main, ["export", str(results), "--to", str(tmp_path / "out")])
    assert outcome.exit_code == 1
    assert "1 could not be read again" in outcome.output
    assert "1 changed since the scan" in outcome.output
    assert len(list((tmp_path / "out" / "originals").iterdir())) == 4
    assert len(rows_of(tmp_path / "out" / "hits.csv")) == 6


def test_the_command_says_what_it_wrote(results: Path, tmp_path: Path) -> None:
    outcome = CliRunner().invoke(
        main, ["export", str(results), "--to", str(tmp_path / "out"), "--verdict", "CLEAR"]
    )
    assert outcome.exit_code == 0, outcome.output
    assert outcome.output.startswith("1 images, 1 of them as files")
    outcome = CliRunner().invoke(
        main, ["export", str(results), "--to", str(tmp_path / "out"), "--outcome", "unsure"]
    )
    assert outcome.exit_code == 2
    assert "found none" in outcome.output


def test_a_folder_that_cannot_be_written_is_said(results: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ScanError, match="cannot be written"):
        export(results, tmp_path / "file" / "out")


@pytest.mark.parametrize(
    "name",
    ["a" * 500, "x.zip!" + "é" * 300 + ".jpg", "..", "con", "a/b\\c:d?.jpg", "", "a!b!c", "\n.jpg", "…"],
)
def test_any_name_becomes_a_safe_one(name: str, tmp_path: Path) -> None:
    safe = safe_name(Row(id=name, sha256="ab" * 32, format="JPEG"))
    assert len(safe.encode()) < 120
    assert not set(safe) & set('/\\:*?"<>|\n\0')
    (tmp_path / safe).write_bytes(b"")
    assert [path.name for path in tmp_path.iterdir()] == [safe]


def test_labels_are_those_of_the_decision() -> None:
    row = Row(id="a", category="ivory")
    decision = Decision(ids=("a",), sha256s=("",), reviewer="x", outcome=Outcome.UNSURE)
    assert label_of(row, decision) == "ivory?"
    assert label_of(Row(id="a"), decision) == ""
    assert set(FORMS) == {"originals", "hits", "hashes", "manifest", "label-studio"}


def test_the_case_bundle_is_a_form(results: Path, tmp_path: Path, tiny_directory: Path) -> None:
    outcome = CliRunner().invoke(
        main,
        [
            "export",
            str(results),
            "--to",
            str(tmp_path / "out"),
            "--form",
            "bundle",
            "--form",
            "hits",
            "--case",
            "7",
        ],
    )
    assert outcome.exit_code == 0, outcome.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["case.zip", "hits.csv"]
    verified = CliRunner().invoke(
        main, ["verify", str(tmp_path / "out/case.zip"), "--model", str(tiny_directory)]
    )
    assert verified.exit_code == 0, verified.output
    only = CliRunner().invoke(
        main, ["export", str(results), "--to", str(tmp_path / "only"), "--form", "bundle"]
    )
    assert only.exit_code == 0
    assert [path.name for path in (tmp_path / "only").iterdir()] == ["case.zip"]
