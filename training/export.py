"""Write the network as ONNX with its three outputs and hold it against torch on real images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.model import WildlifeNet
from wildvision.manifest import PreprocessSpec
from wildvision.preprocess import preprocess
from wildvision.runtime import OUTPUTS

OPSET = 18
TOLERANCE = 1e-4


class _Explained(nn.Module):
    def __init__(self, network: WildlifeNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, batch: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self.network.explain(batch)


def export_onnx(network: WildlifeNet, path: Path, *, spec: PreprocessSpec) -> None:
    """Write ``image -> logits, embedding, cam`` with a dynamic batch size, all tensors in one file."""
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


@torch.inference_mode()
def check_onnx(
    network: WildlifeNet, path: Path, images: Sequence[NDArray[np.uint8]], *, spec: PreprocessSpec
) -> float:
    """Compare ONNX Runtime with torch on real images at batch sizes 1, 3 and 16.

    Returns:
        The largest difference over all outputs.

    Raises:
        ValueError: It is above `TOLERANCE`, or the class activation map does not add up to the logit.
    """
    import onnxruntime  # noqa: PLC0415

    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    bias = network.head.bias.numpy()
    worst = 0.0
    for size in (1, 3, 16):
        batch = np.stack([preprocess(image, spec) for image in images[:size]])
        found = [np.asarray(output) for output in session.run(list(OUTPUTS), {"image": batch})]
        wanted = network.explain(torch.from_numpy(batch))
        gaps = [np.abs(a - b.numpy()).max() for a, b in zip(found, wanted, strict=True)]
        gaps.append(np.abs(found[2].mean(axis=(2, 3)) + bias - found[0]).max())
        worst = max(worst, *map(float, gaps))
    if worst > TOLERANCE:
        raise ValueError(f"ONNX and torch differ by {worst:.2e}, expected at most {TOLERANCE:.0e}")
    return worst
