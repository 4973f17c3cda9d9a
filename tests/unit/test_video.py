from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import wildvision
from tests.clip_files import BONE, GREY, IVORY, make_clip, scene
from wildvision import (
    Classification,
    Classifier,
    Rule,
    Verdict,
    VideoClassification,
    VideoDecodeError,
    VideoLimits,
)
from wildvision.manifest import MODEL_VARIABLE
from wildvision.post_scores import combine
from wildvision.video import judge_clip


@pytest.fixture(scope="module")
def found(tiny: Classifier) -> VideoClassification:
    return tiny.classify_video(make_clip([GREY, IVORY, BONE]))


def test_the_frame_that_carries_the_answer_has_its_time(found: VideoClassification) -> None:
    assert [frame.time_s for frame in found.frames] == [0.0, 1.0, 2.0]
    assert (found.carrier, found.carrier_s) == (1, 1.0)
    assert "most of all at 1.0 s" in str(found.reason)
    assert (found.width, found.height, found.codec) == (96, 64, "h264")
    assert [caution.code for caution in found.warnings] == ["frames_of_clip"]
    assert "a clip of 3.0 s; frames looked at: 3, at 0.0, 1.0, 2.0 s" in str(found)


def test_scores_are_combined_as_those_of_a_post(found: VideoClassification) -> None:
    for prediction in found.predictions:
        own = [frame.result.score(prediction.category) for frame in found.frames]
        assert prediction.score == combine(own)


def test_a_clip_of_one_scene_says_what_its_frame_says(tiny: Classifier) -> None:
    clip, image = judge_clip(make_clip([IVORY], seconds=5), tiny)
    single = tiny.judge(image)
    assert len(clip.frames) == 5
    assert (clip.verdict, clip.reason.rule) == (single.verdict, single.reason.rule)
    assert clip.score("ivory") == pytest.approx(single.score("ivory"), abs=0.02)


def test_dark_frames_between_say_nothing(tiny: Classifier) -> None:
    black = (16, 16, 16)
    with_dark = tiny.classify_video(make_clip([black, IVORY, black], options={}))
    assert with_dark.carrier == 1
    alone = tiny.classify_video(make_clip([IVORY]))
    assert with_dark.frames[0].result.reason.rule is not Rule.PRODUCT
    assert alone.verdict is Verdict.FLAG


def test_too_small_to_judge_is_an_abstention(tiny: Classifier) -> None:
    clip, image = judge_clip(make_clip([IVORY], codec="mpeg4", width=2, height=2), tiny)
    assert (clip.verdict, clip.reason.rule, clip.carrier, clip.carrier_s) == (
        Verdict.ABSTAIN, Rule.TOO_SMALL, None, None,
    )  # fmt: skip
    assert image.pixels.shape == (2, 2, 3)


def test_the_carrying_frame_comes_back(tiny: Classifier) -> None:
    _, image = judge_clip(make_clip([GREY, IVORY]), tiny)
    assert np.abs(image.pixels.astype(int) - scene(IVORY, 96, 64)).mean() < 12


def test_the_frame_that_carries_the_answer_can_be_explained(tiny: Classifier) -> None:
    clip = tiny.classify_video(make_clip([GREY, IVORY, BONE]))
    explained = clip.frames[1].result.explain("ivory")
    assert explained.score == clip.frames[1].result.score("ivory")
    assert np.abs(explained.pixels.astype(int) - scene(IVORY, 96, 64)).mean() < 12
    with pytest.raises(wildvision.ExplanationError):
        clip.frames[0].result.explain("ivory")


def test_a_cut_is_a_warning_of_the_answer(tiny: Classifier) -> None:
    cut = tiny.classify_video(make_clip([IVORY, GREY, BONE]), limits=VideoLimits(max_s=0.5))
    assert [caution.code for caution in cut.warnings] == ["clip_cut", "frames_of_clip"]
    assert len(cut.frames) == 1


def test_it_travels_as_json(found: VideoClassification) -> None:
    data = json.loads(json.dumps(found.to_dict()))
    again = VideoClassification.from_dict(data)
    assert again == found
    assert again.to_dict() == data


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"schema": 3}, "schema 3"), ({"carrier": 3}, "place"), ({"frames": []}, "frames"), ({"frames": [1]}, "frames"),
     ({"verdict": "MAYBE"}, "MAYBE")],
)  # fmt: skip
def test_what_is_no_clip_is_refused(
    found: VideoClassification, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        VideoClassification.from_dict({**found.to_dict(), **changes})


def test_it_shows_itself(found: VideoClassification) -> None:
    assert repr(found).startswith("<VideoClassification of 3 frames: ")
    assert found._repr_html_().count("<li>") == 3
    assert isinstance(found.as_classification(), Classification)
    with pytest.raises(wildvision.TaxonomyError):
        found.score("unicorn")


def test_the_one_call_takes_a_path(
    tiny_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MODEL_VARIABLE, str(tiny_directory))
    path = tmp_path / "clip.mp4"
    path.write_bytes(make_clip([IVORY]))
    assert wildvision.classify_video(path).verdict is Verdict.FLAG
    with pytest.raises(VideoDecodeError, match="no bytes"):
        wildvision.classify_video(b"")
