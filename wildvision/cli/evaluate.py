"""``wildvision evaluate``: how a model does on labelled photos of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wildvision.cli.labelled import labelled_argument, model_argument, note_rejected, progress, workers_option
from wildvision.cli.options import LocalPath
from wildvision.cli.output import Refusal, console, plain, table
from wildvision.errors import (
    ArchiveError,
    LabelError,
    ModelError,
    OptionError,
    RuntimeBackendError,
    ScanError,
)

if TYPE_CHECKING:
    from rich.console import Console

    from wildvision.adapt.evaluate import Evaluation
    from wildvision.manifest import Interval


@click.command(short_help="Measure a model on labelled photos of your own.")
@model_argument
@labelled_argument
@click.option(
    "--html",
    type=LocalPath(dir_okay=False),
    metavar="PAGE",
    help="Also write a page with the false alarms and misses as pictures.",
)
@click.option(
    "--prevalence",
    type=float,
    default=0.01,
    show_default=True,
    help="Share of your photos that show a product; precision is stated for it.",
)
@workers_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def evaluate(
    context: click.Context,
    model: str,
    labelled: tuple[Path, ...],
    html: Path | None,
    prevalence: float,
    workers: int | None,
    as_json: bool,
) -> None:
    """Measure MODEL on the photos in LABELLED..., and say what its policies would have done.

    \b
    LABELLED can be
      a folder    CATEGORY/photo.jpg or CATEGORY/SOURCE/photo.jpg; photos that
                  show nothing go into everyday/
      a manifest  .csv, .jsonl or .parquet with the columns path, labels, source
      an export   .json of Label Studio or COCO
      RESULTS     of a scan, with decisions.jsonl or decisions.csv beside them

    Numbers come with 95 % intervals over sources: photos of one source are alike, so name the sources. A photo that
    nobody labelled counts neither for nor against.

    \b
    Example:
      wildvision evaluate wv8-lite1 seizures/ --html seizures.html

    Exit status: 0 done, 1 done, but some photos could not be read, 2 an unusable model or labels, or a page that cannot
    be written.
    """  # noqa: D301  click needs the character itself
    from wildvision.adapt.evaluate import evaluate as measure  # noqa: PLC0415  only this command needs it
    from wildvision.adapt.evaluation_page import write_page  # noqa: PLC0415
    from wildvision.adapt.labelled import read_labelled  # noqa: PLC0415
    from wildvision.manifest import find_model, load_manifest  # noqa: PLC0415

    try:
        manifest = load_manifest(find_model(model))
        photos = read_labelled(labelled, manifest.category_ids)
        note_rejected(photos)
        with progress(len(photos.photos)) as advance:
            found, scored = measure(model, photos, prevalence=prevalence, workers=workers, advance=advance)
        if html is not None:
            write_page(manifest, found, scored, html)
    except (ArchiveError, LabelError, ModelError, OptionError, RuntimeBackendError, ScanError) as error:
        raise Refusal(str(error)) from error
    if as_json:
        import msgspec  # noqa: PLC0415

        click.echo(json.dumps(msgspec.to_builtins(found)))
    else:
        _print(found)
    if html is not None and not as_json:
        click.echo(str(html))
    context.exit(1 if found.failed else 0)


def _print(found: Evaluation) -> None:
    output = console()
    output.print(f"{found.model} on {found.photos:,} photos of {found.sources:,} sources")
    for warning in found.warnings:
        output.print(f"note: {plain(warning)}")
    for failure in found.failed[:3]:
        output.print(f"failed: {plain(failure.name)}: {plain(failure.message)}")
    if found.failed:
        output.print(f"{len(found.failed):,} photos could not be read and count nowhere")
    if found.categories:
        _print_categories(found, output)
    _print_policies(found, output)


def _print_categories(found: Evaluation, output: Console) -> None:
    output.print("\nEach category that a photo shows; found at 1 %: where 1 % of all others are too.")
    rows = table("category", "photos", "average precision", "found at 1 %", "calibration error")
    for category in found.categories:
        names = ("average_precision", "tpr_at_1_percent_fpr", "expected_calibration_error")
        rows.add_row(
            category.category,
            f"{category.photos}",
            *(_number(category.metrics.get(name)) for name in names),
        )
    output.print(rows)


def _print_policies(found: Evaluation, output: Console) -> None:
    output.print(
        f"\nWhat the policies said; precision where {100 * found.prevalence:.3g} % of photos show a product:"
    )
    rows = table("policy", "found", "false alarms", "reviews right", "flags right")
    for policy in found.policies:
        rows.add_row(
            plain(policy.policy),
            _number(policy.found),
            _number(policy.alarms, digits=3),
            _number(policy.precision_of_reviews),
            _number(policy.precision_of_flags),
        )
    output.print(rows)


def _number(found: Interval | None, *, digits: int = 2) -> str:
    if found is None:
        return "-"
    return f"{found.value:.{digits}f} ({found.low:.{digits}f}-{found.high:.{digits}f})"
