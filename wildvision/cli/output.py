"""How the commands draw tables: with colour and boxes on a terminal, plain elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def console() -> Console:
    """Return a console on standard output; a pipe or file gets 120 columns without colour."""
    from rich.console import Console  # noqa: PLC0415 - only a person's output needs it

    output = Console(highlight=False)
    return output if output.is_terminal else Console(highlight=False, width=120)


def table(*headings: str) -> Table:
    """Return an empty table with these headings."""
    from rich import box  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    rows = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in headings:
        rows.add_column(heading, overflow="fold")
    return rows


def plain(text: str) -> str:
    """Protect text from being read as markup: a file may be called ``[bold].jpg``."""
    from rich.markup import escape  # noqa: PLC0415

    return escape(text)
