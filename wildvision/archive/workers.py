"""Processes that score items; one that dies or hangs costs at most the item it was at."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from wildvision.archive.items import InMemory, Item
from wildvision.archive.rows import Row, Scorer

QUEUED = 8  # items at a worker, the one it scores included: it never waits for the next
HELD_BYTES = 32 * 1024 * 1024  # of images that are sent along with them: with more, two are enough
AHEAD = 1000  # items that may be drawn after the oldest one at work: rows that wait for it are bounded
_DEATHS = 2  # of a worker at the same item before the item is given up: the system may kill for memory once
_TICK_S = 0.5  # between two looks at rows of slow items, and at hanging workers

Numbered = tuple[int, Item]


class WorkerCrashError(RuntimeError):
    """Never raised: the name, in a row, of what killed the process that scored an item."""


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    connection: Connection  # items there, rows back
    hungry: Connection  # a word from the worker that half of its items are done; its end when it dies
    pending: deque[Numbered] = field(default_factory=deque[Numbered])
    progress: float = field(default_factory=time.monotonic)

    def has_room(self) -> bool:
        """Return whether it may be given another item."""
        if len(self.pending) < 2:
            return True
        held = sum(
            len(item.content.content) for _, item in self.pending if isinstance(item.content, InMemory)
        )
        return len(self.pending) < QUEUED and held < HELD_BYTES


class Workers:
    """A fixed number of processes, each with its own scorer.

    Args:
        make_scorer: Makes a scorer in the worker; must be picklable.
        count: Processes.
        timeout_s: Seconds that one item may take.
        ahead: How many items may be drawn while the oldest one is at work.
    """

    def __init__(
        self,
        make_scorer: Callable[[], Scorer],
        *,
        count: int,
        timeout_s: float = 120.0,
        ahead: int = AHEAD,
    ) -> None:
        self._make, self._timeout_s, self._ahead = make_scorer, timeout_s, ahead
        self._context = multiprocessing.get_context("spawn")
        self._workers = [self._start() for _ in range(count)]
        self._deaths: dict[int, int] = {}
        self._drawn = 0
        self._at_work: dict[int, int] = {}  # by number, oldest first: how many items had been drawn before it

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            self._stop(worker)  # it holds nothing that is not in a row already

    def score(self, items: Iterator[Numbered]) -> Iterator[tuple[int, Row]]:
        """Yield each item's number and row, as they are done.

        Items are drawn only as workers have room, and none too far ahead of one that takes long: a slow reader of the
        rows, or a slow item, slows everything down, and nothing piles up.
        """
        again: deque[Numbered] = deque()
        while True:
            self._feed(again, items)
            if not any(worker.pending for worker in self._workers):
                return
            for number, row in self._collect(again):
                del self._at_work[number]
                yield number, row

    def _feed(self, again: deque[Numbered], items: Iterator[Numbered]) -> None:
        for worker in sorted(self._workers, key=lambda worker: len(worker.pending)):
            if not worker.pending:
                worker.progress = time.monotonic()
            given: list[Numbered] = []
            while worker.has_room():
                following = again.popleft() if again else self._draw(items)
                if following is None:
                    break
                worker.pending.append(following)
                given.append(following)
            if given:
                with contextlib.suppress(OSError):  # it died; `_collect` sees it
                    worker.connection.send(given)

    def _draw(self, items: Iterator[Numbered]) -> Numbered | None:
        oldest = next(iter(self._at_work.values()), self._drawn)
        if self._drawn - oldest >= self._ahead:
            return None
        following = next(items, None)
        if following is not None:
            self._at_work[following[0]] = self._drawn
            self._drawn += 1
        return following

    def _collect(self, again: deque[Numbered]) -> Iterator[tuple[int, Row]]:
        """Wait until a worker wants more, then take the rows of all: to wake for each would cost time of a core."""
        wait([worker.hungry for worker in self._workers], timeout=_TICK_S)
        for worker in list(self._workers):
            with contextlib.suppress(EOFError, OSError):  # it died; its rows end below
                while worker.hungry.poll():
                    worker.hungry.recv_bytes()
            try:
                while worker.connection.poll():
                    number, row = worker.connection.recv()
                    worker.pending.popleft()
                    worker.progress = time.monotonic()
                    yield number, row
            except (EOFError, OSError):
                yield from self._bury(worker, again, "the process that decoded it died")
                continue
            if worker.pending and time.monotonic() - worker.progress > self._timeout_s:
                yield from self._bury(
                    worker, again, f"it took longer than {self._timeout_s:g} s", is_final=True
                )

    def _bury(
        self, worker: _Worker, again: deque[Numbered], reason: str, *, is_final: bool = False
    ) -> Iterator[tuple[int, Row]]:
        """Replace a worker, put what it held back in line, and give up the item that it keeps dying of."""
        self._stop(worker)
        self._workers[self._workers.index(worker)] = self._start()
        if not worker.pending:
            return
        number, item = worker.pending[0]
        self._deaths[number] = self._deaths.get(number, 0) + 1
        if is_final or self._deaths[number] >= _DEATHS:
            worker.pending.popleft()
            yield number, Row(id=item.id, error=WorkerCrashError.__name__, error_message=reason)
        again.extendleft(reversed(worker.pending))

    def _start(self) -> _Worker:
        mine, theirs = self._context.Pipe()
        hungry, tell = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_work, args=(theirs, tell, self._make), daemon=True)
        process.start()
        theirs.close()
        tell.close()
        return _Worker(process, mine, hungry)

    def _stop(self, worker: _Worker) -> None:
        worker.connection.close()
        worker.hungry.close()
        worker.process.kill()
        worker.process.join()


def _work(connection: Connection, tell: Connection, make_scorer: Callable[[], Scorer]) -> None:
    """Score what comes through the connection until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    inbox: queue.SimpleQueue[Numbered | None] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(connection, inbox), daemon=True).start()
    scorer = make_scorer()
    while (received := inbox.get()) is not None:
        number, item = received
        try:
            connection.send((number, scorer.score(item.id, item.content)))
            if inbox.qsize() <= QUEUED // 2:
                tell.send_bytes(b"")
        except OSError:
            return


def _receive(connection: Connection, inbox: queue.SimpleQueue[Numbered | None]) -> None:
    """Empty the pipe at once: a parent that waits for room in it would keep the others waiting."""
    try:
        while True:
            for numbered in connection.recv():
                inbox.put(numbered)
    except (EOFError, OSError):
        inbox.put(None)


def default_workers() -> int:
    """Return how many processes to use: one for each core that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
