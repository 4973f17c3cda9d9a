"""Calibrate scores and choose thresholds on photos of groups that their network never saw.

    python -m training.calibrate --config training/configs/X.toml

Writes ``RUN/calibration.json`` and ``RUN/held_out.npz``.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from training.calibration.foundation import learned, refuse_unfounded
from training.calibration.record import Calibrated, HeldOut, write_held_out
from training.calibration.turning import (
    Looks,
    asking,
    choose_look_from,
    describe_turning,
    look_on,
    measured_rows,
)
from training.command import command, command_parser
from training.config import Config, TrainConfig, add_config_arguments, config_of
from training.data.labels import label_matrix
from training.data.samples import Dataset, Sample, read_dataset, refuse_evaluation_only
from training.errors import DatasetError
from training.learning.plan import Plan, plan_networks, scored_parts
from training.learning.validation import predict
from training.network.checkpoint import load_network
from training.network.features import cached_features
from training.network.head import are_many, logits_of
from training.records import write_record
from wildvision.adapt.scaling import choose_scaling, fit_scaling, scaled
from wildvision.adapt.status import measure_left_out, status_of
from wildvision.adapt.thresholds import LabelledScores, choose_policies, everyday_photos, product_curves
from wildvision.manifest import Calibration, CategoryEntry, Evidence, LeftOut, Turning
from wildvision.taxonomy import Taxonomy, extend_taxonomy, load_taxonomy
from wildvision.turning import QUARTERS

Part = tuple[Plan, tuple[Sample, ...]]  # a network, and the photos that it scores
# A category is calibrated on its own where held-out groups say something about it: enough photos, and not
# nearly all from one source (1.25 "effective" sources is a split of about 89 to 11).
MIN_PHOTOS, MIN_EFFECTIVE_SOURCES = 20, 1.25
DEFAULT_POLICY = "balanced"


@command("training.calibrate")
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; see the module's docstring."""
    parser = command_parser("training.calibrate", __doc__)
    add_config_arguments(parser)
    config = config_of(parser.parse_args(arguments))
    calibrated = calibrate(config)
    for entry in calibrated.categories:
        Console().print(f"{entry.id}: {entry.status}, {entry.calibration.method}, {entry.calibration.basis}")


def calibrate(config: Config) -> Calibrated:
    """Score held-out photos, calibrate each category on them and choose thresholds.

    Raises:
        DatasetError: No photo is held out, or what is held out carries no calibration or thresholds.
    """
    dataset = read_dataset(config.folder.dataset)
    taxonomy = extend_taxonomy(load_taxonomy(), dataset.new_categories)
    held_out, turning = score_held_out(config), None
    if config.calibrate.turned_share and everyday_photos(held_out.samples).any():
        held_out, turning = look_from_all_sides(held_out, dataset, config, taxonomy)
    write_held_out(held_out, config.folder.held_out)
    calibrated = calibrate_scores(
        held_out, dataset.categories, training=dataset.split("train"), config=config, taxonomy=taxonomy
    )
    calibrated = msgspec.structs.replace(calibrated, turning=turning)
    write_record(calibrated, config.folder.calibration)
    return calibrated


def score_held_out(config: Config) -> HeldOut:
    """Score each fold's photos with its network, or the split ``calibration`` with the final one.

    Raises:
        DatasetError: No photo is held out.
    """
    dataset = read_dataset(config.folder.dataset)
    parts = scored_parts(plan_networks(dataset, config), dataset)
    samples = tuple(sample for _, held_out in parts for sample in held_out)
    refuse_evaluation_only(samples)
    if not samples:
        raise DatasetError(
            "expected photos in the split 'calibration', found none; set data.splits.calibration, or "
            "calibrate.folds to at least 2"
        )
    return HeldOut(
        samples=samples,
        logits=_held_out_logits(config, parts),
        learned=np.concatenate(
            [np.tile(learned(plan.samples, dataset.categories), (len(held), 1)) for plan, held in parts]
        ),
    )


def _held_out_logits(config: Config, parts: Sequence[Part], *, turns: int = 0) -> NDArray[np.float32]:
    """Score photos, turned by so many quarters to the left, each with the network that never saw its group, (N, K)."""
    samples = [sample for _, held_out in parts for sample in held_out]
    frozen = config.train.mode == "frozen"
    pooled = cached_features(samples, config, turns=turns) if frozen else None  # read once for all networks
    found: list[NDArray[np.float32]] = []
    first = 0
    for plan, held_out in parts:
        finished, after = load_network(config.folder.network(plan.name)), first + len(held_out)
        found.append(
            predict(finished.network, held_out, spec=finished.spec, turns=turns)
            if pooled is None
            else logits_of(finished.network, pooled[first:after])
        )
        first = after
    return np.concatenate(found)


def look_from_all_sides(
    held_out: HeldOut, dataset: Dataset, config: Config, taxonomy: Taxonomy
) -> tuple[HeldOut, Turning]:
    """Choose which first looks ask for more, and take those at the photos that do.

    Returns:
        What the model in use says of the photos, and when it turns them.
    """
    categories, share = dataset.categories, config.calibrate.turned_share
    measured = measured_rows(held_out, categories, taxonomy)
    of_products = _looks(held_out, dataset, config, np.flatnonzero(measured))
    least = config.calibrate.turned_photos
    look_from = choose_look_from(held_out, of_products, categories, taxonomy, share=share, least_photos=least)
    asks = asking(held_out.logits, categories, look_from)
    others = _looks(held_out, dataset, config, np.flatnonzero(asks & ~measured))
    looks = Looks(
        rows=np.concatenate([of_products.rows, others.rows]),
        logits=np.concatenate([of_products.logits, others.logits]),
    )
    turning = describe_turning(
        held_out, looks, measured, categories, taxonomy, look_from=look_from, share=share
    )
    return dataclasses.replace(held_out, logits=look_on(held_out.logits, asks, looks)), turning


