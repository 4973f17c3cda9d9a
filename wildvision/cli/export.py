"""``wildvision export``: what was found or decided, to where it is needed."""

from __future__ import annotations

from pathlib import Path

import click

from wildvision.cli.hits import hit_options, wanted
from wildvision.cli.options import ScanFolderType
from wildvision.cli.output import Refusal
from wildvision.errors import ScanError

_FORMS = ("originals", "hits", "hashes", "manifest", "label-studio")


@click.command(short_help="Write out a scan's hits: images, tables, hashes, tasks.")
@click.argument("results", type=ScanFolderType())
@click.option(
    "--to", "out", type=click.Path(file_okay=False, path_type=Path), required=True, help="A folder."
)
@hit_options
@click.option(
    "--form", "forms", type=click.Choice(_FORMS), multiple=True, help="May be repeated. [default: all]"
)
@click.pass_context
def export(
    context: click.Context,
    results: Path,
    out: Path,
    outcomes: tuple[str, ...],
    verdicts: tuple[str, ...],
    category: str | None,
    forms: tuple[str, ...],
) -> None:
    r"""Write what the scan in RESULTS found, or people decided of it, into a folder.

    \b
    originals     the images, byte for byte, out of folders, archives and buckets
    hits          hits.csv: verdict, decision, digests and file of each
    hashes        hashes.csv: SHA-256 and PDQ without names, which may be shared
    manifest      manifest.csv: decided images with labels, for training
    label-studio  label-studio.json: tasks with decisions and scores

    An image that changed since the scan is not written, and said.

    Exit status: 0 all written, 1 some images could not be read again, 2 no scan, nothing to export, or a folder that
    cannot be written.
    """
    from wildvision.archive.export import FORMS, export  # noqa: PLC0415  only this command needs it

    try:
        exported = export(results, out, wanted=wanted(outcomes, verdicts, category), forms=forms or FORMS)
    except ScanError as error:
        raise Refusal(str(error)) from error
    click.echo(f"{exported.images:,} images, {exported.originals:,} of them as files: {out}")
    for ids, why in (
        (exported.missing, "could not be read again"),
        (exported.changed, "changed since the scan"),
    ):
        if ids:
            click.echo(f"{len(ids):,} {why}, for instance {ids[0]}", err=True)
    context.exit(1 if exported.missing or exported.changed else 0)
