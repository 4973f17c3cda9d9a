"""Guidance for platforms: what a moderator does next, and short notices to people who post or search for products.

The texts are data, in ``guidance.toml`` beside this module, in English and Simplified Chinese, with their sources.
"""

from __future__ import annotations

import functools
import importlib.resources
import tomllib
from collections.abc import Mapping
from typing import Any

from wildvision.errors import TaxonomyError

OUTCOMES = ("confirmed", "lookalike", "not_wildlife", "unsure")
"""What a reviewer can decide."""


def next_steps(outcome: str, language: str = "en") -> tuple[str, ...]:
    """Return what a moderator does after a decision, one sentence or two a step.

    Args:
        outcome: One of `OUTCOMES`.
        language: BCP 47 tag: ``"en"``, or ``"zh-Hans"`` for Simplified Chinese.

    Raises:
        TaxonomyError: There is no such outcome or language.

    >>> next_steps("not_wildlife")
    ('Leave the listing. Nothing else is needed.',)
    """
    return tuple(_entry("steps", outcome, language))


def notice(category: str, language: str = "en") -> str:
    """Return what a platform can show to people who post or search for a product.

    Args:
        category: Id of a product of the packaged taxonomy.
        language: As for `next_steps`.

    Raises:
        TaxonomyError: There is no notice for it, or no such language.
    """
    return _entry("notices", category, language)


def _entry(part: str, key: str, language: str) -> Any:
    texts = _texts()
    if language not in texts:
        raise TaxonomyError(f"expected guidance in one of {', '.join(sorted(texts))}, found {language!r}")
    known: Mapping[str, Any] = texts[language][part]
    if key not in known:
        raise TaxonomyError(f"expected {part} for one of {', '.join(known)}, found {key!r}", category=key)
    return known[key]


@functools.cache
def _texts() -> dict[str, dict[str, dict[str, Any]]]:
    text = (importlib.resources.files("wildvision") / "guidance.toml").read_text(encoding="utf-8")
    return {name: part for name, part in tomllib.loads(text).items() if name != "sources"}
