"""The pool: keeps scoring processes alive, and holds what waits for them.

One thread looks after each process: it hands over a job, waits for the reply or the end of its time, and starts another
process where one died. A process holds one job at a time, so that its death costs one answer, which is 503.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import multiprocessing
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

import msgspec

from wildvision.errors import ServiceError, UnavailableError
from wildvision.serve.answers import Reply, reply_of
from wildvision.serve.jobs import Job, pack_job, unpack_reply
from wildvision.serve.scoring import FAILED, READY, Setup, work

_log = logging.getLogger(__name__)

LARGE = 4 * 2**20
"""Bytes from which a job counts as large: such jobs never have all processes. Photos of phones are about this size."""

_TICK_S = 0.5  # between two looks at whether an idle process lives
_STARTS_S = 120.0  # that a process may take to load the model
_LONGEST_PAUSE_S = 10.0  # before another try to start one
_MOST_REPLY = 64 * 2**20  # bytes; an answer with maps of a post is below 1 MB
_MEMORY = 0.1  # weight of the last job in the mean time of a job


class Held:
    """A job that waits or is worked on.

    Args:
        job: What is asked.
        deadline: On the monotonic clock, seconds.
        loop: Whose future is set.
    """

    def __init__(self, job: Job, deadline: float, loop: asyncio.AbstractEventLoop) -> None:
        self.content, self.is_large = pack_job(job), len(job.image) >= LARGE
        self.deadline, self._loop = deadline, loop
        self.reply: asyncio.Future[Reply] = loop.create_future()

    def settle(self, reply: Reply) -> None:
        """Hand over the reply, from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
            self._loop.call_soon_threadsafe(self._set, reply)

    def _set(self, reply: Reply) -> None:
        if not self.reply.done():
            self.reply.set_result(reply)


class Line:
    """The jobs that wait, in order; large ones wait until they leave a process to the others.

    Args:
        most: Jobs that may wait or be worked on.
        processes: That take them.
    """

    def __init__(self, *, most: int, processes: int) -> None:
        self._most, self._most_large, self._processes = most, max(1, processes - 1), processes
        self._waiting: deque[Held] = deque()
        self._at_work = self._large_at_work = 0
        self._changed = threading.Condition()
        self._job_s = 0.1  # mean time of a job; learned

    def __len__(self) -> int:
        return len(self._waiting) + self._at_work

    def put(self, jobs: Sequence[Held]) -> None:
        """Add jobs at the end, all or none.

        Raises:
            UnavailableError: There is no room for them.
        """
        with self._changed:
            if len(self) + len(jobs) > self._most:
                raise self.is_full()
            self._waiting.extend(jobs)
            self._changed.notify(len(jobs))

    def is_full(self) -> UnavailableError:
        """Return the refusal, with the time in which half of what waits will be done."""
        wait_s = len(self) * self._job_s / self._processes / 2
        return UnavailableError(
            f"expected room for the request, found {len(self)} images before it; send it again later",
            retry_after_s=min(60, max(1, math.ceil(wait_s))),
        )

    def has_room(self) -> bool:
        """Whether one more job would be taken."""
        return len(self) < self._most

    def take(self, timeout_s: float) -> Held | None:
        """Return the next job, which counts as at work until `done`; None: there was none in that time."""
        with self._changed:
            found = self._next()
            if found is None and self._changed.wait(timeout_s):
                found = self._next()
            if found is not None:
                self._at_work += 1
                self._large_at_work += found.is_large
            return found

    def _next(self) -> Held | None:
        for held in self._waiting:
            if not held.is_large or self._large_at_work < self._most_large:
                self._waiting.remove(held)
                return held
        return None

    def done(self, held: Held, seconds: float | None) -> None:
        """Count a job as no longer at work.

        Args:
            held: From `take`.
            seconds: That it took; None: it was not finished.
        """
        with self._changed:
            self._at_work -= 1
            self._large_at_work -= held.is_large
            if seconds is not None:
                self._job_s += _MEMORY * (seconds - self._job_s)
            self._changed.notify()

    def back(self, held: Held) -> None:
        """Put a job that was taken back in front; `done` counts it as no longer at work."""
        with self._changed:
            self._waiting.appendleft(held)

    def drop(self, held: Held) -> None:
        """Forget a job that nobody waits for any more."""
        with self._changed, contextlib.suppress(ValueError):
            self._waiting.remove(held)


