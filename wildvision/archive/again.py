"""The items of a scan once more, for whoever needs their images again."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from wildvision.archive.index import Index
from wildvision.archive.items import Content, InFile, Item, printable
from wildvision.archive.ledger import renamed
from wildvision.archive.places import is_remote
from wildvision.archive.sources import STANDARD_INPUT, open_sources
from wildvision.errors import ImageError, ImageReadError


def load_named(name: str, max_bytes: int) -> bytes:
    """Return the bytes of an image by its path, its URL, or its id in a scan, such as ``dump.zip!a/b.jpg``.

    Raises:
        ImageReadError: There is no such image, or it cannot be read.
        ImageTooLargeError: It is larger than ``max_bytes``.
    """
    return named_content(name).load(max_bytes)


@contextlib.contextmanager
def naming(name: str) -> Generator[None]:
    """Have errors say which image they are about, where all they know is that it came as bytes."""
    try:
        yield
    except ImageError as error:
        if error.image in (None, _BYTES):
            message = str(error).removeprefix(f"{_BYTES}: ")
            error.image, error.args = name, (f"{printable(name)}: {message}",)
        raise


_BYTES = "<bytes>"


def named_content(name: str) -> Content:
    """Return where the bytes of an image are, by its path, URL, or id in a scan; a file's own name counts first.

    Raises:
        ImageReadError: The id is of an archive or table that is there, and that holds no such image.
    """
    container = _container(name)
    if container is None:
        return InFile(name)
    for item in items_again([{"source": container, "directory": os.getcwd()}]):  # noqa: PTH109
        if item.id == printable(name):
            return item.content
    raise ImageReadError(f"expected an image of that name in {printable(container)}, found none")


def is_member(name: str) -> bool:
    """Return whether a name is the id of an image in an archive or table that is there."""
    return _container(name) is not None


def _container(name: str) -> str | None:
    """Return the archive or table that an id names; None: it names none that is there."""
    if is_remote(name):
        return name.partition("!")[0] if "!" in name else None
    with contextlib.suppress(OSError, ValueError):  # a name may be too long, or hold a NUL
        places = [name[:mark] for mark, letter in enumerate(name) if letter == "!"]
        if not Path(name).exists():
            return next((place for place in places if Path(place).is_file()), None)
    return None


def items_again(sources: Sequence[Mapping[str, str]]) -> Iterator[Item]:
    """Yield the items of a scan by the ids that they had then, whatever the working directory is now."""
    index = Index()  # names items of the same id as the scan did
    with contextlib.closing(index):
        for entry in sources:
            source, directory = entry["source"], entry["directory"]
            is_relative = not (is_remote(source) or Path(source).is_absolute())
            place = str(Path(directory, source)) if is_relative else source
            for item in open_sources((place,)) if source != STANDARD_INPUT else ():
                name = item.id.removeprefix(printable(f"{directory}{os.sep}")) if is_relative else item.id
                met = index.meet(replace(item, id=name))
                if met is not None:
                    yield renamed(item, met[0])
