"""Render the sample pictures: every scene is built from code, with fixed seeds.

``python -m training.synth.render_samples --out samples`` writes one JPEG per entry of `SCENES`.
It needs Blender's Python module (``pip install '.[synth]'``); nothing is downloaded.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from training.synth.kit.blender import MissingBlenderError, blender
from training.synth.samples.renderer import RenderSettings, render_scene
from training.synth.samples.sample_scenes import SCENES


def main(argv: Sequence[str] | None = None) -> int:
    """Render the scenes named on the command line and print the time each took."""
    args = build_parser().parse_args(argv)
    settings = RenderSettings(width=args.width, samples=args.samples, threads=args.threads)
    try:
        blender()
    except MissingBlenderError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    args.out.mkdir(parents=True, exist_ok=True)
    for name in args.only or SCENES:
        started = time.perf_counter()
        path = render_scene(name, args.out, settings)
        seconds = time.perf_counter() - started
        sys.stdout.write(f"{path}  {path.stat().st_size / 1000:.0f} kB  {seconds:.1f} s\n")
    return 0


def build_parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(prog="render_samples", description="Render the samples.")
    parser.add_argument("--out", type=Path, required=True, help="folder for the JPEG files")
    parser.add_argument("--only", nargs="+", choices=sorted(SCENES), help="scenes, default all")
    parser.add_argument("--width", type=int, default=800, help="pixels across (4:3 pictures)")
    parser.add_argument("--samples", type=int, default=64, help="light paths per pixel")
    parser.add_argument("--threads", type=int, default=2, help="processor threads")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
