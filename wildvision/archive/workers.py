"""Processes that score items; one that dies or hangs costs at most the item it was at.

Where no process can be started (inside a pool's worker, which is daemonic) or none is wanted, items are scored in the
calling process: `make_pool` chooses.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Protocol

from wildvision.archive.items import InMemory, Item
from wildvision.archive.rows import WORKER_CRASH, Copy, Row, Scorer
from wildvision.errors import ScanError
from wildvision.runtime import available_cpus

WORKERS_VARIABLE = "WILDVISION_WORKERS"
"""Environment variable: how many processes a scan uses where nothing else is asked for."""

QUEUED = 8  # items at a worker, the one it scores included: it never waits for the next
HELD_BYTES = 32 * 1024 * 1024  # of images that are sent along with them: with more, two are enough
AHEAD = 1000  # items that may be drawn after the oldest one at work: rows that wait for it are bounded
_DEATHS = 2  # of a worker at the same item before the item is given up: the system may kill for memory once
_FALSE_STARTS = (
    5  # workers in a row that die before they are ready, once others were: memory may have been short
)
_CANNOT_START = (
    "each worker process imports the script that starts it: put the script into a file, with the call below "
    '`if __name__ == "__main__":`, or score in the calling process with workers=0 (--workers 0)'
)
_TICK_S = 0.5  # between two looks at rows of slow items, and at hanging workers

Numbered = tuple[int, Item]
Scored = tuple[int, Row | Copy]


class Pool(Protocol):
    """What scores items, in whatever processes."""

    def __enter__(self) -> Pool: ...
    def __exit__(self, *_: object) -> None: ...
    def score(self, items: Iterator[Numbered]) -> Iterator[Scored]:
        """Yield each item's key and row, as they are done."""
        ...

    def again(self, key: int, item: Item) -> None:
        """Score an item once more, before those that follow."""
        ...


def make_pool(make_scorer: Callable[[], Scorer], count: int | None) -> Pool:
    """Return what scores items.

    Args:
        make_scorer: Makes a scorer; picklable, for it is called in each process.
        count: Processes; 0: none, the calling process scores, without a time limit an item and without protection
            from what kills a decoder; None: as ``WILDVISION_WORKERS`` says, else one for each core. In a daemonic
            process, which may have no children, it is 0 whatever is asked for.

    Raises:
        ScanError: ``WILDVISION_WORKERS`` is no number, or the script came on standard input: no process can import it.
    """
    _refuse_import()
    count = default_workers() if count is None else count
    if count == 0 or multiprocessing.current_process().daemon:
        return InProcess(make_scorer)
    if getattr(sys.modules["__main__"], "__file__", None) == "<stdin>":
        raise ScanError(f"expected a script in a file, found one on standard input; {_CANNOT_START}")
    return Workers(make_scorer, count=count)


def _refuse_import() -> None:
    """End a worker that comes here while it imports the caller's script, which lacks a main guard.

    The parent says what is wrong; a traceback of each worker would only hide it.
    """
    if getattr(
        multiprocessing.current_process(), "_inheriting", False
    ):  # as multiprocessing.spawn itself asks
        raise SystemExit("wildvision: a worker found the scan at the top level of the script")


