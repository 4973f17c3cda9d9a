"""``wildvision scan``: score an archive, lose nothing, resume anywhere."""

from __future__ import annotations

import datetime as dt
import json
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wildvision.cli.options import model_options
from wildvision.cli.output import console, plain, table
from wildvision.errors import ArchiveError, ModelError, RuntimeBackendError, ScanError

if TYPE_CHECKING:
    from wildvision.archive import Part, Row, ScanRun

FORMATS = ("parquet", "jsonl", "csv")


@click.command(short_help="Score an archive of photos; resumes where it stopped.")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder of the results."
)
@model_options
@click.option("--format", "file_format", type=click.Choice(FORMATS), default="parquet", show_default=True)
@click.option("--embeddings", is_flag=True, help="Add the embedding, for later search.")
@click.option("--workers", type=click.IntRange(1), help="Processes. [default: one for each core]")
@click.option("--part-rows", type=click.IntRange(1), default=1000, show_default=True, help="Rows a part.")
@click.option("--limit", type=click.IntRange(1), help="Score at most so many.")
@click.option(
    "--sample", type=click.FloatRange(0, 1, min_open=True), default=1.0, help="Score this share, by id."
)
@click.option("--since", type=click.DateTime(), help="Score only what changed at or after this time (UTC).")
@click.option("--retry-failed", is_flag=True, help="Score again what failed in a finished scan.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object for each part, and one at the end."
)
@click.pass_context
def scan(context: click.Context, **options: Any) -> None:
    """Score every image in SOURCE...: folders, zip and tar archives, tables with images, lists of paths, globs, or -.

    Results are rows, one for each image, read or failed, in OUT/parts. Run the same command again and it goes on
    where it stopped. Control-C finishes the part at work; a second one ends at once and loses only that part.

    Exit status: 0 all was scored, 1 some images failed, 2 wrong usage, an unusable model or source, 3 stopped early.
    """
    as_json, retry = options.pop("as_json"), options.pop("retry_failed")
    try:
        run = _open(options)
        with _interruptible(run) as stopped, _view(run, options["sources"], as_json) as advance:
            started = time.monotonic()
            for part in run.retry_failed(advance) if retry else run.run(advance):
                if as_json:
                    click.echo(json.dumps({"event": "part", "part": part.number, **_counts((part,))}))
    except (ArchiveError, ScanError, ModelError, RuntimeBackendError) as error:
        raise click.UsageError(str(error)) from error
    counts = _counts(run.parts)
    if as_json:
        click.echo(json.dumps({"event": "stopped" if stopped else "done", **counts}))
    else:
        _print_summary(counts, time.monotonic() - started, options["out"])
        if stopped:
            click.echo("Stopped early; run the same command again to go on.", err=True)
    context.exit(3 if stopped else 1 if counts["errors"] else 0)


def _open(options: dict[str, Any]) -> ScanRun:
    from wildvision.archive import ScanOptions, ScanRun, Selection  # noqa: PLC0415  only this command needs it

    since: dt.datetime | None = options["since"]
    selection = Selection(
        limit=options["limit"],
        sample=options["sample"],
        since=since.replace(tzinfo=dt.UTC).timestamp() if since else None,
    )
    return ScanRun(
        options["out"],
        ScanOptions(
            sources=options["sources"],
            model=options["model"],
            policy=options["policy"],
            precision=options["precision"],
            file_format=options["file_format"],
            embeddings=options["embeddings"],
            part_rows=options["part_rows"],
            selection=selection,
            workers=options["workers"],
        ),
    )


@contextmanager
def _interruptible(run: ScanRun) -> Generator[list[int]]:
    """Let the first Control-C finish the part at work, and the second end the command; yields what was caught."""
    caught: list[int] = []

    def stop(number: int, _frame: object) -> None:
        caught.append(number)
        if len(caught) > 1:
            raise KeyboardInterrupt
        run.stop()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield caught
    finally:
        signal.signal(signal.SIGINT, before)


def _view(
    run: ScanRun, sources: tuple[str, ...], as_json: bool
) -> AbstractContextManager[Callable[[Row], None]]:
    """Return what shows each row: a live line on a terminal, nothing elsewhere."""
    return nullcontext(_unseen) if as_json or not sys.stderr.isatty() else _live(run, sources)


def _unseen(_row: Row) -> None:
    """Show nothing."""


@contextmanager
def _live(run: ScanRun, sources: tuple[str, ...]) -> Generator[Callable[[Row], None]]:
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    speed = Speed(done=sum(part.bytes for part in run.parts))
    threading.Thread(target=speed.estimate, args=(sources,), daemon=True).start()
    columns = (TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("starting", total=None)

        def advance(row: Row) -> None:
            speed.add(row)
            bar.update(task, description=plain(speed.line(time.monotonic())))

        yield advance


class Speed:
    """What the live line says: counts, rates, and how long the rest will take.

    Args:
        done: Bytes of images that earlier calls scored.
        started: When this call began, as `time.monotonic` gives it; None: now.
    """

    def __init__(self, *, done: int = 0, started: float | None = None) -> None:
        self._done, self._total = done, None
        self._started = time.monotonic() if started is None else started
        self._outcomes: Counter[str] = Counter()
        self._bytes = 0

    def estimate(self, sources: Sequence[str]) -> None:
        """Find out how much there is; may take long, so it has a thread of its own."""
        from wildvision.archive.sources import local_bytes  # noqa: PLC0415

        self._total = local_bytes(sources)

    def add(self, row: Row) -> None:
        """Count a row."""
        self._outcomes[row.verdict or row.error or ""] += 1
        self._bytes += row.bytes or 0

    def line(self, now: float) -> str:
        """Return the line, such as ``1,200 images  85.0/s  12.1 MB/s  CLEAR 1,190  FLAG 10  about 0:12:00 left``."""
        seconds, images = max(now - self._started, 1e-3), self._outcomes.total()
        found = "  ".join(f"{name} {count:,}" for name, count in sorted(self._outcomes.items()))
        text = f"{images:,} images  {images / seconds:.1f}/s  {self._bytes / 1e6 / seconds:.1f} MB/s  {found}"
        if self._total is None or not self._bytes:
            return text
        rest = max(self._total - self._done - self._bytes, 0) / self._bytes * seconds
        return f"{text}  about {dt.timedelta(seconds=round(rest))} left"


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


def _print_summary(counts: dict[str, Any], seconds: float, out: Path) -> None:
    rows = table("outcome", "images", "share")
    total = max(counts["images"], 1)
    for name, count in [*sorted(counts["verdicts"].items()), *sorted(counts["errors"].items())]:
        rows.add_row(plain(name), f"{count:,}", f"{count / total:.1%}")
    output = console()
    output.print(rows)
    output.print(
        f"{counts['images']:,} images, {counts['bytes'] / 1e6:,.0f} MB; this call took {seconds:,.0f} s"
    )
    output.print(f"rows in {plain(str(out))}/parts")
