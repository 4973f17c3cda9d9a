"""The items of a scan once more, for whoever needs their images again."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from wildvision.archive.index import Index
from wildvision.archive.items import Item, printable
from wildvision.archive.ledger import renamed
from wildvision.archive.places import is_remote
from wildvision.archive.sources import STANDARD_INPUT, open_sources


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
