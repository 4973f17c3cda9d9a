"""Options that choose images of a scan by what was found or decided, for the commands that hand them on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from wildvision.results import Verdict

if TYPE_CHECKING:
    from wildvision.archive.export import Wanted

_OUTCOMES = ("confirmed", "lookalike", "not_wildlife", "unsure")


def hit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--outcome``, ``--verdict`` and ``--category``, passed as `wanted` takes them."""
    for option in (
        click.option("--category", metavar="ID", help="Only this product or look-alike."),
        click.option(
            "--verdict",
            "verdicts",
            type=click.Choice([verdict.value for verdict in Verdict]),
            multiple=True,
            help="Of what nobody decided on; may be repeated. [default: FLAG, or none where --outcome is given]",
        ),
        click.option(
            "--outcome",
            "outcomes",
            type=click.Choice(_OUTCOMES),
            multiple=True,
            help="Decided so; may be repeated. [default: confirmed]",
        ),
    ):
        command = option(command)
    return command


def wanted(outcomes: tuple[str, ...], verdicts: tuple[str, ...], category: str | None) -> Wanted:
    """Return what the options choose; where one of the two is given, the other chooses nothing by itself."""
    from wildvision.archive.decisions import Outcome  # noqa: PLC0415  slow to import
    from wildvision.archive.export import Wanted  # noqa: PLC0415

    return Wanted(
        verdicts=frozenset(verdicts or (() if outcomes else (Verdict.FLAG.value,))),
        outcomes=frozenset(Outcome(name) for name in outcomes or (() if verdicts else ("confirmed",))),
        category=category,
    )
