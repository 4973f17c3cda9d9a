"""The plan of a run: which networks it trains, and on what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.config import Config
from training.data.categories import unlearnable
from training.data.samples import REPORT, Dataset, Sample
from training.data.splits import group_folds
from training.errors import DatasetError

FINAL = "final"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """One network of a run.

    Attributes:
        name: ``"final"``, or ``"fold0"`` and so on.
        samples: What it learns from.
        held_out: Photos of groups that it must not see, for calibration; none for the final one.
    """

    name: str
    samples: tuple[Sample, ...]
    held_out: tuple[Sample, ...] = ()


def plan_networks(dataset: Dataset, config: Config) -> tuple[Plan, ...]:
    """Say which networks a run trains and on what: rendered photos teach all of them and are never held out.

    Raises:
        DatasetError: No photo may train, or fewer groups than folds.
    """
    samples = _teaching(dataset, config)
    real = tuple(sample for sample in samples if not sample.synthetic)
    if not samples or not dataset.categories:
        raise DatasetError(_describe_nothing(dataset, samples, config))
    final = Plan(name=FINAL, samples=samples)
    if not config.calibrate.folds:
        return (final,)
    fold_of = dict(
        zip(real, group_folds(real, folds=config.calibrate.folds, seed=config.run.seed), strict=True)
    )
    folds = [
        Plan(
            name=f"fold{fold}",
            samples=tuple(sample for sample in samples if fold_of.get(sample) != fold),
            held_out=tuple(sample for sample in real if fold_of[sample] == fold),
        )
        for fold in range(config.calibrate.folds)
    ]
    return (*folds, final)


def _describe_nothing(dataset: Dataset, samples: Sequence[Sample], config: Config) -> str:
    reasons = unlearnable(dataset.samples, dataset.taxonomy, min_photos=config.data.min_photos)
    listed = "".join(f"; {category}: {reason}" for category, reason in reasons.items())
    report = config.folder.dataset / REPORT
    return (
        f"expected labelled photos in the split 'train', found {len(samples)} photos and "
        f"{len(dataset.categories)} categories that can be learned{listed}; see {report}"
    )


def scored_parts(plans: Sequence[Plan], dataset: Dataset) -> list[tuple[Plan, tuple[Sample, ...]]]:
    """Return the photos that calibrate, with the network that scores them: its fold, or the split ``calibration``."""
    folds = [(plan, plan.held_out) for plan in plans if plan.held_out]
    return folds or [(plan, held) for plan in plans if (held := dataset.split("calibration"))]


def _teaching(dataset: Dataset, config: Config) -> tuple[Sample, ...]:
    """Return the training photos without the renderings that the configuration leaves out."""
    products = {category.id for category in dataset.taxonomy.products}
    return tuple(
        sample
        for sample in dataset.split("train")
        if not sample.synthetic
        or config.train.rendered == "all"
        or (config.train.rendered == "products" and sample.labels & products)
    )
