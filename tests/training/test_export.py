from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import onnx
import pytest
import torch

from training import export as export_module
from training.calibration.record import Calibrated
from training.config import Config, HeadConfig, parse_config
from training.data.labels import label_matrix
from training.data.loader import Photos
from training.data.samples import Sample, digest, read_dataset, write_dataset
from training.errors import AccuracyGateError, TrainingError
from training.export import build_manifest, export
from training.learning.plan import plan_networks
from training.network.checkpoint import FinishedNetwork, load_network, save_network
from training.network.head import fit_linear_head, set_head
from training.network.model import WildlifeNet, build_network, preprocess_spec
from training.records import read_record, write_record
from training.release.export_record import ExportRecord, QuantizedAccuracy
from training.release.onnx_file import Session, check_map, check_onnx
from training.release.quantisation import (
    compare,
    float_nodes,
    require_accuracy,
    score_both,
)
from wildvision.manifest import Calibration, CategoryEntry, Evidence, Policy, Threshold, load_manifest
from wildvision.preprocess import preprocess
from wildvision.runtime import OnnxModel
from wildvision.taxonomy import Category, Kind

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

NETWORK_FILES = ("model.onnx", "model.int8.onnx")
MEMORY_FILES = ("background.npz", "training-photos.pdq")  # what teaching and evaluating need


