"""Output of the commands: tables with colour and boxes on a terminal, plain elsewhere, and any text as it is."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from PIL.Image import Image
    from rich.console import Console
    from rich.table import Table

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # Unicode's controls, formats, surrogates and line ends
_JOINERS = "\u200c\u200d"  # formats that Persian words and some emoji are written with


class Refusal(click.ClickException):
    """What was asked for cannot be done, though the command was well formed: its message, and exit status 2."""

    exit_code = 2


def console(*, stderr: bool = False) -> Console:
    """Return a console on standard output or error, as wide as the terminal, ``COLUMNS``, or else 80 columns.

    It reads markup, so that text of a user goes through `plain`; emoji codes such as ``:car:`` it leaves alone.
    """
    from rich.console import Console  # noqa: PLC0415 - only a person's output needs it

    write_any_text()
    return Console(highlight=False, emoji=False, stderr=stderr)


def table(*headings: str) -> Table:
    """Return an empty table with these headings."""
    from rich import box  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    rows = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for heading in headings:
        rows.add_column(heading, overflow="fold")
    return rows


def columns(*widths: int | None) -> Table:
    """Return an empty table without headings or lines, so that long text in a column stays in it.

    Args:
        widths: Of each column, in characters; None: what is left.
    """
    from rich.table import Table  # noqa: PLC0415

    rows = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    for width in widths:
        rows.add_column(overflow="fold", width=width)
    return rows


def plain(text: str) -> str:
    r"""Protect a user's text from being read as anything but text: a file may be called ``[bold].jpg``.

    Controls, which could move the cursor, and what standard output cannot encode are written as ``\x1b`` or ``\u8c61``.
    """
    from rich.markup import escape  # noqa: PLC0415

    visible = "".join(_escaped(c) if _is_hidden(c) else c for c in text)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return escape(visible.encode(encoding, "backslashreplace").decode(encoding))


def save_picture(picture: Image, path: Path) -> None:
    """Write a picture in the format that its name ends with.

    Raises:
        Refusal: The ending names none, or the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path)
    except ValueError as error:
        raise Refusal(
            f"expected a file to write that ends with .png, .jpg or .webp, found: {error}"
        ) from error
    except OSError as error:
        raise Refusal(
            f"expected a place that can be written to for {path}, found: {error}; choose another one"
        ) from error


def write_any_text() -> None:
    """Let standard output write what its encoding lacks as escapes, instead of losing an answer to an error."""
    reconfigure: Callable[..., None] | None = getattr(sys.stdout, "reconfigure", None)
    if (
        reconfigure is not None
    ):  # a program that captures what is printed may have put something simpler there
        reconfigure(errors="backslashreplace")


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in _HIDDEN and character not in _JOINERS


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode()
