"""Tables as Hugging Face's datasets, pandas and others write them."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from wildvision.archive.items import InFile, InMemory, Item
from wildvision.archive.sources import open_source
from wildvision.errors import ArchiveError, ImageReadError

STRUCT = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def images(*names: str | None) -> list[dict[str, Any]]:
    return [{"bytes": f"photo {name}".encode(), "path": name} for name in names]


def save(table: pa.Table, path: Path, *, rows: int | None = None) -> Path:
    if path.suffix == ".parquet":
        pyarrow.parquet.write_table(table, path, row_group_size=rows)
    elif path.suffix == ".feather":
        pyarrow.feather.write_feather(table, path)
    else:
        make = pa.ipc.new_stream if path.stem == "stream" else pa.ipc.new_file
        with path.open("wb") as file, make(file, table.schema) as writer:
            writer.write_table(table, max_chunksize=rows)
    return path


def read(path: Path) -> list[Item]:
    return list(open_source(str(path)))


def names_of(items: list[Item]) -> list[str]:
    return [item.id.partition("!")[2] for item in items]


def why(item: Item) -> str:
    with pytest.raises(ImageReadError) as caught:
        item.content.load(10**6)
    return str(caught.value)


CONTAINERS = ["t.parquet", "t.arrow", "stream.arrow", "t.feather", "stream.parquet"]


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_by_its_content(tmp_path: Path, name: str) -> None:
    table = pa.table({"label": [1, 2, 3], "image": pa.array(images("a.jpg", None, "c.jpg"), STRUCT)})
    items = read(save(table, tmp_path / name, rows=2))
    assert names_of(items) == ["a.jpg", "2", "c.jpg"]
    assert items[0].content == InMemory(b"photo a.jpg")
    assert items[0].stamp == f"11-{zlib.crc32(b'photo a.jpg'):08x}"


def test_the_suffix_does_not_matter(tmp_path: Path) -> None:
    path = save(pa.table({"image": images("a.jpg")}), tmp_path / "t.parquet")
    assert names_of(read(path.rename(tmp_path / "t.arrow"))) == ["a.jpg"]


@pytest.mark.parametrize(
    "kind", [pa.binary(), pa.large_binary(), pa.binary_view(), pa.dictionary(pa.int32(), pa.binary())]
)
@pytest.mark.parametrize("name", ["stream.arrow", "t.arrow"])
def test_kinds_of_bytes(tmp_path: Path, kind: pa.DataType, name: str) -> None:
    if pa.types.is_dictionary(kind):
        column = pa.array([b"one", b"two"]).dictionary_encode()
    else:
        column = pa.array([b"one", b"two"], kind)
    items = read(save(pa.table({"x": column, "image": ["a.jpg", "b.jpg"]}), tmp_path / name))
    assert names_of(items) == ["a.jpg", "b.jpg"]
    assert [item.content for item in items] == [InMemory(b"one"), InMemory(b"two")]


@pytest.mark.parametrize("column", ["img", "Image", "images", "jpg", "photo_of_the_week"])
def test_the_type_decides_before_the_name(tmp_path: Path, column: str) -> None:
    names = pa.array(["a.jpg", "b.jpg"]).dictionary_encode()
    table = pa.table({"image" if column != "Image" else "bytes": names, column: [b"one", b"two"]})
    items = read(save(table, tmp_path / "t.parquet"))
    assert [item.content for item in items] == [InMemory(b"one"), InMemory(b"two")]


def test_among_several_the_name_decides_and_ids_have_a_column(tmp_path: Path) -> None:
    table = pa.table({"digest": [b"d"], "bytes": [b"photo"], "thumb": [b"t"], "filename": ["a.jpg"]})
    (item,) = read(save(table, tmp_path / "t.parquet"))
    assert item.content == InMemory(b"photo")
    assert item.id.endswith("!a.jpg")
    table = pa.table({"digest": [b"d"], "scan": images("x.jpg")})
    assert names_of(read(save(table, tmp_path / "t.parquet"))) == ["x.jpg"]


def metadata(**features: Any) -> dict[str, str]:
    return {"huggingface": json.dumps({"info": {"features": features}})}


@pytest.mark.parametrize(
    "feature",
    [
        {"_type": "Image"},
        {"_type": "Image", "decode": False, "mode": None},
        {"_type": "Sequence", "feature": {"_type": "Image"}},
        [{"_type": "Image"}],
    ],
)
def test_what_datasets_calls_an_image_is_one(tmp_path: Path, feature: Any) -> None:
    schema = pa.schema(
        [("bytes", pa.binary()), ("scan", pa.binary())],
        metadata(scan=feature, bytes={"dtype": "binary", "_type": "Value"}),
    )
    table = pa.table({"bytes": [b"no"], "scan": [b"yes"]}, schema=schema)
    assert [item.content for item in read(save(table, tmp_path / "stream.arrow"))] == [InMemory(b"yes")]


def test_metadata_that_is_none_is_no_error(tmp_path: Path) -> None:
    for text in (
        "{",
        "[]",
        '{"info": null}',
        '{"info": {"features": [1]}}',
        '{"info": {"features": {"x": 3}}}',
    ):
        schema = pa.schema([("image", pa.binary())], {"huggingface": text})
        table = pa.table({"image": [b"yes"]}, schema=schema)
        assert len(read(save(table, tmp_path / "t.parquet"))) == 1


@pytest.mark.parametrize("large", [False, True])
def test_lists_have_a_row_for_each_image(tmp_path: Path, large: bool) -> None:
    kind = pa.large_list(STRUCT) if large else pa.list_(STRUCT)
    column = pa.array([images("a", "b"), [], None, images("c")], kind)
    items = read(save(pa.table({"images": column}), tmp_path / "t.parquet"))
    assert names_of(items) == ["1.0", "1.1", "3", "4.0"]
    assert "expected the bytes of an image" in why(items[2])
    items = read(save(pa.table({"images": column, "id": ["k", "l", "m", "n"]}), tmp_path / "t.parquet"))
    assert names_of(items) == ["k.0", "k.1", "m", "n.0"]


def test_every_column_of_structs_has_its_images(tmp_path: Path) -> None:
    table = pa.table(
        {"before": pa.array(images("a", "b"), STRUCT), "image": pa.array([*images("c"), None], STRUCT)}
    )
    assert names_of(read(save(table, tmp_path / "t.parquet"))) == ["c", "1.before", "2", "2.before"]


class TestPaths:
    def table(self, folder: Path, *paths: str, kind: pa.DataType = STRUCT) -> list[Item]:
        column = pa.array([{"bytes": None, "path": path} for path in paths], kind)
        return read(save(pa.table({"image": column}), folder / "t.parquet"))

    def test_files_below_the_table_are_read(self, tmp_path: Path) -> None:
        (tmp_path / "d" / "sub").mkdir(parents=True)
        (tmp_path / "d" / "sub" / "1.jpg").write_bytes(b"one")
        paths = ["sub/1.jpg", str(tmp_path / "d" / "sub" / "1.jpg"), "sub/../sub/1.jpg"]
        items = self.table(tmp_path / "d", *paths)
        assert names_of(items) == paths
        assert all(item.content.load(99) == b"one" and item.stamp for item in items)
        null = pa.struct([("bytes", pa.null()), ("path", pa.string())])
        assert len(self.table(tmp_path / "d", "sub/1.jpg", kind=null)) == 1

    def test_nothing_else_is(self, tmp_path: Path) -> None:
        (tmp_path / "d").mkdir()
        (tmp_path / "secret.jpg").write_bytes(b"x")
        (tmp_path / "d" / "link.jpg").symlink_to(tmp_path / "secret.jpg")
        paths = [
            "../secret.jpg", str(tmp_path / "secret.jpg"), "link.jpg", "gone.jpg", "a\0b", "s3://b/a.jpg", ".",
            "/dev/zero",
        ]  # fmt: skip
        items = self.table(tmp_path / "d", *paths)
        assert not any(isinstance(item.content, InFile) for item in items)
        assert all("below the table's folder" in why(item) for item in items)
        assert "'gone.jpg'" in why(items[3])

    def test_a_column_of_paths_that_is_called_images(self, tmp_path: Path) -> None:
        (tmp_path / "1.jpg").write_bytes(b"one")
        schema = pa.schema([("image", pa.string())], metadata(image={"_type": "Image"}))
        (item,) = read(save(pa.table({"image": ["1.jpg"]}, schema=schema), tmp_path / "t.parquet"))
        assert item.content.load(9) == b"one"


class TestDamage:
    def test_a_table_without_images_says_what_it_has(self, tmp_path: Path) -> None:
        path = save(pa.table({"url": ["x"], "n": [1]}), tmp_path / "t.parquet")
        with pytest.raises(ArchiveError, match=r"found url \(string\), n \(int64\)"):
            read(path)

    @pytest.mark.parametrize(
        "content", [b"", b"PAR1", b"ARROW1", b"<html>", b"\xff\xff\xff\xff\xff\xff\xff\x7f", bytes(99)]
    )
    def test_what_is_no_table_is_an_error(self, tmp_path: Path, content: bytes) -> None:
        for suffix in (".parquet", ".arrow", ".feather"):
            (tmp_path / f"t{suffix}").write_bytes(content)
            with pytest.raises(ArchiveError, match="expected a Parquet or Arrow file"):
                read(tmp_path / f"t{suffix}")

    def test_a_stream_cut_anywhere_has_a_rest(self, tmp_path: Path) -> None:
        table = pa.table({"image": [bytes([65 + number]) * 500 for number in range(4)]})
        path = save(table, tmp_path / "stream.arrow", rows=1)
        whole = path.read_bytes()
        start = whole.index(b"A" * 500)
        for cut in range(start, len(whole)):
            path.write_bytes(whole[:cut])
            items = read(path)
            assert names_of(items)[-1] == "rest", cut
            assert all(isinstance(item.content, InMemory) for item in items[:-1])

    def test_streams_behind_one_another_have_a_rest(self, tmp_path: Path) -> None:
        path = save(pa.table({"image": [b"A"]}), tmp_path / "stream.arrow")
        path.write_bytes(path.read_bytes() * 2)
        assert names_of(read(path)) == ["1", "rest"]

    @pytest.mark.parametrize("name", CONTAINERS[:4])
    def test_damage_anywhere_is_an_error_a_rest_or_other_bytes(self, tmp_path: Path, name: str) -> None:
        table = pa.table({"image": [bytes([65 + number]) * 300 for number in range(8)]})
        path = save(table, tmp_path / name, rows=2)
        whole = path.read_bytes()
        for place in range(0, len(whole), 41):
            damaged = bytearray(whole)
            damaged[place] ^= 0xFF
            path.write_bytes(damaged)
            try:
                items = read(path)
            except ArchiveError:
                continue
            assert len(items) == 8 or names_of(items)[-1] == "rest", place


def test_batches_are_bounded_by_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    batches = pyarrow.parquet.ParquetFile.iter_batches

    def watched(self: Any, **options: Any) -> Any:
        for batch in batches(self, **options):
            sizes.append(batch.nbytes)
            yield batch

    monkeypatch.setattr(pyarrow.parquet.ParquetFile, "iter_batches", watched)
    table = pa.table(
        {"image": [bytes([number]) * 3_000_000 for number in range(30)], "text": ["x" * 10**6] * 30}
    )
    assert len(read(save(table, tmp_path / "t.parquet"))) == 30
    assert max(sizes) < 2**25
    sizes.clear()
    same = pa.DictionaryArray.from_arrays([0] * 100, pa.array([bytes(3_000_000)], pa.binary()))
    pyarrow.parquet.write_table(
        pa.table({"image": same}), tmp_path / "t.parquet", dictionary_pagesize_limit=2**30, store_schema=False
    )
    assert len(read(tmp_path / "t.parquet")) == 100
    assert max(sizes) < 2**25


def test_names_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "caf\udce9.parquet"
    path.write_bytes(save(pa.table({"image": [b"x"], "id": ["a\0b"]}), tmp_path / "t.parquet").read_bytes())
    (item,) = read(path)
    assert item.id.endswith("caf\\xe9.parquet!a\\x00b")


def test_text_that_is_no_utf8_costs_no_row(tmp_path: Path) -> None:
    text = pa.array([b"caf\xe9.jpg", b"b.jpg"]).view(pa.string())
    column = pa.StructArray.from_arrays([pa.array([b"one", b"two"]), text], ["bytes", "path"])
    items = read(save(pa.table({"image": column, "id": text}), tmp_path / "t.parquet"))
    assert names_of(items) == ["1", "b.jpg"]
    assert [item.content for item in items] == [InMemory(b"one"), InMemory(b"two")]


def test_a_table_that_is_never_read_is_closed(tmp_path: Path) -> None:
    items = open_source(str(save(pa.table({"image": [b"x"]}), tmp_path / "t.parquet")))
    del items  # a ResourceWarning would fail the test
