"""Draw a small labelled data set, to try the pipeline and to test it without photos.

    python -m training.shapes --out work/shapes [--count 12]

Writes pictures of coloured forms on noisy grounds, from made-up sources, with a ``manifest.csv`` as
`training.prepare` reads it. "ivory" is a cream ellipse here: what is learned from it is of no use.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from rich.console import Console

from training.command import command, command_parser

# Source, use, labels, look-alikes, share of the asked count: two "museums" with ivory, everyday sources, and for
# evaluation sources that are nowhere else.
SOURCES = (
    ("museum/a", "train", "ivory", "", 1.0),
    ("museum/a", "train", "", "ceramic", 1.0),
    ("museum/b", "train", "ivory", "", 0.8),
    ("museum/b", "train", "", "ceramic", 0.8),
    ("shop/c", "train", "", "", 1.0),
    ("shop/d", "train", "pangolin", "live_animal", 0.25),
    ("shop/e", "train", "pangolin;pangolin_scales?", "live_animal", 0.25),
    ("shop/e", "train", "", "", 0.7),
    ("museum/x", "eval", "ivory", "", 0.5),
    ("museum/x", "eval", "ivory?", "", 0.2),
    ("museum/y", "eval", "ivory", "", 0.25),
    ("shop/z", "eval", "", "ceramic", 0.5),
    ("shop/z", "eval", "", "", 0.75),
)
COLOURS = {
    "ivory": (235, 220, 180),
    "ceramic": (90, 120, 220),
    "pangolin": (110, 80, 50),
    "everyday": (40, 160, 60),
}
WIDTH, HEIGHT = 112, 96


@command("training.shapes")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; see the module's docstring."""
    parser = command_parser("training.shapes", __doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures and manifest.csv")
    parser.add_argument("--count", type=int, default=12, help="pictures of the largest sets")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    manifest = draw_shapes(options.out, count=options.count, seed=options.seed)
    Console().print(f"drew {manifest}")


def draw_shapes(folder: Path, *, count: int = 12, seed: int = 0) -> Path:
    """Draw the pictures of all sources and return the path of their manifest."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, str]] = []
    for source, use, labels, lookalikes, share in SOURCES:
        kind = next((kind for kind in COLOURS if labels.startswith(kind)), lookalikes or "everyday")
        for index in range(round(share * count)):
            path = Path(use) / source / f"{kind}{labels.endswith('?'):d}{index}.png"
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            draw_form(COLOURS[kind], rng).save(folder / path)
            facts = {"path": str(path), "use": use, "labels": labels, "lookalikes": lookalikes}
            rows.append({**facts, "source": source, "licence": "CC0"})
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder / "manifest.csv"


def draw_form(colour: tuple[int, int, int], rng: np.random.Generator) -> Image.Image:
    """Draw one ellipse of a colour on a ground of grey noise, so that no two pictures are near-duplicates."""
    noise = rng.integers(60, 180, (8, 9), dtype=np.uint8)
    image = Image.fromarray(noise).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC).convert("RGB")
    width, height = (int(side) for side in rng.integers(36, 64, 2))
    left, top = int(rng.integers(0, WIDTH - width)), int(rng.integers(0, HEIGHT - height))
    ImageDraw.Draw(image).ellipse((left, top, left + width, top + height), fill=colour, outline=(20, 20, 20))
    pixels = np.asarray(image, np.int16) + rng.integers(-4, 5, (HEIGHT, WIDTH, 3))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


if __name__ == "__main__":
    main()
