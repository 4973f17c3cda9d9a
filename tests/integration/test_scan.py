"""A scan keeps every row: across kills, poison, hangs, retries; each item once, the same as an unbroken run."""

from __future__ import annotations

import io
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from wildvision.archive import Row, ScanOptions, ScanRun, Selection, read_part, scan
from wildvision.archive.folder import JOURNAL, PARTS
from wildvision.archive.items import InMemory, Item
from wildvision.archive.rows import TIMINGS, Scorer
from wildvision.archive.workers import HELD_BYTES, QUEUED, Workers
from wildvision.classifier import Classifier
from wildvision.cli import main
from wildvision.errors import ArchiveError, ScanError

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


def test_missing_pyarrow_is_said_before_anything_is_scored(
    photos: Path, tiny_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ArchiveError, match="extra `scan`"):
        ScanRun(tmp_path / "out", options(photos, tiny_directory))
    assert not (tmp_path / "out").exists()
    ScanRun(tmp_path / "out", options(photos, tiny_directory, file_format="csv"))


@pytest.mark.parametrize("kept", [0.5, 0.99, 0.0])
def test_a_torn_journal_costs_nothing(
    kept: float, photos: Path, tiny_directory: Path, tmp_path: Path, unbroken: list[dict[str, object]]
) -> None:
    """Parts are whole or not there, so the journal is made again from them."""
    chosen = options(photos, tiny_directory)
    finish(tmp_path, chosen)
    lines = (tmp_path / JOURNAL).read_text()
    (tmp_path / JOURNAL).write_text(lines[: int(len(lines) * kept)])
    assert list(ScanRun(tmp_path, chosen).run()) == []
    assert records(tmp_path) == unbroken
    assert (tmp_path / JOURNAL).read_text() == lines


def test_a_damaged_part_is_named(photos: Path, tiny_directory: Path, tmp_path: Path) -> None:
    chosen = options(photos, tiny_directory)
    before = finish(tmp_path, chosen)
    part = tmp_path / PARTS / "part-000002.parquet"
    part.write_bytes(part.read_bytes()[:1000])
    with pytest.raises(ScanError, match=r"part-000002\.parquet.*remove it"):
        list(ScanRun(tmp_path, chosen).run())
    part.unlink()
    assert [part.rows for part in ScanRun(tmp_path, chosen).run()] == [25]
    by_id = {str(row["id"]): row for row in before}
    assert {str(row["id"]): row for row in records(tmp_path)} == by_id


def test_stopping_ends_with_whole_parts(photos: Path, tiny_directory: Path, tmp_path: Path) -> None:
    # One worker: no other runs ahead. It holds items of the second part when the first is whole.
    run = ScanRun(tmp_path, options(photos, tiny_directory, workers=1))
    seen = []
    for part in run.run():
        seen.append(part)
        run.stop()
    assert [(part.number, part.rows) for part in seen] == [(0, 25), (1, 25)]


@pytest.mark.parametrize("file_format", ["parquet", "jsonl", "csv"])
def test_a_full_disk_costs_the_part_at_work(
    file_format: str, photos: Path, tiny_directory: Path, tmp_path: Path, unbroken: list[dict[str, object]]
) -> None:
    """The system refuses to write more than 2 kB to a file, in the middle of a part, as on a full disk."""
    chosen = options(photos, tiny_directory, file_format=file_format)
    run = ScanRun(tmp_path, chosen).run()
    next(run)
    run.close()  # type: ignore[attr-defined]
    command = [
        sys.executable, "-m", "wildvision", "scan", str(photos), "--out", str(tmp_path), "--format", file_format,
        "--model", str(tiny_directory), "--part-rows", "25", "--workers", "2",
    ]  # fmt: skip

    def fill_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    full = subprocess.run(command, preexec_fn=fill_disk, capture_output=True, text=True, check=False)
    assert full.returncode == 2, full.stderr
    message = " ".join(full.stderr.split())
    assert "part 1 cannot be written" in message
    assert "make room" in message
    assert "run the same command again" in message
    assert [path.name for path in (tmp_path / PARTS).iterdir()] == [f"part-000000.{file_format}"]
    (tmp_path / PARTS / f".part-000001.{file_format}.77.tmp").write_bytes(b"torn by a kill")
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 1, again.stderr
    assert [{**row, "warnings": list(row["warnings"])} for row in records(tmp_path)] == unbroken  # type: ignore[call-overload]
    assert not list((tmp_path / PARTS).glob(".*"))


