"""Verification of a record or a bundle: every digest, the chain, the signature, the images, and the answer itself."""

from __future__ import annotations

import hashlib
import math
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import msgspec

from wildvision.classifier import Classifier
from wildvision.clips import clip_format
from wildvision.errors import EvidenceError, ImageError, ModelError
from wildvision.evidence.bundle import BUNDLE_SCHEMA, CHAIN, HEAD, original_name
from wildvision.evidence.canonical import digest
from wildvision.evidence.chain import faults, fingerprint, head_of, is_signed
from wildvision.evidence.record import RECORD_SCHEMA, judged_by
from wildvision.manifest import Policy, find_model, load_manifest
from wildvision.model_folder import NETWORKS, Precision
from wildvision.parts import EARLIER
from wildvision.results import Classification

SAME_SCORE = 1e-3
"""Scores that differ less are the same: processors round differently."""
_MOST_BYTES = 256 * 2**20  # of a member of a bundle
_MOST_MEMBERS = 1_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was compared.

    Attributes:
        is_right: Whether it matches.
        says: What was compared and found.
    """

    is_right: bool
    says: str

    def __str__(self) -> str:
        return f"{'matches' if self.is_right else 'DIFFERS'}  {self.says}"


def verify(
    place: Path, image: Path | None = None, *, model: str | None = None, key: str | None = None
) -> Iterator[Check]:
    """Compare a bundle or a record with itself, with its images, and with what its model says now.

    Args:
        place: A bundle, or one record or entry as JSON.
        image: The image of the record; None: a bundle's own.
        model: The directory of the recorded model; None: the bundled one of its id.
        key: Fingerprint of the public key that must have signed the bundle; None: any or none.

    Yields:
        One check after the other.

    Raises:
        EvidenceError: It is neither a bundle nor a record, or the image cannot be read.
    """
    if zipfile.is_zipfile(place):
        yield from _verify_bundle(place, model, key)
    else:
        yield from _verify_record(
            _record_in(place), _read(image) if image else None, _Models(model), "record"
        )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EvidenceError(f"expected a readable file, found: {error}") from error


def _record_in(path: Path) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(_read(path), type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise EvidenceError(
            f"expected a bundle (zip) or a record (JSON), found neither in {path}: {error}"
        ) from error
    record = _object(found.get("record", found))
    if record.get("schema") != RECORD_SCHEMA:
        raise EvidenceError(
            f"expected a record of schema {RECORD_SCHEMA!r} in {path}, found {found.get('schema')!r}"
        )
    return record


def _object(value: Any) -> dict[str, Any]:
    """Return a value of JSON as an object; one that is none has no members."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _verify_bundle(place: Path, model: str | None, key: str | None) -> Iterator[Check]:
    with _open(place) as bundle:
        head, entries = _contents(bundle)
        yield from _verify_chain(entries, head, key)
        names, models = set(bundle.namelist()), _Models(model)
        for entry in entries:
            number = f"record {entry.get('number')}"
            try:
                name = original_name(entry)
                encoded = _member(bundle, name) if name in names else None
                if encoded is None and not head.get("redacted"):
                    yield Check(False, f"{number}: the bundle holds its image ({name} is not there)")
                yield from _verify_record(entry["record"], encoded, models, number)
            except EvidenceError as error:
                yield Check(False, f"{number}: its image can be read ({error})")
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                yield Check(False, f"{number}: it has the form of a record ({type(error).__name__}: {error})")


