"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import click

from wildvision.runtime import Precision


def model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--model``, ``--policy`` and ``--precision``: which network judges, and by which thresholds."""
    for option in (
        click.option(
            "--precision",
            type=click.Choice(get_args(Precision)),
            default="float32",
            show_default=True,
            help="int8 is faster on most CPUs; its scores differ a little.",
        ),
        click.option(
            "--policy", metavar="NAME", help="Which thresholds to apply; `wildvision models` lists them."
        ),
        click.option(
            "--model",
            metavar="ID|DIR",
            help="A bundled model or a model directory. [default: the released one]",
        ),
    ):
        command = option(command)
    return command
