"""Train the networks of a run: the one to release, and one for each held-out fold that calibrates it.

    python -m training.train --config training/configs/X.toml
    torchrun --nproc-per-node 2 -m training.train --config ...      (many GPUs, or many processes)

A run that was killed goes on with the same command; what is finished is not done again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rich.console import Console

from training.calibration.foundation import founded_labels, refuse_unfounded, refuse_unlearned
from training.command import command, command_parser
from training.config import Config, add_config_arguments, config_of
from training.data.categories import unlearnable
from training.data.labels import label_matrix
from training.data.samples import Dataset, Sample, read_dataset, refuse_evaluation_only
from training.data.splits import group_folds
from training.errors import DatasetError
from training.learning.distributed import World, join_world
from training.learning.engine import Job, train_network
from training.learning.run_record import write_run_record
from training.network.checkpoint import FinishedNetwork, finished_recipe, save_network
from training.network.features import cached_features
from training.network.head import fit_linear_heads, natural_odds, set_head
from training.network.model import WildlifeNet, build_network, preprocess_spec
from wildvision.taxonomy import extend_taxonomy, load_taxonomy

FINAL = "final"


@command("training.train")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; see the module's docstring."""
    parser = command_parser("training.train", __doc__)
    add_config_arguments(parser)
    config = config_of(parser.parse_args(arguments))
    train(config)
    Console().print(f"networks are in {config.run.directory / 'networks'}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """One network of a run.

    Attributes:
        name: ``"final"``, or ``"fold0"`` and so on.
        samples: What it learns from.
        held_out: Photos of groups that it must not see, for calibration; none for the final one.
    """

    name: str
    samples: tuple[Sample, ...]
    held_out: tuple[Sample, ...] = ()


def plan_networks(dataset: Dataset, config: Config) -> tuple[Plan, ...]:
    """Say which networks a run trains and on what: rendered photos teach all of them and are never held out.

    Raises:
        DatasetError: No photo may train, or fewer groups than folds.
    """
    samples = _teaching(dataset, config)
    real = tuple(sample for sample in samples if not sample.synthetic)
    if not samples or not dataset.categories:
        raise DatasetError(_describe_nothing(dataset, samples, config))
    final = Plan(name=FINAL, samples=samples)
    if not config.calibrate.folds:
        return (final,)
    fold_of = dict(
        zip(real, group_folds(real, folds=config.calibrate.folds, seed=config.run.seed), strict=True)
    )
    folds = [
        Plan(
            name=f"fold{fold}",
            samples=tuple(sample for sample in samples if fold_of.get(sample) != fold),
            held_out=tuple(sample for sample in real if fold_of[sample] == fold),
        )
        for fold in range(config.calibrate.folds)
    ]
    return (*folds, final)


def _describe_nothing(dataset: Dataset, samples: Sequence[Sample], config: Config) -> str:
    taxonomy = extend_taxonomy(load_taxonomy(), dataset.new_categories)
    reasons = unlearnable(dataset.samples, taxonomy, min_photos=config.data.min_photos)
    listed = "".join(f"; {category}: {reason}" for category, reason in reasons.items())
    return (
        f"expected labelled photos in the split 'train', found {len(samples)} photos and "
        f"{len(dataset.categories)} categories that can be learned{listed}; see {config.dataset / 'report.txt'}"
    )


def scored_parts(plans: Sequence[Plan], dataset: Dataset) -> list[tuple[Plan, tuple[Sample, ...]]]:
    """Return the photos that calibrate, with the network that scores them: its fold, or the split ``calibration``."""
    folds = [(plan, plan.held_out) for plan in plans if plan.held_out]
    return folds or [(plan, held) for plan in plans if (held := dataset.split("calibration"))]


def _refuse_unsound(plans: Sequence[Plan], dataset: Dataset) -> None:
    """Raise `DatasetError` before hours of work where calibration would find nothing to rest on."""
    refuse_unlearned(plans[-1].samples, dataset.categories)
    parts = [(plan.samples, held_out) for plan, held_out in scored_parts(plans, dataset)]
    if parts:
        products = {c.id for c in extend_taxonomy(load_taxonomy(), dataset.new_categories).products}
        labels = founded_labels(parts, dataset.categories)
        refuse_unfounded(*labels, dataset.categories, products)


def _teaching(dataset: Dataset, config: Config) -> tuple[Sample, ...]:
    """Return the training photos without the renderings that the configuration leaves out."""
    products = {c.id for c in extend_taxonomy(load_taxonomy(), dataset.new_categories).products}
    return tuple(
        sample
        for sample in dataset.split("train")
        if not sample.synthetic
        or config.train.rendered == "all"
        or (config.train.rendered == "products" and sample.labels & products)
    )


def network_path(config: Config, name: str) -> Path:
    """Return where a finished network is kept."""
    return config.run.directory / "networks" / f"{name}.pt"


def train(config: Config) -> None:
    """Train every network of the plan that is not finished yet.

    Raises:
        DatasetError: The data set is missing, cannot be used, or has nothing that calibration could rest on.
        NonFiniteLossError: As for `training.learning.engine.train_network`.
    """
    torch.set_num_threads(config.run.threads)
    dataset = read_dataset(config.dataset)
    plans = plan_networks(dataset, config)
    _refuse_unsound(plans, dataset)
    with join_world(config.run.device) as world:
        todo = [job for plan in plans if not _is_finished(job := _job(plan, dataset, config, world))]
        started = dt.datetime.now(dt.UTC)
        if todo and world.leads:
            write_run_record(config, dataset, world, started=started)
        for job, network in zip(todo, _networks(todo, dataset), strict=True):
            if network is not None:
                _finish(job, network)
            world.wait()
        if todo and world.leads:
            write_run_record(config, dataset, world, started=started, finished=dt.datetime.now(dt.UTC))


def train_plan(plan: Plan, dataset: Dataset, config: Config, world: World) -> WildlifeNet | None:
    """Train one network of a plan; None in the processes that only help the leading one.

    Raises:
        NonFiniteLossError: As for `training.learning.engine.train_network`.
    """
    return next(_networks([_job(plan, dataset, config, world)], dataset))


def _networks(jobs: Sequence[Job], dataset: Dataset) -> Iterator[WildlifeNet | None]:
    """Yield the network of each job; None in the processes that only help the leading one."""
    frozen = [job for job in jobs if job.config.train.mode == "frozen" and job.world.leads]
    if frozen:
        yield from _fit_frozen(frozen, dataset)
        return
    for job in jobs:
        network = train_network(job) if job.config.train.mode == "finetune" else None
        yield network if job.world.leads else None  # heads are fitted in minutes: the others wait


def _job(plan: Plan, dataset: Dataset, config: Config, world: World) -> Job:
    refuse_evaluation_only(plan.samples)
    return Job(
        name=plan.name,
        samples=plan.samples,
        validation=dataset.split("validation"),
        categories=dataset.categories,
        config=config,
        world=world,
    )


def _is_finished(job: Job) -> bool:
    return finished_recipe(network_path(job.config, job.name)) == job.recipe


def _finish(job: Job, network: WildlifeNet) -> None:
    config = job.config
    finished = FinishedNetwork(
        network, config.model.architecture, tuple(job.categories), preprocess_spec(config.model)
    )
    save_network(finished, network_path(config, job.name), recipe=job.recipe)
    (job.directory / "checkpoint.pt").unlink(missing_ok=True)  # the log and the curves stay


def _fit_frozen(jobs: Sequence[Job], dataset: Dataset) -> Iterator[WildlifeNet]:
    """Fit the heads of all jobs at once on cached features; the backbone stays as its weights came."""
    config, categories = jobs[0].config, jobs[0].categories
    odds = natural_odds(*label_matrix(dataset.split("train"), dataset.categories))
    samples = tuple(dict.fromkeys(sample for job in jobs for sample in job.samples))
    row_of = {sample: row for row, sample in enumerate(samples)}
    targets, known = label_matrix(samples, categories)
    heads = fit_linear_heads(
        cached_features(samples, config),
        targets,
        known,
        samples=samples,
        parts=[np.array([row_of[sample] for sample in job.samples]) for job in jobs],
        config=config.train.head,
        odds=odds,
    )
    for weights, bias in heads:
        network = build_network(config.model, categories=len(categories))
        set_head(network, weights, bias)
        yield network.eval()


if __name__ == "__main__":
    main()
