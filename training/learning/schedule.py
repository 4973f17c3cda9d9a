"""Learning rates: which weights learn how fast, and when."""

from __future__ import annotations

import math
from typing import Any

import torch
from timm.optim._param_groups import param_groups_layer_decay

from training.config import TrainConfig
from training.network.model import WildlifeNet


def build_optimizer(network: WildlifeNet, config: TrainConfig) -> torch.optim.AdamW:
    """Build AdamW whose groups carry their peak rate: earlier layers learn slower, biases do not decay."""
    groups: list[dict[str, Any]] = param_groups_layer_decay(
        network.backbone, weight_decay=config.weight_decay, layer_decay=config.layer_decay
    )
    for group in groups:
        group["peak_rate"] = config.learning_rate * group.pop("lr_scale")
    groups.append(
        {
            "params": list(network.head.parameters()),
            "weight_decay": config.weight_decay,
            "peak_rate": config.head_learning_rate,
        }
    )
    return torch.optim.AdamW(groups, lr=config.learning_rate)


def set_rates(optimizer: torch.optim.Optimizer, *, step: int, steps: int, warmup: float) -> None:
    """Give every group its rate at a step: linear warm-up to the peak, then a cosine to zero."""
    share = rate_share(step=step, steps=steps, warmup=warmup)
    for group in optimizer.param_groups:
        group["lr"] = group["peak_rate"] * share


def rate_share(*, step: int, steps: int, warmup: float) -> float:
    """Return the share of the peak rate, 0 to 1, at a step counted from 0."""
    rising = max(1, round(warmup * steps))
    if step < rising:
        return (step + 1) / rising
    return 0.5 * (1 + math.cos(math.pi * (step - rising) / max(1, steps - rising)))
