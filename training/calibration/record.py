"""Calibrations: what one decided, as a record, and the held-out logits that it decided by."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from training.data.samples import Dataset, Sample
from training.errors import DatasetError
from training.files import replace_file
from training.records import Record
from wildvision.manifest import CategoryEntry, Policy, Turning


class Calibrated(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What calibration decided.

    Attributes:
        categories: In the order of the logits, with calibration and evidence.
        policies: Thresholds by policy.
        default_policy: The one used when none is named.
        review_curves: As in the manifest.
        found_curves: As in the manifest.
        turning: When pictures are looked at from all four sides; None: never.
    """

    TITLE: ClassVar[str] = "a calibration"
    STEP: ClassVar[str] = "training.calibrate"

    categories: tuple[CategoryEntry, ...]
    policies: Mapping[str, Policy]
    default_policy: str
    review_curves: Mapping[str, tuple[tuple[float, float], ...]]
    found_curves: Mapping[str, tuple[float, ...]] = {}
    turning: Turning | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldOut:
    """Photos and what networks that never saw their group said of them.

    Attributes:
        samples: N photos.
        logits: Shape (N, K), float32.
        learned: Shape (N, K), whether the network that scored the photo had learned the category; None: all had.
    """

    samples: tuple[Sample, ...]
    logits: NDArray[np.float32]
    learned: NDArray[np.bool_] | None = None


def write_held_out(held_out: HeldOut, path: Path) -> None:
    """Write ``held_out.npz``: paths and logits."""
    buffer = io.BytesIO()
    paths = np.array([str(sample.path) for sample in held_out.samples])
    np.savez(buffer, logits=held_out.logits, paths=paths)
    replace_file(path, buffer.getvalue())


def read_held_out(path: Path, dataset: Dataset) -> HeldOut:
    """Read ``held_out.npz``; which network had learned which category is not in it.

    Raises:
        DatasetError: It is missing, malformed, or of another data set.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            logits, paths = stored["logits"], [str(path) for path in stored["paths"]]
    except (OSError, KeyError, ValueError) as error:
        raise DatasetError(
            f"expected held-out logits and paths in {path}, found: {error}; calibrate again"
        ) from error
    if logits.ndim != 2 or len(logits) != len(paths):
        raise DatasetError(
            f"expected one row of logits for each of {len(paths)} photos in {path}, found shape {logits.shape}; "
            "calibrate again"
        )
    return HeldOut(samples=_samples_at(paths, dataset), logits=logits)


def _samples_at(paths: Sequence[str], dataset: Dataset) -> tuple[Sample, ...]:
    by_path = {str(sample.path): sample for sample in dataset.samples}
    strange = [path for path in paths if path not in by_path]
    if strange:
        raise DatasetError(
            f"{len(strange)} photos with held-out scores are not in the prepared data set, first: {strange[0]}; "
            "train and calibrate again after preparing"
        )
    return tuple(by_path[path] for path in paths)
