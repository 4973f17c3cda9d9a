"""``wildvision scan``: score an archive, lose nothing, resume anywhere, grow with it."""

from __future__ import annotations

import datetime as dt
import json
import signal
import traceback
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wildvision.cli.options import LocalPath, detail_option, limit_options, limits, model_options
from wildvision.cli.output import Refusal, console, plain, table
from wildvision.cli.progress import Progress, follow
from wildvision.clips import SUFFIXES
from wildvision.errors import (
    ArchiveError,
    BankError,
    ModelError,
    OptionError,
    RuntimeBackendError,
    ScanError,
)

if TYPE_CHECKING:
    from wildvision.archive import Part, ScanRun
    from wildvision.archive.engines import Engine

FORMATS = ("parquet", "jsonl", "csv")
ENGINES = ("local", "ray")
_ALL_SCORED, _SOME_FAILED, _STOPPED, _UNEXPECTED = (
    0,
    1,
    3,
    4,
)  # exit statuses; click's own for wrong usage is 2
_MOST_SUFFIXES = 6  # that the summary names


@click.command(short_help="Score an archive of photos; resumes where it stopped, and grows.")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...", type=click.Path())
@click.option("--out", type=LocalPath(file_okay=False), required=True, help="Folder of the results.")
@model_options
@detail_option
@limit_options
@click.option(
    "--format",
    "file_format",
    type=click.Choice(FORMATS),
    default="parquet",
    show_default=True,
    help="Of the files with the rows.",
)
@click.option("--embeddings", is_flag=True, help="Add the embedding, for later search.")
@click.option(
    "--known",
    type=LocalPath(exists=True, dir_okay=False),
    metavar="BANK",
    help="Mark the photos that a bank of hashes knows; see `wildvision hashes`.",
)
@click.option(
    "--workers",
    type=click.IntRange(0),
    help="Processes; 0: none but this one. [default: WILDVISION_WORKERS, else one for each core]",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="local",
    show_default=True,
    help="What scores: processes of this machine, or the actors of a Ray cluster, at most --workers of them.",
)
@click.option("--address", help="Of the Ray cluster. [default: RAY_ADDRESS, else one that is started here]")
@click.option("--part-rows", type=click.IntRange(1), default=1000, show_default=True, help="Rows a part.")
@click.option("--limit", type=click.IntRange(1), help="Score at most so many.")
@click.option(
    "--sample", type=click.FloatRange(0, 1, min_open=True), default=1.0, help="Score this share, by id."
)
@click.option("--since", type=click.DateTime(), help="Score only what changed at or after this time (UTC).")
@click.option(
    "--group-by",
    metavar="folder|key|column:NAME",
    help="Give one answer for each post, too: a folder, a WebDataset key, or what a column of tables and lists names.",
)
@click.option("--retry-failed", is_flag=True, help="Score again what failed before, too.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object for each part, and one at the end."
)
@click.pass_context
def scan(context: click.Context, **options: Any) -> None:
    """Score every image in SOURCE...: folders, zip and tar archives, tables with images, lists of paths, globs, or -.

    With the extra `video`, short clips (MP4, MOV, WebM) are scored too, one row each.

    Results are rows, one for each image, read or failed, in OUT/parts. Run the same command again and it goes on
    where it stopped, and scores what was added or changed since; rows of what is gone are kept, and OUT/gone.jsonl
    names them. Control-C finishes the part at work; a second one ends at once and loses only that part.

    Exit status: 0 all was scored, 1 some images failed or there were none, 2 wrong usage, an unusable model or source,
    3 stopped early, 4 an unexpected error (what was scored is kept).
    """
    as_json, retry = options.pop("as_json"), options.pop("retry_failed")
    stopped = False
    _check_engine(options)
    try:
        run = _open(options)
        with (
            _interruptible(run, options["part_rows"]) as caught,
            follow(run, options["sources"], as_json) as view,
        ):
            for part in run.run(view.add, retry_failed=retry):
                if as_json:
                    click.echo(json.dumps({"event": "part", "part": part.number, **_counts((part,))}))
        stopped = bool(caught) and not run.account.is_complete
    except (ArchiveError, BankError, ScanError, ModelError, OptionError, RuntimeBackendError) as error:
        raise Refusal(str(error)) from error
    except KeyboardInterrupt:
        context.exit(_STOPPED)
    except Exception:  # noqa: BLE001 - it must not look like a scan in which some images failed
        traceback.print_exc()
        context.exit(_UNEXPECTED)
    counts = _counts(run.parts)
    if as_json:
        click.echo(json.dumps({"event": "stopped" if stopped else "done", **counts, **_account(run)}))
    else:
        _print_summary(counts, run, view, options["out"], stopped)
    failed = counts["errors"] or not run.account.met
    context.exit(_STOPPED if stopped else _SOME_FAILED if failed else _ALL_SCORED)


