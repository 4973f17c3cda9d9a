"""A scan over sources that change: each item once, scores as of one unbroken scan, whatever stopped it meanwhile."""

from __future__ import annotations

import io
import os
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from tests.integration.test_scan import journal_length, records
from wildvision.archive import ScanOptions, ScanRun, Selection, scan
from wildvision.archive.folder import GONE, PARTS
from wildvision.archive.items import Item
from wildvision.archive.rows import Row, Scorer
from wildvision.cli import main
from wildvision.errors import ArchiveError, ScanError


def picture(seed: int) -> bytes:
    """Return a JPEG that is like no other."""
    pixels = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).resize((80, 60), Image.Resampling.BICUBIC).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(8):
        (folder / f"{number}.jpg").write_bytes(picture(number))
    return folder


def options(*sources: Path | str, model: Path, **changes: object) -> ScanOptions:
    values = {"model": str(model), "part_rows": 3, "workers": 0, "file_format": "jsonl", **changes}
    return ScanOptions(sources=tuple(map(str, sources)), **values)  # type: ignore[arg-type]


def names(out: Path) -> list[str]:
    return [str(row["id"]).rpartition("/")[2] for row in records(out)]


def comparable(rows: list[dict[str, object]]) -> dict[str, tuple[object, ...]]:
    """Return what a scan says of each item, by id; ids must be unique."""
    kept = {
        str(row["id"]): tuple(
            value
            for name, value in row.items()
            if name.startswith("score_") or name in {"verdict", "error", "sha256"}
        )
        for row in rows
    }
    assert len(kept) == len(rows)
    return kept


