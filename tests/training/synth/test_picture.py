"""One picture: what goes wrong in a scene is kept as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.synth.noise_pictures import TINY
from training.synth import picture
from training.synth.picture import make_picture
from training.synth.plan import Job
from training.synth.shoot import HiddenSubjectError


def test_a_scene_that_raises_becomes_a_failure(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(picture, "take", lambda *_, **__: 1 / 0)
        outcome = make_picture(Job("rhino_horn", 0), out=tmp_path, seed=0, options=TINY)
    assert isinstance(outcome, str)
    assert "ZeroDivisionError" in outcome


def test_a_subject_that_hides_is_drawn_again(tmp_path: Path) -> None:
    attempts = []

    def take(scene: dict[str, object], *_: object, **__: object) -> None:
        attempts.append(scene["attempt"])
        raise HiddenSubjectError("nothing of it")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(picture, "take", take)
        outcome = make_picture(Job("rhino_horn", 0), out=tmp_path, seed=0, options=TINY)
    assert "hid their subject" in str(outcome)
    assert attempts == list(range(6))
