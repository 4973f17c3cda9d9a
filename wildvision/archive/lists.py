"""Lists of paths: JSONL or CSV with a column of paths, or plain lines."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from wildvision.archive.items import InFile, Item, Unreadable
from wildvision.archive.places import is_remote, joined, open_binary
from wildvision.errors import ArchiveError, ImageReadError

_PATH_COLUMNS = ("path", "image", "file", "filename")


def read_list(place: str) -> Iterator[Item]:
    """Yield what a list names, relative to its own folder: JSONL or CSV with a column of paths, or plain lines.

    Raises:
        ArchiveError: It cannot be opened.
    """
    try:
        file = io.TextIOWrapper(open_binary(place), encoding="utf-8", errors="surrogateescape", newline="")
    except OSError as error:
        raise ArchiveError(f"expected a readable list, found: {error}", source=place) from error
    suffix = place[place.rindex(".") :].lower()
    folder = place.rpartition("/")[0] if is_remote(place) else os.fspath(Path(place).parent)
    return _closing(file, listed(LISTS[suffix](file), folder, name=place))


def _closing(file: IO[str], items: Iterator[Item]) -> Iterator[Item]:
    with file:
        yield from items


def listed(paths: Iterable[str | None], folder: str, *, name: str) -> Iterator[Item]:
    """Yield the items of paths relative to a folder; None is a line without one."""
    for number, path in enumerate(paths, start=1):
        if path is None:
            columns = ", ".join(_PATH_COLUMNS)
            error = ImageReadError(f"expected a path under one of the names {columns}, found none")
            yield Item(id=f"{name}!{number}", content=Unreadable(error))
        elif is_remote(path):
            yield file_item(path)
        else:
            yield file_item(joined(folder, path) if is_remote(folder) else os.fspath(Path(folder, path)))


def read_lines(file: Iterable[str]) -> Iterator[str | None]:
    """Return the lines that are not blank."""
    return (line.rstrip("\r\n") for line in file if line.strip())


def _csv_paths(file: Iterable[str]) -> Iterator[str | None]:
    return (_path_of(record) for record in csv.DictReader(file))


def _jsonl_paths(file: Iterable[str]) -> Iterator[str | None]:
    for line in filter(str.strip, file):
        try:
            yield _path_of(msgspec.json.decode(line.encode("utf-8", "surrogateescape")))
        except msgspec.DecodeError:
            yield None


def _path_of(record: Any) -> str | None:
    if isinstance(record, str):
        return record
    if not isinstance(record, dict):
        return None
    values = cast("dict[str, object]", record)
    return next((str(values[column]) for column in _PATH_COLUMNS if values.get(column)), None)


LISTS: dict[str, Callable[[Iterable[str]], Iterator[str | None]]] = {
    ".txt": read_lines,
    ".csv": _csv_paths,
    ".jsonl": _jsonl_paths,
    ".ndjson": _jsonl_paths,
}


def file_item(place: str) -> Item:
    """Return the item of one file."""
    if is_remote(place):
        return Item(id=place, content=InFile(place))
    try:
        modified = Path(place).stat().st_mtime
    except (OSError, ValueError):
        modified = None  # whoever loads it says why
    return Item(id=_printable(place), content=InFile(place), modified=modified)


def _printable(path: str) -> str:
    """Return a path as text that any sink can store: bytes that are no UTF-8 become escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
