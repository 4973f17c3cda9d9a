"""The command line: the only room that prints."""

from __future__ import annotations

import importlib.metadata

import click

from wildvision.cli.classify import classify
from wildvision.cli.decide import decide
from wildvision.cli.models import models
from wildvision.cli.report import report
from wildvision.cli.scan import scan
from wildvision.cli.taxonomy import taxonomy


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(importlib.metadata.version("wildvision"), prog_name="wildvision")
def main() -> None:
    """Recognise illegal-wildlife-trade products in photos, offline, on a CPU.

    A photo never proves a material. A FLAG or REVIEW is a reason for a trained person to look; a CLEAR is no
    proof that nothing is there.
    """


main.add_command(classify)
main.add_command(decide)
main.add_command(models)
main.add_command(report)
main.add_command(scan)
main.add_command(taxonomy)