def _looks(held_out: HeldOut, dataset: Dataset, config: Config, rows: NDArray[np.intp]) -> Looks:
    """Score some of the photos from all four sides."""
    if not len(rows):
        return Looks(rows=rows, logits=np.zeros((0, QUARTERS, held_out.logits.shape[1]), np.float32))
    chosen = {held_out.samples[int(row)] for row in rows}
    # The order is that of the held-out photos: a network scores its own together.
    parts = [
        (plan, own)
        for plan, held in scored_parts(plan_networks(dataset, config), dataset)
        if (own := tuple(sample for sample in held if sample in chosen))
    ]
    more = [_held_out_logits(config, parts, turns=turns) for turns in range(1, QUARTERS)]
    return Looks(rows=rows, logits=np.stack([held_out.logits[rows], *more], axis=1))


def calibrate_scores(
    held_out: HeldOut,
    categories: Sequence[str],
    *,
    training: Sequence[Sample],
    config: Config,
    taxonomy: Taxonomy,
) -> Calibrated:
    """Calibrate every category, say on how much it rests, and choose thresholds.

    Raises:
        DatasetError: There is nothing to calibrate on, or no photo without a product to set its thresholds on.
    """
    targets, label_mask = label_matrix(held_out.samples, categories)
    if held_out.learned is not None:
        label_mask = label_mask & held_out.learned
    refuse_unfounded(targets, label_mask, categories, {category.id for category in taxonomy.products})
    firm = [_is_firm(*column) for column in _settled(held_out.samples, targets, label_mask)]
    pooled = _pooled(held_out.logits, targets, label_mask, firm)
    entries: list[CategoryEntry] = []
    for column, category in enumerate(categories):
        rows = np.flatnonzero(label_mask[:, column])
        own = held_out.logits[rows, column], targets[rows, column] > 0.5
        counted = [held_out.samples[int(row)] for row in rows]
        groups = np.array([sample.group for sample in counted])
        calibration = choose_scaling(*own, groups, config.calibrate.methods) if firm[column] else None
        owners = [sample.owner for sample in counted]
        left_out = measure_left_out(*own, owners, calibration=calibration or pooled)
        entries.append(_entry(category, calibration or pooled, left_out, training, config.train))
    scores = np.stack([scaled(held_out.logits[:, i], e.calibration) for i, e in enumerate(entries)], axis=1)
    scored = LabelledScores(held_out.samples, scores, targets > 0.5, label_mask)
    cost = config.calibrate.lookalike_cost
    curves = product_curves(scored, categories, taxonomy, lookalike_cost=cost)
    return Calibrated(
        categories=tuple(entries),
        policies=choose_policies(scored, entries, taxonomy, lookalike_cost=cost),
        default_policy=DEFAULT_POLICY,
        review_curves=curves.review,
        found_curves=curves.found,
    )


def _pooled(
    logits: NDArray[np.float32],
    targets: NDArray[np.float32],
    label_mask: NDArray[np.bool_],
    firm: Sequence[bool],
) -> Calibration:
    """Fit one Platt scaling for the categories too rare for their own, on those that are not, or on all."""
    columns = np.flatnonzero(firm) if any(firm) else np.arange(len(firm))
    chosen = label_mask[:, columns]
    positive = targets[:, columns][chosen] > 0.5
    return fit_scaling("platt", logits[:, columns][chosen], positive, basis="pooled")


def _settled(
    samples: Sequence[Sample], targets: NDArray[np.float32], label_mask: NDArray[np.bool_]
) -> Iterator[tuple[list[Sample], int]]:
    """Yield, for each category, the photos that count and show it, and how many count and do not."""
    for column in range(targets.shape[1]):
        positive = targets[:, column] > 0.5
        yield (
            [samples[row] for row in np.flatnonzero(label_mask[:, column] & positive).tolist()],
            int((label_mask[:, column] & ~positive).sum()),
        )


def _is_firm(positives: Sequence[Sample], negatives: int) -> bool:
    counts = np.array(list(Counter(sample.origin for sample in positives).values()))
    if counts.sum() < MIN_PHOTOS or not negatives:
        return False
    return bool(counts.sum() ** 2 / (counts**2).sum() >= MIN_EFFECTIVE_SOURCES)


def _entry(
    category: str,
    calibration: Calibration,
    left_out: LeftOut | None,
    training: Sequence[Sample],
    config: TrainConfig,
) -> CategoryEntry:
    positives = [sample for sample in training if category in sample.labels]
    real = [sample for sample in positives if not sample.synthetic]
    rests_on_real = (
        config.mode == "frozen" and not config.head.rendered_share_of_many and are_many(real, config.head)
    )
    return CategoryEntry(
        id=category,
        status=status_of(left_out),
        calibration=calibration,
        evidence=Evidence(
            photos=len(real),
            sources=len({sample.origin for sample in real}),
            synthetic_photos=0 if rests_on_real else len(positives) - len(real),
        ),
        left_out=left_out,
    )


if __name__ == "__main__":
    main()
