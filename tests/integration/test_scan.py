"""A scan keeps every row: across kills, poison, hangs, retries; each item once, the same as an unbroken run."""

from __future__ import annotations

import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from wildvision.archive import Row, ScanOptions, ScanRun, Selection, read_part, scan
from wildvision.archive.items import InMemory, Item
from wildvision.archive.rows import TIMINGS, Scorer
from wildvision.archive.run import JOURNAL, PARTS
from wildvision.archive.workers import Workers
from wildvision.classifier import Classifier
from wildvision.cli import main
from wildvision.errors import ScanError

ITEMS = 120
BROKEN = 20  # one item of so many
COLOURS = ((250, 10, 10), (10, 250, 10), (10, 10, 250), (120, 120, 120))


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of coloured pictures, one of twenty of them broken."""
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    for number in range(ITEMS):
        pixels = np.clip(rng.normal(0, 30, (60, 80, 3)) + COLOURS[number % 4], 0, 255).astype(np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG")
        content = buffer.getvalue()
        (folder / f"{number:04}.jpg").write_bytes(content[:300] if number % BROKEN == 7 else content)
    return folder


def options(photos: Path, tiny_directory: Path, **changes: object) -> ScanOptions:
    values = {
        "sources": (str(photos),),
        "model": str(tiny_directory),
        "part_rows": 25,
        "workers": 2,
        **changes,
    }
    return ScanOptions(**values)  # type: ignore[arg-type]


def records(out: Path) -> list[dict[str, object]]:
    """Return all rows of a scan, without what differs from run to run: times."""
    found = [record for part in sorted((out / PARTS).glob("part-*")) for record in read_part(part)]
    return [{name: value for name, value in record.items() if name not in TIMINGS} for record in found]


def finish(out: Path, chosen: ScanOptions) -> list[dict[str, object]]:
    list(ScanRun(out, chosen).run())
    return records(out)


@pytest.fixture(scope="session")
def unbroken(
    photos: Path, tiny_directory: Path, tmp_path_factory: pytest.TempPathFactory
) -> list[dict[str, object]]:
    return finish(tmp_path_factory.mktemp("unbroken"), options(photos, tiny_directory))


def test_every_item_has_a_row_in_order(unbroken: list[dict[str, object]], photos: Path) -> None:
    assert [row["id"] for row in unbroken] == [str(path) for path in sorted(photos.iterdir())]
    failed = [row for row in unbroken if row["error"]]
    assert len(failed) == ITEMS // BROKEN
    assert {row["error"] for row in failed} == {"ImageDecodeError"}
    assert all(row["sha256"] and row["bytes"] == 300 and not row["verdict"] for row in failed)
    red = unbroken[0]
    assert red["format"] == "JPEG"
    assert (red["width"], red["height"]) == (80, 60)
    assert len(str(red["pdq"])) == 64
    assert red["score_ivory"] > 0.9  # type: ignore[operator]
    assert red["model_sha256"]


def test_rows_agree_with_the_classifier(unbroken: list[dict[str, object]], tiny_directory: Path) -> None:
    classifier = Classifier(tiny_directory)
    for row in unbroken[:5]:
        result = classifier.classify(str(row["id"]))
        assert row["verdict"] == result.verdict
        assert row["score_bone"] == pytest.approx(result.score("bone"), abs=1e-6)


@pytest.mark.parametrize("file_format", ["jsonl", "csv", "parquet"])
def test_formats_hold_the_same(
    file_format: str, photos: Path, tiny_directory: Path, tmp_path: Path, unbroken: list[dict[str, object]]
) -> None:
    assert finish(tmp_path, options(photos, tiny_directory, file_format=file_format)) == unbroken


def test_embeddings(photos: Path, tiny_directory: Path, tmp_path: Path) -> None:
    chosen = options(photos, tiny_directory, embeddings=True, selection=Selection(limit=8))
    rows = finish(tmp_path, chosen)
    vectors = [row["embedding"] for row in rows]
    assert vectors[7] is None
    assert np.linalg.norm(np.array(vectors[0])) == pytest.approx(1, abs=1e-5)


def test_duckdb_reads_the_parts(photos: Path, tiny_directory: Path, tmp_path: Path) -> None:
    finish(tmp_path, options(photos, tiny_directory))
    query = f"SELECT verdict, count(*) FROM '{tmp_path}/parts/*.parquet' GROUP BY verdict"
    assert sum(count for _, count in duckdb.sql(query).fetchall()) == ITEMS


def test_kills_lose_nothing(
    photos: Path, tiny_directory: Path, tmp_path: Path, unbroken: list[dict[str, object]]
) -> None:
    """Kill the whole process group again and again, a moment after it has made a little progress."""
    out = tmp_path / "out"
    command = [
        sys.executable, "-m", "wildvision", "scan", str(photos), "--out", str(out),
        "--model", str(tiny_directory), "--part-rows", "5", "--workers", "2",
    ]  # fmt: skip
    rng, kills = random.Random(1), 0
    for _ in range(8):
        before = journal_length(out)
        process = subprocess.Popen(
            command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while journal_length(out) == before and process.poll() is None:
            time.sleep(0.002)
        time.sleep(rng.uniform(0, 0.05))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            kills += 1
        if process.wait() == 1:
            break
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1
    assert kills > 0
    assert records(out) == unbroken


def journal_length(out: Path) -> int:
    """Return the bytes of the run's journal."""
    journal = out / JOURNAL
    return journal.stat().st_size if journal.exists() else 0


