"""The whole way on drawn shapes, as a newcomer would go it: photos in, a model file out."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from training import explain_checks, overlays, pipeline
from training.config import load_config
from training.data.samples import read_dataset
from training.evaluation.looking import Explained
from training.learning.run_record import RunRecord
from training.network.checkpoint import load_network
from training.pipeline import STEP_NAMES, main, run_pipeline
from training.records import read_record
from training.run_folder import RunFolder
from training.shapes import COLOURS, draw_form, draw_shapes
from wildvision import Classifier
from wildvision.manifest import load_manifest
from wildvision.preprocess import preprocess
from wildvision.runtime import OnnxModel

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

CONFIGS = Path(__file__).parents[2] / "training" / "configs"


def settings(work: Path, photos: Path) -> list[str]:
    return [
        f"run.directory={work / 'run'}",
        f"export.directory={work / 'models'}",
        f"data.inputs={photos}",
        "run.threads=2",
    ]


@pytest.fixture(scope="module")
def smoke(shapes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    work = tmp_path_factory.mktemp("smoke")
    overrides = settings(work, shapes / "manifest.csv")
    main(["--config", str(CONFIGS / "smoke.toml"), *(a for o in overrides for a in ("--set", o))])
    return work


def test_a_model_knows_when_to_turn_a_picture(smoke: Path) -> None:
    directory = smoke / "models" / "smoke"
    turning = load_manifest(directory).turning
    assert turning is not None
    assert set(turning.look_from) <= set(load_manifest(directory).product_ids)
    assert turning.turned.value <= turning.asked == 0.1
    assert [row.degrees for row in turning.found["ivory"]] == [0, 90, 180, 270]
    published = json.loads((directory / "evaluation.json").read_text())
    assert published["turned"]["found"].keys() == turning.found.keys()
    card = (directory / "CARD.md").read_text()
    assert "## Turned pictures" in card
    assert "| `ivory` |" in card[card.index("## Turned pictures") :]


def test_hits_of_owners_left_out_are_drawn_and_their_explanations_checked(
    smoke: Path, shapes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overrides = settings(smoke, shapes / "manifest.csv")
    config = ["--config", str(CONFIGS / "smoke.toml"), *(a for o in overrides for a in ("--set", o))]
    model = ["--model", str(smoke / "models" / "smoke")]
    overlays.main([*config, *model, "--count", "12", "--out", str(tmp_path / "sheets")])
    sheets = sorted((tmp_path / "sheets").iterdir())
    assert [sheet.name for sheet in sheets] == ["sheet-1.png", "sheet-2.png"]  # ten, and the rest
    with Image.open(sheets[0]) as drawn:
        pixels = np.asarray(drawn.convert("RGB"))
    left, right = pixels[10:330, 10:330], pixels[10:330, 335:655]
    assert np.abs(left.astype(int) - right).max() > 60  # a photo, and beside it the same with heat and boxes
    fields = {"renderings": 1, "on_thing": 1.0, "centre_on_thing": 1.0, "by_product": {}}
    monkeypatch.setattr(explain_checks, "pointing", lambda *_: fields)
    record = tmp_path / "explained.json"
    explain_checks.main([*config, *model, "--photos", "2", "--masks", "none", "--out", str(record)])
    found = read_record(Explained, record)
    assert (found.model, found.photos) == ("smoke", 2)
    assert found.deletion.map < found.deletion.random  # what the map names is missed most
    assert 0 <= found.head_shuffled <= 1
    with pytest.raises(SystemExit):
        overlays.main([*config, *model, "--count", "0", "--out", str(tmp_path / "none")])


def test_a_second_run_has_nothing_to_do_and_changes_nothing(smoke: Path, shapes: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in (smoke / "models").rglob("*") if p.is_file()}
    config = load_config(CONFIGS / "smoke.toml", settings(smoke, shapes / "manifest.csv"))
    done = dict(run_pipeline(config))
    assert list(done) == list(STEP_NAMES)
    assert not any(done[name] for name in ("calibrate", "export", "evaluate", "report"))
    assert before == {p: p.stat().st_mtime_ns for p in before}


def test_a_changed_section_redoes_its_step_and_what_follows(smoke: Path, shapes: Path) -> None:
    changes = ["evaluate.rounds=50", "report.licence=MIT"]
    overrides = [*settings(smoke, shapes / "manifest.csv"), *changes]
    done = dict(run_pipeline(load_config(CONFIGS / "smoke.toml", overrides)))
    assert not done["export"]
    assert done["evaluate"]
    assert done["report"]
    assert load_manifest(smoke / "models" / "smoke").licence == "MIT"


def test_changed_code_redoes_what_it_decides(
    smoke: Path, shapes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = load_config(CONFIGS / "smoke.toml", settings(smoke, shapes / "manifest.csv"))
    dict(run_pipeline(config))
    digest = pipeline.code_digest
    monkeypatch.setattr(
        pipeline, "code_digest", lambda name: digest(name) + "x" * (name in {"evaluate", "report"})
    )
    done = dict(run_pipeline(config))
    assert [done[name] for name in ("calibrate", "export", "evaluate", "report")] == [
        False,
        False,
        True,
        True,
    ]


def test_another_manifest_is_measured_again(smoke: Path, shapes: Path) -> None:
    config = load_config(CONFIGS / "smoke.toml", settings(smoke, shapes / "manifest.csv"))
    dict(run_pipeline(config))
    path = smoke / "models/smoke/manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["abstention"]["min_side"] = 40
    path.write_text(json.dumps(manifest))
    done = dict(run_pipeline(config))
    assert (done["export"], done["evaluate"], done["report"]) == (False, True, True)


def test_an_8_bit_file_that_is_gone_or_another_is_exported_or_measured_again(
    shapes: Path, tmp_path: Path
) -> None:
    overrides = [*settings(tmp_path, shapes / "manifest.csv"), "export.int8=true", "export.max_drop=1.0"]
    config = load_config(CONFIGS / "smoke.toml", overrides)
    dict(run_pipeline(config))
    light = tmp_path / "models/smoke/model.int8.onnx"
    found = json.loads(RunFolder(tmp_path / "run").findings.read_bytes())
    assert found["int8_sha256"] == hashlib.sha256(light.read_bytes()).hexdigest()
    assert [step.name for step in pipeline.STEPS if light in step.inputs(config)] == ["evaluate", "report"]
    assert [step.name for step in pipeline.STEPS if light in step.outputs(config)] == ["export"]
    assert not any(dict(run_pipeline(config))[name] for name in ("export", "evaluate", "report"))
    light.unlink()
    assert dict(run_pipeline(config))["export"]
    assert light.is_file()


def test_the_model_is_whole_and_tells_the_shapes_apart(smoke: Path, shapes: Path) -> None:
    directory = smoke / "models" / "smoke"
    names = {path.name for path in directory.iterdir()}
    papers = {"manifest.json", "CARD.md", "evaluation.json", "SHA256SUMS"}
    assert names == papers | {"model.onnx", "background.npz", "training-photos.pdq"}
    manifest = load_manifest(directory)
    assert manifest.category_ids == ("ivory", "pangolin", "ceramic", "live_animal")
    assert manifest.metrics["ivory"].positives == 9
    assert set(manifest.policies) == {"sensitive", "balanced", "strict"}
    classifier = Classifier(directory)
    ivory = [classifier.classify(p).score("ivory") for p in (shapes / "eval/museum/x").glob("ivory0*")]
    other = [classifier.classify(p).score("ivory") for p in (shapes / "eval/shop/z").glob("*.png")]
    assert np.mean(ivory) > np.mean(other) + 0.2
    assert f"{manifest.metrics['ivory'].average_precision.value:.2f}" in (directory / "CARD.md").read_text()


@torch.inference_mode()
def test_training_evaluation_and_the_released_file_share_one_transform(smoke: Path) -> None:
    """What torch says of a photo through `wildvision.preprocess` is what the released file says."""
    from training.data.loader import Photos
    from training.learning.validation import predict

    finished = load_network(RunFolder(smoke / "run").network("final"))
    directory = smoke / "models" / "smoke"
    manifest = load_manifest(directory)
    assert manifest.preprocess == finished.spec
    samples = read_dataset(RunFolder(smoke / "run").dataset).split("eval")[:8]
    model = OnnxModel(directory, manifest)
    photos = Photos(samples, manifest.preprocess)
    onnx = np.concatenate([model.logits(preprocess(photo, manifest.preprocess)[None]) for photo in photos])
    assert np.abs(onnx - predict(finished.network, samples, spec=finished.spec)).max() < 1e-3


def test_a_new_category_from_a_folder_of_forty_pictures(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for label, colour, count in (("hair_bracelet", (20, 20, 20), 40), ("everyday", COLOURS["everyday"], 40)):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for index in range(count):
            draw_form(colour, rng).save(tmp_path / "photos" / label / f"{index}.jpg")
    new = 'data.new_categories=[{id="hair_bracelet", kind="product", name="Elephant-hair bracelet"}]'
    overrides = [*settings(tmp_path, tmp_path / "photos"), new, "model.side=96"]
    main(["--config", str(CONFIGS / "new-category.toml"), *(a for o in overrides for a in ("--set", o))])
    classifier = Classifier(tmp_path / "models" / "new-category")
    assert classifier.categories == ("hair_bracelet",)
    unseen = {c: np.asarray(draw_form(COLOURS.get(c, (20, 20, 20)), rng)) for c in ("everyday", "bracelet")}
    scores = {c: classifier.classify(pixels).score("hair_bracelet") for c, pixels in unseen.items()}
    assert scores["bracelet"] > scores["everyday"]
    # Nobody said where the photos come from: they are evidence of one source, however many there are.
    (entry,) = classifier.manifest.categories
    assert (entry.evidence.photos, entry.evidence.sources, entry.status) == (40, 1, "experimental")
    card = (tmp_path / "models" / "new-category" / "CARD.md").read_text()
    assert "| unknown |" in card


def test_a_category_more_for_a_released_model_changes_no_other(
    smoke: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(0)
    for source in range(4):
        for label, colour in (("brass_lamp", (220, 40, 200)), ("everyday", COLOURS["everyday"])):
            folder = tmp_path / "photos" / label / f"s{source}"
            folder.mkdir(parents=True)
            for index in range(3):
                draw_form(colour, rng).save(folder / f"{index}.jpg")
    released = smoke / "models" / "smoke"
    changes = [
        'data.new_categories=[{id="brass_lamp", kind="product", name="Brass lamp"}]',
        f"train.released={released}",
        *('model.architecture="tf_efficientnet_lite0"', "model.side=96", "model.intermediate_features=[]"),
        "model.border_contrast_power=0",
    ]
    overrides = [*settings(tmp_path, tmp_path / "photos"), *changes]
    main(["--config", str(CONFIGS / "from-released.toml"), *(a for o in overrides for a in ("--set", o))])
    said = capsys.readouterr().out
    directory = tmp_path / "models" / "from-released"
    assert "brass_lamp: " in said
    assert f"card: {directory / 'CARD.md'}" in said
    assert f"wildvision classify --model {directory} PHOTO" in said
    before, after = Classifier(released), Classifier(directory)
    assert after.manifest.category_ids == (*before.manifest.category_ids, "brass_lamp")
    pictures = [np.asarray(draw_form(colour, rng)) for colour in ((220, 40, 200), COLOURS["everyday"])]
    for picture in pictures:
        old, new = before.classify(picture), after.classify(picture)
        assert all(new.score(p.category) == p.score for p in old.predictions)
    # Logits: the pooled calibration of drawn shapes, which are told apart without a mistake, is all but a step.
    lamp, other = (after._model.logits(after._batch(picture))[0, -1] for picture in pictures)
    assert lamp > other
    with pytest.raises(SystemExit):
        main(
            [
                "--config",
                str(CONFIGS / "from-released.toml"),
                *(a for o in overrides[:-1] for a in ("--set", o)),
            ]
        )
    assert "take the [model] section of the released configuration" in " ".join(
        capsys.readouterr().err.split()
    )


def test_fine_tuning_goes_the_whole_way_too(shapes: Path, tmp_path: Path) -> None:
    overrides = [
        *settings(tmp_path, shapes / "manifest.csv"),
        *("model.architecture=mobilenetv3_small_050", "model.weights=random", "model.side=32"),
        *("train.mode=finetune", "train.epochs=1", "train.draws=32", "train.batch_size=8"),
    ]
    done = dict(run_pipeline(load_config(CONFIGS / "smoke.toml", overrides), until="export"))
    assert list(done) == ["prepare", "train", "calibrate", "export"]
    directory = tmp_path / "models" / "smoke"
    assert Classifier(directory).classify(Image.new("RGB", (64, 64), "red")).model_id == "smoke"
    assert read_record(RunRecord, RunFolder(tmp_path / "run").run_record).mode == "finetune"


def test_the_drawn_shapes_repeat(tmp_path: Path) -> None:
    one, two = (draw_shapes(tmp_path / name, count=4).parent for name in ("a", "b"))
    files = sorted(p.relative_to(one) for p in one.rglob("*") if p.is_file())
    assert all((one / f).read_bytes() == (two / f).read_bytes() for f in files)
    assert len(files) > 20
