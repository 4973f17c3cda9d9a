"""Hashes and embeddings of a part of a scan, as arrays."""

from __future__ import annotations

import importlib

import numpy as np
from numpy.typing import NDArray

from wildvision.archive.folder import ScanFolder
from wildvision.archive.hamming import LEAST_QUALITY, UInt64Array, packed
from wildvision.archive.sinks import read_part

FloatArray = NDArray[np.float32]
Rows = NDArray[np.int64]


def part_hashes(folder: ScanFolder, number: int) -> tuple[UInt64Array, Rows]:
    """Return the hashes of a part, shape (N, 4), and their rows in it; those of poor quality are left out.

    Raises:
        ScanError: The part is damaged.
    """
    found = [
        (row, facts.pdq)
        for row, facts in enumerate(folder.facts(number))
        if facts.pdq and (facts.pdq_quality or 0) >= LEAST_QUALITY
    ]
    return packed([pdq for _, pdq in found]), np.array([row for row, _ in found], np.int64)


def part_vectors(folder: ScanFolder, number: int) -> tuple[FloatArray, Rows]:
    """Return the embeddings of a part, shape (N, D), and their rows in it.

    Raises:
        ScanError: The part is damaged.
    """
    with folder.reading(number) as path:
        if path.suffix == ".parquet":
            with path.open("rb") as file:
                column = importlib.import_module("pyarrow.parquet").read_table(file, columns=["embedding"])[0]
            rows = np.flatnonzero(column.is_valid().to_numpy())
            values = column.drop_null().combine_chunks().flatten().to_numpy(zero_copy_only=False)
            return values.astype(np.float32).reshape(len(rows), -1) if len(rows) else _NOTHING, rows
        found = [
            (row, record["embedding"])
            for row, record in enumerate(read_part(path))
            if record.get("embedding")
        ]
        if not found:
            return _NOTHING, np.zeros(0, np.int64)
        return np.array([vector for _, vector in found], np.float32), np.array([row for row, _ in found])


_NOTHING = np.zeros((0, 0), np.float32)
