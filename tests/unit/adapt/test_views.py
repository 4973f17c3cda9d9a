"""Views that teach beside few photos: what they are, and that they go where their photos go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.tiny_model import write_teachable_model
from wildvision import Classifier
from wildvision.adapt import learned
from wildvision.adapt.background import read_background
from wildvision.adapt.head import HeadSettings
from wildvision.adapt.learned import learn
from wildvision.adapt.lesson import Lesson, make_lesson, settings_to_teach
from wildvision.adapt.photos import read_photos
from wildvision.adapt.views import SIDE, VIEWS, views_of
from wildvision.manifest import load_manifest


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_teachable_model(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture
def shops(tmp_path: Path) -> Path:
    """Eight reddish pictures of four sources."""
    rng = np.random.default_rng(0)
    for number in range(8):
        (tmp_path / "red" / f"shop{number // 2}").mkdir(parents=True, exist_ok=True)
        pixels = rng.integers((150, 60, 60), (255, 120, 120), (48, 64, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "red" / f"shop{number // 2}" / f"{number}.png")
    return tmp_path / "red"


def lesson_of(base: Path, shops: Path, *, views_below: int) -> Lesson:
    manifest = load_manifest(base)
    photos = read_photos([shops], Classifier(base), views_below=views_below)
    return make_lesson(
        "ivory", photos, None, read_background(base, manifest), manifest.taxonomy, compared=False
    )


def test_views_are_the_mirror_image_the_middle_and_the_corners() -> None:
    photo = np.arange(10 * 20 * 3, dtype=np.uint8).reshape(10, 20, 3)
    mirror, middle, *corners = views_of(photo)
    assert np.array_equal(mirror[:, ::-1], photo)
    assert np.array_equal(middle, photo[1:9, 2:18])
    assert [tuple(corner[0, 0]) for corner in corners] == [
        tuple(photo[top, left]) for top in (0, 2) for left in (0, 4)
    ]
    assert {corner.shape for corner in corners} == {(round(SIDE * 10), round(SIDE * 20), 3)}
    assert len(list(views_of(photo))) == VIEWS
    assert [view.shape for view in views_of(photo[:1, :1])] == [(1, 1, 3)] * VIEWS


def test_few_photos_are_read_with_views_and_many_without(base: Path, shops: Path) -> None:
    classifier = Classifier(base)
    few = read_photos([shops], classifier, views_below=9)
    assert few.views is not None
    assert few.views.shape == (8, VIEWS, classifier.manifest.embedding_size)
    picture = np.asarray(Image.open(few.names[3]))
    mirrored = classifier.features(classifier.decode(np.ascontiguousarray(picture[:, ::-1])))
    assert np.allclose(few.views[3, 0], mirrored, atol=1e-6)
    assert read_photos([shops], classifier, views_below=8).views is None
    assert few.take(np.array([3])).views is not None


def test_views_stand_beside_few_photos_only(base: Path, shops: Path) -> None:
    few = lesson_of(base, shops, views_below=50)
    assert few.views.shape == (8 * VIEWS, few.features.shape[1])
    assert few.viewed.tolist() == [row for row in range(8) for _ in range(VIEWS)]
    assert few.rows == lesson_of(base, shops, views_below=0).rows
    manifest = load_manifest(base)
    background = read_background(base, manifest)
    photos = read_photos([shops], Classifier(base), views_below=50)
    known = int((background.of("ivory")[0] & ~background.rendered).sum())
    for limit, views in ((8 + known, 0), (9 + known, 8 * VIEWS)):
        behind = replace(background, settings=replace(background.settings, rendered_below=limit))
        found = make_lesson("ivory", photos, None, behind, manifest.taxonomy, compared=False)
        assert len(found.viewed) == len(found.views) == views


def test_views_teach_where_their_photos_teach_and_never_judge(
    base: Path, shops: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = lesson_of(base, shops, views_below=50)
    taught: list[tuple[int, list[np.ndarray]]] = []
    fit = learned.fit_linear_heads

    def watched(features: np.ndarray, *rest: object, parts: list[np.ndarray], **more: object) -> object:
        taught.append((len(features), parts))
        return fit(features, *rest, parts=parts, **more)

    monkeypatch.setattr(learned, "fit_linear_heads", watched)
    manifest = load_manifest(base)
    found = learn(lesson, manifest, manifest.taxonomy, before=None)
    ((rows, parts),) = taught
    photos = len(lesson.rows)
    assert rows == photos + 8 * VIEWS
    for part in parts:
        own = set(part[part < 8])
        views = lesson.viewed[part[part >= photos] - photos]
        assert set(views) == own
        assert len(views) == VIEWS * len(own)
    assert len(found.scores) == photos
    assert found.numbers.photos == int((lesson.positive & lesson.real).sum())


def test_views_do_not_make_few_photos_many() -> None:
    released = HeadSettings(inverse_penalty=0.1, rendered_below=50)
    settings = settings_to_teach(released, stands_for=900, photos=30, views=60)
    assert settings.inverse_penalty == pytest.approx(1.0)
    assert settings.rendered_below == 50 * (1 + VIEWS)
    assert settings_to_teach(released, stands_for=900, photos=90).rendered_below == 50
