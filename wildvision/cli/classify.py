"""``wildvision classify``: one verdict for each image."""

from __future__ import annotations

import itertools
import json
import os
import shlex
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from wildvision.classifier import Classifier
from wildvision.cli.clips import classify_clip, is_clip
from wildvision.cli.options import limit_options, limits, model_options
from wildvision.cli.output import columns, console, plain
from wildvision.errors import ImageError, ModelError, PostError, RuntimeBackendError, UnsupportedImageError
from wildvision.images import Source
from wildvision.manifest import Policy
from wildvision.results import Classification, Outcome, Verdict
from wildvision.video import VideoClassification

_COLOUR = {
    Verdict.FLAG.value: "bold red",
    Verdict.REVIEW.value: "bold yellow",
    Verdict.CLEAR.value: "green",
    Verdict.ABSTAIN.value: "dim",
    "ERROR": "bold magenta",
}
_WIDEST = max(map(len, _COLOUR))
_SCANNED = (
    ".zip",
    ".tar",
    ".tgz",
    ".gz",
    ".bz2",
    ".xz",
    ".zst",
    ".parquet",
    ".arrow",
    ".txt",
    ".csv",
    ".jsonl",
)


@click.command(short_help="Say for each image whether it shows a wildlife product.")
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...", type=click.Path(allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line, one line an image.")
@click.option("--post", "is_post", is_flag=True, help="The images are one post: one answer for all of them.")
@model_options
@limit_options
@click.option("--top", type=click.IntRange(1), default=3, show_default=True, help="How many scores to show.")
@click.option("--threads", type=click.IntRange(1), help="CPU threads. [default: one for each CPU at hand]")
@click.pass_context
def classify(context: click.Context, images: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Say for each IMAGE, or short clip, whether it shows a wildlife product, and why.

    FLAG: looks like a product. REVIEW: a person should look (weaker evidence, or a look-alike is as likely).
    CLEAR: no product reached its threshold; it says which came nearest. ABSTAIN: too small, too blank or too long to
    judge. `-` reads one image from standard input. With --post, several pictures of one listing get one answer. For
    folders and archives there is `wildvision scan`.

    Exit status: 0 all images were read, 1 some could not be, 2 wrong usage or an unusable model.
    """
    classifier, top = _open(options), options["top"]
    if options["is_post"]:
        context.exit(_classify_post(classifier, images, as_json, top))
    counts: Counter[str] = Counter()
    for name, outcome, clip in _classified(classifier, images):
        if as_json:
            _print_json(name, outcome, clip)
        else:
            _print(name, outcome, top)
        counts[_word(outcome)] += 1
    if not as_json and len(images) > 1:
        click.echo(_summary(counts))
    context.exit(1 if counts["ERROR"] else 0)


def _policy(name: str | None) -> str | Policy | None:
    if name is None or not name.endswith(".json"):
        return name
    from wildvision.archive.decide import read_policy  # noqa: PLC0415  only a policy of one's own needs it

    return read_policy(name)


def _open(options: dict[str, Any]) -> Classifier:
    try:
        return Classifier(
            options["model"],
            policy=_policy(options["policy"]),
            threads=options["threads"],
            limits=limits(options["max_pixels"]),
            precision=options["precision"],
        )
    except (ModelError, RuntimeBackendError) as error:
        raise click.UsageError(str(error)) from error


def _classified(
    classifier: Classifier, images: tuple[str, ...]
) -> Iterator[tuple[str, Outcome, VideoClassification | None]]:
    """Yield the answers in order; runs of images are worked on two at a time, clips one by one."""
    for is_one, group in itertools.groupby(images, key=is_clip):
        names = tuple(group)
        if is_one:
            yield from ((name, *classify_clip(classifier, name)) for name in names)
            continue
        sources: Iterable[Source] = (sys.stdin.buffer if name == "-" else name for name in names)
        for name, outcome in zip(names, classifier.classify_stream(sources), strict=True):
            yield name, _with_hint(name, outcome), None


def _with_hint(name: str, outcome: Outcome) -> Outcome:
    """Name the command for what is no image but holds some: a folder, an archive, a table, a pattern."""
    if not isinstance(outcome.error, ImageError) or not _is_for_scan(name, outcome.error):
        return outcome
    hint = f"`wildvision scan {shlex.quote(name)} --out results` scores the images in it"
    error = type(outcome.error)(f"{outcome.error}; {hint}")
    error.image = outcome.error.image
    return Outcome(error=error)


def _is_for_scan(name: str, error: ImageError) -> bool:
    # Not pathlib's questions: those raise where a name is too long or a folder may not be read.
    is_pattern = any(mark in name for mark in "*?[") and not os.path.exists(name)  # noqa: PTH110
    is_archive = isinstance(error, UnsupportedImageError) and Path(name).suffix.lower() in _SCANNED
    return is_pattern or is_archive or os.path.isdir(name)  # noqa: PTH112


def _word(outcome: Outcome) -> str:
    return outcome.result.verdict.value if outcome.result else "ERROR"


def _print_json(name: str, outcome: Outcome, clip: VideoClassification | None) -> None:
    click.echo(json.dumps({"image": name, **clip.to_dict()} if clip else _record(name, outcome)))


def _record(name: str, outcome: Outcome) -> dict[str, Any]:
    if outcome.result is not None:
        return {"image": name, **outcome.result.to_dict()}
    return {"image": name, "error": {"type": type(outcome.error).__name__, "message": str(outcome.error)}}


def _print(name: str, outcome: Outcome, top: int) -> None:
    """Print the verdict, and beside it the image's name, the reason, the notes and the highest scores."""
    word = _word(outcome)
    text = _lines(outcome.result, top) if outcome.result else [str(outcome.error).removeprefix(f"{name}: ")]
    rows = columns(_WIDEST, None)
    lines = [f"[bold]{plain(name)}[/]", *(plain(line) for line in text)]
    rows.add_row(f"[{_COLOUR[word]}]{word}[/]", "\n".join(lines))
    console().print(rows)


def _lines(result: Classification, top: int) -> list[str]:
    repeated = result.reason.rule.value  # a caution of that code says what the reason has said
    notes = [f"note: {caution}" for caution in result.warnings if caution.code != repeated]
    scores = ", ".join(f"{p.category} {p.score:.1%}" for p in result.predictions[:top])
    return [result.reason.message, *notes, scores]


def _classify_post(classifier: Classifier, images: tuple[str, ...], as_json: bool, top: int) -> int:
    """Answer for all images together; returns the exit status."""
    name = f"post of {len(images):,} {'picture' if len(images) == 1 else 'pictures'}"
    try:
        post = classifier.classify_post(sys.stdin.buffer if image == "-" else image for image in images)
    except PostError as error:
        failed = Outcome(error=error)
        if as_json:
            click.echo(json.dumps({"images": images, "error": _record(name, failed)["error"]}))
        else:
            _print(name, failed, top)
        return 1
    if as_json:
        click.echo(json.dumps({"images": images, **post.to_dict()}))
    else:
        _print(name, Outcome(result=post.as_classification()), top)
        for image, outcome in zip(images, post.outcomes, strict=True):
            _print(image, outcome, top)
    return 1 if any(outcome.error for outcome in post.outcomes) else 0


def _summary(counts: Counter[str]) -> str:
    """Return such as ``12 images: 1 FLAG, 10 CLEAR, 1 ERROR``."""
    found = ", ".join(f"{counts[word]:,} {word}" for word in _COLOUR if counts[word])
    return f"{counts.total():,} images: {found}"
