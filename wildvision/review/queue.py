"""The queue of a review: the hits of a scan, one card for near-duplicates, and who decided what of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wildvision.archive.decide import Decider, scan_model
from wildvision.archive.decisions import Decision, Decisions
from wildvision.archive.folder import check_decided, open_folder
from wildvision.archive.hits import Card, Highest, asks_for_a_person, cards_of, detail_of, hit_of
from wildvision.archive.posts import PostRow, posts_named
from wildvision.archive.run import policy_record
from wildvision.manifest import Policy

MOST_HITS = 100_000
"""Rows in a queue; the highest are kept."""
_MOST_VECTORS = 20_000  # hits whose embeddings are kept, of about 8 kB each


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which cards are asked for; empty or None: all.

    Attributes:
        verdict: FLAG or REVIEW.
        category: The product that decided.
        least: Score from which on.
    """

    verdict: str = ""
    category: str = ""
    least: float = 0.0

    def takes(self, card: Card) -> bool:
        """Whether a card is asked for."""
        shown = card.shown
        return (
            (not self.verdict or shown.verdict == self.verdict)
            and (not self.category or shown.category == self.category)
            and shown.score >= self.least
        )


class Queue:
    """The cards of a scan in the order in which they are shown, and the decisions on them.

    Args:
        results: The folder of the scan.
        reviewer: Who decides here.
        second: Whether this reviewer looks, blind, at what others decided, and at nothing else.
        policy: Thresholds to decide the verdicts by; None: verdicts as they are stored.
        model: The scan's model or its directory, which another policy needs; None: as the scan says.

    Raises:
        ScanError: The folder holds no scan, or its decisions cannot be read.
        ModelError: The model or the policy cannot be used.
    """

    def __init__(
        self,
        results: Path,
        *,
        reviewer: str,
        second: bool = False,
        policy: str | Policy | None = None,
        model: str | None = None,
    ) -> None:
        folder, facts = open_folder(results)
        check_decided(facts, results)
        decider = None if policy is None else Decider(scan_model(facts, model), policy)
        if decider:
            facts = {**facts, **policy_record(decider.name, decider.policy)}
        self.facts: dict[str, Any] = facts
        self.reviewer, self._second = reviewer, second
        hits, vectors = Highest(MOST_HITS), dict[str, NDArray[np.float16]]()
        detail = detail_of(facts)
        for part in folder.parts:
            for stored in folder.read(part.number):
                row = decider.decide(stored) if decider else stored
                if asks_for_a_person(row):
                    hits.keep(hit_of(row, row.category or "", detail))
                    if row.embedding is not None and len(vectors) < _MOST_VECTORS:
                        vectors[row.id] = row.embedding.astype(np.float16)
        self.cards: list[Card] = cards_of(hits.falling())
        self.left_out = hits.dropped
        # Of another policy than the stored one there are no answers for posts.
        names = set[str]() if decider else {card.shown.post for card in self.cards if card.shown.post}
        self.posts: dict[str, PostRow] = posts_named(folder, names)
        self._vectors = {
            place: vectors[card.shown.id] for place, card in enumerate(self.cards) if card.shown.id in vectors
        }
        self.decisions = Decisions(results)

    @property
    def categories(self) -> list[str]:
        """Products that decided a card, in the order of the model's categories."""
        found = {card.shown.category for card in self.cards}
        return [entry["id"] for entry in self.facts["categories"] if entry["id"] in found]

    def standing(self) -> dict[int, list[Decision]]:
        """Return the decisions on each card by its place, oldest first; those without any are absent."""
        by_id: dict[str, list[Decision]] = {}
        for decision in self.decisions.standing():
            for name in decision.ids:
                by_id.setdefault(name, []).append(decision)
        found = ((place, by_id.get(card.shown.id)) for place, card in enumerate(self.cards))
        return {place: decisions for place, decisions in found if decisions}

    def is_open(self, decisions: Sequence[Decision]) -> bool:
        """Whether a card with these decisions waits for this reviewer."""
        mine = any(decision.reviewer == self.reviewer for decision in decisions)
        return bool(decisions) and not mine if self._second else not decisions

    def like(self, place: int, count: int) -> list[tuple[int, float]]:
        """Return the cards whose pictures look most like one, and the cosine of their embeddings, -1 to 1.

        Args:
            place: Of the card.
            count: How many to return at most; none where the scan has no embeddings.
        """
        if place not in self._vectors:
            return []
        others = [other for other in self._vectors if other != place]
        matrix = np.array([self._vectors[other] for other in others], np.float32).reshape(len(others), -1)
        cosines = matrix @ self._vectors[place].astype(np.float32) if others else np.zeros(0)
        highest = np.argsort(-cosines, kind="stable")[:count]
        return [(others[int(row)], float(cosines[row])) for row in highest]

    def waiting(self, wanted: Filter, standing: Mapping[int, Sequence[Decision]]) -> list[int]:
        """Return the places of the cards that wait for this reviewer.

        Args:
            wanted: Which cards are asked for.
            standing: From `standing`.
        """
        return [
            place
            for place, card in enumerate(self.cards)
            if wanted.takes(card) and self.is_open(standing.get(place, ()))
        ]
