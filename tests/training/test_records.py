"""Each record of a run is read back as it was written, and refused with a reason where it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.evaluated_run import RECORD
from training.calibration.record import (
    Calibrated,
    HeldOut,
    read_calibrated,
    read_held_out,
    write_calibrated,
    write_held_out,
)
from training.data.samples import read_dataset
from training.errors import DatasetError, TrainingError
from training.evaluation.findings import Evaluation, read_evaluation, write_evaluation
from training.learning.run_record import read_run_record, write_run_record
from training.release.export_record import (
    ExportRecord,
    QuantizedAccuracy,
    read_export_record,
    write_export_record,
)

INT8 = QuantizedAccuracy(float32=0.9, int8=0.875, photos=9, categories=2)
RECORDS = [
    (RECORD, write_run_record, read_run_record, "training.train"),
    (
        Calibrated(categories=(), policies={}, default_policy="balanced", review_curves={"a": ((0.1, 0.2),)}),
        write_calibrated,
        read_calibrated,
        "training.calibrate",
    ),
    (ExportRecord(onnx_gap=1e-5, int8=INT8), write_export_record, read_export_record, "training.export"),
    (Evaluation(model="m", model_sha256="0"), write_evaluation, read_evaluation, "training.evaluate"),
]


@pytest.mark.parametrize(("record", "write", "read", "step"), RECORDS)
def test_a_record_is_read_as_it_was_written(
    record: Any,
    write: Callable[[Any, Path], None],
    read: Callable[[Path], Any],
    step: str,
    tmp_path: Path,
) -> None:
    path = tmp_path / "record.json"
    for content in (None, b"{", b"[]", b"{}"):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(TrainingError, match=f"run python -m {step}"):
            read(path)
    write(record, path)
    assert read(path) == record
    assert [p.name for p in tmp_path.iterdir()] == ["record.json"]


def test_held_out_logits_are_read_with_their_photos(shapes_dataset: Path, tmp_path: Path) -> None:
    dataset, path = read_dataset(shapes_dataset), tmp_path / "held_out.npz"
    samples = dataset.samples[3:0:-1]
    logits = np.arange(6, dtype=np.float32).reshape(3, 2)
    write_held_out(HeldOut(samples=samples, logits=logits), path)
    found = read_held_out(path, dataset)
    assert found.samples == samples
    assert np.array_equal(found.logits, logits)
    write_held_out(HeldOut(samples=samples, logits=logits[1:]), path)
    with pytest.raises(DatasetError, match="one row of logits for each of 3 photos"):
        read_held_out(path, dataset)
    path.write_bytes(b"no archive")
    with pytest.raises(DatasetError, match="calibrate again"):
        read_held_out(path, dataset)
