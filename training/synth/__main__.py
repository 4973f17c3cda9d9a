"""Command line of the generator: ``python -m training.synth render | sheet | families``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import rich.progress as bars

from training.synth.contact_sheet import contact_sheet
from training.synth.drawn_scene import COVER_SHARE
from training.synth.families import family_names, load_family
from training.synth.kit.blender import MissingBlenderError, require_blender
from training.synth.pack import pack
from training.synth.plan import plan
from training.synth.row import FAILURES, RenderOptions
from training.synth.run import render


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0: all done, 1: some pictures failed, 2: it cannot be done as asked."""
    args = build_parser().parse_args(argv)
    try:
        return args.run(args)
    except (MissingBlenderError, FileNotFoundError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 2


def build_parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m training.synth", description="Render photos of products nobody can photograph."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_render(commands)
    _add_sheet(commands)
    _add_pack(commands)
    listing = commands.add_parser("families", help="list what can be rendered, and what it rests on")
    listing.set_defaults(run=_families)
    return parser


def _add_render(commands: Any) -> None:
    make = commands.add_parser("render", help="render pictures; goes on where an earlier run stopped")
    make.add_argument("--out", type=Path, required=True, help="folder for pictures and manifest.jsonl")
    make.add_argument("--count", type=int, required=True, help="pictures over all families together")
    make.add_argument("--seed", type=int, default=1, help="other seeds, other scenes (default 1)")
    make.add_argument("--families", nargs="+", choices=family_names(), metavar="FAMILY", help="default all")
    make.add_argument("--size", type=int, default=256, help="longer side in pixels (default 256)")
    make.add_argument("--samples", type=int, default=16, help="light paths a pixel (default 16)")
    make.add_argument("--quality", type=int, default=80, help="of the WebP files, 1 to 100 (default 80)")
    covers = f"share of scenes seen through bubble wrap or glass (default {COVER_SHARE:g})"
    make.add_argument("--cover-share", type=float, default=COVER_SHARE, help=covers)
    make.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (default: cores)")
    make.set_defaults(run=_render)


def _add_sheet(commands: Any) -> None:
    show = commands.add_parser("sheet", help="draw a labelled contact sheet of a rendered folder")
    show.add_argument("folder", type=Path)
    show.add_argument("--out", type=Path, required=True, help="picture file to write")
    show.add_argument("--families", nargs="+", choices=family_names(), metavar="FAMILY", default=())
    show.add_argument("--count", type=int, default=24, help="pictures at most (default 24)")
    show.add_argument("--columns", type=int, default=6, help="pictures a row (default 6)")
    show.add_argument("--no-captions", action="store_true", help="to test whether they are needed")
    show.set_defaults(run=_sheet)


def _add_pack(commands: Any) -> None:
    store = commands.add_parser(
        "pack", help="add rendered pictures to a folder with a short manifest, to store them"
    )
    store.add_argument("folder", type=Path)
    store.add_argument("--out", type=Path, required=True, help="folder for the copies")
    store.add_argument(
        "--count", type=int, required=True, help="the pictures of `render --count` of these families"
    )
    store.add_argument("--families", nargs="+", choices=family_names(), metavar="FAMILY", help="default all")
    store.add_argument("--forms", nargs="+", default=(), metavar="FORM", help="default all of the families")
    store.set_defaults(run=_pack)


def _render(args: argparse.Namespace) -> int:
    require_blender()
    jobs = plan(args.families or family_names(), args.count)
    options = RenderOptions(
        size=args.size, samples=args.samples, quality=args.quality, cover_share=args.cover_share
    )
    with bars.Progress(
        bars.TextColumn("{task.fields[state]}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeElapsedColumn(),
        bars.TimeRemainingColumn(),
    ) as bar:
        task = bar.add_task("", total=len(jobs), state="starting")
        tally = None
        for tally in render(jobs, args.out, seed=args.seed, options=options, workers=args.workers):
            state = f"{tally.rendered} rendered, {tally.kept} there before, {tally.failed} failed"
            bar.update(task, completed=sum(tally), state=state)
    if tally and tally.failed:
        sys.stderr.write(f"{tally.failed} pictures failed; see {args.out / FAILURES}\n")
        return 1
    return 0


def _sheet(args: argparse.Namespace) -> int:
    sheet = contact_sheet(
        args.folder,
        names=args.families,
        count=args.count,
        columns=args.columns,
        captions=not args.no_captions,
    )
    sheet.save(args.out)
    sys.stdout.write(f"{args.out}\n")
    return 0


def _pack(args: argparse.Namespace) -> int:
    count = pack(args.folder, args.out, plan(args.families or family_names(), args.count), forms=args.forms)
    sys.stdout.write(f"{count} pictures in {args.out}\n")
    return 0 if count else 1


def _families(args: argparse.Namespace) -> int:
    del args
    for family in map(load_family, family_names()):
        sys.stdout.write(f"{family.name} ({family.label or 'no category'}): {', '.join(family.forms)}\n")
        for fact in family.facts:
            sys.stdout.write(f"    {fact.says} [{fact.source}]\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
