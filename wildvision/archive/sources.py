"""Where items come from: folders, archives, tables and lists, streamed in a fixed order and never unpacked."""

from __future__ import annotations

import csv
import glob
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, cast

import msgspec

from wildvision.archive.archives import DEFAULT_LIMITS, ArchiveLimits, read_tar, read_zip
from wildvision.archive.items import InFile, Item, Unreadable, is_image_name
from wildvision.archive.tables import read_table
from wildvision.errors import ArchiveError, ImageReadError

TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst")
TABLE_SUFFIXES = (".parquet", ".arrow", ".feather")
STANDARD_INPUT = "-"
_PATH_COLUMNS = ("path", "image", "file", "filename")


def open_sources(sources: Sequence[str], *, limits: ArchiveLimits = DEFAULT_LIMITS) -> Iterator[Item]:
    """Yield the items of many sources, one source after the other; see `open_source`."""
    return chain.from_iterable(open_source(source, limits=limits) for source in sources)


def open_source(source: str, *, limits: ArchiveLimits = DEFAULT_LIMITS) -> Iterator[Item]:
    """Yield the items of one source, in the same order every time.

    Args:
        source: A folder, an image, a zip or tar archive (a WebDataset shard is a tar), a table with image bytes
            (Parquet, Arrow), a list of paths (JSONL, CSV, ``.txt``), a glob of those, or ``-`` for a list of
            paths on standard input.
        limits: What an archive may ask for.

    Raises:
        ArchiveError: The source cannot be opened at all. What is wrong further inside, such as an archive that is
            cut off, becomes an item that cannot be read, after those before it.
    """
    if source == STANDARD_INPUT:
        return _listed(_lines(sys.stdin), Path(), name="-")
    path = Path(source)
    if glob.has_magic(source) and not path.exists():
        return _globbed(source, limits)
    return _open_path(path, limits)


def _globbed(pattern: str, limits: ArchiveLimits) -> Iterator[Item]:
    found = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
    if not found:
        raise ArchiveError("expected files that match the pattern, found none", source=pattern)
    return chain.from_iterable(_open_path(Path(path), limits) for path in found)


def _open_path(path: Path, limits: ArchiveLimits) -> Iterator[Item]:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise ArchiveError(
            f"expected a readable source, found: {error.strerror}", source=str(path)
        ) from error
    if stat.S_ISDIR(mode):
        return read_folder(path)
    if not stat.S_ISREG(mode):
        raise ArchiveError("expected a folder or a regular file, found a pipe or device", source=str(path))
    name = path.name.lower()
    if name.endswith(".zip"):
        return read_zip(path, limits)
    if name.endswith(TAR_SUFFIXES):
        return read_tar(path, limits)
    if name.endswith(TABLE_SUFFIXES):
        return read_table(path)
    if name.endswith(tuple(_LISTS)):
        return read_list(path)
    return iter((_file(path),))


def read_folder(root: Path) -> Iterator[Item]:
    """Yield the images below a folder, sorted by path; a folder that a link leads back to is entered once."""
    entered: set[tuple[int, int]] = set()
    for folder, folders, files in os.walk(root, followlinks=True, onerror=None):
        place = Path(folder).stat()
        if (place.st_dev, place.st_ino) in entered:
            folders.clear()
            continue
        entered.add((place.st_dev, place.st_ino))
        folders.sort()
        yield from (_file(Path(folder, name)) for name in sorted(files) if is_image_name(name))


def _file(path: Path) -> Item:
    try:
        modified = path.stat().st_mtime
    except OSError:
        modified = None  # whoever loads it says why
    return Item(id=_printable(os.fspath(path)), content=InFile(path), modified=modified)


def _printable(path: str) -> str:
    """Return a path as text that any sink can store: bytes that are no UTF-8 become escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


# --- lists ------------------------------------------------------------------------------------------------


def read_list(path: Path) -> Iterator[Item]:
    """Yield what a list names, relative to its own folder: JSONL or CSV with a column of paths, or plain lines."""
    return _listed(_LISTS[path.suffix.lower()](path), path.parent, name=os.fspath(path))


def _listed(paths: Iterable[str | None], folder: Path, *, name: str) -> Iterator[Item]:
    for number, path in enumerate(paths, start=1):
        if path is None:
            columns = ", ".join(_PATH_COLUMNS)
            error = ImageReadError(f"expected a path under one of the names {columns}, found none")
            yield Item(id=f"{name}!{number}", content=Unreadable(error))
        else:
            yield _file(folder / path)


def _lines(file: Iterable[str]) -> Iterator[str]:
    return (line.rstrip("\r\n") for line in file if line.strip())


def _text_paths(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="surrogateescape") as file:
        yield from _lines(file)


def _csv_paths(path: Path) -> Iterator[str | None]:
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        for record in csv.DictReader(file):
            yield _path_of(record)


def _jsonl_paths(path: Path) -> Iterator[str | None]:
    with path.open("rb") as file:
        for line in file:
            if not line.strip():
                continue
            try:
                yield _path_of(msgspec.json.decode(line))
            except msgspec.DecodeError:
                yield None


def _path_of(record: Any) -> str | None:
    if isinstance(record, str):
        return record
    if not isinstance(record, dict):
        return None
    values = cast("dict[str, object]", record)
    return next((str(values[column]) for column in _PATH_COLUMNS if values.get(column)), None)


_LISTS: dict[str, Callable[[Path], Iterator[str | None]]] = {
    ".txt": _text_paths,
    ".csv": _csv_paths,
    ".jsonl": _jsonl_paths,
    ".ndjson": _jsonl_paths,
}
