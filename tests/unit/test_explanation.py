from __future__ import annotations

import copy
import io
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import paint
from tests.unit.test_classifier import BLUE, BONE, IVORY, collage
from tests.unit.test_turning import one_sided
from wildvision import Classification, Classifier, ExplanationError
from wildvision.explanation import LEAST_SHARE, MOST_REGIONS, EvidenceBox, Explanation, regions
from wildvision.recent import MOST_PICTURES

HALF = np.concatenate([IVORY, BONE], axis=1)
SHAPES = [(32, 32), (48, 32), (32, 48), (200, 90), (33, 95), (640, 480)]


def logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


@pytest.mark.parametrize("size", SHAPES)
@pytest.mark.parametrize("category", ["ivory", "bone"])
def test_the_mean_of_the_map_and_a_constant_are_the_logit(
    tiny: Classifier, size: tuple[int, int], category: str
) -> None:
    picture = np.asarray(Image.fromarray(HALF).resize(size))
    found = tiny.explain(picture, category)
    assert found.map.shape == found.pixels.shape[:2]
    assert found.map.dtype == np.float32
    assert found.logit == pytest.approx(logit(tiny.classify(picture).score(category)), abs=1e-4)
    assert float(found.map.mean(dtype=np.float64)) + found.constant == pytest.approx(found.logit, abs=1e-6)


def test_the_constant_is_the_same_for_all_square_pictures(tiny: Classifier) -> None:
    pictures = [
        paint(*colour, width=64, height=64) for colour in ((230, 60, 60), (60, 230, 60), (9, 99, 200))
    ]
    constants = [tiny.explain(picture, "ivory").constant for picture in pictures]
    assert constants == pytest.approx([-1, -1, -1], abs=1e-4)


@pytest.mark.parametrize(("category", "bias"), [("ivory", -1), ("bone", -3)])
def test_beside_the_bias_the_constant_is_what_the_padding_adds(
    tiny: Classifier, category: str, bias: float
) -> None:
    # 64 x 32 fills the two middle rows of 4 x 4 cells; the others are of grey 128, which adds next to nothing.
    picture = np.asarray(Image.fromarray(HALF).resize((64, 32)))
    assert tiny.explain(picture, category).constant == pytest.approx(bias, abs=0.02)


def test_four_looks_add_up_too(tmp_path: Path) -> None:
    four = one_sided(tmp_path, look_from={"ivory": -99.0})
    picture = np.concatenate([IVORY[:, :24], BLUE, BLUE], axis=1)
    found = four.explain(picture, "ivory")
    assert found.score == pytest.approx(four.classify(picture).score("ivory"), abs=1e-6)
    assert found.logit == pytest.approx(logit(found.score), abs=1e-4)


def test_the_map_lies_over_the_thing_and_so_does_the_box(tiny: Classifier) -> None:
    found = tiny.explain(HALF, "ivory")
    _, column = np.unravel_index(int(found.map.argmax()), found.map.shape)
    assert column < found.map.shape[1] / 2
    (box, *rest) = found.boxes
    assert box.left == 0
    assert box.right <= 60  # of 96: the boundary is blurred by a cell
    assert box.share > 0.9
    assert not rest


def test_boxes_are_in_pixels_of_the_original(tiny: Classifier) -> None:
    large = np.asarray(Image.fromarray(HALF).resize((960, 320)))
    found = tiny.explain(large, "ivory")
    assert found.pixels.shape[1] < 960
    assert (found.width, found.height) == (960, 320)
    assert 400 < found.boxes[0].right < 620
    assert found.boxes[0].bottom == 320


def test_a_part_that_carries_the_score_carries_the_map(tiny: Classifier) -> None:
    picture = collage(BLUE, IVORY)
    found = tiny.explain(picture, "ivory")
    assert not found.map[:, :54].any()
    assert found.map.mean(dtype=np.float64) + found.constant == pytest.approx(found.logit, abs=1e-5)
    assert found.constant == pytest.approx(tiny.explain(IVORY, "ivory").constant, abs=1e-3)
    assert found.score == tiny.classify(picture).score("ivory") < tiny.classify(IVORY).score("ivory")
    assert found.boxes[0].left >= 54


def test_without_a_category_it_is_what_the_answer_is_about(tiny: Classifier) -> None:
    assert tiny.explain(IVORY).category == "ivory"
    assert tiny.explain(BLUE).category == "pangolin"
    nearest = tiny.classify(BONE).reason.nearest
    assert nearest is not None
    assert tiny.explain(BONE).category == nearest.category


def test_an_unknown_category_is_named(tiny: Classifier) -> None:
    with pytest.raises(KeyError, match="expected one of ivory"):
        tiny.explain(IVORY, "unicorn")
    with pytest.raises(KeyError, match="unicorn"):
        tiny.classify(IVORY).explain("unicorn")


