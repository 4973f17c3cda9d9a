"""Words of the page, in each of its languages."""

from __future__ import annotations

import functools
import importlib.resources
import tomllib
from collections.abc import Mapping
from typing import Any

from wildvision.guidance import next_steps
from wildvision.taxonomy import Category, Taxonomy, translated

LANGUAGES: Mapping[str, str] = {"en": "English", "zh-Hans": "简体中文"}
"""BCP 47 tags, and what speakers call the language."""


class Texts:
    """What a page says.

    Args:
        language: One of `LANGUAGES`.
        taxonomy: Of the scan's model.
    """

    def __init__(self, language: str, taxonomy: Taxonomy) -> None:
        self._words, self._language, self._taxonomy = _words()[language], language, taxonomy

    def __call__(self, key: str, **values: object) -> str:
        """Return a text, its ``{names}`` filled in."""
        return self._words[key].format(**values)

    def name(self, category: str) -> str:
        """Return what a category is called."""
        return self.category(category).name

    def steps(self, outcome: str) -> tuple[str, ...]:
        """Return what a moderator does after a decision."""
        return next_steps(outcome, self._language)

    def category(self, category: str) -> Category:
        """Return a category in this language, as far as it is translated."""
        return translated(self._taxonomy.get(category), self._language)


@functools.cache
def _words() -> dict[str, dict[str, Any]]:
    text = (importlib.resources.files("wildvision.review") / "texts.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
