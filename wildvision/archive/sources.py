"""Where items come from: folders, archives, tables and lists, streamed in a fixed order and never unpacked."""

from __future__ import annotations

import glob
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from wildvision.archive.archives import DEFAULT_LIMITS, ArchiveLimits, read_zip
from wildvision.archive.items import InFile, Item, Unreadable, is_image_name
from wildvision.archive.lists import LISTS, file_item, listed, read_lines, read_list
from wildvision.archive.places import glob_remote, is_remote, remote_kind, walk_remote
from wildvision.archive.tables import read_table
from wildvision.archive.tars import read_tar
from wildvision.errors import ArchiveError, ImageReadError

TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst")
TABLE_SUFFIXES = (".parquet", ".arrow", ".feather")
STANDARD_INPUT = "-"


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
        return listed(read_lines(sys.stdin), "", name="-")
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
            elif path.name.lower().endswith(tuple(LISTS)):
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
    return _open_file(os.fspath(path), limits) or iter((file_item(os.fspath(path)),))


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
    if name.endswith(tuple(LISTS)):
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
        yield from (file_item(os.fspath(Path(folder, name))) for name in sorted(files) if is_image_name(name))


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
