"""Posts: one answer for several pictures that belong together, such as those of one listing.

See `wildvision.post_scores` for how the scores of the pictures become one.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from wildvision import errors as error_classes
from wildvision.errors import PostError, WildvisionError
from wildvision.manifest import Manifest, Policy
from wildvision.post_scores import NOT_JUDGED, CombinedAnswer, Picture, PostJudge
from wildvision.results import Caution, Classification, Outcome, Prediction, Reason, Verdict

POST_SCHEMA = 1
"""Raised when a reader of the last one could not read or would misread a post; a new field with a default does not."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PostClassification(CombinedAnswer):
    """The answer for one post; ``print`` shows it in one line, a notebook as a small table.

    Attributes:
        verdict: What to do with the post.
        reason: The rule that decided, and why.
        predictions: Every category of the model with its combined score, by falling score.
        carrier: Place, from 0, of the picture that carries the answer: of all, it shows the deciding product most, or
            where none decided, what came nearest; None: no picture could be judged.
        outcomes: Of every picture, in order: its own answer, or the error that took its place.
        warnings: What to know about the post, such as that a picture could not be read.
        model_id: The model that answered.
        policy: The name of the thresholds that were applied.
    """

    verdict: Verdict
    reason: Reason
    predictions: tuple[Prediction, ...]
    carrier: int | None
    outcomes: tuple[Outcome, ...]
    warnings: tuple[Caution, ...]
    model_id: str
    policy: str

    def __post_init__(self) -> None:
        """Refuse what is no answer for a post: no pictures, a carrier that was not judged, unsorted predictions."""
        self.as_classification()
        if not self.outcomes:
            raise ValueError("a post has at least one picture")
        if self.carrier is not None and (
            not 0 <= self.carrier < len(self.outcomes) or self.outcomes[self.carrier].result is None
        ):
            raise ValueError(
                f"the carrier must be the place of a picture that was read, found {self.carrier}"
            )

    def __repr__(self) -> str:
        whole = repr(self.as_classification()).removeprefix("<Classification ")
        return f"<PostClassification of {len(self.outcomes)} pictures: {whole}"

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        pictures = "".join(
            f"<li>{'<b>' if place == self.carrier else ''}{html.escape(str(outcome))}"
            f"{'</b>' if place == self.carrier else ''}</li>"
            for place, outcome in enumerate(self.outcomes)
        )
        return f"<div>{self.as_classification()._repr_html_()}<ol>{pictures}</ol></div>"  # pyright: ignore[reportPrivateUsage]

    def to_dict(self) -> dict[str, Any]:
        """Return plain dicts, lists, strings and numbers, ready for JSON, with `POST_SCHEMA` as ``schema``."""
        return {
            **self.answer_to_dict(),
            "schema": POST_SCHEMA,
            "carrier": self.carrier,
            "outcomes": [_outcome_to_dict(outcome) for outcome in self.outcomes],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PostClassification:
        """Rebuild what `to_dict` returned; of an error, its class and message.

        Raises:
            ValueError: It is of another schema, or a field is missing, wrong or out of range.
        """
        fields = dict(data)
        schema = fields.pop("schema", None)
        if schema != POST_SCHEMA:
            raise ValueError(f"expected a post of schema {POST_SCHEMA}, found schema {schema!r}")
        outcomes = fields.pop("outcomes", None)
        if not isinstance(outcomes, list | tuple):
            raise ValueError(f"expected a list of outcomes, found {type(outcomes).__name__}")
        rebuilt = [_outcome_from_dict(outcome) for outcome in cast("Sequence[Any]", outcomes)]
        answer = msgspec.convert(fields, _Answer)
        values = {name: getattr(answer, name) for name in _Answer.__struct_fields__}
        return cls(**values, outcomes=tuple(rebuilt))


class _Answer(msgspec.Struct, forbid_unknown_fields=True):
    """The fields of a post but its outcomes, to be checked."""

    verdict: Verdict
    reason: Reason
    predictions: tuple[Prediction, ...]
    carrier: int | None
    warnings: tuple[Caution, ...]
    model_id: str
    policy: str


def classify_pictures(
    outcomes: Sequence[Outcome], manifest: Manifest, policy: Policy, *, policy_name: str
) -> PostClassification:
    """Return the answer for a post from those for its pictures.

    Args:
        outcomes: Of its pictures, in order.
        manifest: Of the model that answered.
        policy: The thresholds that hold.
        policy_name: Their name.

    Raises:
        PostError: There is no picture, or none could be read; the message says why.
    """
    if not any(outcome.result for outcome in outcomes):
        raise PostError(errors=[outcome.error for outcome in outcomes if outcome.error])
    pictures = [outcome.result and Picture.of(outcome.result) for outcome in outcomes]
    decision = PostJudge(manifest, policy).judge(pictures)
    return PostClassification(
        verdict=decision.verdict,
        reason=decision.reason,
        predictions=decision.predictions,
        carrier=decision.carrier,
        outcomes=tuple(outcomes),
        warnings=_cautions(outcomes),
        model_id=manifest.id,
        policy=policy_name,
    )


def _cautions(outcomes: Sequence[Outcome]) -> tuple[Caution, ...]:
    cautions: list[Caution] = []
    for number, outcome in enumerate(outcomes, start=1):
        if outcome.error:
            message = f"picture {number} of {len(outcomes)} could not be read: {outcome.error}"
            cautions.append(Caution("picture_failed", message))
        elif len(outcomes) > 1 and outcome.result and outcome.result.reason.rule in NOT_JUDGED:
            message = f"picture {number} of {len(outcomes)} was left out: {outcome.result.reason}"
            cautions.append(Caution("picture_not_judged", message))
    return tuple(cautions)


# --- outcomes as plain values -----------------------------------------------------------------------------


def _outcome_to_dict(outcome: Outcome) -> dict[str, Any]:
    if outcome.result is not None:
        return {"result": outcome.result.to_dict()}
    return {"error": {"type": type(outcome.error).__name__, "message": str(outcome.error)}}


def _outcome_from_dict(data: Any) -> Outcome:
    found = msgspec.convert(data, _PlainOutcome)
    if (found.result is None) == (found.error is None):
        raise ValueError("expected either a result or an error of a picture")
    if found.result is not None:
        return Outcome(result=Classification.from_dict(found.result))
    error = cast("_PlainError", found.error)
    rebuilt = WildvisionError.__new__(_error_class(error.type))
    rebuilt.args = (error.message,)  # their constructors want facts that the message only tells
    return Outcome(error=rebuilt)


def _error_class(name: str) -> type[WildvisionError]:
    """Return the class of an error by its name; of one that is not known here, the base of all."""
    kind: object = getattr(error_classes, name, None)
    return kind if isinstance(kind, type) and issubclass(kind, WildvisionError) else WildvisionError


class _PlainError(msgspec.Struct, forbid_unknown_fields=True):
    type: str
    message: str


class _PlainOutcome(msgspec.Struct, forbid_unknown_fields=True):
    result: dict[str, Any] | None = None
    error: _PlainError | None = None