class InProcess:
    """Scores items in the calling process.

    Args:
        make_scorer: Makes the scorer.
    """

    def __init__(self, make_scorer: Callable[[], Scorer]) -> None:
        self._scorer = make_scorer()
        self._again: deque[Numbered] = deque()

    def __enter__(self) -> InProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._scorer.close()

    def score(self, items: Iterator[Numbered]) -> Iterator[Scored]:
        """Yield each item's key and row, in order."""
        while True:
            following = self._again.popleft() if self._again else next(items, None)
            if following is None:
                return
            key, item = following
            yield key, self._scorer.score(key, item)

    def again(self, key: int, item: Item) -> None:
        """Score an item once more, before those that follow."""
        self._again.append((key, item))


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    connection: Connection  # items there, rows back
    hungry: Connection  # a word from the worker that half of its items are done; its end when it dies
    pending: deque[Numbered] = field(default_factory=deque[Numbered])
    progress: float = field(default_factory=time.monotonic)
    ready: bool = False  # it has said so: its scorer is made

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
        self._again: deque[Numbered] = deque()
        self._false_starts = 0  # in a row
        self._was_ready = False  # any worker
        self._drawn = 0
        self._at_work: dict[int, int] = {}  # by number, oldest first: how many items had been drawn before it

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            self._stop(worker)  # it holds nothing that is not in a row already

    def score(self, items: Iterator[Numbered]) -> Iterator[Scored]:
        """Yield each item's key and row, as they are done.

        Items are drawn only as workers have room, and none too far ahead of one that takes long: a slow reader of the
        rows, or a slow item, slows everything down, and nothing piles up.

        Raises:
            ScanError: The workers cannot be started.
        """
        while True:
            self._feed(items)
            if not any(worker.pending for worker in self._workers):
                return
            for key, row in self._collect():
                del self._at_work[key]
                yield key, row

    def again(self, key: int, item: Item) -> None:
        """Score an item once more, before those that follow."""
        self._at_work[key] = self._drawn
        self._again.append((key, item))

    def _feed(self, items: Iterator[Numbered]) -> None:
        for worker in sorted(self._workers, key=lambda worker: len(worker.pending)):
            if not worker.pending:
                worker.progress = time.monotonic()
            given: list[Numbered] = []
            while worker.has_room():
                following = self._again.popleft() if self._again else self._draw(items)
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

    def _collect(self) -> Iterator[Scored]:
        """Wait until a worker wants more, then take the rows of all: to wake for each would cost time of a core."""
        wait([worker.hungry for worker in self._workers], timeout=_TICK_S)
        for worker in list(self._workers):
            self._listen(worker)
            is_alive = yield from self._rows_of(worker)
            if not is_alive:
                yield from self._bury(worker, "the process that decoded it died")
            elif worker.pending and time.monotonic() - worker.progress > self._timeout_s:
                yield from self._bury(worker, f"it took longer than {self._timeout_s:g} s", is_final=True)

    def _rows_of(self, worker: _Worker) -> Generator[Scored, None, bool]:
        """Yield what a worker has done; returns whether it lives."""
        try:
            while worker.connection.poll():
                key, row = worker.connection.recv()
                worker.pending.popleft()
                worker.progress = time.monotonic()
                yield key, row
        except (EOFError, OSError):
            return False
        return True

    def _listen(self, worker: _Worker) -> None:
        """Take the words of a worker: the first says that it is ready, the others that it wants more."""
        with contextlib.suppress(EOFError, OSError):  # it died; its rows end in `_collect`
            while worker.hungry.poll():
                worker.hungry.recv_bytes()
                worker.ready = self._was_ready = True
                self._false_starts = 0

    def _bury(self, worker: _Worker, reason: str, *, is_final: bool = False) -> Iterator[Scored]:
        """Replace a worker, put what it held back in line, and give up the item that it keeps dying of."""
        self._stop(worker)
        if not worker.ready:
            self._note_false_start(worker)
        self._workers[self._workers.index(worker)] = self._start()
        if worker.ready and worker.pending:
            key, item = worker.pending[0]
            self._deaths[key] = self._deaths.get(key, 0) + 1
            if is_final or self._deaths[key] >= _DEATHS:
                worker.pending.popleft()
                yield (
                    key,
                    Row(
                        id=item.id, stamp=item.stamp, post=item.post, error=WORKER_CRASH, error_message=reason
                    ),
                )
        self._again.extendleft(reversed(worker.pending))

    def _note_false_start(self, worker: _Worker) -> None:
        self._false_starts += 1
        if not self._was_ready or self._false_starts > _FALSE_STARTS:
            raise ScanError(
                f"expected worker processes that start, found that they end before the first image (exit status "
                f"{worker.process.exitcode}); {_CANNOT_START}"
            )

    def _start(self) -> _Worker:
        mine, theirs = self._context.Pipe()
        hungry, tell = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_work, args=(theirs, tell, self._make), daemon=True)
        with _uninterrupted():
            process.start()
        theirs.close()
        tell.close()
        return _Worker(process, mine, hungry)

    def _stop(self, worker: _Worker) -> None:
        worker.connection.close()
        worker.hungry.close()
        worker.process.kill()
        worker.process.join()


@contextlib.contextmanager
def _uninterrupted() -> Generator[None]:
    """Keep Control-C from a process that is started here, from its first instruction on: it inherits the mask.

    The parent decides when to stop; what it is sent meanwhile, it gets right after.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # it unblocks the signal when it starts, which would be in the block below
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(connection: Connection, tell: Connection, make_scorer: Callable[[], Scorer]) -> None:
    """Score what comes through the connection until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where it could not be blocked before
    inbox: queue.SimpleQueue[Numbered | None] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(connection, inbox), daemon=True).start()
    scorer = make_scorer()
    try:
        tell.send_bytes(b"")
        while (received := inbox.get()) is not None:
            connection.send((received[0], scorer.score(*received)))
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
    """Return how many processes to use: as ``WILDVISION_WORKERS`` says, else one for each core that may be used.

    Raises:
        ScanError: The variable is no number of 0 or more.
    """
    asked = os.environ.get(WORKERS_VARIABLE, "").strip()
    if not asked:
        return available_cpus()
    if not asked.isdecimal():
        raise ScanError(f"expected a number of processes in {WORKERS_VARIABLE}, found {asked!r}")
    return int(asked)
