"""``wildvision explain``: where in an image the evidence for a category lies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from wildvision.cli.classify import named_source, open_classifier
from wildvision.cli.clips import explain_clip, is_clip
from wildvision.cli.options import LocalPath, detail_option, limit_options, model_options
from wildvision.cli.output import Refusal, console, plain, save_picture, table
from wildvision.errors import ImageError, RuntimeBackendError
from wildvision.explanation import Explanation


@click.command(short_help="Show where in an image the evidence for a category lies.")
@click.argument("image", metavar="IMAGE", type=click.Path(allow_dash=True))
@click.option(
    "--out",
    type=LocalPath(dir_okay=False),
    help="Write the image with the evidence laid over it; PNG, JPEG or WebP by its ending.",
)
@click.option("--category", metavar="ID", help="[default: what decided or came nearest]")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object, with the map in 16 x 16 places."
)
@model_options
@detail_option
@limit_options
@click.option("--threads", type=click.IntRange(1), help="CPU threads. [default: one for each CPU at hand]")
def explain(image: str, out: Path | None, category: str | None, as_json: bool, **options: Any) -> None:
    """Show where in IMAGE the evidence for a category lies, as boxes with their share and as a picture.

    The map adds up to the score: it shows what the network looked at, not where a thing ends. Of a short clip, the
    frame that carries the answer is explained. `-` reads standard input; dump.zip!a/b.jpg, the id of an image in a
    scan, reads it from there.

    Exit status: 0 explained, 2 the image cannot be read, wrong usage or an unusable model.
    """
    classifier = open_classifier(options)
    try:
        if is_clip(image):
            found = explain_clip(classifier, classifier.classify_video(image), category)
        else:
            found = classifier.explain(named_source(image, classifier.limits.max_bytes), category)
    except KeyError as error:
        raise click.BadParameter(str(error.args[0]), param_hint="--category") from error
    except (ImageError, RuntimeBackendError) as error:
        raise Refusal(str(error)) from error
    if out is not None:
        save_picture(found.overlay(), out)
    if as_json:
        click.echo(json.dumps(found.to_dict()))
    else:
        _print(found, out)


def _print(found: Explanation, out: Path | None) -> None:
    output = console()
    output.print(plain(f"{found.category} {found.score:.1%}, {found.width} x {found.height} px"))
    if found.boxes:
        rows = table("share of the evidence", "left", "top", "right", "bottom")
        for box in found.boxes:
            rows.add_row(
                f"{box.share:.0%}", *(f"{edge:,}" for edge in (box.left, box.top, box.right, box.bottom))
            )
        output.print(rows)
    else:
        output.print("nothing in it speaks for that category")
    if out is not None:
        output.print(plain(f"picture: {out}"))
