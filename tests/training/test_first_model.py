"""The whole way on drawn shapes: folder in, model directory out, and a Classifier that can tell them apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from training.first_model import main
from wildvision import Classifier
from wildvision.manifest import load_manifest

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


FROZEN = ("--draws", "0"), {"features.npz"}
TUNED = (
    ("--draws", "320", "--architecture", "tf_efficientnet_lite0"),
    {"fold0.pt", "fold1.pt", "fold2.pt", "final.pt"},
)


@pytest.fixture(scope="module", params=[FROZEN, TUNED], ids=["frozen", "tuned"])
def trained(shapes: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    options, kept = request.param
    work = tmp_path_factory.mktemp("work")
    out, readme = work / "models", work / "README.md"
    readme.write_text("before\n<!-- accuracy: begin -->\nold\n<!-- accuracy: end -->\nafter\n")
    arguments = [
        *("--data", str(shapes), "--work", str(work), "--out", str(out)),
        *("--id", "shapes", "--readme", str(readme), *options),
    ]
    main(arguments)
    stamps = {path.name: path.stat().st_mtime_ns for path in work.iterdir() if path.suffix in {".pt", ".npz"}}
    assert set(stamps) == kept
    main(arguments)  # a second run goes on where the first was: nothing slow is done again
    assert stamps == {name: (work / name).stat().st_mtime_ns for name in stamps}
    text = readme.read_text()
    assert text.startswith("before\n")
    assert text.endswith("<!-- accuracy: end -->\nafter\n")
    assert "| `ivory` | 9 (2) |" in text
    assert "old" not in text
    return out / "shapes"


def test_the_directory_is_whole(trained: Path) -> None:
    names = {path.name for path in trained.iterdir()}
    assert names == {"manifest.json", "model.onnx", "CARD.md", "evaluation.json", "SHA256SUMS"}
    manifest = load_manifest(trained)
    assert manifest.category_ids == ("ivory", "pangolin", "ceramic", "live_animal")
    assert manifest.metrics["ivory"].positives == 9
    assert manifest.metrics["ivory"].sources == 2
    assert set(manifest.policies) == {"sensitive", "balanced", "strict"}
    evaluation = json.loads((trained / "evaluation.json").read_text())
    assert evaluation["photos"] == 26
    assert evaluation["verdicts"]["balanced"]["ivory"]["photos"] == 9
    assert "pangolin" in evaluation["not_measured"]


def test_it_learned_to_tell_the_shapes_apart(trained: Path, shapes: Path) -> None:
    classifier = Classifier(trained)
    ivory = [classifier.classify(p).score("ivory") for p in (shapes / "eval/museum/x").glob("ivory*")]
    other = [classifier.classify(p).score("ivory") for p in (shapes / "eval/shop/z").glob("*")]
    assert sum(ivory) / len(ivory) > sum(other) / len(other) + 0.2


def test_the_card_says_what_was_measured(trained: Path) -> None:
    card = (trained / "CARD.md").read_text()
    manifest = load_manifest(trained)
    assert f"{manifest.metrics['ivory'].average_precision.value:.2f}" in card
    assert "9 (2)" in card
    assert "CC0 70" in card
