"""Engines of a scan: where its items are scored, and its streams read."""

from __future__ import annotations

from typing import Protocol, Self

from wildvision.archive.sources import ReadElsewhere
from wildvision.archive.travel import PackedScorer
from wildvision.archive.workers import Pool


class Engine(Protocol):
    """Scores items on other machines; it is entered for a run, and left after it."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    @property
    def elsewhere(self) -> ReadElsewhere:
        """What reads tar archives and tables."""
        ...

    def pool(self, packed: PackedScorer) -> Pool:
        """Return what scores."""
        ...
