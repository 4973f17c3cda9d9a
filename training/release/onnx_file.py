"""Networks as ONNX files: written with nothing but the network in them, and held against torch on real images."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from training.errors import TrainingError
from training.network.model import WildlifeNet
from wildvision.manifest import FileRecord, PreprocessSpec
from wildvision.preprocess import preprocess
from wildvision.runtime import OUTPUTS

OPSET = 18
TOLERANCE = 1e-4  # of an output, relative to its largest value where that is above 1
LOGIT_TOLERANCE = 1e-3
LARGE_TENSOR = 1024  # values; smaller ones save nothing
HALF_TOLERANCE = 2e-2  # of a logit, absolute: 0.005 of a probability
INT8_TOLERANCE = 1e-3  # between map and logit of a quantised network
BATCH_SIZES = (1, 3, 16)

FloatArray = NDArray[np.float32]
UInt8Image = NDArray[np.uint8]


def export_onnx(network: WildlifeNet, path: Path, *, spec: PreprocessSpec) -> None:
    """Write ``image ->`` `wildvision.runtime.OUTPUTS` with a dynamic batch size, all tensors in one file."""
    batch = torch.zeros(2, 3, spec.height, spec.width)
    torch.onnx.export(
        _Explained(network.eval()).eval(),
        (batch,),
        path,
        input_names=["image"],
        output_names=list(OUTPUTS),
        dynamic_shapes=({0: torch.export.Dim("N")},),
        opset_version=OPSET,
        external_data=False,
        dynamo=True,
        verbose=False,
    )
    tidy(path)


class _Explained(nn.Module):
    def __init__(self, network: WildlifeNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, batch: Tensor) -> tuple[Tensor, ...]:
        return self.network.explain(batch)


def tidy(path: Path) -> None:
    """Drop what the network does not need, and check the rest.

    The exporter records the stack trace of every node, with the paths of the machine it ran on; the optimiser
    declares operator sets that no node uses, which another runtime may refuse.
    """
    model = onnx.load(path)
    graph = model.graph
    for part in (
        model,
        graph,
        *graph.node,
        *graph.input,
        *graph.output,
        *graph.value_info,
        *graph.initializer,
    ):
        part.ClearField("doc_string")
        part.ClearField("metadata_props")
    used = {node.domain for node in graph.node}
    needed = [opset for opset in model.opset_import if opset.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(needed)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def halve_weights(path: Path) -> None:
    """Keep large float32 tensors in half precision, each with a cast that runtimes fold away when they load.

    Raises:
        TrainingError: A weight is too large for half precision.
    """
    model = onnx.load(path)
    graph = model.graph
    large = [
        tensor
        for tensor in graph.initializer
        if tensor.data_type == onnx.TensorProto.FLOAT and math.prod(tensor.dims) >= LARGE_TENSOR
    ]
    casts: list[onnx.NodeProto] = []
    for tensor in large:
        name, half = tensor.name, numpy_helper.to_array(tensor).astype(np.float16)
        if not np.isfinite(half).all():
            raise TrainingError(
                f"expected weights below 65504 in {name}, found larger; set export.half_weights = false"
            )
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}.half"))
        casts.append(
            onnx.helper.make_node("Cast", [tensor.name], [name], f"{name}.cast", to=onnx.TensorProto.FLOAT)
        )
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def onnx_record(path: Path) -> FileRecord:
    """Return size, SHA-256, operator set and IR version, as found in the file."""
    content = path.read_bytes()
    model = onnx.load_from_string(content)
    (opset,) = (opset.version for opset in model.opset_import if opset.domain in ("", "ai.onnx"))
    return FileRecord(
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        opset=opset,
        ir_version=model.ir_version,
    )


class Session:
    """A network file on the CPU, to be checked before it has a manifest."""

    def __init__(self, path: Path, *, threads: int) -> None:
        options: Any = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # errors only
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session: Any = onnxruntime.InferenceSession(
            path.read_bytes(), options, providers=["CPUExecutionProvider"]
        )

    def logits(self, batch: FloatArray) -> FloatArray:
        """Return logits, shape (N, K), for a batch of shape (N, 3, H, W)."""
        return self._session.run(list(OUTPUTS[:1]), {"image": batch})[0]

    def run(self, batch: FloatArray) -> list[FloatArray]:
        """Return all of `wildvision.runtime.OUTPUTS` for a batch of shape (N, 3, H, W)."""
        return self._session.run(list(OUTPUTS), {"image": batch})


@torch.inference_mode()
def check_onnx(
    network: WildlifeNet, path: Path, images: Sequence[UInt8Image], *, spec: PreprocessSpec
) -> float:
    """Compare ONNX Runtime with torch on real images at batch sizes 1, 3 and 16; fewer images are repeated.

    Returns:
        The largest difference over all outputs, relative to an output's largest value where that is above 1.

    Raises:
        TrainingError: It is above `TOLERANCE` (of the logits alone: `LOGIT_TOLERANCE`, absolute), or the class
            activation map does not add up to the logit, or what each position gives to a feature to the feature.
    """
    session = Session(path, threads=torch.get_num_threads())
    bias = network.head.bias.numpy()
    worst = worst_logit = 0.0
    for size in BATCH_SIZES:
        batch = np.stack([preprocess(i, spec) for i in itertools.islice(itertools.cycle(images), size)])
        found = session.run(batch)
        wanted = [output.numpy() for output in network.explain(torch.from_numpy(batch))]
        gaps = [_relative_gap(a, b) for a, b in zip(found, wanted, strict=True)]
        logits, _, cam, features, shares = found
        gaps += [_relative_gap(cam.mean(axis=(2, 3)) + bias, logits)]
        gaps += [_relative_gap(shares.mean(axis=(2, 3)), features)]
        worst = max(worst, *gaps)
        worst_logit = max(worst_logit, float(np.abs(found[0] - wanted[0]).max()))
    if worst > TOLERANCE or worst_logit > LOGIT_TOLERANCE:
        raise TrainingError(
            f"expected ONNX and torch to agree to {TOLERANCE:.0e} (logits: {LOGIT_TOLERANCE:.0e}), but on photos they "
            f"differ by {worst:.2e} ({worst_logit:.2e}); look for an operator that is translated differently"
        )
    return worst


def _relative_gap(found: NDArray[np.float32], wanted: NDArray[np.float32]) -> float:
    return float(np.abs(found - wanted).max() / max(1.0, np.abs(wanted).max()))


def check_half(float32: Path, half: Path, images: Sequence[UInt8Image], *, spec: PreprocessSpec) -> float:
    """Return the largest difference between the logits of a network and of the same with halved weights.

    Raises:
        TrainingError: It is above `HALF_TOLERANCE`.
    """
    batch = np.stack([preprocess(image, spec) for image in images])
    found = [Session(path, threads=torch.get_num_threads()).logits(batch) for path in (float32, half)]
    gap = float(np.abs(found[0] - found[1]).max())
    if gap > HALF_TOLERANCE:
        raise TrainingError(
            f"expected half-precision weights to move logits by at most {HALF_TOLERANCE}, found {gap:.2e}; "
            "set export.half_weights = false"
        )
    return gap


def check_map(
    network: WildlifeNet, path: Path, images: Sequence[UInt8Image], *, spec: PreprocessSpec
) -> None:
    """Hold the class activation map of a quantised network against its logits.

    Raises:
        TrainingError: Mean and bias do not add up to the logit, to `INT8_TOLERANCE`.
    """
    batch = np.stack([preprocess(image, spec) for image in images])
    logits, _, cam, *_ = Session(path, threads=torch.get_num_threads()).run(batch)
    gap = _relative_gap(cam.mean(axis=(2, 3)) + network.head.bias.detach().numpy(), logits)
    if gap > INT8_TOLERANCE:
        raise TrainingError(
            f"expected the map of {path.name} to add up to its logits to {INT8_TOLERANCE:.0e}, found {gap:.2e}; "
            "training.release.quantisation.float_nodes must cover all that follows the last feature map"
        )
