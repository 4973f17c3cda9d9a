"""The record of a run: what it is made from, written before its first step."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import platform
import subprocess
from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from training.config import Config
from training.data.samples import Dataset, digest
from training.records import Record

PACKAGES = (
    *("wildvision", "torch", "torchvision", "timm", "albumentations"),
    *("numpy", "scikit-learn", "onnxruntime", "Pillow"),
)


class RecordedData(msgspec.Struct, frozen=True, kw_only=True):
    """The photos of a run: the digest of all, and how many each split has."""

    digest: str
    photos: Mapping[str, int]


class RunRecord(Record, frozen=True, kw_only=True):
    """What a run was made from.

    Attributes:
        config: The resolved configuration.
        started: When the command began to train, in ISO 8601.
        seconds: How long it took; None: it is not done.
        seed: Of the run.
        commit: Of the working tree, marked where it has changes; None outside a repository.
        data: What it read.
        device: What it ran on.
        processes: How many trained together.
        python: Version.
        versions: By package.
    """

    TITLE: ClassVar[str] = "the record of a run"
    STEP: ClassVar[str] = "training.train"

    config: Mapping[str, Any]
    started: str
    seconds: float | None
    seed: int
    commit: str | None
    data: RecordedData
    device: str
    processes: int
    python: str
    versions: Mapping[str, str]

    @property
    def mode(self) -> str | None:
        """How the networks were trained, as ``train.mode`` says it."""
        return self.config.get("train", {}).get("mode")


def describe_run(
    config: Config,
    dataset: Dataset,
    *,
    device: str,
    processes: int,
    started: dt.datetime,
    finished: dt.datetime | None = None,
) -> RunRecord:
    """Say what a run is made from: resolved configuration, commit, data, versions, seed and device.

    Args:
        config: Of the run.
        dataset: What it reads.
        device: What it runs on.
        processes: How many train together.
        started: When this command began to train.
        finished: When it was done; None: it is not.
    """
    return RunRecord(
        config=config.model_dump(mode="json"),
        started=started.isoformat(timespec="seconds"),
        seconds=None if finished is None else round((finished - started).total_seconds(), 1),
        seed=config.run.seed,
        commit=_commit(),
        data=RecordedData(
            digest=digest(dataset.samples),
            photos=dict(Counter(sample.split for sample in dataset.samples)),
        ),
        device=device,
        processes=processes,
        python=platform.python_version(),
        versions={name: importlib.metadata.version(name) for name in PACKAGES},
    )


def _commit() -> str | None:
    """Return the commit of the working tree, marked where it has changes; None outside a repository."""
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return found.stdout.strip()
