from __future__ import annotations

import json
from collections.abc import Mapping

import msgspec

from tests.tiny_model import tiny_manifest
from training.evaluation.findings import NOTHING_UNSEEN, Evaluation, LookalikeConfusion
from training.release.shortcomings import shortcomings
from wildvision.manifest import parse_manifest


def counts(photos: int, **verdicts: int) -> Mapping[str, int]:
    return {"photos": photos, "FLAG": 0, "REVIEW": 0, "CLEAR": 0, "ABSTAIN": 0, **verdicts}


def said(**unseen: object) -> str:
    manifest = parse_manifest(json.dumps(tiny_manifest(b"")).encode())
    found = msgspec.structs.replace(NOTHING_UNSEEN, photos=100, **unseen)
    evaluation = Evaluation(model="tiny", model_sha256="0", unseen=found)
    (text,) = shortcomings(manifest, evaluation, ["A note."])
    return text


def test_the_groups_that_are_flagged_most_often_come_first_and_few_are_named() -> None:
    groups = {f"group{place}": counts(20, FLAG=place) for place in range(7)}
    verdicts = {
        **groups,
        "everyday": counts(10, FLAG=9),
        "ceramic?": counts(10, FLAG=10),
        "ivory": counts(9, FLAG=2, CLEAR=7),
        "pangolin": counts(4, FLAG=4),
    }
    text = said(verdicts={"balanced": verdicts})
    first = "everyday 9 of 10, group6 6 of 20, group5 5 of 20, group4 4 of 20, group3 3 of 20."
    assert f"- Flagged by `balanced` without showing a product: {first}\n" in text
    assert "- Products that `balanced` calls CLEAR: ivory 7 of 9.\n" in text
    assert text.endswith("- A note.")


def test_what_was_not_measured_is_told_apart_from_what_is_not_there() -> None:
    text = said(verdicts={"balanced": {}}, not_measured={"bone": 2, "antler": 0, "resin": 1, "shell": 0})
    assert "- Too few evaluation photos to measure: `bone` 2, `resin` 1.\n" in text
    assert "- No evaluation photo shows `antler`, `shell`.\n" in text


def test_the_look_alikes_that_reach_review_are_named_with_their_share() -> None:
    found = {
        name: LookalikeConfusion(photos=10, mean_score=0.1, review_share=share, flag_share=0.0)
        for name, share in (("bone", 0.2), ("shell", 0.0), ("antler", 0.4))
    }
    text = said(verdicts={"balanced": {}}, confusion={"ivory": found})
    assert "with `balanced`: antler for ivory (40% of 10), bone for ivory (20% of 10).\n" in text
