"""A model small enough to write down: it sees ivory in red, bone in green and pangolins in blue."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

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


def tiny_graph(
    *, outputs: tuple[str, ...] = ("logits", "embedding", "cam"), seen: np.ndarray | None = None
) -> onnx.GraphProto:
    """features = cell means (N, 3, 4, 4); cam, logits and embedding as every wildvision network has them.

    With ``seen``, shape (4, 4), the features of each cell are multiplied by that.
    """
    cell = SIDE // CELLS
    constants = {
        "weights": WEIGHTS[:, :, None, None],
        "bias": BIAS,
        "space": np.array([2, 3], np.int64),
        "channels": np.array([1], np.int64),
        "epsilon": np.array(1e-6, np.float32),
        "seen": (np.ones((CELLS, CELLS)) if seen is None else seen).astype(np.float32)[None, None],
    }
    nodes = [
        helper.make_node(
            "AveragePool", ["image"], ["means of cells"], kernel_shape=[cell, cell], strides=[cell, cell]
        ),
        helper.make_node("Mul", ["means of cells", "seen"], ["features"]),
        helper.make_node("Conv", ["features", "weights"], ["cam"]),
        helper.make_node("ReduceMean", ["cam", "space"], ["means"], keepdims=0),
        helper.make_node("Add", ["means", "bias"], ["logits"]),
        helper.make_node("ReduceMean", ["features", "space"], ["pooled"], keepdims=0),
        helper.make_node("ReduceL2", ["pooled", "channels"], ["length"], keepdims=1),
        helper.make_node("Max", ["length", "epsilon"], ["divisor"]),
        helper.make_node("Div", ["pooled", "divisor"], ["embedding"]),
    ]
    shapes = {
        "logits": ["N", len(CATEGORIES)],
        "embedding": ["N", 3],
        "cam": ["N", len(CATEGORIES), CELLS, CELLS],
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
