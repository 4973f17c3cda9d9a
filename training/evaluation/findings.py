"""What an evaluation found: typed records, and how they become ``evaluation.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from training.errors import DatasetError
from training.evaluation.evasion_report import EvasionReport
from training.files import replace_file
from wildvision.adapt.metrics import CurvePoint, ReliabilityBin
from wildvision.manifest import CategoryMetrics, Interval

EVALUATION_SCHEMA = 1


class _Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Immutable and strict."""


class EverydayAlarms(_Record, frozen=True, kw_only=True):
    """What a policy said of photos without any label: shares with their intervals."""

    photos: int
    flagged: int
    reviewed: int
    flag_share: Interval
    review_share: Interval


class LookalikeConfusion(_Record, frozen=True, kw_only=True):
    """How a product scores on photos that show one of its named look-alikes and not the product.

    Attributes:
        photos: How many there are.
        mean_score: The product's mean score on them.
        review_share: Share on which it reaches its review threshold in the default policy.
        flag_share: Share on which it reaches its flag threshold there.
    """

    photos: int
    mean_score: float
    review_share: float
    flag_share: float


class HeldOutRow(_Record, frozen=True, kw_only=True):
    """A product on photos whose group a network never saw; None where too few photos allow a number.

    Attributes:
        product: Its id.
        held_out: The source or group that the positives come from, or ``"all"``.
        positives: Photos that show it.
        negatives: Photos that do not, also held out.
    """

    product: str
    held_out: str
    positives: int
    negatives: int
    area_under_roc: float | None
    tpr_at_1_percent_fpr: float | None
    tpr_at_5_percent_fpr: float | None


class Suspect(_Record, frozen=True, kw_only=True):
    """A label that held-out scores disagree with.

    Attributes:
        path: The photo.
        category: The label in question.
        given: Whether the photo is labelled with it.
        score: Calibrated probability by a network that never saw the photo's group.
        why: The same in one sentence.
    """

    path: str
    category: str
    given: bool
    score: float
    why: str


class WorstPhoto(_Record, frozen=True, kw_only=True):
    """A photo on a sheet of false positives or misses."""

    path: str
    product: str
    kind: str
    score: float
    verdict: str


class BrokenPhoto(_Record, frozen=True, kw_only=True):
    """A photo that could not be scored, and why."""

    path: str
    error: str


class Evaluation(_Record, frozen=True, kw_only=True):
    """All that was measured of one model.

    Attributes:
        model: Its id.
        model_sha256: Digest of the ONNX file that was measured.
        split: The photos it was measured on; None: there are none of unseen sources.
        photos: How many could be scored.
        broken: How many could not.
        sources: Where they come from.
        metrics: By category with enough photos.
        area_under_roc: By the same categories.
        int8_sha256: Digest of the 8-bit ONNX file that was measured; None: the model had none.
        int8_average_precision: Of the 8-bit network, by the same categories; None: the model has none.
        reliability: By the same categories.
        precision_recall: By the same categories.
        not_measured: By category with too few photos: how many.
        verdicts: By policy, by what the photos show: how many photos, and how many got each verdict.
        everyday: By policy.
        precision_at_1_percent_prevalence: By policy and product that can be flagged; None: nothing was flagged.
        confusion: By product and named look-alike.
        top_category: By what the photos show: how often each category scored highest.
        leave_one_source_out: Heads fitted without each source in turn; None: not asked for.
        evasion: What `training.evaluation.evasion` measured; None: not asked for.
        suspicious_labels: How many labels of the training photos are in doubt; None: no held-out scores.
        suspects: The most doubtful of them (private: names photos).
        worst: Photos of the sheets (private).
        broken_photos: Those that could not be scored (private).
    """

    schema: int = EVALUATION_SCHEMA
    model: str
    model_sha256: str
    split: str | None = None
    photos: int = 0
    broken: int = 0
    sources: tuple[str, ...] = ()
    metrics: Mapping[str, CategoryMetrics] = {}
    area_under_roc: Mapping[str, Interval] = {}
    int8_sha256: str | None = None
    int8_average_precision: Mapping[str, float] | None = None
    reliability: Mapping[str, tuple[ReliabilityBin, ...]] = {}
    precision_recall: Mapping[str, tuple[CurvePoint, ...]] = {}
    not_measured: Mapping[str, int] = {}
    verdicts: Mapping[str, Mapping[str, Mapping[str, int]]] = {}
    everyday: Mapping[str, EverydayAlarms] = {}
    precision_at_1_percent_prevalence: Mapping[str, Mapping[str, Interval | None]] = {}
    confusion: Mapping[str, Mapping[str, LookalikeConfusion]] = {}
    top_category: Mapping[str, Mapping[str, int]] = {}
    leave_one_source_out: tuple[HeldOutRow, ...] | None = None
    evasion: EvasionReport | None = None
    suspicious_labels: int | None = None
    suspects: tuple[Suspect, ...] = ()
    worst: tuple[WorstPhoto, ...] = ()
    broken_photos: tuple[BrokenPhoto, ...] = ()

    def public(self) -> dict[str, Any]:
        """Return what may be published, ready for JSON: nothing that names a photo."""
        fields = msgspec.to_builtins(self)
        return {key: value for key, value in fields.items() if key not in PRIVATE}


PRIVATE = frozenset({"suspects", "worst", "broken_photos"})


def write_evaluation(evaluation: Evaluation, path: Path) -> None:
    """Write everything, sorted by key and rounded to four digits."""
    replace_file(path, to_json(msgspec.to_builtins(evaluation)))


def read_evaluation(path: Path) -> Evaluation:
    """Read what `write_evaluation` wrote.

    Raises:
        DatasetError: It is missing or malformed.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Evaluation)
    except (OSError, msgspec.MsgspecError) as error:
        raise DatasetError(
            f"expected what was measured in {path}, found: {error}; run python -m training.evaluate"
        ) from error


def to_json(value: Any) -> bytes:
    """Return JSON that a person can read and two runs can be compared by: sorted, floats of four digits."""
    return json.dumps(_rounded(value), indent=2, sort_keys=True, allow_nan=False).encode() + b"\n"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
