"""``wildvision review``: a local page for those who decide what a scan's hits are."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from wildvision.cli.options import ScanFolderType, complete_policy, scan_model_option
from wildvision.cli.output import Refusal
from wildvision.errors import ModelError, ScanError


@click.command(short_help="Open a local page to decide what a scan's hits are.")
@click.argument("results", type=ScanFolderType())
@click.option("--reviewer", metavar="NAME", help="Who decides. [default: the name of the account]")
@click.option("--second", is_flag=True, help="Look, blind, at what others decided, and at nothing else.")
@click.option("--budget", type=click.IntRange(1), metavar="N", help="Cards that a day has room for.")
@click.option("--case", "case_id", default="", metavar="ID", help="The case that decisions belong to.")
@click.option(
    "--policy",
    metavar="NAME|FILE.json",
    help="Decide verdicts by these thresholds. [default: as they are stored]",
    shell_complete=complete_policy,
)
@scan_model_option
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Where to listen. Anything but this machine lets others in who have the link, unencrypted.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="[default: any that is free]")
@click.option("--no-browser", is_flag=True, help="Only print the link.")
def review(
    results: Path,
    reviewer: str | None,
    second: bool,
    budget: int | None,
    case_id: str,
    policy: str | None,
    model: str | None,
    host: str,
    port: int,
    no_browser: bool,
) -> None:
    """Serve a page on this machine on which the hits of the scan in RESULTS are decided, by keyboard.

    Near-duplicates are one card. Pictures are blurred until asked for. Every decision is on disk, in
    RESULTS/decisions.sqlite, before the next card comes; Control-C ends it, and the same command goes on.

    Exit status: 0 ended, 2 no scan, an unusable model, policy or port, or the extra `review` is missing.
    """
    from wildvision.archive.decide import read_policy  # noqa: PLC0415  only this command needs it

    try:
        from wildvision.review.start import LOOPBACK, ReviewOptions, open_review, serve  # noqa: PLC0415
    except ImportError as error:
        raise Refusal(
            f"the review page needs {error.name}; install wildvision with its extra `review`, e.g. "
            "`pip install '.[review]'` in a checkout"
        ) from error
    try:
        options = ReviewOptions(
            reviewer=reviewer or getpass.getuser(),
            second=second,
            budget=budget,
            case_id=case_id,
            policy=read_policy(policy) if policy else None,
            model=model,
            host=host,
            port=port,
        )
        if host not in LOOPBACK:
            click.echo(f"whoever has the link and reaches {host} sees the pictures, unencrypted", err=True)
        opened = open_review(results, options)
        click.echo(f"{len(opened.queue.cards):,} cards; Control-C ends the review")
        serve(opened, options, announce=click.echo, browse=not no_browser)
    except (ScanError, ModelError) as error:
        raise Refusal(str(error)) from error
