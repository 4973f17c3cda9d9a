from __future__ import annotations

import pytest

from wildvision.archive.grouping import Grouping, post_named
from wildvision.archive.items import InMemory, Item, rest
from wildvision.errors import OptionError


def posts(by: str, *names: str) -> list[str | None]:
    items = [Item(id=name, content=InMemory(b"")) for name in names]
    return [item.post for item in Grouping(by).named(items)]


@pytest.mark.parametrize(
    ("name", "folder", "key"),
    [
        ("photos/shop/1.jpg", "photos/shop", "photos/shop/1"),
        ("1.front.jpg", ".", "1"),
        ("/1.jpg", "/", "/1"),
        ("a.tar!set/12.front.jpg", "a.tar!set", "a.tar!set/12"),
        ("a.tar!12.jpg", "a.tar", "a.tar!12"),
        ("b/a.v2.tar!12.0.jpg", "b/a.v2.tar", "b/a.v2.tar!12"),
        ("t.parquet!7", "t.parquet", "t.parquet!7"),
        ("folder.d/no-suffix", "folder.d", "folder.d/no-suffix"),
        ("a/.hidden.jpg", "a", "a/.hidden"),
        ("a\\b\\1.jpg", "a\\b", "a\\b\\1"),
        ("s3://bucket/posts/9/1.jpg", "s3://bucket/posts/9", "s3://bucket/posts/9/1"),
    ],
)
def test_a_post_is_read_off_an_id(name: str, folder: str, key: str) -> None:
    assert posts("folder", name) == [folder]
    assert posts("key", name) == [key]


def test_a_column_and_an_unread_rest_name_no_post_here() -> None:
    assert posts("column:listing", "a/1.jpg") == [None]
    assert [item.post for item in Grouping("folder").named([rest("a.tar", "cut off")])] == [None]


@pytest.mark.parametrize("by", ["", "column:", "column: ", "folders", "listing_id"])
def test_another_word_is_refused(by: str) -> None:
    with pytest.raises(OptionError, match="folder, key or column:NAME"):
        Grouping(by)


def test_cells_as_names() -> None:
    assert [post_named(value) for value in (12, " a ", "", None, 0)] == ["12", "a", None, None, "0"]
