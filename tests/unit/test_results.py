from __future__ import annotations

import json
import pickle

import pytest

from wildvision.errors import ImageDecodeError, TaxonomyError
from wildvision.results import Caution, Classification, Outcome, Prediction, Reason, Rule, Verdict


@pytest.fixture
def result() -> Classification:
    return Classification(
        verdict=Verdict.REVIEW,
        reason=Reason(
            rule=Rule.MATERIAL_UNRESOLVED, message="m", category="ivory", threshold=0.5, lookalike="bone"
        ),
        predictions=(
            Prediction(category="ivory", score=0.75),
            Prediction(category="bone", score=0.7, experimental=True),
        ),
        warnings=(Caution("first_frame_only", "several frames"),),
        model_id="m1",
        policy="balanced",
    )


def test_a_result_survives_json_and_pickle(result: Classification) -> None:
    assert Classification.from_dict(json.loads(json.dumps(result.to_dict()))) == result
    assert pickle.loads(pickle.dumps(result)) == result


def test_the_json_form_is_stable(result: Classification) -> None:
    assert result.to_dict() == {
        "schema": 1,
        "verdict": "REVIEW",
        "reason": {
            "rule": "material_unresolved",
            "message": "m",
            "category": "ivory",
            "threshold": 0.5,
            "lookalike": "bone",
        },
        "predictions": [
            {"category": "ivory", "score": 0.75, "experimental": False},
            {"category": "bone", "score": 0.7, "experimental": True},
        ],
        "warnings": [{"code": "first_frame_only", "message": "several frames"}],
        "model_id": "m1",
        "policy": "balanced",
    }


def test_score_finds_a_category_and_refuses_others(result: Classification) -> None:
    assert result.score("bone") == 0.7
    with pytest.raises(TaxonomyError, match="bone, ivory") as caught:
        result.score("shark_fin")
    assert caught.value.category == "shark_fin"


@pytest.mark.parametrize("score", [-0.01, 1.01, float("nan"), float("inf")])
def test_a_score_is_a_probability(score: float) -> None:
    with pytest.raises(ValueError, match="probability"):
        Prediction(category="ivory", score=score)


def test_predictions_must_fall() -> None:
    with pytest.raises(ValueError, match="falling"):
        Classification(
            verdict=Verdict.CLEAR,
            reason=Reason(rule=Rule.NOTHING_FOUND, message="m"),
            predictions=(Prediction(category="a", score=0.1), Prediction(category="b", score=0.2)),
            warnings=(),
            model_id="m",
            policy="p",
        )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"schema": 2}, "schema 2"),
        ({"verdict": "MAYBE"}, "verdict"),
        ({"predictions": [{"category": "a", "score": 2.0}]}, "probability"),
        ({"model_id": None}, "model_id"),
    ],
)
def test_a_wrong_dict_is_refused(result: Classification, change: dict[str, object], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Classification.from_dict({**result.to_dict(), **change})


def test_an_outcome_holds_exactly_one(result: Classification) -> None:
    error = ImageDecodeError("broken")
    assert Outcome(result=result).error is None
    assert Outcome(error=error).result is None
    for wrong in ({}, {"result": result, "error": error}):
        with pytest.raises(ValueError, match="either"):
            Outcome(**wrong)
