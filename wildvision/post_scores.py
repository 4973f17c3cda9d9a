"""Combining: one score and one decision from several pictures that belong together.

The highest score of many pictures is no calibrated answer: k pictures have k chances of a false alarm. Scores of a
category are combined as the power mean of their odds, which lies between their mean and their maximum: one picture
among many has to say more than one alone, pictures that agree have not, and a copy changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wildvision.decision import Decision, decide, refuse_to_clear
from wildvision.manifest import Manifest, Policy
from wildvision.results import Caution, Classification, Prediction, Reason, Rule, Verdict

EXPONENT = 1.5
"""Of the power mean of odds: 0 would be their geometric mean, infinity the maximum.

With it, everyday posts of 2 to 10 pictures reach review as often as single photos do (1.0 times), where the maximum
gives 4.4 times. Fitted on training photos scored by networks that never saw their owner:
``python -m training.posts --config training/configs/wv8-lite1.toml``.
"""

NOT_JUDGED = frozenset({Rule.TOO_SMALL, Rule.BLANK})
"""Rules that looked at the picture and not at its scores, which then say nothing."""

_RUNGS = (Rule.PRODUCT, Rule.MATERIAL_UNRESOLVED)  # the gravest first; all others are below
_LEAST = 1e-12  # odds of a score of exactly 0 or 1 would be without a logarithm


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What one picture of a post says.

    Attributes:
        scores: Calibrated probability of every category of the model, 0 to 1.
        rule: That decided the picture's own verdict.
        reason: The same in one sentence.
    """

    scores: Mapping[str, float]
    rule: Rule
    reason: str = ""

    @classmethod
    def of(cls, result: Classification) -> Picture:
        """Return what the answer for one picture says."""
        scores = {prediction.category: prediction.score for prediction in result.predictions}
        return cls(scores=scores, rule=result.reason.rule, reason=result.reason.message)


class CombinedAnswer:
    """What answers for several pictures share with the answer for one, whose fields they have too."""

    __slots__ = ()
    verdict: Verdict
    reason: Reason
    predictions: tuple[Prediction, ...]
    warnings: tuple[Caution, ...]
    model_id: str
    policy: str

    def __str__(self) -> str:
        """Return verdict, reason and warnings in one line."""
        return str(self.as_classification())

    def score(self, category: str) -> float:
        """Return the combined score of one category, 0 to 1.

        Raises:
            TaxonomyError: The model does not score it; the message lists what it scores.
        """
        return self.as_classification().score(category)

    def as_classification(self) -> Classification:
        """Return the answer without its pictures or frames, for whatever takes the answer for one image."""
        return Classification(
            verdict=self.verdict,
            reason=self.reason,
            predictions=self.predictions,
            warnings=self.warnings,
            model_id=self.model_id,
            policy=self.policy,
        )

    def answer_to_dict(self) -> dict[str, Any]:
        """Return the fields of a classification as plain values, without parts: each picture has its own."""
        answer = self.as_classification().to_dict()
        del answer["parts"]
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class PostDecision:
    """What the pictures of a post say together; see `PostClassification` for the fields."""

    verdict: Verdict
    reason: Reason
    predictions: tuple[Prediction, ...]
    carrier: int | None


