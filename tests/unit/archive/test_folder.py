"""The folder of a scan: written whole or not at all, on whatever file system, by one process."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

import pytest

from wildvision.archive.claims import Claims
from wildvision.archive.folder import ScanFolder, open_folder
from wildvision.archive.index import Index
from wildvision.archive.items import InMemory, Item
from wildvision.archive.rows import Row
from wildvision.archive.sinks import replace_file
from wildvision.errors import ScanError

REFUSALS = ("EINVAL", "ENOTSUP", "EBADF", "EACCES", "EPERM")


def write(path: Path) -> None:
    path.write_text("whole")


class TestFlushing:
    @pytest.mark.parametrize("name", REFUSALS)
    def test_a_folder_that_cannot_be_flushed_is_no_failure(
        self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flush = os.fsync

        def refuse_folders(descriptor: int) -> None:
            if os.path.samestat(os.fstat(descriptor), tmp_path.stat()):
                raise OSError(getattr(errno, name), "refused")
            flush(descriptor)

        monkeypatch.setattr(os, "fsync", refuse_folders)
        replace_file(tmp_path / "x", write)
        assert (tmp_path / "x").read_text() == "whole"

    def test_a_folder_that_cannot_be_opened_is_no_failure(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> int:
            raise PermissionError(errno.EACCES, "as Windows says")

        monkeypatch.setattr(os, "open", refuse)
        replace_file(tmp_path / "x", write)
        assert (tmp_path / "x").read_text() == "whole"

    def test_a_disk_that_fails_is_a_failure(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(_: int) -> None:
            raise OSError(errno.EIO, "broken")

        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="broken"):
            replace_file(tmp_path / "x", write)
        assert list(tmp_path.iterdir()) == []


class TestWriting:
    def test_nothing_is_left_where_nothing_was_written(self, tmp_path: Path) -> None:
        with ScanFolder(tmp_path / "a").writing() as scratch:
            assert scratch.is_dir()
        assert not (tmp_path / "a").exists()
        assert not scratch.exists()

    def test_the_temporary_folder_of_a_killed_run_goes_with_the_next(self, tmp_path: Path) -> None:
        left = Path(tempfile.mkdtemp(prefix="wildvision-scan-"))
        mine = tmp_path / "wildvision-scan-of-mine"
        mine.mkdir()
        for named, is_there in ((left, False), (mine, True)):
            (tmp_path / "a").mkdir(exist_ok=True)
            (tmp_path / "a" / ".lock").write_text(str(named))
            with ScanFolder(tmp_path / "a").writing():
                pass
            assert named.exists() == is_there

    def test_a_file_in_the_way_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_text("a file")
        with pytest.raises(ScanError, match="cannot be used"), ScanFolder(tmp_path / "a").writing():
            pass

    def test_the_journal_is_made_again_from_the_parts(self, tmp_path: Path) -> None:
        folder = ScanFolder(tmp_path, "jsonl")
        for number in range(3):
            folder.commit(number, [Row(id=f"{number}", verdict="CLEAR", bytes=5)], ("ivory",), None)
        whole = folder.parts
        (tmp_path / "parts.jsonl").write_text('{"number": 0, "rows": 77}\n{"number"')
        assert folder.mend() == folder.parts == whole
        (tmp_path / "parts" / "part-000001.jsonl").write_text("")
        assert [part.rows for part in folder.mend()] == [1, 0, 1]
        assert folder.mend() == folder.parts


def item(name: str, stamp: str | None = None) -> Item:
    return Item(id=name, content=InMemory(b""), stamp=stamp)


class TestIndex:
    def test_names_that_are_met_again(self) -> None:
        index = Index()
        named = [index.meet(item("a", stamp)) for stamp in ("1", "2", "1", None, None)]
        assert [met and met[0].id for met in named] == ["a", "a#2", None, "a#3", "a#4"]
        index.close()

    def test_an_item_that_is_really_called_so_keeps_its_row(self) -> None:
        index = Index()
        named = [
            index.meet(item(name, stamp))
            for name, stamp in (("a#2", "9"), ("a", "1"), ("a", "2"), ("a", "3"))
        ]
        assert [met and met[0].id for met in named] == ["a#2", "a", "a#3", "a#4"]
        index.close()

    def test_what_is_gone_and_what_is_resolved(self) -> None:
        index, folder = Index(), Path("results")
        rows = ("a.tar!1", "a.tar!rest", "b.tar!rest", "c/rest", "c!rest", "d.zip!rest", "d.zip.old!1")
        from wildvision.archive.folder import RowFacts

        index.load(4, [RowFacts(id=name, stamp=None, sha256=None, failed="rest" in name) for name in rows])
        for name in ("a.tar!2", "c/1.jpg", "d.zip.old!1"):
            index.meet(item(name))
        assert list(index.resolved()) == [(4, "a.tar!rest"), (4, "c!rest")]
        index.forget(["a.tar!rest", "c!rest"])
        assert list(index.gone()) == ["a.tar!1", "b.tar!rest", "c/rest", "d.zip!rest"]
        index.close()
        assert not folder.exists()


class TestClaims:
    def test_the_first_one_has_it_in_every_process(self, tmp_path: Path) -> None:
        mine, theirs = Claims(tmp_path / "c"), Claims(tmp_path / "c")
        a, b = "aa" * 32, "bb" * 32
        mine.add({a: 5})
        assert (theirs.first(a, 9), theirs.first(b, 9), mine.first(b, 7), mine.first(b, 9)) == (5, 9, 9, 9)
        mine.give(b, 7)
        assert theirs.first(b, 9) == 7
        mine.close()
        theirs.close()

    def test_without_a_database_everything_is_decoded(self, tmp_path: Path) -> None:
        (tmp_path / "c").write_bytes(b"no database, and long enough to be read as one" * 100)
        claims = Claims(tmp_path / "c")
        claims.add({"aa" * 32: 5})
        assert claims.first("aa" * 32, 9) == 9
        with pytest.raises(ScanError, match="temporary folder"):
            claims.give("aa" * 32, 9)
        claims.close()


def test_a_hundred_thousand_members_of_one_name_take_one_step_each() -> None:
    index = Index()
    names = {met[0].id for n in range(100_000) if (met := index.meet(item("a.zip!x.jpg", str(n))))}
    assert len(names) == 100_000
    index.close()


@pytest.mark.parametrize("text", ["[]", "null", '"a"', "{", ""])
def test_what_is_no_manifest_of_a_scan_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "scan.json").write_text(text)
    with pytest.raises(ScanError, match="unreadable"):
        open_folder(tmp_path)
