"""Quantisation: a network with 8-bit weights and activations, and what that costs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from training.data.labels import label_matrix
from training.data.loader import Photos
from training.data.samples import Sample
from training.errors import AccuracyGateError
from training.metrics import MIN_POSITIVES, average_precision
from training.release.export_record import QuantizedAccuracy
from training.release.onnx_file import Session, tidy
from wildvision.manifest import PreprocessSpec
from wildvision.preprocess import preprocess

FloatArray = NDArray[np.float32]

# Convolutions at the input that stay in float32: stem, depthwise and projection of an EfficientNet's first block.
# Measured on EfficientNet-Lite1 with two draws of 850 training photos: mean average precision falls by 0.0005 and
# 0.0016 with them in float32, by 0.0041 and 0.0055 without. They hold 0.04 % of the weights and cost no time.
FLOAT_CONVOLUTIONS = 3
BATCH = 16


def quantize(source: Path, target: Path, samples: Sequence[Sample], *, spec: PreprocessSpec) -> None:
    """Write a quantised ONNX file: static, QDQ, weights by channel.

    Activations are unsigned 8 bit over the range that the photos show (minimum to maximum: on EfficientNet-Lite1,
    entropy and percentiles lost more). Weights have 7 bits, or products of pairs overflow 16 bits on x86
    processors without VNNI, and accuracy would depend on the machine (ONNX Runtime documentation, "Quantize ONNX
    models", reduce_range). Everything but the layers up to the last feature map stays in float32, so that the class
    activation map still adds up to the logits.

    Args:
        source: The float32 network.
        target: Where to write.
        samples: Training photos whose activations set the ranges.
        spec: How photos become input.
    """
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        # Symbolic shape inference is for transformers, and fails on the expansion in the normalised embedding.
        quant_pre_process(source, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            target,
            _RangePhotos(samples, spec),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=float_nodes(onnx.load(prepared).graph),
        )
    tidy(target)


class _RangePhotos(CalibrationDataReader):
    def __init__(self, samples: Sequence[Sample], spec: PreprocessSpec) -> None:
        self._batches = _batches(samples, spec, size=1)

    def get_next(self) -> dict[str, FloatArray] | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        batch = next(self._batches, None)
        return None if batch is None else {"image": batch}


def float_nodes(graph: onnx.GraphProto) -> list[str]:
    """Name the nodes that stay in float32: the first convolutions, and what the last feature map does not need."""
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    # The last convolution but the map's own makes the last feature map.
    *_, last = (node for node in convolutions if "cam" not in node.output)
    needed, names = set(last.input), [node.name for node in convolutions[:FLOAT_CONVOLUTIONS]]
    for node in reversed(graph.node):  # ONNX orders nodes by what they need
        if node is last or needed.intersection(node.output):
            needed.update(node.input)
        else:
            names.append(node.name)
    return list(dict.fromkeys(names))


def score_both(
    float32: Path, int8: Path, samples: Sequence[Sample], *, spec: PreprocessSpec, threads: int
) -> tuple[FloatArray, FloatArray]:
    """Run two networks on the same photos and return the logits of each, shape (N, K)."""
    sessions = Session(float32, threads=threads), Session(int8, threads=threads)
    found = [[session.logits(batch) for session in sessions] for batch in _batches(samples, spec, size=BATCH)]
    return np.concatenate([pair[0] for pair in found]), np.concatenate([pair[1] for pair in found])


def compare(
    scores: tuple[FloatArray, FloatArray], samples: Sequence[Sample], categories: Sequence[str]
) -> QuantizedAccuracy:
    """Measure the mean average precision of both networks on the same photos.

    Args:
        scores: Logits of the float32 and of the int8 network, as `score_both` returns them.
        samples: The N photos.
        categories: Ids in the order of the columns.

    Raises:
        AccuracyGateError: The photos show no category often enough.
    """
    targets, label_mask = label_matrix(samples, categories)
    columns = [column for column in range(len(categories)) if _is_measurable(targets, label_mask, column)]
    if not columns:
        raise AccuracyGateError(
            f"expected a category that at least {MIN_POSITIVES} of {len(samples)} held-out photos show, found none: "
            "the loss of int8 cannot be measured; add photos or set export.int8 = false"
        )
    means = [_mean_average_precision(logits, targets, label_mask, columns) for logits in scores]
    return QuantizedAccuracy(float32=means[0], int8=means[1], photos=len(samples), categories=len(columns))


def _batches(samples: Sequence[Sample], spec: PreprocessSpec, *, size: int) -> Iterator[FloatArray]:
    photos = Photos(samples, spec, memory=0)
    for start in range(0, len(samples), size):
        rows = range(start, min(start + size, len(samples)))
        yield np.stack([preprocess(photos[row], spec) for row in rows])  # (N, 3, H, W)


def _is_measurable(targets: FloatArray, label_mask: NDArray[np.bool_], column: int) -> bool:
    positive = targets[label_mask[:, column], column] > 0.5
    return MIN_POSITIVES <= int(positive.sum()) < len(positive)


def _mean_average_precision(
    logits: FloatArray, targets: FloatArray, label_mask: NDArray[np.bool_], columns: Sequence[int]
) -> float:
    precisions = [
        average_precision(logits[label_mask[:, c], c], targets[label_mask[:, c], c] > 0.5) for c in columns
    ]
    return float(np.mean(precisions))


def require_accuracy(accuracy: QuantizedAccuracy, *, max_drop: float) -> None:
    """Refuse a quantised network that lost too much.

    Raises:
        AccuracyGateError: The drop is above ``max_drop``.
    """
    if accuracy.drop > max_drop:
        raise AccuracyGateError(
            f"expected int8 to lose at most {max_drop:.4f} of mean average precision, found {accuracy.drop:.4f}: "
            f"{accuracy.int8:.4f} against {accuracy.float32:.4f} in float32, on {accuracy.photos} held-out photos "
            f"and {accuracy.categories} categories; nothing was written; raise export.max_drop, use more "
            "export.calibration_images, or set export.int8 = false"
        )