def _open(options: dict[str, Any]) -> ScanRun:
    from wildvision.archive import ScanOptions, ScanRun, Selection  # noqa: PLC0415  only this command needs it
    from wildvision.archive.decide import read_policy  # noqa: PLC0415

    engine = _engine(options)
    since: dt.datetime | None = options["since"]
    selection = Selection(
        limit=options["limit"],
        sample=options["sample"],
        since=since.replace(tzinfo=dt.UTC).timestamp() if since else None,
    )
    policy: str | None = options["policy"]
    names = ("sources", "model", "precision", "detail", "file_format", "embeddings", "part_rows", "workers")
    names += ("group_by", "known")
    chosen = {name: options[name] for name in names}
    return ScanRun(
        options["out"],
        ScanOptions(
            **chosen,
            policy=read_policy(policy) if policy else None,
            selection=selection,
            limits=limits(options["max_pixels"], options["max_bytes"]),
        ),
        engine,
    )


def _check_engine(options: dict[str, Any]) -> None:
    """Refuse options that say nothing of the chosen engine."""
    if options["engine"] == "local" and options["address"] is not None:
        raise click.UsageError("--address is that of a Ray cluster: give --engine ray with it")
    if options["engine"] == "ray" and options["workers"] == 0:
        raise click.UsageError("--engine ray needs at least one worker: leave --workers 0 out")


def _engine(options: dict[str, Any]) -> Engine | None:
    """Return what scores, where it is not this machine's own processes."""
    if options["engine"] == "local":
        return None
    from wildvision.archive.ray import RayEngine, RayOptions  # noqa: PLC0415

    return RayEngine(RayOptions(address=options["address"], max_actors=options["workers"]))


@contextmanager
def _interruptible(run: ScanRun, part_rows: int) -> Generator[list[int]]:
    """Let the first Control-C finish the part at work, and the second end the command; yields what was caught."""
    caught: list[int] = []

    def stop(number: int, _frame: object) -> None:
        caught.append(number)
        if len(caught) > 1:
            raise KeyboardInterrupt
        run.stop()
        click.echo(
            f"\nFinishing the part at work (at most {part_rows:,} images); press again to stop now.", err=True
        )

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield caught
    finally:
        signal.signal(signal.SIGINT, before)


def _counts(parts: tuple[Part, ...]) -> dict[str, Any]:
    verdicts: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    for part in parts:
        verdicts.update(part.verdicts)
        errors.update(part.errors)
    return {
        "images": sum(part.rows for part in parts),
        "bytes": sum(part.bytes for part in parts),
        "verdicts": dict(verdicts),
        "errors": dict(errors),
    }


def _account(run: ScanRun) -> dict[str, Any]:
    account = run.account
    return {
        "scored": account.scored,
        "rescored": account.rescored,
        "gone": account.gone,
        "skipped": dict(account.skipped.most_common()),
        "empty": account.empty,
        **({"posts": dict(posts)} if (posts := run.posts) else {}),
    }


def _print_summary(counts: dict[str, Any], run: ScanRun, view: Progress, out: Path, stopped: bool) -> None:
    output = console()
    if counts["images"]:
        rows = table("outcome", "images", "share")
        for name, count in [*sorted(counts["verdicts"].items()), *sorted(counts["errors"].items())]:
            rows.add_row(plain(name), f"{count:,}", f"{count / counts['images']:.1%}")
        output.print(rows)
    account = run.account
    output.print(
        f"{counts['images']:,} images, {counts['bytes'] / 1e6:,.1f} MB; this call scored {account.scored:,} new and "
        f"{account.rescored:,} again, in {view.seconds:,.0f} s"
    )
    for line in (*_notes(run, view), *_next_steps(counts, out, stopped)):
        output.print(plain(line))


def _notes(run: ScanRun, view: Progress) -> list[str]:
    """Return what a reader of the counts has to know beside them."""
    account = run.account
    notes = [f"{kind}, for instance {what}" for kind, what in view.failures.items()]
    if account.gone:
        notes.append(
            f"rows of images that these sources no longer hold: {account.gone:,}; gone.jsonl names them"
        )
    if account.skipped:
        shown = ", ".join(
            f"{suffix} {count:,}" for suffix, count in account.skipped.most_common(_MOST_SUFFIXES)
        )
        more = " and others" if len(account.skipped) > _MOST_SUFFIXES else ""
        notes.append(f"left out, being no images: {account.skipped.total():,} ({shown}{more})")
        clips = sum(account.skipped[suffix] for suffix in SUFFIXES)
        notes += [f"clips among them: {clips:,}; the extra `video` scores them"] if clips else []
    if posts := run.posts:
        found = ", ".join(f"{count:,} {verdict}" for verdict, count in sorted(posts.items()))
        notes.append(f"posts: {posts.total():,} ({found})")
    notes += [f"no image was found in {source}" for source in account.empty]
    return notes


def _next_steps(counts: dict[str, Any], out: Path, stopped: bool) -> list[str]:
    again = ["stopped early; run the same command again to go on"] if stopped else []
    if not counts["images"]:
        return again or [
            "nothing was scored: are these the right folders, and are the photos in one of the formats?"
        ]
    steps = [f"rows: {out}/parts", *again]
    if counts["errors"]:
        steps.append("to try what failed again: the same command with --retry-failed")
    steps.append(f"a page with every hit as a picture: wildvision report {out}")
    return steps
