"""Drawn photos that PDQ can tell apart: random patches, one pattern a seed."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


def pattern(seed: int) -> Image.Image:
    patches = np.random.default_rng(seed).integers(0, 256, (21, 24, 3), np.uint8)
    return Image.fromarray(patches).resize((144, 126), Image.Resampling.NEAREST)


def save(path: Path, seed: int, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pattern(seed).save(path, **options)
    return path


def write_csv(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    columns = dict.fromkeys(column for row in rows for column in row)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(columns))
        writer.writeheader()
        writer.writerows(rows)
    return path
