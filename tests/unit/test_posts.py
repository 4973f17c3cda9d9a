from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import wildvision
from tests.conftest import paint
from wildvision import (
    Classification,
    Classifier,
    ImageReadError,
    ImageTooLargeError,
    PostClassification,
    PostError,
    Rule,
    UnsupportedImageError,
    Verdict,
)
from wildvision.manifest import MODEL_VARIABLE

IVORY, GREY = paint(230, 60, 60), paint(120, 120, 120)
BLANK = np.full((64, 64, 3), 200, np.uint8)


@pytest.fixture(scope="module")
def post(tiny: Classifier) -> PostClassification:
    return tiny.classify_post([GREY, "missing.jpg", IVORY, BLANK])


def test_a_post_of_one_picture_is_that_picture(tiny: Classifier) -> None:
    for picture in (IVORY, GREY, BLANK):
        single = tiny.classify(picture)
        found = tiny.classify_post([picture]).as_classification()
        assert found == replace(single, warnings=())


def test_one_picture_that_fails_and_one_that_is_blank_are_named(post: PostClassification) -> None:
    assert [outcome.result is not None for outcome in post.outcomes] == [True, False, True, True]
    assert isinstance(post.outcomes[1].error, ImageReadError)
    assert [caution.code for caution in post.warnings] == ["picture_failed", "picture_not_judged"]
    assert "picture 2 of 4 could not be read: missing.jpg" in str(post.warnings[0])
    assert "picture 4 of 4 was left out: the image is blank" in str(post.warnings[1])


def test_the_carrier_is_the_picture_that_shows_it(post: PostClassification) -> None:
    assert post.carrier == 2
    assert "most of all in picture 3 of 4" in str(post.reason)
    single = post.outcomes[2].unwrap().score("ivory")
    assert post.outcomes[0].unwrap().score("ivory") < post.score("ivory") < single


def test_an_empty_post_and_one_without_a_readable_picture_are_typed(tiny: Classifier) -> None:
    with pytest.raises(PostError, match="found no picture at all") as empty:
        tiny.classify_post([])
    assert empty.value.errors == ()
    with pytest.raises(PostError, match=r"found none of 2, the first: a\.jpg") as failed:
        tiny.classify_post(["a.jpg", b"no picture"])
    assert [type(error).__name__ for error in failed.value.errors] == [
        "ImageReadError",
        "UnsupportedImageError",
    ]


def test_a_single_image_is_no_post(tiny: Classifier) -> None:
    with pytest.raises(UnsupportedImageError, match="put it into a list"):
        tiny.classify_post("a.jpg")


def test_nothing_to_judge_is_an_abstention(tiny: Classifier) -> None:
    found = tiny.classify_post([BLANK, IVORY[:7]])
    assert (found.verdict, found.reason.rule, found.carrier) == (Verdict.ABSTAIN, Rule.BLANK, None)
    assert str(found.reason).startswith("no picture can be judged; the first: the image is blank")


def test_it_travels_as_json(post: PostClassification) -> None:
    data = json.loads(json.dumps(post.to_dict()))
    found = PostClassification.from_dict(data)
    assert found.to_dict() == data
    assert str(found) == str(post)
    assert (found.carrier, found.predictions) == (post.carrier, post.predictions)
    assert isinstance(found.outcomes[1].error, ImageReadError)


def test_errors_come_back_with_class_and_message(tiny: Classifier) -> None:
    post = tiny.classify_post([IVORY])
    error = ImageTooLargeError(quantity="pixels", found=9, limit=4)
    data = replace(post, outcomes=(*post.outcomes, wildvision.Outcome(error=error))).to_dict()
    found = PostClassification.from_dict(data).outcomes[1].error
    assert (type(found), str(found)) == (ImageTooLargeError, str(error))
    data["outcomes"][1]["error"]["type"] = "os"
    assert type(PostClassification.from_dict(data).outcomes[1].error) is wildvision.WildvisionError


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": 2}, "schema 2"),
        ({"carrier": 1}, "carrier"),  # failed
        ({"carrier": -1}, "carrier"),
        ({"carrier": 4}, "carrier"),
        ({"outcomes": []}, "at least one picture"),
        ({"outcomes": "none"}, "list of outcomes"),
        ({"outcomes": [{}]}, "either"),
        ({"verdict": "MAYBE"}, "MAYBE"),
        ({"more": 1}, "more"),
    ],
)
def test_what_is_no_post_is_refused(
    post: PostClassification, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        PostClassification.from_dict({**post.to_dict(), **changes})


def test_it_shows_itself(post: PostClassification) -> None:
    assert str(post).startswith(f"{post.verdict.value}: ")
    assert "\n" not in str(post)
    assert repr(post).startswith("<PostClassification of 4 pictures: ")
    shown = post._repr_html_()
    assert shown.count("<li>") == 4
    assert "<li><b>" in shown
    assert "<script>" not in post_with_text(post, "<script>")._repr_html_()


def post_with_text(post: PostClassification, text: str) -> PostClassification:
    outcome = wildvision.Outcome(error=wildvision.ImageError(text))
    return replace(post, outcomes=(*post.outcomes, outcome))


def test_it_is_a_classification_for_whoever_wants_one(post: PostClassification) -> None:
    whole = post.as_classification()
    assert isinstance(whole, Classification)
    assert (whole.verdict, whole.reason, whole.predictions) == (post.verdict, post.reason, post.predictions)
    with pytest.raises(wildvision.TaxonomyError, match="does not score"):
        post.score("unicorn")


def test_the_one_call_uses_the_default_model(tiny_directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MODEL_VARIABLE, str(tiny_directory))
    assert wildvision.classify_post([IVORY, GREY]).model_id == "tiny"
