"""Tar archives: whatever is damaged, lost or behind the end, every image has a row, or the rest has one."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from PIL import Image

from wildvision.archive.items import REST, InMemory, Item
from wildvision.archive.members import ArchiveLimits
from wildvision.archive.sources import open_source
from wildvision.errors import ArchiveError, ImageReadError, ImageTooLargeError

BLOCK = 512
NAMES = [f"{number}.jpg" for number in range(5)]


def photo(number: int) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((40, 40), 50 + number).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()


PHOTOS = {name: photo(number) for number, name in enumerate(NAMES)}


def tar(
    names: list[str] = NAMES, *, form: int = tarfile.GNU_FORMAT, contents: dict[str, bytes] | None = None
) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for number, name in enumerate(names):
            content = (contents or PHOTOS).get(name, PHOTOS[NAMES[number % 5]])
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), 1_700_000_000
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def headers(raw: bytes) -> list[int]:
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        return [member.offset for member in archive]


def read(tmp_path: Path, raw: bytes, name: str = "x.tar", **limits: float) -> list[Item]:
    path = tmp_path / name
    path.write_bytes(raw)
    return list(open_source(str(path), limits=ArchiveLimits(**limits)))  # pyright: ignore[reportArgumentType]


def names_of(items: list[Item]) -> list[str]:
    return [item.id.partition("!")[2] for item in items]


def why(item: Item) -> str:
    with pytest.raises((ImageReadError, ImageTooLargeError)) as caught:
        item.content.load(10**6)
    return str(caught.value)


def test_a_whole_one_has_no_rest(tmp_path: Path) -> None:
    items = read(tmp_path, tar())
    assert names_of(items) == NAMES
    assert [item.content.load(10**6) for item in items] == list(PHOTOS.values())
    assert items[0].stamp == f"{len(PHOTOS['0.jpg'])}-1700000000"


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT])
def test_a_damaged_header_costs_its_member_and_leaves_a_rest(tmp_path: Path, form: int) -> None:
    raw = tar(form=form)
    for number, start in enumerate(headers(raw)):
        damaged = bytearray(raw)
        damaged[start + 3] ^= 0xFF
        items = read(tmp_path, bytes(damaged))
        assert names_of(items) == [*NAMES[:number], *NAMES[number + 1 :], "rest"]
        assert f"damaged or cut off after {number:,} members: bad checksum" in why(items[-1])


@pytest.mark.parametrize("lost", [BLOCK, 4096])
def test_a_sector_of_zeros_leaves_a_rest(tmp_path: Path, lost: int) -> None:
    raw = tar(contents={name: content + os.urandom(9000) for name, content in PHOTOS.items()})
    for number, start in enumerate(headers(raw)):
        items = read(tmp_path, raw[:start] + bytes(lost) + raw[start + lost :])
        assert names_of(items)[-1] == "rest"
        assert NAMES[number] not in names_of(items)


def test_a_small_member_that_is_wholly_zeros_leaves_a_rest(tmp_path: Path) -> None:
    raw = tar(["a.jpg", "b.jpg", "c.jpg"], contents={"b.jpg": b"x" * 1500})
    start, end = headers(raw)[1:3]
    assert end - start == 4 * BLOCK
    assert names_of(read(tmp_path, raw[:start] + bytes(end - start) + raw[end:])) == [
        "a.jpg",
        "c.jpg",
        "rest",
    ]


def test_cut_anywhere_it_has_every_image_or_a_rest(tmp_path: Path) -> None:
    raw = tar()
    data_end = raw.rindex(PHOTOS["4.jpg"]) + len(PHOTOS["4.jpg"])
    marker_end = -(-data_end // BLOCK) * BLOCK + 2 * BLOCK
    for cut in [*range(1, len(raw), 487), *headers(raw)[1:], marker_end - 1, marker_end]:
        found = names_of(read(tmp_path, raw[:cut]))
        assert (found[-1] == "rest") == (cut < marker_end), cut
        assert found[:-1] == NAMES[: len(found) - 1] or found == NAMES


@pytest.mark.parametrize("size", [1, 100, 511])
def test_zeros_that_are_no_whole_block_are_no_loss(tmp_path: Path, size: int) -> None:
    assert names_of(read(tmp_path, tar() + bytes(size))) == NAMES
    assert names_of(read(tmp_path, tar() + bytes(size - 1) + b"x"))[-1] == "rest"


COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "tar": bytes,
    "tar.gz": gzip.compress,
    "tar.bz2": bz2.compress,
    "tar.xz": lzma.compress,
    "tar.lzma": lambda raw: lzma.compress(raw, lzma.FORMAT_ALONE),
    "tar.zst": zstandard.ZstdCompressor(write_checksum=True).compress,
}


@pytest.mark.parametrize("suffix", COMPRESSIONS)
class TestCompressed:
    def test_concatenated_archives_are_read_on(self, tmp_path: Path, suffix: str) -> None:
        first, second = tar(["a.jpg", "b.jpg"]), tar(["c.jpg"])
        short = second.rstrip(b"\0")
        short += bytes(-len(short) % BLOCK + 2 * BLOCK)  # the end that writers make that fill no record
        raw = b"".join(map(COMPRESSIONS[suffix], (first, short, second)))
        assert names_of(read(tmp_path, raw, f"x.{suffix}")) == ["a.jpg", "b.jpg", "c.jpg", "c.jpg"]

    def test_damage_anywhere_leaves_every_image_or_a_rest(self, tmp_path: Path, suffix: str) -> None:
        raw = COMPRESSIONS[suffix](tar())
        whole = set(PHOTOS.values())
        for place in range(7, len(raw), 991):
            damaged = bytearray(raw)
            damaged[place] ^= 0x55
            items = read(tmp_path, bytes(damaged), f"x.{suffix}")
            found = {item.content.content for item in items if isinstance(item.content, InMemory)}
            assert suffix == "tar" or found == whole or names_of(items)[-1] == "rest", place
            assert len(items) >= 5 or names_of(items)[-1] == "rest", place

    def test_bytes_behind_the_end_leave_a_rest(self, tmp_path: Path, suffix: str) -> None:
        raw = COMPRESSIONS[suffix](tar()) + b"no archive at all" * 100
        assert names_of(read(tmp_path, raw, f"x.{suffix}")) == [*NAMES, "rest"]

    def test_zeros_behind_the_end_are_no_loss(self, tmp_path: Path, suffix: str) -> None:
        if suffix == "tar.zst":
            pytest.skip("zeros are no frame of Zstandard")
        raw = COMPRESSIONS[suffix](tar()) + bytes(2048)
        assert names_of(read(tmp_path, raw, f"x.{suffix}")) == NAMES


def test_a_wrong_checksum_at_the_very_end_of_gzip_leaves_a_rest(tmp_path: Path) -> None:
    raw = bytearray(gzip.compress(tar()))
    raw[-8] ^= 1
    items = read(tmp_path, bytes(raw), "x.tgz")
    assert names_of(items) == [*NAMES, "rest"]
    assert "CRC" in why(items[-1])


def test_the_head_of_a_later_stream_is_not_taken_for_the_end(tmp_path: Path) -> None:
    for suffix in ("tar.bz2", "tar.xz"):
        second = bytearray(COMPRESSIONS[suffix](tar(["b.jpg"])))
        second[0] ^= 1
        raw = COMPRESSIONS[suffix](tar(["a.jpg"])) + bytes(second)
        assert names_of(read(tmp_path, raw, f"x.{suffix}")) == ["a.jpg", "rest"]


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_work_and_damage_in_their_headers_loses_no_photo(tmp_path: Path, form: int) -> None:
    long = [f"{'d' * 90}/{'e' * 90}/é{number}.jpg" for number in range(3)]
    raw = tar(long, form=form)
    assert names_of(read(tmp_path, raw)) == long
    start = headers(raw)[1]
    for block in (0, 2 * BLOCK):  # what extends the header, and the header itself
        damaged = bytearray(raw)
        damaged[start + block + 3] ^= 0xFF
        items = read(tmp_path, bytes(damaged))
        assert names_of(items)[-1] == "rest"
        assert {long[0], long[2]} <= set(names_of(items))


def test_names_that_are_no_utf8_are_escaped(tmp_path: Path) -> None:
    raw = tar(["x\udce9.jpg"])
    (item,) = read(tmp_path, raw)
    assert item.id.endswith("!x\\xe9.jpg")


def test_holes_are_read(tmp_path: Path) -> None:
    content = bytes(4096) + PHOTOS["0.jpg"]
    info = tarfile.TarInfo("hole.jpg")
    info.size = len(PHOTOS["0.jpg"])
    info.type = tarfile.GNUTYPE_SPARSE
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    block[386:398] = b"%011o\0" % 4096
    block[398:410] = b"%011o\0" % info.size
    block[483:495] = b"%011o\0" % len(content)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    data = PHOTOS["0.jpg"] + bytes(-info.size % BLOCK)
    first, second = read(tmp_path, bytes(block) + data + tar(["1.jpg"]))
    assert first.content == InMemory(content)
    assert second.content == InMemory(PHOTOS["1.jpg"])


def header(kind: bytes, size: int, name: str = "x") -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_header_that_asks_for_gigabytes_is_passed_over(tmp_path: Path, kind: bytes) -> None:
    items = read(tmp_path, header(kind, 2**33) + tar(["a.jpg"]))
    assert names_of(items) == ["a.jpg", "rest"]
    assert "8,589,934,592 bytes follow" in why(items[-1])


def test_headers_without_end_and_lies_about_sizes_end_in_a_rest(tmp_path: Path) -> None:
    endless = header(tarfile.GNUTYPE_LONGNAME, 4) + b"abc\0" + bytes(508)
    pax = b"18 size=-99999999\n"
    backwards = header(tarfile.XHDTYPE, len(pax)) + pax + bytes(BLOCK - len(pax)) + header(b"0", 1, "b.txt")
    for evil in (endless * 3000, backwards, header(b"0", -5, "n.jpg")):
        items = read(tmp_path, evil + tar(["a.jpg"]))
        assert names_of(items)[-1] == "rest"
        assert "a.jpg" in names_of(items)


def test_a_map_of_holes_without_end_is_stopped(tmp_path: Path) -> None:
    info = bytearray(header(tarfile.GNUTYPE_SPARSE, 0, "s.jpg"))
    info[482] = 1
    info[148:156] = b" " * 8
    info[148:156] = b"%06o\0 " % sum(info)
    more = bytearray(b"7" * 504 + b"\1" + bytes(7))
    items = read(tmp_path, bytes(info) + bytes(more) * 10_000)
    assert names_of(items) == ["rest"]
    assert "does not end" in why(items[0])


def test_limits_and_damage_have_one_rest_each_with_the_id_of_the_archive(tmp_path: Path) -> None:
    for limits in ({"max_members": 2}, {"max_bytes": 2 * len(PHOTOS["0.jpg"])}):
        items = read(tmp_path, tar(), **limits)
        assert items[-1].id == f"{tmp_path}/x.tar{REST}"
        assert len(items) <= 3
    bomb = gzip.compress(tar() + bytes(50 * 2**20))
    assert "compression of at most 200" in why(read(tmp_path, bomb, "b.tgz")[-1])


@pytest.mark.parametrize("raw", [b"", b"<html>no such shard</html>", os.urandom(70_000)])
def test_what_is_no_tar_is_one_rest(tmp_path: Path, raw: bytes) -> None:
    (item,) = read(tmp_path, raw)
    assert "after 0 members" in why(item)


def test_names_that_say_nothing_are_judged_by_first_bytes(tmp_path: Path) -> None:
    contents = {
        "deadbeef": PHOTOS["0.jpg"], "a.jpg_large": PHOTOS["1.jpg"], "note": b"text", "._1.jpg": b"\0\5\x16\7",
        "n.TXT": PHOTOS["1.jpg"], "s.cls": b"3", "t.parquet": b"PAR1",
    }  # fmt: skip
    path = tmp_path / "x.tar"
    path.write_bytes(tar(list(contents), contents=contents))
    skipped: Counter[str] = Counter()
    first, second, table = open_source(str(path), skipped=skipped)
    assert [first.content, second.content] == [InMemory(PHOTOS["0.jpg"]), InMemory(PHOTOS["1.jpg"])]
    assert "a table inside an archive" in why(table)
    assert skipped == {"(no suffix)": 1, "._*": 1, ".txt": 1, ".cls": 1}


def test_one_that_cannot_be_opened_is_an_error_and_leaves_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.tar.zst"
    path.write_bytes(COMPRESSIONS["tar.zst"](tar()))
    monkeypatch.setitem(__import__("sys").modules, "zstandard", None)
    with pytest.raises(ArchiveError, match="Zstandard"):
        open_source(str(path))


def test_an_archive_that_is_never_read_is_closed(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(tar())
    open_source(str(tmp_path / "x.tar"))  # a ResourceWarning would fail the test
    items = open_source(str(tmp_path / "x.tar"))
    next(items)
    del items


def test_reading_a_compressed_stream_that_raises_something_else(tmp_path: Path) -> None:
    raw = bytearray(gzip.compress(tar(), compresslevel=0))
    raw[12] ^= 0xFF  # the length of a stored block no longer fits its complement
    (item,) = read(tmp_path, bytes(raw), "x.tgz")
    assert "invalid stored block" in why(item)
    assert issubclass(zlib.error, Exception)
    assert not issubclass(zlib.error, OSError)
