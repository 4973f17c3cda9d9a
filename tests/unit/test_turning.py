from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.conftest import paint
from tests.tiny_model import CELLS, tiny_graph, write_tiny_model
from tests.unit.test_classifier import collage
from wildvision import Classifier, ManifestError
from wildvision.turning import QUARTERS, WEIGHTS, is_worth_turning, together, turned

IVORY, BLUE = paint(230, 60, 60, width=48, height=48), paint(60, 60, 230, width=48, height=48)
SHARE = {"value": 0.1, "low": 0.0, "high": 0.2}


def one_sided(directory: Path, *, look_from: dict[str, float] | None) -> Classifier:
    """A model that sees the upper half of a picture alone."""
    seen = np.zeros((CELLS, CELLS))
    seen[: CELLS // 2] = 2
    turning = {"look_from": look_from, "asked": 0.1, "set_on": "test", "turned": SHARE}
    graph = tiny_graph(seen=seen)
    return Classifier(
        write_tiny_model(directory, graph=graph, **({} if look_from is None else {"turning": turning}))
    )


def half(upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    return np.concatenate([upper[:24], lower[:24]])


def test_turning_and_turning_back_changes_nothing() -> None:
    image = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    assert turned(image, 1).shape == (3, 2, 3)
    assert turned(image, 1)[0, 0].tolist() == image[0, -1].tolist()
    for turns in range(QUARTERS):
        assert np.array_equal(turned(turned(image, turns), -turns), image)


def test_four_looks_are_weighed_and_one_stands_for_itself() -> None:
    looks = np.array([[1, -5], [4, -6], [2, -7], [3, -8]], np.float32)
    assert together(looks) == pytest.approx([0.35 + 1 + 0.3 + 0.75, -(1.75 + 1.5 + 1.05 + 2)])
    assert together(looks[:1]).tolist() == [1, -5]
    assert WEIGHTS.sum() == pytest.approx(1)


def test_a_first_look_that_comes_near_a_product_asks_for_more() -> None:
    categories, look_from = ("ivory", "bone"), {"ivory": 1.0}
    assert is_worth_turning(np.array([1, -9], np.float32), categories, look_from)
    assert not is_worth_turning(np.array([0.9, 9], np.float32), categories, look_from)
    assert not is_worth_turning(np.array([9, 9], np.float32), categories, {})


def test_the_answer_hardly_depends_on_the_side_that_is_up(tmp_path: Path) -> None:
    image = half(IVORY, BLUE)
    once = one_sided(tmp_path / "once", look_from=None)
    four = one_sided(tmp_path / "four", look_from={"ivory": -99.0})
    views = [turned(image, turns) for turns in range(QUARTERS)]
    alone, together = ([float(np.log(s / (1 - s))) for s in scores(model, views)] for model in (once, four))
    assert max(together) - min(together) < 0.3 * (max(alone) - min(alone))
    # Upright weighs 0.35; turned by 90 degrees, the upright look is the last of four.
    assert together[0] == pytest.approx(np.dot(WEIGHTS, alone), abs=0.02)
    assert together[1] == pytest.approx(np.dot(WEIGHTS, np.roll(alone, -1)), abs=0.02)


def scores(model: Classifier, views: list[np.ndarray]) -> list[float]:
    return [model.classify(view).score("ivory") for view in views]


def test_a_first_look_far_from_any_product_is_the_only_one(tmp_path: Path) -> None:
    once = one_sided(tmp_path / "once", look_from=None)
    four = one_sided(tmp_path / "four", look_from={"ivory": 0.0})
    far = half(BLUE, IVORY)
    assert four.classify(far) == once.classify(far)
    near = half(IVORY, BLUE)
    assert four.classify(near) != once.classify(near)


def test_the_map_lies_where_the_thing_is_on_whatever_side(tmp_path: Path) -> None:
    four = one_sided(tmp_path, look_from={"ivory": -99.0})
    wide = np.concatenate([IVORY[:, :24], BLUE, BLUE], axis=1)  # 48 x 120, the thing on the left
    for turns in range(QUARTERS):
        image = four.decode(turned(wide, turns))
        found = turned(four.activation_map(image, "ivory"), -turns)
        assert found.shape == wide.shape[:2]
        assert found[:, :20].mean() > found[:, 40:].mean()


def test_a_photo_in_a_collage_is_turned_too(tmp_path: Path) -> None:
    four = one_sided(tmp_path, look_from={"ivory": -99.0})
    thing = half(IVORY, BLUE)
    paper, upright = collage(turned(thing, 2), BLUE), collage(thing, BLUE)
    found, wanted = four.classify(paper), four.classify(upright)
    assert [w.code for w in found.warnings] == ["photos_within"]
    assert found.score("ivory") > 0.4 * wanted.score("ivory")  # as odds, a share of it


def test_the_embedding_is_of_the_picture_as_it_came(tmp_path: Path) -> None:
    once = one_sided(tmp_path / "once", look_from=None)
    four = one_sided(tmp_path / "four", look_from={"ivory": -99.0})
    image = four.decode(half(IVORY, BLUE))
    result, embedding = four.judge_and_embed(image)
    assert result == four.judge(image)
    assert np.array_equal(embedding, once.judge_and_embed(image)[1])


def test_a_model_cannot_ask_for_what_it_does_not_score(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="turning"):
        one_sided(tmp_path, look_from={"shark_fin": 0.0})


@pytest.mark.parametrize("seed", range(10))
def test_more_categories_change_no_other_to_the_bit(seed: int) -> None:
    looks = np.random.default_rng(seed).normal(0, 5, (QUARTERS, 64)).astype(np.float32)
    for count in range(1, 64):
        assert (together(looks[:, :count]) == together(looks)[:count]).all()
