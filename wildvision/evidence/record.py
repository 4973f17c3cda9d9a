"""A record of one hit: the image's digests, how it was judged, by what, and what people decided."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from PIL import Image

from wildvision.archive.decisions import Decision
from wildvision.archive.posts import PostRow
from wildvision.archive.rows import Row
from wildvision.archive.stills import still
from wildvision.classifier import Classifier
from wildvision.evidence.canonical import digest
from wildvision.evidence.exif import read_exif
from wildvision.images import Source
from wildvision.manifest import Policy
from wildvision.post_scores import EXPONENT

RECORD_SCHEMA = "wildvision evidence record 1"
_MAP = 16  # px, longer side of a recorded map
_PACKAGES = ("wildvision", "numpy", "onnxruntime", "Pillow")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOptions:
    """What stands in a record beside the facts.

    Attributes:
        operator: Who makes it.
        case_id: Of the case; empty: of none.
        place: Whether the place in EXIF is recorded.
        redact: Whether ids, notes and the names of reviewers are left out.
    """

    operator: str
    case_id: str = ""
    place: bool = False
    redact: bool = False


def make_record(
    row: Row,
    encoded: bytes,
    decisions: Sequence[Decision],
    *,
    classifier: Classifier,
    policy_name: str,
    policy: Policy,
    options: RecordOptions,
) -> dict[str, Any]:
    """Return the record of an image as plain values for canonical JSON.

    Args:
        row: Of the scan.
        encoded: The image's untouched bytes.
        decisions: Of people, oldest first.
        classifier: The scan's model.
        policy_name: Of the policy that decided.
        policy: Its thresholds.
        options: What stands beside the facts.

    Raises:
        ImageError: The image cannot be decoded.
    """
    exif = read_exif(encoded, place=options.place)
    return {
        "schema": RECORD_SCHEMA,
        "recorded": dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds"),
        "operator": options.operator,
        "case_id": options.case_id,
        "id": None if options.redact else row.id,
        "image": _image(row, encoded),
        "exif": exif,
        "cautions": list(row.warnings),
        "judged_by": judged_by(classifier, policy_name, policy),
        "software": {name: importlib.metadata.version(name) for name in _PACKAGES}
        | {"python": platform.python_version(), "machine": platform.machine()},
        "answer": _answer(row),
        "map": _map(still(encoded, row.frame_s), row.category, classifier),
        "decisions": [_decided(decision, options.redact) for decision in decisions],
    }


def _image(row: Row, encoded: bytes) -> dict[str, Any]:
    return {
        "sha256": hashlib.sha256(encoded).hexdigest(),
        "bytes": len(encoded),
        "format": row.format,
        "width": row.width,
        "height": row.height,
        "pdq": row.pdq,
        "pdq_quality": row.pdq_quality,
        **({} if row.frame_s is None else {"frame_s": row.frame_s}),
    }


def _answer(row: Row) -> dict[str, Any]:
    return {
        "verdict": row.verdict,
        "rule": row.rule,
        "category": row.category,
        "reason": row.reason,
        "scores": dict(row.scores),
        "parts": json.loads(row.parts) if row.parts else [],
    }


def judged_by(classifier: Classifier, policy_name: str, policy: Policy) -> dict[str, Any]:
    """Return what judges, by digest: whoever has the same digests gets the same answer."""
    manifest = classifier.manifest
    return {
        "model": manifest.id,
        "network_sha256": classifier.model_sha256,
        "transform_sha256": digest(msgspec.to_builtins(manifest.preprocess)),
        "transform_version": manifest.preprocess.version,
        "calibration_sha256": digest(
            {entry.id: msgspec.to_builtins(entry.calibration) for entry in manifest.categories}
        ),
        "policy": policy_name,
        "policy_sha256": digest(msgspec.to_builtins(policy)),
        "thresholds": msgspec.to_builtins(policy),
        "detail": classifier.detail,
    }


def post_record(post: PostRow, *, redact: bool) -> dict[str, Any]:
    """Return what a record says of a post: enough to know how its pictures were combined, and which carried it."""
    names = {} if redact else {"name": post.post, "carrier": post.carrier}
    return {
        **names,
        "pictures": post.pictures,
        "failed": post.failed,
        "left_out": post.left_out,
        "exponent": EXPONENT,
        "verdict": post.verdict,
        "rule": post.rule,
        "category": post.category,
        "reason": post.reason,
        "scores": dict(post.scores),
    }


def _map(shown: Source, category: str | None, classifier: Classifier) -> dict[str, Any] | None:
    """Return what spoke for the category, coarse: rows of contributions, 255 the strongest; below 0 is left out."""
    if category is None or category not in classifier.categories:
        return None
    heat = Image.fromarray(np.clip(classifier.activation_map(classifier.decode(shown), category), 0, None))
    scale = _MAP / max(heat.size)
    size = (max(1, round(heat.width * scale)), max(1, round(heat.height * scale)))
    strength = np.asarray(heat.resize(size, Image.Resampling.BOX))
    levels = np.rint(255 * strength / max(float(strength.max()), 1e-6)).astype(int)
    return {"category": category, "rows": levels.tolist()}


def _decided(decision: Decision, redact: bool) -> dict[str, Any]:
    found = {
        "number": decision.number,
        "time": decision.time,
        "outcome": decision.outcome.value,
        "category": decision.category,
        "shown": dict(decision.shown),
    }
    if redact:
        return found
    return {**found, "reviewer": decision.reviewer, "note": decision.note, "case_id": decision.case_id}