class TestGrowth:
    def test_photos_that_arrive_later_are_scored_wherever_they_sort(
        self, photos: Path, tiny_directory: Path, tmp_path: Path
    ) -> None:
        out, chosen = tmp_path / "out", options(photos, model=tiny_directory)
        list(ScanRun(out, chosen).run())
        before = records(out)
        (photos / "9.jpg").write_bytes(picture(9))
        (photos / "00.jpg").write_bytes(picture(10))
        run = ScanRun(out, chosen)
        assert [part.rows for part in run.run()] == [2]
        assert (run.account.met, run.account.scored, run.account.rescored, run.account.gone) == (10, 2, 0, 0)
        assert records(out)[:8] == before
        assert names(out)[8:] == ["00.jpg", "9.jpg"]
        assert list(ScanRun(out, chosen).run()) == []

    def test_what_changed_is_scored_again_in_its_place(
        self, photos: Path, tiny_directory: Path, tmp_path: Path
    ) -> None:
        out, chosen = tmp_path / "out", options(photos, model=tiny_directory)
        list(ScanRun(out, chosen).run())
        before = records(out)
        (photos / "4.jpg").write_bytes(picture(99))
        run = ScanRun(out, chosen)
        assert [part.number for part in run.run()] == [1]
        after = records(out)
        assert [k for k in range(8) if after[k] != before[k]] == [4]
        assert (run.account.scored, run.account.rescored) == (0, 1)

    def test_what_is_gone_is_named_and_its_row_stays(
        self, photos: Path, tiny_directory: Path, tmp_path: Path
    ) -> None:
        out, chosen = tmp_path / "out", options(photos, model=tiny_directory)
        list(ScanRun(out, chosen).run())
        before = records(out)
        (photos / "2.jpg").rename(photos / "renamed.jpg")
        run = ScanRun(out, chosen)
        list(run.run())
        assert run.account.gone == 1
        assert "photos/2.jpg" in (out / GONE).read_text()
        assert records(out)[:8] == before
        (photos / "renamed.jpg").rename(photos / "2.jpg")
        run = ScanRun(out, chosen)
        list(run.run())
        assert run.account.gone == 1
        assert "renamed.jpg" in (out / GONE).read_text()
        (photos / "renamed.jpg").write_bytes(picture(2))
        list(ScanRun(out, chosen).run())
        assert not (out / GONE).exists()

    def test_a_selection_says_nothing_of_what_is_gone(
        self, photos: Path, tiny_directory: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / "out"
        list(ScanRun(out, options(photos, model=tiny_directory)).run())
        run = ScanRun(out, options(photos, model=tiny_directory, selection=Selection(limit=2)))
        assert list(run.run()) == []
        assert run.account.gone == 0

    def test_sources_may_be_added_and_left_out(
        self, photos: Path, tiny_directory: Path, tmp_path: Path
    ) -> None:
        out, more = tmp_path / "out", tmp_path / "more"
        more.mkdir()
        (more / "x.jpg").write_bytes(picture(50))
        list(ScanRun(out, options(photos, model=tiny_directory)).run())
        list(ScanRun(out, options(more, model=tiny_directory)).run())
        assert len(set(names(out))) == len(names(out)) == 9

    def test_an_archive_that_was_cut_and_is_whole_now(
        self, photos: Path, tiny_directory: Path, tmp_path: Path
    ) -> None:
        archive, out = tmp_path / "a.tar", tmp_path / "out"
        with tarfile.open(archive, "w") as file:
            for path in sorted(photos.iterdir()):
                file.add(path, path.name)
        whole = archive.read_bytes()
        archive.write_bytes(whole[: 512 * 10 + 100])
        chosen = options(archive, model=tiny_directory)
        list(ScanRun(out, chosen).run())
        assert names(out)[-1] == "a.tar!rest"
        archive.write_bytes(whole)
        list(ScanRun(out, chosen).run(retry_failed=True))
        assert sorted(names(out)) == [f"a.tar!{number}.jpg" for number in range(8)]
        assert not any(row["error"] for row in records(out))

    def test_a_source_that_cannot_be_opened_costs_one_row_until_it_can(
        self, photos: Path, tiny_directory: Path, tmp_path: Path
    ) -> None:
        bad, out = tmp_path / "bad.zip", tmp_path / "out"
        bad.write_text("<html>404</html>")
        chosen = options(bad, photos, model=tiny_directory)
        list(ScanRun(out, chosen).run())
        (failed,) = [row for row in records(out) if row["error"]]
        assert str(failed["id"]).endswith("bad.zip!rest")
        assert len(records(out)) == 9
        assert list(ScanRun(out, chosen).run()) == []
        shutil.make_archive(str(tmp_path / "bad"), "zip", photos)
        list(ScanRun(out, chosen).run())
        assert len(records(out)) == 16
        assert not any(row["error"] for row in records(out))
        bad.unlink()
        run = ScanRun(out, chosen)
        list(run.run())
        assert run.account.gone == 8
        assert [str(row["id"]).endswith("bad.zip!rest") for row in records(out) if row["error"]] == [True]


class TestRetry:
    def test_failed_rows_are_replaced_by_id(self, photos: Path, tiny_directory: Path, tmp_path: Path) -> None:
        """Between the calls one failed photo was mended, one thrown away, and one sorts in before all."""
        out = tmp_path / "out"
        for name in ("1.jpg", "3.jpg", "5.jpg"):
            (photos / name).write_bytes(picture(0)[:300])
        chosen = options(photos, model=tiny_directory)
        list(ScanRun(out, chosen).run())
        before = records(out)
        (photos / "1.jpg").write_bytes(picture(1))
        (photos / "3.jpg").unlink()
        (photos / "00.jpg").write_bytes(picture(10))
        run = ScanRun(out, chosen)
        assert [part.number for part in run.run(retry_failed=True)] == [0, 1, 3]
        after = records(out)
        assert [row["id"] for row in after[:8]] == [row["id"] for row in before]
        assert [bool(row["error"]) for row in after] == [
            False,
            False,
            False,
            True,
            False,
            True,
            False,
            False,
            False,
        ]
        assert (run.account.scored, run.account.rescored, run.account.gone) == (1, 2, 1)
        assert [part.errors for part in run.parts] == [{}, {"ImageDecodeError": 2}, {}, {}]

    def test_parts_are_committed_one_by_one(self, photos: Path, tiny_directory: Path, tmp_path: Path) -> None:
        out = tmp_path / "out"
        for path in photos.iterdir():
            path.write_bytes(b"no photo of size " + path.name.encode())
        chosen = options(photos, model=tiny_directory)
        list(ScanRun(out, chosen).run())
        for number, path in enumerate(sorted(photos.iterdir())):
            path.write_bytes(picture(number))
        run = ScanRun(out, chosen).run(retry_failed=True)
        next(run)
        run.close()  # type: ignore[attr-defined]
        assert [bool(row["error"]) for row in records(out)] == [False] * 3 + [True] * 5
        list(ScanRun(out, chosen).run())
        assert not any(row["error"] for row in records(out))


class TestCopies:
    def test_equal_images_are_decoded_once_in_all_runs(
        self, photos: Path, tiny_directory: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / "out"
        for number in range(30):
            (photos / f"copy {number}.jpg").write_bytes(picture(number % 3))
        chosen = options(photos, model=tiny_directory, workers=2, file_format="parquet", embeddings=True)
        list(ScanRun(out, chosen).run())
        rows = [
            row
            for part in ScanRun(out, chosen).parts
            for row in ScanRun(out, chosen)._folder.read(part.number)
        ]
        assert len(rows) == 38
        assert sum(row.decode_ms is not None for row in rows) == 8
        by_digest: dict[str, list[Row]] = {}
        for row in rows:
            by_digest.setdefault(str(row.sha256), []).append(row)
        for same in by_digest.values():
            assert len({(tuple(row.scores.items()), row.verdict, row.pdq, row.width) for row in same}) == 1
            assert all(np.array_equal(row.embedding, same[0].embedding) for row in same)  # type: ignore[arg-type]
        (photos / "later.jpg").write_bytes(picture(5))
        list(ScanRun(out, chosen).run())
        later = ScanRun(out, chosen)._folder.read(len(ScanRun(out, chosen).parts) - 1)
        assert [(row.decode_ms, row.verdict is None) for row in later] == [(None, False)]

    def test_a_copy_of_what_has_changed_meanwhile_is_decoded(
        self, photos: Path, tiny_directory: Path, tmp_path: Path
    ) -> None:
        out, chosen = tmp_path / "out", options(photos, model=tiny_directory)
        list(ScanRun(out, chosen).run())
        (photos / "3.jpg").rename(photos / "zz.jpg")
        (photos / "3.jpg").write_bytes(picture(77))
        list(ScanRun(out, chosen).run())
        again = tmp_path / "again"
        list(ScanRun(again, chosen).run())
        assert comparable(records(out)) == comparable(records(again))

    def test_members_of_one_name_are_kept_apart(
        self, photos: Path, tiny_directory: Path, tmp_path: Path
    ) -> None:
        archive, out = tmp_path / "a.tar", tmp_path / "out"
        with tarfile.open(archive, "w") as file:
            for number in (0, 1, 0):
                content = picture(number)
                info = tarfile.TarInfo("x.jpg")
                info.size, info.mtime = len(content), number
                file.addfile(info, io.BytesIO(content))
        chosen = options(archive, model=tiny_directory)
        list(ScanRun(out, chosen).run())
        assert names(out) == ["a.tar!x.jpg", "a.tar!x.jpg#2"]  # the third is the first again
        assert list(ScanRun(out, chosen).run()) == []


@pytest.mark.parametrize("file_format", ["parquet", "jsonl"])
def test_five_runs_with_kills_over_a_changing_folder(
    file_format: str, photos: Path, tiny_directory: Path, tmp_path: Path
) -> None:
    """Grow, shrink, rename and change between the runs, each killed at random moments until it ends."""
    rng, out = random.Random(5), tmp_path / "out"
    command = [
        sys.executable, "-m", "wildvision", "scan", str(photos), "--out", str(out), "--model", str(tiny_directory),
        "--part-rows", "4", "--workers", "2", "--format", file_format,
    ]  # fmt: skip
    following, kills = 100, 0
    for _ in range(5):
        for _ in range(12):
            (photos / f"{rng.randrange(1000):04}.jpg").write_bytes(picture(following))
            following += 1
        there = sorted(photos.iterdir())
        for path in rng.sample(there, 3):
            path.unlink()
        for path in rng.sample(sorted(photos.iterdir()), 2):
            path.rename(photos / f"renamed {following} {path.name}")
        rng.choice(sorted(photos.iterdir())).write_bytes(picture(following)[:200])
        for _ in range(2):
            kills += run_and_kill(command, out, rng)
        assert subprocess.run(command, capture_output=True, check=False).returncode in {0, 1}
    assert kills > 0
    unbroken = tmp_path / "unbroken"
    list(ScanRun(unbroken, options(photos, model=tiny_directory)).run())
    wanted = comparable(records(unbroken))
    found = comparable(records(out))
    assert {name: found[name] for name in wanted} == wanted
    gone = (out / GONE).read_text()
    assert all(name in gone for name in found.keys() - wanted.keys())


def run_and_kill(command: list[str], out: Path, rng: random.Random) -> int:
    """Start a scan and kill it a moment after it has made a little progress; returns whether it was alive then."""
    before = journal_length(out)
    process = subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while journal_length(out) == before and process.poll() is None:
        time.sleep(0.002)
    time.sleep(rng.uniform(0, 0.03))
    alive = process.poll() is None
    if alive:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return alive


class TestNothingIsMisleading:
    def test_a_scan_that_fails_leaves_no_folder(
        self, photos: Path, tiny_directory: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / "out"
        with pytest.raises(ArchiveError):
            list(ScanRun(out, options("/nowhere/at/all", photos, model=tiny_directory)).run())
        assert not out.exists()
        list(ScanRun(out, options(photos, model=tiny_directory)).run())
        assert len(records(out)) == 8

    def test_nothing_found_is_no_success(self, tiny_directory: Path, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        arguments = ["scan", str(tmp_path / "empty"), "--out", str(tmp_path / "out")]
        outcome = CliRunner().invoke(main, [*arguments, "--model", str(tiny_directory), "--workers", "0"])
        assert outcome.exit_code == 1
        assert "no image was found in" in " ".join(outcome.output.split())
        assert "nothing was scored" in outcome.output
        assert not (tmp_path / "out").exists()

    def test_two_processes_do_not_write_to_one_folder(
        self, photos: Path, tiny_directory: Path, tmp_path: Path
    ) -> None:
        chosen = options(photos, model=tiny_directory)
        first = ScanRun(tmp_path / "out", chosen).run()
        next(first)
        with pytest.raises(ScanError, match="another process is writing"):
            list(ScanRun(tmp_path / "out", chosen).run())
        list(first)
        assert len(records(tmp_path / "out")) == 8

    def test_an_unexpected_error_commits_what_was_scored_and_has_a_status_of_its_own(
        self, photos: Path, tiny_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        judged = Scorer.score

        def fail_at_the_sixth(self: Scorer, key: int, item: Item) -> object:
            if item.id.endswith("5.jpg"):
                raise ZeroDivisionError("unforeseen")
            return judged(self, key, item)

        monkeypatch.setattr(Scorer, "score", fail_at_the_sixth)
        arguments = ["scan", str(photos), "--out", str(tmp_path / "out"), "--model", str(tiny_directory)]
        outcome = CliRunner().invoke(main, [*arguments, "--workers", "0", "--format", "jsonl"])
        assert outcome.exit_code == 4
        assert len(records(tmp_path / "out")) == 5

    def test_the_folder_of_another_version_is_refused(
        self, photos: Path, tiny_directory: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / "out"
        out.mkdir()
        (out / "scan.json").write_text('{"schema": 1, "wildvision": "0.0.1", "sources": []}')
        with pytest.raises(ScanError, match="schema 1 of wildvision"):
            ScanRun(out, options(photos, model=tiny_directory))


class TestSourcesInPython:
    @pytest.fixture(autouse=True)
    def _some(self, photos: Path) -> None:
        self.photos = photos

    def test_one_or_several_as_text_or_paths(self, tiny_directory: Path) -> None:
        for sources in (self.photos, str(self.photos), [self.photos], (str(self.photos),)):
            assert len(list(scan(sources, model=str(tiny_directory), workers=0))) == 8

    def test_what_is_wrong_is_said_at_once(self, tiny_directory: Path) -> None:
        with pytest.raises(ArchiveError):
            scan("/nowhere/at/all", model=str(tiny_directory))

    def test_a_folder_name_that_is_no_text(self, tiny_directory: Path, tmp_path: Path) -> None:
        for file_format in ("parquet", "jsonl", "csv"):
            out = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9 " + file_format.encode()))
            chosen = options(self.photos, model=tiny_directory, file_format=file_format)
            assert sum(part.rows for part in ScanRun(out, chosen).run()) == 8
            assert list(ScanRun(out, chosen).run()) == []
            assert len(list((out / PARTS).iterdir())) == 3
