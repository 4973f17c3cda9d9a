"""The head of the frozen mode: one regularised logistic regression a category on pooled features."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from training.config import HeadConfig
from training.data.samples import Sample
from training.network.model import WildlifeNet

# Half of the least deviation that any feature of EfficientNet-Lite1 had over training photos.
MIN_DEVIATION = 0.02
MIN_OWNER_PHOTOS = 3  # for a mean that says more of the owner than of the photos
MAX_STEPS = 300  # of the optimiser; heads on some two thousand features take 40 to 120
MIN_GAIN = 1e-6  # of the loss, relative, in a step worth taking: the last digits do not matter


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
    every = np.arange(len(samples))
    (head,) = fit_linear_heads(
        features, targets, known, samples=samples, parts=[every], config=config, odds=odds
    )
    return head


def fit_linear_heads(
    features: NDArray[np.float32],
    targets: NDArray[np.float32],
    known: NDArray[np.bool_],
    *,
    samples: Sequence[Sample],
    parts: Sequence[NDArray[np.intp]],
    config: HeadConfig,
    odds: NDArray[np.float64] | None = None,
) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Fit a head, as `fit_linear_head` does, on each of several parts of the same photos, all at once.

    The heads know nothing of each other: alignment, standardisation and the owners' directions are those of each part.

    Args:
        features: As for `fit_linear_head`, as the other arguments are.
        targets: Shape (N, K).
        known: Shape (N, K).
        samples: The N photos.
        parts: Rows that each head learns from.
        config: Penalty and balance.
        odds: Shape (K,); None: as in each part.

    Returns:
        Weights, shape (K, D), and bias, shape (K,), of each part.
    """
    # Of all photos, for the numbers' sake alone: each head has its own mean and scale.
    centre, unit = features.mean(axis=0), np.maximum(features.std(axis=0), MIN_DEVIATION)
    centred = (features - centre) / unit
    views = [_view(centred, unit, samples, part, config) for part in parts]
    shown = (targets > 0.5) & known
    importance = np.zeros((len(parts), *shown.shape), np.float32)
    for number, part in enumerate(parts):
        learned = [samples[int(row)] for row in part]
        for k in range(shown.shape[1]):
            importance[number, part, k] = _importance(shown[part, k], known[part, k], learned, config)
    rendered = np.array([sample.synthetic for sample in samples], np.float32)
    found = _logistic_regressions(
        centred, rendered, views, shown, importance * np.float32(config.inverse_penalty)
    )
    heads: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
    for part, (standard, intercept) in zip(parts, found, strict=True):
        natural = natural_odds(targets[part], known[part]) if odds is None else odds
        weights = (standard / unit).astype(np.float32)
        heads.append((weights, (intercept + np.log(natural) - weights @ centre).astype(np.float32)))
    return heads


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """How one head sees the features: renderings moved, standardised, shrunk along what sets owners apart.

    Attributes:
        shift: Shape (D,), added to renderings.
        mean: Shape (D,), of what it learns from.
        scale: Shape (D,).
        directions: Shape (G, D).
        factors: Shape (G,).
    """

    shift: NDArray[np.float32]
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    directions: NDArray[np.float32]
    factors: NDArray[np.float32]


def _view(
    features: NDArray[np.float32],
    unit: NDArray[np.float32],
    samples: Sequence[Sample],
    part: NDArray[np.intp],
    config: HeadConfig,
) -> _View:
    learned, rows = [samples[int(row)] for row in part], features[part]
    shift = rendered_shift(rows, learned) if config.align_renderings else np.zeros_like(unit)
    rows = rows + np.array([sample.synthetic for sample in learned], np.float32)[:, None] * shift
    # A feature that hardly varies must not get a huge weight: it would magnify rounding.
    mean, scale = rows.mean(axis=0), np.maximum(rows.std(axis=0), MIN_DEVIATION / unit)
    directions, factors = owner_directions((rows - mean) / scale, learned, config.owner_penalty)
    return _View(shift, mean, scale, directions, factors)


def rendered_shift(features: NDArray[np.float32], samples: Sequence[Sample]) -> NDArray[np.float32]:
    """Return what sets photos without products apart from renderings without products.

    Renderings lie beside photos by a nearly constant shift. Things that are no products are both taken and rendered,
    so the difference of their means is that shift, and no product is needed to know it. Renderings are moved by it: the
    part of first order of Sun, Feng and Saenko 2016, "Return of Frustratingly Easy Domain Adaptation". Photos stay
    where they are: a network on photos needs nothing of it.

    Args:
        features: Shape (N, D).
        samples: The N photos and renderings.

    Returns:
        Shape (D,); zeros where there are not both kinds.
    """
    rendered = np.array([sample.synthetic for sample in samples])
    without = np.array([not sample.shows_product for sample in samples])
    if not (rendered & without).any() or not (~rendered & without).any():
        return np.zeros(features.shape[1], np.float32)
    return features[~rendered & without].mean(axis=0) - features[rendered & without].mean(axis=0)


