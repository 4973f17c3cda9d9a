"""``wildvision classify``: one verdict for each image."""

from __future__ import annotations

import io
import itertools
import json
import os
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

import click

from wildvision.classifier import Classifier
from wildvision.cli.clips import classify_clip, explain_clip, is_clip
from wildvision.cli.options import LocalPath, detail_option, limit_options, limits, model_options
from wildvision.cli.output import Refusal, columns, console, plain, save_picture
from wildvision.drawing import draw_answer
from wildvision.errors import (
    ExplanationError,
    ImageError,
    ModelError,
    PostError,
    RuntimeBackendError,
    UnsupportedImageError,
)
from wildvision.explanation import Explanation
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
@detail_option
@limit_options
@click.option("--top", type=click.IntRange(1), default=3, show_default=True, help="How many scores to show.")
@click.option("--threads", type=click.IntRange(1), help="CPU threads. [default: one for each CPU at hand]")
@click.option(
    "--save",
    "folder",
    type=LocalPath(file_okay=False),
    help="Write each image there, of a clip the frame that carries the answer, with the answer and its evidence drawn "
    "in; takes about twice as long.",
)
@click.pass_context
def classify(context: click.Context, images: tuple[str, ...], **options: Any) -> None:
    """Say for each IMAGE, or short clip, whether it shows a wildlife product, and why.

    FLAG: looks like a product. REVIEW: a person should look (weaker evidence, or a look-alike is as likely).
    CLEAR: no product reached its threshold; it says which came nearest. ABSTAIN: too small, too blank or too long to
    judge. `-` reads one image from standard input. dump.zip!a/b.jpg, the id of an image in a scan, reads it from there.
    With --post, several pictures of one listing get one answer. For folders and archives there is `wildvision scan`.

    Exit status: 0 all images were read, 1 some could not be, 2 wrong usage or an unusable model.
    """
    classifier, as_json, top = open_classifier(options), options["as_json"], options["top"]
    if options["is_post"]:
        context.exit(_classify_post(classifier, images, options))
    counts: Counter[str] = Counter()
    folder: Path | None = options["folder"]
    for number, (name, outcome, clip) in enumerate(_classified(classifier, images), start=1):
        if as_json:
            _print_json(name, outcome, clip)
        else:
            _print(name, outcome, top)
        if folder is not None and clip is not None:
            time_s = clip.frames[clip.carrier or 0].time_s
            path = folder / _drawn_name(number, name, f"-{time_s:.1f}s")
            _save(path, clip.as_classification(), partial(explain_clip, classifier, clip))
        elif folder is not None and outcome.result is not None:
            _save(folder / _drawn_name(number, name), outcome.result, outcome.result.explain)
        counts[_word(outcome)] += 1
    if not as_json and len(images) > 1:
        click.echo(_summary(counts))
    context.exit(1 if counts["ERROR"] else 0)


def _policy(name: str | None) -> str | Policy | None:
    if name is None or not name.endswith(".json"):
        return name
    from wildvision.archive.decide import read_policy  # noqa: PLC0415  only a policy of one's own needs it

    return read_policy(name)


def open_classifier(options: dict[str, Any]) -> Classifier:
    """Return the classifier that the options of a command ask for.

    Raises:
        click.UsageError: The model cannot be used.
    """
    try:
        return Classifier(
            options["model"],
            policy=_policy(options["policy"]),
            threads=options["threads"],
            limits=limits(options["max_pixels"], options["max_bytes"]),
            precision=options["precision"],
            detail=options["detail"],
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
        sources: Iterable[Source] = (named_source(name, classifier.limits.max_bytes) for name in names)
        for name, outcome in zip(names, classifier.classify_stream(sources), strict=True):
            yield name, _with_hint(name, outcome), None


def named_source(name: str, max_bytes: int) -> Source:
    """Return what a name stands for: standard input, an image by its id in a scan, or a file."""
    if name == "-":
        return sys.stdin.buffer
    if "!" in name:
        from wildvision.archive.again import is_member  # noqa: PLC0415  only such a name needs it

        if is_member(name):
            return cast("BinaryIO", _Member(name, max_bytes))
    return name


class _Member(io.RawIOBase):
    """An image by its id in a scan (``dump.zip!a/b.jpg``), opened when it is read."""

    def __init__(self, name: str, max_bytes: int) -> None:
        self.name, self._max_bytes = name, max_bytes
        self._opened: io.BytesIO | None = None

    def read(self, size: int = -1, /) -> bytes:
        from wildvision.archive.again import load_named  # noqa: PLC0415  only such a name needs it

        if self._opened is None:
            self._opened = io.BytesIO(load_named(self.name, self._max_bytes))
        return self._opened.read(size)


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
    if "://" in name:
        return True
    is_archive = isinstance(error, UnsupportedImageError) and Path(name).suffix.lower() in _SCANNED
    return is_pattern or is_archive or os.path.isdir(name)  # noqa: PTH112


def _save(path: Path, result: Classification, explain: Callable[[], Explanation]) -> None:
    """Write the picture of a result with its answer drawn in."""
    try:
        explanation = explain()
    except (ImageError, ExplanationError) as error:  # another program took or changed the file meanwhile
        raise Refusal(f"expected the image where it was, found: {error}") from error
    save_picture(draw_answer(result, explanation), path)


def _drawn_name(number: int, name: str, suffix: str = "") -> str:
    """Return such as ``0003-ring.jpg``: numbered, for images in several folders may have the same name."""
    stem = "".join(c if c.isalnum() or c in "-_. " else "_" for c in Path(name).stem)[:80]
    return f"{number:04}-{'stdin' if name == '-' else stem}{suffix}.jpg"


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


def _classify_post(classifier: Classifier, images: tuple[str, ...], options: dict[str, Any]) -> int:
    """Answer for all images together; returns the exit status. Each is drawn with its own answer."""
    as_json, top, folder = options["as_json"], options["top"], options["folder"]
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
    for number, (image, outcome) in enumerate(zip(images, post.outcomes, strict=True), start=1):
        if folder is not None and outcome.result is not None:
            _save(folder / _drawn_name(number, image), outcome.result, outcome.result.explain)
    return 1 if any(outcome.error for outcome in post.outcomes) else 0


def _summary(counts: Counter[str]) -> str:
    """Return such as ``12 images: 1 FLAG, 10 CLEAR, 1 ERROR``."""
    found = ", ".join(f"{counts[word]:,} {word}" for word in _COLOUR if counts[word])
    return f"{counts.total():,} images: {found}"
