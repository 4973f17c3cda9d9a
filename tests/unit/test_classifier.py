from __future__ import annotations

import inspect
import io
import itertools
import pickle
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import wildvision
from tests.conftest import paint
from tests.hostile_files import HOSTILE, ODD
from wildvision import (
    Classification,
    Classifier,
    ImageDecodeError,
    ImageLimits,
    ImageTooLargeError,
    ManifestError,
    OptionError,
    Rule,
    UnsupportedImageError,
    Verdict,
    errors,
    results,
)
from wildvision.classifier import WINDOW
from wildvision.images import DEFAULT_LIMITS
from wildvision.manifest import MODEL_VARIABLE, Policy, Threshold
from wildvision.part_scores import POWERS
from wildvision.parts import PartKind

IVORY, BONE, BLUE = paint(230, 60, 60), paint(60, 230, 60), paint(60, 60, 230)


def test_it_says_what_it_sees(tiny: Classifier) -> None:
    result = tiny.classify(IVORY)
    assert result.verdict is Verdict.FLAG
    assert result.reason.category == result.predictions[0].category == "ivory"
    assert (result.model_id, result.policy, result.warnings) == ("tiny", "balanced", ())
    assert tiny.classify(BONE).verdict is Verdict.CLEAR
    assert tiny.classify(BLUE).verdict is Verdict.REVIEW


def test_a_score_follows_from_pixels_by_hand(tiny: Classifier) -> None:
    scaled = (IVORY.reshape(-1, 3).mean(axis=0) / 255 - 0.5) / 0.5
    # 48 x 32 on a 32 x 32 canvas: 21 of 32 rows are picture, the rest padding of 128.
    pooled = scaled * 21 / 32 + (128 / 255 - 0.5) / 0.5 * 11 / 32
    logit = pooled @ [8, -4, -4] - 1
    assert tiny.classify(IVORY).score("ivory") == pytest.approx(1 / (1 + np.exp(-logit)), abs=2e-3)


def test_the_activation_map_points_at_what_speaks_for_a_category(tiny: Classifier) -> None:
    half = np.concatenate([IVORY, BONE], axis=1)
    image = tiny.decode(half)
    found = tiny.activation_map(image, "ivory")
    assert found.shape == image.pixels.shape[:2]
    left, right = np.array_split(found, 2, axis=1)
    assert left[:, :-8].min() > right[:, 8:].max()
    with pytest.raises(KeyError, match="expected one of ivory"):
        tiny.activation_map(image, "unicorn")


def collage(*cells: np.ndarray) -> np.ndarray:
    """Cells side by side on white paper."""
    height = cells[0].shape[0]
    paper = np.full((height + 8, 4, 3), 255, np.uint8)
    framed = [np.pad(cell, ((4, 4), (0, 0), (0, 0)), constant_values=255) for cell in cells]
    return np.concatenate([paper, *(part for cell in framed for part in (cell, paper))], axis=1)


def test_a_photo_in_a_collage_counts_as_if_it_came_alone_where_the_highest_counts(
    tiny_directory: Path,
) -> None:
    tiny = Classifier(tiny_directory, detail="fast")
    alone, among = tiny.classify(IVORY), tiny.classify(collage(BLUE, IVORY))
    assert among.verdict is Verdict.FLAG
    assert among.score("ivory") == pytest.approx(alone.score("ivory"), abs=1e-6)
    assert [warning.code for warning in among.warnings] == ["photos_within"]
    assert "2" in among.warnings[0].message
    image = tiny.decode(collage(BLUE, IVORY))
    assert tiny.judge_and_embed(image)[0] == among


def test_each_of_several_photos_carries_a_share_of_the_chance(tiny: Classifier) -> None:
    alone, among = tiny.classify(IVORY), tiny.classify(collage(BLUE, IVORY))
    odds = [score / (1 - score) for score in (alone.score("ivory"), among.score("ivory"))]
    assert odds[0] / odds[1] == pytest.approx(2 ** POWERS[PartKind.PHOTO], rel=1e-3)
    assert [part.kind for part in among.parts] == ["whole", "photo", "photo"]
    whole, blue, ivory = among.parts
    assert (whole.left, whole.top, whole.right, whole.bottom) == (0, 0, 108, 40)
    assert ivory.score("ivory") == pytest.approx(alone.score("ivory"), abs=1e-6)
    assert blue.score("ivory") < 0.1
    assert (ivory.left, ivory.right) == (56, 104)
    assert alone.parts == ()
    assert Classification.from_dict(among.to_dict()) == among


def test_the_map_of_a_collage_lies_over_the_photo_that_speaks_for_a_category(tiny: Classifier) -> None:
    image = tiny.decode(collage(BLUE, IVORY))
    found = tiny.activation_map(image, "ivory")
    assert found.shape == image.pixels.shape[:2]
    assert not found[:, :54].any()
    assert found[8:28, 60:100].min() > 0


