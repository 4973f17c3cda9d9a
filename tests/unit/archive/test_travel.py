"""Scorers that travel: what arrives is what was sent, or nothing is scored."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from tests.poison import Kills
from tests.tiny_model import write_tiny_model
from wildvision.archive.items import InFile, Item
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
