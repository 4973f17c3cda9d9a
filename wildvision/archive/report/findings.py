"""What a page says of a scan, read from its rows: counts, hits with near-duplicates, curious pictures, failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from wildvision.archive.hits import Card, Highest, asks_for_a_person, cards_of, hit_of
from wildvision.archive.near_duplicates import Leaders, prints_of
from wildvision.archive.rows import Row
from wildvision.parts import EARLIER, Detail
from wildvision.results import Verdict
from wildvision.taxonomy import Kind

BINS = 25
"""Of a histogram of scores, of equal width from 0 to 1."""
MOST_HITS = 100_000
"""Rows with FLAG or REVIEW on a page, so that it stays readable for a browser; the highest are kept."""
MOST_FAILURES = 10_000
"""Failures on a page."""

_CANDIDATES = 12  # highest scores kept for each curious card, before near-duplicates are folded together
_LEAST_CURIOUS = 0.02  # of a score: below it a picture is as good as any other
_MOST_COMPARED = 2_000  # groups whose near-duplicates are looked for among the images without a hit
_MOST_NAMES = 20  # of those, on a card
_BATCH = 1024

Progress = Callable[[str, int, int | None], None]
"""Told what is being done, how much of it is done, and of how many; None: not known."""


@dataclass(slots=True, kw_only=True)
class Sheet:
    """What the page says of one category.

    Attributes:
        category: Its id.
        name: Its name to display.
        product: Whether it is a product.
        counts: Histogram of its scores, `BINS` bins.
        curious: Highest scores of images that are no hits; none of a look-alike.
    """

    category: str
    name: str
    product: bool
    counts: NDArray[np.int64]
    curious: list[Card] = field(default_factory=list[Card])


@dataclass(slots=True, kw_only=True)
class Findings:
    """What a page says.

    Attributes:
        images: Rows.
        bytes: Of all images.
        warned: Images that were read with warnings.
        known: Images that a bank of hashes knows.
        verdicts: How many images of each verdict.
        errors: How many failures of each kind.
        failures: Id, kind and message of the first `MOST_FAILURES`.
        groups: Hits, near-duplicates together, FLAG before REVIEW, then by score.
        hits_left_out: Hits above `MOST_HITS`, those with the lowest scores.
        sheets: Products, then look-alikes.
    """

    images: int = 0
    bytes: int = 0
    warned: int = 0
    known: int = 0
    verdicts: Counter[str] = field(default_factory=Counter[str])
    errors: Counter[str] = field(default_factory=Counter[str])
    failures: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    groups: list[Card] = field(default_factory=list[Card])
    hits_left_out: int = 0
    sheets: list[Sheet] = field(default_factory=list[Sheet])

    @property
    def hits_listed(self) -> int:
        """Hits that are on the page."""
        return sum(len(card.hits) for card in self.groups)

    @property
    def failures_left_out(self) -> int:
        """Failures that are counted and not listed."""
        return self.errors.total() - len(self.failures)


def find(
    rows: Callable[[], Iterator[Row]],
    categories: Sequence[Mapping[str, str]],
    *,
    cards: int,
    detail: Detail = EARLIER,
    progress: Progress,
) -> Findings:
    """Read the rows of a scan twice, in little memory: what they say, then whose near-duplicates they are.

    Args:
        rows: Yields them, each time that it is called.
        categories: As the scan's manifest lists them.
        cards: Curious pictures a product.
        detail: How much of each picture the scan looked at.
        progress: Is told how far this is.
    """
    findings = _read(rows(), categories, cards, detail, progress)
    cards_shown = [*findings.groups[:_MOST_COMPARED], *(card for s in findings.sheets for card in s.curious)]
    _name_others(rows(), cards_shown, progress, findings.images)
    return findings


def _read(
    rows: Iterator[Row],
    categories: Sequence[Mapping[str, str]],
    cards: int,
    detail: Detail,
    progress: Progress,
) -> Findings:
    findings = Findings()
    sheets = {entry["id"]: _empty_sheet(entry) for entry in categories}
    hits = Highest(MOST_HITS)
    curious = {name: Highest(_CANDIDATES * cards) for name, sheet in sheets.items() if sheet.product}
    for row in rows:
        _count(findings, row)
        if findings.images % _BATCH == 0:
            progress("reading rows", findings.images, None)
        if asks_for_a_person(row):
            hits.keep(hit_of(row, row.category or "", detail))
        for name, score in row.scores.items():
            sheets[name].counts[min(int(score * BINS), BINS - 1)] += 1
            if _is_clear(row) and name in curious and score >= _LEAST_CURIOUS:
                curious[name].keep(hit_of(row, name, detail))
    progress("finding near-duplicates", 0, None)
    findings.groups = cards_of(hits.falling())
    findings.hits_left_out = hits.dropped
    for name, highest in curious.items():
        sheets[name].curious = cards_of(highest.falling())[:cards]
    findings.sheets = sorted(sheets.values(), key=lambda sheet: not sheet.product)
    return findings


def _is_clear(row: Row) -> bool:
    return row.verdict == Verdict.CLEAR.value and not asks_for_a_person(row)


def _count(findings: Findings, row: Row) -> None:
    findings.images += 1
    findings.bytes += row.bytes or 0
    findings.warned += bool(row.warnings)
    findings.known += row.known is not None
    if row.error:
        findings.errors[row.error] += 1
        if len(findings.failures) < MOST_FAILURES:
            findings.failures.append((row.id, row.error, row.error_message or ""))
    else:
        findings.verdicts[row.verdict or ""] += 1


def _empty_sheet(entry: Mapping[str, str]) -> Sheet:
    """Return what the page says of a category; the scan has its name, for it may be one of the model's own."""
    return Sheet(
        category=entry["id"],
        name=entry["name"],
        product=entry["kind"] == Kind.PRODUCT,
        counts=np.zeros(BINS, np.int64),
    )


def _name_others(rows: Iterator[Row], cards: Sequence[Card], progress: Progress, total: int) -> None:
    """Name the near-duplicates of each card that are not on it yet; an image may be near to several cards' pictures."""
    named = [{hit.id for hit in card.hits} for card in cards]
    leaders = Leaders([card.shown.prints for card in cards])
    for done, batch in enumerate(_batches(rows)):
        progress("finding near-duplicates", done * _BATCH, total)
        read = [row for row in batch if not row.error]
        for row, places in zip(read, leaders.all_near([prints_of(row) for row in read]), strict=True):
            for place in places:
                if row.id in named[place]:
                    continue
                if len(cards[place].others) < _MOST_NAMES:
                    cards[place].others.append((row.id, row.verdict or ""))
                else:
                    cards[place].more += 1


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
