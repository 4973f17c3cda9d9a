"""Training needs torch; an installation without the extra `train` tests the library only."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
from pathlib import Path

import pytest

if importlib.util.find_spec("torch") is None:
    tests = (p for p in Path(__file__).parent.iterdir() if p.is_dir() or p.name.startswith("test_"))
    collect_ignore = [p.name for p in tests if p.name != "synth"]


@pytest.fixture(scope="session")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of drawn shapes with a manifest, laid out as the real photos are."""
    from training.shapes import draw_shapes

    return draw_shapes(tmp_path_factory.mktemp("shapes")).parent


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
                sha256=hashlib.sha256((shapes / row["path"]).read_bytes()).hexdigest(),
                split="eval" if row["use"] == "eval" else "train",
                group=row["source"],
            )
        )
    directory = tmp_path_factory.mktemp("dataset")
    categories = ("ivory", "pangolin", "ceramic", "live_animal")
    write_dataset(Dataset(schema=DATASET_SCHEMA, categories=categories, samples=tuple(samples)), directory)
    return directory
