"""Every manipulation is a pure function that does more the stronger it is, and labels follow what is composed."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from training.augment import (
    Augmenter,
    CutOuts,
    cells,
    collage,
    cut_out,
    geometry,
    mix,
    paste_object,
    screenshot,
    swap_background,
    unite,
)
from training.augment.pipeline import _APP, _CAMERA
from training.config import AugmentConfig
from training.contact_sheet import DRAWS, SIDE, main, varied_rows
from training.data.labels import label_matrix
from training.data.samples import Sample, read_dataset
from training.errors import EvaluationOnlyError
from training.run_folder import RunFolder

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

Pixels = NDArray[np.uint8]
CATEGORIES = ("ivory", "pangolin", "ceramic", "live_animal", "pangolin_scales")
ALL = {**_CAMERA, **_APP, "geometry": geometry, "collage": collage}
SAME_PLACE = [name for name in ALL if name not in {"geometry", "collage", "screenshot"}]
SEVERITIES = (1, 2, 3, 4, 5)
NONE = AugmentConfig(**{name: 0.0 for name in AugmentConfig.model_fields if name != "max_severity"})


@pytest.fixture(scope="module")
def samples(shapes_dataset: Path) -> tuple[Sample, ...]:
    return read_dataset(shapes_dataset).split("train")


@pytest.fixture(scope="module")
def images(samples: Sequence[Sample]) -> list[Pixels]:
    """Scenes where nothing is labelled, elsewhere one object on a plain ground."""
    return [on_plain_ground(row) if s.labels else scene(row, 80, 96) for row, s in enumerate(samples)]


def on_plain_ground(seed: int) -> Pixels:
    rng = np.random.default_rng(seed)
    picture = Image.new("RGB", (96, 80), (int(rng.integers(90, 140)),) * 3)
    ImageDraw.Draw(picture).ellipse((20, 16, 75, 63), fill=(235, 220, 180), outline=(20, 20, 20))
    return np.clip(np.asarray(picture, int) + rng.integers(-4, 5, (80, 96, 3)), 0, 255).astype(np.uint8)


def only(**chances: float) -> AugmentConfig:
    return NONE.model_copy(update=chances)


def augmenter(samples: Sequence[Sample], images: Sequence[Pixels], config: AugmentConfig) -> Augmenter:
    return Augmenter(samples, images, *label_matrix(samples, CATEGORIES), config)


def scene(seed: int = 0, height: int = 150, width: int = 200) -> Pixels:
    """A picture with large and small structure in mid tones."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(40, 216, (6, 8, 3), np.uint8)).resize((width, height))
    return np.clip(np.asarray(coarse, int) + rng.integers(-12, 13, (height, width, 3)), 0, 255).astype(
        np.uint8
    )


