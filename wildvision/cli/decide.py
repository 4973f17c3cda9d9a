"""``wildvision decide``: another policy for a scan that is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wildvision.cli.options import LocalPath, complete_policy, scan_model_option
from wildvision.cli.output import Refusal, console, table
from wildvision.errors import ModelError, ScanError
from wildvision.results import Verdict

if TYPE_CHECKING:
    from wildvision.archive.decide import Changes


@click.command(short_help="Apply another policy to a scan, without reading an image.")
@click.argument("results", type=LocalPath(exists=True, file_okay=False))
@click.option(
    "--policy",
    metavar="NAME|FILE.json",
    required=True,
    help="A policy of the scan's model (`wildvision models` lists them), or a file with one's own.",
    shell_complete=complete_policy,
)
@scan_model_option
@click.option(
    "--out",
    type=LocalPath(file_okay=False),
    help="Write a new folder instead of changing RESULTS.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def decide(results: Path, policy: str, model: str | None, out: Path | None, as_json: bool) -> None:
    """Decide every row of the scan in RESULTS again, from its stored scores, by another policy.

    Prints how many verdicts changed from which to which. `wildvision scan` goes on in the folder by the new policy.
    A call that was stopped may be repeated.

    Exit status: 0 done, 2 no scan, an unusable model or policy, or a folder that cannot be written.
    """
    from wildvision.archive.decide import decide_again, read_policy  # noqa: PLC0415  only this command needs it

    try:
        changes = decide_again(results, read_policy(policy), model=model, out=out)
    except (ScanError, ModelError) as error:
        raise Refusal(str(error)) from error
    if as_json:
        click.echo(
            json.dumps([{"from": old, "to": new, "images": n} for (old, new), n in sorted(changes.items())])
        )
    else:
        _print(changes)


def _print(changes: Changes) -> None:
    rows = table("verdict before", *(f"now {verdict}" for verdict in Verdict))
    for old in Verdict:
        counts = [changes[old.value, new.value] for new in Verdict]
        if any(counts):
            rows.add_row(old.value, *(f"{count:,}" if count else "-" for count in counts))
    output = console()
    output.print(rows)
    moved = sum(count for (old, new), count in changes.items() if old != new)
    output.print(f"{moved:,} of {sum(changes.values()):,} verdicts changed")
