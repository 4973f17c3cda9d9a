"""Training itself: it repeats, it survives a kill, many processes do what one does, and it refuses what it must."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from training.config import AugmentConfig, Config, parse_config
from training.data.samples import read_dataset, write_dataset
from training.errors import EvaluationOnlyError, NonFiniteLossError
from training.learning.distributed import join_world
from training.learning.engine import Job, train_network
from training.learning.plan import plan_networks
from training.learning.run_record import RunRecord
from training.learning.state import new_state, restore_state, save_state
from training.network.checkpoint import load_network
from training.records import read_record
from training.run_folder import RunFolder
from training.train import train

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

ROOT = Path(__file__).parents[2]
TINY = {"architecture": "tf_efficientnet_lite0", "side": 64, "dropout": 0.0}
TRAIN = {
    "mode": "finetune",
    "epochs": 2,
    "draws": 48,
    "batch_size": 8,
    "learning_rate": 2e-3,
    "checkpoint_every": 1,
}


@pytest.fixture
def run(shapes_dataset: Path, tmp_path: Path) -> Path:
    """A run directory with the drawn shapes as its data set."""
    write_dataset(read_dataset(shapes_dataset), RunFolder(tmp_path / "run").dataset)
    return tmp_path / "run"


def config_for(run: Path, **train: object) -> Config:
    return parse_config(
        {
            "run": {"directory": str(run), "threads": 1},
            "model": TINY,
            "train": {**TRAIN, **train},
            "calibrate": {"folds": 0},
        }
    )


def write_config(config: Config, path: Path) -> Path:
    """Write a configuration as TOML; strings in JSON are strings in TOML."""
    lines = []
    for section in ("run", "model", "train", "calibrate"):
        values = getattr(config, section).model_dump(mode="json", exclude_defaults=True)
        lines += [f"[{section}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
    path.write_text("\n".join(lines) + "\n")
    return path


def log_of(run: Path, name: str = "final") -> list[dict]:
    (path,) = (run / "training").glob(f"{name}-*/log.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()]


def losses_of(run: Path) -> list[float]:
    return [record["loss"] for record in log_of(run)]


def test_training_repeats_and_records_itself(run: Path, tmp_path: Path) -> None:
    train(config_for(run, epochs=3))
    other = tmp_path / "other"
    write_dataset(read_dataset(RunFolder(run).dataset), RunFolder(other).dataset)
    train(config_for(other, epochs=3))
    assert losses_of(run) == losses_of(other)
    one, two = (load_network(RunFolder(r).network("final")).network.state_dict() for r in (run, other))
    assert all(torch.equal(one[name], two[name]) for name in one)
    record = read_record(RunRecord, RunFolder(run).run_record)
    assert record.config["train"]["epochs"] == 3
    assert record.versions["torch"] == torch.__version__.partition("+")[0]
    assert len(record.data.digest) == 64
    assert record.seconds is not None
    assert record.seconds > 0
    assert list((run / "training").glob("final-*/tensorboard/events*"))
    assert not list((run / "training").glob("final-*/checkpoint.pt"))


def test_the_loss_falls_on_photos_that_do_not_change(run: Path) -> None:
    quiet = dict.fromkeys(AugmentConfig.model_fields, 0.0) | {"max_severity": 1.0}
    config = config_for(run, epochs=6, draws=96)
    train(config.model_copy(update={"augment": AugmentConfig.model_validate(quiet)}))
    losses = losses_of(run)
    assert losses[-1] < 0.5 * losses[0]


def test_a_network_from_nothing_learns_its_own_batch_statistics(run: Path) -> None:
    config = config_for(run, epochs=1)
    model = {"architecture": "mobilenetv3_small_050", "weights": "random", "side": 32}
    train(config.model_copy(update={"model": parse_config({"model": model}).model}))
    found = load_network(config.folder.network("final")).network.backbone.bn1.running_mean
    assert found.abs().max() > 0


def test_what_is_finished_is_not_done_again(run: Path) -> None:
    train(config_for(run, epochs=1))
    stamp = config_for(run).folder.network("final").stat().st_mtime_ns
    train(config_for(run, epochs=1))
    assert config_for(run).folder.network("final").stat().st_mtime_ns == stamp
    train(config_for(run, epochs=1, draws=16))  # another recipe: done again
    assert config_for(run).folder.network("final").stat().st_mtime_ns > stamp


def launch(command: Sequence[str]) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)


def test_a_killed_run_goes_on_as_if_nothing_had_happened(run: Path, tmp_path: Path) -> None:
    unbroken = tmp_path / "unbroken"
    write_dataset(read_dataset(RunFolder(run).dataset), RunFolder(unbroken).dataset)
    train(config_for(unbroken, epochs=3, draws=96))
    command = [
        *(sys.executable, "-m", "training.train"),
        *("--config", str(write_config(config_for(run, epochs=3, draws=96), tmp_path / "c.toml"))),
    ]
    process = launch(command)
    deadline = time.monotonic() + 120
    while not (found := list((run / "training").glob("final-*/checkpoint.pt"))):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not config_for(run).folder.network("final").exists()
    stored = torch.load(found[0], weights_only=True)
    assert 0 < stored["step"] < 36
    train(config_for(run, epochs=3, draws=96))
    assert losses_of(run) == losses_of(unbroken)
    one, two = (load_network(RunFolder(r).network("final")).network.state_dict() for r in (run, unbroken))
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_two_processes_do_what_one_does(run: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    write_dataset(read_dataset(RunFolder(run).dataset), RunFolder(alone).dataset)
    train(config_for(alone, batch_size=16))
    config = write_config(config_for(run, batch_size=8), tmp_path / "c.toml")
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--master-port=0"),
        *("--rdzv-backend=c10d", "--rdzv-endpoint=localhost:0"),
        *("-m", "training.train", "--config", str(config)),
    ]
    assert launch(command).wait(timeout=240) == 0
    assert losses_of(run) == pytest.approx(losses_of(alone), rel=2e-4)
    assert read_record(RunRecord, RunFolder(run).run_record).processes == 2


def test_accumulated_batches_equal_a_large_one(run: Path, tmp_path: Path) -> None:
    large = tmp_path / "large"
    write_dataset(read_dataset(RunFolder(run).dataset), RunFolder(large).dataset)
    train(config_for(large, batch_size=16))
    train(config_for(run, batch_size=8, accumulate=2))
    assert losses_of(run) == pytest.approx(losses_of(large), rel=2e-4)


def test_it_stops_early_on_photos_of_other_sources_and_keeps_the_best(run: Path) -> None:
    dataset = read_dataset(RunFolder(run).dataset)
    moved = [
        msgspec.structs.replace(s, split="validation") if s.source == "museum/b" else s
        for s in dataset.samples
    ]
    write_dataset(msgspec.structs.replace(dataset, samples=tuple(moved)), RunFolder(run).dataset)
    train(config_for(run, epochs=12, patience=1, learning_rate=0.5, head_learning_rate=0.5, ema_decay=0))
    records = log_of(run)
    validation = [record["validation_loss"] for record in records]
    assert len(records) < 12
    assert validation[-1] > min(validation)
    assert 0 <= records[-1]["validation_mean_average_precision"] <= 1


def test_a_loss_that_is_not_finite_names_the_photos(run: Path) -> None:
    config = config_for(run, learning_rate=1e30, head_learning_rate=1e30, gradient_clip=1e30)
    with pytest.raises(NonFiniteLossError, match=r"\.png") as caught:
        train(config)
    assert len(caught.value.paths) == 8
    assert all(Path(path).is_file() for path in caught.value.paths)


def test_photos_for_evaluation_never_train(run: Path) -> None:
    config, dataset = config_for(run), read_dataset(RunFolder(run).dataset)
    assert not any(s.split == "eval" for plan in plan_networks(dataset, config) for s in plan.samples)
    with join_world("cpu") as world:
        job = Job(
            name="x",
            samples=dataset.split("eval"),
            validation=(),
            categories=dataset.categories,
            config=config,
            world=world,
        )
        with pytest.raises(EvaluationOnlyError):
            train_network(job)


def test_folds_hold_each_group_out_once(run: Path) -> None:
    config = config_for(run).model_copy(
        update={"calibrate": parse_config({"calibrate": {"folds": 3}}).calibrate}
    )
    dataset = read_dataset(RunFolder(run).dataset)
    *folds, final = plan_networks(dataset, config)
    assert final.samples == dataset.split("train")
    held_out = [sample.path for plan in folds for sample in plan.held_out]
    assert sorted(held_out) == sorted(sample.path for sample in final.samples)
    for plan in folds:
        assert not {s.group for s in plan.samples} & {s.group for s in plan.held_out}


@pytest.mark.parametrize(("rendered", "kept"), [("all", 3), ("products", 1), ("none", 0)])
def test_rendered_photos_teach_and_are_never_held_out(run: Path, rendered: str, kept: int) -> None:
    dataset = read_dataset(RunFolder(run).dataset)
    drawn = [
        msgspec.structs.replace(
            dataset.split("train")[0],
            path=Path(name),
            labels=labels,
            synthetic=True,
            source="drawn",
            group="drawn",
        )
        for name, labels in [
            ("a.png", frozenset({"ivory"})),
            ("b.png", frozenset({"ceramic"})),
            ("c.png", frozenset[str]()),
        ]
    ]
    dataset = msgspec.structs.replace(dataset, samples=(*dataset.samples, *drawn))
    config = config_for(run, rendered=rendered).model_copy(
        update={"calibrate": parse_config({"calibrate": {"folds": 3}}).calibrate}
    )
    for plan in plan_networks(dataset, config):
        assert sum(sample.synthetic for sample in plan.samples) == kept
        assert not any(sample.synthetic for sample in plan.held_out)


def test_the_state_survives_the_disk(run: Path, tmp_path: Path) -> None:
    from training.learning.schedule import build_optimizer
    from training.network.model import build_network

    config = config_for(run)
    states = []
    for seed in (0, 1):
        torch.manual_seed(seed)
        network = build_network(config.model, categories=2)
        states.append(new_state(network, build_optimizer(network, config.train), config.train))
    states[0].losses, states[0].step = [0.5, 0.25], 7
    save_state(states[0], tmp_path / "c.pt")
    restore_state(states[1], tmp_path / "c.pt")
    assert (states[1].losses, states[1].step) == ([0.5, 0.25], 7)
    one, two = (state.network.state_dict() for state in states)
    assert all(np.array_equal(one[name].numpy(), two[name].numpy()) for name in one)
