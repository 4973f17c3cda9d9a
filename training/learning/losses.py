"""The multi-label loss: labels outside the label mask do not count, easy negatives count little."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from training.config import TrainConfig


def multilabel_loss(logits: Tensor, targets: Tensor, label_mask: Tensor, config: TrainConfig) -> Tensor:
    """Return one loss a photo, summed over the categories whose label counts.

    Each term is a cross-entropy times ``(1 - p) ** gamma``, where p is the probability given to the right answer:
    what is already right counts less. Focal loss has one gamma (Lin et al. 2017, eq. 4), asymmetric loss another for
    negatives, of which every category has far more (Ridnik et al. 2021, eq. 4).

    Args:
        logits: Shape (N, K).
        targets: Shape (N, K), 0 to 1.
        label_mask: Shape (N, K), bool, False where a label must not count.
        config: Which loss, its gammas, and the label smoothing.

    Returns:
        Shape (N,), float32.
    """
    logits = logits.float()
    gamma_positive, gamma_negative = _gammas(config)
    soft = targets.clamp(config.label_smoothing, 1 - config.label_smoothing)
    probability = torch.sigmoid(logits)
    positive = soft * (1 - probability) ** gamma_positive * logsigmoid(logits)
    negative = (1 - soft) * probability**gamma_negative * logsigmoid(-logits)
    return -((positive + negative) * label_mask).sum(dim=1)


def _gammas(config: TrainConfig) -> tuple[float, float]:
    if config.loss == "bce":
        return 0.0, 0.0
    if config.loss == "focal":
        return config.gamma_positive, config.gamma_positive
    return config.gamma_positive, config.gamma_negative
