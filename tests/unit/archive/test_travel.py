"""Scorers that travel: what arrives is what was sent, or nothing is scored."""

from __future__ import annotations

import hashlib
import pickle
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.poison import Kills
from tests.tiny_model import write_teachable_model, write_tiny_model
from wildvision.adapt.photos import TeachingPhotos
from wildvision.adapt.teach import teach_photos
from wildvision.archive.items import InFile, Item
from wildvision.archive.likeness.known import known_photos
from wildvision.archive.rows import TIMINGS, Row, Scorer
from wildvision.archive.sinks import to_record
from wildvision.archive.travel import GuardedScorer, PackedScorer, item_of_bytes, pack
from wildvision.classifier import Classifier
from wildvision.errors import ChecksumError, ScanError


def plain(row: Row) -> dict[str, object]:
    record = to_record(row, tuple(row.scores), None)
    return {name: value for name, value in record.items() if name not in TIMINGS}


def scored(packed: PackedScorer, items: list[Item]) -> list[Row]:
    guarded = GuardedScorer(packed)
    try:
        return guarded.rows(items)
    finally:
        guarded.close()


def test_rows_are_those_of_the_model_at_home_whose_folder_is_gone(
    tmp_path: Path, samples: list[Path]
) -> None:
    model = write_tiny_model(tmp_path / "model")
    own = Classifier(model).manifest.policies["balanced"]
    classifier = Classifier(model, policy=own, threads=1)
    items = [item_of_bytes(path.name, path.read_bytes()) for path in samples[:3]]
    wanted = [Scorer(classifier).score(key, item) for key, item in enumerate(items)]
    packed = pickle.loads(pickle.dumps(pack(model, policy=own)))
    for file in model.iterdir():
        file.unlink()
    found = scored(packed, items)
    assert [plain(row) for row in found] == [plain(row) for row in wanted if isinstance(row, Row)]
    assert {row.policy for row in found} == {"custom"}


def test_the_detail_and_what_a_bank_knows_travel_along(tmp_path: Path, samples: list[Path]) -> None:
    model = write_tiny_model(tmp_path / "model")
    digest = hashlib.sha256(samples[0].read_bytes()).hexdigest()
    bank = tmp_path / "bank.csv"
    bank.write_text(f"signal_type,signal_str,collab,category,tags\nsha256,{digest},seized,POSITIVE_CLASS,\n")
    known, classifier = known_photos(bank), Classifier(model, threads=1, detail="thorough")
    items = [item_of_bytes(path.name, path.read_bytes()) for path in samples[:2]]
    wanted = [Scorer(classifier, known=known).score(key, item) for key, item in enumerate(items)]
    packed = pack(model, detail="thorough", known=known)
    found = scored(pickle.loads(pickle.dumps(packed)), items)
    assert [plain(row) for row in found] == [plain(row) for row in wanted if isinstance(row, Row)]
    assert [row.known_as for row in found] == ["POSITIVE_CLASS", None]
    assert found[0].parts


def taught(category: str, colour: tuple[float, float, float], base: Path, target: Path) -> Path:
    """Teach a category from eight photos of four sources, given as features of the tiny network."""
    rng = np.random.default_rng(0)
    photos = TeachingPhotos(
        names=tuple(f"{number}.png" for number in range(8)),
        sources=tuple(f"s{number // 2}" for number in range(8)),
        features=(1 + np.array(colour) + rng.normal(0, 0.05, (8, 3))).astype(np.float32),
        digests=rng.integers(0, 255, (8, 32), np.uint8),
        rendered=np.zeros(8, np.bool_),
        hashes=np.zeros((8, 32), np.uint8),
    )
    teach_photos(category, photos, None, base=base, target=target)
    return target


def test_taught_models_travel_together(tmp_path: Path, samples: list[Path]) -> None:
    base = write_teachable_model(tmp_path / "tiny")
    models = (
        taught("brass_lamp", (0.6, 0.6, -0.5), base, tmp_path / "lamps"),
        taught("blue_vase", (-0.5, -0.5, 0.6), base, tmp_path / "vases"),
    )
    wanted = Classifier(models).classify(samples[0])
    packed = pickle.loads(pickle.dumps(pack(models)))
    shutil.rmtree(tmp_path)
    (row,) = scored(packed, [item_of_bytes("photo", samples[0].read_bytes())])
    assert row.scores == {prediction.category: prediction.score for prediction in wanted.predictions}
    assert {"brass_lamp", "blue_vase"} < row.scores.keys()
    assert row.model == "lamps+vases"


def test_an_item_that_kills_costs_its_row_only(tiny_directory: Path, samples: list[Path]) -> None:
    photo = Item(id="photo", content=InFile(str(samples[0])))
    found = scored(pack(tiny_directory), [photo, Item(id="kills", content=Kills()), photo])
    assert [row.error for row in found] == [None, "WorkerCrashError", None]


def test_a_model_that_was_changed_on_its_way_is_refused(tiny_directory: Path) -> None:
    packed = pack(tiny_directory)
    network = replace(packed.models[0][1], content=packed.models[0][1].content + b"\0")
    with pytest.raises(ChecksumError, match=r"model\.onnx with SHA-256"):
        replace(packed, models=((packed.models[0][0], network),)).check()


def test_another_model_is_refused_where_it_is_loaded(tiny_directory: Path) -> None:
    with pytest.raises(ChecksumError, match="expected a model with SHA-256 0000"):
        replace(pack(tiny_directory), model_sha256="0000").scorer()


def test_another_version_of_the_library_is_refused(tiny_directory: Path) -> None:
    with pytest.raises(ScanError, match=r"expected wildvision 0\.0\.7 on every machine"):
        replace(pack(tiny_directory), version="0.0.7").check()
