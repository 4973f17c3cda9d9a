"""Documents are read by people who were not there: sentences are short, and a decision says all of its six parts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import pytest

from tests.prose import length, sentences

ROOT = Path(__file__).parents[2]
MAX_WORDS, MAX_MEDIAN = 45, 17  # of a sentence: none above, and the median of a document
DOCUMENTS = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "DECISIONS.md",
    "training/README.md",
    "training/synth/README.md",
    "training/EXPERIMENTS.md",
    *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "models").glob("*/CARD.md"))),
)
DECISION = re.compile(r"^## (\d+)\. (.+)\n\n((?:(?!^## ).*\n?)+)", re.MULTILINE)
PARTS = ("Status", "Date", "Context", "Choice", "Rejected", "Consequence")
DECISIONS = {
    int(number): body for number, _, body in DECISION.findall((ROOT / "DECISIONS.md").read_text() + "\n")
}


def too_long(text: str) -> list[str]:
    return [sentence for sentence in sentences(text) if length(sentence) > MAX_WORDS]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_has_short_sentences(name: str) -> None:
    text = (ROOT / name).read_text()
    assert too_long(text) == []
    assert median(map(length, sentences(text))) <= MAX_MEDIAN


def parts(body: str) -> dict[str, str]:
    """Names and texts of the parts of a decision, in their order."""
    found = re.findall(r"^- \*\*(\w+)\*\*: ((?:(?!^- ).*\n?)+)", body, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


def test_decisions_are_numbered_without_a_gap() -> None:
    assert list(DECISIONS) == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("number", DECISIONS)
def test_a_decision_says_its_six_parts_in_60_to_120_words_or_what_supersedes_it(number: int) -> None:
    body = DECISIONS[number]
    found = parts(body)
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", found["Date"])
    if found["Status"].startswith("superseded by "):
        assert tuple(found) == ("Status", "Date")
        later = [int(other) for other in re.findall(r"\d+", found["Status"])]
        assert later
        assert all(number < other in DECISIONS for other in later)
    else:
        assert found["Status"] == "accepted"
        assert tuple(found) == PARTS
        assert 60 <= length(" ".join(body.split())) <= 120


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two words here (in `brackets of code`). \n\nThree!", [1, 5, 1]),
        ("- an item\n- another one\n  over two lines\n", [2, 5]),
        ("# Title\n\n| a | table |\n\nShares of 1 % and [a link](to/x.md).\n", [6]),
        ("```sh\nnot counted\n```\nBy Guo et al. 2017, e.g. Platt. End\n", [7, 1]),
    ],
)
def test_what_counts_as_a_sentence_and_a_word(text: str, expected: Sequence[int]) -> None:
    assert [length(sentence) for sentence in sentences(text)] == expected


def test_a_long_sentence_is_found() -> None:
    assert too_long(f"Short. {'word ' * 46}end.") != []
    assert too_long("word " * 45) == []