class PostJudge:
    """Decides posts by the scores of their pictures.

    Args:
        manifest: Of the model that scored them.
        policy: The thresholds that hold.

    Attributes:
        categories: That each picture has a score of.
    """

    def __init__(self, manifest: Manifest, policy: Policy) -> None:
        self.categories = manifest.category_ids
        self._experimental = {entry.id for entry in manifest.categories if entry.status == "experimental"}
        self._taxonomy, self._policy = manifest.taxonomy, policy

    def judge(self, pictures: Sequence[Picture | None], places: Sequence[str] = ()) -> PostDecision:
        """Decide a post.

        Args:
            pictures: In order; None for one that could not be read. At least one could.
            places: What the reason calls each, such as ``"at 3.2 s"``; empty: ``"in picture 1 of 4"``.

        Raises:
            ValueError: None could be read.
        """
        read = {place: picture for place, picture in enumerate(pictures) if picture is not None}
        judged = {place: picture for place, picture in read.items() if picture.rule not in NOT_JUDGED}
        if not read:
            raise ValueError("expected a picture that could be read, found none")
        predictions = self._predictions(list((judged or read).values()))
        if not judged:
            return _unjudged(read, predictions)
        decision, category = self._decide(judged, predictions)
        if any(picture.rule is Rule.TOO_LONG for picture in judged.values()):
            decision = refuse_to_clear(decision)
        carrier = _carrier(judged, category)
        return PostDecision(
            verdict=decision.verdict,
            reason=_with_carrier(decision.reason, carrier, len(pictures), places),
            predictions=predictions,
            carrier=carrier,
        )

    def _predictions(self, pictures: Sequence[Picture]) -> tuple[Prediction, ...]:
        combined = [
            self._prediction(category, combine([picture.scores[category] for picture in pictures]))
            for category in self.categories
        ]
        return tuple(sorted(combined, key=lambda prediction: -prediction.score))

    def _prediction(self, category: str, score: float) -> Prediction:
        return Prediction(category=category, score=score, experimental=category in self._experimental)

    def _decide(
        self, pictures: Mapping[int, Picture], predictions: Sequence[Prediction]
    ) -> tuple[Decision, str]:
        """Return the gravest decision of any product, and the category that it rests on."""
        found: list[tuple[Decision, Prediction]] = []
        for product in predictions:
            limit = self._policy.thresholds.get(product.category)
            if limit is not None and limit.review is not None and product.score >= limit.review:
                own = pictures[_carrier(pictures, product.category)]
                found.append((decide(self._beside(product, own), self._policy, self._taxonomy), product))
        if found:  # by falling score; of one rung the first counts
            decision, product = min(found, key=lambda each: _rung(each[0]))
            return decision, product.category
        clear = decide(predictions, self._policy, self._taxonomy)
        nearest = clear.reason.nearest
        return clear, nearest.category if nearest else predictions[0].category

    def _beside(self, product: Prediction, picture: Picture) -> list[Prediction]:
        """Return a product with the look-alikes of the picture that carries it.

        What another picture shows says nothing of this one: a vase beside a carving is no doubt about the carving. Its
        scores are lowered as that of the product was, so that their ratio stays what it is in the picture.
        """
        share = product.score / max(picture.scores[product.category], _LEAST)
        others = [
            self._prediction(other, min(share * picture.scores[other], 1.0))
            for other in self._taxonomy.get(product.category).lookalikes
            if other in picture.scores
        ]
        return sorted([product, *others], key=lambda prediction: -prediction.score)


def combine(scores: Sequence[float], exponent: float = EXPONENT) -> float:
    """Return one score of a category for several pictures, 0 to 1.

    The power mean of the odds p / (1 - p), as a probability again: in logits, the log-sum-exp pooling of Pinheiro and
    Collobert (2015, "From image-level to pixel-level labeling"). It rises with each score, does not depend on their
    order, and lies between the lowest and the highest.

    Args:
        scores: Calibrated probabilities, at least one.
        exponent: Above 0; see `EXPONENT`.
    """
    if min(scores) == max(scores):
        return scores[0]
    clipped = [min(max(score, _LEAST), 1 - _LEAST) for score in scores]
    logits = [exponent * math.log(score / (1 - score)) for score in clipped]
    highest = max(logits)
    total = math.fsum(math.exp(logit - highest) for logit in logits)
    pooled = (highest + math.log(total / len(logits))) / exponent
    return min(max(0.5 * (1 + math.tanh(0.5 * pooled)), min(scores)), max(scores))


def _rung(decision: Decision) -> int:
    return _RUNGS.index(decision.reason.rule) if decision.reason.rule in _RUNGS else len(_RUNGS)


def _carrier(pictures: Mapping[int, Picture], category: str) -> int:
    """Return the place of the picture with the highest score, of equals the first."""
    return max(pictures, key=lambda place: (pictures[place].scores[category], -place))


def _with_carrier(reason: Reason, carrier: int, pictures: int, places: Sequence[str]) -> Reason:
    if pictures == 1:
        return reason
    place = places[carrier] if places else f"in picture {carrier + 1} of {pictures}"
    return replace(reason, message=f"{reason.message}; most of all {place}")


def _unjudged(pictures: Mapping[int, Picture], predictions: tuple[Prediction, ...]) -> PostDecision:
    """Abstain where each picture is too small or blank."""
    first = next(iter(pictures.values()))
    message = first.reason if len(pictures) == 1 else f"no picture can be judged; the first: {first.reason}"
    return PostDecision(
        verdict=Verdict.ABSTAIN,
        reason=Reason(rule=first.rule, message=message),
        predictions=predictions,
        carrier=None,
    )
