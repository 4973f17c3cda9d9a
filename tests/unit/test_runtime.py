from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.tiny_model import BIAS, WEIGHTS, model_bytes, tiny_graph, tiny_manifest, write_tiny_model
from wildvision.classifier import Classifier
from wildvision.errors import (
    ChecksumError,
    IncompatibleModelError,
    ProviderUnavailableError,
    RuntimeBackendError,
)
from wildvision.manifest import load_manifest
from wildvision.runtime import OnnxModel, available_cpus


def load(directory: Path, **options: str) -> OnnxModel:
    return OnnxModel(directory, load_manifest(directory), **options)


def batch(size: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(size, 3, 32, 32)).astype(np.float32)


@pytest.mark.parametrize("size", [1, 3])
def test_the_three_outputs_are_what_they_say(tiny_directory: Path, size: int) -> None:
    outputs = load(tiny_directory).run(batch(size))
    pooled = batch(size).mean(axis=(2, 3))
    np.testing.assert_allclose(outputs.logits, pooled @ WEIGHTS.T + BIAS, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(outputs.embedding, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(outputs.cam.mean(axis=(2, 3)) + BIAS, outputs.logits, atol=1e-4)
    np.testing.assert_array_equal(load(tiny_directory).logits(batch(size)), outputs.logits)


def test_a_changed_file_is_refused(tiny_directory: Path, tmp_path: Path) -> None:
    directory = shutil.copytree(tiny_directory, tmp_path / "changed")
    content = bytearray((directory / "model.onnx").read_bytes())
    content[-1] ^= 1
    (directory / "model.onnx").write_bytes(content)
    with pytest.raises(ChecksumError, match="SHA-256") as caught:
        load(directory)
    assert caught.value.model == "tiny"
    (directory / "model.onnx").unlink()
    with pytest.raises(ChecksumError, match=r"model\.onnx"):
        load(directory)


def test_a_model_is_loaded_in_the_precision_asked_for(tiny_directory: Path, tmp_path: Path) -> None:
    directory = shutil.copytree(tiny_directory, tmp_path / "both")
    manifest = load_manifest(directory)
    with pytest.raises(IncompatibleModelError, match=r"\(float32\), found 'int8'"):
        load(directory, precision="int8")
    graph = onnx.load(directory / "model.onnx")
    graph.doc_string = "another file"
    onnx.save(graph, directory / "model.int8.onnx")
    content = (directory / "model.int8.onnx").read_bytes()
    record = msgspec.structs.replace(
        manifest.files["model.onnx"], bytes=len(content), sha256=hashlib.sha256(content).hexdigest()
    )
    both = msgspec.structs.replace(manifest, files={**manifest.files, "model.int8.onnx": record})
    (directory / "manifest.json").write_bytes(msgspec.json.encode(both))
    np.testing.assert_array_equal(
        load(directory, precision="int8").logits(batch(1)), load(directory).logits(batch(1))
    )
    assert Classifier(directory, precision="int8").model_sha256 == record.sha256
    (directory / "model.int8.onnx").unlink()
    with pytest.raises(ChecksumError, match=r"model\.int8\.onnx"):
        load(directory, precision="int8")


def _external() -> TensorProto:
    tensor = numpy_helper.from_array(np.zeros(3, np.float32), "stolen")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"
    return tensor


def _in_initializer(graph: onnx.GraphProto) -> None:
    graph.initializer.append(_external())


def _in_constant(graph: onnx.GraphProto) -> None:
    graph.node.append(helper.make_node("Constant", [], ["stolen"], value=_external()))


def _in_branch(graph: onnx.GraphProto) -> None:
    inner = helper.make_graph(
        [], "inner", [], [helper.make_tensor_value_info("stolen", TensorProto.FLOAT, [3])], [_external()]
    )
    graph.node.append(helper.make_node("If", ["logits"], ["x"], then_branch=inner, else_branch=inner))


@pytest.mark.parametrize("hide", [_in_initializer, _in_constant, _in_branch])
def test_tensors_in_other_files_are_refused(tmp_path: Path, hide: Callable[[onnx.GraphProto], None]) -> None:
    graph = tiny_graph()
    hide(graph)
    with pytest.raises(IncompatibleModelError, match="another file"):
        load(write_tiny_model(tmp_path, graph=graph))


def _rewritten(directory: Path, content: bytes) -> Path:
    write_tiny_model(directory, files=tiny_manifest(content)["files"])
    (directory / "model.onnx").write_bytes(content)
    return directory


@pytest.mark.parametrize("content", [b"\xff" * 40, b"\x0b", b"\x3a\xff\x7f", b""])
def test_what_is_no_onnx_file_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises((IncompatibleModelError, RuntimeBackendError)):
        load(_rewritten(tmp_path, content))


def test_a_graph_that_cannot_be_built_is_a_backend_error(tmp_path: Path) -> None:
    graph = tiny_graph()
    graph.node[0].op_type = "NoSuchOperator"
    with pytest.raises(RuntimeBackendError, match="cannot load"):
        load(_rewritten(tmp_path, model_bytes(graph)))


def test_a_graph_that_lacks_an_output_is_incompatible(tmp_path: Path) -> None:
    with pytest.raises(IncompatibleModelError, match="cam"):
        load(write_tiny_model(tmp_path, graph=tiny_graph(outputs=("logits", "embedding"))))


def test_a_graph_of_another_size_is_incompatible(tmp_path: Path) -> None:
    with pytest.raises(IncompatibleModelError, match="embedding"):
        load(write_tiny_model(tmp_path, embedding_size=4))


def test_a_missing_provider_is_an_error_not_a_fallback(tiny_directory: Path) -> None:
    with pytest.raises(ProviderUnavailableError, match="CPUExecutionProvider"):
        load(tiny_directory, provider="TensorrtExecutionProvider")


def test_a_wrong_batch_is_a_backend_error(tiny_directory: Path) -> None:
    with pytest.raises(RuntimeBackendError, match="batch"):
        load(tiny_directory).logits(np.zeros((1, 3, 16, 16), np.float32))


class TestAvailableCpus:
    @pytest.mark.parametrize(
        ("files", "share"),
        [
            ({"cpu.max": "200000 100000"}, 2),
            ({"cpu.max": "50000 100000"}, 1),
            ({"cpu.max": "250000 100000"}, 3),
            ({"cpu.max": "max 100000"}, 64),
            ({"cpu.max": "nonsense"}, 64),
            ({"cpu/cpu.cfs_quota_us": "400000", "cpu/cpu.cfs_period_us": "100000"}, 4),
            ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, 64),
            ({}, 64),
        ],
    )
    def test_a_container_has_its_share_of_the_cores(
        self, files: dict[str, str], share: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(64)))
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(f"{text}\n")
        assert available_cpus(tmp_path) == share

    def test_a_share_larger_than_the_machine_is_the_machine(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
        (tmp_path / "cpu.max").write_text("800000 100000")
        assert available_cpus(tmp_path) == 2
