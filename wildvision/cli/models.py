"""``wildvision models``: what can be recognised, how well, and under which licence."""

from __future__ import annotations

import click
import msgspec

from wildvision.cli.output import console, table
from wildvision.errors import ModelError
from wildvision.manifest import (
    DEFAULT_MODEL_ID,
    CategoryMetrics,
    Interval,
    Manifest,
    bundled_models,
    load_manifest,
)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the manifests, one JSON object a line.")
def models(as_json: bool) -> None:
    """List the models that came with the package.

    For each category: whether its evidence carries a verdict, on how many photos and sources it rests, and how
    it did on photos of sources never seen in training, with 95 % intervals.
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
            click.echo(msgspec.json.encode(manifest).decode())
        else:
            _print(manifest)


def _print(manifest: Manifest) -> None:
    output = console()
    default = " (default)" if manifest.id == DEFAULT_MODEL_ID else ""
    output.print(f"[bold]{manifest.id}[/]{default}")
    output.print(f"  {manifest.architecture}, made {manifest.created}, licence {manifest.licence}")
    for name, policy in manifest.policies.items():
        chosen = " (default)" if name == manifest.default_policy else ""
        output.print(f"  policy [bold]{name}[/]{chosen}: {policy.objective}")
    rows = table(
        "category", "status", "photos", "sources", "average precision", "found at 1 % FP", "at 5 % FP"
    )
    for entry in manifest.categories:
        evidence, metrics = entry.evidence, manifest.metrics.get(entry.id)
        rows.add_row(entry.id, entry.status, str(evidence.photos), str(evidence.sources), *_measured(metrics))
    output.print(rows)
    output.print(f"  not supported, for want of photos: {', '.join(manifest.not_supported)}\n")


def _measured(metrics: CategoryMetrics | None) -> tuple[str, str, str]:
    if metrics is None:
        return "not measured", "", ""
    return (
        _interval(metrics.average_precision),
        _interval(metrics.tpr_at_1_percent_fpr),
        _interval(metrics.tpr_at_5_percent_fpr),
    )


def _interval(interval: Interval) -> str:
    return f"{interval.value:.2f} ({interval.low:.2f} to {interval.high:.2f})"