def owner_directions(
    features: NDArray[np.float32], samples: Sequence[Sample], penalty: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Find the directions in which owners differ who show no product, and how much to shrink each.

    What sets the photos of one shop apart from those of another says nothing of what they show, and a head that leans
    on it fails at the next shop. Features are shrunk where the means of owners spread, so that weights there cost more:
    within-class covariance normalisation (Hatch, Kajarekar and Stolcke 2006), its class being "no product".

    Args:
        features: Shape (N, D), standardised.
        samples: The N photos; renderings and owners with fewer than `MIN_OWNER_PHOTOS` say nothing.
        penalty: See `HeadConfig.owner_penalty`.

    Returns:
        Orthonormal directions, shape (G, D), and factors below 1, shape (G,); none of either at a penalty of 0.
    """
    rows_of: dict[str, list[int]] = {}
    for row, sample in enumerate(samples):
        if penalty and not sample.synthetic and not sample.shows_product:
            rows_of.setdefault(sample.group, []).append(row)
    means = [features[rows].mean(axis=0) for rows in rows_of.values() if len(rows) >= MIN_OWNER_PHOTOS]
    if len(means) < 2:
        return np.zeros((0, features.shape[1]), np.float32), np.zeros(0, np.float32)
    spread = np.stack(means) - np.mean(means, axis=0)
    _, lengths, directions = np.linalg.svd(spread, full_matrices=False)
    factors = 1 / np.sqrt(1 + penalty * lengths**2 / len(means))
    return directions, factors.astype(np.float32)


def _shrunk(
    rows: NDArray[Any], directions: NDArray[np.float32], factors: NDArray[np.float32]
) -> NDArray[Any]:
    return rows + ((rows @ directions.T) * (factors - 1)) @ directions if len(factors) else rows


def are_many(real: Sequence[Sample], config: HeadConfig) -> bool:
    """Whether these real photos of a category are enough for renderings of it to say little or nothing."""
    sources = {sample.group for sample in real}
    return len(real) >= config.rendered_below and len(sources) >= config.rendered_below_sources


def _importance(
    shown: NDArray[np.bool_], known: NDArray[np.bool_], samples: Sequence[Sample], config: HeadConfig
) -> NDArray[np.float64]:
    """Weigh each of N photos for one category; those that must not count weigh nothing."""
    rendered = np.array([sample.synthetic for sample in samples])
    real = [
        sample for sample, is_shown in zip(samples, shown, strict=True) if is_shown and not sample.synthetic
    ]
    many = (
        len(real) >= config.rendered_below and len({s.group for s in real}) >= config.rendered_below_sources
    )
    share = config.rendered_share_of_many if many else config.rendered_share
    usable = known & ~rendered if many and not (share and (rendered & shown).any()) else known
    rows = np.flatnonzero(usable)
    weights = None
    if many:
        named = np.array([bool(s.labels | s.unsettled) for s in samples]) & ~rendered & ~shown
        weights = np.where(named[rows], config.lookalike_weight, 1.0)
    found = np.zeros(len(samples))
    if shown[rows].any() and not shown[rows].all():
        found[rows] = balanced_importance(
            shown[rows],
            [samples[int(row)].group for row in rows],
            rendered[rows],
            cap=config.source_cap,
            rendered_share=share,
            weights=weights,
        )
    return found


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


def _logistic_regressions(
    features: NDArray[np.float32],
    rendered: NDArray[np.float32],
    views: Sequence[_View],
    shown: NDArray[np.bool_],
    importance: NDArray[np.float32],
) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """Fit all K columns of all V heads at once: what `sklearn.linear_model.LogisticRegression` fits one at a time.

    Minimised is the sum over heads and columns of half the squared weights and of the weighed log loss. All share the
    features, and one product of two matrices serves them all.

    Args:
        features: Shape (N, D).
        rendered: Shape (N,), 1 where one is rendered.
        views: How each head sees them.
        shown: Shape (N, K).
        importance: Shape (V, N, K), the penalty in it; a column without any keeps weights of zero.

    Returns:
        Weights, shape (K, D), and intercepts, shape (K,), of each head, for the features as they are given.
    """
    heads, count, columns = importance.shape
    size = features.shape[1]
    sign = np.where(shown, np.float32(-1), np.float32(1))  # of the logit, in log(1 + exp(sign * logit))
    signed = np.tile(sign, heads)  # (N, V * K)
    weighed = importance.transpose(1, 0, 2).reshape(count, heads * columns)

    def seen(free: NDArray[np.float32]) -> list[NDArray[Any]]:
        return [
            _shrunk(free[head], view.directions, view.factors) / view.scale for head, view in enumerate(views)
        ]

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        free = flat[: heads * columns * size].reshape(heads, columns, size).astype(np.float32)
        intercept = flat[heads * columns * size :].astype(np.float32)
        weights = seen(free)
        moved = [w @ view.shift for w, view in zip(weights, views, strict=True)]
        level = [w @ view.mean for w, view in zip(weights, views, strict=True)]
        margin = features @ np.concatenate(weights).T
        margin += rendered[:, None] * np.concatenate(moved) + (intercept - np.concatenate(level))
        margin *= signed
        slope = weighed * signed * expit(margin)
        pulls = (features.T @ slope).T.reshape(heads, columns, size)
        of_rendered = (rendered @ slope).reshape(heads, columns)
        of_all = slope.sum(axis=0)
        gradient = free.astype(np.float64)
        for head, view in enumerate(views):
            pull = pulls[head] + np.outer(of_rendered[head], view.shift)
            pull -= np.outer(of_all.reshape(heads, columns)[head], view.mean)
            gradient[head] += _shrunk(pull / view.scale, view.directions, view.factors)
        value = 0.5 * float((flat[: heads * columns * size] ** 2).sum())
        value += float((weighed * np.logaddexp(np.float32(0), margin)).sum(dtype=np.float64))
        return value, np.concatenate([gradient.ravel(), of_all])

    found: Any = minimize(
        loss,
        np.zeros(heads * columns * (size + 1)),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": MAX_STEPS, "ftol": MIN_GAIN, "gtol": 0.0},
    )
    free = found.x[: heads * columns * size].reshape(heads, columns, size).astype(np.float32)
    intercepts = found.x[heads * columns * size :].reshape(heads, columns)
    return [(w, b - w @ view.mean) for w, b, view in zip(seen(free), intercepts, views, strict=True)]
