"""``wildvision evidence`` and ``wildvision verify``: a case bundle, and whether it is what it was."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from wildvision.cli.hits import hit_options, wanted
from wildvision.cli.options import LocalPath, ScanFolderType, complete_model, scan_model_option
from wildvision.cli.output import Refusal
from wildvision.errors import EvidenceError, ModelError, ScanError

NEEDS = (
    "evidence needs {name}; install wildvision with its extra `evidence`, "
    "e.g. `pip install '.[evidence]'` in a checkout"
)


@click.command(short_help="Write a case bundle of a scan's hits, to be verified later.")
@click.argument("results", type=ScanFolderType())
@click.option("--to", "out", type=LocalPath(dir_okay=False), required=True, help="The bundle, a zip.")
@hit_options
@click.option("--case", "case_id", default="", metavar="ID", help="The case.")
@click.option("--operator", metavar="NAME", help="Who makes it. [default: the name of the account]")
@click.option("--place", is_flag=True, help="Record the place that EXIF gives, too.")
@click.option("--redact", is_flag=True, help="No images, thumbnails, ids, notes and reviewers: digests only.")
@click.option(
    "--key",
    "key_file",
    type=LocalPath(exists=True, dir_okay=False),
    help="Sign with this Ed25519 private key (PEM).",
)
@scan_model_option
@click.pass_context
def evidence(
    context: click.Context,
    results: Path,
    out: Path,
    outcomes: tuple[str, ...],
    verdicts: tuple[str, ...],
    category: str | None,
    case_id: str,
    operator: str | None,
    place: bool,
    redact: bool,
    key_file: Path | None,
    model: str | None,
) -> None:
    """Write one zip with a record of each hit of the scan in RESULTS: digests, answer, model, decisions, image.

    The records are a chain: one that is changed or removed shows. `wildvision verify` checks all of it.

    Exit status: 0 written, 1 written, but some images could not be read again or changed, 2 no scan, nothing to write,
    an unusable model or key, or a file that cannot be written.
    """
    try:
        from wildvision.evidence import BundleOptions, write_bundle  # noqa: PLC0415
        from wildvision.evidence.record import RecordOptions  # noqa: PLC0415
    except ImportError as error:
        raise Refusal(NEEDS.format(name=error.name)) from error
    record = RecordOptions(
        operator=operator or getpass.getuser(), case_id=case_id, place=place and not redact, redact=redact
    )
    options = BundleOptions(
        record=record, wanted=wanted(outcomes, verdicts, category), model=model, key_file=key_file
    )
    try:
        bundled = write_bundle(results, out, options)
    except (ScanError, ModelError, EvidenceError) as error:
        raise Refusal(str(error)) from error
    click.echo(f"{bundled.records:,} records: {out}\nhead of the chain: {bundled.head}")
    if bundled.missing:
        click.echo(
            f"{len(bundled.missing):,} images could not be read again or changed since the scan, for instance "
            f"{bundled.missing[0]}",
            err=True,
        )
    context.exit(1 if bundled.missing else 0)


@click.command(short_help="Check a case bundle or an evidence record.")
@click.argument("bundle", type=LocalPath(exists=True, dir_okay=False))
@click.argument("image", required=False, type=LocalPath(exists=True, dir_okay=False))
@click.option(
    "--model",
    metavar="ID|DIR",
    help="The recorded model, where it did not come with the package.",
    shell_complete=complete_model,
)
@click.option("--key", metavar="SHA256", help="Fingerprint of the key that must have signed it.")
@click.pass_context
def verify(
    context: click.Context, bundle: Path, image: Path | None, model: str | None, key: str | None
) -> None:
    """Check BUNDLE, or one record and its IMAGE, line by line.

    Digests, the chain, the signature, the images, and what the recorded model says of them now. Exit status: 0 all
    matches, 1 something differs, 2 it is neither a bundle nor a record.
    """
    try:
        from wildvision.evidence import verify as checks  # noqa: PLC0415
    except ImportError as error:
        raise Refusal(NEEDS.format(name=error.name)) from error
    wrong = total = 0
    try:
        for check in checks(bundle, image, model=model, key=key):
            click.echo(str(check))
            total, wrong = total + 1, wrong + (not check.is_right)
    except EvidenceError as error:
        raise Refusal(str(error)) from error
    click.echo(f"{total - wrong} of {total} checks match")
    context.exit(1 if wrong or not total else 0)
