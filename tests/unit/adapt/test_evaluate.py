from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner, Result

from tests.unit.adapt.platform_photos import write_model, write_photos
from wildvision import Classifier
from wildvision.adapt.evaluate import Evaluation, evaluate
from wildvision.adapt.labelled import read_labelled
from wildvision.adapt.recalibrate import write_manifest
from wildvision.adapt.sketch import FILE, write_sketch
from wildvision.cli import main
from wildvision.errors import LabelError, OptionError
from wildvision.manifest import load_manifest

PHOTOS = [
    ("ivory", "a", 6),
    ("ivory", "b", 6),
    ("everyday", "a", 20),
    ("everyday", "c", 20),
    ("bone", "c", 4),
]


def evaluated(model: Path, labels: Path, **options: float) -> Evaluation:
    read = read_labelled([labels], load_manifest(model).category_ids)
    return evaluate(str(model), read, workers=0, **options)[0]  # type: ignore[arg-type]


def test_numbers_are_those_of_the_classifier(tmp_path: Path) -> None:
    labels, model = write_photos(tmp_path / "photos", PHOTOS), write_model(tmp_path / "tiny")
    found = evaluated(model, labels)
    assert (found.photos, found.sources, found.failed, found.trained_on) == (56, 3, (), None)
    ivory = next(c for c in found.categories if c.category == "ivory")
    assert (ivory.photos, ivory.sources, ivory.others) == (12, 2, 44)
    assert ivory.metrics["area"].value > 0.9
    classifier = Classifier(model, policy="sensitive", threads=1)
    photos = sorted(labels.parent.glob("*.png"))
    verdicts = {p.name: classifier.classify(p).verdict.value for p in photos}
    (policy,) = (p for p in found.policies if p.policy == "sensitive")
    for side, starts in ((policy.verdicts_with, ("ivory",)), (policy.verdicts_without, ("everyday", "bone"))):
        expected = [verdict for name, verdict in verdicts.items() if name.startswith(starts)]
        assert side == {verdict: expected.count(verdict) for verdict in set(expected)}
    alarms = [v in {"FLAG", "REVIEW"} for n, v in verdicts.items() if not n.startswith("ivory")]
    assert policy.alarms is not None
    assert policy.alarms.value == pytest.approx(np.mean(alarms), abs=1e-4)


def test_precision_falls_with_the_prevalence(tmp_path: Path) -> None:
    labels, model = write_photos(tmp_path / "photos", PHOTOS), write_model(tmp_path / "tiny")
    common, rare = (evaluated(model, labels, prevalence=share).policies[0] for share in (0.5, 0.001))
    assert common.precision_of_reviews is not None
    assert rare.precision_of_reviews is not None
    assert rare.precision_of_reviews.value <= common.precision_of_reviews.value
    with pytest.raises(OptionError, match="between 0 and 1"):
        evaluated(model, labels, prevalence=0.0)


def test_photos_that_taught_the_model_are_named(tmp_path: Path) -> None:
    pytest.importorskip("pdqhash")
    rng = np.random.default_rng(0)
    from PIL import Image

    folder = tmp_path / "photos"
    for label, count in (("everyday", 30), ("ivory", 3)):
        (folder / label).mkdir(parents=True)
        for number in range(count):
            noise = rng.integers(0, 255, (8, 8, 3), np.uint8)
            picture = Image.fromarray(noise).resize((128, 128), Image.Resampling.BICUBIC)
            picture.save(folder / label / f"{number}.png")
    model = write_model(tmp_path / "tiny")
    manifest = load_manifest(model)
    read = read_labelled([folder], manifest.category_ids)
    _, scored = evaluate(str(model), read, workers=0)
    record = write_sketch([row.tobytes() for row in scored.hashes[:5]], model)
    write_manifest(msgspec.structs.replace(manifest, files={**manifest.files, FILE: record}), model)
    found = evaluated(model, folder)
    assert found.trained_on == 5
    assert "5 of 33 photos" in found.warnings[0]
    assert any("no photo has a known source" in warning for warning in found.warnings)


def test_what_cannot_be_read_counts_nowhere_and_is_said(tmp_path: Path) -> None:
    labels, model = write_photos(tmp_path / "photos", PHOTOS), write_model(tmp_path / "tiny")
    (tmp_path / "photos/ivory-a-0.png").write_bytes(b"no picture")
    (tmp_path / "photos/ivory-a-1.png").unlink()
    found = evaluated(model, labels)
    assert found.photos == 54
    assert {failure.error for failure in found.failed} == {"UnsupportedImageError", "ImageReadError"}
    for path in (tmp_path / "photos").glob("*.png"):
        path.unlink()
    with pytest.raises(LabelError, match="none among 56"):
        evaluated(model, labels)


def call(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(main, ["evaluate", *arguments, "--workers", "0"])


def test_the_command_writes_a_page_that_loads_nothing(tmp_path: Path) -> None:
    labels, model = write_photos(tmp_path / "<b>photos", PHOTOS), write_model(tmp_path / "tiny")
    page = tmp_path / "page.html"
    shown = call(str(model), str(labels), "--html", str(page))
    assert shown.exit_code == 0, shown.output
    assert all(len(line) <= 80 for line in shown.output.splitlines() if str(tmp_path) not in line)
    assert "the model does not say which photos taught it" in " ".join(shown.output.split())
    text = page.read_text()
    assert "data:image/jpeg;base64," in text
    assert "<b>photos" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert "<circle" in text
    found = json.loads(call(str(model), str(labels), "--json").stdout)
    assert found["photos"] == 56
    assert (
        found["categories"][0]["metrics"]["area"]["low"] <= found["categories"][0]["metrics"]["area"]["value"]
    )


def test_the_status_says_what_happened(tmp_path: Path) -> None:
    labels, model = write_photos(tmp_path / "photos", PHOTOS), write_model(tmp_path / "tiny")
    (tmp_path / "photos/ivory-a-0.png").write_bytes(b"no picture")
    partly = call(str(model), str(labels))
    assert partly.exit_code == 1
    assert "1 photos could not be read" in partly.output
    assert call("nowhere", str(labels)).exit_code == 2
    (tmp_path / "empty").mkdir()
    assert call(str(model), str(tmp_path / "empty")).exit_code == 2
