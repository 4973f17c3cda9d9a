"""The head of the frozen mode: `wildvision.adapt.head` for samples of a data set, and its way into a network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from training.config import HeadConfig
from training.data.samples import Sample
from training.network.model import WildlifeNet
from wildvision.adapt import head
from wildvision.adapt.head import Facts, Head, HeadSettings


def fit_linear_head(
    features: NDArray[np.float32],
    targets: NDArray[np.float32],
    label_mask: NDArray[np.bool_],
    *,
    samples: Sequence[Sample],
    config: HeadConfig,
    odds: NDArray[np.float64] | None = None,
) -> Head:
    """Fit one logistic regression a category; see `wildvision.adapt.head.fit_linear_head`."""
    return head.fit_linear_head(
        features, targets, label_mask, facts=facts_of(samples), settings=settings_of(config), odds=odds
    )


def fit_linear_heads(
    features: NDArray[np.float32],
    targets: NDArray[np.float32],
    label_mask: NDArray[np.bool_],
    *,
    samples: Sequence[Sample],
    parts: Sequence[NDArray[np.intp]],
    config: HeadConfig,
    odds: NDArray[np.float64] | None = None,
) -> list[Head]:
    """Fit a head on each of several parts of the photos; see `wildvision.adapt.head.fit_linear_heads`."""
    return head.fit_linear_heads(
        features,
        targets,
        label_mask,
        facts=facts_of(samples),
        parts=parts,
        settings=settings_of(config),
        odds=odds,
    )


def settings_of(config: HeadConfig) -> HeadSettings:
    """Return a configuration's penalty and balance as the library takes them."""
    return HeadSettings(**config.model_dump())


def facts_of(samples: Sequence[Sample]) -> Facts:
    """Return what a fit has to know of samples."""
    return Facts(
        owner=np.array([sample.group for sample in samples], np.str_),
        rendered=np.array([sample.synthetic for sample in samples], np.bool_),
        product=np.array([sample.shows_product for sample in samples], np.bool_),
        named=np.array([bool(sample.labels | sample.unsettled) for sample in samples], np.bool_),
        kind=_kinds(samples),
    )


def _kinds(samples: Sequence[Sample]) -> NDArray[np.intp]:
    """Number the sets of labels that samples have."""
    number: dict[frozenset[str], int] = {}
    found = [number.setdefault(sample.labels | sample.unsettled, len(number)) for sample in samples]
    return np.array(found, np.intp)


def are_many(real: Sequence[Sample], config: HeadConfig) -> bool:
    """Whether these real photos of a category are enough for renderings of it to say little or nothing."""
    return head.are_many(np.array([sample.group for sample in real], np.str_), settings_of(config))


def set_head(network: WildlifeNet, weights: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
    """Put weights (K, D) and bias (K,) into the network's linear layer."""
    with torch.no_grad():
        network.head.weight.copy_(torch.from_numpy(weights))
        network.head.bias.copy_(torch.from_numpy(bias))


@torch.inference_mode()
def logits_of(network: WildlifeNet, pooled: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return logits, shape (N, K), float32, of pooled features (N, D)."""
    return network.head(torch.from_numpy(pooled)).numpy()
