"""Train and predict, readable in a minute."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from timm.utils.model_ema import ModelEmaV3
from torch import Tensor, nn

from training.augment import Augmenter, build_transform, cut_out
from training.data import Sample, label_matrix, sampling_weights
from training.model import WildlifeNet, freeze_stem, hold_batch_norm, pretrained_network
from wildvision.manifest import PreprocessSpec
from wildvision.preprocess import preprocess

UInt8Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainSettings:
    """What one training run needs to know besides its data.

    Attributes:
        draws: Photos drawn in the whole run, with replacement.
        batch_size: Photos a step.
        backbone_rate: Peak learning rate of the pretrained layers.
        head_rate: Peak learning rate of the linear layer.
        weight_decay: Decoupled, as in AdamW.
        frozen_stages: Backbone stages that keep their ImageNet weights.
        swap_probability: How often a cut-out object is put on another ground.
        label_smoothing: Targets are this far from 0 and 1.
        seed: Of drawing, augmentation and initialisation.
    """

    architecture: str
    draws: int
    batch_size: int = 32
    backbone_rate: float = 5e-4
    head_rate: float = 3e-3
    weight_decay: float = 0.02
    frozen_stages: int = 2
    swap_probability: float = 0.6
    label_smoothing: float = 0.02
    seed: int = 0


def train(
    samples: Sequence[Sample],
    images: Sequence[UInt8Image],
    categories: Sequence[str],
    *,
    spec: PreprocessSpec,
    settings: TrainSettings,
    log: Path,
) -> WildlifeNet:
    """Fine-tune a pretrained network and return the moving average of its weights.

    Args:
        samples: What to train on.
        images: Their pixels, RGB (H, W, 3) uint8, in the same order.
        categories: Ids in the order of the logits.
        spec: How images become network input.
        settings: See `TrainSettings`.
        log: One JSON line every hundred steps is appended here.

    Raises:
        FloatingPointError: The loss is not finite; the message names the photos of the batch.
    """
    torch.manual_seed(settings.seed)
    rng = np.random.default_rng(settings.seed)
    network = pretrained_network(settings.architecture, categories=len(categories))
    freeze_stem(network, stages=settings.frozen_stages)
    average = ModelEmaV3(network, decay=0.998, use_warmup=True)
    optimizer, schedule = _optimizer(network, settings)
    targets, known = label_matrix(samples, categories)
    vary = random_variants(samples, images, swap_probability=settings.swap_probability, seed=settings.seed)
    started, losses = time.monotonic(), list[float]()
    for step in range(schedule.total_steps):
        rows = rng.choice(len(samples), settings.batch_size, p=sampling_weights(samples))
        batch = np.stack([preprocess(vary(int(row), rng), spec) for row in rows])
        network.train()
        hold_batch_norm(network)
        logits = network(torch.from_numpy(batch).contiguous(memory_format=torch.channels_last))
        loss = masked_loss(logits, targets[rows], known[rows], smoothing=settings.label_smoothing)
        losses.append(loss.item())
        if not math.isfinite(losses[-1]):
            raise FloatingPointError(f"loss {losses[-1]} at step {step}: {[samples[r].path for r in rows]}")
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        average.update(network, step=step)
        if (step + 1) % 50 == 0:
            record = {
                "step": step + 1,
                "of": schedule.total_steps,
                "loss": round(float(np.mean(losses[-50:])), 5),
                "images_per_s": round((step + 1) * settings.batch_size / (time.monotonic() - started), 1),
            }
            with log.open("a") as file:
                file.write(json.dumps(record) + "\n")
    return average.module.eval()


def masked_loss(
    logits: Tensor, targets: NDArray[np.float32], known: NDArray[np.bool_], *, smoothing: float
) -> Tensor:
    """Mean binary cross-entropy over the labels that are known, summed over categories.

    Args:
        logits: Shape (N, K).
        targets: Shape (N, K), 0 or 1.
        known: Shape (N, K), False where a label must not count.
        smoothing: Targets become ``smoothing`` and ``1 - smoothing``.
    """
    soft = torch.from_numpy(np.clip(targets, smoothing, 1 - smoothing))
    losses = nn.functional.binary_cross_entropy_with_logits(logits, soft, reduction="none")
    return (losses * torch.from_numpy(known)).sum(dim=1).mean()


def random_variants(
    samples: Sequence[Sample], images: Sequence[UInt8Image], *, swap_probability: float, seed: int
) -> Callable[[int, np.random.Generator], UInt8Image]:
    """Return a function that draws an augmented variant of the image in a row."""
    opacities = [cut_out(image) for image in images]
    everyday = [
        image
        for sample, image, opacity in zip(samples, images, opacities, strict=True)
        if opacity is None and not sample.labels and not sample.unsettled
    ]
    augment = Augmenter(everyday, swap_probability, build_transform(seed=seed))
    return lambda row, rng: augment(images[row], opacities[row], rng)


def _optimizer(network: WildlifeNet, settings: TrainSettings):
    backbone = [parameter for parameter in network.backbone.parameters() if parameter.requires_grad]
    groups = [
        {"params": backbone, "lr": settings.backbone_rate},
        {"params": network.head.parameters(), "lr": settings.head_rate},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=settings.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=[group["lr"] for group in groups],
        total_steps=max(12, settings.draws // settings.batch_size),  # the warm-up needs more than one
        pct_start=0.1,
    )
    return optimizer, schedule


@torch.inference_mode()
def embed(network: WildlifeNet, images: Iterable[UInt8Image], *, spec: PreprocessSpec) -> NDArray[np.float32]:
    """Return pooled features, shape (N, D), float32, of images (H, W, 3) uint8."""
    network.eval()
    pooled: list[Tensor] = []
    remaining = iter(images)
    while chunk := [preprocess(image, spec) for image in islice(remaining, 32)]:
        batch = torch.from_numpy(np.stack(chunk)).contiguous(memory_format=torch.channels_last)
        pooled.append(network.backbone(batch).mean(dim=(2, 3)))
    return torch.cat(pooled).numpy()


@torch.inference_mode()
def score(network: WildlifeNet, pooled: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return logits, shape (N, K), float32, of pooled features (N, D)."""
    return network.head(torch.from_numpy(pooled)).numpy()
