"""Measure an exported model on photos of sources it has never seen, through `wildvision` itself.

``python -m training.evaluate --config FILE`` writes RUN/evaluation: ``evaluation.json``, diagrams, and sheets of
photos that are for those who may see the photos only.
"""

from __future__ import annotations

import shutil
from collections.abc import Container, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from training.command import command, command_parser
from training.config import Config, add_config_arguments, add_release_argument, config_of
from training.data.samples import Dataset, Sample, read_dataset
from training.errors import ConfigError, DatasetError
from training.evaluation.evasion_report import EvasionReport, evasion_plot
from training.evaluation.findings import (
    NOTHING_UNSEEN,
    Evaluation,
    HeldOutRow,
    TrainingFindings,
    UnseenFindings,
)
from training.evaluation.held_out import read_held_out_scores
from training.evaluation.leave_one_out import leave_one_source_out
from training.evaluation.scoring import ScoredPhotos, score_photos, scores_by_category, taxonomy_of
from training.evaluation.suspects import suspect_sheet, suspicious_labels
from training.evaluation.unseen import Pictures, measure_unseen, unseen_samples
from training.metrics import average_precision
from training.records import write_record
from training.run_folder import RunFolder
from wildvision import Classifier
from wildvision.model_folder import NETWORKS
from wildvision.taxonomy import Taxonomy

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]


@command("training.evaluate")
def main(arguments: Sequence[str] | None = None) -> None:
    """Evaluate a model from the command line."""
    parser = command_parser("training.evaluate", __doc__)
    add_config_arguments(parser)
    add_release_argument(parser)
    config = config_of(parser.parse_args(arguments))
    found = measure(config)
    _summarise(found, config)
    _refuse_nothing(found, config)


def _summarise(found: Evaluation, config: Config) -> None:
    console = Console()
    unseen = found.unseen
    console.print(
        f"{unseen.photos} photos of {len(unseen.sources)} sources; {found.broken} could not be read"
    )
    for category, area in unseen.area_under_roc.items():
        console.print(f"{category}: area under ROC {area.value:.2f} ({area.low:.2f} to {area.high:.2f})")
    console.print(f"all numbers, diagrams and sheets: {config.folder.evaluation}")


def evaluate(config: Config) -> None:
    """Do what `measure` does and insist on photos of unseen sources.

    Raises:
        ConfigError: As `measure`.
        DatasetError: There are no photos of unseen sources, or none of them can be read. What needs none is
            written all the same, and `training.report` writes a card that says so.
    """
    _refuse_nothing(measure(config), config)


def measure(config: Config) -> Evaluation:
    """Measure the exported model and write everything to RUN/evaluation, replacing what was there.

    Where there are no photos of unseen sources, only what training photos allow is measured: suspicious labels
    and, if asked for, heads fitted without each source in turn.

    Raises:
        ConfigError: Leave-one-source-out is asked for, but the backbone is not frozen.
    """
    if config.evaluate.leave_one_source_out and config.train.mode != "frozen":
        raise ConfigError(
            "evaluate.leave_one_source_out needs train.mode 'frozen', found 'finetune'; change one of the two"
        )
    dataset = read_dataset(config.folder.dataset)
    classifier = Classifier(config.model_directory, threads=config.run.threads)
    taxonomy = taxonomy_of(classifier.manifest, dataset)
    split, samples = unseen_samples(dataset)
    photos = score_photos(classifier, samples)
    unseen, pictures = _of_unseen(classifier, photos, samples, taxonomy, config)
    training, more = _of_training_photos(dataset, taxonomy, config)
    manifest = classifier.manifest
    evaluation = Evaluation(
        model=manifest.id,
        model_sha256=manifest.files[NETWORKS["float32"]].sha256,
        split=split,
        broken=len(photos.broken),
        broken_photos=photos.broken,
        unseen=unseen,
        training=training,
    )
    _write(evaluation, {**pictures, **more}, config.folder)
    return evaluation


def _of_unseen(
    classifier: Classifier,
    photos: ScoredPhotos,
    samples: Sequence[Sample],
    taxonomy: Taxonomy,
    config: Config,
) -> tuple[UnseenFindings, Pictures]:
    """Measure what was scored; the 8-bit network, where the model has one, scores the samples again."""
    if not photos.samples:
        return NOTHING_UNSEEN, {}
    options = config.evaluate
    findings, pictures = measure_unseen(photos, taxonomy, rounds=options.rounds, pictures=options.pictures)
    if NETWORKS["int8"] in photos.manifest.files:
        light = Classifier(config.model_directory, threads=config.run.threads, precision="int8")
        precision = _average_precision(score_photos(light, samples), findings.metrics)
        findings = msgspec.structs.replace(
            findings, int8_average_precision=precision, int8_sha256=light.model_sha256
        )
    if options.evasion:
        evasion = _evasion(classifier, photos, config)
        findings = msgspec.structs.replace(findings, evasion=evasion)
        pictures |= _evasion_plot(evasion)
    return findings, pictures


