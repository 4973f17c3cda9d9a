"""Lists as spreadsheets, shells and data sets write them."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from pathlib import Path

import pytest

from wildvision.archive.items import Item
from wildvision.archive.sources import check_sources, open_source, open_sources
from wildvision.errors import ArchiveError, ImageReadError

HEADERS = [
    "path", "Path", "FILE_NAME", "file name", "filepath", "file-path", "Image_Path", "img", "image", "filename", "photo"
]  # fmt: skip
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    for name in ("a.jpg", "bé.jpg", "c d.jpg"):
        (tmp_path / "photos" / name).write_bytes(name.encode())
    return tmp_path


def encoded(text: str, encoding: str) -> bytes:
    mark = "\ufeff" if encoding in {"utf-16-le", "utf-16-be"} else ""
    return (mark + text).encode(encoding)


def read(folder: Path, name: str, content: bytes | str) -> list[Item]:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return list(open_source(str(folder / name)))


def names_of(items: list[Item], folder: Path) -> list[str]:
    return [item.id.removeprefix(f"{folder}/") for item in items]


def why(item: Item) -> str:
    with pytest.raises(ImageReadError) as caught:
        item.content.load(10**6)
    return str(caught.value)


EXPECTED = ["photos/a.jpg", "photos/bé.jpg", "photos/c d.jpg"]


class TestCsv:
    @pytest.mark.parametrize("encoding", ENCODINGS)
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_marks_and_delimiters(self, photos: Path, encoding: str, delimiter: str, end: str) -> None:
        lines = ["label|path".replace("|", delimiter), *(f"x{delimiter}{name}" for name in EXPECTED), ""]
        items = read(photos, "l.csv", encoded(end.join(lines), encoding))
        assert names_of(items, photos) == EXPECTED
        assert [item.content.load(99) for item in items] == [
            name.partition("/")[2].encode() for name in EXPECTED
        ]
        assert all(item.stamp and item.modified for item in items)

    @pytest.mark.parametrize("header", HEADERS)
    def test_names_of_columns(self, photos: Path, header: str) -> None:
        assert names_of(read(photos, "l.csv", f"n,{header}\n1,photos/a.jpg\n"), photos) == ["photos/a.jpg"]

    def test_a_list_without_paths_is_one_error_that_names_what_it_has(self, photos: Path) -> None:
        (photos / "l.csv").write_text("url;Caption\nx;y\n")
        with pytest.raises(ArchiveError, match="found url, Caption"):
            open_source(str(photos / "l.csv"))
        with pytest.raises(ArchiveError, match="found url, Caption"):
            check_sources([str(photos / "l.csv")])
        (item,) = open_sources([str(photos / "l.csv")])
        assert item.id == f"{photos}/l.csv!rest"

    def test_what_excel_adds(self, photos: Path) -> None:
        text = 'sep=;\r\n"path";"note"\r\n"photos/a.jpg";"a; b ""c""\nd"\r\n;;\r\n;x\r\n'
        good, bad = read(photos, "l.csv", encoded(text, "utf-8-sig"))
        assert good.id == f"{photos}/photos/a.jpg"
        assert bad.id == f"{photos}/l.csv!2"
        assert "expected a path" in why(bad)

    def test_western_code_pages_and_backslashes_find_the_file(self, photos: Path) -> None:
        items = read(photos, "l.csv", "path\nphotos\\bé.jpg\n.\\photos\\a.jpg\n".encode("cp1252"))
        assert [item.content.load(99) for item in items] == ["bé.jpg".encode(), b"a.jpg"]

    def test_long_fields_pass_and_leave_the_limit_as_it_was(self, photos: Path) -> None:
        before = 131_072
        csv.field_size_limit(before)
        text = f"path,b64\nphotos/a.jpg,{'x' * 400_000}\nphotos/c d.jpg,\n"
        items = open_source(str(photos / "l.csv")) if (photos / "l.csv").write_text(text) else None
        assert items is not None
        next(items)
        assert csv.field_size_limit() == before
        assert names_of(list(items), photos) == ["photos/c d.jpg"]

    def test_a_quote_that_is_never_closed_leaves_a_rest(self, photos: Path) -> None:
        items = read(photos, "l.csv", 'path,note\nphotos/a.jpg,12" long\n"photos/c d.jpg,x\nphotos/a.jpg,x\n')
        assert names_of(items, photos) == ["photos/a.jpg", "l.csv!rest"]
        assert "is never closed" in why(items[1])

    def test_inches_are_no_open_quotes(self, photos: Path) -> None:
        items = read(photos, "l.csv", 'path,note\nphotos/a.jpg,12" long\nphotos/c d.jpg,x\n')
        assert names_of(items, photos) == ["photos/a.jpg", "photos/c d.jpg"]

    def test_empty_ones_have_no_items(self, photos: Path) -> None:
        for name in ("l.csv", "l.txt", "l.jsonl", "l.tsv"):
            assert read(photos, name, "") == []
            assert read(photos, name, "\ufeff\r\n") == []


class TestLines:
    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_marks_quotes_and_backslashes(self, photos: Path, encoding: str) -> None:
        text = 'photos/a.jpg\r\n"photos/bé.jpg"\r\n\r\n  photos\\c d.jpg  \r\n'
        assert names_of(read(photos, "l.txt", encoded(text, encoding)), photos) == EXPECTED

    def test_a_name_is_taken_as_it_is_written_if_that_exists(self, photos: Path) -> None:
        for name in ('"q".jpg', "b\\c.jpg", " blank.jpg"):
            (photos / name).write_bytes(b"x")
        items = read(photos, "l.txt", '"q".jpg\nb\\c.jpg\n blank.jpg\n')
        assert names_of(items, photos) == ['"q".jpg', "b\\c.jpg", " blank.jpg"]

    def test_nul_and_bytes_that_are_no_utf8(self, photos: Path) -> None:
        with open(os.fsencode(photos) + b"/caf\xe9.jpg", "wb") as file:  # noqa: PTH123
            file.write(b"x")
        first, second, third = read(photos, "l.txt", b"caf\xe9.jpg\nphotos/a\0.jpg\ngone\xff.jpg\n")
        assert first.id == f"{photos}/caf\\xe9.jpg"
        assert first.content.load(9) == b"x"
        assert second.id == f"{photos}/photos/a\\x00.jpg"
        assert "null byte" in why(second)
        assert "No such file" in why(third)

    def test_a_line_without_end_and_text_that_is_none_leave_a_rest(
        self, photos: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("wildvision.archive.lists._LONGEST", 1000)
        items = read(photos, "l.txt", "photos/a.jpg\n" + "x" * 5000)
        assert names_of(items, photos) == ["photos/a.jpg", "l.txt!rest"]
        items = read(photos, "l.txt", encoded("photos/a.jpg\n", "utf-16") + b"\x01")
        assert names_of(items, photos) == ["photos/a.jpg", "l.txt!rest"]

    def test_folders_and_devices_are_rows(self, photos: Path) -> None:
        items = read(photos, "l.txt", "photos\n/dev/zero\n")
        assert all("regular file" in why(item) for item in items)


class TestJson:
    def test_keys_of_data_sets(self, photos: Path) -> None:
        records = [
            {"file_name": EXPECTED[0]},
            {"Image": {"path": EXPECTED[1], "bytes": None}},
            EXPECTED[2],
            {"x": 1},
        ]
        text = "".join(json.dumps(record) + "\n" for record in records)
        *good, bad = read(photos, "l.jsonl", encoded(text, "utf-8-sig"))
        assert names_of(good, photos) == EXPECTED
        assert bad.id == f"{photos}/l.jsonl!4"

    def test_without_paths_it_is_one_error(self, photos: Path) -> None:
        (photos / "l.jsonl").write_text('{"text": "a", "n": 1}\n' * 50)
        with pytest.raises(ArchiveError, match="found text, n"):
            open_source(str(photos / "l.jsonl"))

    def test_lines_that_are_no_json_are_rows(self, photos: Path) -> None:
        lines = [
            "{",
            "[" * 100_000,
            "9" * 10_000,
            '{"path": 3}',
            '{"path": "\\ud800.jpg"}',
            '{"path": "photos/a.jpg"}',
        ]
        items = read(photos, "l.ndjson", "\n".join(lines))
        assert [item.id.rpartition("/")[2] for item in items] == [
            *(f"l.ndjson!{number}" for number in range(1, 5)), "\\ud800.jpg", "a.jpg"
        ]  # fmt: skip
        assert all(why(item) for item in items[:5])


class TestStandardInput:
    def test_bytes_with_marks_and_without(self, photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(photos)
        for encoding in ("utf-8", "utf-16"):
            buffer = io.BufferedReader(io.BytesIO(encoded("photos/a.jpg\n\nphotos/bé.jpg\n", encoding)))  # type: ignore[arg-type]
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(buffer, encoding="ascii"))
            assert [item.id for item in open_source("-")] == EXPECTED[:2]
            assert not buffer.closed

    def test_text(self, photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(photos)
        monkeypatch.setattr(sys, "stdin", io.StringIO("photos/a.jpg\n"))
        check_sources(["-"])
        assert [item.id for item in open_source("-")] == ["photos/a.jpg"]


def test_a_list_that_is_never_read_is_closed(photos: Path) -> None:
    (photos / "l.csv").write_text("path\nphotos/a.jpg\n")
    open_source(str(photos / "l.csv"))  # a ResourceWarning would fail the test
    check_sources([str(photos / "l.csv")])
