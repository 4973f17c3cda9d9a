"""Time on cores of a tree of processes, read again and again: what it says never falls."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import psutil

SCORES = "spawn_main"  # on the command line of a process that scores


@dataclass(frozen=True, slots=True)
class Seen:
    """A process as it is at a moment.

    Attributes:
        key: Its id and the moment of its start, for ids are given out again.
        command: Its command line; empty once it has ended and nobody has asked how.
        spent_s: Seconds on cores.
    """

    key: tuple[int, float]
    command: tuple[str, ...]
    spent_s: float


def tree() -> list[Seen]:
    """Return this process and all that it started, as they are now."""
    found: list[Seen] = []
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        try:
            times, command = process.cpu_times(), tuple(process.cmdline())
            key = (process.pid, process.create_time())
        except psutil.Error:
            continue
        found.append(Seen(key, command, times.user + times.system))
    return found


@dataclass(slots=True)
class Spent:
    """Seconds on cores, of processes that score and of all.

    A process that was seen to score counts as one that does for good: one that has just ended has no command line any
    more. One that is gone counts with what it had when it was last seen.
    """

    read: Callable[[], Iterable[Seen]] = tree
    spent: dict[tuple[int, float], float] = field(default_factory=dict)
    scoring: set[tuple[int, float]] = field(default_factory=set)

    def so_far(self) -> tuple[float, float]:
        """Read the processes; returns seconds of those that score, and of all. Neither falls from call to call."""
        for one in self.read():
            self.spent[one.key] = max(one.spent_s, self.spent.get(one.key, 0.0))
            if any(SCORES in word for word in one.command):
                self.scoring.add(one.key)
        return sum(self.spent[key] for key in self.scoring), sum(self.spent.values())
