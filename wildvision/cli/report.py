"""``wildvision report``: a page about a scan."""

from __future__ import annotations

from pathlib import Path

import click

from wildvision.errors import ArchiveError, ModelError, ScanError


@click.command(short_help="Write a page about a scan: counts, failures, highest scores as pictures.")
@click.argument("results", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="The page. [default: RESULTS/report.html]"
)
@click.option("--model", metavar="ID|DIR", help="The scan's model, where it did not come with the package.")
@click.option(
    "--cards", type=click.IntRange(1, 500), default=24, show_default=True, help="Pictures a product."
)
def report(results: Path, out: Path | None, model: str | None, cards: int) -> None:
    """Write one self-contained HTML page about the scan in RESULTS, finished or not.

    The images are read again from where the scan found them. The page holds thumbnails of them: keep it as safe as
    they are.

    Exit status: 0 written, 2 no scan or an unusable model.
    """
    from wildvision.archive.report import write_report  # noqa: PLC0415  only this command needs it

    page = out or results / "report.html"
    try:
        write_report(results, page, model=model, cards=cards)
    except (ArchiveError, ScanError, ModelError) as error:
        raise click.UsageError(str(error)) from error
    click.echo(str(page))
