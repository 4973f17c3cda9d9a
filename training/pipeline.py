"""From photos to a documented model: every step in order, skipping what is done and unchanged.

    python -m training.pipeline --config training/configs/X.toml [--set data.inputs=PHOTOS] [--until STEP] [--release]

The steps are prepare, train, calibrate, export, evaluate and report; each is also a command of its own. What a step was
made from is kept in ``RUN/steps.json``: its part of the configuration, and digests of the files it reads and of the
code it runs (`training.fingerprint`). Nothing is done again while those stay the same, and a run that was killed goes
on with the same command. Finished networks that were fine-tuned alone outlive a change of the code: remove
``RUN/networks`` to train them again.
"""

from __future__ import annotations

import hashlib
import json
import shlex
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from training.calibrate import calibrate
from training.command import command, command_parser
from training.config import Config, add_config_arguments, add_release_argument, config_of
from training.data.preparation import prepare, pressing
from training.data.samples import dataset_files
from training.evaluate import measure
from training.export import export
from training.files import replace_file
from training.fingerprint import code_digest
from training.learning.plan import FINAL
from training.report import FILLED_IN, report
from training.teach import teach_released
from training.train import train
from wildvision.adapt.background import BACKGROUND_FILE
from wildvision.adapt.sketch import FILE as SKETCH_FILE
from wildvision.manifest import load_manifest
from wildvision.model_folder import MANIFEST, Precision

Files = Callable[[Config], tuple[Path, ...]]  # which they are may depend on the steps before


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the pipeline.

    Attributes:
        name: As its command.
        run: Does it.
        sections: Parts of the configuration that it depends on.
        reads: Files it is made from, besides the configuration.
        writes: Files that are there when it is done.
        always: It finds out by itself what is done; it runs every time.
    """

    name: str
    run: Callable[[Config], object]
    sections: tuple[str, ...] = ()
    reads: tuple[Files, ...] = ()
    writes: tuple[Files, ...] = ()
    always: bool = False

    def inputs(self, config: Config) -> tuple[Path, ...]:
        """Return the files that it reads in a run."""
        return tuple(path for files in self.reads for path in files(config))

    def outputs(self, config: Config) -> tuple[Path, ...]:
        """Return the files that it writes in a run."""
        return tuple(path for files in self.writes for path in files(config))


def _prepare(config: Config) -> None:
    prepare(config.data, config.folder.dataset, seed=config.run.seed)


def _dataset(config: Config) -> tuple[Path, ...]:
    return dataset_files(config.folder.dataset)


def _networks(config: Config) -> tuple[Path, ...]:
    return config.folder.finished_networks()


def _exported_networks(config: Config) -> tuple[Path, ...]:
    """The folds too where they say what quantising costs."""
    return _networks(config) if config.export.int8 else (config.folder.network(FINAL),)


def _calibration(config: Config) -> tuple[Path, ...]:
    return (config.folder.calibration,)


def _held_out(config: Config) -> tuple[Path, ...]:
    return (config.folder.held_out,)


def _model(config: Config) -> tuple[Path, ...]:
    precisions: tuple[Precision, ...] = ("float32", "int8") if config.export.int8 else ("float32",)
    folder = config.model_folder
    memory = (folder.root / BACKGROUND_FILE, folder.root / SKETCH_FILE)
    return folder.manifest, *memory, *map(folder.network, precisions)


def _run_record(config: Config) -> tuple[Path, ...]:
    return (config.folder.run_record,)


def _export_record(config: Config) -> tuple[Path, ...]:
    return (config.folder.export_record,)


def _findings(config: Config) -> tuple[Path, ...]:
    return (config.folder.findings,)


def _looking(config: Config) -> tuple[Path, ...]:
    return config.folder.explained, config.folder.seen_more


def _card(config: Config) -> tuple[Path, ...]:
    return config.model_folder.card, config.model_folder.checksums


STEPS = (
    # Photos may have changed under the same names: prepare looks for itself, and is quick when they have not.
    Step(name="prepare", run=_prepare, always=True),
    Step(name="train", run=train, always=True),
    Step(
        name="calibrate",
        run=calibrate,
        sections=("calibrate", "train", "model"),
        reads=(_dataset, _networks),
        writes=(_calibration, _held_out),
    ),
    Step(
        name="export",
        run=export,
        sections=("export",),
        reads=(_dataset, _exported_networks, _calibration),
        writes=(_model, _export_record),
    ),
    Step(
        name="evaluate",
        run=measure,
        sections=("evaluate", "train", "model"),
        reads=(_dataset, _model, _calibration, _held_out),
        writes=(_findings,),
    ),
    Step(
        name="report",
        run=report,
        sections=("report", "evaluate", "export"),
        reads=(_dataset, _model, _run_record, _export_record, _held_out, _calibration, _findings, _looking),
        writes=(_card,),
    ),
)
STEP_NAMES = tuple(step.name for step in STEPS)
# With ``train.start = "released"``: the head is fitted, calibrated and measured in seconds, so it is done every time.
TEACHING = (
    STEPS[0],
    Step(name="teach", run=teach_released, sections=("train", "model"), reads=(_dataset,), always=True),
)


@command("training.pipeline")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; see the module's docstring."""
    parser = command_parser("training.pipeline", __doc__)
    add_config_arguments(parser)
    add_release_argument(parser)
    parser.add_argument("--until", choices=STEP_NAMES, help="the last step to do")
    options = parser.parse_args(arguments)
    config, console = config_of(options), Console()
    started = time.monotonic()
    for name, done in run_pipeline(config, until=options.until):
        took, started = time.monotonic() - started, time.monotonic()
        console.print(
            f"{name}: {f'done in {duration(took)}' if done else 'unchanged, skipped'}", highlight=False
        )
        if name == "prepare":
            console.print(pressing(config.folder.dataset), markup=False, highlight=False, soft_wrap=True)
    if options.until in {None, "export", "evaluate", "report"}:
        for line in _outcome(config):
            console.print(line, markup=False, highlight=False, soft_wrap=True)


