"""Lists of paths, as spreadsheets and shells write them: JSON lines, CSV of any delimiter, or one path a line."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import json
import os
import re
import unicodedata
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from wildvision.archive.grouping import post_named
from wildvision.archive.items import InFile, Item, OpenItems, Unreadable, irregular, printable, reason, rest
from wildvision.archive.places import File, is_remote, joined, local_file, open_binary
from wildvision.errors import ArchiveError, ImageReadError

PATH_COLUMNS = (
    "path", "file_path", "filepath", "image_path", "imagepath", "img_path", "file_name", "filename", "image_file",
    "image_filename", "image_name", "file", "image", "img", "photo", "picture",
)  # fmt: skip
"""What a column of paths may be called, whatever the case, with ``_``, ``-`` or a blank between words."""

_DELIMITERS = (",", ";", "\t", "|")
_LONGEST = 2**26  # characters of a line or field: captions and embedded thumbnails stay far below


class _Listed(NamedTuple):
    """What a record says: a path, None: it has none, a string that is no path is an empty one; and its post."""

    path: str | None
    post: str | None = None


_Paths = Iterator[_Listed]


def read_list(place: str, *, column: str | None = None) -> Iterator[Item]:
    """Return what a list names, relative to its own folder.

    Args:
        place: Path or URL.
        column: Names the post of each item; None: no column does. A list without columns has no posts.

    Raises:
        ArchiveError: It cannot be opened, or it has columns and none of them is of paths, or not the one that is asked
            for.
    """
    try:
        raw = open_binary(place)
    except (OSError, ValueError) as error:
        if isinstance(error, ArchiveError):
            raise
        raise ArchiveError(
            f"expected a readable list, found: {reason(error)}", source=printable(place)
        ) from error
    folder = place.rpartition("/")[0] if is_remote(place) else os.fspath(Path(place).parent)
    try:
        paths = _paths(_lines_of(raw), place, column)
    except BaseException:
        raw.close()
        raise
    return OpenItems(_items(paths, folder, place), raw)


def read_lines(file: IO[str], name: str) -> Iterator[Item]:
    """Yield what lines of standard input name, relative to the current folder."""
    raw = getattr(file, "buffer", None)
    text = file if raw is None else _lines_of(raw)
    yield from _items(_plain_paths(text), "", name)


def file_item(file: File | str) -> Item:
    """Return the item of one file."""
    if isinstance(file, str):
        file = File(place=file) if is_remote(file) else local_file(file)
    content = InFile(file.place) if file.is_regular else Unreadable(irregular())
    return Item(id=file.place, content=content, modified=file.modified, stamp=file.stamp)


def _items(paths: _Paths, folder: str, place: str) -> Generator[Item]:
    number = 0
    try:
        for number, (path, post) in enumerate(paths, start=1):
            if path is None:
                columns = ", ".join(PATH_COLUMNS)
                error = ImageReadError(f"expected a path under one of the names {columns}, found none")
                yield Item(id=f"{place}!{number}", content=Unreadable(error), post=post)
            else:
                yield replace(file_item(_found(folder, path)), post=post)
    except (OSError, ValueError, csv.Error) as error:
        yield rest(place, f"the list cannot be read further than {number:,} paths: {reason(error)}")


def _found(folder: str, path: str) -> str:
    """Return the file that a line means: as it is written if that exists, else as other systems would write it."""
    if is_remote(path):
        return path
    if is_remote(folder):
        return joined(folder, _unquoted(path).replace("\\", "/"))
    variants = [os.fspath(Path(folder, variant)) for variant in _variants(path)]
    return next(filter(_exists, variants), os.fspath(Path(folder, _unquoted(path))))


def _variants(path: str) -> list[str]:
    """Return ways to read a path: quoted, with backslashes, in a Western code page, in another form of Unicode."""
    plain = _unquoted(path)
    slashed = plain.replace("\\", "/")
    forms = [unicodedata.normalize(form, slashed) for form in ("NFC", "NFD")]
    return list(dict.fromkeys([path, plain, slashed, _western(slashed), *forms]))


def _western(path: str) -> str:
    """Return a path whose bytes are no UTF-8 as Excel writes a CSV in Western Europe and America."""
    if path.isascii():
        return path
    try:
        return path.encode("utf-8", "surrogateescape").decode("cp1252")
    except UnicodeError:
        return path


def _unquoted(path: str) -> str:
    plain = path.strip()
    is_quoted = len(plain) > 2 and plain[0] == plain[-1] and plain[0] in "\"'"
    return plain[1:-1] if is_quoted else plain


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False


# --- text -------------------------------------------------------------------------------------------------

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def _lines_of(raw: IO[bytes]) -> Iterator[str]:
    """Yield lines with their ends, decoded by the mark at the beginning; bytes that are no UTF-8 stay as they are."""
    if isinstance(raw, io.BufferedReader):
        head = raw.peek(4)
    else:
        head = raw.read(4)
        raw.seek(0)
    mark, encoding = next((found for found in _MARKS if head.startswith(found[0])), (b"", "utf-8"))
    raw.read(len(mark))
    text = io.TextIOWrapper(cast("IO[bytes]", raw), encoding=encoding, errors="surrogateescape", newline="")
    try:
        while line := text.readline(_LONGEST):
            if len(line) >= _LONGEST:
                raise ValueError(f"a line is longer than {_LONGEST:,} characters")
            yield line
    finally:
        if not raw.closed:
            text.detach()  # standard input is not ours to close


def _plain_paths(lines: Iterable[str]) -> _Paths:
    return (_Listed(line.rstrip("\r\n")) for line in lines if line.strip())


# --- tables in text ---------------------------------------------------------------------------------------


def _paths(lines: Iterator[str], place: str, column: str | None) -> _Paths:
    name = place.lower()
    if name.endswith((".csv", ".tsv")):
        return _csv_paths(lines, place, column)
    if name.endswith((".jsonl", ".ndjson")):
        return _json_paths(lines, place, column)
    return _plain_paths(lines)


def _csv_paths(lines: Iterator[str], place: str, column: str | None) -> _Paths:
    """Read the header, by which the delimiter is found; a line ``sep=;`` before it is Excel's.

    Raises:
        ArchiveError: No column is one of paths, or of posts where those are asked for.
    """
    filled = (line for line in lines if line.strip())
    header, delimiters = next(filled, None), _DELIMITERS
    if header is not None and (told := _SEPARATOR.fullmatch(header)):
        header, delimiters = next(filled, None), (told[1],)
    if header is None:
        return iter(())
    names = {delimiter: next(_records(csv.reader([header], delimiter=delimiter))) for delimiter in delimiters}
    delimiter = max(
        delimiters, key=lambda delimiter: (bool(_chosen(names[delimiter])), len(names[delimiter]))
    )
    columns = _chosen(names[delimiter])
    if not columns:
        raise _without_paths(names[delimiter], place, "a list without a header is a .txt, one path a line")
    post = None if column is None else column_of(names[delimiter], column, place)
    return _csv_rows(lines, delimiter, columns, post)


_SEPARATOR = re.compile(r"\"?sep=(.)\"?\s*", re.IGNORECASE)


def _csv_rows(lines: Iterator[str], delimiter: str, columns: list[int], post: int | None) -> _Paths:
    """Yield the path of each record, and the post that stands in another column.

    Raises:
        csv.Error: A quote is never closed, so that what follows it is no record, or a field is too long.
    """
    read: list[str] = []  # lines of the record at work
    reader = csv.reader((read.append(line) or line for line in lines), delimiter=delimiter)
    for record in _records(reader):
        if len(read) > 1:
            _check_quotes(read, delimiter, reader.line_num)
        read.clear()
        if any(cell.strip() for cell in record):
            named = None if post is None or post >= len(record) else post_named(record[post])
            yield _Listed(_first(record, columns), named)


def _check_quotes(lines: list[str], delimiter: str, last: int) -> None:
    """Refuse a record of several lines that ended with the file: lines may be left in it that are records."""
    try:
        list(_records(csv.reader(lines, delimiter=delimiter, strict=True)))
    except csv.Error as error:
        if "unexpected end" not in str(error):
            return
        raise csv.Error(f"a quote about {len(lines):,} lines before line {last:,} is never closed") from error


def _records(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """Yield records whose fields may be long; the limit is one for the whole process, and is put back each time."""
    while True:
        before = csv.field_size_limit(_LONGEST)
        try:
            record = next(reader, None)
        finally:
            csv.field_size_limit(before)
        if record is None:
            return
        yield record


def _json_paths(lines: Iterator[str], place: str, column: str | None) -> _Paths:
    """Look at the first lines, and yield the path of each, and its post.

    Raises:
        ArchiveError: None of those has a path, or none the column of posts that is asked for.
    """
    filled = (line for line in lines if line.strip())
    first = [_decoded(line) for line in itertools.islice(filled, _LOOKED_AT)]
    names = [list(_fields(record)) for record in first if isinstance(record, dict)]
    if names and not any(map(_path_of, first)):
        raise _without_paths(names[0], place, "each line is a path, or an object with one")
    if names and column is not None:
        column_of(list(dict.fromkeys(name for record in first for name in _fields(record))), column, place)
    return (
        _Listed(_path_of(record), _post_of(record, column))
        for record in itertools.chain(first, map(_decoded, filled))
    )


_LOOKED_AT = 20  # lines of JSON, before a list without paths is refused as a whole


def _decoded(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _fields(record: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", record) if isinstance(record, dict) else {}


def _post_of(record: Any, column: str | None) -> str | None:
    return None if column is None else post_named(_fields(record).get(column))


def _path_of(record: Any) -> str | None:
    if isinstance(record, str):
        return record or None
    if not isinstance(record, dict):
        return None
    fields = cast("dict[str, Any]", record)
    values = list(fields.values())
    found = (values[column] for column in _chosen(list(fields)))
    plain = (
        cast("dict[str, Any]", value).get("path") if isinstance(value, dict) else value for value in found
    )
    return next((value for value in plain if isinstance(value, str) and value.strip()), None)


def _first(record: list[str], columns: list[int]) -> str | None:
    found = (record[column] for column in columns if column < len(record))
    return next((cell for cell in found if cell.strip()), None)


def _chosen(names: list[str]) -> list[int]:
    """Return the columns of paths, the most telling name first."""
    plain = [re.sub(r"[\s-]+", "_", name.strip().lower()) for name in names]
    return [plain.index(name) for name in PATH_COLUMNS if name in plain]


def column_of(names: Sequence[str], column: str, place: str) -> int:
    """Return which of the columns has a name.

    Raises:
        ArchiveError: None has.
    """
    plain = [name.strip() for name in names]
    if column in plain:
        return plain.index(column)
    found = ", ".join(name[:40] for name in plain[:20])
    raise ArchiveError(
        printable(f"expected a column {column} to group by, found {found or 'no columns'}"),
        source=printable(place),
    )


def _without_paths(names: list[str], place: str, hint: str) -> ArchiveError:
    found = ", ".join(name.strip()[:40] for name in names[:20])
    return ArchiveError(
        printable(f"expected a column of paths called {', '.join(PATH_COLUMNS)}; found {found}; {hint}"),
        source=printable(place),
    )