def _open(place: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(place)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise EvidenceError(f"expected a whole bundle at {place}, found: {error}") from error


def _contents(bundle: zipfile.ZipFile) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    names = Counter(bundle.namelist())
    if names.total() > _MOST_MEMBERS:
        raise EvidenceError(f"expected at most {_MOST_MEMBERS:,} members, found {names.total():,}")
    if double := [name for name, count in names.items() if count > 1]:
        raise EvidenceError(f"expected one member {double[0]}, found several")
    try:
        head = msgspec.json.decode(_member(bundle, HEAD), type=dict[str, Any])
        entries = [
            msgspec.json.decode(line, type=dict[str, Any]) for line in _member(bundle, CHAIN).splitlines()
        ]
    except (KeyError, msgspec.MsgspecError, ValueError) as error:
        raise EvidenceError(f"expected a bundle with {HEAD} and {CHAIN}, found: {error}") from error
    if head.get("schema") != BUNDLE_SCHEMA:
        raise EvidenceError(f"expected a bundle of schema {BUNDLE_SCHEMA!r}, found {head.get('schema')!r}")
    return head, entries


def _member(bundle: zipfile.ZipFile, name: str) -> bytes:
    try:
        with bundle.open(name) as file:
            content = file.read(_MOST_BYTES + 1)
    except Exception as error:  # decompressors document no closed list: zlib's errors are their own
        raise EvidenceError(f"expected a whole member {name}, found: {error}") from error
    if len(content) > _MOST_BYTES:
        raise EvidenceError(f"expected at most {_MOST_BYTES:,} bytes in {name}, found more")
    return content


def _verify_chain(entries: list[dict[str, Any]], head: Mapping[str, Any], key: str | None) -> Iterator[Check]:
    broken = faults(entries)
    yield from (Check(False, fault) for fault in broken)
    if not broken:
        yield Check(True, f"chain: {len(entries)} entries, each follows the one before")
    yield Check(
        head.get("entries") == len(entries),
        f"head: it counts {head.get('entries')} entries, {len(entries)} are there",
    )
    yield Check(
        head.get("sha256") == head_of(entries),
        f"head: it is the digest of the last entry, {head.get('sha256')}",
    )
    signature = _object(head.get("signature"))
    if signature:
        signed = is_signed(str(head.get("sha256")), signature)
        yield Check(signed, "signature: it is that of its key on the head")
        if signed:
            found = fingerprint(signature["public_key"])
            yield Check(
                key in (None, found), f"signature: by the key {found}" + (f", wanted {key}" if key else "")
            )
    elif key is not None:
        yield Check(False, f"signature: by the key {key}; the bundle is not signed")


def _verify_record(
    record: Mapping[str, Any], encoded: bytes | None, models: _Models, name: str
) -> Iterator[Check]:
    if encoded is None:
        return
    image = record["image"]
    same = hashlib.sha256(encoded).hexdigest() == image["sha256"]
    yield Check(
        same and len(encoded) == image["bytes"],
        f"{name}: its image has the recorded bytes, {image['sha256']}",
    )
    if same:
        yield from _verify_answer(record, encoded, models, name)


def _verify_answer(record: Mapping[str, Any], encoded: bytes, models: _Models, name: str) -> Iterator[Check]:
    judge = record["judged_by"]
    try:
        policy = msgspec.convert(judge["thresholds"], Policy)
        classifier = models.of(judge, policy)
    except (ModelError, msgspec.MsgspecError) as error:
        yield Check(False, f"{name}: its model is at hand ({error})")
        return
    now = judged_by(classifier, judge["policy"], policy)
    for part in ("network_sha256", "transform_sha256", "calibration_sha256", "policy_sha256"):
        yield Check(
            now[part] == judge[part],
            f"{name}: {part.removesuffix('_sha256')} as recorded, {judge[part]}",
        )
    try:
        answer = (
            classifier.classify(encoded)
            if clip_format(encoded[:256]) is None
            else classifier.classify_video(encoded).as_classification()
        )
    except ImageError as error:
        yield Check(False, f"{name}: its image can be decoded ({error})")
        return
    yield from _compare(record["answer"], answer, name)


def _compare(recorded: Mapping[str, Any], answer: Classification, name: str) -> Iterator[Check]:
    """Compare what was answered with what is answered now."""
    scores = {prediction.category: prediction.score for prediction in answer.predictions}
    gap = max(
        (abs(scores.get(category, math.inf) - score) for category, score in recorded["scores"].items()),
        default=0.0,
    )
    yield Check(
        gap <= SAME_SCORE and scores.keys() == recorded["scores"].keys(),
        f"{name}: scores come out again; the largest difference is {gap:.1e}, allowed {SAME_SCORE:.0e}",
    )
    yield Check(
        (answer.verdict.value, answer.reason.rule.value) == (recorded["verdict"], recorded["rule"]),
        f"{name}: verdict {recorded['verdict']} by the rule {recorded['rule']}; now {answer.verdict.value} by "
        f"{answer.reason.rule.value}",
    )


class _Models:
    """The models that records name, each loaded once.

    Args:
        model: The directory of the recorded model; None: the bundled one of its id.
    """

    def __init__(self, model: str | None) -> None:
        self._model = model
        self._loaded: dict[tuple[str, str, str, str], Classifier] = {}

    def of(self, judge: Mapping[str, Any], policy: Policy) -> Classifier:
        """Return the model that a record names, with a policy.

        Raises:
            ModelError: It is not at hand.
        """
        key = (
            judge["model"],
            judge["network_sha256"],
            digest(msgspec.to_builtins(policy)),
            judge.get("detail", EARLIER),
        )
        if key not in self._loaded:
            self._loaded[key] = self._load(judge, policy)
        return self._loaded[key]

    def _load(self, judge: Mapping[str, Any], policy: Policy) -> Classifier:
        directory = find_model(self._model or judge["model"])
        files = load_manifest(directory).files
        precision: Precision = "float32"
        for name, file in NETWORKS.items():
            if file in files and files[file].sha256 == judge["network_sha256"]:
                precision = name
        detail = judge.get("detail", EARLIER)
        return Classifier(directory, policy=policy, threads=1, precision=precision, detail=detail)
