from __future__ import annotations

import html
import json
import pickle
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from wildvision.errors import ImageDecodeError, TaxonomyError
from wildvision.results import (
    RESULT_SCHEMA,
    Caution,
    Classification,
    Nearest,
    Outcome,
    Prediction,
    Reason,
    Rule,
    Verdict,
)


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
        "schema": 2,
        "verdict": "REVIEW",
        "reason": {
            "rule": "material_unresolved",
            "message": "m",
            "category": "ivory",
            "threshold": 0.5,
            "lookalike": "bone",
            "nearest": None,
        },
        "predictions": [
            {"category": "ivory", "score": 0.75, "experimental": False},
            {"category": "bone", "score": 0.7, "experimental": True},
        ],
        "warnings": [{"code": "first_frame_only", "message": "several frames"}],
        "model_id": "m1",
        "policy": "balanced",
        "parts": [],
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
        ({"schema": 3}, "schema 3"),
        ({"schema": None}, "schema None"),
        ({"schema": [2]}, "schema"),
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


def test_what_came_nearest_survives_json(result: Classification) -> None:
    nearest = Nearest(category="ivory", score=0.46, threshold=0.49)
    reason = Reason(rule=Rule.TOO_LONG, message="m", nearest=nearest)
    long = replace(result, verdict=Verdict.ABSTAIN, reason=reason)
    assert long.to_dict()["reason"]["nearest"] == {"category": "ivory", "score": 0.46, "threshold": 0.49}
    assert Classification.from_dict(json.loads(json.dumps(long.to_dict()))) == long


def test_results_of_the_schema_before_are_read(result: Classification) -> None:
    old = {**result.to_dict(), "schema": RESULT_SCHEMA - 1}
    del old["reason"]["nearest"]
    assert Classification.from_dict(old) == result


def test_a_printed_result_is_one_line(result: Classification) -> None:
    reason = replace(result.reason, message="worked ivory-like,\nmaterial unresolved")
    shown = replace(result, reason=reason)
    assert str(shown) == "REVIEW: worked ivory-like, material unresolved; note: several frames"
    assert str(Outcome(result=shown)) == str(shown)
    assert str(Outcome(error=ImageDecodeError("ends\nearly"))) == "ImageDecodeError: ends early"


def test_a_repr_is_short_however_many_categories(result: Classification) -> None:
    assert repr(result) == (
        "<Classification REVIEW rule=material_unresolved, ivory=0.75, bone=0.70, model=m1, policy=balanced>"
    )
    many = tuple(Prediction(category=f"c{number}", score=0.5) for number in range(26))
    assert "c2=0.50, 23 more, model=m1" in repr(replace(result, predictions=many))
    assert len(repr(replace(result, predictions=many))) < 120


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_notebook_shows_every_text_escaped() -> None:
    evil = "<script>alert('x')</script>&amp;"
    shown = Classification(
        verdict=Verdict.REVIEW,
        reason=Reason(rule=Rule.POSSIBLE_PRODUCT, message=f"message {evil}"),
        predictions=(Prediction(category=f"category {evil}", score=0.5, experimental=True),),
        warnings=(Caution("code", f"caution {evil}"),),
        model_id=f"model {evil}",
        policy=f"policy {evil}",
    )
    for value in (shown, Outcome(result=shown), Outcome(error=ImageDecodeError(f"error {evil}"))):
        page = _Page()
        page.feed(value._repr_html_())
        assert page.tags <= {"div", "b", "br", "table", "tr", "td", "small"}
        assert html.unescape(evil) not in value._repr_html_()
    page = _Page()
    page.feed(shown._repr_html_())
    for field in ("message", "category", "caution", "model", "policy"):
        assert f"{field} {evil}" in page.text
    assert "50.0%" in page.text


def test_unwrap_gives_the_result_or_raises_the_error(result: Classification) -> None:
    assert Outcome(result=result).unwrap() is result
    error = ImageDecodeError("broken", image="a.jpg")
    with pytest.raises(ImageDecodeError, match="broken") as caught:
        Outcome(error=error).unwrap()
    assert caught.value is error


SNIPPET = """
from wildvision import Classification, Outcome

def verdicts(outcomes: list[Outcome]) -> list[str]:
    return [outcome.unwrap().verdict.value for outcome in outcomes if not outcome.error]

def narrowed(outcome: Outcome) -> Classification:
    if outcome.result is None:
        raise ValueError(str(outcome.error))
    return outcome.result

def not_narrowed(outcome: Outcome) -> str:
    return outcome.result.verdict.value
"""


def test_a_type_checker_follows_unwrap(tmp_path: Path) -> None:
    pytest.importorskip("pyright")
    snippet = tmp_path / "snippet.py"
    snippet.write_text(SNIPPET)
    (tmp_path / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    command = [
        sys.executable,
        "-m",
        "pyright",
        "--outputjson",
        "--pythonpath",
        sys.executable,
        "-p",
        tmp_path,
    ]
    ran = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    found = json.loads(ran.stdout)["generalDiagnostics"]
    # Only the last function asks for a result that may not be there.
    assert [complaint["rule"] for complaint in found] == ["reportOptionalMemberAccess"], found
    assert found[0]["range"]["start"]["line"] == len(SNIPPET.splitlines()) - 1
