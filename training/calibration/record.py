"""What calibration decided, and the held-out logits that it decided by: typed records and their files."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from training.data.samples import Sample, replace_file
from training.errors import TrainingError
from wildvision.manifest import CategoryEntry, Policy


class Calibrated(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What calibration decided.

    Attributes:
        categories: In the order of the logits, with calibration and evidence.
        policies: Thresholds by policy.
        default_policy: The one used when none is named.
        review_curves: As in the manifest.
        found_curves: As in the manifest.
    """

    categories: tuple[CategoryEntry, ...]
    policies: Mapping[str, Policy]
    default_policy: str
    review_curves: Mapping[str, tuple[tuple[float, float], ...]]
    found_curves: Mapping[str, tuple[float, ...]] = {}


def write_calibrated(calibrated: Calibrated, path: Path) -> None:
    """Write ``calibration.json``."""
    content = msgspec.json.format(msgspec.json.encode(calibrated), indent=2)
    replace_file(path, content + b"\n")


def read_calibrated(path: Path) -> Calibrated:
    """Read ``calibration.json``.

    Raises:
        TrainingError: It is missing or malformed.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Calibrated)
    except (OSError, msgspec.MsgspecError) as error:
        raise TrainingError(
            f"expected a calibration at {path}, found: {error}; run python -m training.calibrate"
        ) from error


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
