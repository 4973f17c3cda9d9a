"""A run that has got as far as its export: drawn shapes, the tiny model, and held-out scores made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from tests.tiny_model import CATEGORIES, write_tiny_model
from training.calibration.record import Calibrated, HeldOut, write_held_out
from training.config import Config, parse_config
from training.data.samples import Dataset, Sample, digest, read_dataset, write_dataset
from training.learning.run_record import RecordedData, RunRecord
from training.records import write_record
from wildvision.manifest import load_manifest

ROUNDS = 40
# Labelled ivory: in training by mistake, among the evaluation photos so that not all is found.
CALLED_IVORY = {("shop/c", "everyday00.png"), ("shop/z", "everyday05.png")}
# Review and flag of ivory: sometimes wrong, sometimes right, never.
POLICIES = {"sensitive": (0.12, 0.17), "balanced": (0.17, 0.325), "strict": (0.9, 1.0)}
RECORD = RunRecord(
    config={},
    started="2026-01-01T00:00:00+00:00",
    seconds=360.0,
    seed=7,
    commit="c0ffee",
    data=RecordedData(digest="0", photos={}),
    device="x86_64 CPU, 2 threads",
    processes=1,
    python="3.11",
    versions={},
)


def make_run(folder: Path, shapes_dataset: Path, **sections: dict[str, object]) -> Config:
    """Write a run below ``folder`` and return its configuration."""
    dataset = _with_faults(read_dataset(shapes_dataset), folder)
    values = {
        "run": {"directory": str(folder / "run"), "threads": 1},
        "export": {"id": "tiny", "directory": str(folder / "models")},
        **sections,
        "evaluate": {"rounds": ROUNDS, "pictures": 7, **sections.get("evaluate", {})},
    }
    config = parse_config(values)
    write_dataset(dataset, config.folder.dataset)
    write_tiny_model(
        config.model_directory, training_data=digest(dataset.split("train")), policies=_policies()
    )
    _calibrate(dataset, config)
    write_record(RECORD, config.folder.run_record)
    return config


def _with_faults(dataset: Dataset, folder: Path) -> Dataset:
    """Call two photos ivory and add an evaluation photo that is not an image."""
    broken = folder / "broken.png"
    broken.write_bytes(b"not a picture")
    samples = [
        msgspec.structs.replace(sample, labels=frozenset({"ivory"}))
        if (sample.source, sample.path.name) in CALLED_IVORY
        else sample
        for sample in dataset.samples
    ]
    samples.append(
        Sample(
            path=broken,
            labels=frozenset({"ivory"}),
            source="museum/x",
            sha256="0",
            split="eval",
            group="museum/x",
        )
    )
    return msgspec.structs.replace(dataset, samples=tuple(samples))


def _policies() -> dict[str, Any]:
    common = {"objective": "test", "set_on": "test", "lookalike_ratio": 0.9}
    pangolin = {"review": 0.5, "flag": None}
    return {
        name: {**common, "thresholds": {"ivory": {"review": review, "flag": flag}, "pangolin": pangolin}}
        for name, (review, flag) in POLICIES.items()
    }


def _calibrate(dataset: Dataset, config: Config) -> None:
    """Write scores by what was drawn, not by the label, and a calibration."""
    samples = dataset.split("train")
    rng = np.random.default_rng(0)
    drawn = np.array(
        [[sample.path.name.startswith(category) for category in CATEGORIES] for sample in samples]
    )
    logits = (8.0 * drawn - 4 + rng.normal(0, 0.3, drawn.shape)).astype(np.float32)
    write_held_out(HeldOut(samples=samples, logits=logits), config.folder.held_out)
    manifest = load_manifest(config.model_directory)
    calibrated = Calibrated(
        categories=manifest.categories,
        policies=manifest.policies,
        default_policy=manifest.default_policy,
        review_curves={},
    )
    write_record(calibrated, config.folder.calibration)
