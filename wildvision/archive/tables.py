"""Tables with a column of encoded images: Parquet and Arrow, read in batches."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from wildvision.archive.items import InMemory, Item, Unreadable
from wildvision.errors import ArchiveError, ImageReadError

_BATCH = 64  # rows: images of a few megabytes each stay below some hundred
_IMAGE_COLUMNS = ("image", "bytes", "image_bytes", "content", "jpg", "png", "webp")
_ID_COLUMNS = ("id", "path", "name", "filename", "key", "__key__")


def read_table(path: Path) -> Iterator[Item]:
    """Yield the images of a table; a struct with a field ``bytes``, as Hugging Face datasets write, is one too.

    Raises:
        ArchiveError: pyarrow is not installed, the file is no table, or it has no column of images.
    """
    arrow = pyarrow("reading tables")
    try:
        if path.suffix.lower() == ".parquet":
            parquet = importlib.import_module("pyarrow.parquet")
            file = parquet.ParquetFile(path)
            schema, batches = file.schema_arrow, file.iter_batches(batch_size=_BATCH)
        else:
            dataset = importlib.import_module("pyarrow.dataset").dataset(path, format="arrow")
            schema, batches = dataset.schema, dataset.to_batches(batch_size=_BATCH)
    except (OSError, arrow.ArrowException) as error:
        raise ArchiveError(
            f"expected a Parquet or Arrow file, found: {error}", source=os.fspath(path)
        ) from error
    image = next((name for name in _IMAGE_COLUMNS if name in schema.names), None)
    if image is None:
        raise ArchiveError(
            f"expected a column of images called {', '.join(_IMAGE_COLUMNS)}; found {', '.join(schema.names)}",
            source=os.fspath(path),
        )
    name = next((name for name in _ID_COLUMNS if name in schema.names), None)
    return _rows(path, batches, image, name, arrow)


def _rows(path: Path, batches: Any, image: str, name: str | None, arrow: Any) -> Iterator[Item]:
    number = 0
    try:
        for batch in batches:
            for record in batch.to_pylist():
                number += 1
                member = str(record[name]) if name and record[name] is not None else str(number)
                yield Item(id=f"{os.fspath(path)}!{member}", content=_content(record[image]))
    except (OSError, arrow.ArrowException) as error:
        damage = ImageReadError(f"the table is damaged or cut off after {number:,} rows: {error}")
        yield Item(id=f"{os.fspath(path)}!rest", content=Unreadable(damage))


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
        raise ArchiveError(f"{purpose} needs pyarrow: pip install 'wildvision[scan]'") from error
