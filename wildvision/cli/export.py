"""``wildvision export``: what was found or decided, to where it is needed."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wildvision.cli.evidence import NEEDS
from wildvision.cli.hits import hit_options, wanted
from wildvision.cli.options import LocalPath, ScanFolderType, scan_model_option
from wildvision.cli.output import Refusal
from wildvision.errors import EvidenceError, ModelError, ScanError

if TYPE_CHECKING:
    from wildvision.archive.export import Wanted

_BUNDLE = "bundle"
_FORMS = ("originals", "hits", "hashes", "manifest", "label-studio", _BUNDLE)


@click.command(short_help="Write out a scan's hits: images, tables, hashes, tasks.")
@click.argument("results", type=ScanFolderType())
@click.option("--to", "out", type=LocalPath(file_okay=False), required=True, help="A folder.")
@hit_options
@click.option(
    "--form",
    "forms",
    type=click.Choice(_FORMS),
    multiple=True,
    help="May be repeated. [default: all but the bundle]",
)
@click.option("--case", "case_id", default="", metavar="ID", help="The case, for the bundle.")
@scan_model_option
@click.pass_context
def export(
    context: click.Context,
    results: Path,
    out: Path,
    outcomes: tuple[str, ...],
    verdicts: tuple[str, ...],
    category: str | None,
    forms: tuple[str, ...],
    case_id: str,
    model: str | None,
) -> None:
    """Write what the scan in RESULTS found, or people decided of it, into a folder.

    \b
    originals     the images, byte for byte, out of folders, archives and buckets
    hits          hits.csv: verdict, decision, digests and file of each
    hashes        hashes.csv: SHA-256 and PDQ without names, which may be shared
    manifest      manifest.csv: decided images with labels, for training
    label-studio  label-studio.json: tasks with decisions and scores
    bundle        case.zip: a record of each hit; see `wildvision evidence`

    An image that changed since the scan is not written, and said.

    Exit status: 0 all written, 1 some images could not be read again, 2 no scan, nothing to export, or a folder that
    cannot be written.
    """  # noqa: D301  click needs the character itself
    chosen, out_forms = wanted(outcomes, verdicts, category), [form for form in forms if form != _BUNDLE]
    problems: dict[str, list[str]] = {}
    try:
        if out_forms or not forms:
            problems |= _export(results, out, chosen, out_forms)
        if _BUNDLE in forms:
            problems |= _bundle(results, out, chosen, case_id, model)
    except (EvidenceError, ModelError, ScanError) as error:
        raise Refusal(str(error)) from error
    for why, ids in problems.items():
        if ids:
            click.echo(f"{len(ids):,} {why}, for instance {ids[0]}", err=True)
    context.exit(1 if any(problems.values()) else 0)


def _export(results: Path, out: Path, chosen: Wanted, forms: Sequence[str]) -> dict[str, list[str]]:
    """Write all forms but the bundle; returns ids by what is wrong with them."""
    from wildvision.archive.export import FORMS, export  # noqa: PLC0415  only this command needs it

    exported = export(results, out, wanted=chosen, forms=forms or FORMS)
    click.echo(f"{exported.images:,} images, {exported.originals:,} of them as files: {out}")
    return {"could not be read again": exported.missing, "changed since the scan": exported.changed}


def _bundle(
    results: Path, out: Path, chosen: Wanted, case_id: str, model: str | None
) -> dict[str, list[str]]:
    """Write the case bundle; returns ids by what is wrong with them."""
    try:
        from wildvision.evidence import BundleOptions, write_bundle  # noqa: PLC0415
        from wildvision.evidence.record import RecordOptions  # noqa: PLC0415
    except ImportError as error:
        raise Refusal(NEEDS.format(name=error.name)) from error
    record = RecordOptions(operator=getpass.getuser(), case_id=case_id)
    from wildvision.archive.folder import saying  # noqa: PLC0415

    with saying(f"{out} cannot be written"):
        out.mkdir(parents=True, exist_ok=True)
    bundle = out / "case.zip"
    made = write_bundle(results, bundle, BundleOptions(record=record, wanted=chosen, model=model))
    click.echo(f"{made.records:,} records: {bundle}")
    return {"could not be read again or changed, and have no record's image": list(made.missing)}
