"""Hits on photos of owners left out, explained: what checks of explanations and sheets of overlays are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.config import Config
from training.counting import counted
from training.data.samples import Sample, read_dataset, refuse_evaluation_only
from training.evaluation.fold_models import fold_of_photos, write_fold_models
from wildvision import Classifier, Explanation, Verdict
from wildvision.images import read_image
from wildvision.manifest import load_manifest
from wildvision.parts import Detail

MORE = 1.5  # photos looked at for each hit that is wanted: some are no hits


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldOutHit:
    """A photo that is found for a product that it shows, by the head of a fold that never saw its owner.

    Attributes:
        sample: The photo.
        verdict: FLAG or REVIEW.
        explanation: For the product that decided.
        classifier: The released network with the head of the fold.
        directory: Where that model lies while the hits are iterated over.
    """

    sample: Sample
    verdict: Verdict
    explanation: Explanation
    classifier: Classifier
    directory: Path


def held_out_hits(
    config: Config, model: Path, scratch: Path, *, count: int, detail: Detail
) -> Iterator[HeldOutHit]:
    """Yield hits, the products in turn until the photos of the rarer ones are used up.

    Args:
        config: Of the run.
        model: Directory of its release.
        scratch: Where the models of the folds are made; they hold no photo.
        count: Hits at most; fewer where the run has not as many.
        detail: How much is looked at.

    Raises:
        EvaluationOnlyError: A photo of the run is for reporting only.
        TrainingError: A network of the run is missing.
    """
    dataset = read_dataset(config.folder.dataset)
    folds = fold_of_photos(dataset, config)
    refuse_evaluation_only(tuple(folds))
    chosen = chosen_photos(folds, set(load_manifest(model).product_ids), round(MORE * count))
    models = write_fold_models(config, model, scratch, {folds[sample] for sample in chosen})
    found = 0
    with counted("photos", len(chosen)) as advance:
        for fold, directory in models.items():
            classifier = Classifier(directory, threads=1, detail=detail)
            for sample in (sample for sample in chosen if folds[sample] == fold):
                advance(1)
                hit = _hit(classifier, sample, directory) if found < count else None
                if hit is not None:
                    found += 1
                    yield hit


def chosen_photos(folds: Mapping[Sample, str], products: set[str], count: int) -> list[Sample]:
    """Choose so many photos, of each product in turn, in an order that is the same each time."""
    rng = np.random.default_rng(0)
    samples = [list(folds)[i] for i in rng.permutation(len(folds))]
    queues = [[s for s in samples if product in s.labels] for product in sorted(products)]
    return _in_turn(queues, count)


def _in_turn(queues: Sequence[Sequence[Sample]], count: int) -> list[Sample]:
    turns = [sample for place in range(count) for queue in queues for sample in queue[place : place + 1]]
    return list(dict.fromkeys(turns))[:count]


def _hit(classifier: Classifier, sample: Sample, directory: Path) -> HeldOutHit | None:
    """Explain a photo that is found for a product that it shows; None: it is not."""
    image = read_image(sample.path).pixels
    result = classifier.classify(image)
    category = result.reason.category
    if result.verdict not in (Verdict.FLAG, Verdict.REVIEW) or category not in sample.labels:
        return None
    return HeldOutHit(
        sample=sample,
        verdict=result.verdict,
        explanation=classifier.explain(image, category),
        classifier=classifier,
        directory=directory,
    )