def _average_precision(photos: ScoredPhotos, categories: Container[str]) -> dict[str, float]:
    return {
        c.category: average_precision(c.scores, c.truth)
        for c in scores_by_category(photos)
        if c.category in categories
    }


def _evasion(classifier: Classifier, photos: ScoredPhotos, config: Config) -> EvasionReport:
    # These load torch and albumentations, which nothing else here needs.
    from training.data.loader import Photos  # noqa: PLC0415
    from training.evaluation.evasion import LabelledPhotos, evasion_rows, measure_evasion  # noqa: PLC0415

    products = [
        c.category
        for c in scores_by_category(photos)
        if c.category in photos.manifest.product_ids and c.truth.any()
    ]
    labels = [sample.labels for sample in photos.samples]
    rows = evasion_rows(labels, products, photos=config.evaluate.evasion_photos, seed=config.run.seed)
    chosen = [photos.samples[row] for row in rows]
    labelled = LabelledPhotos(
        images=Photos(chosen, photos.manifest.preprocess),
        labels=[sample.labels for sample in chosen],
        unsettled=[sample.unsettled for sample in chosen],
    )
    return measure_evasion(classifier, labelled, products=products, seed=config.run.seed)


def _evasion_plot(survived: EvasionReport) -> Pictures:
    """Draw it, unless too few photos were found clean to say anything."""
    if not any(found.review or found.flag for found in survived.products.values()):
        return {}
    return {"evasion.png": evasion_plot(survived)}


def _of_training_photos(
    dataset: Dataset, taxonomy: Taxonomy, config: Config
) -> tuple[TrainingFindings, Pictures]:
    left_out = _left_out(dataset, taxonomy, config) if config.evaluate.leave_one_source_out else None
    held_out = read_held_out_scores(config.folder, dataset)
    if held_out is None:
        return TrainingFindings(leave_one_source_out=left_out), {}
    suspects = suspicious_labels(held_out)
    findings = TrainingFindings(
        leave_one_source_out=left_out,
        suspicious_labels=len(suspects),
        suspects=suspects[: config.evaluate.suspects],
    )
    drawn = suspects[: config.evaluate.pictures]
    return findings, {"suspicious-labels.png": suspect_sheet(drawn, held_out)} if drawn else {}


def _left_out(dataset: Dataset, taxonomy: Taxonomy, config: Config) -> tuple[HeldOutRow, ...]:
    # These load torch, which nothing else here needs.
    from training.network.features import cached_features  # noqa: PLC0415
    from training.network.head import fit_linear_head  # noqa: PLC0415

    def fit(
        features: Floats, targets: Floats, label_mask: Bools, learned: Sequence[Sample]
    ) -> tuple[Floats, Floats]:
        return fit_linear_head(features, targets, label_mask, samples=learned, config=config.train.head)

    samples = dataset.split("train", "calibration", "validation")
    products = [category.id for category in taxonomy.products if category.id in dataset.categories]
    return leave_one_source_out(samples, cached_features(samples, config), products, fit=fit)


def _write(evaluation: Evaluation, pictures: Mapping[str, bytes], folder: RunFolder) -> None:
    """Write into a new directory, then put it in the place of the old one."""
    directory = folder.evaluation
    part = directory.with_name(directory.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name, content in pictures.items():
        (part / name).write_bytes(content)
    write_record(evaluation, part / folder.findings.name)
    shutil.rmtree(directory, ignore_errors=True)
    part.rename(directory)


def _refuse_nothing(evaluation: Evaluation, config: Config) -> None:
    if evaluation.split is None:
        raise DatasetError(
            f"expected photos of the split eval or test in {config.folder.dataset}, found none; mark photos of "
            "sources that are not in training for evaluation, or set data.splits.test, and prepare again"
        )
    if not evaluation.unseen.photos:
        raise DatasetError(
            f"expected photos of the split {evaluation.split} that can be read, found {evaluation.broken} that cannot; "
            f"see broken_photos in {config.folder.findings}"
        )


if __name__ == "__main__":
    main()