# --- from a result ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["path", "bytes", "file", "array", "picture"])
def test_a_result_explains_itself_whatever_its_source(tiny: Classifier, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "half.png"
    Image.fromarray(HALF).save(path)
    sources = {
        "path": path,
        "bytes": path.read_bytes(),
        "file": io.BytesIO(path.read_bytes()),
        "array": HALF,
        "picture": Image.fromarray(HALF),
    }
    result = tiny.classify(sources[kind])
    found, wanted = result.explain("ivory"), tiny.explain(HALF, "ivory")
    assert np.array_equal(found.map, wanted.map)
    assert found.score == result.score("ivory")
    assert result.explain().category == tiny.explain(HALF).category


def test_results_stay_values(tiny: Classifier) -> None:
    result = tiny.classify(HALF)
    again = Classification.from_dict(json.loads(json.dumps(result.to_dict())))
    for other in (again, pickle.loads(pickle.dumps(result)), copy.deepcopy(result)):
        assert other == result
        assert hash(other) == hash(result)
        with pytest.raises(ExplanationError, match=r"use Classifier\.explain"):
            other.explain("ivory")


def test_a_stream_keeps_few_pictures(tiny: Classifier) -> None:
    outcomes = tiny.classify_batch([paint(230, 60, level) for level in range(2 * MOST_PICTURES)])
    assert outcomes[-1].unwrap().explain("ivory").score == outcomes[-1].unwrap().score("ivory")
    with pytest.raises(ExplanationError, match=f"last {MOST_PICTURES} pictures"):
        outcomes[0].unwrap().explain("ivory")


def test_a_file_that_changed_is_not_explained_as_the_old_one(tiny: Classifier, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(IVORY).save(path)
    result = tiny.classify(path)
    Image.fromarray(BONE).save(path)
    with pytest.raises(ExplanationError, match="changed since"):
        result.explain("ivory")


def test_a_relative_path_is_found_from_elsewhere(
    tiny: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.fromarray(IVORY).save(tmp_path / "a.png")
    monkeypatch.chdir(tmp_path)
    result = tiny.classify("a.png")
    monkeypatch.chdir("/")
    assert result.explain("ivory").score == result.score("ivory")


# --- regions, pictures, values --------------------------------------------------------------------------------


def test_regions_are_told_apart_with_their_shares() -> None:
    evidence = np.full((40, 80), -1, np.float32)
    evidence[5:15, 5:25] = 3
    evidence[25:35, 60:70] = 2
    first, second = regions(evidence, width=160, height=80)
    assert first == EvidenceBox(left=10, top=10, right=50, bottom=30, share=pytest.approx(0.75, abs=0.02))
    assert (second.left, second.top, second.right, second.bottom) == (120, 50, 140, 70)
    assert first.share + second.share == pytest.approx(1, abs=1e-3)


def test_nothing_for_a_category_is_no_region() -> None:
    assert regions(np.full((8, 8), -1, np.float32), width=80, height=80) == ()
    assert regions(np.zeros((8, 8), np.float32), width=80, height=80) == ()


def test_many_specks_are_bounded() -> None:
    evidence = np.zeros((48, 48), np.float32)
    evidence[::4, ::4] = 1
    assert regions(evidence, width=48, height=48) == ()  # each carries less than LEAST_SHARE
    evidence = np.zeros((48, 48), np.float32)
    evidence[2:44:15, 2:44:12] = 1
    found = regions(evidence, width=48, height=48)
    assert len(found) == MOST_REGIONS
    assert all(box.share >= LEAST_SHARE for box in found)


def test_the_overlay_warms_what_speaks_for_the_category_only(tiny: Classifier) -> None:
    found = tiny.explain(HALF, "ivory")
    drawn = found.overlay(boxes=False)
    assert (drawn.mode, drawn.size) == ("RGB", found.pixels.shape[1::-1])
    change = np.abs(np.asarray(drawn).astype(int) - found.pixels).sum(axis=2)
    assert change[:, :20].mean() > 10 * change[:, -20:].mean()
    boxed = np.asarray(found.overlay())
    assert (boxed != np.asarray(drawn)).any()


@pytest.mark.parametrize("length", [540, 6000])
def test_the_frame_leaves_what_it_frames_to_be_seen_on_a_page_of_any_length(length: int) -> None:
    shape = (length, 540)
    box = EvidenceBox(left=100, top=200, right=340, bottom=400, share=0.9)
    found = Explanation(
        category="ivory",
        score=0.9,
        logit=2.0,
        map=np.zeros(shape, np.float32),
        pixels=np.full((*shape, 3), 120, np.uint8),
        width=shape[1],
        height=shape[0],
        boxes=(box,),
    )
    changed = np.asarray(found.overlay())[box.top : box.bottom, box.left : box.right] != 120
    assert 0 < changed.any(axis=2).mean() < 0.25


def test_an_explanation_as_json_still_adds_up(tiny: Classifier) -> None:
    found = tiny.explain(HALF, "ivory").to_dict()
    text = json.loads(json.dumps(found))
    assert np.mean(text["map"]) + text["constant"] == pytest.approx(text["logit"], abs=2e-3)
    assert text["boxes"][0]["share"] > 0.9
    assert (text["schema"], text["category"], text["width"]) == (1, "ivory", HALF.shape[1])


def test_its_repr_is_short(tiny: Classifier) -> None:
    assert repr(tiny.explain(IVORY)).startswith("<Explanation ivory=")
    assert isinstance(tiny.explain(IVORY), Explanation)
