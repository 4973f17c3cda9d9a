"""``wildvision similar``: search of a scanned archive by picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wildvision.cli.options import ScanFolderType, scan_model_option
from wildvision.cli.output import Refusal, console, plain, table
from wildvision.errors import ArchiveError, ImageError, ModelError, RuntimeBackendError, ScanError

if TYPE_CHECKING:
    from wildvision.archive.likeness.search import Similar


@click.command(short_help="Search a scanned archive by picture.")
@click.argument("results", type=ScanFolderType())
@click.argument("photo", metavar="PHOTO", type=click.Path())
@click.option(
    "--count", type=click.IntRange(1), default=20, show_default=True, help="Images to show at most."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line, one line an image.")
@scan_model_option
def similar(results: Path, photo: str, count: int, as_json: bool, model: str | None) -> None:
    """Find PHOTO in the scan in RESULTS: the same picture, then, where the scan has embeddings, what looks like it.

    PHOTO is a file, or an image by its id in a scan (dump.zip!a/b.jpg). The same picture is one whose perceptual hash
    (PDQ) differs in at most 31 of 256 bits. The index is kept in RESULTS/likeness, and grows with the scan.

    Exit status: 0 something was found, 1 nothing was, 2 no scan, or a photo or model that cannot be used.
    """
    from wildvision.archive.again import load_named, naming  # noqa: PLC0415  only this command needs it
    from wildvision.archive.decide import scan_classifier  # noqa: PLC0415
    from wildvision.archive.folder import open_folder  # noqa: PLC0415
    from wildvision.archive.likeness.search import find_similar  # noqa: PLC0415

    try:
        _, facts = open_folder(results)
        classifier = scan_classifier(facts, model) if facts["embeddings"] else None
        with naming(photo):
            encoded = load_named(photo, facts["limits"]["max_bytes"])
            found = find_similar(results, encoded, classifier=classifier, count=count)
    except (ArchiveError, ImageError, ModelError, RuntimeBackendError, ScanError) as error:
        raise Refusal(str(error)) from error
    if as_json:
        for one in found:
            click.echo(json.dumps(one.to_dict()))
    else:
        _print(found)
    if not found:
        click.get_current_context().exit(1)


def _print(found: Sequence[Similar]) -> None:
    rows = table("bits", "cosine", "verdict", "known", "image")
    for one in found:
        rows.add_row(
            "-" if one.bits is None else str(one.bits),
            "-" if one.cosine is None else f"{one.cosine:.3f}",
            one.verdict or "failed",
            plain(one.known or "-"),
            plain(one.id),
        )
    if found:
        console().print(rows)
    same = sum(one.bits is not None for one in found)
    click.echo(f"{same:,} are the same picture, {len(found) - same:,} look like it")
