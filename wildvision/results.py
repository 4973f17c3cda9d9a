"""What a classification says: small frozen values that check themselves and travel as JSON.

This module imports nothing heavy, so a program that only reads results stays light.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from wildvision.errors import TaxonomyError, WildvisionError

RESULT_SCHEMA = 1


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
    none did. ``TOO_SMALL``, ``BLANK``: the image carries too little to judge.
    """

    PRODUCT = "product"
    MATERIAL_UNRESOLVED = "material_unresolved"
    POSSIBLE_PRODUCT = "possible_product"
    EXPERIMENTAL_PRODUCT = "experimental_product"
    NOTHING_FOUND = "nothing_found"
    TOO_SMALL = "too_small"
    BLANK = "blank"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why the verdict is what it is.

    Attributes:
        rule: The rule that decided.
        message: The same in one sentence, for a person.
        category: The product that decided, if one did.
        threshold: The score that it had to reach, 0 to 1.
        lookalike: The look-alike that kept it from a flag, if one did.
    """

    rule: Rule
    message: str
    category: str | None = None
    threshold: float | None = None
    lookalike: str | None = None

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """The answer for one image.

    Attributes:
        verdict: What to do with the image.
        reason: The rule that decided, and why.
        predictions: Every category of the model, by falling score.
        warnings: What to know about the image, such as that only its first frame was read.
        model_id: The model that answered.
        policy: The name of the thresholds that were applied.
    """

    verdict: Verdict
    reason: Reason
    predictions: tuple[Prediction, ...]
    warnings: tuple[Caution, ...]
    model_id: str
    policy: str

    def __post_init__(self) -> None:
        """Refuse predictions that are not sorted by falling score."""
        scores = [prediction.score for prediction in self.predictions]
        if scores != sorted(scores, reverse=True):
            raise ValueError("predictions must be sorted by falling score")

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
        """Return plain dicts, lists, strings and numbers, ready for JSON."""
        return {"schema": RESULT_SCHEMA, **msgspec.json.decode(msgspec.json.encode(self))}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Classification:
        """Rebuild what `to_dict` returned.

        Raises:
            ValueError: It is of another schema, or a field is missing, wrong or out of range.
        """
        fields = dict(data)
        schema = fields.pop("schema", None)
        if schema != RESULT_SCHEMA:
            raise ValueError(f"expected a classification of schema {RESULT_SCHEMA}, found schema {schema!r}")
        return msgspec.convert(fields, cls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one image of a batch: exactly one of ``result`` and ``error`` is None."""

    result: Classification | None = None
    error: WildvisionError | None = None

    def __post_init__(self) -> None:
        """Refuse both and neither."""
        if (self.result is None) == (self.error is None):
            raise ValueError("an Outcome holds either a result or an error")
