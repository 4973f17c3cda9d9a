"""Records of where a model looks and of what parts of pictures find, for its card; neither names a photo."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import msgspec

from training.records import Record
from wildvision.manifest import load_manifest
from wildvision.model_folder import NETWORKS


class Pointing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Renderings of one product whose masks are known.

    Attributes:
        renderings: How many there are.
        on_thing: Share of those whose map has its highest place on the thing.
    """

    renderings: int
    on_thing: float


class Areas(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mean calibrated log-odds while a picture is hidden or shown step by step, by what comes first.

    Attributes:
        map: The places that the map names.
        centre: The middle of the picture.
        random: Any places.
    """

    map: float
    centre: float
    random: float


class Explained(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the checks of a model's explanations measured.

    Attributes:
        model: Its id.
        model_sha256: Digest of its ONNX file.
        renderings: With a known mask; they taught the model.
        on_thing: Share of those whose map has its highest place on the thing.
        centre_on_thing: Share of those that have the thing at the middle of the picture.
        by_product: The same by product.
        photos: Hits of owners left out, for what follows.
        deletion: While what comes first is blurred away; lower is better.
        insertion: While what comes first is shown first; higher is better.
        head_shuffled: Mean rank correlation with the maps of a model with shuffled heads, 0 to 1; lower is better.
        network_shuffled: The same, all weights shuffled.
    """

    TITLE: ClassVar[str] = "the checks of explanations"
    STEP: ClassVar[str] = "training.explain_checks"

    model: str
    model_sha256: str
    renderings: int
    on_thing: float
    centre_on_thing: float
    by_product: Mapping[str, Pointing]
    photos: int
    deletion: Areas
    insertion: Areas
    head_shuffled: float
    network_shuffled: float


class SeenRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pictures of one kind that were looked at with one detail.

    Attributes:
        pictures: How they were made, such as ``"collage"``.
        detail: How much was looked at.
        shown: Pictures of a product.
        found: Of those, how many reach the review threshold of a product that they show.
        found_alone: Photos that are found when they come alone.
        kept: Of those, how many are found here too.
        everyday: Pictures without any product.
        alarms: Of those, how many reach a review threshold.
        everyday_alone: Of those photos, how many were looked at alone too.
        alarms_alone: Of these, how many reach a review threshold.
        seconds: CPU seconds a picture.
        parts: Looked at by themselves, of a picture.
    """

    pictures: str
    detail: str
    shown: int
    found: int
    found_alone: int
    kept: int
    everyday: int
    alarms: int
    everyday_alone: int
    alarms_alone: int
    seconds: float
    parts: float


class SeenMore(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What looking at parts of pictures finds, and what it costs.

    Attributes:
        model: Its id.
        model_sha256: Digest of its ONNX file.
        policy: Whose review thresholds count.
        rows: By kind of picture and detail.
    """

    TITLE: ClassVar[str] = "what parts of pictures find"
    STEP: ClassVar[str] = "training.see_more table"

    model: str
    model_sha256: str
    policy: str
    rows: tuple[SeenRow, ...]


def model_facts(model: Path) -> dict[str, str]:
    """Return what both records say of the model in a directory: its id, and the digest of its ONNX file.

    Raises:
        wildvision.WildvisionError: Its manifest cannot be read.
    """
    manifest = load_manifest(model)
    return {"model": manifest.id, "model_sha256": manifest.files[NETWORKS["float32"]].sha256}
