"""``wildvision report``: a page about a scan."""

from __future__ import annotations

from pathlib import Path

import click

from wildvision.cli.options import LocalPath, ScanFolderType, complete_policy, scan_model_option
from wildvision.cli.output import Refusal
from wildvision.cli.progress import steps
from wildvision.errors import ArchiveError, ModelError, ScanError


@click.command(short_help="Write a page about a scan: every hit as a picture, failures, scores.")
@click.argument("results", type=ScanFolderType())
@click.option("--out", type=LocalPath(dir_okay=False), help="The page. [default: RESULTS/report.html]")
@scan_model_option
@click.option(
    "--policy",
    metavar="NAME|FILE.json",
    help="Show verdicts by these thresholds. [default: as they are stored]",
    shell_complete=complete_policy,
)
@click.option(
    "--cards",
    type=click.IntRange(0, 500),
    default=12,
    show_default=True,
    help="Pictures a product that came near and are CLEAR.",
)
@click.option(
    "--pictured",
    metavar="N",
    type=click.IntRange(0, 20_000),
    default=500,
    show_default=True,
    help="Groups of hits with a picture; more are listed without one.",
)
@click.pass_context
def report(
    context: click.Context,
    results: Path,
    out: Path | None,
    model: str | None,
    policy: str | None,
    cards: int,
    pictured: int,
) -> None:
    """Write one self-contained HTML page about the scan in RESULTS, finished or not.

    It lists every FLAG and every REVIEW, near-duplicates together, then what came near, every failure, and the
    distribution of every score.

    The images are read again from where the scan found them. The page holds thumbnails of them: keep it as safe as
    they are.

    Exit status: 0 written, 1 written, but most pictures could not be read again, 2 no scan, an unusable model or
    policy, or a page that cannot be written.
    """
    from wildvision.archive.decide import read_policy  # noqa: PLC0415  only this command needs it
    from wildvision.archive.report import write_report  # noqa: PLC0415

    page = out or results / "report.html"
    try:
        chosen = read_policy(policy) if policy else None
        with steps() as progress:
            pictures = write_report(
                results, page, model=model, policy=chosen, cards=cards, pictured=pictured, progress=progress
            )
    except (ArchiveError, ScanError, ModelError) as error:
        raise Refusal(str(error)) from error
    click.echo(str(page))
    if pictures.missing:
        click.echo(
            f"{pictures.missing} of {pictures.wanted} pictures could not be read again: put the photos back where the "
            f"scan found them (scan.json in {results} says where), or scan them where they are now",
            err=True,
        )
    context.exit(1 if pictures.are_mostly_missing else 0)