class Pool:
    """Processes that score.

    Args:
        setup: What each scores with.
        count: How many.
        waiting: Jobs that may wait or be worked on.
        on_death: Is told, from another thread, that a process ended that should not have.
    """

    def __init__(
        self,
        setup: Setup,
        *,
        count: int,
        waiting: int,
        on_death: Callable[[], None] = lambda: None,
    ) -> None:
        self.setup, self.on_death = setup, on_death
        self.line = Line(most=waiting, processes=count)
        self.context = multiprocessing.get_context("spawn")
        self.closing = threading.Event()
        self._keepers = [_Keeper(self) for _ in range(count)]
        self._told = threading.Event()
        self._complaint: str | None = None

    @property
    def ready(self) -> int:
        """How many processes can take a job."""
        return sum(keeper.is_ready for keeper in self._keepers)

    @property
    def processes(self) -> tuple[int, ...]:
        """Ids of the processes that live."""
        return tuple(pid for keeper in self._keepers if (pid := keeper.pid) is not None)

    def start(self) -> None:
        """Start the processes, and wait until the first can work.

        Raises:
            ServiceError: None can.
        """
        for keeper in self._keepers:
            keeper.start()
        self._told.wait(_STARTS_S)
        if not self.ready:
            self.close()
            raise ServiceError(
                self._complaint or f"expected a process to be ready in {_STARTS_S:g} s, found none"
            )

    def close(self) -> None:
        """End all processes; jobs that wait are answered that they were not done."""
        self.closing.set()
        for keeper in self._keepers:
            if keeper.is_alive():
                keeper.join(2 * _TICK_S + 5)
        while (held := self.line.take(0)) is not None:
            held.settle(reply_of(UnavailableError("expected a running service, found that it ends")))

    async def answer(self, jobs: Sequence[Job], seconds: float) -> list[Reply]:
        """Return the reply to each job.

        Args:
            jobs: All of one request.
            seconds: After which what is not answered counts as failed, and what works on it is ended.

        Raises:
            UnavailableError: There is no room for them.
        """
        loop = asyncio.get_running_loop()
        deadline = time.monotonic() + seconds
        held = [Held(job, deadline, loop) for job in jobs]
        self.line.put(held)
        try:
            await asyncio.wait([one.reply for one in held], timeout=seconds)
            return [one.reply.result() if one.reply.done() else _out_of_time(seconds) for one in held]
        finally:
            for one in held:
                if not one.reply.done():
                    one.reply.cancel()
                    self.line.drop(one)

    def tell(self, complaint: str | None) -> None:
        """Say that a process is ready (None), or why it is not."""
        if complaint is not None and self._complaint is None:
            self._complaint = complaint
        self._told.set()


class _Keeper(threading.Thread):
    """Keeps one scoring process alive and hands it jobs."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(name="wildvision-keeper", daemon=True)
        self._pool = pool
        self.is_ready = False
        self._process: SpawnProcess | None = None

    @property
    def pid(self) -> int | None:
        """Of the process."""
        return self._process.pid if self._process is not None and self.is_ready else None

    def run(self) -> None:
        """Start a process again and again, until the pool closes."""
        if hasattr(signal, "pthread_sigmask"):  # its processes inherit this, before their first instruction
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        failures = 0
        while not self._pool.closing.is_set():
            failures = 0 if self._live() else failures + 1
            if not self._pool.closing.is_set():
                self._pool.on_death()
                self._pool.closing.wait(min(_LONGEST_PAUSE_S, 0.1 * 2**failures) if failures else 0)

    def _live(self) -> bool:
        """Keep one process until it ends; returns whether it was ever ready."""
        mine, theirs = self._pool.context.Pipe()
        process = self._pool.context.Process(target=work, args=(theirs, self._pool.setup), daemon=True)
        process.start()
        theirs.close()
        self._process = process
        try:
            self.is_ready = self._is_ready(mine)
            if not self.is_ready:
                return False
            self._pool.tell(None)
            while self._serve(process, mine):
                pass
            return True
        finally:
            self.is_ready = False
            process.kill()
            process.join()
            mine.close()

    def _is_ready(self, mine: Connection) -> bool:
        try:
            word = mine.recv_bytes() if mine.poll(_STARTS_S) else b""
        except (EOFError, OSError):
            word = b""
        if word == READY:
            return True
        reason = word.removeprefix(FAILED).decode("utf-8", "replace") or "it ended before it could say why"
        _log.error("a scoring process cannot start: %s", reason)
        self._pool.tell(reason)
        return False

    def _serve(self, process: SpawnProcess, mine: Connection) -> bool:
        """Have one job done, or wait a little for one; returns whether the process can go on."""
        if self._pool.closing.is_set() or not process.is_alive():
            return False
        held = self._pool.line.take(_TICK_S)
        if held is None:
            return True
        started, seconds = time.monotonic(), None
        try:
            if held.reply.done() or started >= held.deadline:
                return True
            # It ended while it waited, and holds nothing: an idle process says nothing, so that there is only an end to
            # read. Asking whether it lives can miss that, where another thread has just taken note of its end.
            if mine.poll() or not process.is_alive():
                return self._hand_back(held)
            reply = _exchange(mine, held)
            held.settle(reply or _out_of_time(held.deadline - started))
            seconds = time.monotonic() - started
            return reply is not None
        except (EOFError, OSError, msgspec.MsgspecError):
            _log.error("a scoring process ended at work; another one starts")
            held.settle(reply_of(UnavailableError(_LOST)))
            return False
        finally:
            self._pool.line.done(held, seconds)

    def _hand_back(self, held: Held) -> bool:
        self._pool.line.back(held)
        return False


def _exchange(mine: Connection, held: Held) -> Reply | None:
    """Return the reply to a job; None: its time is over."""
    mine.send_bytes(held.content)
    if not mine.poll(max(0.0, held.deadline - time.monotonic())):
        return None
    return unpack_reply(mine.recv_bytes(_MOST_REPLY))


def _out_of_time(seconds: float) -> Reply:
    return reply_of(
        UnavailableError(
            f"expected an answer within {seconds:.0f} s, found none; send the request again later"
        )
    )


_LOST = "expected the process at work to answer, found that it ended; send the request again"
