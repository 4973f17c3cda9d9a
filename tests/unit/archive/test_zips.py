"""Zip archives: one bad entry of the directory costs that entry at most."""

from __future__ import annotations

import io
import struct
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from wildvision.archive.items import InZip, Item
from wildvision.archive.sources import open_source
from wildvision.archive.zip_directory import open_zip
from wildvision.errors import ArchiveError, ImageReadError

ENTRY = b"PK\x01\x02"


def photo(colour: str = "red") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (20, 20), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def packed(
    *names: str, method: int = zipfile.ZIP_STORED, comment: bytes = b"", extra: bytes = b""
) -> bytearray:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.comment = comment
        for name in names:
            info = zipfile.ZipInfo(name)
            info.compress_type, info.extra = method, extra
            archive.writestr(info, photo())
    return bytearray(buffer.getvalue())


def read(tmp_path: Path, raw: bytes) -> list[Item]:
    (tmp_path / "x.zip").write_bytes(raw)
    return list(open_source(str(tmp_path / "x.zip")))


def names_of(items: list[Item]) -> list[str]:
    return [item.id.partition("!")[2] for item in items]


def why(item: Item) -> str:
    with pytest.raises(ImageReadError) as caught:
        item.content.load(10**6)
    return str(caught.value)


def directory_entry(raw: bytearray, number: int) -> int:
    start = -1
    for _ in range(number + 1):
        start = raw.index(ENTRY, start + 1)
    return start


def test_names_flagged_as_utf8_that_are_none_are_escaped(tmp_path: Path) -> None:
    raw = packed("1é.jpg", "2é.jpg", "plain.jpg", "日本.jpg")
    raw = bytearray(bytes(raw).replace("2é.jpg".encode(), b"2\xe9\xe9.jpg"))
    items = read(tmp_path, raw)
    assert names_of(items) == ["1é.jpg", "2\\xe9\\xe9.jpg", "plain.jpg", "日本.jpg"]
    assert all(item.content.load(10**6) == photo() for item in items)


def test_names_without_the_flag_are_of_the_old_code_page(tmp_path: Path) -> None:
    raw = bytes(packed("1x.jpg")).replace(b"1x.jpg", b"1\x82.jpg")
    (item,) = read(tmp_path, raw)
    assert names_of([item]) == ["1é.jpg"]
    assert item.content.load(10**6) == photo()


def test_a_version_that_is_too_new_costs_nothing(tmp_path: Path) -> None:
    raw = packed("1.jpg", "2.jpg")
    raw[directory_entry(raw, 0) + 6] = 99
    assert [item.content.load(10**6) for item in read(tmp_path, raw)] == [photo(), photo()]


def test_an_extra_field_that_does_not_fit_costs_nothing(tmp_path: Path) -> None:
    raw = packed("1.jpg", "2.jpg", extra=struct.pack("<HH4s", 0x5455, 4, b"time"))
    place = directory_entry(raw, 1) + 46 + len("1.jpg")
    raw[place + 2 : place + 4] = struct.pack("<H", 999)
    assert [item.content.load(10**6) for item in read(tmp_path, raw)] == [photo(), photo()]


def test_a_method_that_is_unknown_is_a_row(tmp_path: Path) -> None:
    raw = packed("1.jpg", "2.jpg")
    raw[directory_entry(raw, 0) + 10] = 97
    first, second = read(tmp_path, raw)
    assert "compression" in why(first)
    assert second.content.load(10**6) == photo()


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damage_in_any_compression_is_a_row(tmp_path: Path, method: int) -> None:
    whole, failed = packed("1.jpg", "2.jpg", method=method), 0
    for place in range(35, 200, 7):
        raw = bytearray(whole)
        raw[place] ^= 0xFF
        first, second = read(tmp_path, raw)
        try:
            assert first.content.load(10**6) == photo()  # not every bit counts
        except ImageReadError:
            failed += 1
        assert second.content.load(10**6) == photo()
    assert failed > 10


def test_damaged_local_headers_are_rows(tmp_path: Path) -> None:
    raw = packed("1.jpg", "2.jpg")
    raw[30] ^= 0xFF  # the name
    raw[raw.index(b"2.jpg") - 30] ^= 0xFF  # the signature
    assert all(why(item) for item in read(tmp_path, raw))


def test_encrypted_members_are_rows_if_they_may_be_images(tmp_path: Path) -> None:
    raw = packed("1.jpg", "hash", "a.txt")
    for number in range(3):
        raw[directory_entry(raw, number) + 8] |= 1
    items = read(tmp_path, raw)
    assert names_of(items) == ["1.jpg", "hash"]
    assert all("encrypted" in why(item) for item in items)


def test_what_stands_before_and_a_comment_behind(tmp_path: Path) -> None:
    raw = b"#!/bin/sh\n" * 100 + packed("1é.jpg", comment=b"made by a phone")
    (item,) = read(tmp_path, raw)
    assert item.content.load(10**6) == photo()


def test_zip64(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w") as archive,
        archive.open(zipfile.ZipInfo("1.jpg"), "w", force_zip64=True) as file,
    ):
        file.write(photo())
    (item,) = read(tmp_path, buffer.getvalue())
    assert item.content.load(10**6) == photo()
    assert item.stamp == f"{len(photo())}-{zipfile.crc32(photo()):08x}"  # type: ignore[attr-defined]


def test_names_that_say_nothing_are_judged_by_first_bytes(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/hash", photo())
        archive.writestr("a/note", b"text")
        archive.writestr("__MACOSX/a/._1.jpg", b"\0\5\x16\7")
        archive.writestr("b.CSV", b"path")
        archive.writestr("t.arrow", b"")
        archive.writestr("folder/", b"")
    skipped: Counter[str] = Counter()
    first, table = open_source(str(tmp_path / "x.zip"), skipped=skipped)
    assert first.content.load(10**6) == photo()
    assert "a table inside an archive" in why(table)
    assert skipped == {"(no suffix)": 1, "._*": 1, ".csv": 1}


def test_what_cannot_be_judged_is_a_row(tmp_path: Path) -> None:
    raw = packed("hash")
    raw[30] ^= 0xFF
    (item,) = read(tmp_path, raw)
    assert why(item)


@pytest.mark.parametrize("content", [b"", b"PK", b"<html>", bytes(packed("1.jpg"))[:300]])
def test_what_is_none_is_an_error(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ArchiveError, match="expected a zip archive"):
        read(tmp_path, content)


def test_archives_are_closed_when_they_are_dropped(tmp_path: Path) -> None:
    for number in range(20):  # more than are kept open; a ResourceWarning would fail the test
        path = tmp_path / f"{number}.zip"
        path.write_bytes(packed("1.jpg"))
        InZip(str(path), 0).load(10**6)
        open_source(str(path))
    with open_zip(str(path)) as archive:
        file = archive.fp
    assert file is None or archive.fp is None
