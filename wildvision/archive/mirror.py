"""Mirrors: local copies of scans whose folders lie in a store, for the commands that read such folders."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from wildvision.archive.folder import GONE, JOURNAL, PARTS, SCAN_FILE, saying
from wildvision.archive.places import File, list_remote, open_binary
from wildvision.archive.sinks import replace_file
from wildvision.errors import ArchiveError, ScanError

MIRROR_FILE = ".mirror.json"
_COPIED = frozenset({SCAN_FILE, JOURNAL, GONE})  # beside the parts; decisions are made where the copy is


def mirror(url: str, folder: Path) -> int:
    """Copy the folder of a scan from a store, as far as it changed since it was copied last.

    What is written locally beside it, such as decisions and reports, stays, and is not sent back.

    Args:
        url: Such as ``s3://bucket/found``.
        folder: Where to; made if need be.

    Returns:
        How many files were copied.

    Raises:
        ArchiveError: The store cannot be read.
        ScanError: No scan is there, or the folder holds something else.
    """
    url = url.rstrip("/")
    files = dict(_files(url))
    if SCAN_FILE not in files:
        raise ScanError(f"expected the folder of a scan, found no {SCAN_FILE} in {url}")
    known = _known(url, folder)
    changed = [name for name, file in files.items() if file.stamp is None or known.get(name) != file.stamp]
    with saying("the copy of the scan cannot be written"):
        (folder / PARTS).mkdir(parents=True, exist_ok=True)
        _note(url, folder, known)  # first: a copy that ends early is known as one
        for name in changed:
            _copy(files[name].place, folder / name)
        for name in known.keys() - files.keys():
            (folder / name).unlink(missing_ok=True)
        _note(url, folder, {name: file.stamp for name, file in files.items()})
    return len(changed)


def _files(url: str) -> Iterator[tuple[str, File]]:
    """Yield the files of a scan's folder and of its parts, by their paths in it.

    Raises:
        ArchiveError: The store cannot be read.
    """
    for prefix in ("", f"{PARTS}/"):
        listing = list_remote(f"{url}/{prefix}".rstrip("/"))
        if listing.error and not (prefix and isinstance(listing.error, FileNotFoundError)):
            raise ArchiveError(f"expected a folder that can be listed, found: {listing.error}", source=url)
        for file in listing.files:
            name = file.place.rpartition("/")[2] if isinstance(file, File) else ""
            if isinstance(file, File) and (prefix or name in _COPIED):
                yield f"{prefix}{name}", file


def _known(url: str, folder: Path) -> dict[str, str | None]:
    """Return the stamps of what was copied before.

    Raises:
        ScanError: The folder holds something else.
    """
    path = folder / MIRROR_FILE
    if not path.exists():
        if folder.exists() and any(folder.iterdir()):
            raise ScanError(f"expected room for a copy of {url}, found other files in {folder}; go elsewhere")
        return {}
    noted = json.loads(path.read_text(encoding="utf-8"))
    if noted["url"] != url:
        raise ScanError(f"expected a copy of {url}, found one of {noted['url']} in {folder}; go elsewhere")
    return noted["stamps"]


def _note(url: str, folder: Path, stamps: dict[str, str | None]) -> None:
    text = json.dumps({"url": url, "stamps": stamps}, indent=2)
    replace_file(folder / MIRROR_FILE, lambda path: _write(path, text))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _copy(place: str, target: Path) -> None:
    def write(path: Path) -> None:
        with open_binary(place) as source, path.open("wb") as file:
            shutil.copyfileobj(source, file)

    replace_file(target, write)
