"""Make a data set of labelled photos: read, check, find duplicates, group, split, and say what is in it.

    python -m training.prepare PHOTOS [MORE ...] --out DIRECTORY
    python -m training.prepare --config FILE

`wildvision.adapt.inputs.readers` says what PHOTOS can be. The directory then holds ``dataset.json`` and
``samples.jsonl``, which
the next steps read, ``report.txt`` and ``report.html``, which people read, ``rejected.jsonl``, and ``index.sqlite``,
which makes the next run fast. The same photos give the same bytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from training.command import command, command_parser
from training.config import DataConfig, load_config, parse_config
from training.data.preparation import prepare
from training.data.samples import PAGE, REPORT
from training.errors import ConfigError


@command("training.prepare")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; see the module's docstring."""
    config, directory, seed = _settings(_parser().parse_args(arguments))
    dataset = prepare(config, directory, seed=seed)
    console = Console(highlight=False)
    text = (directory / REPORT).read_text(encoding="utf-8")
    console.print(text.partition("\nSources\n")[0], markup=False, soft_wrap=True)
    console.print(f"{len(dataset.samples)} photos prepared in {directory}; see {directory / PAGE}")


def _parser() -> argparse.ArgumentParser:
    parser = command_parser("training.prepare", __doc__)
    add = parser.add_argument
    add(
        "inputs",
        nargs="*",
        type=Path,
        metavar="PHOTOS",
        help="folders, manifests, COCO or Label Studio exports",
    )
    add("--out", type=Path, help="where the data set goes; with --config: RUN/dataset")
    add("--config", type=Path, help="a TOML file, see training/configs; the options below win over it")
    add(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="SECTION.KEY=VALUE",
        help="may be repeated",
    )
    add("--split", type=_shares, metavar="train=0.7,test=0.3", help="shares of the splits; together 1")
    add("--seed", type=int, help="of the splits; with --config: run.seed")
    add(
        "--new-category",
        type=_category,
        action="append",
        default=[],
        metavar=_CATEGORY,
        help="may be repeated",
    )
    add(
        "--licence",
        action="append",
        metavar="START",
        help="only photos whose licence starts so; may be repeated",
    )
    return parser


_CATEGORY = "ID:product|lookalike:NAME[:LOOKALIKE,...]"


def _shares(text: str) -> dict[str, float]:
    shares = {"train": 0.0}  # so that only what is named gets a share
    for part in text.split(","):
        name, _, share = part.partition("=")
        shares[name.strip()] = float(share)
    return shares


def _category(text: str) -> dict[str, Any]:
    fields = [field.strip() for field in text.split(":")]
    if len(fields) not in {3, 4}:
        raise argparse.ArgumentTypeError(f"expected {_CATEGORY}, found {text!r}")
    lookalikes = tuple(name.strip() for name in "".join(fields[3:]).split(",") if name.strip())
    return {"id": fields[0], "kind": fields[1], "name": fields[2], "lookalikes": lookalikes}


def _settings(options: argparse.Namespace) -> tuple[DataConfig, Path, int]:
    config = load_config(options.config, options.overrides)
    if options.out is None and options.config is None:
        raise ConfigError("expected --out DIRECTORY or --config FILE, found neither")
    values: dict[str, Any] = {**config.data.model_dump(), **_given(options)}
    values["new_categories"] = [*values["new_categories"], *options.new_category]
    data = parse_config({"data": values}, name="the command line").data
    seed = config.run.seed if options.seed is None else options.seed
    return data, options.out or config.folder.dataset, seed


def _given(options: argparse.Namespace) -> Mapping[str, Any]:
    given = {"inputs": options.inputs, "splits": options.split, "licences": options.licence}
    return {name: value for name, value in given.items() if value}


if __name__ == "__main__":
    main()
