"""``wildvision hashes``: banks of hashes of confirmed hits, shared without photos."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import click

from wildvision.cli.hits import hit_options, wanted
from wildvision.cli.options import LocalPath, ScanFolderType
from wildvision.cli.output import Refusal
from wildvision.errors import BankError, ScanError


@click.group(short_help="Share hashes of confirmed hits, and find photos by them.")
def hashes() -> None:
    """Banks of hashes: what is known of photos, without the photos.

    A bank is a file that ThreatExchange and Hasher-Matcher-Actioner read. `wildvision scan --known BANK` marks its
    photos while it scans.

    \b
    .csv    all that is known, as `threatexchange dataset -P --csv` writes it
    .txt    perceptual hashes, for ThreatExchange's exchange `local_file`
    .jsonl  perceptual hashes, each a request to an HMA bank
    """  # noqa: D301  click needs the character itself


@hashes.command("export", short_help="Write the hashes of a scan's hits into a bank.")
@click.argument("results", type=ScanFolderType())
@click.option("--to", "out", required=True, type=LocalPath(dir_okay=False), help=".csv, .txt, .jsonl")
@click.option("--name", default="wildvision", show_default=True, help="Of the bank, in a .csv.")
@hit_options
def export(
    results: Path,
    out: Path,
    name: str,
    outcomes: tuple[str, ...],
    verdicts: tuple[str, ...],
    category: str | None,
) -> None:
    """Write SHA-256 and PDQ of what people confirmed in the scan in RESULTS, and nothing else of it.

    What was decided to show no product becomes NEGATIVE_CLASS, where it is asked for with --outcome; what nobody
    decided on becomes INVESTIGATION_SEED, where it is asked for with --verdict.

    Exit status: 0 written, 2 no scan, nothing to write, or a file that cannot be written.
    """
    from wildvision.archive.likeness.banks import write_bank  # noqa: PLC0415  only this command needs it
    from wildvision.archive.likeness.confirmed import bank_of  # noqa: PLC0415

    try:
        chosen = wanted(outcomes or (() if verdicts else ("confirmed",)), verdicts, category)
        bank = bank_of(results, chosen, name)
        skipped = bank.skipped + write_bank(out, bank.entries)
    except (ScanError, BankError) as error:
        raise Refusal(str(error)) from error
    click.echo(f"{len(bank.entries):,} hashes: {out}")
    _print_skipped(skipped)


@hashes.command("import", short_help="Read banks, and write them as one.")
@click.argument("banks", nargs=-1, required=True, type=LocalPath(exists=True, dir_okay=False))
@click.option("--to", "out", required=True, type=LocalPath(dir_okay=False), help=".csv, .txt, .jsonl")
def import_(banks: tuple[Path, ...], out: Path) -> None:
    """Check every line of BANKS..., and write their hashes into one bank, each once.

    They may be of any of the formats, or what PDQ's photo hasher prints. Kinds of hashes that are of no use for photos,
    poor ones and repeated ones are left out and counted. A line that is wrong is named, and nothing is written.

    Exit status: 0 written, 2 a bank that cannot be read, or a file that cannot be written.
    """
    from wildvision.archive.likeness.banks import read_banks, write_bank  # noqa: PLC0415

    try:
        bank = read_banks(banks)
        skipped = bank.skipped + write_bank(out, bank.entries)
    except BankError as error:
        raise Refusal(str(error)) from error
    click.echo(f"{len(bank.entries):,} hashes: {out}")
    _print_skipped(skipped)


@hashes.command("match", short_help="Find the photos of a scan, or files, that a bank knows.")
@click.argument("bank", type=LocalPath(exists=True, dir_okay=False))
@click.argument("what", nargs=-1, required=True, metavar="RESULTS|IMAGE...", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each photo that is known.")
@click.pass_context
def match(context: click.Context, bank: Path, what: tuple[str, ...], as_json: bool) -> None:
    """Name the photos that BANK knows, among the rows of scans or among images, by their bytes or their looks.

    Exit status: 0 some are known, 1 none is, 2 a bank, scan or image that cannot be read.
    """
    from wildvision.archive.likeness.confirmed import matches  # noqa: PLC0415
    from wildvision.errors import ArchiveError, ImageError  # noqa: PLC0415

    count = 0
    try:
        for found in matches(bank, what):
            count += 1
            click.echo(json.dumps(found.to_dict()) if as_json else _line(found))
    except (ArchiveError, BankError, ImageError, ScanError) as error:
        raise Refusal(str(error)) from error
    if not as_json:
        click.echo(f"{count:,} known")
    context.exit(0 if count else 1)


def _line(found: Any) -> str:
    return f"{found.opinion} {found.said}, {found.distance} bits: {found.id}"


def _print_skipped(skipped: Counter[str]) -> None:
    for why, count in skipped.most_common():
        click.echo(f"left out: {count:,} {why}", err=True)
