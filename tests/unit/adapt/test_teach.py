from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from tests.tiny_model import write_teachable_model
from wildvision import Classifier
from wildvision.adapt.sketch import read_sketch
from wildvision.adapt.teach import NewCategory, record_of, teach
from wildvision.cli import main
from wildvision.errors import ChecksumError, LabelError, ManifestError, OptionError
from wildvision.manifest import load_manifest
from wildvision.taxonomy import Kind


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_teachable_model(tmp_path_factory.mktemp("base") / "tiny")


def draw(folder: Path, colour: tuple[int, int, int], count: int, *, seed: int = 0) -> Path:
    """Noisy pictures of one colour, no two alike."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        tone = np.array(colour) + rng.integers(-12, 13, 3)
        coarse = rng.integers(-40, 41, (8, 8, 1)).repeat(6, axis=0).repeat(6, axis=1)
        pixels = np.clip(tone + coarse + rng.integers(-9, 10, (48, 48, 3)), 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def yellow(tmp_path: Path) -> Path:
    """Twelve yellow things of six sources: red and green together, which no category of the tiny model is."""
    for source in range(6):
        draw(tmp_path / "yellow" / f"shop{source}", (200, 200, 60), 2, seed=source)
    return tmp_path / "yellow"


def test_a_new_category_is_found_and_all_others_answer_to_the_bit(
    base: Path, yellow: Path, tmp_path: Path
) -> None:
    taught = teach("brass_lamp", [yellow], out=tmp_path / "mine", model=base)
    assert (taught.is_new, taught.noticed.photos, taught.noticed.sources) == (True, 12, 6)
    assert taught.numbers.left_by == "source"
    assert taught.numbers.at_5.value > 0.9
    before, after = Classifier(base), Classifier(tmp_path / "mine")
    assert after.manifest.category_ids == ("ivory", "pangolin", "bone", "brass_lamp")
    for colour in ((210, 60, 60), (90, 90, 90), (200, 200, 60)):
        picture = np.asarray(Image.open(next(draw(tmp_path / str(colour), colour, 1, seed=99).iterdir())))
        old, new = before.classify(picture), after.classify(picture)
        assert all(old.score(other) == new.score(other) for other in before.manifest.category_ids)
        assert (new.score("brass_lamp") > 0.2) == (colour == (200, 200, 60))
    assert after.model_sha256 != before.model_sha256


def test_the_map_of_a_taught_category_adds_up(base: Path, yellow: Path, tmp_path: Path) -> None:
    teach("brass_lamp", [yellow], out=tmp_path / "mine", model=base)
    model = Classifier(tmp_path / "mine")._model
    batch = np.random.default_rng(0).normal(0, 0.3, (3, 3, 32, 32)).astype(np.float32)
    outputs = model.run(batch)
    assert outputs.cam.shape[1] == outputs.logits.shape[1] == 4
    np.testing.assert_array_equal(outputs.logits, model.logits(batch))
    constants = outputs.logits - outputs.cam.mean(axis=(2, 3))
    np.testing.assert_allclose(constants, np.broadcast_to(constants[0], constants.shape), atol=1e-4)
    picture = Classifier(tmp_path / "mine").decode(np.full((32, 64, 3), 150, np.uint8))
    assert Classifier(tmp_path / "mine").activation_map(picture, "brass_lamp").shape == (32, 64)


def test_a_category_that_is_there_learns_from_both(base: Path, tmp_path: Path) -> None:
    for source in range(4):
        draw(tmp_path / "red" / f"s{source}", (200, 90, 90), 2, seed=source)
    taught = teach("ivory", [tmp_path / "red"], out=tmp_path / "mine", model=base)
    assert not taught.is_new
    assert taught.numbers.photos == 8 + 10
    assert taught.entry.evidence.photos == 8 + 9
    assert taught.numbers.before is not None
    manifest = load_manifest(tmp_path / "mine")
    assert manifest.category_ids == ("ivory", "pangolin", "bone")
    assert manifest.heads is not None
    assert manifest.heads.categories == ("ivory",)


def test_a_product_that_is_improved_asks_for_no_more_looks_and_the_card_says_so(
    base: Path, yellow: Path, tmp_path: Path
) -> None:
    asking = shutil.copytree(base, tmp_path / "asking")
    manifest = json.loads((asking / "manifest.json").read_text())
    manifest["turning"] = {"look_from": {"ivory": -1.0, "pangolin": -2.0}, "asked": 0.1, "set_on": "test"}
    manifest["turning"]["turned"] = {"value": 0.05, "low": 0.0, "high": 0.1}
    (asking / "manifest.json").write_text(json.dumps(manifest))
    for name, photos in (("ivory", draw(tmp_path / "red", (200, 90, 90), 4)), ("brass_lamp", yellow)):
        teach(name, [photos], out=tmp_path / name, model=asking)
        turning = load_manifest(tmp_path / name).turning
        assert turning is not None
        assert set(turning.look_from) == {"ivory", "pangolin"} - {name}
        said = "asks for no looks from other sides any more" in (tmp_path / name / "CARD.md").read_text()
        assert said == (name == "ivory")


def test_a_second_category_is_taught_to_the_first(base: Path, yellow: Path, tmp_path: Path) -> None:
    teach("brass_lamp", [yellow], out=tmp_path / "one", model=base)
    for source in range(4):
        draw(tmp_path / "blue" / f"s{source}", (60, 60, 210), 2, seed=source)
    new = NewCategory(name="Blue vase", kind=Kind.LOOKALIKE)
    taught = teach("blue_vase", [tmp_path / "blue"], out=tmp_path / "two", model=tmp_path / "one", new=new)
    assert taught.costs == ()
    one, two = Classifier(tmp_path / "one"), Classifier(tmp_path / "two")
    picture = np.random.default_rng(0).integers(0, 255, (40, 40, 3), np.uint8)
    assert one.classify(picture).score("brass_lamp") == two.classify(picture).score("brass_lamp")
    assert two.manifest.taxonomy.get("blue_vase").name == "Blue vase"
    assert two.manifest.heads is not None
    assert two.manifest.heads.base == "tiny"
    assert set(two.manifest.policies["balanced"].thresholds) == {"ivory", "pangolin", "brass_lamp"}
    teach("brass_lamp", [yellow], out=tmp_path / "two", model=tmp_path / "two")  # onto itself
    assert Classifier(tmp_path / "two").manifest.category_ids == two.manifest.category_ids


def test_one_source_is_said_and_never_supported(base: Path, tmp_path: Path) -> None:
    taught = teach("brass_lamp", [draw(tmp_path / "one", (200, 200, 60), 12)], out=tmp_path / "m", model=base)
    assert (taught.numbers.left_by, taught.entry.status, taught.entry.left_out) == (
        "group",
        "experimental",
        None,
    )
    assert all(cost.flag is None for cost in taught.costs)


def test_nothing_of_the_photos_is_kept_but_weights_and_hashes(
    base: Path, yellow: Path, tmp_path: Path
) -> None:
    teach("brass_lamp", [yellow], out=tmp_path / "mine", model=base)
    everything = b"".join(path.read_bytes() for path in (tmp_path / "mine").iterdir())
    assert b"shop0" not in everything
    assert str(tmp_path).encode() not in everything
    assert (tmp_path / "mine/background.npz").read_bytes() == (base / "background.npz").read_bytes()
    assert (tmp_path / "mine/model.onnx").read_bytes() == (base / "model.onnx").read_bytes()
    assert (tmp_path / "mine/heads.npz").stat().st_size < 3000
    assert len(read_sketch(tmp_path / "mine", load_manifest(tmp_path / "mine"))) > 1
    teach("brass_lamp", [yellow], out=tmp_path / "shy", model=base, keep_hashes=False)
    assert (tmp_path / "shy/training-photos.pdq").read_bytes() == (base / "training-photos.pdq").read_bytes()


def test_a_changed_head_is_refused(base: Path, yellow: Path, tmp_path: Path) -> None:
    teach("brass_lamp", [yellow], out=tmp_path / "mine", model=base)
    content = bytearray((tmp_path / "mine/heads.npz").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "mine/heads.npz").write_bytes(content)
    with pytest.raises(ChecksumError, match=r"heads\.npz"):
        Classifier(tmp_path / "mine")


@pytest.mark.parametrize(
    ("category", "count", "match"),
    [
        ("brass_lamp", 2, "at least 3 different photos of brass_lamp, found 2"),
        ("Brass lamp", 5, "small letters"),
        ("ivorys", 5, "nearly 'ivory'"),
    ],
)
def test_what_cannot_be_taught_is_explained(
    base: Path, tmp_path: Path, category: str, count: int, match: str
) -> None:
    draw(tmp_path / "p", (200, 200, 60), count)
    with pytest.raises(LabelError, match=match):
        teach(category, [tmp_path / "p"], out=tmp_path / "mine", model=base)
    assert not (tmp_path / "mine").exists()


def test_nothing_of_anything_else_is_an_error(yellow: Path, tmp_path: Path) -> None:
    empty = write_teachable_model(tmp_path / "few", photos=30)
    with pytest.raises(LabelError, match="at least 20 photos without ivory"):
        teach("ivory", [draw(tmp_path / "r", (200, 60, 60), 4)], out=tmp_path / "m", model=_only(empty, 15))


def _only(directory: Path, count: int) -> Path:
    return write_teachable_model(directory.with_name("fewer"), photos=30, labels=_labels(30, count))


def _labels(photos: int, ivory: int) -> np.ndarray:
    labels = np.zeros((photos, 3), np.uint8)
    labels[:ivory, 0] = 1
    return labels


def test_a_photo_of_both_kinds_is_an_error(base: Path, yellow: Path, tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="that are both, first"):
        teach("brass_lamp", [yellow], others=[yellow / "shop0"], out=tmp_path / "m", model=base)


def test_the_same_file_twice_is_one_photo(base: Path, tmp_path: Path) -> None:
    draw(tmp_path / "p" / "a", (200, 200, 60), 2)
    draw(tmp_path / "p" / "b", (200, 200, 60), 2)  # the same seed: the same files
    with pytest.raises(LabelError, match="found 2"):
        teach("brass_lamp", [tmp_path / "p"], out=tmp_path / "m", model=base)


def test_what_is_there_is_not_lost(base: Path, yellow: Path, tmp_path: Path) -> None:
    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday/photo.txt").write_text("dear to somebody")
    for target in (tmp_path / "holiday", base):
        with pytest.raises(OptionError, match="would be lost"):
            teach("brass_lamp", [yellow], out=target, model=base)
    assert (tmp_path / "holiday/photo.txt").read_text() == "dear to somebody"


def test_unreadable_photos_are_named(base: Path, yellow: Path, tmp_path: Path) -> None:
    (yellow / "shop0/broken.jpg").write_bytes(b"\xff\xd8 no more")
    taught = teach("brass_lamp", [yellow], out=tmp_path / "mine", model=base)
    ((name, why),) = taught.noticed.unreadable
    assert name.endswith("broken.jpg")
    assert why
    assert json.dumps(record_of(taught))


class TestCommand:
    def test_it_teaches_and_what_it_says_fits_a_terminal(
        self, base: Path, yellow: Path, tmp_path: Path
    ) -> None:
        arguments = ["teach", "brass_lamp", str(yellow), "--out", str(tmp_path / "m"), "--model", str(base)]
        result = CliRunner(env={"COLUMNS": "80"}).invoke(main, arguments)
        assert result.exit_code == 0, result.output
        assert "taught from 12 photos of 6 sources" in result.output
        assert "with 10 more photos from 2 more sources expect about" in " ".join(result.output.split())
        paths = str(tmp_path)
        assert all(len(line) <= 80 for line in result.output.splitlines() if paths not in line)
        photo = str(next((yellow / "shop1").iterdir()))
        answer = CliRunner().invoke(main, ["classify", "--json", "--model", str(tmp_path / "m"), photo])
        assert "brass_lamp" in answer.output

    def test_json_is_one_object(self, base: Path, yellow: Path, tmp_path: Path) -> None:
        arguments = ["teach", "brass_lamp", str(yellow), "--out", str(tmp_path / "m"), "--json"]
        result = CliRunner().invoke(main, [*arguments, "--model", str(base)])
        record = json.loads(result.output)
        assert record["category"] == "brass_lamp"
        assert record["numbers"]["at_5"]["value"] > 0.9

    def test_too_few_photos_end_with_one(self, base: Path, tmp_path: Path) -> None:
        place = draw(tmp_path / "p", (200, 200, 60), 1)
        arguments = ["teach", "brass_lamp", str(place), "--out", str(tmp_path / "m"), "--model", str(base)]
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 1
        assert "at least 3 different photos" in result.output
        assert not (tmp_path / "m").exists()

    def test_a_place_that_is_not_there_ends_with_two(self, base: Path, tmp_path: Path) -> None:
        arguments = ["teach", "brass_lamp", str(tmp_path / "no"), "--out", str(tmp_path / "m")]
        result = CliRunner().invoke(main, [*arguments, "--model", str(base)])
        assert result.exit_code == 2
        assert "no" in result.output


def test_a_network_without_features_says_what_to_do(tmp_path: Path, yellow: Path) -> None:
    from tests.tiny_model import tiny_graph, write_tiny_model

    directory = write_teachable_model(tmp_path / "new")
    background = (directory / "background.npz").read_bytes()
    files = json.loads((directory / "manifest.json").read_text())["files"]
    old = write_tiny_model(tmp_path / "old", graph=tiny_graph(outputs=("logits", "embedding", "cam")))
    manifest = json.loads((old / "manifest.json").read_text())
    manifest["files"]["background.npz"] = files["background.npz"]
    (old / "manifest.json").write_text(json.dumps(manifest))
    (old / "background.npz").write_bytes(background)
    with pytest.raises(Exception, match="export the model again"):
        teach("brass_lamp", [yellow], out=tmp_path / "m", model=old)


def test_a_manifest_whose_heads_do_not_fit_is_refused(base: Path, yellow: Path, tmp_path: Path) -> None:
    teach("brass_lamp", [yellow], out=tmp_path / "mine", model=base)
    path = tmp_path / "mine/manifest.json"
    manifest = json.loads(path.read_text())
    manifest["heads"]["categories"] = ["pangolin"]
    path.write_text(json.dumps(manifest))
    with pytest.raises(ManifestError, match="heads do not go with categories"):
        load_manifest(tmp_path / "mine")
