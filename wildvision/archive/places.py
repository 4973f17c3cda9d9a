"""Places of files: a local path, or a URL of anything fsspec speaks, such as ``s3://bucket/folder``."""

from __future__ import annotations

import datetime as dt
import fnmatch
import glob
import importlib
import os
import posixpath
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from wildvision.errors import ArchiveError, ScanError


def is_remote(place: str) -> bool:
    """Return whether a place is a URL and not a path."""
    return "://" in place


def check_local(path: str | os.PathLike[str]) -> None:
    """Refuse a URL where files are read or written in place: as a path it would be a folder called ``s3:``.

    Raises:
        ScanError: It is a URL, or a path that was made of one: such paths have a slash less.
    """
    text = os.fspath(path)
    scheme, colon, _ = text.partition(":/")
    was_url = colon and _SCHEME.fullmatch(scheme) and not Path(f"{scheme}:").exists()
    if is_remote(text) or was_url:
        raise ScanError(
            f"expected a path on this machine, found the address {text}; use a path, and copy what is there "
            "from or to the store by its own tool, such as `aws s3 sync`"
        )


_SCHEME = re.compile("[a-z][a-z0-9+.-]+")  # two letters and more: one is a drive of Windows


def joined(folder: str, path: str) -> str:
    """Return the URL of a path relative to a remote folder; object stores do not know ``..`` themselves."""
    scheme, _, root = folder.partition("://")
    return f"{scheme}://{posixpath.normpath(posixpath.join(root, path))}"


def open_binary(place: str) -> IO[bytes]:
    """Open a file for reading; it can be sought.

    Raises:
        OSError: It cannot be opened, for whatever reason a remote store gives.
        ArchiveError: It is remote, and what speaks to such stores is not installed.
    """
    if not is_remote(place):
        return Path(place).open("rb")
    system, path = file_system(place)
    try:
        return cast("IO[bytes]", system.open(path, "rb"))
    except Exception as error:
        raise _plain_error(error) from error


def file_system(url: str) -> tuple[Any, str]:
    """Return the fsspec file system of a URL, and the path in it.

    Credentials come from where the backend looks for them: its environment variables and files, or fsspec's own
    configuration (``FSSPEC_S3_KEY`` and the like).

    Raises:
        ArchiveError: fsspec or the backend is not installed, or no backend is known for the URL.
    """
    try:
        return importlib.import_module("fsspec.core").url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise ArchiveError(
            f"expected a place that fsspec can read, found: {error}; for fsspec and S3 "
            "install wildvision with its extra `cloud`, e.g. `pip install '.[cloud]'` in a checkout; "
            "other stores need their own package",
            source=url,
        ) from error


def forget_listings(url: str) -> None:
    """Have a store asked again for what is there: fsspec keeps listings for as long as the process lives.

    Raises:
        ArchiveError: As for `file_system`.
    """
    system, _ = file_system(url)
    system.invalidate_cache()


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file, and what is known of it without opening it.

    Attributes:
        place: Path or URL.
        size: Bytes; None where nobody says.
        modified: Seconds since 1970; None where nobody says.
        stamp: Changes when the content may have changed; None where nothing is known.
        is_regular: No pipe, no device, no folder.
        error: Why nothing is known.
    """

    place: str
    size: int | None = None
    modified: float | None = None
    stamp: str | None = None
    is_regular: bool = True
    error: Exception | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a folder holds.

    Attributes:
        files: All that is no folder, sorted.
        folders: Sorted.
        error: Why that is not all; None: it is.
        identity: Of the folder on its disk; None where there is none.
    """

    files: tuple[str | File, ...] = ()
    folders: tuple[str, ...] = ()
    error: Exception | None = None
    identity: tuple[int, int] | None = None


def walk(root: str) -> Iterator[tuple[str, Listing]]:
    """Yield the folder and every folder below it with what it holds; one that a link leads back to is entered once."""
    list_folder = list_remote if is_remote(root) else list_local
    entered: set[tuple[int, int]] = set()
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        listing = list_folder(folder)
        if listing.identity in entered:
            continue
        if listing.identity:
            entered.add(listing.identity)
        yield folder, listing
        waiting.extend(reversed(listing.folders))


