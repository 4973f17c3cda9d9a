"""A platform that the tests paint: photos of it, and a tiny model that says what its thresholds cost and find."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.conftest import paint
from tests.tiny_model import write_tiny_model

SCORES = np.round(np.geomspace(0.999, 0.01, 30), 6)


def curves(scale: float = 1.0) -> list[list[float]]:
    """Falling scores, and the share of everyday photos that reach each."""
    return [
        [float(score), float(round(min(0.5, scale * 1e-4 * 1.35**n), 6))] for n, score in enumerate(SCORES)
    ]


def write_model(directory: Path, **changes: Any) -> Path:
    """Write a tiny model whose policies say what they ask for, with curves for both products."""
    threshold = {"review": 0.4, "flag": 0.7}
    policies = {
        name: {
            "objective": "test",
            "set_on": "test",
            "lookalike_ratio": 1.0,
            "thresholds": {"ivory": threshold, "pangolin": {"review": 0.5, "flag": None}},
            "asked_review": review,
            "asked_flag": review / 10,
        }
        for name, review in (("sensitive", 0.1), ("balanced", 0.03))
    }
    return write_tiny_model(
        directory,
        policies=policies,
        review_curves={"ivory": curves(), "pangolin": curves(2.0)},
        found_curves={
            "ivory": [round(0.6 * (n + 1) / 30, 6) for n in range(30)],
            "pangolin": [round(0.2 * (n + 1) / 30, 6) for n in range(30)],
        },
        **changes,
    )


def write_photos(folder: Path, photos: Sequence[tuple[str, str, int]], *, seed: int = 0) -> Path:
    """Paint photos and write their manifest.

    Args:
        folder: Where to.
        photos: Label, source and how many; ``ivory`` is red to the tiny model, ``bone`` green.
        seed: Of their colours.
    """
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "labels.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "labels", "source"])
        for label, source, count in photos:
            for number in range(count):
                name = f"{label or 'open'}-{source.replace('/', '-')}-{number}.png"
                Image.fromarray(_painted(label, rng)).save(folder / name)
                rows.writerow([name, label, source])
    return folder / "labels.csv"


def _painted(label: str, rng: np.random.Generator) -> np.ndarray:
    low = {"ivory": (150, 40, 40), "bone": (40, 150, 40)}.get(label, (20, 60, 60))
    red, green, blue = (int(rng.integers(start, start + 90)) for start in low)
    return paint(red, green, blue)
