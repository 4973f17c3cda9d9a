"""The command line: the only room that prints."""

from __future__ import annotations

import importlib.metadata
import os

import click

from wildvision.cli.budget import budget
from wildvision.cli.classify import classify
from wildvision.cli.cluster import cluster
from wildvision.cli.decide import decide
from wildvision.cli.evaluate import evaluate
from wildvision.cli.evidence import evidence, verify
from wildvision.cli.explain import explain
from wildvision.cli.export import export
from wildvision.cli.hashes import hashes
from wildvision.cli.models import models
from wildvision.cli.output import write_any_text
from wildvision.cli.recalibrate import recalibrate
from wildvision.cli.report import report
from wildvision.cli.review import review
from wildvision.cli.scan import scan
from wildvision.cli.serve import serve
from wildvision.cli.similar import similar
from wildvision.cli.taxonomy import taxonomy
from wildvision.cli.teach import teach
from wildvision.errors import ModelError
from wildvision.manifest import MODEL_VARIABLE, find_model, load_manifest

_EPILOG = """\b
To complete commands, options, models, policies and category ids with Tab,
add one line to
  ~/.bashrc:  eval "$(_WILDVISION_COMPLETE=bash_source wildvision)"
  ~/.zshrc:   eval "$(_WILDVISION_COMPLETE=zsh_source wildvision)"
  ~/.config/fish/completions/wildvision.fish:
              _WILDVISION_COMPLETE=fish_source wildvision | source
"""


def _print_version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    write_any_text()
    click.echo(f"wildvision, version {importlib.metadata.version('wildvision')}\n{_default_model()}")
    context.exit()


def _default_model() -> str:
    """Return which model classifies where none is named."""
    chosen = f", chosen by {MODEL_VARIABLE}" if os.environ.get(MODEL_VARIABLE) else ""
    try:
        manifest = load_manifest(find_model())
    except ModelError as error:
        return f"no usable default model{chosen}: {error}"
    return f"default model {manifest.id}, made {manifest.created}, policy {manifest.default_policy}{chosen}"


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=_EPILOG)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the versions of the package and of the default model.",
)
def main() -> None:
    """Recognise illegal-wildlife-trade products in photos, offline, on a CPU.

    A photo never proves a material. A FLAG or REVIEW is a reason for a trained person to look; a CLEAR is no
    proof that nothing is there.

    \b
    Begin with one photo, or with all of a folder:
      wildvision classify photo.jpg
      wildvision scan photos/ --out results
      wildvision report results
    """  # noqa: D301  click needs the character itself
    write_any_text()


main.add_command(budget)
main.add_command(classify)
main.add_command(cluster)
main.add_command(decide)
main.add_command(evidence)
main.add_command(explain)
main.add_command(export)
main.add_command(evaluate)
main.add_command(hashes)
main.add_command(models)
main.add_command(recalibrate)
main.add_command(report)
main.add_command(review)
main.add_command(scan)
main.add_command(serve)
main.add_command(similar)
main.add_command(taxonomy)
main.add_command(verify)
main.add_command(teach)
