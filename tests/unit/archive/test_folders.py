"""Folders and what names many sources: what cannot be listed or opened has a row, what is no image is counted."""

from __future__ import annotations

import errno
import io
import os
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from PIL import Image

from wildvision.archive.items import REST, InFile, Item, Unreadable
from wildvision.archive.sources import check_sources, local_bytes, open_source, open_sources
from wildvision.errors import ArchiveError, ImageReadError

MEGABYTE = 2**20


def photo(colour: str = "red", form: str = "JPEG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (20, 20), colour).save(buffer, form)
    return buffer.getvalue()


def tar(path: Path, names: list[str]) -> None:
    with tarfile.open(path, "w") as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(photo())
            archive.addfile(info, io.BytesIO(photo()))


def read(*sources: str | Path) -> tuple[list[Item], Counter[str]]:
    skipped: Counter[str] = Counter()
    return list(open_sources([str(source) for source in sources], skipped=skipped)), skipped


def guarded_store(root: Path) -> str:
    """Return the URL of a store of that folder that refuses to list what is called b."""
    pytest.importorskip("fsspec")
    import fsspec
    from fsspec.implementations.local import LocalFileSystem

    class Guarded(fsspec.AbstractFileSystem):
        protocol = "guarded"
        cachable = False
        local = LocalFileSystem()

        def ls(self, path: str, detail: bool = True, **_: object) -> Any:
            if path.rstrip("/").endswith("/b"):
                raise PermissionError(errno.EACCES, "Permission denied", path)
            return self.local.ls(path, detail=detail)

        def info(self, path: str, **_: object) -> Any:
            return self.local.info(path)

        def _open(self, path: str, *_: object, **__: object) -> Any:
            return self.local.open(path, "rb")

    fsspec.register_implementation("guarded", Guarded, clobber=True)
    return f"guarded://{root}"


def why(item: Item) -> str:
    with pytest.raises(ImageReadError) as caught:
        item.content.load(MEGABYTE)
    return str(caught.value)


def names_of(items: list[Item], root: Path) -> list[str]:
    return [item.id.removeprefix(f"{root}/") for item in items]


class TestNames:
    @pytest.mark.parametrize(
        "name",
        [
            "0f3a", "a.jpg_large", "a.jpg!d", "a.jpg_orig", "a.jpg.1", "a.jpg~", "a.jpg ", "a.bin", "a.php", "._a.jpg"
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP"])
    def test_first_bytes_decide_where_a_name_says_nothing(self, tmp_path: Path, name: str, form: str) -> None:
        (tmp_path / name).write_bytes(photo(form=form))
        (tmp_path / f"{name}2").write_bytes(b"BM is how this text begins, and it is no bitmap")
        items, skipped = read(tmp_path)
        assert names_of(items, tmp_path) == [name]
        assert skipped.total() == 1

    @pytest.mark.parametrize(
        "name", ["a.mpo", "a.APNG", "a.hif", "a.pjpeg", "a.dng", "a.CR3", "a.jxl", "a.JPG  "]
    )
    def test_names_of_images_are_items_whatever_they_hold(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_bytes(b"no image")
        items, skipped = read(tmp_path)
        assert names_of(items, tmp_path) == [name]
        assert not skipped

    def test_others_are_counted_by_suffix_and_not_opened(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("a.TXT", "b.txt", "c.json", "d.avi", "e.csv", "f.csv.gz", ".DS_Store", "Thumbs.db"):
            (tmp_path / name).write_bytes(photo())
        monkeypatch.setattr(Path, "open", None)
        items, skipped = read(tmp_path)
        assert items == []
        assert skipped == {".txt": 2, ".json": 1, ".avi": 1, ".csv": 1, ".gz": 1, ".ds_store": 1, ".db": 1}

    def test_endless_suffixes_do_not_fill_memory(self, tmp_path: Path) -> None:
        for number in range(300):
            (tmp_path / f"a.x{number}").touch()
        (tmp_path / "Mr. Smith, before the war").touch()
        _, skipped = read(tmp_path)
        assert skipped.total() == 301
        assert len(skipped) < 250

    def test_empty_files_and_unreadable_ones(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "empty").touch()
        (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
        os.mkfifo(tmp_path / "pipe")
        os.mkfifo(tmp_path / "pipe.jpg")
        os.mkfifo(tmp_path / "pipe.zip")
        items, skipped = read(tmp_path)
        assert names_of(items, tmp_path) == ["gone", "pipe.jpg", "pipe.zip"]
        assert "No such file" in why(items[0])
        assert "regular file" in why(items[1])
        assert skipped == {"(no suffix)": 2}

    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "1.jpg")
        with pytest.raises(ImageReadError, match="regular file"):
            InFile(str(tmp_path / "1.jpg")).load(MEGABYTE)


class TestContainers:
    def test_archives_and_tables_are_read_as_if_given_by_name(self, tmp_path: Path) -> None:
        tar(tmp_path / "b.tar", ["1.jpg", "2.jpg"])
        with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
            archive.writestr("x/3.jpg", photo())
            archive.writestr("x/hash", photo("blue"))
            archive.writestr("__MACOSX/x/._3.jpg", b"\0\5\x16\7")
        table = pa.table({"image": [{"bytes": photo(), "path": "4.jpg"}]})
        pyarrow.parquet.write_table(table, tmp_path / "d.parquet")
        pyarrow.parquet.write_table(pa.table({"id": ["a"], "bytes": [1]}), tmp_path / "scores.parquet")
        (tmp_path / "a.jpg").write_bytes(photo())
        items, skipped = read(tmp_path)
        assert names_of(items, tmp_path) == [
            "a.jpg", "b.tar!1.jpg", "b.tar!2.jpg", "c.zip!x/3.jpg", "c.zip!x/hash", "d.parquet!4.jpg"
        ]  # fmt: skip
        assert [item.id for item in items[1:3]] == [item.id for item in read(tmp_path / "b.tar")[0]]
        assert all(item.content.load(MEGABYTE) for item in items)
        assert skipped == {"._*": 1, ".parquet": 1}

    def test_bad_ones_and_those_of_other_kinds_have_a_row(self, tmp_path: Path) -> None:
        for name in ("a.zip", "b.parquet", "c.7z", "d.rar", "e.jpg.gz", "f.arrow"):
            (tmp_path / name).write_bytes(b"<html>")
        items, skipped = read(tmp_path)
        expected = ["a.zip!rest", "b.parquet!rest", "c.7z", "d.rar", "e.jpg.gz", "f.arrow!rest"]
        assert names_of(items, tmp_path) == expected
        assert all(why(item) for item in items)
        assert not skipped

    def test_lists_in_folders_are_not_read(self, tmp_path: Path) -> None:
        (tmp_path / "1.jpg").write_bytes(photo())
        (tmp_path / "all.txt").write_text("1.jpg\n")
        items, skipped = read(tmp_path)
        assert names_of(items, tmp_path) == ["1.jpg"]
        assert skipped == {".txt": 1}


class TestErrors:
    def folders(self, tmp_path: Path) -> None:
        for name in ("a/1.jpg", "b/2.jpg", "b/c/3.jpg", "d/4.jpg"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(photo())

    @pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ESTALE, errno.ENOENT])
    def test_a_folder_that_cannot_be_listed_has_a_row(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
    ) -> None:
        self.folders(tmp_path)
        scandir = os.scandir

        def refuse(path: str) -> Any:
            if str(path).endswith("/b"):
                raise OSError(number, os.strerror(number), path)
            return scandir(path)

        monkeypatch.setattr(os, "scandir", refuse)
        items, _ = read(tmp_path)
        assert names_of(items, tmp_path) == ["a/1.jpg", f"b{REST}", "d/4.jpg"]
        assert os.strerror(number) in why(items[1])

    def test_a_pattern_does_not_pass_over_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folders(tmp_path)
        scandir = os.scandir

        def refuse(path: Any) -> Any:
            if str(path).rstrip("/").endswith("/b"):
                raise PermissionError(errno.EACCES, "Permission denied", path)
            return scandir(path)

        monkeypatch.setattr(os, "scandir", refuse)
        for pattern in ("*/*.jpg", "**/*.jpg", "**", "*"):
            items, _ = read(tmp_path / pattern)
            assert sorted(names_of(items, tmp_path)) == ["a/1.jpg", f"b{REST}", "d/4.jpg"], pattern

    @pytest.mark.parametrize("pattern", ["*/*.jpg", "**/*.jpg", "**", "*", "[a-d]/?.jpg", "?/c/*.jpg"])
    def test_a_pattern_of_a_store_does_not_pass_over_it(self, tmp_path: Path, pattern: str) -> None:
        self.folders(tmp_path)
        store = guarded_store(tmp_path)
        items, _ = read(f"{store}/{pattern}")
        found = sorted(name.removeprefix(f"{store}/") for name in names_of(items, tmp_path))
        # A pattern that names what lies in b does not ask what else does.
        assert found == ([f"?/c/*.jpg{REST}"] if "c" in pattern else ["a/1.jpg", f"b{REST}", "d/4.jpg"])
        if "c" not in pattern:
            assert "Permission denied" in why(next(item for item in items if item.id.endswith(REST)))

    def test_a_pattern_that_finds_nothing_says_what_it_could_not_look_into(self, tmp_path: Path) -> None:
        self.folders(tmp_path)
        store = guarded_store(tmp_path)
        items, _ = read(f"{store}/b/*.jpg", f"{store}/b*/*.jpg", f"{store}/e/*.jpg")
        assert [item.id for item in items] == [f"{store}/{name}/*.jpg{REST}" for name in ("b", "b*", "e")]
        for item in items[:2]:
            assert f"{store}/b could not be listed: Permission denied" in why(item)
        assert "found none" in why(items[2])
        assert "listed" not in why(items[2])

    def test_one_that_fails_halfway_keeps_what_it_gave(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.folders(tmp_path)
        scandir = os.scandir

        class Broken:
            def __init__(self, path: str) -> None:
                self.found = scandir(path)

            def __enter__(self) -> Iterator[Any]:
                return self.entries()

            def __exit__(self, *_: object) -> None:
                self.found.close()

            def entries(self) -> Iterator[Any]:
                yield from sorted(self.found, key=lambda entry: entry.name)
                raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr(
            os, "scandir", lambda path: Broken(path) if str(path).endswith("/b") else scandir(path)
        )
        items, _ = read(tmp_path)
        assert names_of(items, tmp_path) == ["a/1.jpg", "b/2.jpg", f"b{REST}", "b/c/3.jpg", "d/4.jpg"]
        assert "only up to 2 entries" in why(items[2])

    def test_one_that_vanishes_meanwhile_has_a_row(self, tmp_path: Path) -> None:
        self.folders(tmp_path)
        items = open_source(str(tmp_path))
        first = next(items)
        (tmp_path / "d" / "4.jpg").unlink()
        (tmp_path / "d").rmdir()
        assert names_of([first, *items], tmp_path) == ["a/1.jpg", "b/2.jpg", "b/c/3.jpg", f"d{REST}"]

    def test_as_the_system_refuses(self, tmp_path: Path) -> None:
        if os.geteuid() == 0:
            pytest.skip("root may read everything")
        self.folders(tmp_path)
        (tmp_path / "b").chmod(0)
        items, _ = read(tmp_path)
        (tmp_path / "b").chmod(0o700)
        assert names_of(items, tmp_path) == ["a/1.jpg", f"b{REST}", "d/4.jpg"]

    def test_a_path_that_is_too_long_ends_in_a_row(self, tmp_path: Path) -> None:
        here = os.open(tmp_path, os.O_RDONLY)
        for _ in range(100):  # of 50 letters each: longer than any path may be
            os.mkdir("d" * 50, dir_fd=here)
            below = os.open("d" * 50, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
        os.close(here)
        items, _ = read(tmp_path)
        assert [item.id.endswith(REST) for item in items] == [True]
        assert "too long" in why(items[0])


class TestSources:
    def test_one_that_cannot_be_opened_does_not_stop_the_others(self, tmp_path: Path) -> None:
        (tmp_path / "1.jpg").write_bytes(photo())
        (tmp_path / "bad.zip").write_bytes(b"<html>")
        (tmp_path / "empty.zip").touch()
        sources = [
            tmp_path / "gone", tmp_path / "bad.zip", tmp_path / "1.jpg", tmp_path / "*.zip", tmp_path / "*.tar", "x://y/z",
            tmp_path / "nul\0.jpg",
        ]  # fmt: skip
        items, _ = read(*sources)
        names = [
            "gone!rest",
            "bad.zip!rest",
            "1.jpg",
            "bad.zip!rest",
            "empty.zip!rest",
            "*.tar!rest",
            "x://y/z!rest",
        ]
        assert names_of(items, tmp_path) == [*names, "nul\\x00.jpg!rest"]
        assert "expected a zip archive" in why(items[1])
        assert all(isinstance(item.content, Unreadable) for item in items if item.id.endswith(REST))

    def test_they_are_opened_as_the_scan_comes_to_them(self, tmp_path: Path) -> None:
        tar(tmp_path / "a.tar", ["1.jpg"])
        items = open_sources([str(tmp_path / "a.tar"), str(tmp_path / "b.tar")])
        next(items)
        tar(tmp_path / "b.tar", ["2.jpg"])
        assert names_of(list(items), tmp_path) == ["b.tar!2.jpg"]

    def test_a_pattern_treats_files_as_a_folder_does(self, tmp_path: Path) -> None:
        (tmp_path / "sub").mkdir()
        for name in ("hash", "sub/a.jpg"):
            (tmp_path / name).write_bytes(photo())
        (tmp_path / "notes.md").write_text("no image")
        (tmp_path / "l.txt").write_text("hash\n")
        items, skipped = read(tmp_path / "*")
        assert names_of(items, tmp_path) == ["hash", "sub/a.jpg"]
        assert skipped == {".md": 1, ".txt": 1}
        assert names_of(read(tmp_path / "*.txt")[0], tmp_path) == ["hash"]

    def test_a_recursive_pattern_has_each_file_once(self, tmp_path: Path) -> None:
        for name in ("a.jpg", "s/b.jpg", "s/t/c.jpg", "s-u/d.jpg"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(photo())
        names = names_of(read(tmp_path / "**")[0], tmp_path)
        assert sorted(names) == ["a.jpg", "s-u/d.jpg", "s/b.jpg", "s/t/c.jpg"]

    def test_a_name_with_brackets_is_no_pattern(self, tmp_path: Path) -> None:
        (tmp_path / "a[1].jpg").write_bytes(photo())
        assert names_of(read(tmp_path / "a[1].jpg")[0], tmp_path) == ["a[1].jpg"]

    def test_the_current_folder_gives_plain_names(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "s").mkdir()
        (tmp_path / "s" / "1.jpg").write_bytes(photo())
        monkeypatch.chdir(tmp_path)
        assert [item.id for item in read(".", "./s/")[0]] == ["s/1.jpg", "s/1.jpg"]

    def test_an_archive_of_another_kind_is_refused_by_name(self, tmp_path: Path) -> None:
        (tmp_path / "a.rar").write_bytes(b"Rar!")
        with pytest.raises(ArchiveError, match=r"a\.rar: expected a zip or tar archive"):
            open_source(str(tmp_path / "a.rar"))


class TestCheck:
    def test_all_that_is_missing_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "1.jpg").write_bytes(photo())
        with pytest.raises(ArchiveError) as caught:
            check_sources(
                [str(tmp_path / name) for name in ("1.jpg", "gone", "*.tar", "1.jpg/x")] + ["s3://b/x"]
            )
        message = str(caught.value)
        assert all(f"{tmp_path}/{name}: expected" in message for name in ("gone", "*.tar", "1.jpg/x"))
        assert "s3:" not in message
        with pytest.raises(ArchiveError, match="No such file") as caught:
            check_sources([str(tmp_path / "gone")])
        assert caught.value.source == str(tmp_path / "gone")

    def test_one_that_opens_is_enough(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "bad.zip").write_bytes(b"<html>")
        tar(tmp_path / "a.tar", ["1.jpg"])
        with pytest.raises(ArchiveError, match="expected a zip archive"):
            check_sources([str(tmp_path / "bad.zip"), str(tmp_path / "*.zip")])
        check_sources([str(tmp_path / "bad.zip"), str(tmp_path / "a.tar")])
        check_sources([str(tmp_path / "*")])
        monkeypatch.setattr("sys.stdin", None)
        check_sources([str(tmp_path / "bad.zip"), "-"])
        check_sources([])


def test_bytes_are_those_of_the_files_that_a_scan_sees(tmp_path: Path) -> None:
    (tmp_path / "hash").write_bytes(photo())
    (tmp_path / "notes").write_bytes(b"text" * 1000)
    (tmp_path / "a.avi").write_bytes(b"film" * 1000)
    tar(tmp_path / "a.tar", ["1.jpg"])
    expected = len(photo()) + (tmp_path / "a.tar").stat().st_size
    assert local_bytes([str(tmp_path)]) == expected
    assert local_bytes([str(tmp_path / "*"), str(tmp_path / "gone")]) == expected
    (tmp_path / "l.txt").touch()
    assert local_bytes([str(tmp_path / "l.txt")]) is None
    assert local_bytes([str(tmp_path / "*.txt")]) is None
    assert local_bytes([str(tmp_path / "*")]) == expected


def test_stamps_change_with_the_content(tmp_path: Path) -> None:
    path = tmp_path / "1.jpg"
    path.write_bytes(photo())
    (before,), _ = read(path)
    status = path.stat()
    assert before.stamp == f"{status.st_size}-{status.st_mtime_ns}"
    os.utime(path, ns=(0, status.st_mtime_ns + 1))
    (after,), _ = read(tmp_path)
    assert after.stamp != before.stamp
    assert after.id == before.id


@pytest.mark.parametrize("text", ["caf\udce9.jpg", "a\0b", "\ud800x", "é\udcff\udcfe"])
def test_every_id_can_be_stored(text: str) -> None:
    item = Item(id=text, content=InFile("x"))
    assert item.id.encode("utf-8").decode("utf-8") == item.id
    assert "\0" not in item.id


def test_urls_of_files_follow_links_and_names_that_are_no_text(tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    (tmp_path / "f" / "sub").mkdir(parents=True)
    with open(os.fsencode(tmp_path) + b"/f/caf\xe9.jpg", "wb") as file:  # noqa: PTH123
        file.write(photo())
    (tmp_path / "g").mkdir()
    (tmp_path / "g" / "2").write_bytes(photo())
    (tmp_path / "f" / "link").symlink_to(tmp_path / "g", target_is_directory=True)
    (tmp_path / "f" / "note").write_text("x")
    items, skipped = read(f"file://{tmp_path}/f")
    assert [item.id.rpartition("/f/")[2] for item in items] == ["caf\\xe9.jpg", "link/2"]
    assert all(item.content.load(MEGABYTE) == photo() for item in items)
    assert all(item.stamp for item in items)
    assert skipped == {"(no suffix)": 1}