def test_categories_are_products_first(tiny: Classifier) -> None:
    assert tiny.categories == ("ivory", "pangolin", "bone")


def test_all_sources_of_one_picture_agree(tiny: Classifier, tmp_path: Path) -> None:
    path = tmp_path / "ivory.png"
    Image.fromarray(IVORY).save(path)
    with path.open("rb") as file:
        sources = [path, str(path), path.read_bytes(), file, Image.fromarray(IVORY), IVORY]
        results = [tiny.classify(source) for source in sources]
    assert all(result == results[0] for result in results)


def test_a_batch_keeps_order_and_gives_each_image_a_result_or_an_error(tiny: Classifier) -> None:
    sources = [IVORY, HOSTILE["jpeg_truncated_half"][0], ODD["gif_animated"], "missing.jpg", BONE]
    outcomes = tiny.classify_batch(sources)
    assert [outcome.result is not None for outcome in outcomes] == [True, False, True, False, True]
    assert isinstance(outcomes[1].error, ImageDecodeError)
    assert outcomes[0].result == tiny.classify(IVORY)
    assert outcomes[2].result is not None
    assert [str(caution) for caution in outcomes[2].result.warnings] == [
        "the image has several frames; one was read"
    ]
    assert tiny.classify_batch([]) == ()


ONE = [
    "a.jpg",
    Path("a.jpg"),
    b"\xff\xd8\xff",
    bytearray(9),
    Image.new("RGB", (9, 9)),
    IVORY,
    io.BytesIO(b""),
]


@pytest.mark.parametrize("one", ONE, ids=lambda one: type(one).__name__)
def test_one_image_is_no_batch(tiny: Classifier, one: object) -> None:
    for call in (tiny.classify_batch, tiny.classify_stream):  # at the call, not at the first outcome
        with pytest.raises(UnsupportedImageError, match="put it into a list"):
            call(one)  # type: ignore[arg-type]


def test_an_array_of_images_is_a_batch(tiny: Classifier) -> None:
    outcomes = tiny.classify_batch(np.stack([IVORY, BONE]))
    assert [outcome.unwrap() for outcome in outcomes] == [tiny.classify(IVORY), tiny.classify(BONE)]


class Counted:
    """Images that count how many of them were drawn."""

    def __init__(self, images: Iterator[np.ndarray]) -> None:
        self._images, self.drawn = images, 0

    def __iter__(self) -> Counted:
        return self

    def __next__(self) -> np.ndarray:
        image = next(self._images)
        self.drawn += 1
        return image


def test_a_batch_draws_its_images_as_it_answers_them(
    tiny: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources, answered, lock = Counted(iter([IVORY, BONE] * 20)), 0, threading.Lock()
    outcome, ahead = Classifier._outcome, [0]

    def counted(self: Classifier, source: np.ndarray) -> results.Outcome:
        nonlocal answered
        with lock:
            ahead.append(sources.drawn - answered)
        found = outcome(self, source)
        with lock:
            answered += 1
        return found

    monkeypatch.setattr(Classifier, "_outcome", counted)
    outcomes = tiny.classify_batch(sources)
    assert [o.unwrap().verdict for o in outcomes] == [Verdict.FLAG, Verdict.CLEAR] * 20
    assert sources.drawn == 40
    assert max(ahead) <= WINDOW + 1  # one is drawn before it is counted as waiting


def test_a_stream_may_never_end(tiny: Classifier) -> None:
    sources = Counted(itertools.cycle([IVORY, BONE, BLUE]))
    stream = tiny.classify_stream(sources)
    assert sources.drawn == 0
    for number, outcome in enumerate(itertools.islice(stream, 50), start=1):
        assert outcome.unwrap() == tiny.classify([BLUE, IVORY, BONE][number % 3])
        assert sources.drawn <= number + WINDOW
    stream.close()
    assert sources.drawn < 50 + WINDOW
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("wildvision")]


