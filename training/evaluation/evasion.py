"""Evasion: the share of true positives that survives nine manipulations of photos at five severities.

Reported like ImageNet-C (Hendrycks and Dietterich 2019, "Benchmarking Neural Network Robustness to Common
Corruptions and Perturbations"): by manipulation and severity, their mean, and one number relative to the clean photos.
Severity 3 is what a typical re-post looks like. There is no AlexNet to divide by, as ImageNet-C does: what is lost is
divided by what was found on the clean photos.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from training.augment import (
    cells,
    collage,
    colour_cast,
    downscale,
    geometry,
    recompress,
    screenshot,
    sticker,
    text,
    watermark,
)
from training.errors import ConfigError
from training.evaluation.evasion_report import MIN_FOUND, EvasionReport, ProductEvasion, ThresholdEvasion
from wildvision import Classifier, Verdict
from wildvision.manifest import Manifest, Threshold

UInt8Image = NDArray[np.uint8]
Manipulation = Callable[[UInt8Image, float, np.random.Generator], UInt8Image]
Flags = NDArray[np.bool_]
Scores = NDArray[np.float64]
Key = tuple[str, int]  # manipulation and severity

MANIPULATIONS: Mapping[str, Manipulation] = MappingProxyType(
    {
        "recompress": recompress,
        "downscale": downscale,
        "watermark": watermark,
        "text": text,
        "sticker": sticker,
        "screenshot": screenshot,
        "collage": collage,
        "colour_cast": colour_cast,
        "geometry": geometry,
    }
)
SEVERITIES = (1, 2, 3, 4, 5)
CLEAN: Key = ("clean", 0)
CHUNK = 64  # photos classified at a time


def evasion_rows(
    labels: Sequence[frozenset[str]], products: Sequence[str], *, photos: int, seed: int = 0
) -> list[int]:
    """Choose what to manipulate: at most so many photos of each product, and twice as many without any.

    Returns:
        Rows of ``labels``, rising.
    """
    order = np.random.default_rng(seed).permutation(len(labels)).tolist()
    chosen = set([row for row in order if not labels[row] & set(products)][: 2 * photos])
    for product in products:
        chosen.update([row for row in order if product in labels[row]][:photos])
    return sorted(chosen)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LabelledPhotos:
    """N photos and what they show.

    Attributes:
        images: RGB, (H, W, 3), uint8; each is asked for once for each manipulation and severity.
        labels: What each photo shows.
        unsettled: What each photo shows in a way that counts neither for nor against.
    """

    images: Sequence[UInt8Image]
    labels: Sequence[frozenset[str]]
    unsettled: Sequence[frozenset[str]]


def measure_evasion(
    classifier: Classifier,
    photos: LabelledPhotos,
    *,
    products: Sequence[str],
    policy: str | None = None,
    seed: int = 0,
) -> EvasionReport:
    """Classify photos clean and under every manipulation at every severity.

    What a manipulation chooses at random (a place, a colour, words) is the same for a photo at all severities. A photo
    counts as found where its score reaches the product's threshold and the model does not abstain.

    Args:
        classifier: Of the exported model; with the detail that users get, unless another one is to be measured.
        photos: What to manipulate.
        products: Ids to report, of those that the model scores.
        policy: The policy of the model whose thresholds count; None: its default.
        seed: Of all random choices.

    Raises:
        ConfigError: The model does not score one of the products, or has no such policy.
    """
    name = policy or classifier.manifest.default_policy
    _check(classifier.manifest, products, name)
    scores = _all_scores(classifier, photos.images, _manipulations(photos), products, seed)
    found = {
        product: _product_evasion(
            {key: table[:, column] for key, table in scores.items()},
            np.array([product in labels for labels in photos.labels], bool),
            np.array([product in labels for labels in photos.unsettled], bool),
            classifier.manifest.policies[name].thresholds[product],
        )
        for column, product in enumerate(products)
    }
    return EvasionReport(
        model_id=classifier.manifest.id,
        policy=name,
        detail=classifier.detail,
        seed=seed,
        severities=SEVERITIES,
        manipulations=tuple(MANIPULATIONS),
        products=found,
    )


def _check(manifest: Manifest, products: Sequence[str], policy: str) -> None:
    unknown = set(products) - set(manifest.product_ids)
    if unknown or policy not in manifest.policies:
        raise ConfigError(
            f"expected products of {manifest.product_ids} and one of the policies {sorted(manifest.policies)}, found "
            f"products {sorted(unknown)} and policy {policy!r}"
        )


def _manipulations(photos: LabelledPhotos) -> dict[str, Manipulation]:
    """Return `MANIPULATIONS`, where the other cells of a collage are everyday photos of those at hand."""
    both = zip(photos.labels, photos.unsettled, strict=True)
    everyday = [row for row, labels in enumerate(both) if not any(labels)]

    def collage_of_photos(image: UInt8Image, severity: float, rng: np.random.Generator) -> UInt8Image:
        rows = rng.permutation(everyday)[: cells(max(SEVERITIES))].tolist()
        return collage(image, severity, rng, others=[photos.images[row] for row in rows])

    return {**MANIPULATIONS, "collage": collage_of_photos}


def _all_scores(
    classifier: Classifier,
    images: Sequence[UInt8Image],
    manipulations: Mapping[str, Manipulation],
    products: Sequence[str],
    seed: int,
) -> dict[Key, Scores]:
    """Return scores, shape (N, P), of the clean photos and of each manipulation and severity."""
    scores: dict[Key, Scores] = {
        CLEAN: _scores(classifier, (images[row] for row in range(len(images))), products)
    }
    keys = [(name, severity) for name in manipulations for severity in SEVERITIES]
    for name, severity in track(keys, "evasion", disable=len(images) < 16, transient=True):
        stream = list(manipulations).index(name)
        manipulated = (
            manipulations[name](images[row], severity, np.random.default_rng((seed, stream, row)))
            for row in range(len(images))
        )
        scores[name, severity] = _scores(classifier, manipulated, products)
    return scores


def _scores(classifier: Classifier, images: Iterable[UInt8Image], products: Sequence[str]) -> Scores:
    """Return the scores of photos, shape (N, P); -1 where the model gives no verdict."""
    rows: list[list[float]] = []
    remaining = iter(images)
    while chunk := list(islice(remaining, CHUNK)):
        for outcome in classifier.classify_batch(chunk):
            result = outcome.result
            is_judged = result is not None and result.verdict is not Verdict.ABSTAIN
            rows.append([result.score(p) if is_judged and result else -1.0 for p in products])
    return np.array(rows).reshape(-1, len(products))


def _product_evasion(
    scores: Mapping[Key, Scores], positive: Flags, unsettled: Flags, threshold: Threshold
) -> ProductEvasion:
    """Count for one product; ``scores`` (N,) of each key."""
    negative = ~positive & ~unsettled
    review, flag = (
        None if limit is None else _threshold_evasion(scores, positive, negative, limit)
        for limit in (threshold.review, threshold.flag)
    )
    return ProductEvasion(
        positives=int(positive.sum()), negatives=int(negative.sum()), review=review, flag=flag
    )


def _threshold_evasion(
    scores: Mapping[Key, Scores], positive: Flags, negative: Flags, threshold: float
) -> ThresholdEvasion | None:
    found = positive & (scores[CLEAN] >= threshold)
    if found.sum() < MIN_FOUND or not negative.any():
        return None
    kept = _table({key: _share(values[found] >= threshold) for key, values in scores.items()})
    alarms = _table({key: _share(values[negative] >= threshold) for key, values in scores.items()})
    mean_kept = _mean_over_manipulations(kept)
    return ThresholdEvasion(
        threshold=threshold,
        found=int(found.sum()),
        true_positive_rate=round(float(found.sum() / positive.sum()), 4),
        false_positive_rate=_share(scores[CLEAN][negative] >= threshold),
        kept=kept,
        false_positive_rates=alarms,
        mean_kept=mean_kept,
        mean_false_positive_rate=_mean_over_manipulations(alarms),
        mean_relative_corruption_error=round(1 - float(np.mean(list(kept.values()))), 4),
    )


def _share(flags: Flags) -> float:
    return round(float(flags.mean()), 4)


def _table(values: Mapping[Key, float]) -> dict[str, tuple[float, ...]]:
    return {name: tuple(values[name, severity] for severity in SEVERITIES) for name in MANIPULATIONS}


def _mean_over_manipulations(table: Mapping[str, Sequence[float]]) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in np.mean(list(table.values()), axis=0))
