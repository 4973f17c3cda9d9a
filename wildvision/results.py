"""Results of a classification: small frozen values that check themselves and travel as JSON.

This module imports nothing heavy, so a program that only reads results stays light.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, Self, cast

import msgspec

from wildvision.errors import ExplanationError, TaxonomyError, WildvisionError

if TYPE_CHECKING:
    from wildvision.explanation import Explanation

RESULT_SCHEMA = 2
"""Raised when a reader of the last one could not read or would misread a result: a field goes or changes its meaning,
or a verdict or rule is new. A new field with a default does not raise it. 2: `Rule.TOO_LONG`, `Reason.nearest`.
"""

_READABLE = (1, RESULT_SCHEMA)  # 1 has all that 2 has but what may be left out
_SHOWN = 3  # predictions in a repr: the deciding product, and what it might be instead


class Verdict(StrEnum):
    """What to do with the image."""

    FLAG = "FLAG"
    REVIEW = "REVIEW"
    CLEAR = "CLEAR"
    ABSTAIN = "ABSTAIN"


class Rule(StrEnum):
    """The rule that decided a verdict.

    ``PRODUCT``: a product reached its flag threshold. ``MATERIAL_UNRESOLVED``: it did, but a named
    look-alike is nearly as likely. ``EXPERIMENTAL_PRODUCT``: a product without sufficient evidence reached its
    review threshold. ``POSSIBLE_PRODUCT``: a product reached its review threshold only. ``NOTHING_FOUND``:
    none did. ``TOO_SMALL``, ``BLANK``: the image carries too little to judge. ``TOO_LONG``: no product reached its
    review threshold, but the image is too long for the network to see what lies in it.
    """

    PRODUCT = "product"
    MATERIAL_UNRESOLVED = "material_unresolved"
    POSSIBLE_PRODUCT = "possible_product"
    EXPERIMENTAL_PRODUCT = "experimental_product"
    NOTHING_FOUND = "nothing_found"
    TOO_SMALL = "too_small"
    BLANK = "blank"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The product that came nearest to a review, where none reached it.

    Attributes:
        category: The product with the highest share of its review threshold.
        score: Its calibrated probability, 0 to 1.
        threshold: The score from which it would have been reviewed, 0 to 1.
    """

    category: str
    score: float
    threshold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why the verdict is what it is.

    Attributes:
        rule: The rule that decided.
        message: The same in one sentence, for a person.
        category: The product that decided, if one did.
        threshold: The score that it had to reach, 0 to 1.
        lookalike: The look-alike that kept it from a flag, if one did.
        nearest: What came nearest to a review, where no product reached it and one could have.
    """

    rule: Rule
    message: str
    category: str | None = None
    threshold: float | None = None
    lookalike: str | None = None
    nearest: Nearest | None = None

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One category with its calibrated probability.

    Attributes:
        category: A taxonomy id.
        score: Calibrated probability that the image shows it, 0 to 1, independent of the other categories.
        experimental: Whether the evidence behind the category is too thin for a verdict of its own.
    """

    category: str
    score: float
    experimental: bool = False

    def __post_init__(self) -> None:
        """Refuse anything that is not a probability."""
        if not 0.0 <= self.score <= 1.0:
            raise ValueError(f"score of {self.category} must be a probability in [0, 1], found {self.score}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of an image that was looked at by itself: columns ``left`` to ``right``, rows ``top`` to ``bottom``.

    Attributes:
        kind: ``"whole"``, ``"photo"``, ``"cell"``, ``"square"`` or ``"tile"``; see `wildvision.parts`.
        left: Px of the original, upright.
        top: The same.
        right: The same; the first column that is not in it.
        bottom: The same; the first row that is not in it.
        predictions: Every category, by falling score, as if the part had come alone.
    """

    kind: str
    left: int
    top: int
    right: int
    bottom: int
    predictions: tuple[Prediction, ...]

    def score(self, category: str) -> float:
        """Return the calibrated probability of one category, 0 to 1, had the part come alone.

        Raises:
            KeyError: The model does not score it.
        """
        return {prediction.category: prediction.score for prediction in self.predictions}[category]


@dataclass(frozen=True, slots=True)
class Caution:
    """Something about the image that a reader of the result should know.

    Attributes:
        code: Stable and machine-readable, such as ``"first_frame_only"``.
        message: The same in one sentence.
    """

    code: str
    message: str

    def __str__(self) -> str:
        return self.message


class _Origin(Protocol):
    """What knows where a result's picture is, and can look at it again."""

    def explain(self, result: Classification, category: str | None) -> Explanation:
        """Explain a result of this picture."""
        ...


class _Explained:
    """A slot beside the fields of a result: it is not compared, written down, pickled or copied into another result."""

    __slots__ = ("_origin",)
    _origin: _Origin

    def explain(self, category: str | None = None) -> Explanation:
        """Return where in the picture the evidence for a category lies.

        A picture that came from a path is read again. Of those that came as bytes, arrays or objects the classifier
        remembers the last few (`wildvision.recent`). Results that were unpickled or came from `from_dict` know none.

        Args:
            category: One that the model scores; None: what decided, or came nearest, else the highest product.

        Raises:
            ExplanationError: The picture is not at hand, or its file has changed since; `Classifier.explain` takes a
                picture.
            KeyError: The model does not score the category.
            ImageError: The file cannot be read again.
        """
        origin: _Origin | None = getattr(self, "_origin", None)
        if origin is None:
            raise ExplanationError(
                "expected a result that a classifier of this process returned, found one without its picture; "
                "use Classifier.explain(picture, category)"
            )
        return origin.explain(cast("Classification", self), category)

    def with_origin(self, origin: _Origin) -> Self:
        """Remember where the picture is, and return the result itself; for those who make results."""
        object.__setattr__(self, "_origin", origin)  # the result is frozen
        return self


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Classification(_Explained):
    """The answer for one image; ``print`` shows it in one line, a notebook as a small table.

    Attributes:
        verdict: What to do with the image.
        reason: The rule that decided, and why.
        predictions: Every category of the model, by falling score.
        warnings: What to know about the image, such as that only its first frame was read.
        model_id: The model that answered.
        policy: The name of the thresholds that were applied.
        parts: What was looked at by itself, the whole image first; empty where only the whole image was. Of a long page
            that was taken apart into photos these alone are there. The answer combines their scores
            (`wildvision.part_scores`).
    """

    verdict: Verdict
    reason: Reason
    predictions: tuple[Prediction, ...]
    warnings: tuple[Caution, ...]
    model_id: str
    policy: str
    parts: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        """Refuse predictions that are not sorted by falling score."""
        scores = [prediction.score for prediction in self.predictions]
        if scores != sorted(scores, reverse=True):
            raise ValueError("predictions must be sorted by falling score")

    def __str__(self) -> str:
        """Return verdict, reason and warnings in one line."""
        notes = "".join(f"; note: {caution}" for caution in self.warnings)
        return _one_line(f"{self.verdict.value}: {self.reason}{notes}")

    def __repr__(self) -> str:
        scores = [f"{p.category}={p.score:.2f}" for p in self.predictions[:_SHOWN]]
        more = [f"{len(self.predictions) - _SHOWN} more"] if len(self.predictions) > _SHOWN else []
        facts = [f"rule={self.reason.rule.value}", *scores, *more, f"model={self.model_id}"]
        return _one_line(f"<Classification {self.verdict.value} {', '.join(facts)}, policy={self.policy}>")

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return _html(self)

    def score(self, category: str) -> float:
        """Return the calibrated probability of one category, 0 to 1.

        Raises:
            TaxonomyError: The model does not score it; the message lists what it scores.
        """
        for prediction in self.predictions:
            if prediction.category == category:
                return prediction.score
        scored = ", ".join(sorted(prediction.category for prediction in self.predictions))
        raise TaxonomyError(
            f"model {self.model_id} does not score {category!r}; it scores: {scored}", category=category
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain dicts, lists, strings and numbers, ready for JSON, with `RESULT_SCHEMA` as ``schema``."""
        return {"schema": RESULT_SCHEMA, **msgspec.json.decode(msgspec.json.encode(self))}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Classification:
        """Rebuild what `to_dict` returned, of this schema or the one before.

        Raises:
            ValueError: It is of another schema, or a field is missing, wrong or out of range.
        """
        fields = dict(data)
        schema = fields.pop("schema", None)
        if schema not in _READABLE:
            raise ValueError(f"expected a classification of schema {RESULT_SCHEMA}, found schema {schema!r}")
        return msgspec.convert(fields, cls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one image of a batch: exactly one of ``result`` and ``error`` is None.

    `unwrap` gives the result without asking a type checker to believe that:

    >>> Outcome(error=WildvisionError("broken")).unwrap()
    Traceback (most recent call last):
    wildvision.errors.WildvisionError: broken
    """

    result: Classification | None = None
    error: WildvisionError | None = None

    def __post_init__(self) -> None:
        """Refuse both and neither."""
        if (self.result is None) == (self.error is None):
            raise ValueError("an Outcome holds either a result or an error")

    def unwrap(self) -> Classification:
        """Return the result, or raise the error that took its place.

        Raises:
            WildvisionError: What `error` holds.
        """
        if self.result is None:
            raise cast("WildvisionError", self.error)  # an Outcome of neither cannot be made
        return self.result

    def __str__(self) -> str:
        """Return the result, or the kind and message of the error, in one line."""
        return str(self.result) if self.result else _one_line(f"{type(self.error).__name__}: {self.error}")

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return _html(self.result) if self.result else f"<div>{html.escape(str(self))}</div>"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _html(result: Classification) -> str:
    """Return a table: verdict and reason, then the highest scores; every text of the result is escaped."""
    notes = "".join(f"<br>note: {html.escape(str(caution))}" for caution in result.warnings)
    head = f"<b>{html.escape(result.verdict.value)}</b>: {html.escape(str(result.reason))}{notes}"
    rows = "".join(
        f"<tr><td>{html.escape(p.category)}</td><td>{p.score:.1%}</td>"
        f"<td>{'experimental' if p.experimental else ''}</td></tr>"
        for p in result.predictions[: 2 * _SHOWN]
    )
    foot = html.escape(f"model {result.model_id}, policy {result.policy}")
    return f"<div>{head}<table>{rows}</table><small>{foot}</small></div>"
