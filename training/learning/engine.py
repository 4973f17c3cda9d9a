"""The training of one network, readable in a minute; after a kill it goes on where the last checkpoint stood."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from training.augment import Augmenter
from training.config import Config
from training.data.labels import label_matrix
from training.data.loader import Batch, Photos, Vary, batches, draw_epoch
from training.data.samples import Sample, digest, refuse_evaluation_only
from training.errors import NonFiniteLossError
from training.fingerprint import code_digest
from training.learning.distributed import World
from training.learning.losses import multilabel_loss
from training.learning.progress import Progress
from training.learning.schedule import build_optimizer, set_rates
from training.learning.state import TrainingState, new_state, restore_state, save_state
from training.learning.validation import validate
from training.network.model import WildlifeNet, build_network, hold_batch_norm, preprocess_spec
from wildvision.manifest import PreprocessSpec


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Job:
    """One network to train.

    Attributes:
        name: Of the network, for logs.
        samples: What to learn from.
        validation: Photos of other groups, for early stopping; may be none.
        categories: Ids in the order of the logits.
        config: Of the run.
        world: The processes that train it together.
    """

    name: str
    samples: Sequence[Sample]
    validation: Sequence[Sample]
    categories: Sequence[str]
    config: Config
    world: World

    @property
    def fingerprint(self) -> str:
        """A digest of all that decides what the network becomes."""
        config = self.config
        parts = [
            config.model,
            config.train,
            config.augment,
            config.run.seed,
            self.categories,
            self.world.size,
        ]
        # A head is fitted again in seconds where the code has changed; a fine-tuned network may have taken days.
        code = [code_digest("frozen networks")] if config.train.mode == "frozen" else []
        facts = [*map(repr, parts), digest(self.samples), digest(self.validation), *code]
        return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]

    @property
    def directory(self) -> Path:
        """Where its checkpoint, log and curves are; another fingerprint has another."""
        return self.config.folder.training(self.name, self.fingerprint)

    @property
    def checkpoint(self) -> Path:
        """Where its state is kept while it learns."""
        return self.directory / "checkpoint.pt"

    @property
    def photos_a_step(self) -> int:
        """Photos of all processes that one weight update sees."""
        return self.config.train.batch_size * self.config.train.accumulate * self.world.size

    @property
    def steps_an_epoch(self) -> int:
        """Weight updates an epoch."""
        return max(1, (self.config.train.draws or len(self.samples)) // self.photos_a_step)


def train_network(job: Job) -> WildlifeNet:
    """Fine-tune a network and return the best moving average of its weights, on the CPU.

    Raises:
        NonFiniteLossError: The loss is NaN or infinite; the message names the photos of the batch.
        EvaluationOnlyError: A photo is marked for evaluation.
    """
    refuse_evaluation_only((*job.samples, *job.validation))
    config, spec = job.config.train, preprocess_spec(job.config.model)
    torch.manual_seed(job.config.run.seed)
    network = build_network(job.config.model, categories=len(job.categories)).to(job.world.device)
    state = new_state(network, build_optimizer(network, config), config)
    restore_state(state, job.checkpoint)
    parallel = DistributedDataParallel(network) if job.world.size > 1 else network
    targets, label_mask = label_matrix(job.samples, job.categories)
    vary = Augmenter(job.samples, Photos(job.samples, spec), targets, label_mask, job.config.augment)
    with _progress(job, state) as progress:
        while not state.is_over(config):
            started, first = time.monotonic(), len(state.losses)
            for group in _remaining(job, state, vary, spec):
                loss = train_step(job, state, parallel, group)
                progress.advance(photos=job.photos_a_step, loss=loss, step=state.step)
                if job.world.leads and state.step % config.checkpoint_every == 0:
                    save_state(state, job.checkpoint)
            photos = (len(state.losses) - first) * job.photos_a_step
            found = validate(
                state.smoothed, job.validation, job.categories, spec=spec, config=config, world=job.world
            )
            record = _record(job, state, found, photos=photos, seconds=time.monotonic() - started)
            state.finish_epoch(record, found)
            progress.record(state.history)
            if job.world.leads:
                save_state(state, job.checkpoint)
    job.world.wait()
    return state.finished_network()


def train_step(job: Job, state: TrainingState, parallel: nn.Module, group: Sequence[Batch]) -> float:
    """Add the gradients of a group of batches, move the weights once, and return the mean loss."""
    config, seed = job.config.train, job.config.run.seed
    set_rates(
        state.optimizer, step=state.step, steps=config.epochs * job.steps_an_epoch, warmup=config.warmup
    )
    # Dropout is seeded by the step, so that a resumed run repeats it without a stored generator.
    torch.manual_seed(int(np.random.SeedSequence((seed, state.step, job.world.rank)).generate_state(1)[0]))
    parallel.train()
    if job.config.model.weights != "random":
        hold_batch_norm(parallel)
    total = 0.0
    for index, batch in enumerate(group):
        with _synchronised(parallel, last=index == len(group) - 1):
            loss = _loss(job, parallel, batch) / len(group)
            total += _finite(loss.item(), job, state, batch)
            state.scaler.scale(loss).backward()
    state.scaler.unscale_(state.optimizer)
    nn.utils.clip_grad_norm_(parallel.parameters(), config.gradient_clip)
    state.scaler.step(state.optimizer)
    state.scaler.update()
    state.optimizer.zero_grad()
    if state.average is not None:
        state.average.update(state.network, step=state.step)
    state.step += 1
    state.losses.append(total)
    return total


def _loss(job: Job, parallel: nn.Module, batch: Batch) -> torch.Tensor:
    device = job.world.device
    half = torch.bfloat16 if device.type == "cpu" or torch.cuda.is_bf16_supported() else torch.float16
    images = batch.images.to(device, memory_format=torch.channels_last)
    with torch.autocast(device.type, dtype=half, enabled=device.type == "cuda"):
        logits = parallel(images)
    losses = multilabel_loss(logits, batch.targets.to(device), batch.label_mask.to(device), job.config.train)
    return losses.mean()


def _finite(loss: float, job: Job, state: TrainingState, batch: Batch) -> float:
    if math.isfinite(loss):
        return loss
    paths = tuple(str(job.samples[row].path) for row in batch.rows.tolist())
    raise NonFiniteLossError(
        f"the loss is {loss} at step {state.step} of {job.name}; lower train.learning_rate or look at the photos "
        f"of this batch: {', '.join(paths)}",
        paths=paths,
    )


def _synchronised(parallel: nn.Module, *, last: bool):
    """Let processes exchange gradients at the last batch of a group only."""
    if last or not isinstance(parallel, DistributedDataParallel):
        return nullcontext()
    return parallel.no_sync()


def _remaining(job: Job, state: TrainingState, vary: Vary, spec: PreprocessSpec) -> Iterator[Sequence[Batch]]:
    """Yield what is left of the running epoch, a group of batches for each weight update."""
    config = job.config.train
    epoch = draw_epoch(
        job.samples,
        draws=job.steps_an_epoch * job.photos_a_step,
        balance=config.balance,
        entropy=(job.config.run.seed, state.epoch),
        rank=job.world.rank,
        world=job.world.size,
    )
    skip = len(state.losses) * config.accumulate
    found = batches(epoch, vary, spec, batch_size=config.batch_size, skip=skip, workers=config.workers)
    while group := list(islice(found, config.accumulate)):
        yield group


def _record(job: Job, state: TrainingState, found: Any, *, photos: int, seconds: float) -> dict[str, Any]:
    losses = job.world.gather(float(np.mean(state.losses)))
    return {
        "network": job.name,
        "epoch": state.epoch + 1,
        "step": state.step,
        "loss": round(float(np.mean(losses)), 6),
        "validation_loss": None if found is None else round(found.loss, 6),
        "validation_mean_average_precision": None
        if found is None
        else round(found.mean_average_precision, 4),
        "learning_rate": max(group["lr"] for group in state.optimizer.param_groups),
        "photos_per_s": round(photos / seconds, 1),
        "seconds": round(seconds, 1),
    }


def _progress(job: Job, state: TrainingState) -> Progress:
    return Progress(
        job.name,
        job.directory,
        job.world,
        total=job.config.train.epochs * job.steps_an_epoch * job.photos_a_step,
        done=state.step * job.photos_a_step,
        step=state.step,
    )
