"""Listed photos: what an input says about each, before the file itself has been looked at."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from training.data.samples import Split

# Words for "none of the categories", as a folder name, a column's value or a choice.
NO_LABEL = frozenset({"", "everyday", "none"})


class ListedPhoto(msgspec.Struct, frozen=True, kw_only=True):
    """One labelled photo as an input lists it.

    Attributes:
        path: The file, absolute.
        labels: Category ids that the photo shows.
        unsettled: Ids that should count neither for nor against (``id?``).
        source: The shop, museum or site it comes from; empty: unknown.
        licence: As found.
        use: ``"eval"`` photos are for reporting only.
        split: The split that the input asks for.
        group: Photos that name the same one stay together.
        synthetic: Rendered or drawn instead of photographed.
        mask: Opacity of the object, a grey image of the same size.
    """

    path: Path
    labels: frozenset[str] = frozenset()
    unsettled: frozenset[str] = frozenset()
    source: str = ""
    licence: str = "unknown"
    use: Literal["train", "eval"] = "train"
    split: Split | None = None
    group: str = ""
    synthetic: bool = False
    mask: Path | None = None

    @property
    def evaluation(self) -> bool:
        """Whether the photo may only be reported on."""
        return self.use == "eval" or self.split == "eval"

    @property
    def ids(self) -> frozenset[str]:
        """All category ids that it mentions."""
        return self.labels | self.unsettled

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Orders rows alike, however the inputs were listed."""
        return (
            str(self.path),
            self.use,
            self.source,
            self.group,
            self.split or "",
            self.licence,
            sorted(self.labels),
            sorted(self.unsettled),
        )


class Rejected(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A file or an entry that cannot be used, and why.

    Attributes:
        path: The photo; of what is said about no photo that is there, the input.
        error: A word to count by: the name of an error, or ``"Unlabelled"`` and the like.
        message: What is wrong.
    """

    path: Path
    error: str
    message: str


class Listing(NamedTuple):
    """What an input lists: photos, and entries that are none."""

    rows: tuple[ListedPhoto, ...]
    rejected: tuple[Rejected, ...] = ()


class Marks(NamedTuple):
    """Category ids that count, and those that count neither for nor against."""

    labels: frozenset[str]
    unsettled: frozenset[str]


def read_marks(marks: Iterable[str]) -> Marks:
    """Divide ids into those that are settled and those written ``id?``; the words for "none" vanish.

    >>> read_marks(["ivory", "rhino_horn?", "everyday"])
    Marks(labels=frozenset({'ivory'}), unsettled=frozenset({'rhino_horn'}))
    """
    found = {mark.strip() for mark in marks} - NO_LABEL
    unsettled = frozenset(mark.removesuffix("?").strip() for mark in found if mark.endswith("?"))
    return Marks(frozenset(mark for mark in found if not mark.endswith("?")) - unsettled, unsettled)


def printable(path: str | os.PathLike[str]) -> str:
    r"""Return a path as text that can be written anywhere: bytes of a name that are no UTF-8 become escapes.

    >>> printable("caf\udce9.jpg")
    'caf\\xe9.jpg'
    """
    text = os.fspath(path)
    try:
        return os.fsencode(text).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # half a character that stands for no byte
        return text.encode("utf-8", "backslashreplace").decode("utf-8")


def is_printable(path: str | os.PathLike[str]) -> bool:
    """Whether a path can be written as it is."""
    return printable(path) == os.fspath(path)
