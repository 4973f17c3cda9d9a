"""What a scan on Ray decides without a cluster: columns of a dataset, paths, options, a missing Ray."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner

from wildvision.archive.items import InFile, InZip, Item
from wildvision.archive.ray import RayEngine
from wildvision.archive.ray.blocks import anchored
from wildvision.archive.ray.dataset import columns_of, items_of
from wildvision.archive.ray.feed import Feed
from wildvision.cli import main
from wildvision.errors import ArchiveError, ImageReadError


def items(table: pa.Table, id_column: str | None = None) -> list[tuple[str, bytes]]:
    return [(item.id, item.content.load(100)) for item in items_of(table, id_column)]


def test_images_of_bytes_structs_and_lists() -> None:
    plain = pa.table({"name": ["a", "b"], "bytes": [b"1", b"2"]})
    assert items(plain) == [("a", b"1"), ("b", b"2")]
    struct = pa.table({"id": [7], "image": [{"bytes": b"1", "path": "x.jpg"}]})
    assert items(struct) == [("7", b"1")]
    several = pa.table({"id": ["a"], "images": [[b"1", b"2"]], "caption": ["text"]})
    assert items(several) == [("a.0", b"1"), ("a.1", b"2")]


def test_the_named_column_gives_the_ids() -> None:
    table = pa.table({"path": ["a"], "offer": ["17"], "bytes": [b"1"]})
    assert items(table, "offer") == [("17", b"1")]


def test_paths_without_images_are_files() -> None:
    table = pa.table({"path": ["photos/a.jpg"]})
    (item,) = items_of(table)
    assert item.content == InFile("photos/a.jpg")


def test_a_missing_image_is_an_item_that_cannot_be_read() -> None:
    table = pa.table({"id": ["a"], "image": pa.array([None], pa.binary())})
    (item,) = items_of(table)
    with pytest.raises(ImageReadError, match="found NoneType"):
        item.content.load(100)


def test_images_without_ids_are_refused() -> None:
    with pytest.raises(ArchiveError, match="expected a column of ids or paths, found bytes"):
        columns_of(pa.table({"bytes": [b"1"]}).schema, None)
    with pytest.raises(ArchiveError, match="expected a column offer, found path, bytes"):
        columns_of(pa.table({"path": ["a"], "bytes": [b"1"]}).schema, "offer")


def test_paths_are_anchored_where_the_driver_runs_and_ids_stay() -> None:
    for content, wanted in (
        (InFile("a.jpg"), InFile("/home/me/a.jpg")),
        (InFile("/a.jpg"), InFile("/a.jpg")),
        (InFile("s3://photos/a.jpg"), InFile("s3://photos/a.jpg")),
        (InZip("x/b.zip", 3, "v"), InZip("/home/me/x/b.zip", 3, "v")),
    ):
        assert anchored(Item(id="mine", content=content), "/home/me") == Item(id="mine", content=wanted)


def test_a_missing_ray_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray.data", None)
    with pytest.raises(ArchiveError, match="extra `ray`"):
        RayEngine()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--address", "head:6379"], "give --engine ray with it"),
        (["--engine", "ray", "--workers", "0"], "needs at least one worker"),
    ],
)
def test_options_that_do_not_fit_together(options: list[str], problem: str, tmp_path: Path) -> None:
    shown = CliRunner().invoke(main, ["scan", "samples", "--out", str(tmp_path / "out"), *options])
    assert shown.exit_code == 2
    assert problem in shown.output


def test_a_feed_that_is_closed_before_its_chunks_arrive_loses_none() -> None:
    """Calls of an actor may overtake each other: large ones wait for their arguments."""

    async def overtaken() -> list[bool]:
        feed = Feed()
        await feed.close(2)
        first = asyncio.create_task(feed.has(0))
        await asyncio.sleep(0)
        assert not first.done()
        await feed.add(1, [])
        await feed.add(0, [])
        await feed.done(1)
        return [await first, await feed.has(1), await feed.has(2)]

    assert asyncio.run(overtaken()) == [True, True, False]
