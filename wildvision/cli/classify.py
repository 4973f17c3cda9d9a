"""``wildvision classify``: one verdict for each image."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

import click

from wildvision.classifier import Classifier
from wildvision.cli.options import model_options
from wildvision.cli.output import console, plain, table
from wildvision.errors import ModelError, RuntimeBackendError
from wildvision.results import Classification, Outcome, Verdict
from wildvision.runtime import Precision

BATCH = 32  # images between two rows of output, so that a long list shows its progress
_COLOUR = {
    Verdict.FLAG: "bold red",
    Verdict.REVIEW: "bold yellow",
    Verdict.CLEAR: "green",
    Verdict.ABSTAIN: "dim",
}


@click.command(short_help="Say for each image whether it shows a wildlife product.")
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line, one line an image.")
@model_options
@click.option("--top", type=click.IntRange(1), default=3, show_default=True, help="How many scores to show.")
@click.option("--threads", type=click.IntRange(1), help="CPU threads. [default: one for each core]")
@click.pass_context
def classify(
    context: click.Context,
    images: tuple[str, ...],
    as_json: bool,
    model: str | None,
    policy: str | None,
    precision: Precision,
    top: int,
    threads: int | None,
) -> None:
    """Say for each IMAGE whether it shows a wildlife product, and why.

    FLAG: looks like a product. REVIEW: a person should look (weaker evidence, or a look-alike is as likely).
    CLEAR: nothing found. ABSTAIN: too small or blank to judge. `-` reads one image from standard input.

    Exit status: 0 all images were read, 1 some could not be, 2 wrong usage or an unusable model.
    """
    try:
        classifier = Classifier(model, policy=policy, threads=threads, precision=precision)
    except (ModelError, RuntimeBackendError) as error:
        raise click.UsageError(str(error)) from error
    failed = False
    for names, outcomes in _classified(classifier, images):
        failed |= any(outcome.error for outcome in outcomes)
        if as_json:
            for name, outcome in zip(names, outcomes, strict=True):
                click.echo(json.dumps(_record(name, outcome)))
        else:
            _print_table(names, outcomes, top)
    context.exit(1 if failed else 0)


def _classified(
    classifier: Classifier, images: tuple[str, ...]
) -> Iterator[tuple[list[str], tuple[Outcome, ...]]]:
    remaining = iter(images)
    while names := list(islice(remaining, BATCH)):
        sources: list[str | IO[bytes]] = [sys.stdin.buffer if name == "-" else name for name in names]
        yield names, classifier.classify_batch(sources)  # pyright: ignore[reportArgumentType]


def _record(name: str, outcome: Outcome) -> dict[str, Any]:
    if outcome.result is not None:
        return {"image": name, **outcome.result.to_dict()}
    return {"image": name, "error": {"type": type(outcome.error).__name__, "message": str(outcome.error)}}


def _print_table(names: list[str], outcomes: tuple[Outcome, ...], top: int) -> None:
    rows = table("image", "verdict", "why", "scores")
    for name, outcome in zip(names, outcomes, strict=True):
        if outcome.result is None:
            message = str(outcome.error).removeprefix(f"{name}: ")
            rows.add_row(plain(name), "[bold magenta]ERROR[/]", plain(message), "")
        else:
            rows.add_row(plain(name), *_cells(outcome.result, top))
    console().print(rows)


def _cells(result: Classification, top: int) -> tuple[str, str, str]:
    colour = _COLOUR[result.verdict]
    why = "\n".join([result.reason.message, *(f"note: {caution}" for caution in result.warnings)])
    scores = "\n".join(f"{p.score:6.1%} {p.category}" for p in result.predictions[:top])
    return f"[{colour}]{result.verdict.value}[/]", plain(why), scores