def test_a_stream_that_is_left_starts_no_more_images(
    tiny: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, both, leave = list[int](), threading.Event(), threading.Event()

    def waits(_self: Classifier, number: int) -> results.Outcome:
        started.append(number)
        if len(started) == 3:
            both.set()
        if number:
            leave.wait(timeout=10)
        return results.Outcome(error=ImageDecodeError("broken"))

    monkeypatch.setattr(Classifier, "_outcome", waits)
    stream = tiny.classify_stream(range(100))  # type: ignore[arg-type]
    next(stream)
    assert both.wait(timeout=10)
    threading.Timer(0.3, leave.set).start()
    stream.close()
    assert sorted(started) == [0, 1, 2]


def test_a_stream_shorter_than_its_window_is_answered(tiny: Classifier) -> None:
    assert [o.unwrap().verdict for o in tiny.classify_stream(iter([IVORY]))] == [Verdict.FLAG]
    assert list(tiny.classify_stream([])) == []


def test_a_batch_lets_a_mistake_in_the_program_through(tiny: Classifier) -> None:
    class Broken:
        def read(self, size: int) -> bytes:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tiny.classify_batch([Broken()])  # type: ignore[list-item]


def test_eight_threads_share_one_classifier(tiny: Classifier) -> None:
    images = [paint(r, g, 128) for r in range(20, 240, 30) for g in range(20, 240, 30)]
    alone = [tiny.classify(image) for image in images]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(tiny.classify, images * 3)) == alone * 3


def test_a_pickled_classifier_answers_alike(tiny_directory: Path) -> None:
    classifier = Classifier(tiny_directory, policy="strict", limits=ImageLimits(max_pixels=2000))
    copy = pickle.loads(pickle.dumps(classifier))
    assert copy.classify(IVORY) == classifier.classify(IVORY)
    assert copy.classify(IVORY).policy == "strict"
    with pytest.raises(ImageTooLargeError):
        copy.classify(np.zeros((100, 100, 3), np.uint8))
    assert len(pickle.dumps(classifier)) < 2000


def test_a_bundled_model_is_pickled_by_id(released: Classifier) -> None:
    assert str(Path(__file__).parents[2]) not in repr(pickle.dumps(released))


NOTHING = dict.fromkeys(("ivory", "pangolin"), Threshold(review=None, flag=None))


def test_policies_by_name_and_by_hand(tiny_directory: Path) -> None:
    assert Classifier(tiny_directory, policy="strict").classify(IVORY).verdict is not Verdict.FLAG
    never = Policy(
        objective="none",
        set_on="nothing",
        thresholds=NOTHING,
        lookalike_ratio=1.0,
    )
    result = Classifier(tiny_directory, policy=never).classify(IVORY)
    assert (result.verdict, result.policy) == (Verdict.CLEAR, "custom")
    with pytest.raises(ManifestError, match=r"\['balanced', 'strict'\] .*found 'lenient'"):
        Classifier(tiny_directory, policy="lenient")


@pytest.mark.parametrize(
    ("thresholds", "complaint"),
    [
        ({}, "no thresholds of ivory, pangolin; give each an entry"),
        ({"ivory": Threshold(review=0.5, flag=None)}, "no thresholds of pangolin;"),
        (
            {**NOTHING, "shark_fin": Threshold(review=0.5, flag=None)},
            "thresholds of shark_fin, which the model does not score",
        ),
        ({**NOTHING, "ivory": Threshold(review=0.9, flag=0.5)}, "review of ivory above that for its flag"),
        ({**NOTHING, "ivory": Threshold(review=5.0, flag=None)}, "thresholds of ivory that are not 0 to 1"),
    ],
)
def test_a_policy_of_ones_own_that_does_not_fit_the_model_is_refused(
    tiny_directory: Path, thresholds: dict[str, Threshold], complaint: str
) -> None:
    """A product without thresholds would never be reported, and nobody would be told."""
    wrong = Policy(objective="", set_on="", thresholds=thresholds, lookalike_ratio=1.0)
    with pytest.raises(ManifestError, match=complaint):
        Classifier(tiny_directory, policy=wrong)


@pytest.mark.parametrize("threads", [0, -1, 1.5, "2", True])
def test_threads_that_make_no_sense_are_refused(tiny_directory: Path, threads: object) -> None:
    with pytest.raises(OptionError, match=f"from 1, .* found {threads!r}"):
        Classifier(tiny_directory, threads=threads)  # type: ignore[arg-type]


def test_it_tells_how_it_judges(tiny_directory: Path, tiny: Classifier) -> None:
    assert (tiny.limits, tiny.policy_name) == (DEFAULT_LIMITS, "balanced")
    assert tiny.policy == tiny.manifest.policies["balanced"]
    limits = ImageLimits(max_pixels=9)
    own = Classifier(tiny_directory, policy=tiny.manifest.policies["strict"], limits=limits)
    assert (own.limits, own.policy_name, own.policy) == (limits, "custom", tiny.manifest.policies["strict"])
    assert repr(own) == "<Classifier tiny, policy=custom>"


def strip(colour: tuple[int, int, int], length: int) -> np.ndarray:
    """A picture 40 px wide and 8 px long for each unit, in stripes that outlast shrinking."""
    return paint(*colour, width=5, height=length).repeat(8, axis=0).repeat(8, axis=1)


