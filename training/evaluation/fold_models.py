"""Model directories of a run's folds: the released network with the head that never saw the fold's photos."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from training.config import Config
from training.data.samples import Dataset, Sample
from training.learning.plan import plan_networks
from training.network.checkpoint import load_network
from wildvision.heads import HEADS_FILE, Heads, pack_heads
from wildvision.manifest import FileRecord, Manifest, TaughtHeads, load_manifest
from wildvision.model_folder import MANIFEST, NETWORKS


def fold_of_photos(dataset: Dataset, config: Config) -> dict[Sample, str]:
    """Return the fold whose network never saw each real photo's group."""
    plans = plan_networks(dataset, config)
    return {sample: plan.name for plan in plans for sample in plan.held_out}


def write_fold_models(config: Config, model: Path, out: Path, folds: set[str]) -> Mapping[str, Path]:
    """Write a model directory for each fold: network, calibration and thresholds of a release, heads of the fold.

    Only the frozen mode has folds that share the release's network. Calibration and thresholds were chosen on what
    these very heads said of photos left out, so that they fit.

    Args:
        config: Of the run.
        model: Directory of its release.
        out: Where the directories are made.
        folds: Names of those that are wanted.

    Raises:
        TrainingError: A network of the run is missing.
    """
    released = load_manifest(model)
    return {fold: _write(config.folder.network(fold), model, released, out / fold) for fold in sorted(folds)}


def _write(network: Path, model: Path, released: Manifest, out: Path) -> Path:
    finished = load_network(network)
    order = [finished.categories.index(category) for category in released.category_ids]
    weights, bias = (
        value.detach().numpy()[order] for value in (finished.network.head.weight, finished.network.head.bias)
    )
    content = pack_heads(Heads(weights=weights, bias=bias, columns=tuple(range(len(order)))))
    record = FileRecord(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    ids = released.category_ids
    manifest = msgspec.structs.replace(
        released,
        id=f"{released.id}-{network.stem}",
        heads=TaughtHeads(categories=ids, network=ids, base=released.id),
        files={**released.files, HEADS_FILE: record},
    )
    out.mkdir(parents=True, exist_ok=True)
    (out / HEADS_FILE).write_bytes(content)
    (out / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    for name in (NETWORKS["float32"],):
        (out / name).unlink(missing_ok=True)
        (out / name).symlink_to((model / name).resolve())
    return out