def local_file(path: str) -> File:
    """Return what the system says of a file."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError) as error:
        return File(place=path, error=error)
    return File(
        place=path,
        size=status.st_size,
        modified=status.st_mtime,
        stamp=f"{status.st_size}-{status.st_mtime_ns}",
        is_regular=stat.S_ISREG(status.st_mode),
    )


def list_local(path: str) -> Listing:
    """List a folder; links to folders are folders."""
    files: list[str] = []
    folders: list[str] = []
    problem = identity = None
    try:
        status = Path(path).stat()
        identity = (status.st_dev, status.st_ino)
        with os.scandir(path) as entries:
            for entry in entries:
                (folders if _is_folder(entry) else files).append(os.fspath(Path(entry.path)))
    except OSError as error:
        problem = error
    return Listing(
        files=tuple(sorted(files)), folders=tuple(sorted(folders)), error=problem, identity=identity
    )


def unlisted(pattern: str) -> Iterator[tuple[str, Exception]]:
    """Yield the folders that a pattern would have looked into and could not; globbing passes over them.

    Raises:
        ArchiveError: It is remote, and what speaks to such stores is not installed.
    """
    if not is_remote(pattern):
        yield from _unlisted_local(pattern)
        return
    system, path = file_system(pattern)
    parts = path.split("/")
    for folder, error in _unlisted_below(system, "/" if path.startswith("/") else "", parts):
        yield system.unstrip_protocol(folder), error


def _unlisted_local(pattern: str) -> Iterator[tuple[str, OSError]]:
    folder, name = os.path.split(pattern)
    while glob.has_magic(name):
        found = glob.glob(folder or os.curdir, recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
        for path in sorted(filter(os.path.isdir, found)):
            error = list_local(path).error
            if isinstance(error, OSError):
                yield os.fspath(Path(path)), error
        folder, name = os.path.split(folder)


def _unlisted_below(system: Any, folder: str, parts: Sequence[str]) -> Iterator[tuple[str, OSError]]:
    """List a remote folder if the next part of a pattern asks for that, and go on where the part leads.

    Most stores remember what globbing has listed; the others are asked a second time.
    """
    part, later = parts[0], parts[1:]
    if not glob.has_magic(part):
        if later:
            yield from _unlisted_below(system, posixpath.join(folder, part), later)
        return
    try:
        entries = cast("list[dict[str, Any]]", system.ls(folder, detail=True))
    except FileNotFoundError:
        return  # the pattern names a folder that is not there
    except Exception as error:  # noqa: BLE001 - each store has its own
        yield folder, _plain_error(error)
        return
    for below in sorted(facts["name"].rstrip("/") for facts in entries if facts["type"] == "directory"):
        if below == folder.rstrip("/"):
            continue
        if part == "**":
            yield from _unlisted_below(system, below, parts)
        elif later and fnmatch.fnmatchcase(below.rpartition("/")[2], part):
            yield from _unlisted_below(system, below, later)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # whoever opens it says why


def list_remote(url: str) -> Listing:
    """List a remote folder."""
    try:
        system, path = file_system(url)
        entries = cast("list[dict[str, Any]]", system.ls(path, detail=True))
    except Exception as error:  # noqa: BLE001 - each store has its own
        return Listing(error=_plain_error(error))
    own = path.rstrip("/")
    files: list[File] = []
    folders: list[str] = []
    for entry in sorted(entries, key=lambda facts: facts["name"]):
        facts = _followed(system, entry)
        place = cast("str", system.unstrip_protocol(facts["name"]))
        is_own = facts["name"].rstrip("/") == own  # some stores keep an empty object for the folder itself
        if facts["type"] == "directory":
            if not is_own:
                folders.append(place)
        elif not is_own or facts.get("size"):
            files.append(_remote_file(place, facts))
    return Listing(files=tuple(files), folders=tuple(folders))


def _followed(system: Any, facts: dict[str, Any]) -> dict[str, Any]:
    """Return what a link leads to; a link that leads nowhere is a file that cannot be read."""
    if not facts.get("islink"):
        return facts
    try:
        return system.info(facts["name"])
    except Exception:  # noqa: BLE001 - whoever loads it says why
        return {"name": facts["name"], "type": "file"}


def remote_file(url: str) -> File | str | None:
    """Return what a store says of a file, ``"directory"`` for a folder, or None where nothing is.

    Raises:
        OSError: The store cannot be asked.
        ArchiveError: What speaks to such stores is not installed.
    """
    system, path = file_system(url)
    try:
        facts = cast("dict[str, Any]", system.info(path))
    except FileNotFoundError:
        return None
    except Exception as error:
        raise _plain_error(error) from error
    return "directory" if facts["type"] == "directory" else _remote_file(url, facts)


def glob_remote(pattern: str) -> list[str]:
    """Return the URLs that match a pattern, sorted.

    Raises:
        OSError: The store cannot be asked.
        ArchiveError: What speaks to such stores is not installed.
    """
    system, path = file_system(pattern)
    try:
        return sorted(cast("str", system.unstrip_protocol(found)) for found in system.glob(path))
    except Exception as error:
        raise _plain_error(error) from error


def heads(places: Sequence[str], size: int) -> list[bytes | None]:
    """Return the first bytes of files; None for one that cannot be read. Remote ones are asked for all at once."""
    if not places or not is_remote(places[0]):
        return [_local_head(place, size) for place in places]
    try:
        system, _ = file_system(places[0])
        paths = [file_system(place)[1] for place in places]
        found = cast(
            "list[object]", system.cat_ranges(paths, [0] * len(paths), [size] * len(paths), on_error="return")
        )
    except Exception:  # noqa: BLE001 - whoever loads them says why
        return [None] * len(places)
    return [head if isinstance(head, bytes) else None for head in found]


def _local_head(path: str, size: int) -> bytes | None:
    try:
        with Path(path).open("rb") as file:
            return file.read(size)
    except (OSError, ValueError):
        return None


def _remote_file(place: str, facts: dict[str, Any]) -> File:
    size, modified = facts.get("size"), _modified(facts)
    version = next((facts[name] for name in _VERSIONS if facts.get(name)), modified)
    known = [str(value).strip('"') for value in (size, version) if value is not None]
    return File(
        place=place,
        size=size,
        modified=modified,
        stamp="-".join(known) or None,
        is_regular=facts["type"] != "other",
    )


# What S3, Azure, Google and HTTP say of an object's content.
_VERSIONS = ("ETag", "etag", "content_md5", "md5Hash", "crc32c")


def _modified(facts: dict[str, Any]) -> float | None:
    for name in ("LastModified", "last_modified", "mtime", "updated", "created"):
        value = facts.get(name)
        if isinstance(value, dt.datetime):
            return value.timestamp()
        if isinstance(value, int | float):
            return float(value)
    return None


def _plain_error(error: Exception) -> OSError:
    """Return an error of a store, each of which has its own classes, as the one that callers expect."""
    if isinstance(error, OSError):
        return error
    return OSError(f"{type(error).__name__}: {error}")
