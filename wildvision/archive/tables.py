"""Tables with a column of encoded images: Parquet and Arrow, read in batches."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from typing import IO, Any, cast

from wildvision.archive.items import InMemory, Item, Unreadable
from wildvision.archive.places import open_binary
from wildvision.errors import ArchiveError, ImageReadError

_BATCH = 64  # rows: images of a few megabytes each stay below some hundred
_IMAGE_COLUMNS = ("image", "bytes", "image_bytes", "content", "jpg", "png", "webp")
_ID_COLUMNS = ("id", "path", "name", "filename", "key", "__key__")


def read_table(place: str) -> Iterator[Item]:
    """Yield the images of a table; a struct with a field ``bytes``, as Hugging Face datasets write, is one too.

    Raises:
        ArchiveError: pyarrow is not installed, the file is no table, or it has no column of images.
    """
    arrow = pyarrow("reading tables")
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(open_binary(place))
            schema, batches = _opened(file, parquet=place.lower().endswith(".parquet"))
        except (OSError, arrow.ArrowException) as error:
            raise ArchiveError(f"expected a Parquet or Arrow file, found: {error}", source=place) from error
        image = next((name for name in _IMAGE_COLUMNS if name in schema.names), None)
        if image is None:
            raise ArchiveError(
                f"expected a column of images called {', '.join(_IMAGE_COLUMNS)}; found {', '.join(schema.names)}",
                source=place,
            )
        name = next((name for name in _ID_COLUMNS if name in schema.names), None)
        return _rows(place, stack.pop_all(), batches, image, name, arrow)


def _opened(file: IO[bytes], *, parquet: bool) -> tuple[Any, Iterator[Any]]:
    if parquet:
        table = importlib.import_module("pyarrow.parquet").ParquetFile(file)
        return table.schema_arrow, table.iter_batches(batch_size=_BATCH)
    table = importlib.import_module("pyarrow.ipc").open_file(file)
    return table.schema, (table.get_batch(number) for number in range(table.num_record_batches))


def _rows(
    place: str, file: contextlib.ExitStack, batches: Iterator[Any], image: str, name: str | None, arrow: Any
) -> Iterator[Item]:
    number = 0
    try:
        with file:
            for batch in batches:
                for record in batch.to_pylist():
                    number += 1
                    member = str(record[name]) if name and record[name] is not None else str(number)
                    yield Item(id=f"{place}!{member}", content=_content(record[image]))
    except (OSError, arrow.ArrowException) as error:
        damage = ImageReadError(f"the table is damaged or cut off after {number:,} rows: {error}")
        yield Item(id=f"{place}!rest", content=Unreadable(damage))


def _content(value: Any) -> InMemory | Unreadable:
    found: object = cast("dict[str, object]", value).get("bytes") if isinstance(value, dict) else value
    if isinstance(found, bytes):
        return InMemory(found)
    return Unreadable(ImageReadError(f"expected the bytes of an image, found {type(found).__name__}"))


def pyarrow(purpose: str) -> Any:
    """Return the module ``pyarrow``.

    Raises:
        ArchiveError: It is not installed.
    """
    try:
        return importlib.import_module("pyarrow")
    except ImportError as error:
        raise ArchiveError(
            f"{purpose} needs pyarrow; "
            "install wildvision with its extra `scan`, e.g. `pip install '.[scan]'` in a checkout"
        ) from error
