"""Counted progress of long work: a bar where somebody watches, a line a minute where only a log does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

EVERY_S = 60.0  # between two lines


@contextmanager
def counted(what: str, total: int, *, done: int = 0) -> Iterator[Callable[[int], None]]:
    """Show on standard error how much is done of all, and the time left.

    Args:
        what: Is being done, such as ``"features"``.
        total: How many there are.
        done: Of them before this began: they say nothing about the speed.

    Yields:
        A function to call with the number done since the last call.
    """
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield _Lines(console, what, total, done).advance
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=total, completed=done)
        yield lambda count: bar.advance(task, count)


class _Lines:
    def __init__(self, console: Console, what: str, total: int, done: int) -> None:
        self._console, self._what, self._total, self._done = console, what, total, done
        self._first, self._started, self._shown = done, time.monotonic(), time.monotonic()

    def advance(self, count: int) -> None:
        self._done += count
        now = time.monotonic()
        if now - self._shown < EVERY_S:
            return
        self._shown = now
        speed = (self._done - self._first) / max(now - self._started, 1e-9)
        left = (self._total - self._done) / speed if speed else float("inf")
        self._console.print(
            f"{self._what}: {self._done:,} of {self._total:,}, about {max(left / 60, 1):.0f} min left",
            soft_wrap=True,
        )
