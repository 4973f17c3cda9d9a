"""What the commands share that read labelled photos: arguments, what was left out, and how far they are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from wildvision.cli.options import LocalPath, complete_model
from wildvision.cli.output import console

if TYPE_CHECKING:
    from wildvision.adapt.labelled import LabelledPhotos
    from wildvision.archive.rows import Row

model_argument = click.argument("model", shell_complete=complete_model)
labelled_argument = click.argument(
    "labelled", nargs=-1, required=True, type=LocalPath(exists=True), metavar="LABELLED..."
)
workers_option = click.option(
    "--workers",
    type=click.IntRange(0),
    help="Processes; 0: none but this one. [default: WILDVISION_WORKERS, else one for each core]",
)


def note_rejected(photos: LabelledPhotos) -> None:
    """Say on standard error what was left out."""
    if photos.rejected:
        first = photos.rejected[0]
        click.echo(
            f"{len(photos.rejected):,} entries were left out, first: {first.path}: {first.message}", err=True
        )


@contextmanager
def progress(total: int) -> Generator[Callable[[Row], Any]]:
    """Show a bar on a terminal, nothing elsewhere; yields what counts a photo."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.progress import Progress  # noqa: PLC0415 - only a person's output needs it

    with Progress(console=console(stderr=True), transient=True) as bar:
        task = bar.add_task("photos", total=total)
        yield lambda _: bar.advance(task)
