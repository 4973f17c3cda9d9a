"""Each record of a run is read back as it was written, and refused with a reason where it cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests.training.evaluated_run import RECORD
from training.calibration.record import Calibrated, HeldOut, read_held_out, write_held_out
from training.data.samples import read_dataset
from training.errors import DatasetError, TrainingError
from training.evaluation.findings import (
    NOTHING_UNSEEN,
    BrokenPhoto,
    Evaluation,
    Suspect,
    TrainingFindings,
    readable_json,
)
from training.evaluation.looking import Areas, Explained, Pointing, SeenMore
from training.records import Record, read_record, write_record
from training.release.export_record import ExportRecord, QuantizedAccuracy
from wildvision.manifest import find_model
from wildvision.model_folder import ModelFolder

INT8 = QuantizedAccuracy(float32=0.9, int8=0.875, photos=9, categories=2)
SUSPECT = Suspect(path="a.jpg", category="ivory", given=True, score=0.125, why="labelled ivory")
EVALUATION = Evaluation(
    model="m",
    model_sha256="0",
    split="eval",
    broken=1,
    broken_photos=(BrokenPhoto(path="b.jpg", error="truncated"),),
    unseen=msgspec.structs.replace(NOTHING_UNSEEN, photos=3, sources=("shop/a",), int8_sha256="1"),
    training=TrainingFindings(suspicious_labels=1, suspects=(SUSPECT,)),
)
AREAS = Areas(map=-4.0, centre=-3.0, random=-2.0)
EXPLAINED = Explained(
    model="m",
    model_sha256="0",
    renderings=3,
    on_thing=2 / 3,
    centre_on_thing=1 / 3,
    by_product={"ivory": Pointing(renderings=3, on_thing=2 / 3)},
    photos=2,
    deletion=AREAS,
    insertion=AREAS,
    head_shuffled=0.5,
    network_shuffled=0.25,
)
RECORDS = [
    (RECORD, "training.train"),
    (
        Calibrated(categories=(), policies={}, default_policy="balanced", review_curves={"a": ((0.1, 0.2),)}),
        "training.calibrate",
    ),
    (ExportRecord(onnx_gap=1e-5, int8=INT8), "training.export"),
    (Evaluation(model="m", model_sha256="0"), "training.evaluate"),
    (EVALUATION, "training.evaluate"),
    (EXPLAINED, "training.explain_checks"),
    (SeenMore(model="m", model_sha256="0", policy="balanced", rows=()), "training.see_more table"),
]


@pytest.mark.parametrize(("record", "step"), RECORDS)
def test_a_record_is_read_as_it_was_written(record: Record, step: str, tmp_path: Path) -> None:
    path = tmp_path / "run" / "record.json"
    write_record(record, path)
    assert read_record(type(record), path) == record
    assert [p.name for p in path.parent.iterdir()] == ["record.json"]
    for content in (None, b"{", b"[]", b"{}"):
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(TrainingError, match=f"expected {type(record).TITLE} at .*; run python -m {step}"):
            read_record(type(record), path)


def test_an_evaluation_is_one_flat_object_and_its_public_part_names_no_photo(tmp_path: Path) -> None:
    write_record(EVALUATION, tmp_path / "evaluation.json")
    fields = json.loads((tmp_path / "evaluation.json").read_bytes())
    assert fields["sources"] == ["shop/a"]
    assert fields["suspicious_labels"] == 1
    assert not {"unseen", "training"} & set(fields)
    assert set(fields) - set(EVALUATION.public()) == {"suspects", "worst", "broken_photos"}
    assert "jpg" not in str(EVALUATION.public())


def test_an_evaluation_with_a_field_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "evaluation.json"
    write_record(EVALUATION, path)
    path.write_text(json.dumps({**json.loads(path.read_bytes()), "mood": "good"}))
    with pytest.raises(TrainingError, match="mood"):
        read_record(Evaluation, path)


def test_the_released_evaluation_holds_what_the_records_hold() -> None:
    published = json.loads(ModelFolder(find_model()).evaluation.read_bytes())
    own = set(EVALUATION.public())
    evaluation = Evaluation.from_json(json.dumps({key: published[key] for key in own}).encode())
    assert evaluation.unseen.photos == published["photos"]
    if published["evasion"]:
        published["evasion"].setdefault("detail", "fast")  # as records mean that do not say it
    assert json.loads(readable_json(evaluation.public())) == {key: published[key] for key in own}


def test_held_out_logits_are_read_with_their_photos(shapes_dataset: Path, tmp_path: Path) -> None:
    dataset, path = read_dataset(shapes_dataset), tmp_path / "held_out.npz"
    samples = dataset.samples[3:0:-1]
    logits = np.arange(6, dtype=np.float32).reshape(3, 2)
    write_held_out(HeldOut(samples=samples, logits=logits), path)
    found = read_held_out(path, dataset)
    assert found.samples == samples
    assert np.array_equal(found.logits, logits)
    write_held_out(HeldOut(samples=samples, logits=logits[1:]), path)
    with pytest.raises(DatasetError, match="one row of logits for each of 3 photos"):
        read_held_out(path, dataset)
    path.write_bytes(b"no archive")
    with pytest.raises(DatasetError, match="calibrate again"):
        read_held_out(path, dataset)
