from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training import features as features_module
from training.config import Config, parse_config
from training.data.samples import read_dataset
from training.features import cached_features

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


def config_for(directory: Path, *, side: int = 64) -> Config:
    model = {"architecture": "tf_efficientnet_lite0", "side": side}
    return parse_config({"run": {"directory": directory}, "model": model})


def test_only_photos_that_are_new_are_computed(
    shapes_dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = read_dataset(shapes_dataset).split("train")[:6]
    first = cached_features(samples[:4], config_for(tmp_path))
    computed: list[int] = []
    embed = features_module.embed

    def counted(network, images, *, spec):
        given = list(images)
        computed.append(len(given))
        return embed(network, given, spec=spec)

    monkeypatch.setattr(features_module, "embed", counted)
    again = cached_features(samples[:4], config_for(tmp_path))
    assert computed == []
    assert np.array_equal(first, again)
    more = cached_features([samples[5], *samples[:4]], config_for(tmp_path))
    assert computed == [1]
    assert np.array_equal(more[1:], first)
    assert not np.allclose(more[0], more[1])


def test_another_transform_has_another_cache(shapes_dataset: Path, tmp_path: Path) -> None:
    samples = read_dataset(shapes_dataset).split("train")[:2]
    small, large = (cached_features(samples, config_for(tmp_path, side=side)) for side in (64, 96))
    assert small.shape == large.shape == (2, 1280)
    assert not np.allclose(small, large, atol=1e-3)
    assert len(list((tmp_path / "features").glob("*.npz"))) == 2
