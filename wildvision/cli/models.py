"""``wildvision models``: what can be recognised, how well, and under which licence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click
import msgspec

from wildvision.cli.output import columns, console, plain, table
from wildvision.decision import MAX_ASPECT
from wildvision.errors import ModelError
from wildvision.manifest import (
    DEFAULT_MODEL_ID,
    CategoryMetrics,
    Interval,
    LeftOut,
    Manifest,
    Policy,
    bundled_models,
    load_manifest,
)

if TYPE_CHECKING:
    from rich.table import Table

_LABEL = 24  # characters of "default policy balanced" and a little more; longer names take two lines


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the manifests, one JSON object a line.")
def models(as_json: bool) -> None:
    """List the models that came with the package.

    For each policy: what its thresholds were chosen for and on which photos. For each category: whether its evidence
    carries a verdict, on how many photos and sources it rests, and how it did on photos of sources never seen in
    training, with 95 % intervals.
    """
    directories = bundled_models()
    if not directories:
        raise click.ClickException("no model came with this installation; install the wheel again")
    for directory in directories.values():
        try:
            manifest = load_manifest(directory)
        except ModelError as error:
            raise click.ClickException(str(error)) from error
        if as_json:
            click.echo(json.dumps(msgspec.to_builtins(manifest)))
        else:
            _print(manifest)


def _print(manifest: Manifest) -> None:
    output = console()
    default = " (default)" if manifest.id == DEFAULT_MODEL_ID else ""
    output.print(f"[bold]{plain(manifest.id)}[/]{default}")
    facts = columns(_LABEL, None)
    for label, text in _facts(manifest):
        facts.add_row(plain(label), plain(text))
    output.print(facts)
    output.print()
    output.print(_measurements(manifest))
    output.print(
        "photos (sources): of training. Measured on photos of sources that no network which scored them had seen, with "
        "95 % intervals: average precision, and the share found where 1 or 5 % of the photos without it are called "
        "positive (FP). -: too few photos to measure.\n"
    )
    policy = manifest.policies[manifest.default_policy]
    if any(threshold.measured for threshold in policy.thresholds.values()):
        output.print(_thresholds(policy))
        output.print(
            f"Thresholds of {plain(manifest.default_policy)}, and who reached them of sources not seen: of photos that "
            "show the product, and of everyday photos.\n"
        )


def _facts(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Yield what there is to say of the model as label and text: origin, policies, and when it abstains."""
    yield "network", f"{manifest.architecture}, made {manifest.created}, licence {manifest.licence}"
    for name, policy in manifest.policies.items():
        chosen = "default policy" if name == manifest.default_policy else "policy"
        yield f"{chosen} {name}", f"{policy.objective}; set on {policy.set_on}{_kept(policy)}"
    rule = manifest.abstention
    yield (
        "abstains",
        f"below {rule.min_side} px on a side, or where colours vary by less than {rule.min_contrast:g} of 255 "
        f"grey levels; above {MAX_ASPECT:g}:1, where no product was found",
    )
    if manifest.not_supported:
        yield "not supported", f"{', '.join(manifest.not_supported)} (too few photos)"


def _kept(policy: Policy) -> str:
    """Return what became of what was asked of a policy, where it was measured."""
    found = policy.measured
    if found is None:
        return ""
    return (
        f"; measured on {found.photos:,} everyday photos of {found.sources} sources not seen: reviewed "
        f"{_percent(found.review)}, flagged {_percent(found.flag)}"
    )


def _percent(share: Interval) -> str:
    return f"{100 * share.value:.2f} % ({100 * share.low:.2f}-{100 * share.high:.2f})"


def _thresholds(policy: Policy) -> Table:
    rows = table("product", "review from", "flag from", "found\n(review)", "everyday\nphotos")
    for product, threshold in policy.thresholds.items():
        found = threshold.measured
        rows.add_row(
            plain(product),
            "-" if threshold.review is None else f"{threshold.review:.0%}",
            "-" if threshold.flag is None else f"{threshold.flag:.0%}",
            _interval(found.found_review) if found and found.found_review else "-",
            f"{100 * found.everyday_review.value:.2f} %" if found else "-",
        )
    return rows


def _measurements(manifest: Manifest) -> Table:
    rows = table("category", "status", "photos\n(sources)", "average\nprecision", "at 1 % FP", "at 5 % FP")
    for entry in manifest.categories:
        evidence, measured = entry.evidence, entry.left_out or manifest.metrics.get(entry.id)
        photos = f"{evidence.photos} ({evidence.sources})"
        rows.add_row(plain(entry.id), entry.status, photos, *_measured(measured))
    return rows


def _measured(metrics: LeftOut | CategoryMetrics | None) -> tuple[str, str, str]:
    if metrics is None:
        return "-", "-", "-"
    return (
        _interval(metrics.average_precision),
        _interval(metrics.tpr_at_1_percent_fpr),
        _interval(metrics.tpr_at_5_percent_fpr),
    )


def _interval(interval: Interval) -> str:
    """Return the value, and below it from where to where it may be."""
    return f"{interval.value:.2f}\n{interval.low:.2f}-{interval.high:.2f}"
