"""Several models in one pass: an image is decoded once, and the network runs once for all that were taught from it.

Which model answers for a category that several have is a rule, `merge`: a head that was taught goes before a column
that a network came with, and of two of a kind the model named last. The thresholds of a category come from the model
that answers for it, and the policy of the same name; what does not belong to a category (when to abstain, the ratio to
look-alikes) from the model named first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from wildvision.errors import IncompatibleModelError, ManifestError
from wildvision.heads import Heads
from wildvision.manifest import Manifest, Policy, Turning
from wildvision.runtime import OnnxModel, Outputs, Precision, network_file, read_heads, scoring_digest

FloatArray = NDArray[np.float32]
T = TypeVar("T")


def merge(manifests: Sequence[Manifest]) -> tuple[Manifest, dict[str, int]]:
    """Return one manifest for several models, and which of them answers for each category.

    Raises:
        IncompatibleModelError: Their networks take different input, so that they share nothing.
        ManifestError: A model lacks a policy that the first one has.
    """
    first = manifests[0]
    for other in manifests[1:]:
        if other.preprocess != first.preprocess:
            raise IncompatibleModelError(
                f"expected models whose networks take the same input, found another than that of {first.id}; "
                "run them one after the other",
                model=other.id,
            )
    answers = _answers(manifests)
    chosen = {category: manifests[number] for category, number in answers.items()}
    new = {c.id: c for manifest in reversed(manifests) for c in manifest.new_categories}
    return msgspec.structs.replace(
        first,
        id="+".join(manifest.id for manifest in manifests),
        created=max(manifest.created for manifest in manifests),
        attribution=tuple(dict.fromkeys(line for manifest in manifests for line in manifest.attribution)),
        categories=tuple(
            next(entry for entry in manifest.categories if entry.id == category)
            for category, manifest in chosen.items()
        ),
        new_categories=tuple(new.values()),
        not_supported=tuple(i for i in first.not_supported if i not in answers),
        policies={name: _policy(name, policy, chosen) for name, policy in first.policies.items()},
        review_curves=_of_each(chosen, lambda manifest: manifest.review_curves),
        found_curves=_of_each(chosen, lambda manifest: manifest.found_curves),
        metrics=_of_each(chosen, lambda manifest: manifest.metrics),
        training_data=hashlib.sha256("".join(m.training_data for m in manifests).encode()).hexdigest(),
        heads=None,
        turning=_turning(first, answers),
    ), answers


def joint_digest(manifests: Sequence[Manifest], precision: Precision) -> str:
    """Return what stands for all that scores: the digest of one model, or one over those of several.

    Raises:
        IncompatibleModelError: A model has no network of this precision.
    """
    digests = [scoring_digest(manifest, precision) for manifest in manifests]
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def _answers(manifests: Sequence[Manifest]) -> dict[str, int]:
    """Return by category the number of the model that answers for it."""
    found: dict[str, tuple[bool, int]] = {}
    for number, manifest in enumerate(manifests):
        taught = set(manifest.heads.categories) if manifest.heads else set[str]()
        for category in manifest.category_ids:
            rank = category in taught, number
            found[category] = max(found.get(category, rank), rank)
    return {category: number for category, (_, number) in found.items()}


def _turning(first: Manifest, answers: Mapping[str, int]) -> Turning | None:
    """Let only those products ask for looks from other sides that the first model answers for."""
    if first.turning is None:
        return None
    asking = {i: logit for i, logit in first.turning.look_from.items() if answers.get(i) == 0}
    return msgspec.structs.replace(first.turning, look_from=asking)


def _policy(name: str, policy: Policy, chosen: Mapping[str, Manifest]) -> Policy:
    thresholds: dict[str, Any] = {}
    for category, manifest in chosen.items():
        if name not in manifest.policies:
            raise ManifestError(
                f"expected a policy {name!r} in each model, found {sorted(manifest.policies)}; name the other first",
                model=manifest.id,
            )
        if category in manifest.policies[name].thresholds:
            thresholds[category] = manifest.policies[name].thresholds[category]
    return msgspec.structs.replace(policy, thresholds=thresholds)


def _of_each(chosen: Mapping[str, Manifest], get: Callable[[Manifest], Mapping[str, T]]) -> dict[str, T]:
    return {
        category: get(manifest)[category]
        for category, manifest in chosen.items()
        if category in get(manifest)
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """What one model adds: which network, its heads, and its columns with their places in the answer."""

    network: int
    heads: Heads | None
    columns: NDArray[np.intp]
    places: NDArray[np.intp]


class JointModel:
    """Several models as one; as `wildvision.runtime.OnnxModel` to whoever uses it.

    Args:
        directories: Of the models.
        manifests: Of each.
        answers: By category, which model answers, in the order of the logits; from `merge`.
        threads: As for `OnnxModel`.
        provider: As for `OnnxModel`.
        precision: As for `OnnxModel`.

    Attributes:
        sha256: One digest for all that scores.

    Raises:
        ModelError: As for `OnnxModel`.
        RuntimeBackendError: As for `OnnxModel`.
    """

    def __init__(
        self,
        directories: Sequence[Path],
        manifests: Sequence[Manifest],
        answers: Mapping[str, int],
        *,
        threads: int | None,
        provider: str,
        precision: Precision,
    ) -> None:
        digests = [manifest.files[network_file(manifest, precision)].sha256 for manifest in manifests]
        distinct = list(dict.fromkeys(digests))
        self.sha256 = joint_digest(manifests, precision)
        self._count = len(answers)
        self._networks = [
            OnnxModel(
                directories[digests.index(digest)],
                _bare(manifests[digests.index(digest)]),
                threads=threads,
                provider=provider,
                precision=precision,
            )
            for digest in distinct
        ]
        self._parts = [
            _part(directory, manifest, number, distinct.index(digests[number]), answers)
            for number, (directory, manifest) in enumerate(zip(directories, manifests, strict=True))
        ]

    def logits(self, batch: FloatArray) -> FloatArray:
        """Return logits, shape (N, K), for a batch of shape (N, 3, H, W), float32."""
        taught = {part.network for part in self._parts if part.heads is not None}
        given = [
            network.given(batch, ("logits", "features") if number in taught else ("logits",))
            for number, network in enumerate(self._networks)
        ]
        found = np.empty((len(batch), self._count), np.float32)
        for part in self._parts:
            logits, *features = given[part.network]
            own = logits if part.heads is None else part.heads.join(logits, features[0])
            found[:, part.places] = own[:, part.columns]
        return found

    def run(self, batch: FloatArray) -> Outputs:
        """Return logits, embedding (of the first network) and map for a batch of shape (N, 3, H, W), float32."""
        names = ("logits", "embedding", "cam", "features", "shares")
        taught = {part.network for part in self._parts if part.heads is not None}
        given = [
            network.given(batch, names if number in taught else names[:3])
            for number, network in enumerate(self._networks)
        ]
        cell = given[0][2].shape[2:]
        logits = np.empty((len(batch), self._count), np.float32)
        cam = np.empty((len(batch), self._count, *cell), np.float32)
        for part in self._parts:
            own_logits, _, own_cam, *more = given[part.network]
            if part.heads is not None:
                own_logits = part.heads.join(own_logits, more[0])
                own_cam = part.heads.join_maps(own_cam, more[1])
            logits[:, part.places], cam[:, part.places] = (
                own_logits[:, part.columns],
                own_cam[:, part.columns],
            )
        return Outputs(logits=logits, embedding=given[0][1], cam=cam)

    def features(self, batch: FloatArray) -> FloatArray:
        """Return pooled features of the first network, shape (N, D), float32.

        Raises:
            IncompatibleModelError: The network's file does not give them.
        """
        return self._networks[0].features(batch)


def _bare(manifest: Manifest) -> Manifest:
    """Return the manifest of the network alone, without what was taught beside it."""
    own = manifest.network_ids
    return msgspec.structs.replace(
        manifest, categories=tuple(entry for entry in manifest.categories if entry.id in own), heads=None
    )


def _part(
    directory: Path, manifest: Manifest, number: int, network: int, answers: Mapping[str, int]
) -> _Part:
    order, own = list(answers), manifest.category_ids
    mine = [category for category, answering in answers.items() if answering == number]
    return _Part(
        network=network,
        heads=read_heads(directory, manifest),
        columns=np.array([own.index(category) for category in mine], np.intp),
        places=np.array([order.index(category) for category in mine], np.intp),
    )
