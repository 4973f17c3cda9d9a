from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training import counting
from training.config import Config, parse_config
from training.data.samples import read_dataset
from training.network import features as features_module
from training.network.features import cached_features

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


def stop_after(chunks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run be killed after so many chunks."""
    embed, done = features_module.embed, []

    def killed(network, images, *, spec):
        if len(done) == chunks:
            raise KeyboardInterrupt
        done.append(1)
        return embed(network, images, spec=spec)

    monkeypatch.setattr(features_module, "embed", killed)


def test_a_killed_run_goes_on_and_ends_with_the_features_of_an_unbroken_one(
    shapes_dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(features_module, "CHUNK", 3)
    monkeypatch.setattr(features_module, "SAVE_EVERY", 2)
    samples = read_dataset(shapes_dataset).split("train")[:20]
    unbroken = cached_features(samples, config_for(tmp_path / "unbroken"))
    # 15 photos are computed and 12 of them saved; then nothing; then one chunk, which is not saved.
    for chunks in (5, 0, 1):
        with monkeypatch.context() as patch:
            stop_after(chunks, patch)
            with pytest.raises(KeyboardInterrupt):
                cached_features(samples, config_for(tmp_path / "broken"))
    assert len(list((tmp_path / "broken/features").glob("*.new.npz"))) == 2
    with monkeypatch.context() as patch:
        stop_after(3, patch)  # what is left: 8 photos
        resumed = cached_features(samples, config_for(tmp_path / "broken"))
    assert np.array_equal(resumed, unbroken)
    names = [path.name for path in (tmp_path / "broken/features").iterdir()]
    assert names == [path.name for path in (tmp_path / "unbroken/features").iterdir()]


def test_a_damaged_cache_is_computed_again(shapes_dataset: Path, tmp_path: Path) -> None:
    samples = read_dataset(shapes_dataset).split("train")[:2]
    first = cached_features(samples, config_for(tmp_path))
    (cache,) = (tmp_path / "features").iterdir()
    cache.write_bytes(cache.read_bytes()[:100])
    assert np.array_equal(cached_features(samples, config_for(tmp_path)), first)


def test_changed_code_has_another_cache(
    shapes_dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = read_dataset(shapes_dataset).split("train")[:2]
    cached_features(samples, config_for(tmp_path))
    monkeypatch.setattr(features_module, "code_digest", lambda name: f"changed {name}")
    cached_features(samples, config_for(tmp_path))
    assert len(list((tmp_path / "features").glob("*.npz"))) == 2


def test_it_is_shown_how_many_of_all_are_done(
    shapes_dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(features_module, "CHUNK", 2)
    monkeypatch.setattr(features_module, "SHOWN_FROM", 1)
    monkeypatch.setattr(counting, "EVERY_S", 0.0)
    samples = read_dataset(shapes_dataset).split("train")[:6]
    cached_features(samples[:2], config_for(tmp_path))
    cached_features(samples, config_for(tmp_path))
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "features: 2 of 2",
        "features: 4 of 6",
        "features: 6 of 6",
    ]
    assert "min left" in lines[1]
