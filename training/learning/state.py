"""The state of training, all that it carries from one step to the next, and its way to disk and back."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from timm.utils.model_ema import ModelEmaV3
from torch import Tensor

from training.config import TrainConfig
from training.files import replace_file_with
from training.learning.validation import Validation
from training.network.model import WildlifeNet


@dataclass(slots=True, kw_only=True, eq=False)
class TrainingState:
    """Where one network's training stands.

    Attributes:
        network: What the optimiser moves.
        average: Moving average of its weights; None: not kept.
        optimizer: With its moments.
        scaler: Of the loss in half precision; idle elsewhere.
        step: Weight updates so far.
        epoch: Epochs finished.
        losses: One for each update of the running epoch.
        history: One record for each finished epoch.
        best: Weights with the lowest validation loss; None before the first validation.
        best_loss: That loss.
        stale: Epochs since then.
    """

    network: WildlifeNet
    average: ModelEmaV3 | None
    optimizer: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    step: int = 0
    epoch: int = 0
    losses: list[float] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)
    best: dict[str, Tensor] | None = None
    best_loss: float = math.inf
    stale: int = 0

    @property
    def smoothed(self) -> WildlifeNet:
        """The network to validate and release: the moving average where there is one."""
        return self.average.module if self.average is not None else self.network

    def is_over(self, config: TrainConfig) -> bool:
        """Whether all epochs are done, or validation has stopped improving."""
        return self.epoch >= config.epochs or 0 < config.patience <= self.stale

    def finish_epoch(self, record: dict[str, Any], validation: Validation | None) -> None:
        """Count an epoch, keep its record, and the weights if they are the best so far."""
        self.epoch += 1
        self.losses = []
        self.history.append(record)
        if validation is None:
            return
        self.stale += 1
        if validation.loss < self.best_loss:
            self.best_loss, self.stale = validation.loss, 0
            self.best = {name: tensor.detach().clone() for name, tensor in self.smoothed.state_dict().items()}

    def finished_network(self) -> WildlifeNet:
        """Return the best network by validation, or the last, on the CPU in evaluation mode."""
        network = self.smoothed
        if self.best is not None:
            network.load_state_dict(self.best)
        return network.cpu().eval()


def new_state(network: WildlifeNet, optimizer: torch.optim.Optimizer, config: TrainConfig) -> TrainingState:
    """Begin at step 0."""
    average = ModelEmaV3(network, decay=config.ema_decay, use_warmup=True) if config.ema_decay else None
    half = next(network.parameters()).is_cuda and not torch.cuda.is_bf16_supported()
    return TrainingState(
        network=network,
        average=average,
        optimizer=optimizer,
        scaler=torch.amp.GradScaler(enabled=half),
    )


_NUMBERS = ("step", "epoch", "losses", "history", "best", "best_loss", "stale")


def save_state(state: TrainingState, path: Path) -> None:
    """Write everything; a reader sees the old file or the new one, never half of it."""
    content = {
        "network": state.network.state_dict(),
        "average": None if state.average is None else state.average.module.state_dict(),
        "optimizer": state.optimizer.state_dict(),
        "scaler": state.scaler.state_dict(),
        **{name: getattr(state, name) for name in _NUMBERS},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file_with(path, lambda file: torch.save(content, file))


def restore_state(state: TrainingState, path: Path) -> None:
    """Go on from what `save_state` wrote; nothing happens where there is no file."""
    if not path.is_file():
        return
    stored = torch.load(path, map_location=next(state.network.parameters()).device, weights_only=True)
    state.network.load_state_dict(stored["network"])
    if state.average is not None:
        state.average.module.load_state_dict(stored["average"])
    state.optimizer.load_state_dict(stored["optimizer"])
    state.scaler.load_state_dict(stored["scaler"])
    for name in _NUMBERS:
        setattr(state, name, stored[name])
