"""Rows of a scan, one for every item, read or failed: the schema, and how an item becomes its row."""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wildvision.archive.claims import Claims
from wildvision.archive.items import Item
from wildvision.archive.likeness.known import Known
from wildvision.archive.stills import most_bytes
from wildvision.classifier import Classifier
from wildvision.clips import clip_format
from wildvision.errors import ImageError, RuntimeBackendError
from wildvision.images import DecodedImage, image_format
from wildvision.results import Classification, Part
from wildvision.video import judge_clip

ROW_SCHEMA = 2
"""Raised when a column changes its name or meaning; new columns may be added without."""

SCORE_PREFIX = "score_"
TIMINGS = ("load_ms", "decode_ms", "model_ms")
_SHOWN_FROM = 0.01  # scores of parts; most of the others are as good as 0
WORKER_CRASH = "WorkerCrashError"
"""Never raised: the name, in a row, of what killed or hung the process that scored an item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a scan says of one item.

    Attributes:
        id: Stable name: a path, or an archive's path, ``!`` and the member's; ``PLACE!rest`` stands for what could not
            be listed or opened; a later item of the same name has ``#2``, ``#3`` and so on behind it.
        stamp: What changes with the item's content, such as size and time of a file; None: the source does not say.
        post: Name of the post that it belongs to; None: the scan was not grouped, or this item names none.
        bytes: Size of the encoded image; None: it could not be read.
        sha256: Digest of those bytes, hex.
        frame_s: Of a clip, the time of the frame that carries the answer, seconds; the hash is of that frame.
        width: Of the original in px, upright.
        height: Of the original in px, upright.
        format: As the first bytes announce it, such as ``"JPEG"``.
        pdq: Perceptual hash of 256 bits, hex; near-duplicates differ in at most about 31 bits.
        pdq_quality: 0 to 100; below 50 the picture has too little detail for its hash to mean much.
        known: What a bank of hashes says of this photo: tags such as ``"ivory"``, or the bank's name; None: nothing.
        known_as: The bank's opinion, as ThreatExchange calls it: POSITIVE_CLASS, INVESTIGATION_SEED or NEGATIVE_CLASS.
        known_distance: Bits in which the hashes differ; 0 too for equal bytes.
        verdict: FLAG, REVIEW, CLEAR or ABSTAIN; None: the item failed.
        rule: The rule that decided.
        category: The product that decided, if one did.
        reason: The same in one sentence.
        policy: Name of the thresholds that decided; ``"custom"`` for one's own.
        scores: Calibrated probability of every category of the model, 0 to 1; empty: the item failed.
        warnings: What was dropped, guessed or repaired while decoding.
        error: Class of the error; None: the item was scored.
        error_message: What was expected, found, and can be done.
        model: Id of the model.
        model_sha256: Digest of the model's file.
        transform: Version of the transform between pixels and network.
        load_ms: Milliseconds until the bytes were there.
        decode_ms: Milliseconds until the pixels were there; None: not decoded, for another item has the same bytes.
        model_ms: Milliseconds for transform, network and decision; None likewise.
        embedding: Shape (D,), float32, of length 1, where it was asked for.
        parts: What was looked at by itself, as JSON: a list of kind, box (left, top, right, bottom; px of the original)
            and the scores of the products that reach 1 %; None: only the whole image was.
    """

    id: str
    stamp: str | None = None
    post: str | None = None
    bytes: int | None = None
    sha256: str | None = None
    frame_s: float | None = None
    width: int | None = None
    height: int | None = None
    format: str | None = None
    pdq: str | None = None
    pdq_quality: int | None = None
    known: str | None = None
    known_as: str | None = None
    known_distance: int | None = None
    verdict: str | None = None
    rule: str | None = None
    category: str | None = None
    reason: str | None = None
    policy: str | None = None
    scores: Mapping[str, float] = field(default_factory=dict[str, float])
    warnings: tuple[str, ...] = ()
    error: str | None = None
    error_message: str | None = None
    model: str = ""
    model_sha256: str = ""
    transform: int = 0
    load_ms: float | None = None
    decode_ms: float | None = None
    model_ms: float | None = None
    embedding: NDArray[np.float32] | None = None
    parts: str | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """An item whose bytes another one has, and which was not decoded.

    Attributes:
        row: What is known of it: id, stamp, size, digest, format, time to load.
        key: Of the row that has the same bytes.
    """

    row: Row
    key: int

    def is_of(self, original: Row) -> bool:
        """Return whether that row is of the same bytes; one that killed its process could not say."""
        return original.sha256 == self.row.sha256 or original.error == WORKER_CRASH

    def of(self, original: Row) -> Row:
        """Return the row of this item, with what the other one's picture says."""
        own = self.row
        return replace(
            original,
            id=own.id,
            stamp=own.stamp,
            post=own.post,
            bytes=own.bytes,
            sha256=own.sha256,
            format=own.format,
            load_ms=own.load_ms,
            decode_ms=None,
            model_ms=None,
        )


