"""What answers: the model, the policy in force, the limits and the versions, as ``/v1/model`` says it."""

from __future__ import annotations

import importlib.metadata

import msgspec

from wildvision.manifest import CategoryEntry, Policy
from wildvision.results import RESULT_SCHEMA
from wildvision.runtime import scoring_digest
from wildvision.serve.service import Service


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a request may ask for: bytes of an image and of a request, pixels, images, seconds."""

    image_bytes: int
    request_bytes: int
    pixels: int
    images: int
    seconds: float


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """The policy that requests are judged by which name none.

    Attributes:
        name: Of one of the model's, or ``custom``.
        sha256: Of its content, so that a reload can be seen.
        policy: The thresholds, and where they come from.
    """

    name: str
    sha256: str
    policy: Policy


class ModelFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What answers.

    Attributes:
        schema: Version of the results' form.
        wildvision: Version of the package.
        model: Id of the model.
        created: ISO date of the model.
        sha256: Of what scores, hex.
        precision: Which of its networks.
        licence: SPDX expression of the weights.
        attribution: Whose weights and data it builds on.
        policies: That a request may name.
        in_force: For those that name none.
        categories: With evidence and what was measured.
        not_supported: Taxonomy ids that it cannot score.
        limits: Of a request.
    """

    schema: int
    wildvision: str
    model: str
    created: str
    sha256: str
    precision: str
    licence: str
    attribution: tuple[str, ...]
    policies: tuple[str, ...]
    in_force: InForce
    categories: tuple[CategoryEntry, ...]
    not_supported: tuple[str, ...]
    limits: Limits


def model_facts(service: Service) -> ModelFacts:
    """Return the facts of a running service."""
    manifest, options, policies = service.manifest, service.options, service.policies
    limits, current = options.limits, policies.current
    return ModelFacts(
        schema=RESULT_SCHEMA,
        wildvision=importlib.metadata.version("wildvision"),
        model=manifest.id,
        created=manifest.created,
        sha256=scoring_digest(manifest, options.precision),
        precision=options.precision,
        licence=manifest.licence,
        attribution=manifest.attribution,
        policies=tuple(sorted(manifest.policies)),
        in_force=InForce(
            name=policies.name(current), sha256=current.digest, policy=policies.thresholds(current)
        ),
        categories=manifest.categories,
        not_supported=manifest.not_supported,
        limits=Limits(
            image_bytes=limits.image_bytes,
            request_bytes=limits.request_bytes,
            pixels=limits.pixels,
            images=limits.images,
            seconds=limits.seconds,
        ),
    )
