"""``wildvision recalibrate``: calibration and thresholds from labelled photos of one's own platform."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wildvision.cli.labelled import labelled_argument, model_argument, note_rejected, progress, workers_option
from wildvision.cli.options import LocalPath
from wildvision.cli.output import Refusal, console, plain, table
from wildvision.errors import ArchiveError, LabelError, ModelError, RuntimeBackendError, ScanError

if TYPE_CHECKING:
    from wildvision.manifest import Interval, Manifest, Recalibration


@click.command(short_help="Set a model's thresholds by labelled photos of your own platform.")
@model_argument
@labelled_argument
@click.option(
    "--out",
    type=LocalPath(),
    required=True,
    metavar="DIR",
    help="Folder of the new model; must not exist, or be empty.",
)
@click.option("--name", metavar="ID", help="Id of the new model. [default: MODEL's, with -own behind it]")
@workers_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def recalibrate(
    model: str, labelled: tuple[Path, ...], out: Path, name: str | None, workers: int | None, as_json: bool
) -> None:
    """Make of MODEL one whose thresholds keep their promise on your platform, from the photos in LABELLED...

    Draw about 200 photos at random from where the model is to be used, and label them: photos that show nothing go
    into everyday/, the others into folders named by what they show (`wildvision evaluate --help` lists what else can be
    read). At least 60 everyday photos are needed; more make the promises tighter.

    Network and head stay as they are; scores of a category change only where you have 20 photos of it and 20 without.
    What photos showed is not stored, and no picture, name or path.

    \b
    Example:
      wildvision recalibrate wv8-lite1 our-market/ --out our-model
      wildvision scan archive/ --model our-model --out results

    Exit status: 0 written, 2 too few photos, an unusable model or labels, or a folder that is in use.
    """  # noqa: D301  click needs the character itself
    from wildvision.adapt.labelled import read_labelled  # noqa: PLC0415  only this command needs it
    from wildvision.adapt.recalibrate import recalibrate as write  # noqa: PLC0415
    from wildvision.manifest import find_model, load_manifest  # noqa: PLC0415

    try:
        photos = read_labelled(labelled, load_manifest(find_model(model)).category_ids)
        note_rejected(photos)
        with progress(len(photos.photos)) as advance:
            made = write(model, photos.photos, out, name=name, workers=workers, advance=advance)
    except (ArchiveError, LabelError, ModelError, RuntimeBackendError, ScanError) as error:
        raise Refusal(str(error)) from error
    except OSError as error:
        raise Refusal(f"the model cannot be written: {error}") from error
    if made.recalibrated is None:
        raise Refusal(f"expected {out} to say what it rests on, found nothing")
    if as_json:
        import msgspec  # noqa: PLC0415

        click.echo(json.dumps({"model": made.id, "out": str(out), **msgspec.to_builtins(made.recalibrated)}))
    else:
        _print(made, made.recalibrated, out)


def _print(made: Manifest, record: Recalibration, out: Path) -> None:
    output = console()
    output.print(
        f"{plain(made.id)}: {record.photos:,} photos, {record.everyday:,} of them everyday, of {record.sources:,} "
        "sources"
    )
    calibrated = ", ".join(record.calibrated) or "none; no category had 20 photos, and 20 without"
    output.print(f"calibrated anew: {plain(calibrated)}")
    output.print("\nOf further everyday photos of the platform, so many will reach a threshold:")
    rows = table("policy", "review, asked", "promised", "flag, asked", "promised")
    for name, promise in record.promised.items():
        policy = made.policies[name]
        rows.add_row(
            plain(name),
            f"{policy.asked_review or 0:.1%}",
            _share(promise.review),
            f"{policy.asked_flag or 0:.1%}",
            _share(promise.flag),
        )
    output.print(rows)
    output.print(f"\n{plain(str(out))}")


def _share(found: Interval) -> str:
    return f"{found.value:.1%} ({found.low:.0%}-{found.high:.0%})"
