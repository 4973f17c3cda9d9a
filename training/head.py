"""The head of the frozen mode: one regularised logistic regression a category on pooled features."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from training.config import HeadConfig
from training.data.samples import Sample
from training.model import WildlifeNet

MIN_DEVIATION = (
    0.02  # half of the least deviation that any feature has over the first released model's photos
)


def fit_linear_head(
    features: NDArray[np.float32],
    targets: NDArray[np.float32],
    known: NDArray[np.bool_],
    *,
    samples: Sequence[Sample],
    config: HeadConfig,
    odds: NDArray[np.float64] | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Fit one logistic regression a category, with the two classes weighing alike, and sources within a class.

    Args:
        features: Shape (N, D), pooled.
        targets: Shape (N, K), 0 or 1. A column without any 1 gets no weights and a very low bias.
        known: Shape (N, K), False where the label must not count.
        samples: The N photos; their sources count, and whether they are rendered.
        config: Penalty and balance.
        odds: Shape (K,), how many photos show each category for one that does not, where the head will be used; None:
            as in these photos. Heads whose scores are pooled must agree on them.

    Returns:
        Weights, shape (K, D), and bias, shape (K,), for features that are not standardised.
    """
    # A feature that hardly varies must not get a huge weight: it would magnify rounding.
    mean, scale = features.mean(axis=0), np.maximum(features.std(axis=0), MIN_DEVIATION)
    scaled = (features - mean) / scale
    natural = natural_odds(targets, known) if odds is None else odds
    weights = np.zeros((targets.shape[1], features.shape[1]), np.float32)
    bias = np.zeros(targets.shape[1], np.float32)
    sources = np.array([sample.source for sample in samples])
    rendered = np.array([sample.synthetic for sample in samples])
    named = np.array([bool(sample.labels | sample.unsettled) for sample in samples]) & ~rendered
    for column in range(targets.shape[1]):
        usable, positive = known[:, column], targets[:, column] > 0.5
        enough = (usable & ~rendered & positive).sum() >= config.rendered_below
        share = config.rendered_share_of_many if enough else config.rendered_share
        if enough and not (share and (usable & rendered & positive).any()):
            usable = usable & ~rendered
        rows = np.flatnonzero(usable)
        shown = positive[rows]
        importance = balanced_importance(
            shown,
            sources[rows].tolist(),
            rendered[rows],
            cap=config.source_cap,
            rendered_share=share,
            weights=np.where(named[rows] & ~shown, config.lookalike_weight, 1.0) if enough else None,
        )
        weight, intercept = _logistic_regression(scaled[rows], shown, importance, config.inverse_penalty)
        weights[column] = weight / scale
        bias[column] = intercept + np.log(natural[column]) - float(weights[column] @ mean)
    return weights, bias


def natural_odds(targets: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return, shape (K,), how many photos show each category for one that does not.

    Balanced classes put a rare category at even odds: a head gives each its share back, so that one pooled
    calibration can serve the categories that are too rare for their own. Half a photo keeps the odds finite.
    """
    shown = (targets > 0.5) & known
    return (shown.sum(axis=0) + 0.5) / ((known & ~shown).sum(axis=0) + 0.5)


def balanced_importance(
    shown: NDArray[np.bool_],
    sources: Sequence[str],
    rendered: NDArray[np.bool_],
    *,
    cap: int,
    rendered_share: float,
    weights: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Weigh photos so that both classes weigh alike, and within a class no source more than ``cap`` photos.

    A museum with a thousand photos then says no more than a shop with as many as the cap, and a single photo still only
    as much as one. Group-balanced risk (Idrissi et al. 2022, "Simple data balancing achieves competitive
    worst-group-accuracy") with a cap, because sources of one photo would otherwise rule (DECISIONS.md, 11).
    Where a class has both, its rendered photos together have the same share as those of the other class: "rendered"
    must not mean "product".

    Args:
        shown: Shape (N,), whether a photo shows the category.
        sources: Of the N photos.
        rendered: Shape (N,), whether each is rendered or drawn.
        cap: Photos.
        rendered_share: Of the weight of a class that has real photos too.
        weights: Shape (N,), of each photo among the others of its class; None: alike.

    Returns:
        Shape (N,), with mean 1.
    """
    keys = list(zip(sources, shown.tolist(), strict=True))
    size = Counter(keys)
    importance = np.array([min(size[key], cap) / size[key] for key in keys])
    if weights is not None:
        importance *= weights
    for is_shown in (False, True):
        parts = [(shown == is_shown) & (rendered == is_rendered) for is_rendered in (False, True)]
        both = all(part.any() for part in parts)
        for part, share in zip(parts, (1 - rendered_share, rendered_share), strict=True):
            importance[part] *= len(shown) / 2 * (share if both else 1) / max(importance[part].sum(), 1e-12)
    return importance


def set_head(network: WildlifeNet, weights: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
    """Put weights (K, D) and bias (K,) into the network's linear layer."""
    with torch.no_grad():
        network.head.weight.copy_(torch.from_numpy(weights))
        network.head.bias.copy_(torch.from_numpy(bias))


@torch.inference_mode()
def score(network: WildlifeNet, pooled: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return logits, shape (N, K), float32, of pooled features (N, D)."""
    return network.head(torch.from_numpy(pooled)).numpy()


def _logistic_regression(
    features: NDArray[np.float32],
    shown: NDArray[np.bool_],
    importance: NDArray[np.float64],
    inverse_penalty: float,
) -> tuple[NDArray[np.float64], float]:
    if shown.all() or not shown.any():
        return np.zeros(features.shape[1]), 0.0
    model = LogisticRegression(C=inverse_penalty, max_iter=300)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last digits do not matter
        model.fit(features, shown, sample_weight=importance)
    return np.asarray(model.coef_)[0], float(np.asarray(model.intercept_)[0])
