"""The record of an export: what its checks measured."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from training.records import Record


class QuantizedAccuracy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mean average precision of a network and of its 8-bit version on the same photos.

    Attributes:
        float32: Of the network as it was trained.
        int8: Of the quantised one.
        photos: How many both were measured on.
        categories: Those with at least `wildvision.adapt.metrics.MIN_POSITIVES` of them, and one photo without.
    """

    float32: float
    int8: float
    photos: int
    categories: int

    @property
    def drop(self) -> float:
        """How much was lost; below 0 where the quantised network is better."""
        return self.float32 - self.int8


class ExportRecord(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the checks of an export measured.

    Attributes:
        onnx_gap: Largest difference between ONNX Runtime and torch; see `training.release.onnx_file.check_onnx`.
        half_gap: By how much half-precision weights moved a logit on training photos; None where not asked for.
        int8: What quantising cost; None where it was not asked for.
    """

    TITLE: ClassVar[str] = "the record of an export"
    STEP: ClassVar[str] = "training.export"

    onnx_gap: float
    half_gap: float | None = None
    int8: QuantizedAccuracy | None
