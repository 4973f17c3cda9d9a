"""Training needs torch; an installation without the extra `train` tests the library only."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

if importlib.util.find_spec("torch") is None:
    collect_ignore_glob = ["test_*.py"]

# source, use, labels, look-alikes, how many: two "museums" with ivory, everyday sources, one for evaluation
SHAPES = [
    ("museum/a", "train", "ivory", "", 12),
    ("museum/a", "train", "", "ceramic", 12),
    ("museum/b", "train", "ivory", "", 10),
    ("museum/b", "train", "", "ceramic", 10),
    ("shop/c", "train", "", "", 12),
    ("shop/d", "train", "pangolin", "live_animal", 3),
    ("shop/e", "train", "pangolin;pangolin_scales?", "live_animal", 3),
    ("shop/e", "train", "", "", 8),
    ("museum/x", "eval", "ivory", "", 6),
    ("museum/x", "eval", "ivory?", "", 2),
    ("museum/y", "eval", "ivory", "", 3),
    ("shop/z", "eval", "", "ceramic", 6),
    ("shop/z", "eval", "", "", 9),
]
COLOURS = {"ivory": (235, 220, 180), "ceramic": (90, 120, 220), "pangolin": (110, 80, 50), "": (40, 160, 60)}


@pytest.fixture(scope="session")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of drawn shapes with a manifest, laid out as the real photos are."""
    folder = tmp_path_factory.mktemp("shapes")
    rng = np.random.default_rng(0)
    rows = []
    for source, use, labels, lookalikes, count in SHAPES:
        for index in range(count):
            kind = next((k for k in COLOURS if k and labels.startswith(k)), lookalikes or "")
            path = Path(use) / source / f"{kind or 'everyday'}{index}.png"
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            _draw(COLOURS.get(kind, COLOURS[""]), rng).save(folder / path)
            digest = hashlib.sha256((folder / path).read_bytes()).hexdigest()
            rows.append(
                {
                    "path": str(path),
                    "use": use,
                    "sha256_original": digest,
                    "labels": labels,
                    "lookalikes": lookalikes,
                    "found_as": "",
                    "source": source,
                    "licence": "CC0",
                    "note": "",
                }
            )
    with (folder / "manifest.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder


@pytest.fixture(scope="session")
def shapes_dataset(shapes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The drawn shapes as a prepared data set, each source a group."""
    from training.data.samples import DATASET_SCHEMA, Dataset, Sample, write_dataset

    with (shapes / "manifest.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    samples = []
    for row in rows:
        marks = [mark for field in ("labels", "lookalikes") for mark in row[field].split(";") if mark]
        samples.append(
            Sample(
                path=shapes / row["path"],
                labels=frozenset(mark for mark in marks if not mark.endswith("?")),
                unsettled=frozenset(mark[:-1] for mark in marks if mark.endswith("?")),
                source=row["source"],
                licence=row["licence"],
                sha256=row["sha256_original"],
                split="eval" if row["use"] == "eval" else "train",
                group=row["source"],
            )
        )
    directory = tmp_path_factory.mktemp("dataset")
    categories = ("ivory", "pangolin", "ceramic", "live_animal")
    write_dataset(Dataset(schema=DATASET_SCHEMA, categories=categories, samples=tuple(samples)), directory)
    return directory


def _draw(colour: tuple[int, int, int], rng: np.random.Generator) -> Image.Image:
    ground = int(rng.integers(100, 140))
    image = Image.new("RGB", (96, 80), (ground, ground, ground))
    left, top = int(rng.integers(8, 24)), int(rng.integers(8, 24))
    ImageDraw.Draw(image).ellipse((left, top, left + 56, top + 44), fill=colour, outline=(20, 20, 20))
    pixels = np.asarray(image, np.int16) + rng.integers(-4, 5, (80, 96, 3))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
