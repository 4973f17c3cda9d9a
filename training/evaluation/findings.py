"""Findings of an evaluation: typed records, and how they become ``evaluation.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import msgspec

from training.evaluation.evasion_report import EvasionReport
from training.records import Record
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


class UnseenFindings(_Record, frozen=True, kw_only=True):
    """What was measured on photos of sources that training has not seen.

    Attributes:
        photos: How many could be scored; 0: nothing was measured, and all else is empty.
        sources: Where they come from.
        metrics: By category with enough photos.
        area_under_roc: By the same categories.
        reliability: By the same categories.
        precision_recall: By the same categories.
        not_measured: By category with too few photos: how many.
        verdicts: By policy, by what the photos show: how many photos, and how many got each verdict.
        everyday: By policy.
        precision_at_1_percent_prevalence: By policy and product that can be flagged; None: nothing was flagged.
        confusion: By product and named look-alike.
        top_category: By what the photos show: how often each category scored highest.
        int8_sha256: Digest of the 8-bit ONNX file that was measured; None: the model had none.
        int8_average_precision: Of that network, by the same categories; None: the model has none.
        evasion: What `training.evaluation.evasion` measured; None: not asked for.
        worst: Photos of the sheets (private).
    """

    photos: int
    sources: tuple[str, ...]
    metrics: Mapping[str, CategoryMetrics]
    area_under_roc: Mapping[str, Interval]
    reliability: Mapping[str, tuple[ReliabilityBin, ...]]
    precision_recall: Mapping[str, tuple[CurvePoint, ...]]
    not_measured: Mapping[str, int]
    verdicts: Mapping[str, Mapping[str, Mapping[str, int]]]
    everyday: Mapping[str, EverydayAlarms]
    precision_at_1_percent_prevalence: Mapping[str, Mapping[str, Interval | None]]
    confusion: Mapping[str, Mapping[str, LookalikeConfusion]]
    top_category: Mapping[str, Mapping[str, int]]
    int8_sha256: str | None = None
    int8_average_precision: Mapping[str, float] | None = None
    evasion: EvasionReport | None = None
    worst: tuple[WorstPhoto, ...] = ()


NOTHING_UNSEEN = UnseenFindings(
    photos=0,
    sources=(),
    metrics={},
    area_under_roc={},
    reliability={},
    precision_recall={},
    not_measured={},
    verdicts={},
    everyday={},
    precision_at_1_percent_prevalence={},
    confusion={},
    top_category={},
)


class TrainingFindings(_Record, frozen=True, kw_only=True):
    """What was measured on the training photos, by networks that never saw their group.

    Attributes:
        leave_one_source_out: Heads fitted without each source in turn; None: not asked for.
        suspicious_labels: How many labels are in doubt; None: no held-out scores.
        suspects: The most doubtful of them (private: names photos).
    """

    leave_one_source_out: tuple[HeldOutRow, ...] | None = None
    suspicious_labels: int | None = None
    suspects: tuple[Suspect, ...] = ()


class Evaluation(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that was measured of one model.

    In its file the fields of ``unseen`` and ``training`` stand beside the others, not below a key of their own.

    Attributes:
        schema: `EVALUATION_SCHEMA`.
        model: Its id.
        model_sha256: Digest of the ONNX file that was measured.
        split: The photos of unseen sources; None: there are none.
        broken: How many of them could not be scored.
        broken_photos: Which (private).
        unseen: On those that could.
        training: On the training photos.
    """

    TITLE: ClassVar[str] = "what was measured"
    STEP: ClassVar[str] = "training.evaluate"

    schema: int = EVALUATION_SCHEMA
    model: str
    model_sha256: str
    split: str | None = None
    broken: int = 0
    broken_photos: tuple[BrokenPhoto, ...] = ()
    unseen: UnseenFindings = NOTHING_UNSEEN
    training: TrainingFindings = TrainingFindings()

    def to_json(self) -> bytes:
        """Return everything, sorted by key and rounded to four digits."""
        return readable_json(self._flat())

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Rebuild what `to_json` returned; the arguments and errors are those of `Record.from_json`."""
        fields = msgspec.json.decode(content, type=dict[str, Any])
        for name, part in PARTS.items():
            fields[name] = {key: fields.pop(key) for key in part.__struct_fields__ if key in fields}
        return msgspec.convert(fields, cls)

    def public(self) -> dict[str, Any]:
        """Return what may be published, ready for JSON: nothing that names a photo."""
        return {key: value for key, value in self._flat().items() if key not in PRIVATE}

    def _flat(self) -> dict[str, Any]:
        fields = msgspec.to_builtins(self)
        for name in PARTS:
            fields |= fields.pop(name)
        return fields


PARTS: Mapping[str, type[_Record]] = {"unseen": UnseenFindings, "training": TrainingFindings}
PRIVATE = frozenset({"suspects", "worst", "broken_photos"})


def readable_json(value: Any) -> bytes:
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
