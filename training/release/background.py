"""The background that travels with a model: which photos of the training set stand for it when a category is taught."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from training.config import Config
from training.data.loader import Photos
from training.data.samples import Dataset, Sample
from training.network.checkpoint import FinishedNetwork
from training.network.features import cached_features, embed
from training.network.head import facts_of, settings_of
from wildvision.adapt.background import OPEN, SHOWN, Background
from wildvision.adapt.hashes import perceptual_hash
from wildvision.manifest import PreprocessSpec

# Of the real photos of one owner with the same labels, all up to the first number and this share of the rest: half of
# all photos, drawn at random, taught few-shot categories as well as all; at most 60 an owner did not, for a large owner
# is many kinds of things (the guide, "How large").
KEPT_ALL, KEPT_SHARE = 8, 0.4
KEPT_RENDERED = 40  # renderings with the same labels; a quarter of them taught as much as all


Hashes = Mapping[str, bytes]
"""PDQ of photos by the SHA-256 (hex) of the file; zeros where there is too little detail."""


def photo_hashes(samples: Sequence[Sample], spec: PreprocessSpec) -> Hashes:
    """Return the perceptual hashes of all real photos."""
    real = [sample for sample in samples if not sample.synthetic]
    photos = Photos(real, spec, memory=0)
    return {sample.sha256: perceptual_hash(photos[row]) for row, sample in enumerate(real)}


def make_background(
    finished: FinishedNetwork, dataset: Dataset, config: Config, hashes: Hashes
) -> Background:
    """Choose photos of the training set and return them as a fit sees them.

    Args:
        finished: The network that is released.
        dataset: What it learned from; photos for evaluation only stay out.
        config: Of the run.
        hashes: Of its real photos.
    """
    learned = dataset.split("train")
    chosen = [learned[row] for row in choose_rows(learned, seed=config.run.seed)]
    known = {category: column for column, category in enumerate(finished.categories)}
    _, owner = np.unique(facts_of(chosen).owner, return_inverse=True)
    return Background(
        features=_features(finished, chosen, config),
        owner=owner.astype(np.int32),
        rendered=np.array([sample.synthetic for sample in chosen], np.bool_),
        labels=_labels(chosen, known),
        categories=finished.categories,
        stands_for=len(learned),
        row_hashes=np.frombuffer(
            b"".join(hashes.get(sample.sha256, bytes(32)) for sample in chosen), np.uint8
        ).reshape(-1, 32),
        weights=finished.network.head.weight.detach().numpy().copy(),
        bias=finished.network.head.bias.detach().numpy().copy(),
        settings=settings_of(config.train.head),
    )


def _features(finished: FinishedNetwork, samples: Sequence[Sample], config: Config) -> NDArray[np.float32]:
    if config.train.mode == "frozen":
        return cached_features(samples, config)
    return embed(finished.network, Photos(samples, finished.spec, memory=0), spec=finished.spec)


def _labels(samples: Sequence[Sample], known: dict[str, int]) -> NDArray[np.uint8]:
    found = np.zeros((len(samples), len(known)), np.uint8)
    for row, sample in enumerate(samples):
        for ids, value in ((sample.unsettled, OPEN), (sample.labels, SHOWN)):
            found[row, [known[i] for i in ids if i in known]] = value
    return found


def choose_rows(samples: Sequence[Sample], *, seed: int) -> list[int]:
    """Return the rows that are kept, in an order that says nothing of where they come from."""
    rng = np.random.default_rng(seed)
    sets: dict[tuple[frozenset[str], str], list[int]] = {}
    for row, sample in enumerate(samples):
        owner = "rendered" if sample.synthetic else sample.group
        sets.setdefault((sample.labels | sample.unsettled, owner), []).append(row)
    kept: list[int] = []
    for (_, owner), rows in sorted(sets.items(), key=lambda item: item[1][0]):
        count = (
            KEPT_RENDERED
            if owner == "rendered"
            else KEPT_ALL + int(KEPT_SHARE * max(len(rows) - KEPT_ALL, 0))
        )
        kept += rng.permutation(rows)[:count].tolist()
    return rng.permutation(np.array(kept, np.intp)).tolist()
