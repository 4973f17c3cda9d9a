"""Sentences of a Markdown text and how long they are, as the tests of the documents measure them."""

from __future__ import annotations

import re
from collections.abc import Iterator

FENCED = re.compile(r"^[ \t]*```.*?^[ \t]*```[ \t]*$", re.DOTALL | re.MULTILINE)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
LEFT_OUT = re.compile(r"^\s*(\||#).*$", re.MULTILINE)  # tables and headings are no sentences
ITEM = re.compile(r"^\s*(?:[-*]|\d+\.)\s+", re.MULTILINE)
CODE = re.compile(r"`[^`]+`")
LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
END = re.compile(r"(?<!\bal\.)(?<!e\.g\.)(?<!i\.e\.)(?<=[.!?])[)*\"]*\s+(?=[(*\"]*[A-Z])")


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a Markdown text in order, with names of code as one word and without links' targets.

    An item of a list ends with the item, a paragraph with its empty line. Tables, headings and code are left out.
    """
    for pattern in (FENCED, COMMENT, LEFT_OUT):
        text = pattern.sub("\n\n", text)
    text = LINK.sub(r"\1", CODE.sub("Code", ITEM.sub("\n\n", text)))
    for block in re.split(r"\n\s*\n", text):
        for sentence in END.split(" ".join(block.split())):
            if length(sentence):
                yield sentence


def length(sentence: str) -> int:
    """Count the words: whatever holds a letter or a digit between two spaces."""
    return sum(any(map(str.isalnum, word)) for word in sentence.split())
