"""Sinks of rows: Parquet, JSON lines or CSV, a part at a time; see `wildvision.archive.rows.Row` for the columns."""

from __future__ import annotations

import csv
import errno
import importlib
import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np

from wildvision.archive.rows import ROW_SCHEMA, SCORE_PREFIX, Row
from wildvision.archive.tables import pyarrow

_KINDS: dict[str, Any] = get_type_hints(Row)
_INTEGERS = frozenset(name for name, kind in _KINDS.items() if kind in {int, int | None})
_NUMBERS = frozenset(name for name, kind in _KINDS.items() if kind in {float, float | None})
_SPECIAL = frozenset({"scores", "warnings", "embedding"})
_PLAIN = tuple(entry.name for entry in fields(Row) if entry.name not in _SPECIAL)

WritePart = Callable[[Path, Sequence[Row], Sequence[str], int | None], None]
"""Writes rows with the scores of these categories, and embeddings of that size, to a file."""


def columns(categories: Sequence[str], embedding_size: int | None) -> tuple[str, ...]:
    """Return the names of the columns in order: facts, one score for each category, warnings, the embedding."""
    scores = tuple(f"{SCORE_PREFIX}{category}" for category in categories)
    return (*_PLAIN, *scores, "warnings", *(("embedding",) if embedding_size else ()))


def to_record(row: Row, categories: Sequence[str], embedding_size: int | None) -> dict[str, Any]:
    """Return a row as plain values by column."""
    record: dict[str, Any] = {name: getattr(row, name) for name in _PLAIN}
    record |= {f"{SCORE_PREFIX}{category}": row.scores.get(category) for category in categories}
    record["warnings"] = list(row.warnings)
    if embedding_size:
        record["embedding"] = None if row.embedding is None else [float(value) for value in row.embedding]
    return record


def write_parquet(
    path: Path, rows: Sequence[Row], categories: Sequence[str], embedding_size: int | None
) -> None:
    """Write rows as Parquet, Zstandard-compressed; the file's metadata holds the version of the schema."""
    table = to_table(rows, categories, embedding_size)
    with path.open("wb") as file:  # Arrow takes no path that is not UTF-8
        importlib.import_module("pyarrow.parquet").write_table(table, file, compression="zstd")


def to_table(rows: Sequence[Row], categories: Sequence[str], embedding_size: int | None) -> Any:
    """Return rows as a `pyarrow.Table` of the columns that a Parquet part has, in their order.

    Raises:
        ArchiveError: pyarrow is not installed.
    """
    arrow = pyarrow("writing Parquet")
    schema = _arrow_schema(arrow, categories, embedding_size)
    values: dict[str, list[Any]] = {name: [getattr(row, name) for row in rows] for name in _PLAIN}
    values |= {
        f"{SCORE_PREFIX}{category}": [row.scores.get(category) for row in rows] for category in categories
    }
    values["warnings"] = [list(row.warnings) for row in rows]
    values["embedding"] = [row.embedding for row in rows]
    return arrow.Table.from_arrays([arrow.array(values[f.name], f.type) for f in schema], schema=schema)


def _arrow_schema(arrow: Any, categories: Sequence[str], embedding_size: int | None) -> Any:
    def kind(name: str) -> Any:
        if name in _INTEGERS:
            return arrow.int64()
        if name in _NUMBERS or name.startswith(SCORE_PREFIX):
            return arrow.float64()
        if name == "warnings":
            return arrow.list_(arrow.string())
        if name == "embedding":
            return arrow.list_(arrow.float32(), embedding_size)
        return arrow.string()

    entries = [(name, kind(name)) for name in columns(categories, embedding_size)]
    return arrow.schema(entries, metadata={"wildvision_row_schema": str(ROW_SCHEMA)})


def write_jsonl(
    path: Path, rows: Sequence[Row], categories: Sequence[str], embedding_size: int | None
) -> None:
    """Write rows as JSON, one object a line."""
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(to_record(row, categories, embedding_size), ensure_ascii=False) + "\n")


def write_csv(path: Path, rows: Sequence[Row], categories: Sequence[str], embedding_size: int | None) -> None:
    """Write rows as CSV with a header; warnings and embeddings are JSON inside their cells."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns(categories, embedding_size))
        writer.writeheader()
        for row in rows:
            record = to_record(row, categories, embedding_size)
            for name in _SPECIAL & record.keys():
                record[name] = json.dumps(record[name]) if record[name] else ""
            writer.writerow(record)


WRITERS: dict[str, WritePart] = {"parquet": write_parquet, "jsonl": write_jsonl, "csv": write_csv}


def read_part(path: Path, *, columns: Collection[str] | None = None) -> Iterator[dict[str, Any]]:
    """Yield the records of a part of any format; numbers of a CSV file are numbers again.

    Args:
        path: Of the part.
        columns: Those that are wanted, which saves time with Parquet; None: all. Other formats give all.
    """
    if path.suffix == ".parquet":
        pyarrow("reading Parquet")
        with path.open("rb") as file:
            table = importlib.import_module("pyarrow.parquet").ParquetFile(file)
            for batch in table.iter_batches(batch_size=1024, columns=list(columns) if columns else None):
                yield from batch.to_pylist()
    elif path.suffix == ".jsonl":
        with path.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)
    else:
        with path.open(encoding="utf-8", newline="") as lines:
            yield from map(_typed, csv.DictReader(lines))


def _typed(record: dict[str, str]) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for name, value in record.items():
        if name in _SPECIAL:
            typed[name] = json.loads(value) if value else []
        elif not value:
            typed[name] = None
        elif name in _INTEGERS:
            typed[name] = int(value)
        elif name in _NUMBERS or name.startswith(SCORE_PREFIX):
            typed[name] = float(value)
        else:
            typed[name] = value
    return typed


def from_record(record: Mapping[str, Any]) -> Row:
    """Rebuild the row that `to_record` made plain."""
    facts = {name: record[name] for name in _PLAIN if record.get(name) is not None}
    scores = {
        name.removeprefix(SCORE_PREFIX): value
        for name, value in record.items()
        if name.startswith(SCORE_PREFIX) and value is not None
    }
    vector = record.get("embedding")
    return Row(
        **facts,
        scores=scores,
        warnings=tuple(record["warnings"] or ()),
        embedding=np.array(vector, np.float32) if vector else None,
    )


def replace_file(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file so that it is there whole or not at all, even when the machine stops or the disk is full."""
    part = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write(part)
        with part.open("r+b") as written:  # Windows flushes only what is open for writing
            _flush(written.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


# What file systems answer that cannot flush a folder (SMB and VirtualBox shares, some FUSE), and Windows.
_CANNOT_FLUSH = frozenset(
    {
        errno.EINVAL,
        errno.ENOTSUP,
        errno.EOPNOTSUPP,
        errno.ENOSYS,
        errno.EBADF,
        errno.EACCES,
        errno.EPERM,
        errno.EISDIR,
    }
)


def _flush(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_FLUSH:
            raise


def _flush_folder(folder: Path) -> None:
    """Flush the entry of a renamed file, where that can be had."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        if error.errno not in _CANNOT_FLUSH:
            raise
        return
    try:
        _flush(descriptor)
    finally:
        os.close(descriptor)


def remove_torn(folder: Path) -> None:
    """Remove what `replace_file` had half written in a folder when its process was killed."""
    for part in folder.glob(".*.tmp"):
        part.unlink(missing_ok=True)
