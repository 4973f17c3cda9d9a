"""``wildvision teach``: a category from one's own photos, in a minute, with the others as they were."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wildvision.cli.options import LocalPath, complete_model
from wildvision.cli.output import Refusal, columns, console, plain, table
from wildvision.errors import (
    ArchiveError,
    LabelError,
    ModelError,
    OptionError,
    RuntimeBackendError,
    ScanError,
    TaxonomyError,
)
from wildvision.results import Verdict
from wildvision.taxonomy import Kind

if TYPE_CHECKING:
    from wildvision.adapt.teach import NewCategory, Taught
    from wildvision.manifest import Interval

_DECISIONS = ("confirmed", "rejected", "unsure")  # of people
_SAY_EVERY = 100  # photos
_SHOWN = 5  # photos that could not be read
_MORE = 10  # photos that are offered as the next step


@click.command(short_help="Teach a category from your own photos, and keep all others.")
@click.argument("category", metavar="NAME")
@click.argument("photos", nargs=-1, required=True, metavar="PHOTOS...", type=click.Path())
@click.option(
    "--not",
    "others",
    multiple=True,
    metavar="OTHERS",
    type=click.Path(),
    help="Photos of anything else, best of what it is mistaken for; may be repeated.",
)
@click.option(
    "--out",
    type=LocalPath(file_okay=False),
    required=True,
    help="Folder of the new model.",
)
@click.option(
    "--model",
    metavar="ID|DIR",
    help="The model to teach: a bundled one, or one taught before. [default: the released one]",
    shell_complete=complete_model,
)
@click.option(
    "--verdict",
    "verdicts",
    multiple=True,
    metavar="VERDICT",
    type=click.Choice([*(verdict.value for verdict in Verdict), *_DECISIONS], case_sensitive=False),
    help="Of a scan's results among PHOTOS or OTHERS, take the photos with this verdict, or this decision of a person "
    "(confirmed, rejected); may be repeated.",
)
@click.option("--name", metavar="TEXT", help="What a new category is called in results.")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in Kind]),
    default=None,
    help="Whether a new category is looked for or mistaken for what is. [default: product]",
)
@click.option(
    "--lookalike",
    "lookalikes",
    multiple=True,
    metavar="ID",
    help="What a new category is mistaken for, such as bone; may be repeated.",
)
@click.option(
    "--no-hashes",
    is_flag=True,
    help="Keep no perceptual hashes of your photos; `wildvision evaluate` cannot notice them then.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def teach(context: click.Context, **options: Any) -> None:
    """Teach the category NAME from photos that show it, and write a model that has it.

    PHOTOS are folders, archives, globs or a scan's results. Put the photos of each shop, case or phone into a folder of
    its own: each such source is left out in turn to say how photos of others will be found. Three photos are the least,
    ten of five sources a good start. NAME may be a category that is there (elephant_tusk): it learns from your photos
    beside those of the release. All other categories answer as before, to the bit.

    \b
      wildvision teach antler_lamp photos/ --not other-lamps/ --out my-model
      wildvision classify --model my-model photo.jpg

    Your photos stay where they are: the new model keeps two thousand weights and a perceptual hash of each photo, no
    pixels, paths or names. What those tell is in wildvision/adapt/README.md.

    Exit status: 0 taught, 1 these photos cannot teach it (it says why), 2 wrong usage or an unusable model.
    """  # noqa: D301  click needs the character itself
    from wildvision.adapt import teach as teaching  # noqa: PLC0415  only this command needs it

    as_json = options["as_json"]
    said = _Said(quiet=as_json)
    try:
        taught = teaching.teach(
            options["category"],
            options["photos"],
            out=options["out"],
            others=options["others"],
            model=options["model"],
            verdicts=options["verdicts"],
            new=_new(options),
            keep_hashes=not options["no_hashes"],
            advance=said.photo,
        )
    except LabelError as error:
        click.echo(f"Error: {error}", err=True)
        context.exit(1)
    except (ArchiveError, ScanError, ModelError, OptionError, TaxonomyError, RuntimeBackendError) as error:
        raise Refusal(str(error)) from error
    if as_json:
        click.echo(json.dumps(teaching.record_of(taught)))
    else:
        _print(taught, options["out"])


class _Said:
    """Says on standard error how many photos were read, where it takes long."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet, self._count = quiet, 0

    def photo(self, _name: str) -> None:
        self._count += 1
        if not self._quiet and self._count % _SAY_EVERY == 0:
            click.echo(f"{self._count:,} photos read", err=True)


def _new(options: dict[str, Any]) -> NewCategory | None:
    from wildvision.adapt.teach import NewCategory  # noqa: PLC0415

    if not (options["name"] or options["kind"] or options["lookalikes"]):
        return None
    return NewCategory(
        name=options["name"] or "",
        kind=Kind(options["kind"] or Kind.PRODUCT),
        lookalikes=tuple(options["lookalikes"]),
    )


