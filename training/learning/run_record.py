"""What a run was made from, written before its first step."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import platform
import subprocess
from collections import Counter
from typing import Any

import msgspec
import torch

from training.config import Config
from training.data.samples import Dataset, digest, replace_file
from training.learning.distributed import World

PACKAGES = (
    *("wildvision", "torch", "torchvision", "timm", "albumentations"),
    *("numpy", "scikit-learn", "onnxruntime", "Pillow"),
)


def write_run_record(
    config: Config,
    dataset: Dataset,
    world: World,
    *,
    started: dt.datetime,
    finished: dt.datetime | None = None,
) -> None:
    """Write ``run.json``: resolved configuration, commit, data, versions, seed and device.

    Args:
        config: Of the run.
        dataset: What it reads.
        world: Who trains.
        started: When this command began to train.
        finished: When it was done; None: it is not.
    """
    record: dict[str, Any] = {
        "config": config.model_dump(mode="json"),
        "started": started.isoformat(timespec="seconds"),
        "seconds": None if finished is None else round((finished - started).total_seconds(), 1),
        "seed": config.run.seed,
        "commit": _commit(),
        "data": {
            "digest": digest(dataset.samples),
            "photos": dict(Counter(sample.split for sample in dataset.samples)),
        },
        "device": _device(world),
        "processes": world.size,
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
    }
    config.run.directory.mkdir(parents=True, exist_ok=True)
    content = msgspec.json.format(msgspec.json.encode(record), indent=2)
    replace_file(config.run.directory / "run.json", content + b"\n")


def _device(world: World) -> str:
    if world.device.type == "cuda":
        return torch.cuda.get_device_name(world.device)
    return f"{platform.machine()} CPU, {torch.get_num_threads()} threads"


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
