"""Masks of rendered pictures, without rendering them again: their scenes are built anew, and rays say what is seen.

    python -m training.synth.masks --set training/synth/set --count 8 --out masks.npz

A scene follows from its row, so that nothing but the row was kept of it. Pictures that posting moved (mirrored, put into
a collage or a screen) are left out, and so is a scene whose subject's box does not come out as recorded.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.synth.build import build
from training.synth.drawn_scene import draw_scene
from training.synth.families import load_family
from training.synth.shoot import mask_of, picture_size

_MOVING = frozenset({"mirror", "collage", "screenshot", "screen"})  # steps of posting that move the picture
_CLOSE = 0.03  # of a side, between a mask's box and the recorded one: a ray and a half


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; see the module's docstring."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", dest="folder", type=Path, required=True)
    parser.add_argument("--count", type=int, default=8, help="of each set of labels")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    found = dict(masks(options.folder, options.count))
    np.savez_compressed(options.out, paths=np.array(list(found)), masks=np.stack(list(found.values())))
    sys.stdout.write(f"{len(found)} masks\n")
    return 0


def masks(folder: Path, count: int) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield paths and masks, (48, 48), of so many renderings of each set of labels, where there are as many."""
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    by_labels: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["labels"] and row["box"]:
            by_labels[row["labels"]].append(row)
    for own in by_labels.values():
        made = 0
        for row in own[:: max(1, len(own) // (3 * count))]:
            if made < count and (mask := mask_again(row)) is not None:
                made += 1
                yield row["path"], mask


def mask_again(row: dict[str, Any]) -> NDArray[np.bool_] | None:
    """Return the mask of a rendering, (48, 48); None: its picture was moved, or its scene comes out otherwise."""
    family = load_family(row["family"])
    scene = draw_scene(
        family, row["seed"], row["index"], attempt=row["attempt"], cover_share=row["cover_share"]
    )
    if _MOVING & {step["step"] for step in scene["post"]}:
        return None
    size = picture_size(scene["camera"]["aspect"], row["render_size"])
    subject = build(scene, family, aspect=size[0] / size[1])
    mask = mask_of(subject, scene["camera"], size=size)
    if not mask.any():
        return None
    down, across = np.nonzero(mask)
    sides = np.array(mask.shape)[::-1]
    low, high = np.array([across.min(), down.min()]) / sides, np.array([across.max(), down.max()]) / sides
    box = np.array([*low, *(high + 1 / sides)])
    return mask if np.abs(box - row["box"]).max() <= _CLOSE else None


if __name__ == "__main__":
    raise SystemExit(main())
