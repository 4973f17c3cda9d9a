"""``wildvision cluster``: the same photo in many places."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wildvision.cli.options import LocalPath, ScanFolderType
from wildvision.cli.output import Refusal, console, plain, table
from wildvision.errors import OptionError, ScanError

if TYPE_CHECKING:
    from wildvision.archive.likeness.clusters import Cluster

_PLACES = 3  # accounts or folders of a cluster that the table names


@click.command(short_help="Group a scan's photos that are the same picture.")
@click.argument("results", type=ScanFolderType())
@click.option(
    "--least", type=click.IntRange(1), default=2, show_default=True, help="Images that a cluster has."
)
@click.option(
    "--cosine",
    type=click.FloatRange(0, 1, min_open=True),
    help="Also join clusters whose embeddings are so alike, for crops and edits; LIKENESS.md says what a value finds.",
)
@click.option(
    "--to",
    "out",
    type=LocalPath(dir_okay=False),
    help="Write a row for each image, to a file that ends in .csv or .json.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object for each cluster, with all its images."
)
@click.option("--show", type=click.IntRange(1), default=20, show_default=True, help="Clusters in the table.")
def cluster(
    results: Path, least: int, cosine: float | None, out: Path | None, as_json: bool, show: int
) -> None:
    """Group the photos of the scan in RESULTS that are the same picture, re-compressed or resized, larger groups first.

    Two photos are the same picture where their bytes are, or their perceptual hashes (PDQ) differ in at most 31 of 256
    bits; a hash of poor quality is not compared. Every image of a group is so near to its first one. Groups say in
    which posts, folders or archives they were met, what was decided of them, and what a bank of hashes knows.

    Exit status: 0 done, 2 no scan, or one without the embeddings that were asked for.
    """
    from wildvision.archive.likeness.clusters import find_clusters  # noqa: PLC0415  only this command needs it

    if out is not None and out.suffix.lower() not in _WRITERS:
        raise Refusal(f"expected a file that ends in {' or '.join(_WRITERS)}, found {out.name!r}")
    try:
        found = find_clusters(results, least=least, cosine=cosine)
        if out is not None:
            _write(out, found)
    except (ScanError, OptionError) as error:
        raise Refusal(str(error)) from error
    if as_json:
        for one in found:
            click.echo(json.dumps(one.to_dict()))
    else:
        _print(found, show)
        if out is not None:
            click.echo(str(out))


def _print(found: Sequence[Cluster], show: int) -> None:
    rows = table("group", "images", "places", "verdicts", "first image")
    for one in found[:show]:
        places = [f"{place} ({count:,})" for place, count in list(one.places.items())[:_PLACES]]
        if len(one.places) > _PLACES:
            places.append(f"and {len(one.places) - _PLACES:,} more")
        verdicts = sorted({member.verdict or "failed" for member in one.members})
        rows.add_row(
            str(one.number),
            f"{len(one.members):,}",
            plain("\n".join(places)),
            ", ".join(verdicts),
            plain(one.members[0].id),
        )
    output = console()
    if found:
        output.print(rows)
    images = sum(len(one.members) for one in found)
    shown = f", the first {show:,} of them here" if len(found) > show else ""
    output.print(f"{len(found):,} groups of {images:,} images{shown}; --json or --to FILE names every image")


def _write(out: Path, found: Sequence[Cluster]) -> None:
    from wildvision.archive.folder import saying  # noqa: PLC0415

    with saying(f"{out} cannot be written"):
        _WRITERS[out.suffix.lower()](out, found)


def _write_json(out: Path, found: Sequence[Cluster]) -> None:
    out.write_text(json.dumps([one.to_dict() for one in found], indent=1) + "\n", encoding="utf-8")


def _write_csv(out: Path, found: Sequence[Cluster]) -> None:
    from wildvision.archive.export import cell  # noqa: PLC0415
    from wildvision.archive.likeness.clusters import Member  # noqa: PLC0415

    names = [entry.name for entry in fields(Member)]
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["group", *names])
        for one in found:
            for member in one.members:
                writer.writerow([one.number, *(cell(getattr(member, name)) for name in names)])


_WRITERS = {".csv": _write_csv, ".json": _write_json}