def _outcome(config: Config) -> Iterator[str]:
    """Yield the key numbers, where the card is, and what to do next."""
    manifest, directory = load_manifest(config.model_directory), config.model_directory
    for entry in manifest.categories:
        found = entry.left_out
        numbers = (
            f"found {found.tpr_at_1_percent_fpr.value:.2f} at 1 % and {found.tpr_at_5_percent_fpr.value:.2f} at 5 % "
            f"false positives, of {found.photos} photos of {found.sources} owners left out"
            if found
            else "too few photos or owners to measure"
        )
        yield f"{entry.id}: {entry.status}, {numbers}"
    yield f"model: {directory}"
    if (directory / "CARD.md").is_file():
        yield f"card: {directory / 'CARD.md'}"
    yield f"next: wildvision classify --model {shlex.quote(str(directory))} PHOTO"


def duration(seconds: float) -> str:
    """Write a duration as a person would.

    >>> duration(4.2), duration(700), duration(20000)
    ('4 s', '12 min', '5.6 h')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def run_pipeline(config: Config, *, until: str | None = None) -> Iterator[tuple[str, bool]]:
    """Do the steps in order and yield each one's name, and whether there was anything to do."""
    for step in TEACHING if config.train.start == "released" else STEPS:
        done = _read_ledger(config.folder.steps)
        needed = step.always or not _is_done(step, config, done)
        if needed:
            step.run(config)
            entries = {**done, step.name: _fingerprint(step, config)}
            replace_file(config.folder.steps, json.dumps(entries, indent=2).encode())
        yield step.name, needed
        if step.name == until:
            return


def _is_done(step: Step, config: Config, done: Mapping[str, str]) -> bool:
    written = all(path.is_file() for path in step.outputs(config))
    return written and done.get(step.name) == _fingerprint(step, config)


def _fingerprint(step: Step, config: Config) -> str:
    found = hashlib.sha256(f"{code_digest(step.name)} {config.run.seed}".encode())
    for section in step.sections:
        found.update(getattr(config, section).model_dump_json().encode())
    for path in step.inputs(config):
        found.update(_content(path) if path.is_file() else b"missing")
    return found.hexdigest()


def _content(path: Path) -> bytes:
    """Return what a step reads from a file; of a manifest without what the last step fills in."""
    content = path.read_bytes()
    if path.name != MANIFEST:
        return content
    facts = {key: value for key, value in json.loads(content).items() if key not in FILLED_IN}
    return json.dumps(facts, sort_keys=True).encode()


def _read_ledger(path: Path) -> dict[str, str]:
    return json.loads(path.read_bytes()) if path.is_file() else {}


if __name__ == "__main__":
    main()