def psnr(one: Pixels, other: Pixels) -> float:
    return 10 * float(np.log10(255**2 / max(1e-9, np.mean((one.astype(float) - other) ** 2))))


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("size", [(150, 200), (24, 40)])
def test_a_manipulation_is_a_function_of_its_arguments(name: str, size: tuple[int, int]) -> None:
    image = scene(0, *size)
    before = image.copy()
    first, again, other = (ALL[name](image, 3, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.dtype == np.uint8
    assert first.shape[2:] == (3,)
    assert np.array_equal(first, again)
    assert np.array_equal(first, other) == (name == "downscale")  # it leaves nothing to chance
    assert np.array_equal(image, before)


@pytest.mark.parametrize("name", SAME_PLACE)
def test_the_stronger_the_more_damage(name: str) -> None:
    def left_at(severity: int) -> float:
        pairs = [(scene(seed), np.random.default_rng(seed)) for seed in range(12)]
        return float(np.mean([psnr(image, ALL[name](image, severity, rng)) for image, rng in pairs]))

    left = [left_at(severity) for severity in SEVERITIES]
    assert left == sorted(left, reverse=True)
    assert left[0] > left[-1] + 2


def test_geometry_moves_pixels_farther_the_stronger_it_is() -> None:
    y, x = np.mgrid[0:200, 0:200]
    place = np.stack([x, y, np.zeros_like(x)], axis=-1).astype(np.uint8)  # each pixel says where it was

    def moved(severity: int, seed: int) -> float:
        found = geometry(place, severity, np.random.default_rng(seed))
        here = np.stack(np.mgrid[0 : found.shape[0], 0 : found.shape[1]][::-1], axis=-1)
        return min(float(np.abs(found[:, ::way, :2] - here[:, ::way]).mean()) for way in (1, -1))

    distances = [np.mean([moved(severity, seed) for seed in range(12)]) for severity in SEVERITIES]
    assert distances == sorted(distances)


@pytest.mark.parametrize("name", ["screenshot", "collage"])
@pytest.mark.parametrize("size", [(120, 200), (200, 120)])
def test_the_stronger_a_frame_the_smaller_the_photo_and_all_of_it_is_there(
    name: str, size: tuple[int, int]
) -> None:
    photo = np.full((*size, 3), (200, 0, 220), np.uint8)
    corners = [(slice(0, 40), slice(0, 40)), (slice(-40, None), slice(-40, None))]
    photo[corners[0]], photo[corners[1]] = (0, 220, 10), (10, 90, 250)
    others = {"others": [np.zeros((60, 60, 3), np.uint8)]} if name == "collage" else {}
    shares = []
    for severity in SEVERITIES:
        framed = ALL[name](photo, severity, np.random.default_rng(0), **others)
        parts = [
            np.abs(framed.astype(int) - colour).max(axis=-1) < 30
            for colour in photo[[60, 5, -5], [60, 5, -5]]
        ]
        shares.append(float(sum(part.mean() for part in parts)))
        assert all(part.any() for part in parts)
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 2 * shares[-1]


def test_the_photo_keeps_its_pixels_in_a_screenshot() -> None:
    image = scene()
    shown = screenshot(image, 2, np.random.default_rng(0))
    places = np.lib.stride_tricks.sliding_window_view(shown[:, 100, 0], 100)
    assert (places == image[20:120, 100, 0]).all(axis=1).any()


@pytest.mark.parametrize("severity", SEVERITIES)
def test_a_collage_shows_as_many_photos_as_it_says(severity: int) -> None:
    others = [np.full((90, 90, 3), 10 * number, np.uint8) for number in range(1, cells(severity))]
    made = collage(np.full((90, 90, 3), 250, np.uint8), severity, np.random.default_rng(0), others=others)
    counts = [
        (made == value).all(axis=-1).mean() for value in (250, *(10 * n for n in range(1, cells(severity))))
    ]
    assert min(counts) > 0.1


def test_an_object_on_a_plain_ground_is_cut_out(images: list[Pixels]) -> None:
    opacity = cut_out(images[0])
    assert opacity is not None
    assert opacity.shape == images[0].shape[:2]
    assert opacity[:6].max() == 0
    assert 0.1 < (opacity > 127).mean() < 0.6
    assert opacity[opacity.shape[0] // 2, opacity.shape[1] // 2] == 255
    assert cut_out(np.random.default_rng(0).integers(0, 256, (80, 96, 3), dtype=np.uint8)) is None
    assert cut_out(np.full((12, 12, 3), 128, np.uint8)) is None


def test_a_swapped_background_shows_object_and_ground_only() -> None:
    image = np.full((60, 80, 3), (0, 0, 255), np.uint8)
    opacity = np.zeros((60, 80), np.uint8)
    image[20:40, 30:60], opacity[20:40, 30:60] = (255, 0, 0), 255
    ground = np.full((50, 50, 3), (0, 255, 0), np.uint8)
    swapped = swap_background(image, opacity, ground, np.random.default_rng(0))
    assert 0.75 * 600 < (swapped[..., 0] > 127).sum() <= 600  # the rim is taken off
    assert swapped[..., 2].max() < 60  # so nothing of the old ground is left
    assert (swapped == (0, 255, 0)).all(axis=-1).mean() > 0.5


@pytest.mark.parametrize("seed", range(8))
def test_a_pasted_object_is_whole_and_leaves_the_middle(seed: int) -> None:
    image, other = np.zeros((100, 160, 3), np.uint8), np.full((50, 50, 3), 255, np.uint8)
    opacity = np.zeros((50, 50), np.uint8)
    opacity[10:40, 10:40] = 255
    pasted = paste_object(image, other, opacity, np.random.default_rng(seed))[..., 0] > 127
    assert 20**2 < pasted.sum() < 55**2
    assert pasted.any(axis=0).sum() == pytest.approx(pasted.any(axis=1).sum(), abs=1)
    assert not pasted[45:55, 72:88].all()


def test_a_double_exposure_shows_both() -> None:
    black, white = np.zeros((40, 50, 3), np.uint8), np.full((70, 30, 3), 255, np.uint8)
    mixed = mix(black, white, np.random.default_rng(0))
    assert mixed.shape == black.shape
    assert 0.39 * 255 < mixed.min() <= mixed.max() < 0.61 * 255


def test_labels_of_a_composition_are_united() -> None:
    ivory = np.array([1, 0, 0, 0], np.float32), np.array([True, True, False, False])
    bone = np.array([0, 0, 1, 0], np.float32), np.array([False, True, True, True])
    targets, label_mask = unite([ivory, bone])
    assert targets.tolist() == [1, 0, 1, 0]
    assert targets.dtype == np.float32
    assert label_mask.tolist() == [True, True, True, False]


def test_a_target_that_is_not_known_shows_nothing() -> None:
    perhaps = np.array([1], np.float32), np.array([False])
    no = np.array([0], np.float32), np.array([True])
    targets, label_mask = unite([perhaps, no])
    assert (targets.tolist(), label_mask.tolist()) == ([0], [False])


def test_a_variant_depends_on_row_and_seed_alone(samples: Sequence[Sample], images: list[Pixels]) -> None:
    first = augmenter(samples, images, AugmentConfig(collage=0.3, copy_paste=0.3, mix=0.3))
    second = pickle.loads(pickle.dumps(first))
    second._cut_outs._capacity = 2
    asked = [(row, seed) for row in (0, 15, 45) for seed in range(6)]
    forward = [first(*pair) for pair in asked]
    backward = [second(*pair) for pair in reversed(asked)][::-1]
    for (image, targets, label_mask), others in zip(forward, backward, strict=True):
        assert np.array_equal(image, others[0])
        assert np.array_equal(targets, others[1])
        assert np.array_equal(label_mask, others[2])
        assert (image.dtype, targets.dtype, label_mask.dtype) == (np.uint8, np.float32, np.bool_)
    assert len({image.tobytes() for image, _, _ in forward}) == len(asked)
    sequence = np.random.SeedSequence((1, 2))
    assert np.array_equal(first(0, sequence)[0], second(0, np.random.SeedSequence((1, 2)))[0])


def test_without_manipulations_photo_and_labels_stay(samples: Sequence[Sample], images: list[Pixels]) -> None:
    unchanged = augmenter(samples, images, NONE)
    targets, label_mask = label_matrix(samples, CATEGORIES)
    for row in range(len(samples)):
        image, shown, settled = unchanged(row, 0)
        assert np.array_equal(image, images[row])
        assert np.array_equal(shown, targets[row])
        assert np.array_equal(settled, label_mask[row])


class Watched(Sequence[Pixels]):
    """Notes which photos are asked for."""

    def __init__(self, images: Sequence[Pixels]) -> None:
        self.images, self.asked = images, list[int]()

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, row: int) -> Pixels:  # pyright: ignore[reportIncompatibleMethodOverride]
        self.asked.append(row)
        return self.images[row]


def test_photos_are_decoded_only_when_needed(samples: Sequence[Sample], images: list[Pixels]) -> None:
    watched = Watched(images)
    vary = augmenter(samples, watched, only(geometry=1.0, recompress=1.0))
    assert watched.asked == []
    vary(3, 0)
    assert watched.asked == [3]


@pytest.mark.parametrize(("name", "others"), [("copy_paste", 1), ("mix", 1), ("collage", 3)])
def test_labels_follow_the_photos_that_are_composed(
    name: str, others: int, samples: Sequence[Sample], images: list[Pixels]
) -> None:
    watched = Watched(images)
    vary = augmenter(samples, watched, only(**{name: 1.0}))
    targets, label_mask = label_matrix(samples, CATEGORIES)
    partners = set()
    for seed in range(20):
        watched.asked.clear()
        image, shown, settled = vary(0, seed)
        found = watched.asked[1:]
        if name == "copy_paste":  # the last that it looked at, if that could be cut out
            found = [] if np.array_equal(image, images[0]) else found[-1:]
        rows = [0, *found]
        assert len(rows) <= 1 + others
        assert np.array_equal(shown, targets[rows].max(axis=0))
        assert np.array_equal(settled, label_mask[rows].all(axis=0) | (shown > 0))
        partners.update(rows[1:])
    assert len(partners) > 5


@pytest.mark.parametrize("label", ["ivory", "ceramic"])
def test_products_and_lookalikes_alike_get_everyday_scenes_behind_them(
    label: str, samples: Sequence[Sample], images: list[Pixels]
) -> None:
    watched = Watched(images)
    vary = augmenter(samples, watched, only(background_swap=1.0))
    targets, _ = label_matrix(samples, CATEGORIES)
    (row, *_) = (row for row, sample in enumerate(samples) if label in sample.labels)
    grounds = set()
    for seed in range(20):
        watched.asked.clear()
        image, shown, _ = vary(row, seed)
        grounds.update(watched.asked[1:])
        assert np.array_equal(shown, targets[row])
        assert not np.array_equal(image, images[row])
    assert len(grounds) > 4
    assert all(not samples[ground].labels for ground in grounds)


def test_photos_for_evaluation_are_refused(shapes_dataset: Path, images: list[Pixels]) -> None:
    everything = read_dataset(shapes_dataset).samples
    with pytest.raises(EvaluationOnlyError):
        augmenter(everything, images, NONE)


def test_the_mask_of_a_sample_is_its_cut_out(
    samples: Sequence[Sample], images: list[Pixels], tmp_path: Path
) -> None:
    mask = np.zeros((40, 48), np.uint8)
    mask[:10] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    masked = msgspec.structs.replace(samples[0], mask=tmp_path / "mask.png")
    found = CutOuts([masked], images[:1]).opacity(0)
    assert found is not None
    assert found.shape == images[0].shape[:2]
    share = images[0].shape[0] // 4
    assert found[: share - 2].min() == 255
    assert found[share + 2 :].max() == 0


def test_importing_the_augmentation_asks_nobody() -> None:
    code = (
        "import os, urllib.request\n"
        "os.environ.pop('NO_ALBUMENTATIONS_UPDATE', None)\n"
        "urllib.request.OpenerDirector.open = lambda *_, **__: os._exit(3)\n"
        "import training.augment\n"
    )
    root = Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_the_contact_sheet_has_a_column_for_each_manipulation(
    shapes_dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run").mkdir()
    RunFolder(tmp_path / "run").dataset.symlink_to(shapes_dataset, target_is_directory=True)
    config = tmp_path / "run.toml"
    config.write_text(f'[run]\ndirectory = "{tmp_path / "run"}"\n[augment]\nnoise = 0.0\n')
    main(["--config", str(config), "--rows", "3", "--out", str(tmp_path / "sheet.png")])
    with Image.open(tmp_path / "sheet.png") as sheet:
        columns = 1 + 14 + DRAWS  # the original, all manipulations but the one that is off, full draws
        assert columns * SIDE < sheet.width < (columns + 1) * SIDE
        assert 3 * SIDE < sheet.height < 4 * SIDE
    with pytest.raises(SystemExit):
        main(["--config", str(config), "--rows", "0"])
    assert "0 rows" in capsys.readouterr().err


def test_the_rows_of_a_sheet_show_different_labels(samples: Sequence[Sample]) -> None:
    kinds = {sample.labels | sample.unsettled for sample in samples}
    rows = varied_rows(samples, len(kinds), seed=0)
    assert {samples[row].labels | samples[row].unsettled for row in rows} == kinds
    assert sorted(varied_rows(samples, 1000, seed=0)) == list(range(len(samples)))
