"""A model small enough to write down: it sees ivory in red, bone in green and pangolins in blue."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from wildvision.adapt.background import SHOWN, Background, pack_background
from wildvision.adapt.head import HeadSettings
from wildvision.adapt.sketch import write_sketch
from wildvision.runtime import OUTPUTS

CATEGORIES = ("ivory", "pangolin", "bone")
SIDE, CELLS = 32, 4
WEIGHTS = np.array([[8, -4, -4], [-4, -4, 8], [-4, 8, -4]], np.float32)  # category x (R, G, B)
BIAS = np.array([-1, -2, -3], np.float32)


def write_tiny_model(directory: Path, *, graph: onnx.GraphProto | None = None, **changes: Any) -> Path:
    """Write a valid model directory; ``changes`` replace top-level fields of its manifest."""
    directory.mkdir(parents=True, exist_ok=True)
    content = model_bytes(graph or tiny_graph())
    (directory / "model.onnx").write_bytes(content)
    manifest = {**tiny_manifest(content), **changes}
    (directory / "manifest.json").write_text(json.dumps(manifest))
    return directory


def model_bytes(graph: onnx.GraphProto) -> bytes:
    opset = [helper.make_opsetid("", 18)]
    return helper.make_model(graph, opset_imports=opset, ir_version=9).SerializeToString()


def tiny_graph(*, outputs: tuple[str, ...] = OUTPUTS, seen: np.ndarray | None = None) -> onnx.GraphProto:
    """Cell means (N, 3, 4, 4), and the outputs that every wildvision network has; features are one above the means.

    With ``seen``, shape (4, 4), the means of each cell are multiplied by that.
    """
    cell = SIDE // CELLS
    constants = {
        "weights": WEIGHTS[:, :, None, None],
        "bias": BIAS,
        "space": np.array([2, 3], np.int64),
        "channels": np.array([1], np.int64),
        "epsilon": np.array(1e-6, np.float32),
        "one": np.array(1, np.float32),
        "seen": (np.ones((CELLS, CELLS)) if seen is None else seen).astype(np.float32)[None, None],
    }
    nodes = [
        helper.make_node(
            "AveragePool", ["image"], ["means of cells"], kernel_shape=[cell, cell], strides=[cell, cell]
        ),
        helper.make_node("Mul", ["means of cells", "seen"], ["maps"]),
        helper.make_node("Conv", ["maps", "weights"], ["cam"]),
        helper.make_node("ReduceMean", ["cam", "space"], ["means"], keepdims=0),
        helper.make_node("Add", ["means", "bias"], ["logits"]),
        helper.make_node("ReduceMean", ["maps", "space"], ["pooled"], keepdims=0),
        helper.make_node("ReduceL2", ["pooled", "channels"], ["length"], keepdims=1),
        helper.make_node("Max", ["length", "epsilon"], ["divisor"]),
        helper.make_node("Div", ["pooled", "divisor"], ["embedding"]),
        helper.make_node("Add", ["maps", "one"], ["shares"]),
        helper.make_node("ReduceMean", ["shares", "space"], ["features"], keepdims=0),
    ]
    shapes = {
        "logits": ["N", len(CATEGORIES)],
        "embedding": ["N", 3],
        "cam": ["N", len(CATEGORIES), CELLS, CELLS],
        "features": ["N", 3],
        "shares": ["N", 3, CELLS, CELLS],
    }
    return helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, SIDE, SIDE])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shapes[name]) for name in outputs],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )


def tiny_manifest(content: bytes) -> dict[str, Any]:
    threshold = {"review": 0.4, "flag": 0.7}
    calibration = {"slope": 1.0, "intercept": 0.0, "basis": "held-out sources"}
    evidence = {"photos": 9, "sources": 3, "synthetic_photos": 0}
    policy = {
        "objective": "test",
        "set_on": "test",
        "lookalike_ratio": 0.9,
        "thresholds": {"ivory": threshold, "pangolin": {"review": 0.5, "flag": None}},
    }
    return {
        "schema": 1,
        "id": "tiny",
        "created": "2026-01-01",
        "architecture": "cell means",
        "licence": "Apache-2.0",
        "attribution": [],
        "preprocess": {
            "version": 1,
            "width": SIDE,
            "height": SIDE,
            "fit": "pad",
            "resample": "bicubic",
            "padding": [128, 128, 128],
            "mean": [0.5, 0.5, 0.5],
            "std": [0.5, 0.5, 0.5],
            "decode_side": 2 * SIDE,
        },
        "embedding_size": 3,
        "categories": [
            {
                "id": category,
                "status": "experimental" if category == "pangolin" else "supported",
                "calibration": calibration,
                "evidence": evidence,
            }
            for category in CATEGORIES
        ],
        "not_supported": ["shark_fin"],
        "abstention": {"min_side": 8, "min_contrast": 1.0},
        "default_policy": "balanced",
        "policies": {
            "balanced": policy,
            "strict": {
                **policy,
                "thresholds": {**policy["thresholds"], "ivory": {"review": 0.9, "flag": 1.0}},
            },
        },
        "metrics": {},
        "training_data": "0" * 64,
        "files": {"model.onnx": {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}},
    }


def tiny_background(*, photos: int = 400, owners: int = 20, seed: int = 0, **changes: Any) -> Background:
    """Grey photos of many owners, and some of ivory and bone, as the tiny network sees them."""
    rng = np.random.default_rng(seed)
    grey = rng.normal(0, 0.15, (photos, 1)) + rng.normal(0, 0.05, (photos, 3))
    labels = np.zeros((photos, len(CATEGORIES)), np.uint8)
    for column, channel in ((0, 0), (2, 1)):  # ivory is red, bone is green
        rows = slice(column * 10, column * 10 + 10)
        grey[rows, channel] += 0.6
        labels[rows, column] = SHOWN
    facts: dict[str, Any] = {
        "features": np.clip(grey + 1, 0, None).astype(np.float32),
        "owner": (np.arange(photos) % owners).astype(np.int32),
        "rendered": np.zeros(photos, np.bool_),
        "labels": labels,
        "categories": CATEGORIES,
        "stands_for": photos,
        "row_hashes": np.zeros((photos, 32), np.uint8),
        "weights": WEIGHTS,
        "bias": BIAS - WEIGHTS.sum(axis=1),
        "settings": HeadSettings(inverse_penalty=0.1),
    }
    return Background(**{**facts, **changes})


def write_teachable_model(directory: Path, **changes: Any) -> Path:
    """Write the tiny model with a background; ``changes`` replace fields of that."""
    write_tiny_model(directory)
    content = pack_background(tiny_background(**changes), bits=8)
    (directory / "background.npz").write_bytes(content)
    manifest = json.loads((directory / "manifest.json").read_text())
    record = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    manifest["files"]["background.npz"] = record
    sketch = write_sketch([bytes(range(32))], directory)
    manifest["files"]["training-photos.pdq"] = {"bytes": sketch.bytes, "sha256": sketch.sha256}
    (directory / "manifest.json").write_text(json.dumps(manifest))
    return directory
