"""Folders of photos, walked so that nothing in them is passed over in silence.

Linked folders are entered, each real folder once; a link that leads back to a folder above it is not. A folder that
cannot be listed is an error: what is learned from a part of the photos misleads, and nobody would see which part.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from training.data.listing import Rejected, printable
from training.errors import DatasetError

_IGNORED = frozenset({"Thumbs.db", "desktop.ini"})
_SHOWN = 20


class Folder(NamedTuple):
    """What lies below a folder: files in a fixed order, and links that were not followed."""

    files: tuple[Path, ...]
    rejected: tuple[Rejected, ...] = ()


def list_folder(root: Path) -> Folder:
    """List all files below a folder, those in linked folders too; names with a dot in front are not photos.

    Each folder directly below the root is walked by itself: one that two labels link to is listed under both, and
    the conflict is found as any other.

    Raises:
        DatasetError: A folder cannot be listed; all of them are named.
    """
    walk = _Walk(root)
    files = tuple(walk.files())
    if walk.failed:
        listed = "\n  ".join(printable(line) for line in walk.failed[:_SHOWN])
        raise DatasetError(
            f"expected folders that can be read below {printable(root)}, found {len(walk.failed)} that cannot be "
            f"listed; make them readable, or move them elsewhere:\n  {listed}"
        )
    return Folder(files, tuple(walk.rejected))


class _Walk:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._above = {_place(folder) for folder in (root.resolve(), *root.resolve().parents)}
        self.rejected: list[Rejected] = []
        self.failed: list[str] = []

    def files(self) -> Iterator[Path]:
        folders, files = self._list(self._root)
        yield from files
        for folder in folders:
            yield from self._below(folder, set())

    def _below(self, folder: Path, entered: set[tuple[int, int]]) -> Iterator[Path]:
        place = _place(folder)
        if place in entered:
            return
        if place in self._above:
            message = f"the link leads back to {printable(folder.resolve())}, above it, and was not followed"
            self.rejected.append(Rejected(path=folder, error="LinkLoop", message=message))
            return
        entered.add(place)
        folders, files = self._list(folder)
        yield from files
        for below in folders:
            yield from self._below(below, entered)

    def _list(self, folder: Path) -> tuple[list[Path], list[Path]]:
        """Return folders and files in a folder, real folders before linked ones."""
        try:
            with os.scandir(folder) as found:
                entries = [entry for entry in found if _is_visible(entry.name)]
        except OSError as error:
            self.failed.append(f"{folder}: {error.strerror or error}")
            return [], []
        folders = sorted((e for e in entries if _is_folder(e)), key=lambda e: (e.is_symlink(), e.name))
        files = sorted(entry.name for entry in entries if not _is_folder(entry))
        return [folder / entry.name for entry in folders], [folder / name for name in files]


def _is_visible(name: str) -> bool:
    return not name.startswith(".") and name not in _IGNORED


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle, or into a folder that may not be entered: reading it says why
        return False


def _place(folder: Path) -> tuple[int, int]:
    try:
        found = folder.stat()
    except OSError:  # listing it says why
        return -1, hash(folder)
    return found.st_dev, found.st_ino
