"""Finish a model directory: metrics in its manifest, card, evaluation and checksums, all from the same numbers.

    python -m training.report --config training/configs/X.toml

Reads what prepare, train, calibrate, export and evaluate wrote. Nothing that it writes names or shows a photo. The
readme's section alone is written again, without photos or a run, from a model that was released before:

    python -m training.report --config training/configs/X.toml --release --only-readme
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from training.command import command, command_parser
from training.config import Config, add_config_arguments, add_release_argument, config_of
from training.data.samples import Dataset, digest, read_dataset
from training.errors import ConfigError, TrainingError
from training.evaluation.findings import Evaluation, readable_json
from training.evaluation.held_out import held_out_table, read_held_out_scores
from training.evaluation.looking import Explained, SeenMore
from training.evaluation.unseen import unseen_samples
from training.files import replace_file
from training.learning.run_record import RunRecord
from training.records import read_record
from training.release.card import ModelFacts, card
from training.release.export_record import ExportRecord
from training.release.footprint import footprint
from training.release.looking import read_of_model
from training.release.readme import filled_readme, readme_of_model
from training.release.tables import licence_counts
from wildvision.manifest import Manifest, load_manifest
from wildvision.model_folder import NETWORKS, ModelFolder

FILLED_IN = ("metrics", "licence", "attribution")  # of the manifest, by this step
RUN_KEYS = (
    "commit",
    "versions",
    "device",
    "seed",
    "started",
    "seconds",
)  # of the run's record, that are published


@command("training.report")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; see the module's docstring."""
    parser = command_parser("training.report", __doc__)
    add_config_arguments(parser)
    add_release_argument(parser)
    parser.add_argument(
        "--only-readme", action="store_true", help="write only the readme's section, from the model as it is"
    )
    options = parser.parse_args(arguments)
    config = config_of(options)
    if options.only_readme:
        Console().print(f"accuracy of {config.export.id}: {report_in_readme(config)}")
        return
    report(config)
    Console().print(f"card, evaluation and checksums: {config.model_directory}")


def report(config: Config) -> None:
    """Write ``manifest.json`` with metrics, ``evaluation.json``, ``CARD.md``, the readme's section and, last, sums.

    Raises:
        TrainingError: The model was not evaluated although there are photos to do so, what was measured is of
            another model, or the readme has no accuracy marks.
    """
    facts = collect(config)
    folder = config.model_folder
    readme, verdicts = config.report.readme, facts.evaluation.unseen.verdicts
    filled = filled_readme(readme, folder, facts.manifest, verdicts) if readme else ""
    manifest = msgspec.json.format(msgspec.json.encode(facts.manifest), indent=2) + b"\n"
    replace_file(folder.manifest, manifest)
    replace_file(folder.evaluation, readable_json(published(facts)))
    replace_file(folder.card, card(facts).encode())
    _write_sums(folder, facts.manifest)
    if readme:
        replace_file(readme, filled.encode())


def report_in_readme(config: Config) -> Path:
    """Write the accuracy of the model as it lies in its directory into the readme, and return that file.

    Raises:
        TrainingError: There is no readme to write into, it has no accuracy marks, or the evaluation cannot be read.
        wildvision.WildvisionError: The manifest cannot be.
    """
    readme = config.report.readme
    if readme is None:
        raise ConfigError("expected a readme at report.readme and --release, found none; give both")
    replace_file(readme, readme_of_model(readme, config.model_folder).encode())
    return readme


def collect(config: Config) -> ModelFacts:
    """Gather all that is known of the run's model; its manifest gets the metrics, licence and attribution.

    Raises:
        TrainingError: As `report`.
    """
    dataset = read_dataset(config.folder.dataset)
    manifest = load_manifest(config.model_directory)
    _require_same_photos(manifest, dataset)
    evaluation = _in_order_of(manifest, _evaluation_of(manifest, dataset, config))
    held_out, folder = read_held_out_scores(config.folder, dataset), config.folder
    run = read_record(RunRecord, folder.run_record) if folder.run_record.is_file() else None
    return ModelFacts(
        manifest=msgspec.structs.replace(
            manifest,
            metrics=evaluation.unseen.metrics,
            licence=config.report.licence,
            attribution=config.report.attribution,
        ),
        evaluation=evaluation,
        held_out=held_out_table(held_out, manifest.product_ids) if held_out else (),
        training=dataset.split("train"),
        run=run,
        export=read_record(ExportRecord, folder.export_record) if folder.export_record.is_file() else None,
        footprint=footprint(run, config.report),
        explained=read_of_model(Explained, folder.explained, manifest),
        seen_more=read_of_model(SeenMore, folder.seen_more, manifest),
        config=config.report,
    )


