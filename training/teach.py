"""Teach a released model the categories of a prepared data set, and keep all others as they are.

    python -m training.pipeline --config training/configs/from-released.toml --set data.inputs=photos

It is what `wildvision teach` does, from a data set: labels of every input that training reads, renderings too, features
from the cache. Categories are taught one after the other, each beside those before it. Writes the model directory.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.config import Config
from training.data.loader import Photos
from training.data.samples import Dataset, Sample, read_dataset
from training.errors import ConfigError, DatasetError
from training.network.features import cached_features
from training.network.model import preprocess_spec
from wildvision.adapt.hashes import perceptual_hash
from wildvision.adapt.photos import TeachingPhotos
from wildvision.adapt.teach import NewCategory, Taught, refuse_loss, teach_photos
from wildvision.classifier import Classifier
from wildvision.errors import LabelError
from wildvision.manifest import Manifest, find_model, load_manifest

SAME_FEATURES = 0.02  # of the largest: weights in half precision move features by less


def teach_released(config: Config) -> tuple[Taught, ...]:
    """Teach every category that the data set shows and can be learned.

    Raises:
        ConfigError: The network of the configuration is not that of the released model.
        DatasetError: Nothing can be taught; what each category lacks is said.
    """
    dataset = read_dataset(config.folder.dataset)
    base, target = find_model(config.train.released or None), config.model_directory
    _refuse_other_network(config, load_manifest(base))
    refuse_loss(target)
    learned = dataset.split("train")
    photos = _photos(learned, config)
    _refuse_other_features(photos, learned, Classifier(base))
    taught: list[Taught] = []
    for category in _shown(dataset):
        shows = np.array([category in sample.labels for sample in learned], np.bool_)
        settled = np.array([category not in sample.unsettled for sample in learned], np.bool_)
        mine, theirs = photos.take(shows), photos.take(~shows & settled)
        try:
            found = teach_photos(
                category, mine, theirs, base=base, target=target, new=_described(dataset, category)
            )
        except LabelError as error:
            raise DatasetError(f"{category} cannot be taught: {error}") from error
        taught.append(found)
        base = target
    return tuple(taught)


def _shown(dataset: Dataset) -> list[str]:
    found = [c for c in dataset.categories if any(c in sample.labels for sample in dataset.split("train"))]
    if not found:
        raise DatasetError(
            "expected photos of at least one category, found only photos of anything else; put photos of a "
            "category into a folder that has its id"
        )
    return found


def _refuse_other_network(config: Config, manifest: Manifest) -> None:
    spec = preprocess_spec(config.model)
    if (manifest.architecture, manifest.preprocess) != (config.model.architecture, spec):
        raise ConfigError(
            f"expected model.architecture = {manifest.architecture!r} with the input of {manifest.id}, found "
            f"{config.model.architecture!r}; take the [model] section of the released configuration"
        )
    if config.train.mode != "frozen":
        raise ConfigError(
            "expected train.mode = 'frozen' with train.start = 'released': the network stays as it is"
        )


def _refuse_other_features(photos: TeachingPhotos, samples: Sequence[Sample], released: Classifier) -> None:
    """Hold the features of the first photo against those of the released network: layers and pooling must agree."""
    wanted = released.features(released.decode(samples[0].path))
    found = photos.features[0]
    if found.shape != wanted.shape or np.abs(found - wanted).max() > SAME_FEATURES * np.abs(wanted).max():
        raise ConfigError(
            f"expected the features of {released.manifest.id}, found others; take the [model] section of the released "
            "configuration, with its intermediate features and contrast"
        )


def _photos(samples: Sequence[Sample], config: Config) -> TeachingPhotos:
    pictures = Photos(samples, preprocess_spec(config.model), memory=0)
    hashes = [
        bytes(32) if sample.synthetic else perceptual_hash(pictures[row])
        for row, sample in enumerate(samples)
    ]
    return TeachingPhotos(
        names=tuple(str(sample.path) for sample in samples),
        sources=tuple(sample.owner for sample in samples),
        features=cached_features(samples, config),
        digests=np.array([list(bytes.fromhex(s.sha256)) for s in samples], np.uint8).reshape(-1, 32),
        rendered=np.array([sample.synthetic for sample in samples], np.bool_),
        hashes=np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, 32).copy(),
    )


def _described(dataset: Dataset, category: str) -> NewCategory | None:
    for new in dataset.new_categories:
        if new.id == category:
            return NewCategory(name=new.name, kind=new.kind, lookalikes=new.lookalikes)
    return None
