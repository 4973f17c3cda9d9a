"""Progress of a long run: a bar on a terminal, elsewhere a line a minute on standard error."""

from __future__ import annotations

import datetime as dt
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from wildvision.cli.output import console

if TYPE_CHECKING:
    from wildvision.archive import Row, ScanRun

_LINE_EVERY_S = 60.0


class Progress:
    """Counts rows and says how far the run is.

    Args:
        done: Bytes of images that earlier calls scored.
        started: When this call began, as `time.monotonic` gives it; None: now.
    """

    def __init__(self, *, done: int = 0, started: float | None = None) -> None:
        self._done, self._total = done, None
        self._started = time.monotonic() if started is None else started
        self._outcomes: Counter[str] = Counter()
        self._bytes = 0
        self.failures: dict[str, str] = {}  # the first of each kind in this call: what failed, and why

    def estimate(self, sources: Sequence[str]) -> None:
        """Find out how many bytes there are in all; may take long, so it has a thread of its own."""
        from wildvision.archive.sources import local_bytes  # noqa: PLC0415

        self._total = local_bytes(sources)

    def add(self, row: Row) -> None:
        """Count a row."""
        self._outcomes[row.verdict or row.error or ""] += 1
        self._bytes += row.bytes or 0
        if row.error:
            self.failures.setdefault(row.error, f"{row.id}: {row.error_message}")

    @property
    def seconds(self) -> float:
        """Since this call began."""
        return time.monotonic() - self._started

    def share(self) -> float | None:
        """Return how much of the bytes is done, 0 to 1; None: not known."""
        return min((self._done + self._bytes) / self._total, 1.0) if self._total else None

    def line(self, seconds: float) -> str:
        """Return where the run is after so many seconds.

        Such as ``42 %, about 0:12:00 left; 1,200 images in 0:01:00 (20.0 a second): CLEAR 1,190, FLAG 10``.
        """
        seconds, images = max(seconds, 1e-3), self._outcomes.total()
        found = ", ".join(f"{name} {count:,}" for name, count in sorted(self._outcomes.items()))
        elapsed = dt.timedelta(seconds=round(seconds))
        text = (
            f"{images:,} images in {elapsed} ({images / seconds:.1f} a second){': ' if found else ''}{found}"
        )
        share = self.share()
        if share is None or not self._bytes:
            return text
        rest = max((self._total or 0) - self._done - self._bytes, 0) / self._bytes * seconds
        return f"{100 * share:.0f} %, about {dt.timedelta(seconds=round(rest))} left; {text}"


@contextmanager
def follow(run: ScanRun, sources: tuple[str, ...], as_json: bool) -> Generator[Progress]:
    """Show how far a run is until the block ends; yields what has to be told of each row."""
    progress = Progress(done=sum(part.bytes for part in run.parts))
    threading.Thread(target=progress.estimate, args=(sources,), daemon=True).start()
    ended = threading.Event()
    show = _draw if sys.stderr.isatty() and not as_json else _say
    thread = threading.Thread(target=show, args=(progress, ended), daemon=True)
    thread.start()
    try:
        yield progress
    finally:
        ended.set()
        thread.join()


@contextmanager
def steps() -> Generator[Callable[[str, int, int | None], None]]:
    """Show the steps of something that ends within minutes, on a terminal only; yields what has to be told of them."""
    shown = console(stderr=True)
    if not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
        return
    with shown.status("starting") as status:

        def tell(what: str, done: int, total: int | None) -> None:
            of = "" if total is None else f" of {total:,}"
            status.update(f"{what}: {done:,}{of}" if done else what)

        yield tell


def _say(progress: Progress, ended: threading.Event) -> None:
    while not ended.wait(_LINE_EVERY_S):
        click.echo(progress.line(progress.seconds), err=True)


def _draw(progress: Progress, ended: threading.Event) -> None:
    from rich.progress import BarColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    columns = (BarColumn(bar_width=20), TextColumn("{task.description}", markup=False))
    with Bar(*columns, console=console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)
        while not ended.wait(0.2):
            share = progress.share()
            text = progress.line(progress.seconds)
            bar.update(
                task, description=text, total=1.0 if share is not None else None, completed=share or 0.0
            )