@pytest.mark.parametrize("turned", [False, True])
def test_a_long_picture_that_is_seen_as_one_is_not_cleared(tiny_directory: Path, turned: bool) -> None:
    axes = (1, 0, 2) if turned else (0, 1, 2)
    fast = Classifier(tiny_directory, detail="fast")
    short, long = (fast.classify(strip((60, 230, 60), length).transpose(axes)) for length in (20, 21))
    assert (short.verdict, short.warnings) == (Verdict.CLEAR, ())
    assert (long.verdict, long.reason.rule) == (Verdict.ABSTAIN, Rule.TOO_LONG)
    assert [warning.code for warning in long.warnings] == ["too_long"]
    assert "too long to be judged as one picture; cut it into screens" in str(long.warnings[0])
    assert long.reason.nearest is not None


def test_what_is_found_in_a_long_picture_comes_with_the_caution(tiny_directory: Path) -> None:
    policy = Policy(
        objective="",
        set_on="",
        thresholds={**NOTHING, "ivory": Threshold(review=0.0, flag=0.0)},
        lookalike_ratio=9.0,
    )
    found = Classifier(tiny_directory, policy=policy, detail="fast").classify(strip((230, 60, 60), 40))
    assert (found.verdict, [warning.code for warning in found.warnings]) == (Verdict.FLAG, ["too_long"])


def test_a_long_picture_that_is_too_small_is_just_that(tiny: Classifier) -> None:
    small = tiny.classify(paint(230, 60, 60, width=300, height=7))
    assert (small.reason.rule, small.warnings) == (Rule.TOO_SMALL, ())


def test_it_abstains_rather_than_guess(tiny: Classifier) -> None:
    assert tiny.classify(np.full((64, 64, 3), 200, np.uint8)).verdict is Verdict.ABSTAIN
    assert tiny.classify(IVORY[:7]).verdict is Verdict.ABSTAIN


def test_the_one_call_follows_the_environment(
    tiny_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MODEL_VARIABLE, str(tiny_directory))
    assert wildvision.classify(IVORY).model_id == "tiny"
    other = shutil.copytree(tiny_directory, tmp_path / "other")
    text = (other / "manifest.json").read_text().replace('"id": "tiny"', '"id": "other"', 1)
    (other / "manifest.json").write_text(text)
    monkeypatch.setenv(MODEL_VARIABLE, str(other))
    assert wildvision.classify(IVORY).model_id == "other"


def test_the_export_list_is_what_can_be_imported() -> None:
    public = {name for name in vars(wildvision) if not name.startswith("_")}
    modules = {name for name in public if type(getattr(wildvision, name)).__name__ == "module"}
    assert public - modules == set(wildvision.__all__)
    assert list(wildvision.__all__) == sorted(wildvision.__all__)


def test_every_result_and_error_has_a_public_door() -> None:
    made = [
        value
        for module in (results, errors)
        for value in vars(module).values()
        if inspect.isclass(value)
        and value.__module__ == module.__name__
        and not value.__name__.startswith("_")
    ]
    assert len(made) > 20
    assert [value for value in made if getattr(wildvision, value.__name__, None) is not value] == []


@pytest.mark.parametrize(
    ("length", "kinds"), [(900, ["photo"]), (580, ["whole", "photo"]), (900, []), (580, [])]
)
def test_a_page_is_turned_only_where_it_is_all_that_is_looked_at(
    tiny_directory: Path, monkeypatch: pytest.MonkeyPatch, length: int, kinds: list[str]
) -> None:
    page = np.full((length, 200, 3), 255, np.uint8)
    if kinds:
        page[400:560, 20:180] = np.random.default_rng(0).integers(60, 190, (160, 160, 3))
    classifier = Classifier(tiny_directory)
    turned: list[tuple[int, ...]] = []

    def look_on(pixels: np.ndarray, first: np.ndarray) -> np.ndarray:
        turned.append(pixels.shape)
        return first

    monkeypatch.setattr(classifier, "_look_on", look_on)
    result = classifier.classify(page)
    assert [part.kind for part in result.parts] == kinds
    decoded = classifier.decode(page).pixels.shape
    assert (decoded in turned) is not bool(kinds)
    explanation = classifier.explain(page, "ivory")
    assert explanation.score == result.score("ivory")


def test_a_page_that_is_not_looked_at_as_a_whole_can_be_embedded(tiny_directory: Path) -> None:
    page = np.full((900, 200, 3), 255, np.uint8)
    page[400:560, 20:180] = np.random.default_rng(0).integers(60, 190, (160, 160, 3))
    classifier = Classifier(tiny_directory)
    image = classifier.decode(page)
    result, embedding = classifier.judge_and_embed(image)
    assert result == classifier.judge(image)
    assert [part.kind for part in result.parts] == ["photo"]
    assert np.linalg.norm(embedding) == pytest.approx(1)
