"""Write the model directory: ONNX with its three outputs, an 8-bit version if asked for, and the manifest.

    python -m training.export --config training/configs/X.toml

Reads ``RUN/networks/final.pt``, ``RUN/calibration.json`` and ``RUN/dataset``. Writes the model directory, there whole
or not at all and without anything of an older one, and ``RUN/export.json`` with what the checks measured.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from training.calibration.record import Calibrated, read_calibrated
from training.command import command, command_parser
from training.config import Config, add_config_arguments, add_release_argument, config_of
from training.data.loader import Photos
from training.data.samples import Dataset, Sample, digest, read_dataset
from training.errors import TrainingError
from training.learning.plan import FINAL, Plan, plan_networks
from training.network.checkpoint import FinishedNetwork, load_network
from training.release.export_record import ExportRecord, read_export_record, write_export_record
from training.release.onnx_file import (
    BATCH_SIZES,
    check_half,
    check_map,
    check_onnx,
    export_onnx,
    halve_weights,
    onnx_record,
)
from training.release.quantisation import QuantizedAccuracy, compare, quantize, require_accuracy, score_both
from wildvision.manifest import (
    MANIFEST_SCHEMA,
    Abstention,
    FileRecord,
    Manifest,
    load_manifest,
)
from wildvision.runtime import FILES, OnnxModel
from wildvision.taxonomy import Category, load_taxonomy

MAX_GATE_FOLDS = 8  # networks that are quantised to say what it costs: half a minute each
FLOAT_FILE, INT8_FILE = FILES["float32"], FILES["int8"]


@command("training.export")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; see the module's docstring."""
    parser = command_parser("training.export", __doc__)
    add_config_arguments(parser)
    add_release_argument(parser)
    config, console = config_of(parser.parse_args(arguments)), Console()
    directory = export(config)
    record = read_export_record(config.folder.export_record)
    console.print(f"{directory}: ONNX and torch differ by {record.onnx_gap:.1e}")
    if record.int8:
        console.print(f"mean average precision {record.int8.float32:.4f}, in int8 {record.int8.int8:.4f}")


