"""The clock of the Ray benchmark: time on cores that never falls, and so no negative time for a photo."""

from __future__ import annotations

import subprocess
import sys
import time

from tests.benchmarks.processors import Seen, Spent, tree

DRIVER = Seen((1, 0.0), ("python", "-m", "scan"), 5.0)
AT_WORK = Seen((2, 1.0), ("python", "-c", "spawn_main()"), 3.0)


def test_a_process_that_has_ended_keeps_what_it_scored() -> None:
    ended = Seen(AT_WORK.key, (), 3.5)  # it waits to be asked how it ended
    another = Seen((2, 9.0), ("sh",), 0.5)  # under the same id
    readings = iter(([DRIVER, AT_WORK], [DRIVER, ended], [DRIVER], [DRIVER, another]))
    spent = Spent(read=lambda: next(readings))
    assert [spent.so_far() for _ in range(4)] == [(3.0, 8.0), (3.5, 8.5), (3.5, 8.5), (3.5, 9.0)]


def test_a_clock_that_runs_backwards_is_not_followed() -> None:
    readings = iter(([AT_WORK], [Seen(AT_WORK.key, AT_WORK.command, 2.99)]))
    spent = Spent(read=lambda: next(readings))
    assert spent.so_far() == spent.so_far() == (3.0, 3.0)


def test_real_processes_are_read() -> None:
    command = [sys.executable, "-c", "sum(range(3_000_000)); input()  # spawn_main"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        spent, end = Spent(), time.monotonic() + 60
        while spent.so_far()[0] < 0.02 and time.monotonic() < end:
            time.sleep(0.05)
        scoring, every = spent.so_far()
        assert 0 < scoring < every
        assert child.pid in {one.key[0] for one in tree()}
        child.communicate(b"\n")
    assert spent.so_far()[0] >= scoring
