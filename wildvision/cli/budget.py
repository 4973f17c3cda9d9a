"""``wildvision budget``: thresholds from what reviewers can look at a day."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wildvision.cli.labelled import model_argument
from wildvision.cli.options import LocalPath
from wildvision.cli.output import Refusal, console, plain, table
from wildvision.errors import ModelError, OptionError, ScanError

if TYPE_CHECKING:
    from wildvision.adapt.budget import Plan
    from wildvision.manifest import Interval


@click.command(short_help="Choose thresholds from what your reviewers can look at a day.")
@model_argument
@click.option("--reviews-a-day", type=float, required=True, metavar="N", help="Photos people can look at.")
@click.option("--photos-a-day", type=float, required=True, metavar="M", help="Photos that come in.")
@click.option(
    "--prevalence",
    "prevalences",
    multiple=True,
    required=True,
    metavar="P|ID=P",
    help="Share of photos that show a product, 0 to 1; or of each product, as often as needed.",
)
@click.option(
    "--plot",
    type=LocalPath(dir_okay=False),
    metavar="PAGE",
    help="Also write a page with the trade-off as a graph.",
)
@click.option(
    "--out",
    type=LocalPath(dir_okay=False),
    metavar="FILE.json",
    help="Also write the policy, for `scan --policy` and `decide --policy`.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def budget(
    model: str,
    reviews_a_day: float,
    photos_a_day: float,
    prevalences: tuple[str, ...],
    plot: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Choose MODEL's thresholds so that N photos of M a day reach a person, and say what to expect.

    The reviews are spent where they find most: on products that were found, at few false alarms, on photos of owners
    that the model had not learned from. A product that was never found gets none.

    Intervals are for a mix of sources as in training. Your platform may lie outside them: label 200 of its photos and
    run `wildvision recalibrate` first, or look at the first days.

    \b
    Example:
      wildvision budget wv8-lite1 --reviews-a-day 300 --photos-a-day 100000 \\
        --prevalence 0.001 --plot budget.html --out policy.json
      wildvision decide results --policy policy.json

    Exit status: 0 done, 2 an unusable model, a number out of its range, or a file that cannot be written.
    """  # noqa: D301  click needs the character itself
    from wildvision.adapt.budget import plan_budget  # noqa: PLC0415  only this command needs it
    from wildvision.adapt.budget_page import write_plot, write_policy  # noqa: PLC0415
    from wildvision.manifest import find_model, load_manifest  # noqa: PLC0415

    try:
        manifest = load_manifest(find_model(model))
        plan = plan_budget(
            manifest,
            reviews_a_day=reviews_a_day,
            photos_a_day=photos_a_day,
            prevalence=_prevalence(prevalences),
        )
        if plot is not None:
            write_plot(plan, plot)
        if out is not None:
            write_policy(plan.policy, out)
    except (ModelError, OptionError, ScanError) as error:
        raise Refusal(str(error)) from error
    if as_json:
        import msgspec  # noqa: PLC0415

        click.echo(json.dumps(msgspec.to_builtins(plan)))
    else:
        _print(plan)
        for path in (plot, out):
            if path is not None:
                click.echo(str(path))


def _prevalence(given: tuple[str, ...]) -> float | dict[str, float]:
    """Return one share, or one for each product that is named.

    Raises:
        OptionError: One is no number, or both kinds were given.
    """
    try:
        if len(given) == 1 and "=" not in given[0]:
            return float(given[0])
        return {name: float(share) for name, share in (text.split("=") for text in given)}
    except ValueError as error:
        raise OptionError(
            f"expected --prevalence 0.001, or --prevalence ivory=0.001 for each product, found {', '.join(given)}"
        ) from error


def _print(plan: Plan) -> None:
    output, expected = console(), plan.expected
    output.print(
        f"{plain(plan.model)}: {plan.asked_reviews:,.0f} reviews a day of {plan.photos_a_day:,.0f} photos, of which "
        f"{plan.prevalence:.3%} show a product"
    )
    rows = table("expect", "value", "95 % interval")
    rows.add_row("reviews a day", *_counts(expected.reviews_a_day))
    rows.add_row("of them false alarms", *_counts(expected.alarms_a_day))
    rows.add_row("products found", *_shares(expected.found))
    rows.add_row("reviews that are right", *_shares(expected.precision))
    output.print(rows)
    output.print("\nWhere the reviews go:")
    rows = table("product", "of alarms", "found", "review from", "flag from")
    for spending in plan.spending:
        rows.add_row(
            spending.category,
            f"{spending.part:.0%}",
            "{} ({})".format(*_shares(spending.found)),
            "never" if spending.review is None else f"{spending.review:.3f}",
            "never" if spending.flag is None else f"{spending.flag:.3f}",
        )
    output.print(rows)


def _counts(found: Interval) -> tuple[str, str]:
    return f"{found.value:,.0f}", f"{found.low:,.0f} to {found.high:,.0f}"


def _shares(found: Interval) -> tuple[str, str]:
    return f"{found.value:.0%}", f"{found.low:.0%} to {found.high:.0%}"
