"""Hits of a scan: rows that ask for a person, the most urgent first, near-duplicates together."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from wildvision.archive.likeness.banks import Opinion
from wildvision.archive.looked_at import LookedAt, looked_at
from wildvision.archive.near_duplicates import Prints, grouped, prints_of
from wildvision.archive.rows import Row
from wildvision.layout import Box
from wildvision.parts import EARLIER, Detail
from wildvision.results import Verdict

HITS = (Verdict.FLAG.value, Verdict.REVIEW.value)


class Mark(NamedTuple):
    """What a bank of hashes says of an image.

    Attributes:
        said: Its tags, or the bank's name; empty: no bank knows the image.
        opinion: Of the bank, as `wildvision.archive.likeness.banks.Opinion` calls it.
        bits: In which the hashes differ.
    """

    said: str = ""
    opinion: str = ""
    bits: int = 0

    @property
    def words(self) -> str:
        """The same in words; empty: nothing.

        >>> Mark("ivory", "POSITIVE_CLASS", 3).words
        'ivory, confirmed before, 3 bits off'
        """
        opinion = _OPINIONS.get(self.opinion, self.opinion)
        return f"{self.said}, {opinion}, {self.bits} bits off" if self.said else ""


_OPINIONS = {
    Opinion.POSITIVE.value: "confirmed before",
    Opinion.SEED.value: "to be looked at",
    Opinion.NEGATIVE.value: "no product",
}


class Hit(NamedTuple):
    """A row as whoever looks at it needs it; those that sort higher come first.

    Attributes:
        rank: 1 for FLAG, 0 for what is not.
        score: Of the category, 0 to 1.
        id: Of the row.
        verdict: Of the row.
        category: That decided, or on whose sheet the row stands.
        reason: The decision in a sentence.
        prints: What near-duplicates are found by.
        size: Width and height in px, and bytes; 0: not known.
        known: What a bank of hashes says of it.
        frame_s: Of a clip, the time of the frame that carries the answer, seconds.
        post: Name of the post that it belongs to; empty: to none.
        parts: What was looked at by itself, where a part carries the score; None: the whole picture does.
    """

    rank: int
    score: float
    id: str
    verdict: str
    category: str
    reason: str
    prints: Prints
    size: tuple[int, int, int]
    known: Mark = Mark()
    frame_s: float | None = None
    post: str = ""
    parts: LookedAt | None = None

    @property
    def apart(self) -> Box | None:
        """The part that is to be shown beside the picture, px of the original; None: the picture says it all."""
        width, height, _ = self.size
        return self.parts.box if self.parts and self.parts.is_small(width, height) else None


@dataclass(slots=True, kw_only=True)
class Card:
    """One picture, which stands for its near-duplicates.

    Attributes:
        hits: The row that is shown, then near-duplicates that are hits themselves.
        others: Id and verdict of near-duplicates that are no hits, at most twenty.
        more: How many of those are not named.
    """

    hits: list[Hit]
    others: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    more: int = 0

    @property
    def shown(self) -> Hit:
        """The row whose picture is shown."""
        return self.hits[0]


class Highest:
    """The highest of many hits.

    Args:
        most: Hits that are kept.

    Attributes:
        dropped: How many were not.
    """

    def __init__(self, most: int) -> None:
        self._most, self._heap, self.dropped = most, list[Hit](), 0

    def keep(self, hit: Hit) -> None:
        """Keep a hit, or drop the lowest for it."""
        if len(self._heap) < self._most:
            heapq.heappush(self._heap, hit)
        else:
            heapq.heappushpop(self._heap, hit)
            self.dropped += 1

    def falling(self) -> list[Hit]:
        """Return FLAG before the rest, then the highest scores first."""
        return sorted(self._heap, key=lambda hit: (-hit.rank, -hit.score, hit.id))


def hit_of(row: Row, category: str, detail: Detail) -> Hit:
    """Return a row as a hit of a category.

    Args:
        row: Of the scan.
        category: Empty: of none.
        detail: Of the scan, see `detail_of`.

    Raises:
        ScanError: The row's parts are none.
    """
    return Hit(
        rank=int(row.verdict == Verdict.FLAG.value),
        score=row.scores.get(category, 0.0),
        id=row.id,
        verdict=row.verdict or "",
        category=category,
        reason=row.reason or "",
        prints=prints_of(row),
        size=(row.width or 0, row.height or 0, row.bytes or 0),
        known=Mark(row.known or "", row.known_as or "", row.known_distance or 0),
        frame_s=row.frame_s,
        post=row.post or "",
        parts=looked_at(row, category, detail),
    )


def detail_of(facts: Mapping[str, Any]) -> Detail:
    """Return how much of each picture a scan looked at.

    Args:
        facts: The scan's manifest.
    """
    return facts.get("detail", EARLIER)


def asks_for_a_person(row: Row) -> bool:
    """Whether somebody should look at a row's image: for its verdict, or because its like was confirmed before."""
    return row.verdict in HITS or row.known_as == Opinion.POSITIVE.value


def cards_of(hits: Sequence[Hit]) -> list[Card]:
    """Put near-duplicates on one card, with the first of them."""
    groups = grouped([hit.prints for hit in hits])
    return [Card(hits=[hits[place] for place in group]) for group in groups]
