"""The directory of a model: the names of its files, and nothing of what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

Precision = Literal["float32", "int8"]
MANIFEST = "manifest.json"
NETWORKS: Mapping[Precision, str] = MappingProxyType({"float32": "model.onnx", "int8": "model.int8.onnx"})


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """Every path below the directory of a model; none of them needs to be there.

    Attributes:
        root: The directory.
    """

    root: Path

    @property
    def manifest(self) -> Path:
        """What the model says about itself; see `wildvision.manifest`."""
        return self.root / MANIFEST

    def network(self, precision: Precision) -> Path:
        """The ONNX file of a precision; a model need not have both."""
        return self.root / NETWORKS[precision]

    @property
    def card(self) -> Path:
        """The model card, in Markdown."""
        return self.root / "CARD.md"

    @property
    def evaluation(self) -> Path:
        """All that was measured and may be published, in numbers."""
        return self.root / "evaluation.json"

    @property
    def checksums(self) -> Path:
        """SHA-256 of every other file, as ``sha256sum`` writes it."""
        return self.root / "SHA256SUMS"
