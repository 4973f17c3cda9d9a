"""Tables with a column of encoded images: Parquet, Arrow and Feather, read in small batches."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import zlib
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, cast

from wildvision.archive.grouping import post_named
from wildvision.archive.items import (
    InFile,
    InMemory,
    Item,
    OpenItems,
    Unreadable,
    printable,
    reason,
    rest,
)
from wildvision.archive.kinds import skip
from wildvision.archive.places import File, is_remote, joined, local_file, open_binary
from wildvision.errors import ArchiveError, ImageReadError

_BATCH_ROWS, _BATCH_BYTES = 64, 2**24  # Parquet; a batch of Arrow is as large as its writer made it
_READ_AHEAD = (
    2**20
)  # bytes of a Parquet column: without it, all that a row group has of the column is read at once
_IMAGE_COLUMNS = (
    "image",
    "img",
    "images",
    "bytes",
    "image_bytes",
    "content",
    "data",
    "jpg",
    "jpeg",
    "png",
    "webp",
)
_ID_COLUMNS = (
    "id", "path", "name", "filename", "file_name", "filepath", "file_path", "image_path", "image_id", "key", "__key__",
    "image", "file",
)  # fmt: skip
_STREAM_END = b"\xff\xff\xff\xff\0\0\0\0"  # Arrow columnar format, "IPC Streaming Format"


def read_table(
    place: str, *, skipped: Counter[str] | None = None, column: str | None = None
) -> Iterator[Item]:
    """Return the images of a table, one for each row, or for each image of a list in a row.

    The column of images is what the metadata of Hugging Face's ``datasets`` calls so, else one of structs with a field
    ``bytes``, else one of bytes, or of lists of those; among several, the name decides. Where a struct has a path and
    no bytes, the file is read if it lies below the table's folder: a table is data from elsewhere, and must not choose
    what else of a disk is looked at. An id is the image's path in its struct, else what the column of ids says, else
    the number of the row, from 1.

    Args:
        place: Path or URL.
        skipped: Where given, counts a table without a column of images, which then has no items.
        column: Names the post of each row's images; None: no column does.

    Raises:
        ArchiveError: pyarrow is not installed, the file is no table, or it has no column of images, or not the one that
            is asked for.
    """
    pyarrow("reading tables")
    file: IO[bytes] | None = None
    try:
        file = open_binary(place)
        table = _opened(file)
        columns = _columns(table.schema)
    except Exception as error:
        if file is not None:
            file.close()
        if isinstance(error, ArchiveError):
            raise
        problem = f"expected a Parquet or Arrow file, found: {reason(error)}"
        raise ArchiveError(problem, source=printable(place)) from error
    if not columns.images:
        file.close()
        if skipped is None:
            raise ArchiveError(_without_images(table.schema), source=printable(place))
        skip(place, skipped)
        return iter(())
    if column is not None and column not in table.schema.names:
        file.close()
        found = ", ".join(table.schema.names)
        raise ArchiveError(
            printable(f"expected a column {column} to group by, found {found}"), source=printable(place)
        )
    return OpenItems(_items(place, table, replace(columns, post=column)), file)


def image_column(schema: Any) -> tuple[str | None, str | None]:
    """Return the columns of a schema of pyarrow that hold the images and the ids, as `read_table` chooses them."""
    columns = _columns(schema)
    return next(iter(columns.images), None), columns.name


def pyarrow(purpose: str) -> Any:
    """Return the module ``pyarrow``.

    Raises:
        ArchiveError: It is not installed.
    """
    try:
        return importlib.import_module("pyarrow")
    except ImportError as error:
        raise ArchiveError(
            f"{purpose} needs pyarrow; install wildvision with its extra `scan`, "
            "e.g. `pip install '.[scan]'` in a checkout"
        ) from error


# --- files ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """An open table: its file, its schema, and what reads it.

    Attributes:
        file: Not closed here.
        schema: Of pyarrow.
        parquet: The reader of a Parquet file.
        arrow: The reader of an Arrow file, which has a directory of its batches.
        stream: The reader of an Arrow stream, which has none.
    """

    file: IO[bytes]
    schema: Any
    parquet: Any = None
    arrow: Any = None
    stream: Any = None


def _opened(file: IO[bytes]) -> _Table:
    """Open a table of any kind, told by its first bytes: ``datasets`` gives Arrow streams the suffix of Arrow files."""
    magic = file.read(6)
    file.seek(0)
    if magic.startswith(b"PAR1"):
        parquet = importlib.import_module("pyarrow.parquet").ParquetFile(file, buffer_size=_READ_AHEAD)
        return _Table(file=file, schema=parquet.schema_arrow, parquet=parquet)
    ipc = importlib.import_module("pyarrow.ipc")
    if magic == b"ARROW1":
        arrow = ipc.open_file(file)
        return _Table(file=file, schema=arrow.schema, arrow=arrow)
    stream = ipc.open_stream(file)
    return _Table(file=file, schema=stream.schema, stream=stream)


def _batches(table: _Table, names: list[str]) -> Iterator[Any]:
    if table.parquet is not None:
        rows = _batch_rows(table.parquet.metadata)
        yield from table.parquet.iter_batches(batch_size=rows, columns=names)
    elif table.arrow is not None:
        for number in range(table.arrow.num_record_batches):
            yield _valid(table.arrow.get_batch(number), names)
    else:
        yield from (_valid(batch, names) for batch in table.stream)
        _check_end(table.file)


def _check_rows(table: _Table, found: int) -> None:
    """Refuse a Parquet file whose directory contradicts itself."""
    if table.parquet is not None and table.parquet.metadata.num_rows != found:
        raise OSError(f"expected {table.parquet.metadata.num_rows:,} rows, found {found:,}")


def _valid(batch: Any, names: list[str]) -> Any:
    """Return a batch of an Arrow file once its offsets are known to lie in it: pyarrow trusts them, and would crash."""
    found = batch.select(names)
    found.validate(full=True)
    return found


def _batch_rows(metadata: Any) -> int:
    """Return how many rows of a Parquet file are some megabytes, whatever their lengths.

    A dictionary holds a value once for all rows, and pyarrow repeats it: a row may be as large as its row group. Which
    columns have one is not asked, for pyarrow ends the process where what it says of a column is damaged.
    """
    groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
    largest = max((group.total_byte_size for group in groups), default=0)
    return max(1, min(_BATCH_ROWS, _BATCH_BYTES // max(largest, 1)))


def _check_end(file: IO[bytes]) -> None:
    """Refuse a stream that was cut off between two batches, which pyarrow takes for its end, or that others follow."""
    if file.read(1):
        raise OSError("other bytes follow the end of the stream")
    file.seek(-len(_STREAM_END), os.SEEK_END)
    if file.read() != _STREAM_END:
        raise OSError("the stream ends without its end mark")


# --- columns ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Columns:
    images: tuple[str, ...]
    name: str | None
    post: str | None = None

    @property
    def wanted(self) -> list[str]:
        others = (name for name in (self.name, self.post) if name is not None)
        return list(dict.fromkeys([*self.images, *others]))


def _columns(schema: Any) -> _Columns:
    """Return the column of images, behind it others that hold images for sure, and the column of ids."""
    types = pyarrow("reading tables").types
    declared = _declared(schema.metadata or {})
    plain = [field.name for field in schema if _is_binary(_plain(field.type, types), types)]
    nested = [field.name for field in schema if _holds_images(field.type, types) and field.name not in plain]
    sure = [name for name in declared if name in schema.names] or nested
    held = [name for name in sure if name in plain or name in nested] or sure or plain
    image = _preferred(held, _IMAGE_COLUMNS) or next(iter(held), None)
    others = [name for name in held if name in sure and name != image]
    texts = [field.name for field in schema if _is_name(field.type, types) and field.name not in held]
    name = _preferred(texts, _ID_COLUMNS)
    return _Columns(() if image is None else (image, *others), name)


def _preferred(names: list[str], order: tuple[str, ...]) -> str | None:
    plain = {name.lower(): name for name in reversed(names)}
    return next((plain[name] for name in order if name in plain), None)


def _declared(metadata: dict[bytes, bytes]) -> list[str]:
    """Return the columns that ``datasets`` calls images, or lists of images."""
    try:
        features = json.loads(metadata[b"huggingface"])["info"]["features"]
        return [name for name, feature in features.items() if _is_image_feature(feature)]
    except (KeyError, TypeError, ValueError, AttributeError):
        return []


def _is_image_feature(feature: Any) -> bool:
    if isinstance(feature, list):
        return any(map(_is_image_feature, cast("list[Any]", feature)))
    if not isinstance(feature, dict):
        return False
    found = cast("dict[str, Any]", feature)
    return found.get("_type") == "Image" or _is_image_feature(found.get("feature"))


def _holds_images(kind: Any, types: Any) -> bool:
    kind = _plain(kind, types)
    if types.is_struct(kind):
        fields = {field.name: _plain(field.type, types) for field in kind}
        found = fields.get("bytes")
        is_empty = found is not None and types.is_null(found) and "path" in fields
        return is_empty or (found is not None and _is_binary(found, types))
    if _is_list(kind, types):
        return _holds_images(kind.value_type, types)
    return _is_binary(kind, types)


def _plain(kind: Any, types: Any) -> Any:
    """Return what a dictionary or an extension is made of."""
    while True:
        if types.is_dictionary(kind):
            kind = kind.value_type
        elif hasattr(kind, "storage_type"):
            kind = kind.storage_type
        else:
            return kind


def _is_binary(kind: Any, types: Any) -> bool:
    return types.is_binary(kind) or types.is_large_binary(kind) or _is(kind, types, "is_binary_view")


def _is_list(kind: Any, types: Any) -> bool:
    names = ("is_list", "is_large_list", "is_fixed_size_list", "is_list_view", "is_large_list_view")
    return any(_is(kind, types, name) for name in names)


def _is_name(kind: Any, types: Any) -> bool:
    kind = _plain(kind, types)
    names = ("is_string", "is_large_string", "is_string_view", "is_integer")
    return any(_is(kind, types, name) for name in names)


def _is(kind: Any, types: Any, name: str) -> bool:
    """Ask for a type that older versions of pyarrow do not know."""
    test = getattr(types, name, None)
    return test is not None and test(kind)


def _without_images(schema: Any) -> str:
    found = ", ".join(f"{field.name} ({field.type})" for field in schema)
    return printable(
        f"expected a column of images (bytes, or structs with bytes), found {found or 'no columns'}; for a column of "
        "paths, scan a list of them (.csv, .txt)"
    )


# --- rows -------------------------------------------------------------------------------------------------


def _items(place: str, table: _Table, columns: _Columns) -> Generator[Item]:
    number = 0
    try:
        for batch in _batches(table, columns.wanted):
            cells = {name: batch.column(batch.schema.names.index(name)) for name in columns.wanted}
            for row in range(batch.num_rows):
                number += 1
                key = None if columns.name is None else _value(cells[columns.name][row])
                key = str(number if key is None else key)
                post = None if columns.post is None else post_named(_value(cells[columns.post][row]))
                values = [_value(cells[name][row]) for name in columns.images]
                for item in _images(place, key, columns, values):
                    yield item if post is None else replace(item, post=post)
        _check_rows(table, number)
    except Exception as error:  # noqa: BLE001 - a remote store has its own, and MemoryError is what a bomb gives
        yield rest(place, f"the table is damaged or cut off after {number:,} rows: {reason(error)}")


def _images(place: str, key: str, columns: _Columns, values: list[Any]) -> Iterator[Item]:
    """Yield all images of a row."""
    yield from _row(place, key, values[0])
    for name, value in zip(columns.images[1:], values[1:], strict=True):
        yield from _others(place, f"{key}.{name}", value)


def _value(cell: Any) -> Any:
    """Return a cell as a Python value; text that is no UTF-8, which Parquet does not look at, is None."""
    try:
        return cell.as_py()
    except UnicodeDecodeError:
        return {"bytes": _value(cell["bytes"])} if hasattr(cell, "keys") else None


def _row(place: str, key: str, cell: Any) -> Iterator[Item]:
    path = cast("dict[str, Any]", cell).get("path") if isinstance(cell, dict) else None
    if isinstance(path, str) and path:
        yield _item(place, path, cell)
    elif isinstance(cell, list):
        yield from _others(place, key, cell)
    else:
        yield _item(place, key, cell)


def _others(place: str, key: str, cell: Any) -> Iterator[Item]:
    """Yield a second image of a row, or the images of a list; none where there is none."""
    if isinstance(cell, list):
        values = cast("list[Any]", cell)
        yield from (_item(place, f"{key}.{position}", value) for position, value in enumerate(values))
    elif cell is not None:
        yield _item(place, key, cell)


def _item(place: str, member: str, cell: Any) -> Item:
    value = cast("dict[str, Any]", cell) if isinstance(cell, dict) else {"bytes": cell}
    found = value.get("bytes")
    path = found if isinstance(found, str) else value.get("path")
    item_id = f"{place}!{member}"
    if isinstance(found, bytes):
        stamp = f"{len(found)}-{zlib.crc32(found):08x}"
        return Item(id=item_id, content=InMemory(found), stamp=stamp)
    if isinstance(path, str) and path:
        return _beside(place, path, item_id)
    problem = ImageReadError(f"expected the bytes of an image, found {type(found).__name__}")
    return Item(id=item_id, content=Unreadable(problem))


def _beside(place: str, path: str, item_id: str) -> Item:
    """Return the file that a row names instead of bytes, if it lies below the table's folder and exists."""
    found = None
    with contextlib.suppress(OSError, ValueError, RuntimeError):
        found = _remote_beside(place, path) if is_remote(place) else _local_beside(place, path)
    if found is not None:
        return Item(id=item_id, content=InFile(found.place), modified=found.modified, stamp=found.stamp)
    problem = (
        "expected the bytes of an image, or the path of a file below the table's folder, "
        f"found no bytes and the path {path!r}"
    )
    return Item(id=item_id, content=Unreadable(ImageReadError(printable(problem))))


def _local_beside(place: str, path: str) -> File | None:
    folder = Path(place).parent.resolve()
    found = (folder / path).resolve()
    return local_file(os.fspath(found)) if found.is_relative_to(folder) and found.is_file() else None


def _remote_beside(place: str, path: str) -> File | None:
    folder = place.rpartition("/")[0]
    found = joined(folder, path)
    return File(place=found) if found.startswith(f"{folder}/") and not is_remote(path) else None
