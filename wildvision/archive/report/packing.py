"""What a page shows, in few characters: what repeats in thousands of cards stands there once.

``page.js`` puts it together again. A card is a list: the place of its reason, the place of its category, its size, its
hits, the place of its picture, what is known of it, its other images, how many more, its post, the time of a clip's
frame, and the parts that were looked at by themselves; what is empty at the end is left out. A hit is its id without
what all ids begin with, the place of its verdict, its score and its digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

VERDICTS = ("FLAG", "REVIEW", "CLEAR", "ABSTAIN")
WEBP = "data:image/webp;base64,"
"""Begins every thumbnail."""


def packed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a page shows, packed.

    Args:
        data: ``names`` of categories, ``thresholds``, ``groups`` and ``curious`` sheets of cards, ``failures``, and
            ``pictures`` by id.
    """
    cards = [*data["groups"], *(card for sheet in data["curious"] for card in sheet["cards"])]
    prefix = _beginning([*_ids(cards), *data["pictures"]])
    packing = _Packing(prefix, list(data["names"]), list(data["pictures"]))
    packed_cards = {
        "groups": [packing.card(card) for card in data["groups"]],
        "curious": [
            {**sheet, "cards": [packing.card(card) for card in sheet["cards"]]} for sheet in data["curious"]
        ],
    }
    return {
        **data,
        **packed_cards,
        "prefix": prefix,
        "verdicts": VERDICTS,
        "reasons": list(packing.reasons),
        "pictures": [_picture(picture) for picture in data["pictures"].values()],
    }


class _Packing:
    """Where things stand that cards refer to.

    Args:
        prefix: Of all ids.
        categories: Their ids.
        pictured: Ids of images with a picture.
    """

    def __init__(self, prefix: str, categories: Sequence[str], pictured: Sequence[str]) -> None:
        self._cut = len(prefix)
        self._categories = {name: place for place, name in enumerate(categories)}
        self._pictures = {name: place for place, name in enumerate(pictured)}
        self.reasons: dict[str, int] = {}

    def card(self, card: Mapping[str, Any]) -> list[Any]:
        """Return a card as a list."""
        made = [
            self.reasons.setdefault(card["reason"], len(self.reasons)),
            self._categories.get(card["category"], -1),
            card["size"],
            [[name[self._cut :], VERDICTS.index(verdict), *rest] for name, verdict, *rest in card["hits"]],
            self._pictures.get(card["hits"][0][0], -1),
            card["known"],
            [[name[self._cut :], VERDICTS.index(verdict)] for name, verdict in card["others"]],
            card["more"],
            card["post"],
            ""
            if card["time"] is None
            else str(card["time"]),  # 0.0 is a time, and nothing empty at the end is kept
            card["parts"],
        ]
        while not made[-1]:
            made.pop()
        return made


def _beginning(names: Sequence[str]) -> str:
    """Return what all names begin with: the first and the last of them in order differ the earliest."""
    if not names:
        return ""
    first, last = min(names), max(names)
    return first[: next((k for k, letter in enumerate(first) if last[k : k + 1] != letter), len(first))]


def _ids(cards: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    return (name for card in cards for name, *_ in (*card["hits"], *card["others"]))


def _picture(picture: Mapping[str, Any]) -> list[Any]:
    parts = {name: [_image(image), overlay] for name, (image, overlay) in picture["parts"].items()}
    return [_image(picture["image"]), picture["maps"], picture["date"], *([parts] if parts else [])]


def _image(image: str | None) -> str | None:
    return image and image.removeprefix(WEBP)
