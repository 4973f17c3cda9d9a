"""The audit of a prepared data set: what a person should know about it, and tables of it as text.

`training.data.audit_sections` makes the tables; `training.data.audit_page` sets them as HTML with pictures.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from typing import NamedTuple, get_args

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table

from training.data.curate import Dropped, Duplicate
from training.data.listing import Rejected
from training.data.samples import Dataset, Split
from wildvision.taxonomy import Taxonomy

_MOST_ROWS = 200
_PROSE_WIDTH = 110
_TABLE_WIDTH = 2000  # a path must stay in one piece, to be copied


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """All that `training.prepare` found.

    Attributes:
        dataset: What it wrote.
        taxonomy: With the new categories.
        rejected: Files and entries that cannot be used.
        dropped: Readable photos that were left out.
        duplicates: All pairs of files that show the same photo.
        linked: Sources that share a group.
        not_learned: Of each category that photos mention and a model cannot learn: why.
    """

    dataset: Dataset
    taxonomy: Taxonomy
    rejected: tuple[Rejected, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    linked: tuple[tuple[str, ...], ...] = ()
    not_learned: Mapping[str, str] = {}

    @property
    def conflicts(self) -> tuple[Duplicate, ...]:
        """Pairs that show the same photo with different labels."""
        return tuple(pair for pair in self.duplicates if pair.conflicting)


class Section(NamedTuple):
    """One table of the report, with a sentence on what it says."""

    title: str
    note: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def audit_text(sections: Sequence[Section]) -> str:
    """Set the sections as plain text."""
    # In a notebook rich would show the page instead of writing it.
    page = Console(
        file=io.StringIO(),
        width=_TABLE_WIDTH,
        color_system=None,
        force_terminal=False,
        force_jupyter=False,
        highlight=False,
    )
    for section in sections:
        page.print(f"{section.title}\n{'-' * len(section.title)}", markup=False)
        if section.note:
            page.print(textwrap.fill(section.note, _PROSE_WIDTH), markup=False)
        if section.rows:
            page.print(_table(section))
        page.print()
    assert isinstance(page.file, io.StringIO)  # noqa: S101  for the type checker
    return "\n".join(line.rstrip() for line in page.file.getvalue().splitlines()) + "\n"


def _table(section: Section) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_header=bool(section.columns), pad_edge=False)
    for column in section.columns or [""] * len(section.rows[0]):
        table.add_column(column, overflow="fold", justify="right" if column in NUMBERS else "left")
    for row in section.rows[:_MOST_ROWS]:
        table.add_row(*(cell.replace("[", r"\[") for cell in row))
    if len(section.rows) > _MOST_ROWS:
        table.add_row(f"... and {len(section.rows) - _MOST_ROWS} more")
    return table


NUMBERS = {*get_args(Split), "groups", "photos", "sources", "unsettled", "rendered", "bits"}
