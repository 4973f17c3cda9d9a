"""Train the networks of a run: the one to release, and one for each held-out fold that calibrates it.

    python -m training.train --config training/configs/X.toml
    torchrun --nproc-per-node 2 -m training.train --config ...      (many GPUs, or many processes)

A run that was killed goes on with the same command; what is finished is not done again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import torch
from rich.console import Console

from training.calibration.foundation import founded_labels, refuse_unfounded, refuse_unlearned
from training.command import command, command_parser
from training.config import Config, add_config_arguments, config_of
from training.data.samples import Dataset, read_dataset
from training.learning.distributed import World, join_world
from training.learning.engine import Job
from training.learning.networks import job_of, networks_of
from training.learning.plan import Plan, plan_networks, scored_parts
from training.learning.run_record import describe_run
from training.network.checkpoint import FinishedNetwork, fingerprint_of, save_network
from training.network.model import WildlifeNet, preprocess_spec
from training.records import write_record
from wildvision.taxonomy import extend_taxonomy, load_taxonomy


@command("training.train")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; see the module's docstring."""
    parser = command_parser("training.train", __doc__)
    add_config_arguments(parser)
    config = config_of(parser.parse_args(arguments))
    train(config)
    Console().print(f"networks are in {config.folder.networks}")


def _refuse_unsound(plans: Sequence[Plan], dataset: Dataset) -> None:
    """Raise `DatasetError` before hours of work where calibration would find nothing to rest on."""
    refuse_unlearned(plans[-1].samples, dataset.categories)
    parts = [(plan.samples, held_out) for plan, held_out in scored_parts(plans, dataset)]
    if parts:
        products = {c.id for c in extend_taxonomy(load_taxonomy(), dataset.new_categories).products}
        labels = founded_labels(parts, dataset.categories)
        refuse_unfounded(*labels, dataset.categories, products)


def train(config: Config) -> None:
    """Train every network of the plan that is not finished yet.

    Raises:
        DatasetError: The data set is missing, cannot be used, or has nothing that calibration could rest on.
        NonFiniteLossError: As for `training.learning.engine.train_network`.
    """
    torch.set_num_threads(config.run.threads)
    dataset = read_dataset(config.folder.dataset)
    plans = plan_networks(dataset, config)
    _refuse_unsound(plans, dataset)
    with join_world(config.run.device) as world:
        todo = [job for plan in plans if not _is_finished(job := job_of(plan, dataset, config, world))]
        started = dt.datetime.now(dt.UTC)
        if todo and world.leads:
            _record(config, dataset, world, started=started)
        for job, network in zip(todo, networks_of(todo, dataset), strict=True):
            if network is not None:
                _finish(job, network)
            world.wait()
        if todo and world.leads:
            _record(config, dataset, world, started=started, finished=dt.datetime.now(dt.UTC))


def _record(
    config: Config,
    dataset: Dataset,
    world: World,
    *,
    started: dt.datetime,
    finished: dt.datetime | None = None,
) -> None:
    record = describe_run(
        config,
        dataset,
        device=world.device_name,
        processes=world.size,
        started=started,
        finished=finished,
    )
    write_record(record, config.folder.run_record)


def _is_finished(job: Job) -> bool:
    return fingerprint_of(job.config.folder.network(job.name)) == job.fingerprint


def _finish(job: Job, network: WildlifeNet) -> None:
    config = job.config
    finished = FinishedNetwork(
        network, config.model.architecture, tuple(job.categories), preprocess_spec(config.model)
    )
    save_network(finished, config.folder.network(job.name), fingerprint=job.fingerprint)
    job.checkpoint.unlink(missing_ok=True)  # the log and the curves stay


if __name__ == "__main__":
    main()
