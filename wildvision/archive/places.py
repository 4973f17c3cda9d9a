"""Where files are: a local path, or a URL of anything fsspec speaks, such as ``s3://bucket/folder``."""

from __future__ import annotations

import datetime as dt
import importlib
import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from wildvision.errors import ArchiveError


def is_remote(place: str) -> bool:
    """Return whether a place is a URL and not a path."""
    return "://" in place


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


def remote_kind(url: str) -> str | None:
    """Return ``"directory"``, ``"file"``, or None where nothing is.

    Raises:
        OSError: The store cannot be asked.
    """
    system, path = file_system(url)
    try:
        return cast("str", system.info(path)["type"])
    except FileNotFoundError:
        return None
    except Exception as error:
        raise _plain_error(error) from error


def walk_remote(url: str) -> Iterator[tuple[str, float | None]]:
    """Yield the URL of every file below a folder with the time of its last change, sorted, a folder at a time.

    Raises:
        OSError: The store cannot be asked.
    """
    system, path = file_system(url)
    try:
        for _, folders, files in system.walk(path, detail=True, on_error="raise"):
            for name in sorted(folders):
                folders[name] = folders.pop(name)
            for name in sorted(files):
                yield cast("str", system.unstrip_protocol(files[name]["name"])), _modified(files[name])
    except Exception as error:
        raise _plain_error(error) from error


def glob_remote(pattern: str) -> list[str]:
    """Return the URLs that match a pattern, sorted.

    Raises:
        OSError: The store cannot be asked.
    """
    system, path = file_system(pattern)
    try:
        return sorted(cast("str", system.unstrip_protocol(found)) for found in system.glob(path))
    except Exception as error:
        raise _plain_error(error) from error


def _modified(facts: dict[str, Any]) -> float | None:
    for name in ("LastModified", "mtime", "created"):
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
