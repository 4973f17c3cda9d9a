"""Finished networks on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import torch

from training.errors import TrainingError
from training.files import replace_file_with
from training.network.model import WildlifeNet
from wildvision.manifest import PreprocessSpec


@dataclass(frozen=True, slots=True, eq=False)
class FinishedNetwork:
    """A trained network with what is needed to use it.

    Attributes:
        network: In evaluation mode, on the CPU.
        architecture: As timm names it.
        categories: Ids in the order of the logits.
        spec: How images become its input.
    """

    network: WildlifeNet
    architecture: str
    categories: tuple[str, ...]
    spec: PreprocessSpec


def save_network(finished: FinishedNetwork, path: Path, *, fingerprint: str = "") -> None:
    """Write a finished network, and the digest of what it was made from; it is there whole or not at all."""
    content = {
        "recipe": fingerprint,
        "architecture": finished.architecture,
        "categories": list(finished.categories),
        "power": finished.network.power,
        "intermediate_features": list(finished.network.intermediate_features),
        "border_contrast_power": finished.network.border_contrast_power,
        "plain_mean_too": finished.network.plain_mean_too,
        "spec": msgspec.to_builtins(finished.spec),
        "weights": finished.network.state_dict(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file_with(path, lambda file: torch.save(content, file))


def load_network(path: Path) -> FinishedNetwork:
    """Read what `save_network` wrote.

    Raises:
        TrainingError: There is no such file.
    """
    if not path.is_file():
        raise TrainingError(
            f"expected a trained network at {path}; run python -m training.train with this configuration"
        )
    state = torch.load(path, map_location="cpu", weights_only=True)
    network = WildlifeNet(
        state["architecture"],
        categories=len(state["categories"]),
        power=state["power"],
        intermediate_features=state["intermediate_features"],
        border_contrast_power=state["border_contrast_power"],
        plain_mean_too=state["plain_mean_too"],
    )
    network.load_state_dict(state["weights"])
    spec = msgspec.convert(state["spec"], PreprocessSpec)
    return FinishedNetwork(network.eval(), state["architecture"], tuple(state["categories"]), spec)


def fingerprint_of(path: Path) -> str | None:
    """Return the fingerprint that a network was saved with; None: there is no such file."""
    if not path.is_file():
        return None
    return torch.load(path, map_location="cpu", weights_only=True, mmap=True)["recipe"]
