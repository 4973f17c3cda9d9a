"""Decisions of people on the images of a scan: those of `wildvision review`, or a file beside the results.

What was decided on the review page (`wildvision.archive.decisions`) is read as it is. Where nobody used it,
``RESULTS/decisions.jsonl`` has one object a line, ``RESULTS/decisions.csv`` one row, with these fields:

| field | meaning |
|---|---|
| ``id`` | the image's id, as in the scan's rows |
| ``decision`` | ``confirmed``, ``rejected``, ``nothing`` or ``unsure`` |
| ``category`` | what was decided on; empty: the product that the row's verdict names |

A person was asked about one category. ``confirmed`` says that the photo shows it, ``rejected`` that it does not;
whether it shows anything else stays open. ``nothing`` says that it shows no category at all, ``unsure`` leaves
everything open. The last line about an id and category counts.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from wildvision.archive import decisions as reviews
from wildvision.archive.again import items_again
from wildvision.archive.decisions import Outcome, settled
from wildvision.archive.folder import open_folder
from wildvision.archive.items import Item
from wildvision.errors import LabelError

FILES = ("decisions.jsonl", "decisions.csv")


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the file."""

    id: str
    decision: Literal["confirmed", "rejected", "nothing", "unsure"]
    category: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """An image of a scan with what people said of it.

    Attributes:
        item: Where its bytes are.
        owner: The folder or archive that it lies in.
        positive: Ids that were confirmed.
        negative: Ids that were rejected.
        is_empty: Whether it shows nothing.
    """

    item: Item
    owner: str
    positive: frozenset[str]
    negative: frozenset[str]
    is_empty: bool

    def masked(self, categories: Sequence[str]) -> frozenset[str]:
        """Return what is open, of a model's categories."""
        if self.is_empty:
            return frozenset()
        return frozenset(categories) - self.positive - self.negative


def decided_items(results: Path) -> Iterator[Decided]:
    """Yield the images of a scan that a person decided on.

    Raises:
        LabelError: There is no file of decisions, it is malformed, or names images that the scan has not.
        ScanError: The folder holds no scan.
    """
    folder, facts = open_folder(results)
    decisions = _by_id(read_decisions(results))
    named = {
        row.id: row.category
        for part in folder.parts
        for row in folder.read(part.number)
        if row.id in decisions
    }
    if missing := sorted(set(decisions) - set(named)):
        raise LabelError(
            f"expected decisions on images of the scan in {results}, found {len(missing)} on others, first: "
            f"{missing[0]}; ids must be those of the scan's rows"
        )
    for item in items_again(facts["sources"]):
        if item.id in decisions:
            yield _decided(item, decisions[item.id], named[item.id])


def read_decisions(results: Path) -> tuple[Decision, ...]:
    """Read the decisions beside a scan's results; those of the review page before any file.

    Raises:
        LabelError: There are none, or the file is malformed.
        ScanError: The decisions of the review page cannot be read.
    """
    if reviewed := settled(reviews.read_decisions(results)):
        return tuple(_each_of(reviewed))
    for name in FILES:
        if (results / name).is_file():
            return _read(results / name)
    raise LabelError(
        f"expected decisions on the scan in {results}, found none; decide with `wildvision review`, or write "
        f"{' or '.join(FILES)}: one line an image with id, decision (confirmed, rejected, nothing or unsure), category"
    )


def _each_of(reviewed: Mapping[str, reviews.Decision]) -> Iterator[Decision]:
    """Yield what the last decision of a review says: of a look-alike, that the product asked about is not there."""
    for name, review in reviewed.items():
        asked = review.shown.get("category") or None
        if review.outcome is Outcome.CONFIRMED:
            yield Decision(id=name, decision="confirmed", category=review.category)
        elif review.outcome is Outcome.LOOKALIKE:
            yield Decision(id=name, decision="confirmed", category=review.category)
            yield Decision(id=name, decision="rejected", category=asked)
        elif review.outcome is Outcome.NOT_WILDLIFE:
            yield Decision(id=name, decision="nothing", category=asked)
        else:
            yield Decision(id=name, decision="unsure", category=asked)


def _read(path: Path) -> tuple[Decision, ...]:
    try:
        if path.suffix == ".jsonl":
            return tuple(msgspec.json.Decoder(Decision).decode_lines(path.read_bytes()))
        with path.open(newline="", encoding="utf-8-sig") as file:
            return tuple(msgspec.convert(_cells(row), Decision) for row in csv.DictReader(file, strict=True))
    except (OSError, ValueError, csv.Error) as error:
        raise LabelError(
            f"expected decisions with id, decision (confirmed, rejected, nothing or unsure) and category in {path}, "
            f"found: {error}"
        ) from error


def _cells(row: Mapping[Any, Any]) -> dict[Any, Any]:
    return {key: value for key, value in row.items() if value}


def _by_id(decisions: Iterable[Decision]) -> dict[str, dict[str, str]]:
    """Return, by id and category, the last decision."""
    found: dict[str, dict[str, str]] = {}
    for decision in decisions:
        found.setdefault(decision.id, {})[decision.category or ""] = decision.decision
    return found


def _decided(item: Item, decisions: Mapping[str, str], named: str | None) -> Decided:
    said = {category or named or "": decision for category, decision in decisions.items()}
    if said.get("") in {"confirmed", "rejected"}:
        raise LabelError(
            f"expected the category that was {said['']} for {item.id}, whose verdict names none, found nothing; "
            "name it, or write `nothing` where the photo shows none at all"
        )
    empty = "nothing" in said.values()
    if empty and "confirmed" in said.values():
        raise LabelError(f"expected one answer about {item.id}, found both `confirmed` and `nothing`")
    return Decided(
        item=item,
        owner=item.id.rpartition("!")[0] or item.id.rpartition("/")[0],
        positive=frozenset(c for c, decision in said.items() if decision == "confirmed"),
        negative=frozenset(c for c, decision in said.items() if decision == "rejected"),
        is_empty=empty,
    )
