"""``wildvision taxonomy``: what the categories are, how to tell them apart, and what CITES says."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click
import msgspec
from click.shell_completion import CompletionItem

from wildvision.cli.options import starting_with
from wildvision.cli.output import columns, console, plain, table
from wildvision.errors import TaxonomyError
from wildvision.guidance import next_steps, notice
from wildvision.taxonomy import Category, Kind, Taxonomy, load_taxonomy, translated


def _complete_id(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    return starting_with(incomplete, (category.id for category in load_taxonomy().categories))


@click.command(short_help="Explain a category: how to tell it apart, what CITES says.")
@click.argument("category_id", required=False, metavar="[ID]", shell_complete=_complete_id)
@click.option(
    "--language",
    type=click.Choice(("en", "zh-Hans")),
    default="en",
    show_default=True,
    help="Of names and notes; the law stays in English.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")
def taxonomy(category_id: str | None, language: str, as_json: bool) -> None:
    """List all categories, or say of one what it is, how to tell it from its look-alikes, and its CITES listing."""
    known = load_taxonomy()
    try:
        chosen = known.categories if category_id is None else (known.get(category_id),)
    except TaxonomyError as error:
        raise click.UsageError(str(error)) from error
    chosen = tuple(translated(category, language) for category in chosen)
    if as_json:
        for category in chosen:
            click.echo(json.dumps(msgspec.to_builtins(category)))
    elif category_id is None:
        _print_all(chosen)
    else:
        _print_one(chosen[0], known, language)


def _print_all(categories: Sequence[Category]) -> None:
    rows = table("id", "name", "kind", "CITES")
    for category in categories:
        rows.add_row(category.id, category.name, category.kind.value, _appendices(category))
    console().print(rows)


def _appendices(category: Category) -> str:
    return ", ".join(sorted({listing.appendix for listing in category.cites})) or "-"


def _print_one(category: Category, known: Taxonomy, language: str) -> None:
    output = console()
    output.print(f"[bold]{category.name}[/] ({category.id}, {category.kind.value})\n{category.summary}")
    _print_list("Taxa", category.taxa)
    _print_list(
        "CITES", [f"Appendix {entry.appendix}: {entry.taxon}. {entry.note}" for entry in category.cites]
    )
    _print_list(
        "Confused with", [f"{i} ({translated(known.get(i), language).name})" for i in category.lookalikes]
    )
    _print_list("How to tell it apart", category.identification)
    _print_list("What would prove the material", category.confirmation)
    if category.kind is Kind.PRODUCT:
        _print_list("What a moderator does next, once it is confirmed", next_steps("confirmed", language))
        _print_list("What a platform can tell people", [notice(category.id, language)])
    _print_list("Sources", category.sources)
    output.print(f"\n[dim]{known.cites_checked.strip()}[/]")


def _print_list(heading: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    output, rows = console(), columns(1, None)
    for line in lines:
        rows.add_row("-", plain(line))
    output.print(f"\n[bold]{heading}[/]")
    output.print(rows)
