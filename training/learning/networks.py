"""The networks of a plan: fine-tuned one after the other, or all heads at once on frozen features."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from training.config import Config
from training.data.labels import label_matrix
from training.data.samples import Dataset, refuse_evaluation_only
from training.learning.distributed import World
from training.learning.engine import Job, train_network
from training.learning.plan import Plan
from training.network.features import cached_features
from training.network.head import fit_linear_heads, natural_odds, set_head
from training.network.model import WildlifeNet, build_network


def train_plan(plan: Plan, dataset: Dataset, config: Config, world: World) -> WildlifeNet | None:
    """Train one network of a plan; None in the processes that only help the leading one.

    Raises:
        NonFiniteLossError: As for `training.learning.engine.train_network`.
    """
    return next(networks_of([job_of(plan, dataset, config, world)], dataset))


def networks_of(jobs: Sequence[Job], dataset: Dataset) -> Iterator[WildlifeNet | None]:
    """Yield the network of each job; None in the processes that only help the leading one."""
    frozen = [job for job in jobs if job.config.train.mode == "frozen" and job.world.leads]
    if frozen:
        yield from _fit_frozen(frozen, dataset)
        return
    for job in jobs:
        network = train_network(job) if job.config.train.mode == "finetune" else None
        yield network if job.world.leads else None  # heads are fitted in minutes: the others wait


def job_of(plan: Plan, dataset: Dataset, config: Config, world: World) -> Job:
    """Return the work that makes one network of a plan.

    Raises:
        EvaluationOnlyError: A photo is marked for evaluation.
    """
    refuse_evaluation_only(plan.samples)
    return Job(
        name=plan.name,
        samples=plan.samples,
        validation=dataset.split("validation"),
        categories=dataset.categories,
        config=config,
        world=world,
    )


def _fit_frozen(jobs: Sequence[Job], dataset: Dataset) -> Iterator[WildlifeNet]:
    """Fit the heads of all jobs at once on cached features; the backbone stays as its weights came."""
    config, categories = jobs[0].config, jobs[0].categories
    odds = natural_odds(*label_matrix(dataset.split("train"), dataset.categories))
    samples = tuple(dict.fromkeys(sample for job in jobs for sample in job.samples))
    row_of = {sample: row for row, sample in enumerate(samples)}
    targets, label_mask = label_matrix(samples, categories)
    heads = fit_linear_heads(
        cached_features(samples, config),
        targets,
        label_mask,
        samples=samples,
        parts=[np.array([row_of[sample] for sample in job.samples]) for job in jobs],
        config=config.train.head,
        odds=odds,
    )
    for weights, bias in heads:
        network = build_network(config.model, categories=len(categories))
        set_head(network, weights, bias)
        yield network.eval()