def _print(taught: Taught, out: Path) -> None:
    output = console()
    seen, evidence = taught.noticed, taught.entry.evidence
    output.print(
        f"[bold]{plain(taught.category)}[/] taught from {seen.photos:,} photos of {seen.sources:,} "
        f"source{'s' * (seen.sources != 1)}; it now rests on {evidence.photos:,} real photos of {evidence.sources:,} "
        f"and {evidence.synthetic_photos:,} rendered ones"
    )
    output.print(f"[bold]{taught.entry.status}[/]: {plain(_status(taught))}\n")
    _print_numbers(taught)
    _print_costs(taught)
    for note in _notes(taught):
        output.print(plain(note))
    folder = shlex.quote(str(out))
    output.print()
    for line in (
        f"model: {out}",
        f"try it: wildvision classify --model {folder} PHOTO",
        f"        wildvision scan FOLDER --model {folder} --out results",
    ):
        output.print(plain(line), soft_wrap=True)


def _status(taught: Taught) -> str:
    from wildvision.adapt.status import rule  # noqa: PLC0415

    asked = rule().split(". `experimental`")[0].removeprefix("`supported`: ")
    if taught.entry.status == "supported":
        return f"it can be flagged. It has what that takes: {asked}."
    return f"it can ask for a review and never flags. To be supported takes {asked}."


def _print_numbers(taught: Taught) -> None:
    output, numbers = console(), taught.numbers
    rows = columns(32, 6, None)
    rows.add_row("[bold]found, of sources left out[/]", "", "")
    for label, found in (
        ("at 1 % false positives", numbers.at_1),
        ("at 5 % false positives", numbers.at_5),
        ("area under the curve", numbers.area),
    ):
        rows.add_row(label, f"{found.value:.2f}", _range(found))
    output.print(rows)
    output.print(f"{numbers.photos:,} photos with it, {numbers.others:,} without; ranges of 95 %\n")
    if numbers.left_by == "group":
        output.print(
            "All photos are of one source, so photos were left out instead of sources: on photos of others expect "
            "less. Put photos of each source into a folder of its own.\n"
        )
    if numbers.before:
        (one, five), (now_one, now_five) = numbers.before
        output.print(
            f"Of your photos the head before found {one:.2f} at 1 % and {five:.2f} at 5 %, the new one, with their "
            f"source left out, {now_one:.2f} and {now_five:.2f}.\n"
        )
    mistaken = ", ".join(f"{kind} ({count})" for kind, count in numbers.mistaken.items())
    output.print(plain(f"Taken for it most (the ten highest): {mistaken}"))
    output.print(plain(_curve(taught)) + "\n")


def _range(found: Interval) -> str:
    return f"{found.low:.2f} to {found.high:.2f}"


def _curve(taught: Taught) -> str:
    curve = taught.numbers.curve
    steps = ", ".join(
        f"{found:.2f} with {photos:.0f} photos"
        for photos, found in zip(curve.photos, curve.found, strict=True)
    )
    return (
        f"Learning curve, at 5 %: {steps}; with {_MORE} more photos from 2 more sources expect about "
        f"{curve.expected(_MORE):.2f}."
    )


def _print_costs(taught: Taught) -> None:
    if not taught.costs:
        return
    rows = table(
        "policy", "review\nfrom", "flag\nfrom", "found", "of 1,000\neveryday", "of 1,000\nlook-alikes"
    )
    for cost in taught.costs:
        rows.add_row(
            plain(cost.policy),
            "never" if cost.review is None else f"{cost.review:.2%}",
            "never" if cost.flag is None else f"{cost.flag:.2%}",
            f"{cost.found:.2f}",
            f"{cost.everyday:.1f}",
            "-" if cost.lookalikes is None else f"{cost.lookalikes:.1f}",
        )
    console().print(rows)
    console().print(
        "What each policy's thresholds find of sources left out, and how many other photos they send to review.\n"
    )


def _notes(taught: Taught) -> Iterator[str]:
    seen = taught.noticed
    if seen.same_file:
        yield f"Left out, being the same file as another: {seen.same_file}."
    if seen.look_alike:
        yield f"Photos that look like another of them: {seen.look_alike}; they were left out together."
    if seen.in_training:
        yield f"Photos that taught the released model already: {seen.in_training}; your label counts."
    if not seen.compared:
        yield (
            "Near-duplicates were not looked for, so the numbers are too good where a photo is there twice: install "
            "wildvision with its extra `scan`, e.g. `pip install '.[scan]'` in a checkout."
        )
    for name, why in seen.unreadable[:_SHOWN]:
        yield f"Not read: {name}: {why}"
    if len(seen.unreadable) > _SHOWN:
        yield f"Not read: {len(seen.unreadable) - _SHOWN} more."
