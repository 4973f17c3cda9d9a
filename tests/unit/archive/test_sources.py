"""Sources: stable ids in a stable order, and what is hostile becomes a row, never a surprise."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import tarfile
import zipfile
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
import zstandard
from PIL import Image

from wildvision.archive.items import InMemory, Item
from wildvision.archive.members import ArchiveLimits
from wildvision.archive.sources import open_source, open_sources
from wildvision.errors import ArchiveError, ImageReadError, ImageTooLargeError

MEGABYTE = 2**20


def picture(colour: str = "red") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def tar_bytes(members: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), 1_700_000_000
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def ids(source: str | Path, limits: ArchiveLimits | None = None) -> list[str]:
    items = open_source(str(source), limits=limits) if limits else open_source(str(source))
    return [item.id for item in items]


def failure(item: Item) -> Exception:
    with pytest.raises((ImageReadError, ImageTooLargeError)) as caught:
        item.content.load(MEGABYTE)
    return caught.value


def items_of(source: str | Path, limits: ArchiveLimits | None = None) -> list[Item]:
    return list(open_source(str(source), limits=limits) if limits else open_source(str(source)))


MEMBERS = [
    ("b/2.jpg", picture("blue")),
    ("a/1.JPEG", picture()),
    ("notes.txt", b"x"),
    ("a/3.png", b"no image"),
]
COMPRESSIONS = {
    "shard.tar": lambda raw: raw,
    "shard.tar.gz": gzip.compress,
    "shard.tgz": gzip.compress,
    "shard.tar.bz2": bz2.compress,
    "shard.tar.xz": lzma.compress,
    "shard.tar.zst": zstandard.ZstdCompressor().compress,
}


class TestFolders:
    def test_images_come_sorted_and_others_do_not(self, tmp_path: Path) -> None:
        for name in ("b.jpg", "a/z.webp", "a/b.PNG", "readme.md"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(picture())
        expected = [tmp_path / name for name in ("b.jpg", "a/b.PNG", "a/z.webp")]
        assert ids(tmp_path) == [str(path) for path in expected]

    def test_a_link_that_leads_back_is_entered_once(self, tmp_path: Path) -> None:
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "1.jpg").write_bytes(picture())
        (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
        assert ids(tmp_path) == [str(tmp_path / "a" / "1.jpg")]

    def test_a_hundred_levels(self, tmp_path: Path) -> None:
        deep = tmp_path.joinpath(*["d"] * 100)
        deep.mkdir(parents=True)
        (deep / "1.jpg").write_bytes(picture())
        assert ids(tmp_path) == [str(deep / "1.jpg")]

    def test_names_that_are_no_text_become_text(self, tmp_path: Path) -> None:
        path = os.fsencode(tmp_path) + b"/caf\xe9.jpg"
        try:
            with open(path, "wb") as file:  # noqa: PTH123
                file.write(picture())
        except OSError:
            pytest.skip("this file system refuses such names")
        (item,) = items_of(tmp_path)
        assert item.id.endswith("caf\\xe9.jpg")
        assert item.content.load(MEGABYTE) == picture()

    def test_a_file_is_read_whole_and_no_further_than_allowed(self, tmp_path: Path) -> None:
        content = os.urandom(5 * MEGABYTE // 2)
        (tmp_path / "1.jpg").write_bytes(content)
        (item,) = items_of(tmp_path)
        assert item.content.load(len(content)) == content
        with pytest.raises(ImageTooLargeError):
            item.content.load(len(content) - 1)

    def test_a_file_that_goes_away_is_a_failed_item(self, tmp_path: Path) -> None:
        (tmp_path / "1.jpg").write_bytes(picture())
        (item,) = items_of(tmp_path)
        (tmp_path / "1.jpg").unlink()
        assert "No such file" in str(failure(item))


class TestTar:
    @pytest.mark.parametrize("name", COMPRESSIONS)
    def test_members_in_order(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / name
        path.write_bytes(COMPRESSIONS[name](tar_bytes(MEMBERS)))
        assert ids(path) == [f"{path}!{member}" for member in ("b/2.jpg", "a/1.JPEG", "a/3.png")]
        assert items_of(path)[0].content == InMemory(picture("blue"))
        assert items_of(path)[0].modified == 1_700_000_000

    @pytest.mark.parametrize("name", COMPRESSIONS)
    def test_one_cut_in_the_middle_ends_with_a_failed_item(self, tmp_path: Path, name: str) -> None:
        raw = COMPRESSIONS[name](tar_bytes([(f"{k}.jpg", os.urandom(20_000)) for k in range(10)]))
        path = tmp_path / name
        path.write_bytes(raw[: len(raw) // 2])
        *whole, last = items_of(path)
        assert last.id == f"{path}!rest"
        assert "damaged or cut off" in str(failure(last))
        assert all(isinstance(item.content, InMemory) for item in whole)

    def test_links_devices_and_paths_upwards_lead_nowhere(self, tmp_path: Path) -> None:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            for name, kind in (
                ("l.jpg", tarfile.SYMTYPE),
                ("h.jpg", tarfile.LNKTYPE),
                ("d.jpg", tarfile.CHRTYPE),
            ):
                info = tarfile.TarInfo(name)
                info.type, info.linkname = kind, "/etc/passwd"
                archive.addfile(info)
            info = tarfile.TarInfo("../../up.jpg")
            info.size = len(picture())
            archive.addfile(info, io.BytesIO(picture()))
        folder = tmp_path / "inner"
        folder.mkdir()
        (folder / "evil.tar").write_bytes(buffer.getvalue())
        *refused, upwards = items_of(folder / "evil.tar")
        assert all("it was not followed" in str(failure(item)) for item in refused)
        assert upwards.content == InMemory(picture())
        assert sorted(path.name for path in tmp_path.rglob("*")) == ["evil.tar", "inner"]

    def test_nested_archives_are_reported(self, tmp_path: Path) -> None:
        path = tmp_path / "a.tar"
        path.write_bytes(tar_bytes([("inner.zip", b"PK"), ("1.jpg", picture())]))
        nested, plain = items_of(path)
        assert "inside an archive" in str(failure(nested))
        assert plain.content == InMemory(picture())

    def test_a_bomb_is_stopped(self, tmp_path: Path) -> None:
        path = tmp_path / "bomb.tar.gz"
        path.write_bytes(gzip.compress(tar_bytes([("1.jpg", picture()), ("0.jpg", bytes(30 * MEGABYTE))])))
        *_, last = items_of(path)
        assert "compression of at most 200" in str(failure(last))

    def test_no_archive_at_all(self, tmp_path: Path) -> None:
        path = tmp_path / "x.tar"
        path.write_bytes(b"not a tar archive" * 100)
        (item,) = items_of(path)
        assert "after 0 members" in str(failure(item))


class TestZip:
    def test_members_in_order_with_repeated_names(self, tmp_path: Path) -> None:
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("x/1.jpg", picture("red"))
            with pytest.warns(UserWarning, match="Duplicate name"):
                archive.writestr("x/1.jpg", picture("blue"))
            archive.writestr("inner.tar", b"")
        first, second, nested = items_of(path)
        assert first.id == second.id == f"{path}!x/1.jpg"
        assert first.content.load(MEGABYTE) == picture("red")
        assert second.content.load(MEGABYTE) == picture("blue")
        assert "inside an archive" in str(failure(nested))

    def test_a_bomb_is_refused_by_its_header_and_by_its_length(self, tmp_path: Path) -> None:
        path = tmp_path / "bomb.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("zeros.jpg", bytes(40 * MEGABYTE))
        (item,) = items_of(path)
        assert "compression of at most 200" in str(failure(item))
        (item,) = items_of(path, ArchiveLimits(max_ratio=1e9))
        assert isinstance(failure(item), ImageTooLargeError)

    def test_limits_refuse_the_rest(self, tmp_path: Path) -> None:
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for number in range(5):
                archive.writestr(f"{number}.jpg", picture())
        assert len(items_of(path, ArchiveLimits(max_members=3))) == 4
        *_, last = items_of(path, ArchiveLimits(max_members=3))
        assert "at most 3 members" in str(failure(last))
        *_, last = items_of(path, ArchiveLimits(max_bytes=1000))
        assert "bytes in all" in str(failure(last))

    def test_a_damaged_member_is_a_failed_item(self, tmp_path: Path) -> None:
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("1.jpg", picture())
        raw = bytearray(path.read_bytes())
        raw[100] ^= 0xFF
        path.write_bytes(raw)
        (item,) = items_of(path)
        assert "Bad CRC" in str(failure(item))

    def test_one_cut_in_the_middle_is_an_error(self, tmp_path: Path) -> None:
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("1.jpg", picture())
        path.write_bytes(path.read_bytes()[:200])
        with pytest.raises(ArchiveError, match="expected a zip archive"):
            items_of(path)


class TestTables:
    @pytest.mark.parametrize("suffix", ["parquet", "arrow", "feather"])
    def test_bytes_and_structs(self, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"t.{suffix}"
        table = pa.table(
            {"id": ["a", "b"], "image": [{"bytes": picture(), "path": "x"}, {"bytes": None, "path": "y"}]}
        )
        if suffix == "parquet":
            pyarrow.parquet.write_table(table, path)
        else:
            pyarrow.feather.write_feather(table, path)
        first, second = items_of(path)
        assert (first.id, second.id) == (f"{path}!x", f"{path}!y")
        assert first.content.load(MEGABYTE) == picture()
        assert "expected the bytes of an image" in str(failure(second))

    def test_a_table_without_images_says_what_it_has(self, tmp_path: Path) -> None:
        path = tmp_path / "t.parquet"
        pyarrow.parquet.write_table(pa.table({"x": [1]}), path)
        with pytest.raises(ArchiveError, match="found x"):
            items_of(path)

    def test_no_table_at_all(self, tmp_path: Path) -> None:
        path = tmp_path / "t.parquet"
        path.write_bytes(b"nothing of the kind")
        with pytest.raises(ArchiveError, match="expected a Parquet or Arrow file"):
            items_of(path)


class TestLists:
    def test_all_kinds(self, tmp_path: Path) -> None:
        (tmp_path / "1.jpg").write_bytes(picture())
        (tmp_path / "l.txt").write_text("1.jpg\n\n/abs/2.jpg\n")
        (tmp_path / "l.csv").write_text("n,path\n1,1.jpg\n")
        (tmp_path / "l.jsonl").write_text(
            json.dumps({"image": "1.jpg"}) + "\n" + json.dumps("1.jpg") + "\n{broken\n[]\n"
        )
        first = str(tmp_path / "1.jpg")
        assert ids(tmp_path / "l.txt") == [first, "/abs/2.jpg"]
        assert ids(tmp_path / "l.csv") == [first]
        *good, broken, wrong = items_of(tmp_path / "l.jsonl")
        assert [item.id for item in good] == [first, first]
        assert "expected a path" in str(failure(broken))
        assert wrong.id == f"{tmp_path / 'l.jsonl'}!4"


def test_globs_and_many_sources(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(picture())
    found = [item.id for item in open_sources([str(tmp_path / "[12].jpg"), str(tmp_path / "0.jpg")])]
    assert found == [str(tmp_path / f"{number}.jpg") for number in (1, 2, 0)]
    with pytest.raises(ArchiveError, match="found none"):
        open_source(str(tmp_path / "*.tar"))


def test_what_is_not_there_or_no_file(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="No such file"):
        open_source(str(tmp_path / "none"))
    os.mkfifo(tmp_path / "pipe.zip")
    with pytest.raises(ArchiveError, match="pipe or device"):
        open_source(str(tmp_path / "pipe.zip"))


@pytest.mark.parametrize("write", ["zip", "tar", "tar.gz", "parquet"])
@pytest.mark.parametrize("name", ["dump", "dump.2024-05-01", "dump.backup"])
def test_an_archive_without_a_suffix_is_known_by_its_first_bytes(
    write: str, name: str, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    content = b"\xff\xd8\xff\xe0" + bytes(range(256))
    if write == "zip":
        with zipfile.ZipFile(folder / name, "w") as archive:
            archive.writestr("a.jpg", content)
    elif write == "parquet":
        pyarrow.parquet.write_table(pa.table({"image": [content], "id": ["a.jpg"]}), folder / name)
    else:
        with tarfile.open(folder / name, "w:gz" if write == "tar.gz" else "w") as archive:
            entry = tarfile.TarInfo("a.jpg")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    (folder / "notes").write_text("nothing to see")
    (folder / "packed").write_bytes(gzip.compress(b"a log" * 1000))
    skipped = Counter[str]()
    for source in (folder, folder / name):
        (item,) = open_source(str(source), skipped=skipped)
        assert item.id == f"{folder / name}!a.jpg"
        assert item.content.load(10_000) == content
    assert skipped == {"(no suffix)": 2}
