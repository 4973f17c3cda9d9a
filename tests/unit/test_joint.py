from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tests.tiny_model import write_teachable_model, write_tiny_model
from wildvision import Classifier
from wildvision.adapt.photos import TeachingPhotos
from wildvision.adapt.teach import teach_photos
from wildvision.archive import read_part
from wildvision.archive.decide import decide_again
from wildvision.cli import main
from wildvision.errors import IncompatibleModelError, ManifestError
from wildvision.runtime import OnnxModel

PICTURE = np.random.default_rng(0).integers(0, 255, (40, 40, 3), np.uint8)


def photos(colour: tuple[float, float, float], *, seed: int) -> TeachingPhotos:
    """Eight photos of four sources, as features of the tiny network."""
    rng = np.random.default_rng(seed)
    return TeachingPhotos(
        names=tuple(f"{number}.png" for number in range(8)),
        sources=tuple(f"s{number // 2}" for number in range(8)),
        features=(1 + np.array(colour) + rng.normal(0, 0.05, (8, 3))).astype(np.float32),
        digests=rng.integers(0, 255, (8, 32), np.uint8),
        rendered=np.zeros(8, np.bool_),
        hashes=np.zeros((8, 32), np.uint8),
    )


@pytest.fixture(scope="module")
def directories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("models")
    base = write_teachable_model(root / "tiny")
    lessons = {
        "yellow": ("brass_lamp", (0.6, 0.6, -0.5)),
        "blue": ("blue_vase", (-0.5, -0.5, 0.6)),
        "red": ("ivory", (0.6, -0.2, -0.2)),
    }
    for name, (category, colour) in lessons.items():
        teach_photos(category, photos(colour, seed=len(name)), None, base=base, target=root / name)
    return {name: root / name for name in ("tiny", *lessons)}


def test_each_category_is_answered_as_by_its_own_model(directories: dict[str, Path]) -> None:
    both = Classifier([directories["yellow"], directories["blue"]])
    assert both.manifest.id == "yellow+blue"
    assert both.manifest.category_ids == ("ivory", "pangolin", "bone", "brass_lamp", "blue_vase")
    found = both.classify(PICTURE)
    for name in ("yellow", "blue"):
        alone = Classifier(directories[name]).classify(PICTURE)
        assert all(found.score(p.category) == p.score for p in alone.predictions)
    assert set(both.policy.thresholds) == {"ivory", "pangolin", "brass_lamp", "blue_vase"}


def test_the_network_runs_once(directories: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    both = Classifier([directories["yellow"], directories["blue"]])
    runs: list[int] = []
    run = OnnxModel._run
    monkeypatch.setattr(OnnxModel, "_run", lambda self, *rest: (runs.append(1), run(self, *rest))[1])
    both.classify(np.full((40, 40, 3), (200, 60, 90), np.uint8) ^ (PICTURE & 15))
    assert len(runs) == 1


@pytest.mark.parametrize("order", [("red", "tiny"), ("tiny", "red"), ("yellow", "red")])
def test_a_taught_head_goes_before_the_networks_own(
    directories: dict[str, Path], order: tuple[str, str]
) -> None:
    found = Classifier([directories[name] for name in order]).classify(PICTURE)
    red = Classifier(directories["red"]).classify(PICTURE)
    assert found.score("ivory") == red.score("ivory")
    assert found.score("ivory") != Classifier(directories["tiny"]).classify(PICTURE).score("ivory")


def test_maps_add_up_in_one_pass(directories: dict[str, Path]) -> None:
    both = Classifier([directories["yellow"], directories["red"]])
    batch = np.random.default_rng(0).normal(0, 0.3, (3, 3, 32, 32)).astype(np.float32)
    outputs = both._model.run(batch)
    np.testing.assert_array_equal(outputs.logits, both._model.logits(batch))
    constants = outputs.logits - outputs.cam.mean(axis=(2, 3))
    np.testing.assert_allclose(constants, np.broadcast_to(constants[0], constants.shape), atol=1e-4)


def test_it_travels_to_another_process(directories: dict[str, Path]) -> None:
    both = Classifier([directories["yellow"], directories["blue"]])
    again = pickle.loads(pickle.dumps(both))
    assert again.model_sha256 == both.model_sha256
    assert again.classify(PICTURE) == both.classify(PICTURE)


def test_what_cannot_be_joined_says_why(directories: dict[str, Path], tmp_path: Path) -> None:
    other = write_tiny_model(tmp_path / "other", policies={}, default_policy="none")
    with pytest.raises(ManifestError):
        Classifier([directories["tiny"], other])
    spec = Classifier(directories["tiny"]).manifest.preprocess
    changed = {name: getattr(spec, name) for name in spec.__struct_fields__} | {"padding": [0, 0, 0]}
    wide = write_tiny_model(tmp_path / "wide", preprocess=changed)
    with pytest.raises(IncompatibleModelError, match="same input"):
        Classifier([directories["tiny"], wide])


def test_a_scan_with_two_models_can_be_decided_again(directories: dict[str, Path], tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "photos").mkdir()
    Image.fromarray(PICTURE).save(tmp_path / "photos/a.png")
    models = [word for name in ("yellow", "blue") for word in ("--model", str(directories[name]))]
    out = tmp_path / "results"
    arguments = ["scan", str(tmp_path / "photos"), "--out", str(out), "--format", "jsonl", "--workers", "0"]
    result = CliRunner().invoke(main, [*arguments, *models])
    assert result.exit_code == 0, result.output
    (row,) = read_part(next((out / "parts").iterdir()))
    assert {"score_brass_lamp", "score_blue_vase", "score_ivory"} <= set(row)
    assert sum(decide_again(out, "strict").values()) == 1
    one = [*arguments, "--model", str(directories["yellow"])]
    refused = CliRunner().invoke(main, one)
    assert refused.exit_code == 2
    assert "begun otherwise" in refused.output