class Scorer:
    """Turns items into rows with one model; each worker has its own.

    Args:
        classifier: What scores.
        embeddings: Whether rows carry the embedding.
        claims: Database of the images that were seen, which the workers share; None: every item is decoded.
        known: Hashes of photos that are known already; None: nothing is marked.
    """

    def __init__(
        self,
        classifier: Classifier,
        *,
        embeddings: bool = False,
        claims: Path | None = None,
        known: Known | None = None,
    ) -> None:
        manifest = classifier.manifest
        self._classifier, self._embeddings = classifier, embeddings
        self._products = frozenset(manifest.product_ids)
        self._claims = Claims(claims) if claims else None
        self._known = known
        self._model: dict[str, Any] = {
            "model": manifest.id,
            "model_sha256": classifier.model_sha256,
            "transform": manifest.preprocess.version,
        }

    def close(self) -> None:
        """Close the database."""
        if self._claims:
            self._claims.close()

    def score(self, key: int, item: Item) -> Row | Copy:
        """Return the row of one item; what is wrong with the item is in the row, and nothing is raised.

        Args:
            key: Of the row in this run.
            item: What to load and score.
        """
        facts: dict[str, Any] = {"id": item.id, "stamp": item.stamp, "post": item.post, **self._model}
        started = time.perf_counter()
        try:
            encoded = item.content.load(most_bytes(item.id, self._classifier.limits.max_bytes))
            facts |= {"bytes": len(encoded), "sha256": hashlib.sha256(encoded).hexdigest()}
            facts |= {
                "format": image_format(encoded) or clip_format(encoded[:256]),
                "load_ms": _since(started),
            }
            first = self._claims.first(facts["sha256"], key) if self._claims else key
            if first != key:
                return Copy(Row(**facts), first)
            if clip_format(encoded[:256]):
                return Row(**facts, **self._clip(encoded))
            started = time.perf_counter()
            image = self._classifier.decode(encoded)
            facts |= {"width": image.width, "height": image.height, "decode_ms": _since(started)}
            facts |= perceptual_hash(image)
            facts |= self._marked(facts)
            return Row(**facts, **self._judged(image))
        except (ImageError, RuntimeBackendError, MemoryError) as error:
            return Row(
                **facts, error=type(error).__name__, error_message=str(error).removeprefix("<bytes>: ")
            )

    def _marked(self, facts: dict[str, Any]) -> dict[str, Any]:
        """Return what is known of an image already; a failed one cannot be known by its looks."""
        if self._known is None:
            return {}
        match = self._known.match(facts["sha256"], facts.get("pdq"), facts.get("pdq_quality"))
        if match is None:
            return {}
        return {"known": match.said, "known_as": match.opinion.value, "known_distance": match.distance}

    def _judged(self, image: DecodedImage) -> dict[str, Any]:
        started = time.perf_counter()
        vector = None
        if self._embeddings:
            result, vector = self._classifier.judge_and_embed(image)
        else:
            result = self._classifier.judge(image)
        return {
            **_answered(result),
            "model_ms": _since(started),
            "embedding": vector,
            "parts": _parts(result.parts, self._products) if result.parts else None,
        }

    def _clip(self, encoded: bytes) -> dict[str, Any]:
        """Return the facts of a clip: its answer, and the frame that carries it."""
        started = time.perf_counter()
        clip, image = judge_clip(encoded, self._classifier)
        vector = self._classifier.judge_and_embed(image)[1] if self._embeddings else None
        return {
            **_answered(clip.as_classification()),
            **perceptual_hash(image),
            "frame_s": clip.carrier_s or clip.frames[0].time_s,
            "width": image.width,
            "height": image.height,
            "model_ms": _since(started),  # its frames are decoded while others are looked at
            "embedding": vector,
        }


def _answered(result: Classification) -> dict[str, Any]:
    return {
        "verdict": result.verdict.value,
        "rule": result.reason.rule.value,
        "category": result.reason.category,
        "reason": result.reason.message,
        "policy": result.policy,
        "scores": {prediction.category: prediction.score for prediction in result.predictions},
        "warnings": tuple(str(caution) for caution in result.warnings),
    }


def _parts(parts: Sequence[Part], products: Collection[str]) -> str:
    return json.dumps(
        [
            {
                "kind": part.kind,
                "box": [part.left, part.top, part.right, part.bottom],
                "scores": {
                    p.category: round(p.score, 4)
                    for p in part.predictions
                    if p.category in products and p.score >= _SHOWN_FROM
                },
            }
            for part in parts
        ]
    )


def _since(started: float) -> float:
    return round(1000 * (time.perf_counter() - started), 2)


def perceptual_hash(image: DecodedImage) -> dict[str, Any]:
    """Return the columns of an image's perceptual hash; none where ``pdqhash`` is not installed."""
    compute = _pdq()
    if compute is None:
        return {}
    bits, quality = compute(np.ascontiguousarray(image.pixels))
    return {"pdq": np.packbits(np.asarray(bits, bool)).tobytes().hex(), "pdq_quality": int(quality)}


@functools.cache
def _pdq() -> Any:
    """Return the hash function of ``pdqhash``; without the package the columns stay empty."""
    try:
        return importlib.import_module("pdqhash").compute
    except ImportError:
        return None