def _require_same_photos(manifest: Manifest, dataset: Dataset) -> None:
    found = digest(dataset.split("train"))
    if manifest.training_data != found:
        raise TrainingError(
            f"expected the photos that {manifest.id} was trained on (digest {manifest.training_data[:16]}), found a "
            f"prepared data set with digest {found[:16]}; train, calibrate and export again"
        )


def _evaluation_of(manifest: Manifest, dataset: Dataset, config: Config) -> Evaluation:
    sha256 = manifest.files[NETWORKS["float32"]].sha256
    path = config.folder.findings
    split, _ = unseen_samples(dataset)
    if split is None and not path.is_file():
        return Evaluation(model=manifest.id, model_sha256=sha256)
    evaluation = read_record(Evaluation, path)
    if evaluation.model_sha256 != sha256:
        raise TrainingError(
            f"expected measurements of {manifest.id} with {NETWORKS['float32']} {sha256[:16]} in {path}, found those "
            f"of {evaluation.model} with {evaluation.model_sha256[:16]}; run python -m training.evaluate again"
        )
    _require_same_int8(manifest, evaluation, path)
    return evaluation


def _require_same_int8(manifest: Manifest, evaluation: Evaluation, path: Path) -> None:
    record = manifest.files.get(NETWORKS["int8"])
    wanted = record.sha256 if record else None
    unseen = evaluation.unseen
    if unseen.photos and unseen.int8_sha256 != wanted:
        raise TrainingError(
            f"expected measurements of {manifest.id} with {NETWORKS['int8']} {(wanted or 'none')[:16]} in {path}, "
            f"found those with {(unseen.int8_sha256 or 'none')[:16]}; run python -m training.evaluate again"
        )


def _in_order_of(manifest: Manifest, evaluation: Evaluation) -> Evaluation:
    """Put what is sorted by name in its file into the order of the manifest, as tables show it."""
    orders = {
        "metrics": manifest.category_ids,
        "verdicts": tuple(manifest.policies),
        "everyday": tuple(manifest.policies),
        "precision_at_1_percent_prevalence": tuple(manifest.policies),
        "confusion": manifest.product_ids,
    }
    found = {name: getattr(evaluation.unseen, name) for name in orders}
    unseen = msgspec.structs.replace(
        evaluation.unseen,
        **{name: {key: found[name][key] for key in orders[name] if key in found[name]} for name in orders},
    )
    return msgspec.structs.replace(evaluation, unseen=unseen)


def published(facts: ModelFacts) -> dict[str, Any]:
    """Return ``evaluation.json``: everything measured that names no photo, with what it rests on."""
    samples = facts.training
    return {
        **facts.evaluation.public(),
        "command": facts.config.command,
        "held_out": msgspec.to_builtins(facts.held_out),
        "turned": msgspec.to_builtins(facts.manifest.turning),
        "data": {
            "photos": len(samples),
            "by_source": dict(Counter(sample.source for sample in samples)),
            "by_licence": licence_counts(samples),
            "by_category": dict(Counter(label for sample in samples for label in sample.labels)),
        },
        "training": {key: getattr(facts.run, key) for key in RUN_KEYS} if facts.run else {},
        "export": msgspec.to_builtins(facts.export) if facts.export else {},
        "footprint": msgspec.to_builtins(facts.footprint),
        "explained": msgspec.to_builtins(facts.explained) if facts.explained else {},
        "seen_more": msgspec.to_builtins(facts.seen_more) if facts.seen_more else {},
    }


def _write_sums(folder: ModelFolder, manifest: Manifest) -> None:
    networks = [folder.root / name for name in manifest.files]
    files = sorted({*networks, folder.manifest, folder.evaluation, folder.card})
    lines = (f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)
    replace_file(folder.checksums, "".join(lines).encode())


if __name__ == "__main__":
    main()
