"""Fit the linear head on pooled features, and bring a fine-tuned backbone back towards ImageNet.

The head is one regularised logistic regression a category, on the photos and augmented views of them. Where the
backbone was fine-tuned, the mean of its weights and ImageNet's generalises better to other sources than either
(Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from training.data import Sample
from training.engine import UInt8Image, embed, random_variants
from training.model import WildlifeNet
from wildvision.manifest import PreprocessSpec

MIN_DEVIATION = 0.02  # half of the least deviation that any feature has over the released model's photos


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadSettings:
    """How the network is finished.

    Attributes:
        tuned_share: Weight of the fine-tuned network in the blend; the rest is ImageNet's.
        views: Augmented views of each photo that the head sees beside the photo itself.
        swap_probability: How often an object that can be cut out is put on another ground.
        inverse_penalty: scikit-learn's C: the smaller, the stronger the pull of the weights to zero.
        seed: Of the augmentation.
    """

    tuned_share: float = 0.5
    views: int = 0
    swap_probability: float = 0.8
    inverse_penalty: float = 1e-3
    seed: int = 5


def head_features(
    network: WildlifeNet,
    samples: Sequence[Sample],
    images: Sequence[UInt8Image],
    *,
    spec: PreprocessSpec,
    settings: HeadSettings,
) -> NDArray[np.float32]:
    """Return what the head is fitted on: pooled features, shape (1 + views, N, D), float32.

    Args:
        network: Its backbone is used.
        samples: Photos that may stand behind one another: all on the same side of every split.
        images: Their pixels, RGB (H, W, 3) uint8, in the same order.
        spec: How images become network input.
        settings: How many views, and how they are made.
    """
    rng = np.random.default_rng(settings.seed)
    vary = random_variants(samples, images, swap_probability=settings.swap_probability, seed=settings.seed)
    rows = range(len(samples))
    views = [embed(network, (vary(row, rng) for row in rows), spec=spec) for _ in range(settings.views)]
    return np.stack([embed(network, images, spec=spec), *views])


def blend(network: WildlifeNet, other: WildlifeNet, share: float) -> None:
    """Replace the backbone's weights by ``share * network + (1 - share) * other``."""
    rest = other.backbone.state_dict()
    network.backbone.load_state_dict(
        {
            name: torch.lerp(rest[name], tensor, share) if tensor.is_floating_point() else tensor
            for name, tensor in network.backbone.state_dict().items()
        }
    )


def fit_head(
    network: WildlifeNet,
    features: NDArray[np.float32],
    targets: NDArray[np.float32],
    known: NDArray[np.bool_],
    *,
    inverse_penalty: float,
) -> None:
    """Fit one logistic regression a category, with the two classes weighing alike.

    Args:
        network: Gets the weights; what standardised the features is folded into them.
        features: Shape (V, N, D), V views of N photos, pooled.
        targets: Shape (N, K), 0 or 1. A column without any 1 gets no weights and a very low bias.
        known: Shape (N, K), False where the label must not count.
        inverse_penalty: scikit-learn's C.
    """
    repeats = (len(features), 1)
    targets, known = np.tile(targets, repeats), np.tile(known, repeats)  # (N, K) -> (V N, K)
    features = features.reshape(-1, features.shape[-1])  # (V, N, D) -> (V N, D)
    # A feature that hardly varies must not get a huge weight: it would magnify rounding.
    mean, scale = features.mean(axis=0), np.maximum(features.std(axis=0), MIN_DEVIATION)
    scaled = (features - mean) / scale
    for column in range(targets.shape[1]):
        rows = np.flatnonzero(known[:, column])
        weight, bias = _logistic_regression(scaled[rows], targets[rows, column] > 0.5, inverse_penalty)
        weight = weight / scale
        with torch.no_grad():
            network.head.weight[column] = torch.from_numpy(weight)
            network.head.bias[column] = bias - float(weight @ mean)


def _logistic_regression(
    features: NDArray[np.float32], shown: NDArray[np.bool_], inverse_penalty: float
) -> tuple[NDArray[np.float64], float]:
    if not shown.any():
        return np.zeros(features.shape[1]), -float(np.log(len(shown)))
    model = LogisticRegression(C=inverse_penalty, class_weight="balanced", max_iter=300)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last digits do not matter
        model.fit(features, shown)
    # Balanced classes put a rare category at even odds: give each its share back, so that one pooled calibration
    # can serve the categories that are too rare for their own.
    odds = float(shown.sum() / (~shown).sum())
    weights, intercepts = np.asarray(model.coef_), np.asarray(model.intercept_)
    return weights[0], float(intercepts[0] + np.log(odds))