def test_another_model_or_policy_is_refused_and_the_rest_may_change(
    photos: Path, tiny_directory: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from tests.tiny_model import write_tiny_model

    out = tmp_path / "out"
    finish(out, options(photos, tiny_directory, selection=Selection(limit=50)))
    other = write_tiny_model(tmp_path_factory.mktemp("models") / "other", id="other")
    with pytest.raises(ScanError, match="model: 'tiny' then, 'other' now"):
        ScanRun(out, options(photos, other, selection=Selection(limit=50)))
    with pytest.raises(ScanError, match=r"decide .* --policy strict"):
        ScanRun(out, options(photos, tiny_directory, policy="strict"))
    with pytest.raises(ScanError, match="embeddings: False then, True now"):
        ScanRun(out, options(photos, tiny_directory, embeddings=True))
    changed = options(photos, tiny_directory, part_rows=7, workers=1, selection=Selection(limit=64))
    assert [part.rows for part in ScanRun(out, changed).run()] == [7, 7]
    assert len({row["id"] for row in records(out)}) == len(records(out)) == 64


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

    def score(self, key: int, item: Item) -> Row:
        if item.id == "kills":
            os.kill(os.getpid(), signal.SIGKILL)
        if item.id == "hangs":
            time.sleep(60)
        return Row(id=item.id)


def test_poison_costs_one_item() -> None:
    names = ["a", "b", "kills", "c", "hangs", "d", *map(str, range(20))]
    items = [Item(id=name, content=InMemory(b"")) for name in names]
    with Workers(Poisoned, count=2, timeout_s=3.0) as pool:
        rows = dict(pool.score(enumerate(items)))
    assert [rows[k].id for k in range(len(names))] == names
    assert {row.id: row.error_message for row in rows.values() if isinstance(row, Row) and row.error} == {
        "kills": "the process that decoded it died",
        "hangs": "it took longer than 3 s",
    }


class Slow(Scorer):
    """Takes long for the first item only."""

    def __init__(self) -> None:
        pass

    def score(self, key: int, item: Item) -> Row:
        time.sleep(1.0 if item.id == "0" else 0.0)
        return Row(id=item.id)


def test_nothing_runs_far_ahead_of_a_slow_item() -> None:
    items = [Item(id=str(number), content=InMemory(b"")) for number in range(200)]
    with Workers(Slow, count=2, ahead=12) as pool:
        numbers = [number for number, _ in pool.score(enumerate(items))]
    assert sorted(numbers) == list(range(200))
    assert max(numbers[: numbers.index(0)], default=0) < 12


@pytest.mark.parametrize(("size", "held"), [(1, QUEUED), (HELD_BYTES // 4, 4), (HELD_BYTES, 2)])
def test_large_images_wait_outside_the_workers(size: int, held: int) -> None:
    drawn: list[Item] = []

    def items() -> Iterator[Item]:
        for number in range(2 * QUEUED):
            drawn.append(Item(id=str(number), content=InMemory(bytes(size))))
            yield drawn[-1]

    with Workers(Slow, count=1) as pool:
        rows = pool.score(enumerate(items()))
        assert next(rows)[0] == 0
        assert len(drawn) == held  # while the first was scored, no more was drawn
        assert [number for number, _ in rows] == list(range(1, 2 * QUEUED))


def test_scan_streams_rows(photos: Path, tiny_directory: Path) -> None:
    rows = scan([str(photos)], model=str(tiny_directory), selection=Selection(limit=5), workers=1)
    assert [row.verdict is not None for row in rows] == [True] * 5


def write_hostile_archives(folder: Path, good: bytes) -> None:
    """Write what must neither be followed nor unpacked, next to pictures that must be scored."""
    deep = folder.joinpath(*["d"] * 100)
    deep.mkdir(parents=True)
    (deep / "deep.jpg").write_bytes(good)
    with open(os.fsencode(folder) + b"/caf\xe9.jpg", "wb") as file:  # noqa: PTH123
        file.write(good)
    with tarfile.open(folder / "odd.tar", "w", encoding="utf-8", errors="surrogateescape") as archive:
        for name in ("../../up.jpg", "/etc/absolute.jpg", "caf\udce9.jpg", "inner.zip"):
            info = tarfile.TarInfo(name)
            info.size = len(good)
            archive.addfile(info, io.BytesIO(good))
        kinds = {
            "link": tarfile.SYMTYPE,
            "hard": tarfile.LNKTYPE,
            "device": tarfile.CHRTYPE,
            "pipe": tarfile.FIFOTYPE,
        }
        for name, kind in kinds.items():
            info = tarfile.TarInfo(f"{name}.jpg")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    with zipfile.ZipFile(folder / "odd.zip", "w") as archive:
        archive.writestr("../../up.jpg", good)
        archive.writestr("caf\u00e9.jpg", good)
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.jpg", bytes(40_000_000))
    with tarfile.open(folder / "bomb.tar.gz", "w:gz") as archive:
        info = tarfile.TarInfo("zeros.jpg")
        info.size = 40_000_000
        archive.addfile(info, io.BytesIO(bytes(info.size)))
    with tarfile.open(folder / "whole.tar.gz", "w:gz") as archive:
        for number in range(8):
            info = tarfile.TarInfo(f"{number:02}.jpg")
            content = good if number == 0 else os.urandom(20_000)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    content = (folder / "whole.tar.gz").read_bytes()
    (folder / "whole.tar.gz").unlink()
    (folder / "cut.tar.gz").write_bytes(content[: len(content) // 2])


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

    def test_hostile_archives_give_rows_and_nothing_is_written_elsewhere(
        self, photos: Path, tiny_directory: Path, tmp_path: Path
    ) -> None:
        good = (photos / "0000.jpg").read_bytes()
        inbox = tmp_path / "world" / "inbox"
        write_hostile_archives(inbox, good)
        before = sorted((tmp_path / "world").rglob("*"))
        out = tmp_path / "out"
        arguments = ["scan", str(inbox), str(inbox / "*.tar*"), str(inbox / "*.zip"), "--out", str(out)]
        result = CliRunner().invoke(main, [*arguments, "--model", str(tiny_directory), "--workers", "2"])
        assert result.exit_code == 1, result.output
        assert sorted((tmp_path / "world").rglob("*")) == before
        assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "world"]
        rows = {str(row["id"]).removeprefix(str(inbox)): row for row in records(out)}
        scored = {name for name, row in rows.items() if row["verdict"]}
        assert scored == {
            "/" + "d/" * 100 + "deep.jpg", "/caf\\xe9.jpg",
            "/odd.tar!../../up.jpg", "/odd.tar!/etc/absolute.jpg", "/odd.tar!caf\\xe9.jpg",
            "/odd.zip!../../up.jpg", "/odd.zip!caf\u00e9.jpg", "/cut.tar.gz!00.jpg",
        }  # fmt: skip
        failed = {name: str(row["error_message"]) for name, row in rows.items() if row["error"]}
        noise = {name for name in failed if name.startswith("/cut.tar.gz!0")}
        assert rows.keys() == scored | failed.keys()
        for name in ("link", "hard", "device", "pipe"):
            assert "it was not followed" in failed[f"/odd.tar!{name}.jpg"]
        assert "inside an archive" in failed["/odd.tar!inner.zip"]
        assert "compression of at most 200" in failed["/bomb.zip!zeros.jpg"]
        (bomb,) = (name for name in failed if name.startswith("/bomb.tar.gz!"))
        assert "compression of at most 200" in failed[bomb]
        assert "damaged or cut off" in failed["/cut.tar.gz!rest"]
        assert failed.keys() - noise == {
            *(f"/odd.tar!{name}.jpg" for name in ("link", "hard", "device", "pipe")),
            "/odd.tar!inner.zip", "/bomb.zip!zeros.jpg", "/cut.tar.gz!rest", bomb,
        }  # fmt: skip

    def test_a_zip_cut_in_the_middle_is_refused_by_name(self, tiny_directory: Path, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "cut.zip", "w") as archive:
            archive.writestr("1.jpg", bytes(1000))
        content = (tmp_path / "cut.zip").read_bytes()
        (tmp_path / "cut.zip").write_bytes(content[:500])
        arguments = ["scan", str(tmp_path / "cut.zip"), "--out", str(tmp_path / "out")]
        result = CliRunner().invoke(main, [*arguments, "--model", str(tiny_directory)])
        assert result.exit_code == 2
        assert "expected a zip archive" in " ".join(result.output.split())

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
