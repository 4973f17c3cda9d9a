"""Where items come from: folders, archives, tables and lists, streamed in a fixed order and never unpacked."""

from __future__ import annotations

import csv
import glob
import io
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from wildvision.archive.archives import DEFAULT_LIMITS, ArchiveLimits, read_tar, read_zip
from wildvision.archive.items import InFile, Item, Unreadable, is_image_name
from wildvision.archive.places import glob_remote, is_remote, joined, open_binary, remote_kind, walk_remote
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
            (Parquet, Arrow), a list of paths (JSONL, CSV, ``.txt``), a glob of those, a URL of any of them that
            fsspec can read (``s3://bucket/folder``), or ``-`` for a list of paths on standard input.
        limits: What an archive may ask for.

    Raises:
        ArchiveError: The source cannot be opened at all. What is wrong further inside, such as an archive that is
            cut off, becomes an item that cannot be read, after those before it.
    """
    if source == STANDARD_INPUT:
        return _listed(_lines(sys.stdin), "", name="-")
    if is_remote(source):
        return _open_remote(source, limits)
    path = Path(source)
    if glob.has_magic(source) and not path.exists():
        return _globbed(source, limits)
    return _open_path(path, limits)


def local_bytes(sources: Sequence[str]) -> int | None:
    """Return about how many bytes of images local sources hold, to say how long a scan will take.

    Archives and tables count as large as they are: photos hardly compress. None: a source is a list or remote, or
    nothing can be said.
    """
    total = 0
    for source in sources:
        if source == STANDARD_INPUT or is_remote(source):
            return None
        places = [source] if Path(source).exists() else glob.glob(source, recursive=True)  # noqa: PTH207
        for path in map(Path, places):
            if path.is_dir():
                total += sum(_size(Path(item.id)) for item in read_folder(path))
            elif path.name.lower().endswith(tuple(_LISTS)):
                return None
            else:
                total += _size(path)
    return total or None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


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
    return _open_file(os.fspath(path), limits) or iter((_file(os.fspath(path)),))


def _open_remote(url: str, limits: ArchiveLimits) -> Iterator[Item]:
    try:
        if glob.has_magic(url):
            found = glob_remote(url)
            if not found:
                raise ArchiveError("expected files that match the pattern, found none", source=url)
            return chain.from_iterable(_open_remote(place, limits) for place in found)
        kind = remote_kind(url)
    except OSError as error:
        raise ArchiveError(f"expected a readable source, found: {error}", source=url) from error
    if kind is None:
        raise ArchiveError("expected a readable source, found nothing there", source=url)
    if kind == "directory":
        return read_remote_folder(url)
    return _open_file(url, limits) or iter((Item(id=url, content=InFile(url)),))


def _open_file(place: str, limits: ArchiveLimits) -> Iterator[Item] | None:
    """Return the items of an archive, table or list, by its name; None for any other file."""
    name = place.lower()
    if name.endswith(".zip"):
        return read_zip(place, limits)
    if name.endswith(TAR_SUFFIXES):
        return read_tar(place, limits)
    if name.endswith(TABLE_SUFFIXES):
        return read_table(place)
    if name.endswith(tuple(_LISTS)):
        return read_list(place)
    return None


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
        yield from (_file(os.fspath(Path(folder, name))) for name in sorted(files) if is_image_name(name))


def read_remote_folder(url: str) -> Iterator[Item]:
    """Yield the images below a remote folder, sorted within each of its folders."""
    number = 0
    try:
        for place, modified in walk_remote(url):
            if is_image_name(place):
                number += 1
                yield Item(id=place, content=InFile(place), modified=modified)
    except OSError as error:
        damage = ImageReadError(f"the folder could be listed only up to {number:,} images: {error}")
        yield Item(id=f"{url}!rest", content=Unreadable(damage))


def _file(place: str) -> Item:
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


# --- lists ------------------------------------------------------------------------------------------------


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
    return _closing(file, _listed(_LISTS[suffix](file), folder, name=place))


def _closing(file: IO[str], items: Iterator[Item]) -> Iterator[Item]:
    with file:
        yield from items


def _listed(paths: Iterable[str | None], folder: str, *, name: str) -> Iterator[Item]:
    for number, path in enumerate(paths, start=1):
        if path is None:
            columns = ", ".join(_PATH_COLUMNS)
            error = ImageReadError(f"expected a path under one of the names {columns}, found none")
            yield Item(id=f"{name}!{number}", content=Unreadable(error))
        elif is_remote(path):
            yield _file(path)
        else:
            yield _file(joined(folder, path) if is_remote(folder) else os.fspath(Path(folder, path)))


def _lines(file: Iterable[str]) -> Iterator[str | None]:
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


_LISTS: dict[str, Callable[[Iterable[str]], Iterator[str | None]]] = {
    ".txt": _lines,
    ".csv": _csv_paths,
    ".jsonl": _jsonl_paths,
    ".ndjson": _jsonl_paths,
}
