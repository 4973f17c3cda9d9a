"""Guidance says as much in both languages, of every product and outcome, in plain sentences."""

from __future__ import annotations

import re

import pytest

from wildvision.errors import TaxonomyError
from wildvision.guidance import OUTCOMES, next_steps, notice
from wildvision.taxonomy import load_taxonomy

PRODUCTS = [category.id for category in load_taxonomy().products]


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_product_has_a_notice_in_plain_words(product: str) -> None:
    english, chinese = notice(product), notice(product, "zh-Hans")
    assert re.search(r"[\u4e00-\u9fff]", chinese)
    assert 10 <= len(english.split()) <= 45
    assert all(len(sentence.split()) <= 25 for sentence in re.split(r"[.;]", english))


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_has_as_many_steps_in_both_languages(outcome: str) -> None:
    assert len(next_steps(outcome)) == len(next_steps(outcome, "zh-Hans")) > 0


def test_what_is_unknown_is_named() -> None:
    with pytest.raises(TaxonomyError, match="found 'bone'"):
        notice("bone")
    with pytest.raises(TaxonomyError, match="found 'fr'"):
        next_steps("unsure", "fr")
