"""Another policy for a scan that is there: verdicts are decided again from the stored scores, and no image is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from wildvision.archive.folder import DECIDING, ScanFolder, check_decided, open_folder
from wildvision.archive.posts import write_posts
from wildvision.archive.rows import Row
from wildvision.archive.run import policy_record
from wildvision.classifier import Classifier
from wildvision.decision import TOO_LONG, chosen_policy, decide, refuse_to_clear
from wildvision.errors import ManifestError, ModelError, ModelNotFoundError, ScanError
from wildvision.images import ImageLimits
from wildvision.joint import joint_digest, merge
from wildvision.manifest import Manifest, Policy, find_models, load_manifest
from wildvision.model_folder import NETWORKS
from wildvision.parts import EARLIER
from wildvision.post_scores import PostJudge
from wildvision.results import Prediction, Rule, Verdict

_WITHOUT_SCORES = frozenset({Rule.TOO_SMALL.value, Rule.BLANK.value})
"""Rules that looked at the picture and not at its scores: no policy changes what they decided."""

Changes = Counter[tuple[str, str]]
"""How many rows had the first verdict and have the second."""


class Decider:
    """Decides rows again.

    Args:
        manifest: Of the model that scored them.
        policy: Name of one of its policies, or one's own.

    Raises:
        ManifestError: The model has no such policy, or one's own does not fit it.
    """

    def __init__(self, manifest: Manifest, policy: str | Policy) -> None:
        self.name, self.policy = chosen_policy(manifest, policy)
        self._taxonomy = manifest.taxonomy
        self._experimental = {entry.id for entry in manifest.categories if entry.status == "experimental"}

    def decide(self, row: Row) -> Row:
        """Return a row with the verdict of the policy; a failed one as it is."""
        if row.error or not row.scores:
            return row
        if row.rule in _WITHOUT_SCORES:
            return replace(row, policy=self.name)
        predictions = sorted(
            (
                Prediction(category=category, score=score, experimental=category in self._experimental)
                for category, score in row.scores.items()
            ),
            key=lambda prediction: -prediction.score,
        )
        decision = decide(predictions, self.policy, self._taxonomy)
        if str(TOO_LONG) in row.warnings:
            decision = refuse_to_clear(decision)
        return replace(
            row,
            verdict=decision.verdict.value,
            rule=decision.reason.rule.value,
            category=decision.reason.category,
            reason=decision.reason.message,
            policy=self.name,
        )


def decide_again(
    results: Path, policy: str | Policy, *, model: str | None = None, out: Path | None = None
) -> Changes:
    """Apply a policy to all rows of a scan, finished or not.

    Args:
        results: The folder of the scan.
        policy: Name of one of the model's policies, or one's own.
        model: The scan's model or its directory; None: as the scan says.
        out: A folder for the result, which is a scan like any other; None: the scan's own. A call that was killed may
            be repeated.

    Returns:
        How many rows changed from which verdict to which, those that did not change included.

    Raises:
        ScanError: There is no scan, the model is another one, or the folder cannot be written.
        ModelError: The model or the policy cannot be used.
    """
    source, record = open_folder(results)
    if out is not None:
        check_decided(record, results)
    manifest = scan_model(record, model)
    decider = Decider(manifest, policy)
    target = source if out is None else _empty(out, record["file_format"])
    decided = {**record, **policy_record(decider.name, decider.policy)}
    decided.pop(DECIDING, None)
    changes: Changes = Counter()
    size = manifest.embedding_size if record["embeddings"] else None
    with target.writing() as scratch:
        target.describe_run({**record, DECIDING: decider.name})
        for part in source.mend() if out is None else source.parts:
            before = source.read(part.number)
            after = [decider.decide(row) for row in before]
            target.commit(part.number, after, manifest.category_ids, size)
            changes.update(
                (old.verdict or Verdict.CLEAR, new.verdict or Verdict.CLEAR)
                for old, new in zip(before, after, strict=True)
                if not old.error
            )
        if record.get("group_by"):
            judge = PostJudge(manifest, decider.policy)
            write_posts(target, judge, scratch, policy=decider.name)
        target.describe_run(decided)
    return changes


def read_policy(name: str) -> str | Policy:
    """Return a policy from a JSON file, or the name of one of the model's.

    Raises:
        ManifestError: The file cannot be read, or is no policy.
    """
    if not name.endswith(".json"):
        return name
    try:
        return msgspec.json.decode(Path(name).read_bytes(), type=Policy)
    except (OSError, msgspec.MsgspecError) as error:
        raise ManifestError(
            f"expected a policy as in a model's manifest.json, found: {error}", model=name
        ) from error


def scan_model(record: Mapping[str, Any], model: str | None) -> Manifest:
    """Return the manifest of the model that made a scan.

    Args:
        record: The scan's manifest.
        model: Its id or directory; None: as the scan says.

    Raises:
        ModelNotFoundError: It is not at hand.
        ScanError: It is another one.
    """
    try:
        found = find_models(model or record["model_directory"] or record["model"])
        manifests = [load_manifest(directory) for directory in found]
    except ModelNotFoundError as error:
        raise ModelNotFoundError(
            f"expected the scan's model {record['model']!r}, which is not at hand; give its directory with --model",
            model=error.model,
        ) from error
    manifest = merge(manifests)[0] if len(manifests) > 1 else manifests[0]
    digests = {
        joint_digest(manifests, precision)
        for precision, name in NETWORKS.items()
        if all(name in one.files for one in manifests)
    }
    if manifest.id != record["model"] or record["model_sha256"] not in digests:
        raise ScanError(
            f"expected the scan's model {record['model']!r} as it was then, found {manifest.id!r}"
        )
    return manifest


def scan_classifier(record: Mapping[str, Any], model: str | None) -> Classifier | None:
    """Return a classifier of the model that made a scan, or None where it is not at hand and was not asked for.

    Args:
        record: The scan's manifest.
        model: Its id or directory; None: as the scan says.

    Raises:
        ModelError: It was asked for, and is not at hand.
        ScanError: It is another one.
    """
    try:
        scan_model(record, model)
        return Classifier(
            model or record["model_directory"] or record["model"],
            threads=1,
            limits=ImageLimits(**record["limits"]),
            precision=record["precision"],
            detail=record.get("detail", EARLIER),
        )
    except ModelError:
        if model is not None:
            raise
        return None


def _empty(out: Path, file_format: str) -> ScanFolder:
    target = ScanFolder(out, file_format)
    found = target.manifest
    if found is not None and DECIDING not in found:
        raise ScanError(f"expected a folder without a scan for the result, found one in {out}")
    return target