def test_a_torn_journal_costs_one_part(
    photos: Path, tiny_directory: Path, tmp_path: Path, unbroken: list[dict[str, object]]
) -> None:
    chosen = options(photos, tiny_directory)
    finish(tmp_path, chosen)
    lines = (tmp_path / JOURNAL).read_text()
    (tmp_path / JOURNAL).write_text(lines[: len(lines) - 40])
    assert len(list(ScanRun(tmp_path, chosen).run())) == 1
    assert records(tmp_path) == unbroken
    assert list(ScanRun(tmp_path, chosen).run()) == []


def test_stopping_ends_with_whole_parts(photos: Path, tiny_directory: Path, tmp_path: Path) -> None:
    # One worker: no other runs ahead. It holds items of the second part when the first is whole.
    run = ScanRun(tmp_path, options(photos, tiny_directory, workers=1))
    seen = []
    for part in run.run():
        seen.append(part)
        run.stop()
    assert [(part.number, part.rows) for part in seen] == [(0, 25), (1, 25)]


def test_another_model_or_changed_sources_are_refused(
    photos: Path, tiny_directory: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from tests.tiny_model import write_tiny_model

    out = tmp_path / "out"
    finish(out, options(photos, tiny_directory, selection=Selection(limit=50)))
    other = write_tiny_model(tmp_path_factory.mktemp("models") / "other", id="other")
    with pytest.raises(ScanError, match="model: 'tiny' then, 'other' now"):
        ScanRun(out, options(photos, other, selection=Selection(limit=50)))
    with pytest.raises(ScanError, match="part_rows"):
        ScanRun(out, options(photos, tiny_directory, part_rows=10, selection=Selection(limit=50)))
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in sorted(photos.iterdir())[:60]:
        (copy / path.name).symlink_to(path)
    chosen = options(copy, tiny_directory)
    run = ScanRun(tmp_path / "second", chosen)
    next(run.run())
    (copy / "0000.jpg").unlink()
    with pytest.raises(ScanError, match="the sources changed"):
        list(ScanRun(tmp_path / "second", chosen).run())


def test_failed_items_can_be_tried_again(tiny_directory: Path, tmp_path: Path, photos: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for path in sorted(photos.iterdir())[:30]:
        (folder / path.name).write_bytes(path.read_bytes())
    chosen = options(folder, tiny_directory, part_rows=10)
    before = finish(tmp_path / "out", chosen)
    (folder / "0007.jpg").write_bytes((folder / "0008.jpg").read_bytes())
    run = ScanRun(tmp_path / "out", chosen)
    assert [part.number for part in run.retry_failed()] == [0, 2]
    after = records(tmp_path / "out")
    assert before[7]["error"]
    assert not after[7]["error"]
    assert after[27]["error"]
    assert [row for k, row in enumerate(after) if k not in (7, 27)] == [
        row for k, row in enumerate(before) if k not in (7, 27)
    ]
    assert [part.errors for part in run.parts] == [{}, {}, {"ImageDecodeError": 1}]


def test_selections(photos: Path) -> None:
    items = [Item(id=str(k), content=InMemory(b""), modified=float(k) if k else None) for k in range(1000)]
    half = [item.id for item in Selection(sample=0.5).take(items)]
    assert 420 < len(half) < 580
    assert half == [item.id for item in Selection(sample=0.5).take(reversed(items))][::-1]
    assert [item.id for item in Selection(since=998.0).take(items)] == ["0", "998", "999"]
    assert len(list(Selection(limit=3).take(items))) == 3


class Poisoned(Scorer):
    """Dies of one item and hangs at another."""

    def __init__(self) -> None:
        pass

    def score(self, item_id: str, content: object) -> Row:
        if item_id == "kills":
            os.kill(os.getpid(), signal.SIGKILL)
        if item_id == "hangs":
            time.sleep(60)
        return Row(id=item_id)


def test_poison_costs_one_item() -> None:
    names = ["a", "b", "kills", "c", "hangs", "d", *map(str, range(20))]
    items = [Item(id=name, content=InMemory(b"")) for name in names]
    with Workers(Poisoned, count=2, timeout_s=3.0) as pool:
        rows = dict(pool.score(enumerate(items)))
    assert [rows[k].id for k in range(len(names))] == names
    assert {row.id: row.error_message for row in rows.values() if row.error} == {
        "kills": "the process that decoded it died",
        "hangs": "it took longer than 3 s",
    }


def test_scan_streams_rows(photos: Path, tiny_directory: Path) -> None:
    rows = scan([str(photos)], model=str(tiny_directory), selection=Selection(limit=5), workers=1)
    assert [row.verdict is not None for row in rows] == [True] * 5


class TestCommand:
    def test_table_and_exit_status(self, photos: Path, tiny_directory: Path, tmp_path: Path) -> None:
        arguments = [
            "scan",
            str(photos),
            "--out",
            str(tmp_path / "o"),
            "--model",
            str(tiny_directory),
            "--limit",
            "20",
        ]
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 1, result.output
        assert "20 images" in result.output
        assert "ImageDecodeError" in result.output

    def test_json_events(self, photos: Path, tiny_directory: Path, tmp_path: Path) -> None:
        arguments = [
            "scan", str(photos), "--out", str(tmp_path / "o"), "--model", str(tiny_directory), "--limit", "6",
            "--part-rows", "3", "--json", "--format", "jsonl",
        ]  # fmt: skip
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0, result.output
        events = [json.loads(line) for line in result.output.splitlines()]
        assert [event["event"] for event in events] == ["part", "part", "done"]
        assert events[-1]["images"] == 6

    def test_what_is_wrong_is_said(self, tiny_directory: Path, tmp_path: Path) -> None:
        out = str(tmp_path / "o")
        result = CliRunner().invoke(main, ["scan", "/nowhere", "--out", out, "--model", str(tiny_directory)])
        assert result.exit_code == 2
        assert "No such file" in result.output
