"""Help as a newcomer reads it: laid out as it was meant, and nothing that is asked for is without a word."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from tests.unit.test_cli import call
from wildvision.cli import main


def commands(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield words
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from commands(below, (*words, name))


COMMANDS = list(commands(main))


def named(words: tuple[str, ...]) -> click.Command:
    command: click.Command = main
    for word in words:
        assert isinstance(command, click.Group)
        command = command.commands[word]
    return command


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_is_laid_out_as_it_was_meant(words: tuple[str, ...]) -> None:
    result = call(*words, "--help")
    assert result.exit_code == 0
    assert "\\b" not in result.output  # which tells click to leave a paragraph alone, if it is the character
    assert max(map(len, result.output.splitlines())) <= 80


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_option_says_what_it_is(words: tuple[str, ...]) -> None:
    options = [one for one in named(words).params if isinstance(one, click.Option)]
    silent = [option.opts[0] for option in options if not option.help]
    assert silent == []


def test_an_option_that_the_service_would_not_heed_is_none_of_its() -> None:
    result = call("serve", "--max-bytes", "10")
    assert (result.exit_code, "--max-image-bytes" in result.output) == (2, True)


def test_teach_refuses_a_verdict_that_is_none() -> None:
    result = call("teach", "lamp", "results", "--verdict", "maybe", "--out", "model")
    assert (result.exit_code, "confirmed" in result.output) == (2, True)
