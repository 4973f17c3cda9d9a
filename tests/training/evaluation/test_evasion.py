"""The evasion suite counts what it says it counts."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import training.evaluation.evasion as suite
from tests.tiny_model import write_tiny_model
from training.errors import ConfigError, DatasetError
from training.evaluation.evasion import (
    MANIPULATIONS,
    SEVERITIES,
    LabelledPhotos,
    evasion_rows,
    measure_evasion,
)
from training.evaluation.evasion_report import EvasionReport, evasion_plot
from wildvision import Classifier

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

Pixels = NDArray[np.uint8]
Manipulate = Callable[[Pixels, float, np.random.Generator], Pixels]
LABELS = [frozenset({"ivory"})] * 8 + [frozenset({"bone"})] * 3 + [frozenset[str]()] * 5
NOTHING = [frozenset[str]()] * len(LABELS)


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    """It sees ivory in red."""
    return Classifier(write_tiny_model(tmp_path_factory.mktemp("tiny")))


def photo(colour: tuple[int, int, int]) -> Pixels:
    image = np.full((48, 64, 3), colour, np.uint8)
    image[::2] = image[::2] // 2 + 64  # not blank
    return image


IMAGES = [photo((250, 20, 20))] * 6 + [photo((40, 60, 90))] * 2 + [photo((30, 180, 30))] * 8
PHOTOS = LabelledPhotos(images=IMAGES, labels=LABELS, unsettled=NOTHING)


def replaced(monkeypatch: pytest.MonkeyPatch, **manipulations: Manipulate) -> None:
    monkeypatch.setattr(suite, "MANIPULATIONS", manipulations)


def measure(classifier: Classifier) -> EvasionReport:
    return measure_evasion(classifier, PHOTOS, products=("ivory", "pangolin"))


def test_what_is_lost_and_raised_is_counted(monkeypatch: pytest.MonkeyPatch, classifier: Classifier) -> None:
    def turn_blue_from_3(image: Pixels, severity: float, rng: np.random.Generator) -> Pixels:
        return image[..., ::-1] if severity >= 3 else image

    def redden_at_5(image: Pixels, severity: float, rng: np.random.Generator) -> Pixels:
        return IMAGES[0] if severity == 5 else image

    replaced(monkeypatch, blue=turn_blue_from_3, redden=redden_at_5)
    found = measure(classifier).products["ivory"]
    assert (found.positives, found.negatives) == (8, 8)
    assert found.review is not None
    assert found.review.threshold == 0.4
    assert found.review.found == 6
    assert found.review.true_positive_rate == 0.75
    assert found.review.false_positive_rate == 0.0
    assert found.review.kept == {"blue": (1, 1, 0, 0, 0), "redden": (1, 1, 1, 1, 1)}
    assert found.review.mean_kept == (1, 1, 0.5, 0.5, 0.5)
    assert found.review.false_positive_rates["redden"] == (0, 0, 0, 0, 1)
    assert found.review.mean_false_positive_rate == (0, 0, 0, 0, 0.5)
    assert found.review.mean_relative_corruption_error == pytest.approx(0.3)


def test_a_photo_that_the_model_abstains_from_is_lost(
    monkeypatch: pytest.MonkeyPatch, classifier: Classifier
) -> None:
    blank = np.full((48, 64, 3), (255, 0, 0), np.uint8)  # all red, so its score is high
    replaced(monkeypatch, blank=lambda image, severity, rng: blank)
    found = measure(classifier).products["ivory"].review
    assert found is not None
    assert found.kept["blank"] == (0, 0, 0, 0, 0)


def test_chance_differs_between_photos_but_not_between_strengths(
    monkeypatch: pytest.MonkeyPatch, classifier: Classifier
) -> None:
    drawn: dict[float, list[float]] = {severity: [] for severity in SEVERITIES}

    def note(image: Pixels, severity: float, rng: np.random.Generator) -> Pixels:
        drawn[severity].append(float(rng.random()))
        return image

    replaced(monkeypatch, note=note)
    measure(classifier)
    assert drawn[1] == drawn[5]
    assert len(set(drawn[1])) == len(IMAGES)


def test_unsettled_photos_and_unfound_products_do_not_count(
    monkeypatch: pytest.MonkeyPatch, classifier: Classifier
) -> None:
    replaced(monkeypatch, none=lambda image, severity, rng: image)
    unsettled = [*NOTHING[:-1], frozenset({"ivory"})]
    shown = LabelledPhotos(images=IMAGES, labels=LABELS, unsettled=unsettled)
    report = measure_evasion(classifier, shown, products=("ivory", "pangolin"))
    assert report.products["ivory"].negatives == 7
    assert report.products["pangolin"].review is None
    assert report.products["pangolin"].flag is None


def test_the_policy_gives_the_thresholds(monkeypatch: pytest.MonkeyPatch, classifier: Classifier) -> None:
    replaced(monkeypatch, none=lambda image, severity, rng: image)
    strict = measure_evasion(classifier, PHOTOS, products=["ivory"], policy="strict")
    assert strict.policy == "strict"
    assert strict.products["ivory"].review is not None
    assert strict.products["ivory"].review.threshold == 0.9
    assert strict.products["ivory"].flag is None  # nothing reaches 1.0
    with pytest.raises(ConfigError, match="lenient"):
        measure_evasion(classifier, PHOTOS, products=["ivory"], policy="lenient")
    with pytest.raises(ConfigError, match="shark_fin"):
        measure_evasion(classifier, PHOTOS, products=["shark_fin"])


def test_the_whole_suite_runs_repeats_and_survives_json(classifier: Classifier) -> None:
    report, again = measure(classifier), measure(classifier)
    assert report == again
    assert len(report.manipulations) == 9
    assert EvasionReport.from_dict(json.loads(json.dumps(report.to_dict()))) == report
    found = report.products["ivory"].review
    assert found is not None
    assert set(found.kept) == set(MANIPULATIONS)
    assert found.kept["collage"][0] > found.kept["collage"][-1]
    with Image.open(io.BytesIO(evasion_plot(report))) as picture:
        assert picture.width > 1000


def test_a_plot_of_nothing_is_refused() -> None:
    empty = EvasionReport(
        model_id="m", policy="p", seed=0, severities=SEVERITIES, manipulations=(), products={}
    )
    with pytest.raises(DatasetError, match="evaluate more photos"):
        evasion_plot(empty)


def test_few_photos_of_each_product_and_twice_as_many_others_are_chosen() -> None:
    labels = [frozenset({"ivory"})] * 10 + [frozenset({"pangolin"})] * 2 + [frozenset[str]()] * 30
    rows = evasion_rows(labels, ["ivory", "pangolin"], photos=4)
    assert rows == sorted(rows)
    assert [sum(row < 10 for row in rows), sum(10 <= row < 12 for row in rows), len(rows)] == [4, 2, 14]
    assert rows == evasion_rows(labels, ["ivory", "pangolin"], photos=4)


def test_the_report_says_with_which_detail_pictures_were_looked_at(
    monkeypatch: pytest.MonkeyPatch, classifier: Classifier, tmp_path: Path
) -> None:
    replaced(monkeypatch, nothing=lambda image, severity, rng: image)
    assert measure(classifier).detail == "balanced"
    fast = Classifier(write_tiny_model(tmp_path / "fast"), detail="fast")
    assert measure(fast).detail == "fast"
    earlier = measure(fast).to_dict()
    del earlier["detail"]
    assert EvasionReport.from_dict(earlier).detail == "fast"
