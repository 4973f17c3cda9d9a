"""Loss and mean average precision on photos of groups that training does not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from training.config import TrainConfig
from training.data.labels import label_matrix
from training.data.loader import Photos
from training.data.samples import Sample
from training.learning.distributed import World
from training.learning.losses import multilabel_loss
from training.metrics import average_precision
from training.network.features import CHUNK
from training.network.model import WildlifeNet
from wildvision.manifest import PreprocessSpec
from wildvision.preprocess import preprocess


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What was measured: the training loss, and average precision averaged over categories that have positives."""

    loss: float
    mean_average_precision: float


def validate(
    network: WildlifeNet,
    samples: Sequence[Sample],
    categories: Sequence[str],
    *,
    spec: PreprocessSpec,
    config: TrainConfig,
    world: World,
) -> Validation | None:
    """Measure, each process on its share of the photos; None where there are none."""
    if not samples:
        return None
    targets, label_mask = label_matrix(samples, categories)
    own = range(world.rank, len(samples), world.size)
    logits = np.empty_like(targets)
    for rows, found in world.gather((list(own), predict(network, [samples[r] for r in own], spec=spec))):
        logits[rows] = found
    given = torch.from_numpy(logits), torch.from_numpy(targets), torch.from_numpy(label_mask)
    losses = multilabel_loss(*given, config)
    measurable = [column for column in range(len(categories)) if (targets[:, column] > 0.5).sum() > 0]
    precisions = [
        average_precision(logits[rows, column], targets[rows, column] > 0.5)
        for column, rows in ((c, label_mask[:, c]) for c in measurable)
    ]
    return Validation(
        loss=float(losses.mean()), mean_average_precision=float(np.mean(precisions)) if precisions else 0.0
    )


@torch.inference_mode()
def predict(network: WildlifeNet, samples: Sequence[Sample], *, spec: PreprocessSpec) -> NDArray[np.float32]:
    """Return logits, shape (N, K), float32."""
    network.eval()
    parameter = next(network.parameters())
    photos = Photos(samples, spec, memory=0)
    found: list[NDArray[np.float32]] = []
    for start in range(0, len(samples), CHUNK):
        rows = range(start, min(start + CHUNK, len(samples)))
        batch = torch.from_numpy(np.stack([preprocess(photos[row], spec) for row in rows]))
        found.append(network(batch.to(parameter.device)).float().cpu().numpy())
    return np.concatenate(found) if found else np.zeros((0, network.head.out_features), np.float32)
