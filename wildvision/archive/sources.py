"""Sources of items: folders, archives, tables and lists, streamed in a fixed order and never unpacked."""

from __future__ import annotations

import contextlib
import glob
import itertools
import os
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Protocol, TypeVar

from wildvision.archive.items import Item, Unreadable, printable, reason, rest
from wildvision.archive.kinds import HEAD_BYTES, Kind, is_zip, kind_of, kind_of_head, skip
from wildvision.archive.lists import file_item, read_lines, read_list
from wildvision.archive.members import DEFAULT_LIMITS, ArchiveLimits
from wildvision.archive.places import (
    File,
    forget_listings,
    glob_remote,
    heads,
    is_remote,
    local_file,
    remote_file,
    unlisted,
    walk,
)
from wildvision.archive.tables import read_table
from wildvision.archive.tars import read_tar
from wildvision.archive.zips import read_zip
from wildvision.errors import ArchiveError, ImageReadError

STANDARD_INPUT = "-"
_AT_ONCE = 64  # files of a folder whose first bytes are asked for together
_ANNOUNCED = 8  # places that are looked at before their turn, where others read them

ReadStream = Callable[[Counter[str]], Iterator[Item]]
"""Opens a container and returns its items; counts what it leaves out. It can be pickled."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Reading:
    """How sources are read: what archives may ask for, where files that are no images are counted, what names posts."""

    limits: ArchiveLimits
    skipped: Counter[str]
    column: str | None = None
    elsewhere: ReadElsewhere | None = None


class ReadElsewhere(Protocol):
    """Reads containers whose images come as a stream, tar archives and tables, on other machines."""

    def announce(self, place: str, read: ReadStream) -> None:
        """Say that a container will be opened soon, so that its reading can begin."""
        ...

    def open(self, place: str, read: ReadStream, skipped: Counter[str]) -> Iterator[Item]:
        """Return the items of a container, in its order.

        Args:
            place: Path or URL.
            read: Opens it and returns its items where it is called.
            skipped: Counts what is left out.

        Raises:
            ArchiveError: It cannot be opened.
        """
        ...


def open_sources(
    sources: Sequence[str],
    *,
    limits: ArchiveLimits = DEFAULT_LIMITS,
    skipped: Counter[str] | None = None,
    column: str | None = None,
    elsewhere: ReadElsewhere | None = None,
) -> Iterator[Item]:
    """Yield the items of many sources, each opened when those before it are through; see `open_source`.

    A source that cannot be opened, or one of the places that a pattern matches, becomes an item ``SOURCE!rest`` that
    cannot be read, and the others go on.
    """
    counted = Counter[str]() if skipped is None else skipped
    for source in sources:
        opened = partial(
            open_source, source, limits=limits, skipped=counted, column=column, elsewhere=elsewhere
        )
        yield from _or_rest(source, opened)


def open_source(
    source: str,
    *,
    limits: ArchiveLimits = DEFAULT_LIMITS,
    skipped: Counter[str] | None = None,
    column: str | None = None,
    elsewhere: ReadElsewhere | None = None,
) -> Iterator[Item]:
    """Return the items of one source, in the same order every time.

    Folders are read with the archives and tables in them, as if those had been given by name; lists in them are not
    read. Files there, and members of archives, are images by their names, or where a name says nothing, by their
    first bytes; all others are counted as skipped.

    Args:
        source: A folder, an image, a zip or tar archive (a WebDataset shard is a tar), a table with image bytes
            (Parquet, Arrow), a list of paths (JSONL, CSV, TSV, ``.txt``), a glob of those, a URL of any of them that
            fsspec can read (``s3://bucket/folder``), or ``-`` for a list of paths on standard input.
        limits: What an archive may ask for.
        skipped: Counts, by suffix in lower case, the files that are left out because they are no images.
        column: Of tables and lists, names the post of each item; None: no column does.
        elsewhere: What reads tar archives and tables; None: the calling process.

    Raises:
        ArchiveError: The source cannot be opened at all. What is wrong further inside, such as an archive that is
            cut off, becomes an item that cannot be read, after those before it.
    """
    reading = _Reading(limits, Counter() if skipped is None else skipped, column, elsewhere)
    if source == STANDARD_INPUT:
        return read_lines(sys.stdin, STANDARD_INPUT)
    if is_remote(source):
        forget_listings(source)
    matched = _matched(source)
    if matched is None:
        return _open_named(source, reading)
    return _globbed(source, matched, reading)


def check_sources(sources: Sequence[str], *, column: str | None = None) -> None:
    """Look at sources before a long scan of them, which a mistyped name should not spoil.

    Raises:
        ArchiveError: Local sources do not exist, or local patterns match nothing: all of them are named. Or no source
            at all can be opened: the first is named.
    """
    missing = [problem for source in sources if (problem := _missing(source))]
    if len(missing) > 1:
        raise ArchiveError("; ".join(map(str, missing)))
    problems: list[ArchiveError] = missing
    for source in () if missing else sources:
        problem = _problem(source, column)
        if problem is None:
            return
        problems.append(problem)
    if problems:
        raise problems[0]


def local_bytes(sources: Sequence[str]) -> int | None:
    """Return about how many bytes of images local sources hold, to say how long a scan will take.

    Archives and tables count as large as they are: photos hardly compress. None: a source is a list or remote, or
    nothing can be said.
    """
    total = 0
    for source in sources:
        if source == STANDARD_INPUT or is_remote(source):
            return None
        with contextlib.suppress(ArchiveError):
            matched = _matched(source)
            if any(_is_list(place, source) for place in ([source] if matched is None else matched)):
                return None
            total += _named_bytes(source) if matched is None else _matched_bytes(matched)
    return total or None


# --- what is named ----------------------------------------------------------------------------------------


def _matched(source: str) -> list[str] | None:
    """Return what a pattern matches, sorted; None: it is no pattern, or something has that very name.

    Raises:
        ArchiveError: Nothing matches, or a store cannot be asked.
    """
    if not glob.has_magic(source):
        return None
    try:
        if remote_file(source) is not None if is_remote(source) else Path(source).exists():
            return None
        found = glob_remote(source) if is_remote(source) else _glob_local(source)
        passed_over = None if found else next(unlisted(source), None)
    except (OSError, ValueError) as error:
        raise _unreadable(source, error) from error
    if passed_over:
        raise ArchiveError(
            f"expected files that match the pattern, found none; {printable(passed_over[0])} could not be listed: "
            f"{reason(passed_over[1])}",
            source=printable(source),
        )
    if not found:
        raise ArchiveError("expected files that match the pattern, found none", source=printable(source))
    return found


def _glob_local(pattern: str) -> list[str]:
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern


def _look(place: str) -> File | str:
    """Return what is known of a file, or the path or URL of a folder.

    Raises:
        ArchiveError: It does not exist, or is neither.
    """
    try:
        found = remote_file(place) if is_remote(place) else _look_local(place)
    except (OSError, ValueError) as error:
        raise _unreadable(place, error) from error
    if found is None:
        raise ArchiveError("expected a readable source, found nothing there", source=printable(place))
    if isinstance(found, File) and not found.is_regular:
        raise ArchiveError(
            "expected a folder or a regular file, found a pipe or device", source=printable(place)
        )
    return place if found == "directory" else found


def _look_local(place: str) -> File | str:
    found = local_file(place)
    if found.error:
        raise found.error
    return os.fspath(Path(place)) if Path(place).is_dir() else found


def _unreadable(source: str, error: Exception) -> ArchiveError:
    if isinstance(error, ArchiveError):
        return error
    return ArchiveError(f"expected a readable source, found: {reason(error)}", source=printable(source))


def _missing(source: str) -> ArchiveError | None:
    """Return what is wrong with the name of a local source."""
    if source == STANDARD_INPUT or is_remote(source):
        return None
    try:
        if _matched(source) is None and isinstance(
            error := local_file(source).error, FileNotFoundError | NotADirectoryError | ValueError
        ):
            return _unreadable(source, error)
    except ArchiveError as error:
        return error
    return None


def _problem(source: str, column: str | None) -> ArchiveError | None:
    """Open a source and close it again; of a pattern, one place after the other until one can be opened."""
    if source == STANDARD_INPUT:
        return None
    problem = None
    reading = _Reading(DEFAULT_LIMITS, Counter(), column)
    try:
        matched = _matched(source)
        if matched is None:
            _close(_open_named(source, reading))
            return None
    except ArchiveError as error:
        return error
    for place in matched:
        try:
            _close(_open_matched(place, source, reading))
        except ArchiveError as error:
            problem = problem or error
        else:
            return None
    return problem


def _close(items: Iterator[Item]) -> None:
    close = getattr(items, "close", None)
    if close is not None:
        close()


# --- opening ----------------------------------------------------------------------------------------------


def _or_rest(place: str, open_: Callable[[], Iterator[Item]]) -> Iterator[Item]:
    """Yield what can be opened, or the item that says why it cannot."""
    try:
        items = open_()
    except ArchiveError as error:
        yield rest(place, str(error))
        return
    yield from items


def _open_named(source: str, reading: _Reading) -> Iterator[Item]:
    found = _look(source)
    if isinstance(found, str):
        return _read_folder(found, reading)
    kind = kind_of(found.place)
    if kind is Kind.PACKED:
        raise ArchiveError(str(_packed()), source=printable(source))
    if kind is Kind.LIST:
        return read_list(found.place, column=reading.column)
    return _open_container(found.place, reading, is_named=True) or iter((file_item(found),))


def _globbed(pattern: str, matched: Sequence[str], reading: _Reading) -> Iterator[Item]:
    folders: set[PurePosixPath] = set()
    for place in _announced(iter(matched), str, reading):
        path = PurePosixPath(place)
        if folders.isdisjoint(path.parents):  # else `**` matched a folder, which was read whole
            if _is_folder(place):
                folders.add(path)
            yield from _or_rest(place, partial(_open_matched, place, pattern, reading))
    for folder, error in unlisted(pattern):
        path = PurePosixPath(folder)
        if path not in folders and folders.isdisjoint(path.parents):  # else it has its row
            folders.add(path)
            yield rest(folder, f"the folder could not be listed: {reason(error)}")


def _is_folder(place: str) -> bool:
    try:
        return isinstance(_look(place), str)
    except ArchiveError:
        return False


def _open_matched(place: str, pattern: str, reading: _Reading) -> Iterator[Item]:
    """Open what a pattern matched as what a folder holds; lists too, if the pattern asks for them."""
    found = _look(place)
    if isinstance(found, str):
        return _read_folder(found, reading)
    if _is_list(place, pattern):
        return read_list(place, column=reading.column)
    return _open_container(place, reading) or _contained([found], reading)


def _is_list(place: str, source: str) -> bool:
    return kind_of(place) is Kind.LIST and kind_of(source) is Kind.LIST


def _open_container(place: str, reading: _Reading, *, is_named: bool = False) -> Iterator[Item] | None:
    """Open an archive or a table, known by its name or, where that says nothing, its first bytes; None: neither.

    Args:
        place: Path or URL.
        reading: How.
        is_named: By whoever scans, not by a folder or pattern: a table without images is refused.
    """
    kind, is_packed_as_zip = kind_of(place), _is_named_zip(place)
    if kind is Kind.UNKNOWN:
        head = heads([place], HEAD_BYTES)[0] or b""
        kind, is_packed_as_zip = kind_of_head(head), is_zip(head)
    if kind is Kind.ARCHIVE and is_packed_as_zip:
        return read_zip(place, reading.limits, reading.skipped)
    read = _stream(place, kind, reading, is_named=is_named)
    if read is None or reading.elsewhere is None:
        return read and read(reading.skipped)
    return reading.elsewhere.open(place, read, reading.skipped)


def _stream(place: str, kind: Kind, reading: _Reading, *, is_named: bool = False) -> ReadStream | None:
    """Return what reads a table or a tar archive; None for any other file."""
    if kind is Kind.TABLE:
        return partial(_read_table, place, is_named, reading.column)
    return partial(read_tar, place, reading.limits) if kind is Kind.ARCHIVE else None


def _read_table(place: str, is_named: bool, column: str | None, skipped: Counter[str]) -> Iterator[Item]:
    return read_table(place, skipped=None if is_named else skipped, column=column)


def _is_named_zip(place: str) -> bool:
    return place.lower().rstrip(" .").endswith(".zip")


def _announced(found: Iterator[_T], place_of: Callable[[_T], str], reading: _Reading) -> Iterator[_T]:
    """Yield what was found, some places later than it was looked at, where others can begin to read it."""
    waiting: deque[_T] = deque()
    for one in found:
        waiting.append(one)
        if reading.elsewhere and not _is_named_zip(place_of(one)):
            read = _stream(place_of(one), kind_of(place_of(one)), reading)
            if read is not None:
                reading.elsewhere.announce(place_of(one), read)
        if not reading.elsewhere or len(waiting) > _ANNOUNCED:
            yield waiting.popleft()
    yield from waiting


# --- folders ----------------------------------------------------------------------------------------------


def _read_folder(root: str, reading: _Reading) -> Iterator[Item]:
    """Yield what lies below a folder: its files sorted by path, then its folders."""
    for folder, listing in walk(root):
        yield from _contained(listing.files, reading)
        if listing.error:
            found = len(listing.files) + len(listing.folders)
            yield rest(
                folder, f"the folder could be listed only up to {found:,} entries: {reason(listing.error)}"
            )


def _contained(files: Iterable[File | str], reading: _Reading) -> Iterator[Item]:
    found = _wanted(files, reading.skipped)
    for file, kind in _announced(found, lambda one: one[0].place, reading):
        if not file.is_regular or kind is Kind.IMAGE:
            yield file_item(file)
        elif kind is Kind.PACKED:
            yield Item(id=file.place, content=Unreadable(_packed()), modified=file.modified, stamp=file.stamp)
        else:
            yield from _or_rest(file.place, partial(_open_found, file.place, reading))


def _open_found(place: str, reading: _Reading) -> Iterator[Item]:
    return _open_container(place, reading) or iter(())


def _wanted(files: Iterable[File | str], skipped: Counter[str]) -> Iterator[tuple[File, Kind]]:
    """Yield the files that have, or may have, images; count the others."""
    remaining = iter(files)
    while chunk := list(itertools.islice(remaining, _AT_ONCE)):
        kinds = {place: kind_of(place) for place in map(_place, chunk)}
        unknown = [_known(file) for file in chunk if kinds[_place(file)] is Kind.UNKNOWN]
        kinds |= _judged(unknown)
        for file in chunk:
            kind = kinds[_place(file)]
            if kind is Kind.OTHER or kind is Kind.LIST:
                skip(_place(file), skipped)
            else:
                yield _known(file), kind


def _judged(files: Sequence[File]) -> dict[str, Kind]:
    """Return what files are whose names say nothing, by their first bytes; an unreadable one counts as an image."""
    readable = [file for file in files if file.is_regular and not file.error and file.size != 0]
    found = heads([file.place for file in readable], HEAD_BYTES)
    judged = {file.place: Kind.IMAGE if file.error else Kind.OTHER for file in files}
    for file, head in zip(readable, found, strict=True):
        judged[file.place] = Kind.IMAGE if head is None else kind_of_head(head)
    return judged


def _place(file: File | str) -> str:
    return file if isinstance(file, str) else file.place


def _known(file: File | str) -> File:
    return local_file(file) if isinstance(file, str) else file


def _packed() -> ImageReadError:
    return ImageReadError(
        "expected a zip or tar archive, found one of another kind; unpack it, or pack it as a tar"
    )


# --- sizes ------------------------------------------------------------------------------------------------


def _named_bytes(source: str) -> int:
    found = _look(source)
    return _folder_bytes(found) if isinstance(found, str) else found.size or 0


def _matched_bytes(matched: Iterable[str]) -> int:
    total = 0
    for place in matched:
        with contextlib.suppress(ArchiveError):
            found = _look(place)
            total += _folder_bytes(found) if isinstance(found, str) else _file_bytes([found])
    return total


def _folder_bytes(folder: str) -> int:
    return sum(_file_bytes(listing.files) for _, listing in walk(folder))


def _file_bytes(files: Iterable[File | str]) -> int:
    return sum(file.size or 0 for file, _ in _wanted(files, Counter()))