def export(config: Config) -> Path:
    """Write the model directory and return it.

    Raises:
        TrainingError: Network and calibration are missing or do not belong together, ONNX and torch disagree, or
            the target is a folder that holds no model.
        AccuracyGateError: int8 lost more than ``export.max_drop``. Whatever is raised, nothing is written.
    """
    finished = load_network(config.folder.network(FINAL))
    calibrated = read_calibrated(config.folder.calibration)
    dataset, target = read_dataset(config.folder.dataset), config.model_directory
    _check_they_belong_together(finished, calibrated)
    _check_replaceable(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as folder:
        directory = Path(folder) / target.name
        directory.mkdir()
        record = _write_networks(directory, finished, dataset, config)
        files = {path.name: onnx_record(path) for path in sorted(directory.iterdir())}
        manifest = build_manifest(finished, calibrated, dataset, config, files=files)
        content = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
        (directory / "manifest.json").write_bytes(content + b"\n")
        OnnxModel(directory, load_manifest(directory))  # what its users will do with it
        _move_in(directory, target)
    write_export_record(record, config.folder.export_record)
    return target


def _check_they_belong_together(finished: FinishedNetwork, calibrated: Calibrated) -> None:
    found = tuple(entry.id for entry in calibrated.categories)
    if found != finished.categories:
        raise TrainingError(
            f"expected a calibration of {', '.join(finished.categories)}, found {', '.join(found)}; "
            "run python -m training.calibrate again"
        )


def _check_replaceable(target: Path) -> None:
    is_model = (target / "manifest.json").is_file()
    if target.exists() and not is_model and not (target.is_dir() and not any(target.iterdir())):
        raise TrainingError(
            f"expected a model directory or nothing at {target}, found something else that would be lost; "
            "choose another export.id or export.directory"
        )


def _move_in(directory: Path, target: Path) -> None:
    """Put a finished directory in the place of an older one, which goes with the temporary folder."""
    older = directory.with_name(".replaced")  # no id begins with a dot
    if target.exists():
        target.rename(older)
    try:
        directory.rename(target)
    except OSError:
        if older.exists():
            older.rename(target)
        raise


# --- the networks -----------------------------------------------------------------------------------------


def _write_networks(
    directory: Path, finished: FinishedNetwork, dataset: Dataset, config: Config
) -> ExportRecord:
    network, spec = finished.network, finished.spec
    shuffled = _shuffled(dataset.split("train"), seed=config.run.seed)
    photos = Photos(shuffled, spec)
    images = [photos[row] for row in range(min(len(photos), max(BATCH_SIZES)))]
    export_onnx(network, directory / FLOAT_FILE, spec=spec)
    gap = check_onnx(network, directory / FLOAT_FILE, images, spec=spec)
    accuracy = None
    if config.export.int8:
        paths = directory / FLOAT_FILE, directory / INT8_FILE
        quantize(*paths, shuffled[: config.export.calibration_images], spec=spec)
        check_map(network, paths[1], images, spec=spec)
        accuracy = _held_out_accuracy(paths, finished, dataset, config)
        require_accuracy(accuracy, max_drop=config.export.max_drop)
    half_gap = _halve(directory / FLOAT_FILE, images, finished) if config.export.half_weights else None
    return ExportRecord(onnx_gap=gap, half_gap=half_gap, int8=accuracy)


def _halve(path: Path, images: Sequence[NDArray[np.uint8]], finished: FinishedNetwork) -> float:
    half = path.with_suffix(".half")
    shutil.copyfile(path, half)
    halve_weights(half)
    gap = check_half(path, half, images, spec=finished.spec)
    check_map(finished.network, half, images, spec=finished.spec)
    half.replace(path)
    return gap


def _held_out_accuracy(
    paths: tuple[Path, Path], finished: FinishedNetwork, dataset: Dataset, config: Config
) -> QuantizedAccuracy:
    """Measure what quantising costs on photos of groups that the quantised network never saw.

    Where no split is held out, the network to release saw everything: the folds' networks, quantised in the same
    way, stand for it, each on the photos that it did not see; of many folds, at most `MAX_GATE_FOLDS`.
    """
    spec, threads = finished.spec, config.run.threads
    if held_out := dataset.split("calibration", "validation"):
        return compare(
            score_both(*paths, held_out, spec=spec, threads=threads), held_out, finished.categories
        )
    every = [plan for plan in plan_networks(dataset, config) if plan.held_out]
    plans = every[:: -(-len(every) // MAX_GATE_FOLDS)]
    found = [_fold_scores(plan, config) for plan in plans]
    scores = np.concatenate([f for f, _ in found]), np.concatenate([i for _, i in found])
    return compare(scores, [sample for plan in plans for sample in plan.held_out], finished.categories)


def _fold_scores(plan: Plan, config: Config) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    finished = load_network(config.folder.network(plan.name))
    with tempfile.TemporaryDirectory() as folder:
        paths = Path(folder) / FLOAT_FILE, Path(folder) / INT8_FILE
        export_onnx(finished.network, paths[0], spec=finished.spec)
        shuffled = _shuffled(plan.samples, seed=config.run.seed)
        quantize(*paths, shuffled[: config.export.calibration_images], spec=finished.spec)
        return score_both(*paths, plan.held_out, spec=finished.spec, threads=config.run.threads)


def _shuffled(samples: Sequence[Sample], *, seed: int) -> list[Sample]:
    return [samples[row] for row in np.random.default_rng(seed).permutation(len(samples))]


# --- the manifest -----------------------------------------------------------------------------------------


def build_manifest(
    finished: FinishedNetwork,
    calibrated: Calibrated,
    dataset: Dataset,
    config: Config,
    *,
    files: dict[str, FileRecord],
) -> Manifest:
    """Say all of a model that is known before it is evaluated: its metrics are still empty."""
    return Manifest(
        schema=MANIFEST_SCHEMA,
        id=config.export.id,
        created=dt.datetime.now(dt.UTC).date().isoformat(),
        architecture=finished.architecture,
        licence=config.report.licence,
        attribution=config.report.attribution,
        preprocess=finished.spec,
        embedding_size=finished.network.head.in_features,
        new_categories=_new_categories(dataset.new_categories, finished.categories),
        not_supported=tuple(c.id for c in load_taxonomy().categories if c.id not in finished.categories),
        abstention=Abstention(min_side=config.export.min_side, min_contrast=config.export.min_contrast),
        metrics={},
        training_data=digest(dataset.split("train")),
        files=files,
        **msgspec.structs.asdict(calibrated),
    )


def _new_categories(new: Sequence[Category], scored: Sequence[str]) -> tuple[Category, ...]:
    """Return those that the model scores; look-alikes that it does not know would make its taxonomy invalid."""
    known = {category.id for category in load_taxonomy().categories} | set(scored)
    return tuple(
        msgspec.structs.replace(category, lookalikes=tuple(i for i in category.lookalikes if i in known))
        for category in new
        if category.id in scored
    )


if __name__ == "__main__":
    main()
