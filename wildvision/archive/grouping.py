"""Grouping: which post an item of a scan belongs to, by its folder, its WebDataset key, or a column of its table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from wildvision.archive.items import REST, Item
from wildvision.errors import OptionError

COLUMN = "column:"
"""Begins a grouping by a column, such as ``"column:listing_id"``."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """How items become posts.

    Attributes:
        by: ``"folder"``: the folder or the place in an archive; ``"key"``: that, and the name up to its first dot, as
            WebDataset groups the members of a shard; ``"column:NAME"``: what the column of a table or list says, so
            that equal values in several files are one post.
    """

    by: str

    def __post_init__(self) -> None:
        """Refuse another word.

        Raises:
            OptionError: It is none of the three.
        """
        if self.by not in {"folder", "key"} and not (self.by.startswith(COLUMN) and self.column):
            raise OptionError(f"expected a grouping by folder, key or column:NAME, found {self.by!r}")

    @property
    def column(self) -> str | None:
        """The column that names posts; None: no column does."""
        return self.by.removeprefix(COLUMN).strip() if self.by.startswith(COLUMN) else None

    def named(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items with their posts; what stands for an unread rest has none."""
        for item in items:
            if self.column is not None or item.id.endswith(REST):
                yield item  # whoever read the table has named its post
            else:
                yield replace(item, post=self._post_of(item.id))

    def _post_of(self, name: str) -> str:
        """Return the post of an id: of ``a.tar!set/12.front.jpg`` the folder ``a.tar!set``, the key ``a.tar!set/12``.

        What lies in no folder is in the post ``"."``, and what stands at the top of an archive in that of the archive.
        """
        base = _SEPARATOR.split(name)[-1]
        folder = name[: len(name) - len(base)]
        if self.by == "folder":
            return folder[:-1] or folder or "."
        dot = base.find(".", 1)
        return name if dot < 0 else folder + base[:dot]


_SEPARATOR = re.compile(r"[/\\!]")


def post_named(value: object) -> str | None:
    """Return the post that a cell of a table names; None: an empty cell names none."""
    text = "" if value is None else str(value).strip()
    return text or None
