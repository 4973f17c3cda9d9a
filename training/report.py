"""Finish a model directory: metrics in its manifest, card, evaluation and checksums, all from the same numbers.

    python -m training.report --config training/configs/X.toml

Reads what prepare, train, calibrate, export and evaluate wrote. Nothing that it writes names or shows a photo.
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
from training.evaluation.findings import Evaluation, read_evaluation, to_json
from training.evaluation.held_out import held_out_table, read_held_out_scores
from training.evaluation.unseen import unseen_samples
from training.files import replace_file
from training.learning.run_record import read_run_record
from training.release.card import ModelFacts, accuracy_section, card
from training.release.export_record import read_export_record
from training.release.footprint import footprint
from training.release.tables import licence_counts
from wildvision.manifest import Manifest, load_manifest
from wildvision.runtime import FILES

BEGIN, END = "<!-- accuracy: begin -->\n", "<!-- accuracy: end -->"
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
    config = config_of(parser.parse_args(arguments))
    report(config)
    Console().print(f"card, evaluation and checksums: {config.model_directory}")


def report(config: Config) -> None:
    """Write ``manifest.json`` with metrics, ``evaluation.json``, ``CARD.md``, the readme's section and, last, sums.

    Raises:
        TrainingError: The model was not evaluated although there are photos to do so, what was measured is of
            another model, or the readme has no accuracy marks.
    """
    facts = collect(config)
    directory = config.model_directory
    readme = _readme_with_accuracy(config.report.readme, facts) if config.report.readme else None
    manifest = msgspec.json.format(msgspec.json.encode(facts.manifest), indent=2) + b"\n"
    replace_file(directory / "manifest.json", manifest)
    replace_file(directory / "evaluation.json", to_json(published(facts)))
    replace_file(directory / "CARD.md", card(facts).encode())
    _write_sums(directory, facts.manifest)
    if config.report.readme and readme is not None:
        replace_file(config.report.readme, readme.encode())


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
    run = read_run_record(folder.run_record) if folder.run_record.is_file() else None
    return ModelFacts(
        manifest=msgspec.structs.replace(
            manifest,
            metrics=evaluation.metrics,
            licence=config.report.licence,
            attribution=config.report.attribution,
        ),
        evaluation=evaluation,
        held_out=held_out_table(held_out, manifest.product_ids) if held_out else (),
        training=dataset.split("train"),
        run=run,
        export=read_export_record(folder.export_record) if folder.export_record.is_file() else None,
        footprint=footprint(run, config.report),
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
    sha256 = manifest.files["model.onnx"].sha256
    path = config.folder.findings
    split, _ = unseen_samples(dataset)
    if split is None and not path.is_file():
        return Evaluation(model=manifest.id, model_sha256=sha256)
    evaluation = read_evaluation(path)
    if evaluation.model_sha256 != sha256:
        raise TrainingError(
            f"expected measurements of {manifest.id} with model.onnx {sha256[:16]} in {path}, found those of "
            f"{evaluation.model} with {evaluation.model_sha256[:16]}; run python -m training.evaluate again"
        )
    _require_same_int8(manifest, evaluation, path)
    return evaluation


def _require_same_int8(manifest: Manifest, evaluation: Evaluation, path: Path) -> None:
    record = manifest.files.get(FILES["int8"])
    wanted = record.sha256 if record else None
    if evaluation.photos and evaluation.int8_sha256 != wanted:
        raise TrainingError(
            f"expected measurements of {manifest.id} with {FILES['int8']} {(wanted or 'none')[:16]} in {path}, found "
            f"those with {(evaluation.int8_sha256 or 'none')[:16]}; run python -m training.evaluate again"
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
    found = {name: getattr(evaluation, name) for name in orders}
    return msgspec.structs.replace(
        evaluation,
        **{name: {key: found[name][key] for key in orders[name] if key in found[name]} for name in orders},
    )


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
    }


def _readme_with_accuracy(readme: Path, facts: ModelFacts) -> str:
    """Return the readme with the accuracy of the model between its two accuracy marks."""
    try:
        text = readme.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"expected a readme at report.readme, found: {error}") from error
    before, found, rest = text.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not (found and closed):
        raise ConfigError(
            f"expected the marks {BEGIN.strip()} and {END} in {readme}, found none; add both lines"
        )
    return before + BEGIN + accuracy_section(facts) + END + after


def _write_sums(directory: Path, manifest: Manifest) -> None:
    names = sorted({*manifest.files, "manifest.json", "evaluation.json", "CARD.md"})
    sums = ((name, hashlib.sha256((directory / name).read_bytes()).hexdigest()) for name in names)
    replace_file(directory / "SHA256SUMS", "".join(f"{found}  {name}\n" for name, found in sums).encode())


if __name__ == "__main__":
    main()
