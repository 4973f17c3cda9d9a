"""Train, calibrate, export, evaluate and document the released model from one command.

    python -m training.first_model --data PATH --work PATH --out models

About ten minutes on two CPU cores; with ``--draws 20000`` the backbone is fine-tuned too, which takes an hour more.
What is slow is kept under ``--work`` as soon as it is done, so a run that is stopped goes on where it was. ``--data``
holds ``manifest.csv`` and the photos.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from training.calibrate import choose_policies, fit_categories
from training.data import Sample, digest, label_matrix, read_samples, source_folds, trainable_categories
from training.engine import TrainSettings, embed, score, train
from training.evaluate import Evaluation, evaluate
from training.export import check_onnx, export_onnx
from training.head import HeadSettings, blend, fit_head, head_features
from training.metrics import area_under_roc, tpr_at_fpr
from training.model import WildlifeNet, pretrained_network
from training.report import ATTRIBUTION, file_record, update_readme, write_manifest, write_report
from wildvision import Classifier
from wildvision.decision import calibrate
from wildvision.images import read_image
from wildvision.manifest import (
    DEFAULT_MODEL_ID,
    MANIFEST_SCHEMA,
    PREPROCESS_VERSION,
    Abstention,
    CategoryEntry,
    Manifest,
    Policy,
    PreprocessSpec,
)
from wildvision.taxonomy import load_taxonomy

SIDE = {"tf_efficientnet_lite0": 224, "tf_efficientnet_lite1": 240, "tf_efficientnet_lite2": 260}
FOLDS = 3
HEAD = HeadSettings()

Images = Sequence[NDArray[np.uint8]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run everything; see the module's docstring."""
    options = _parse(arguments)
    options.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    spec = preprocess_spec(options.architecture)
    samples = read_samples(options.data, use="train")
    images = [read_image(s.path, decode_side=spec.decode_side).pixels for s in samples]
    categories = trainable_categories(samples)
    settings = TrainSettings(architecture=options.architecture, draws=options.draws, seed=options.seed)

    fold_of = source_folds(samples, folds=FOLDS, seed=options.seed)
    targets, known = label_matrix(samples, categories)
    features = (
        None if settings.draws else _shared_features(samples, images, fold_of, spec, settings, options.work)
    )

    def network_of(name: str, rows: NDArray[np.int64]) -> WildlifeNet:
        network = pretrained_network(settings.architecture, categories=len(categories))
        if features is not None:
            chosen = features[:, rows]
        else:
            inside, pixels = [samples[row] for row in rows], [images[row] for row in rows]
            tuned = _tuned(name, inside, pixels, categories, spec, settings, options.work)
            blend(network, tuned, 1 - HEAD.tuned_share)
            chosen = head_features(network, inside, pixels, spec=spec, settings=HEAD)
        fit_head(network, chosen, targets[rows], known[rows], inverse_penalty=HEAD.inverse_penalty)
        return network.eval()

    held_out_logits = np.zeros((len(samples), len(categories)), np.float32)
    for fold in range(FOLDS):
        network = network_of(f"fold{fold}", np.flatnonzero(fold_of != fold))
        outside = np.flatnonzero(fold_of == fold)
        pooled = (
            features[0, outside]
            if features is not None
            else embed(network, (images[row] for row in outside), spec=spec)
        )
        held_out_logits[outside] = score(network, pooled)
    network = network_of("final", np.arange(len(samples)))

    entries, policies = _calibrated(held_out_logits, samples, categories)
    directory = options.out / options.id
    directory.mkdir(parents=True, exist_ok=True)
    export_onnx(network, directory / "model.onnx", spec=spec)
    gap = check_onnx(network, directory / "model.onnx", images[:: len(images) // 16], spec=spec)
    manifest = Manifest(
        schema=MANIFEST_SCHEMA,
        id=options.id,
        created=dt.datetime.now(dt.UTC).date().isoformat(),
        architecture=options.architecture,
        licence="Apache-2.0",
        attribution=ATTRIBUTION,
        preprocess=spec,
        embedding_size=network.head.in_features,
        categories=entries,
        not_supported=tuple(c.id for c in load_taxonomy().categories if c.id not in categories),
        abstention=Abstention(min_side=32, min_contrast=2.0),
        default_policy="balanced",
        policies=policies,
        metrics={},
        training_data=digest(samples),
        files={"model.onnx": file_record(directory / "model.onnx")},
    )
    write_manifest(directory, manifest)
    evaluation = _evaluated(directory, manifest, options.data)
    manifest = _with_metrics(manifest, evaluation)
    write_manifest(directory, manifest)
    details: dict[str, Any] = {
        "command": f"python -m training.first_model --data DATA --draws {options.draws}",
        **evaluation.details,
        "held_out": held_out_table(held_out_logits, samples, categories, fold_of),
        "onnx_gap": gap,
        "training": {
            "description": _describe(settings),
            "seed": options.seed,
        },
    }
    write_report(directory, manifest, details, samples)
    if options.readme:
        update_readme(options.readme, manifest, details)


def _describe(settings: TrainSettings) -> str:
    backbone = (
        f"backbone fine-tuned on {settings.draws} augmented photos and blended with ImageNet's"
        if settings.draws
        else "backbone as ImageNet made it"
    )
    return (
        f"{backbone}; head fitted as logistic regressions ({HEAD}); {FOLDS} networks with a third of the sources "
        "held out for calibration and thresholds, one on all."
    )


def preprocess_spec(architecture: str) -> PreprocessSpec:
    """Return the transform of an EfficientNet-Lite: its ImageNet size, scaled to -1 to 1 (timm's default)."""
    return PreprocessSpec(
        version=PREPROCESS_VERSION,
        width=SIDE[architecture],
        height=SIDE[architecture],
        fit="pad",
        resample="bicubic",
        padding=(124, 116, 104),  # the mean of ImageNet: padding says nothing
        mean=(0.5, 0.5, 0.5),
        std=(0.5, 0.5, 0.5),
        decode_side=3 * SIDE[architecture] // 2,
    )


def _shared_features(
    samples: Sequence[Sample],
    images: Images,
    fold_of: NDArray[np.int64],
    spec: PreprocessSpec,
    settings: TrainSettings,
    work: Path,
) -> NDArray[np.float32]:
    """Compute the features of a frozen backbone once for all folds, or load them from an earlier run.

    Each fold is augmented by itself: no photo stands behind an object of another fold.
    """
    cache, key = work / "features.npz", f"{settings} {HEAD} {spec} {digest(samples)}"
    if cache.is_file():
        with np.load(cache) as stored:
            if stored["key"] == key:
                return stored["features"]
    network = pretrained_network(settings.architecture, categories=1)
    features = np.zeros((1 + HEAD.views, len(samples), network.head.in_features), np.float32)
    for fold in range(FOLDS):
        rows = np.flatnonzero(fold_of == fold)
        inside, pixels = [samples[int(row)] for row in rows], [images[int(row)] for row in rows]
        features[:, rows] = head_features(network, inside, pixels, spec=spec, settings=HEAD)
    temporary = cache.with_suffix(".part.npz")
    np.savez(temporary, key=key, features=features)
    temporary.replace(cache)
    return features


def _tuned(
    name: str,
    samples: Sequence[Sample],
    images: Images,
    categories: Sequence[str],
    spec: PreprocessSpec,
    settings: TrainSettings,
    work: Path,
) -> WildlifeNet:
    """Fine-tune, or load what an earlier run has finished."""
    checkpoint = work / f"{name}.pt"
    recipe = {"settings": str(settings), "data": digest(samples)}
    if checkpoint.is_file():
        state = torch.load(checkpoint, weights_only=True)
        if state["recipe"] == recipe:
            network = WildlifeNet(settings.architecture, categories=len(categories))
            network.load_state_dict(state["weights"])
            return network.eval()
    network = train(samples, images, categories, spec=spec, settings=settings, log=work / f"{name}.jsonl")
    temporary = checkpoint.with_suffix(".part")
    torch.save({"recipe": recipe, "weights": network.state_dict()}, temporary)
    temporary.replace(checkpoint)
    return network


def _calibrated(
    logits: NDArray[np.float32], samples: Sequence[Sample], categories: Sequence[str]
) -> tuple[tuple[CategoryEntry, ...], dict[str, Policy]]:
    targets, known = label_matrix(samples, categories)
    entries = fit_categories(logits, targets, known, categories, samples)
    scores = np.zeros(logits.shape)
    for row, values in enumerate(logits):
        by_category = {p.category: p.score for p in calibrate(values, entries)}
        scores[row] = [by_category[category] for category in categories]
    return entries, dict(choose_policies(scores, targets, known, entries))


def _evaluated(directory: Path, manifest: Manifest, data: Path) -> Evaluation:
    classifiers = {name: Classifier(directory, policy=name) for name in manifest.policies}
    return evaluate(classifiers, read_samples(data, use="eval"))


def _with_metrics(manifest: Manifest, evaluation: Evaluation) -> Manifest:
    fields = {name: getattr(manifest, name) for name in manifest.__struct_fields__}
    return Manifest(**{**fields, "metrics": evaluation.metrics})


def held_out_table(
    logits: NDArray[np.float32],
    samples: Sequence[Sample],
    categories: Sequence[str],
    fold_of: NDArray[np.int64],
) -> list[dict[str, Any]]:
    """Measure ivory on each fold, whose sources its network never saw."""
    targets, known = label_matrix(samples, categories)
    column = list(categories).index("ivory")
    rows_of = [np.flatnonzero((fold_of == fold) & known[:, column]) for fold in range(FOLDS)]
    table: list[dict[str, Any]] = []
    for rows in rows_of:
        scores, truth = logits[rows, column], targets[rows, column] > 0.5
        if truth.any():
            table.append(
                {
                    "held_out": ", ".join(sorted({samples[int(row)].source for row in rows})),
                    "photos": len(rows),
                    "ivory": int(truth.sum()),
                    "area_under_roc": round(area_under_roc(scores, truth), 4),
                    "tpr_at_1": round(tpr_at_fpr(0.01)(scores, truth), 4),
                    "tpr_at_5": round(tpr_at_fpr(0.05)(scores, truth), 4),
                }
            )
    return table


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.first_model", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with manifest.csv and the photos")
    parser.add_argument("--work", type=Path, default=Path("work"), help="where trained networks are kept")
    parser.add_argument("--out", type=Path, default=Path("models"), help="where the model directory goes")
    parser.add_argument("--readme", type=Path, help="README whose accuracy section is to be written")
    parser.add_argument("--id", default=DEFAULT_MODEL_ID, help="id of the model")
    parser.add_argument("--architecture", default="tf_efficientnet_lite1", choices=sorted(SIDE))
    parser.add_argument(
        "--draws", type=int, default=0, help="photos drawn to fine-tune each network; 0: none"
    )
    parser.add_argument("--threads", type=int, default=2, help="CPU threads for torch")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