@pytest.fixture(scope="module")
def run(shapes_dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A run as prepare, train and calibrate leave it, with a network that tells the shapes apart."""
    folder = tmp_path_factory.mktemp("run")
    config = parse_config(
        {
            "run": {"directory": folder},
            "model": {
                "architecture": "tf_efficientnet_lite0",
                "side": 96,
                "intermediate_features": ["blocks.5"],
                "border_contrast_power": 2,
            },
            "export": {
                "id": "drawn",
                "directory": folder / "models",
                "int8": True,
                "max_drop": 0.05,
                "calibration_images": 12,
            },
            "calibrate": {"folds": 2},
            "report": {"licence": "CC0-1.0", "attribution": "nobody"},
        }
    )
    shutil.copytree(shapes_dataset, config.folder.dataset)
    dataset = read_dataset(config.folder.dataset)
    spec = preprocess_spec(config.model)
    for plan in plan_networks(dataset, config):
        network = _fitted(config, plan.samples, dataset.categories)
        finished = FinishedNetwork(network, config.model.architecture, dataset.categories, spec)
        save_network(finished, config.folder.network(plan.name))
    _write_calibration(config.folder.calibration, dataset.categories)
    return config


def _fitted(config: Config, samples: tuple[Sample, ...], categories: tuple[str, ...]) -> WildlifeNet:
    spec = preprocess_spec(config.model)
    photos = Photos(samples, spec)
    batch = np.stack([preprocess(photo, spec) for photo in photos])
    network = build_network(config.model, categories=len(categories)).eval()
    with torch.inference_mode():
        pooled = network.pool(torch.from_numpy(batch)).numpy()
    targets, label_mask = label_matrix(samples, categories)
    set_head(network, *fit_linear_head(pooled, targets, label_mask, samples=samples, config=HeadConfig()))
    return network


def _write_calibration(path: Path, categories: tuple[str, ...]) -> None:
    entries = tuple(
        CategoryEntry(
            id=category,
            status="experimental",
            calibration=Calibration(basis="pooled"),
            evidence=Evidence(photos=1, sources=1, synthetic_photos=0),
        )
        for category in categories
    )
    thresholds = {i: Threshold(review=0.5, flag=None) for i in categories if i in {"ivory", "pangolin"}}
    policy = Policy(objective="test", set_on="test", thresholds=thresholds, lookalike_ratio=1.0)
    calibrated = Calibrated(
        categories=entries, policies={"balanced": policy}, default_policy="balanced", review_curves={}
    )
    write_record(calibrated, path)


@pytest.fixture(scope="module")
def exported(run: Config) -> Path:
    stale = run.model_directory
    stale.mkdir(parents=True)
    (stale / "manifest.json").write_text("{}")
    (stale / "CARD.md").write_text("of an older model")
    return export(run)


@pytest.fixture(scope="module")
def finished(run: Config) -> FinishedNetwork:
    return load_network(run.folder.network("final"))


def _changed(run: Config, tmp_path: Path, **values: object) -> Config:
    section = run.export.model_copy(update={"directory": tmp_path / "models", **values})
    return run.model_copy(update={"export": section})


def test_the_model_directory_holds_what_was_made_and_nothing_stale(exported: Path, run: Config) -> None:
    assert {path.name for path in exported.iterdir()} == {"manifest.json", *NETWORK_FILES, *MEMORY_FILES}
    assert [path.name for path in exported.parent.iterdir()] == ["drawn"]  # no temporary folder is left
    manifest = load_manifest(exported)
    dataset = read_dataset(run.folder.dataset)
    assert manifest.category_ids == dataset.categories
    assert manifest.training_data == digest(dataset.split("train"))
    assert (manifest.id, manifest.licence, manifest.attribution) == ("drawn", "CC0-1.0", ("nobody",))
    assert "rhino_horn" in manifest.not_supported
    assert "ivory" not in manifest.not_supported
    assert manifest.metrics == {}


def test_size_digest_operator_set_and_ir_version_are_those_of_the_files(exported: Path) -> None:
    manifest = load_manifest(exported)
    assert set(manifest.files) == {*NETWORK_FILES, *MEMORY_FILES}
    for name in MEMORY_FILES:
        content = (exported / name).read_bytes()
        assert manifest.files[name].sha256 == hashlib.sha256(content).hexdigest()
    for name in NETWORK_FILES:
        record, content = manifest.files[name], (exported / name).read_bytes()
        model = onnx.load_from_string(content)
        assert record.sha256 == hashlib.sha256(content).hexdigest()
        assert record.bytes == len(content)
        assert record.ir_version == model.ir_version
        assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", record.opset)]


def test_files_carry_no_trace_of_the_machine_they_were_made_on(exported: Path) -> None:
    for name in ("model.onnx", "model.int8.onnx"):
        content = (exported / name).read_bytes()
        assert b"site-packages" not in content
        assert b".py" not in content


def test_int8_is_a_third_of_the_size_and_answers_alike(
    exported: Path, run: Config, finished: FinishedNetwork
) -> None:
    large, small = (exported / name for name in ("model.onnx", "model.int8.onnx"))
    assert small.stat().st_size < 0.36 * large.stat().st_size
    samples = read_dataset(run.folder.dataset).split("train")[:16]
    batch = np.stack([preprocess(photo, finished.spec) for photo in Photos(samples, finished.spec)])
    one, other = (Session(path, threads=1).run(batch) for path in (large, small))
    assert np.corrcoef(one[0].ravel(), other[0].ravel())[0, 1] > 0.9
    assert not np.array_equal(one[0], other[0])
    bias = finished.network.head.bias.detach().numpy()
    np.testing.assert_allclose(other[2].mean(axis=(2, 3)) + bias, other[0], atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(other[1], axis=1), 1, atol=1e-5)


def test_the_library_runs_the_int8_file(exported: Path, tmp_path: Path) -> None:
    directory = shutil.copytree(exported, tmp_path / "int8")
    (directory / "model.int8.onnx").replace(directory / "model.onnx")
    manifest = load_manifest(directory)
    files = {"model.onnx": manifest.files["model.int8.onnx"]}
    model = OnnxModel(directory, msgspec.structs.replace(manifest, files=files))
    spec = manifest.preprocess
    batch = np.random.default_rng(0).normal(size=(3, 3, spec.height, spec.width)).astype(np.float32)
    assert model.run(batch).logits.shape == (3, len(manifest.categories))


def test_the_checks_are_recorded(exported: Path, run: Config) -> None:
    record = read_record(ExportRecord, run.folder.export_record)
    assert 0 <= record.onnx_gap < 1e-4
    assert record.int8 is not None
    # Each training photo once, by a network that did not see its group.
    assert record.int8.photos == len(read_dataset(run.folder.dataset).split("train"))
    assert record.int8.drop <= run.export.max_drop


def test_a_network_that_loses_too_much_is_not_written(
    run: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sabotage(source: Path, target: Path, *_: object, **__: object) -> None:
        model = onnx.load(source)
        for tensor in model.graph.initializer:
            if tensor.name.endswith("blocks.2.0.conv_dw.weight"):
                tensor.raw_data = bytes(len(tensor.raw_data))
        onnx.save(model, target)

    monkeypatch.setattr(export_module, "quantize", sabotage)
    config = _changed(run, tmp_path)
    older = config.model_directory
    older.mkdir(parents=True)
    (older / "manifest.json").write_text("{}")
    with pytest.raises(AccuracyGateError, match=r"at most 0\.0500 .* found 0\.\d+: 0\.\d+ against [01]\.\d+"):
        export(config)
    assert [path.relative_to(tmp_path) for path in tmp_path.rglob("*.*")] == [
        Path("models/drawn/manifest.json")
    ]
    assert (older / "manifest.json").read_text() == "{}"


def test_the_bound_is_on_the_drop() -> None:
    accuracy = QuantizedAccuracy(float32=0.9, int8=0.875, photos=9, categories=2)
    require_accuracy(accuracy, max_drop=0.026)
    with pytest.raises(AccuracyGateError, match=r"0\.0250.*0\.8750 against 0\.9000"):
        require_accuracy(accuracy, max_drop=0.024)
    require_accuracy(QuantizedAccuracy(float32=0.8, int8=0.9, photos=9, categories=2), max_drop=0)


def test_held_out_photos_judge_where_there_are_any(
    run: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = read_dataset(run.folder.dataset)
    samples = tuple(
        msgspec.structs.replace(s, split="validation") if s.source == "museum/b" else s
        for s in dataset.samples
    )
    config = _changed(run, tmp_path).model_copy(
        update={"run": run.run.model_copy(update={"directory": tmp_path / "run"})}
    )
    shutil.copytree(run.run.directory, config.run.directory)
    write_dataset(msgspec.structs.replace(dataset, samples=samples), config.folder.dataset)
    ranges: list[Sample] = []

    def spy(source: Path, target: Path, samples: list[Sample], **_: object) -> None:
        ranges.extend(samples)
        shutil.copy(source, target)

    monkeypatch.setattr(export_module, "quantize", spy)
    export(config)
    record = read_record(ExportRecord, config.folder.export_record)
    assert record.int8 is not None
    assert record.int8.photos == 20
    assert len(ranges) == 12
    assert {sample.split for sample in ranges} == {"train"}


def test_photos_without_a_common_category_cannot_judge(exported: Path, run: Config) -> None:
    manifest, samples = load_manifest(exported), read_dataset(run.folder.dataset).split("train")
    files = exported / "model.onnx", exported / "model.int8.onnx"
    everyday = [sample for sample in samples if not sample.labels]
    scores = score_both(*files, everyday, spec=manifest.preprocess, threads=1)
    with pytest.raises(AccuracyGateError, match=r"at least 3 of 20 held-out photos"):
        compare(scores, everyday, manifest.category_ids)


def test_what_is_no_model_is_never_replaced(run: Config, tmp_path: Path) -> None:
    config = _changed(run, tmp_path, int8=False)
    config.model_directory.mkdir(parents=True)
    (config.model_directory / "thesis.txt").write_text("years of work")
    with pytest.raises(TrainingError, match="would be lost"):
        export(config)
    assert (config.model_directory / "thesis.txt").read_text() == "years of work"


def test_a_calibration_of_another_network_is_refused(run: Config, tmp_path: Path) -> None:
    directory = shutil.copytree(run.run.directory, tmp_path / "run")
    config = _changed(run, tmp_path).model_copy(
        update={"run": run.run.model_copy(update={"directory": directory})}
    )
    _write_calibration(config.folder.calibration, ("pangolin", "ivory", "ceramic", "live_animal"))
    with pytest.raises(TrainingError, match="expected a calibration of ivory, pangolin"):
        export(config)
    assert not (tmp_path / "models").exists()


def test_a_new_category_travels_with_the_model(run: Config, finished: FinishedNetwork) -> None:
    text = {"summary": "s", "taxa": (), "cites": (), "identification": (), "confirmation": (), "sources": ()}
    new = tuple(
        Category(id=i, kind=Kind.PRODUCT, name=i, lookalikes=("ceramic", "amber"), **text)
        for i in ("walrus_tusk", "never_seen")
    )
    dataset = msgspec.structs.replace(read_dataset(run.folder.dataset), new_categories=new)
    scored = replace(finished, categories=("walrus_tusk", "ceramic"))
    calibrated = Calibrated(categories=(), policies={}, default_policy="balanced", review_curves={})
    manifest = build_manifest(scored, calibrated, dataset, run, files={})
    (category,) = manifest.new_categories
    assert (category.id, category.lookalikes) == ("walrus_tusk", ("ceramic",))
    assert manifest.taxonomy.get("walrus_tusk") == category


def test_a_file_of_other_weights_does_not_pass(
    finished: FinishedNetwork, run: Config, exported: Path
) -> None:
    images = list(Photos(read_dataset(run.folder.dataset).split("train")[:2], finished.spec))
    file = exported / "model.onnx"
    assert check_onnx(finished.network, file, images, spec=finished.spec) < 1e-4
    torch.manual_seed(0)
    other = WildlifeNet(
        "tf_efficientnet_lite0", categories=4, intermediate_features=["blocks.5"], border_contrast_power=2
    ).eval()
    with pytest.raises(TrainingError, match="differ by"):
        check_onnx(other, file, images, spec=finished.spec)
    with pytest.raises(TrainingError, match="add up"):
        check_map(other, file, images, spec=finished.spec)


def test_all_that_the_last_feature_map_does_not_need_stays_float(exported: Path) -> None:
    graph = onnx.load(exported / "model.onnx").graph
    names, by_name = float_nodes(graph), {node.name: node for node in graph.node}
    assert [by_name[name].op_type for name in names[:3]] == ["Conv"] * 3
    outputs = {output for name in names for output in by_name[name].output}
    assert {"logits", "embedding", "cam"} <= outputs
    floats = [by_name[name] for name in names]
    assert sum(node.op_type == "Conv" for node in floats) == 4  # the first three, and the map's own
    weighing = [node for node in graph.node if node.op_type in {"Pow", "ReduceMean", "ReduceSum"}]
    assert weighing
    assert all(node in floats for node in weighing)


def test_the_command_says_what_it_measured(
    run: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = shutil.copytree(run.run.directory, tmp_path / "run")
    file = tmp_path / "run.toml"
    file.write_text(f'[run]\ndirectory = "{directory}"\n[export]\ndirectory = "{tmp_path}"\n')
    export_module.main(["--config", str(file), "--set", "export.id=other"])
    assert (tmp_path / "other" / "model.onnx").is_file()
    assert "differ by" in capsys.readouterr().out
    assert not (tmp_path / "other" / "model.int8.onnx").exists()
