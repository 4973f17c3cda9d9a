from __future__ import annotations

import io
import itertools
import time

import numpy as np
import pytest
from PIL import Image

from tests.unit.test_layout import compressed, page, photo, picture
from wildvision import Classifier, OptionError
from wildvision.images import LeastSides, read_image
from wildvision.layout import Box, photos_within
from wildvision.parts import (
    MAX_PARTS,
    Found,
    Layout,
    PartKind,
    cells_within,
    enlarged,
    is_taken_apart,
    parts_within,
    repeats,
    tiles_of,
)
from wildvision.pixels import is_page


def textured(width: int, height: int, *, seed: int) -> np.ndarray:
    """A photo with grain, as cameras give it."""
    rng = np.random.default_rng(seed)
    grain = rng.normal(0, 8, (height, width, 1))
    return np.clip(photo(width, height, seed=seed) + grain, 0, 255).astype(np.uint8)


def touching(columns: int, rows: int, *, side: int = 180, gap: int = 0, line: int = 255) -> np.ndarray:
    size = (rows * (side + gap) - gap, columns * (side + gap) - gap, 3)
    canvas = np.full(size, line, np.uint8)
    for seed in range(columns * rows):
        left, top = seed % columns * (side + gap), seed // columns * (side + gap)
        canvas[top : top + side, left : left + side] = textured(side, side, seed=seed)
    return canvas


@pytest.mark.parametrize(("columns", "rows"), [(2, 1), (1, 2), (2, 2), (3, 2)])
@pytest.mark.parametrize("gap", [0, 1, 2])
@pytest.mark.parametrize("quality", [60, 90])
def test_cells_that_touch_are_found(columns: int, rows: int, gap: int, quality: int) -> None:
    found = cells_within(compressed(touching(columns, rows, gap=gap), quality=quality))
    wanted = [
        (column * (180 + gap), row * (180 + gap), column * (180 + gap) + 180, row * (180 + gap) + 180)
        for row in range(rows)
        for column in range(columns)
    ]
    assert len(found) == len(wanted)
    for box in wanted:
        assert min(np.abs(np.subtract(other, box)).max() for other in found) <= 4


@pytest.mark.parametrize(("columns", "rows"), [(2, 1), (1, 2), (3, 1), (1, 3)])
@pytest.mark.parametrize(("gap", "line", "kind"), [(0, 255, "cell"), (1, 255, "photo"), (2, 255, "photo")])
def test_two_or_three_cells_in_a_row_are_found_though_they_are_long(
    columns: int, rows: int, gap: int, line: int, kind: str
) -> None:
    found = parts_within(touching(columns, rows, gap=gap, line=line), "balanced").parts
    assert [part.kind for part in found] == [kind] * (columns * rows)


@pytest.mark.parametrize("seed", range(12))
def test_one_photo_has_no_cells(seed: int) -> None:
    assert cells_within(textured(300, 220, seed=seed)) == ()
    assert cells_within(photo(300, 220, seed=seed)) == ()


def test_the_edge_of_a_thing_is_no_line() -> None:
    image = textured(300, 220, seed=1)
    image[40:200, 60:200] = (220, 210, 190)  # a box on a table, most of the height
    assert cells_within(image) == ()


def test_fast_finds_what_paper_surrounds_and_nothing_else() -> None:
    cells, paper = touching(2, 1), picture([(8, 8, 148, 192), (152, 8, 292, 192)], (255, 255, 255))
    assert parts_within(cells, "fast").parts == ()
    assert [found.kind for found in parts_within(cells, "balanced").parts] == [PartKind.CELL] * 2
    for detail in ("fast", "balanced", "thorough"):
        assert tuple(found.box for found in parts_within(paper, detail).parts) == photos_within(paper)


# --- long pages ---------------------------------------------------------------------------------------------


def chat(length: int, *, at: int, ground: tuple[int, int, int] = (236, 229, 221)) -> np.ndarray:
    """A chat of bubbles with one photo, 270 px wide as after decoding; its ground has a gradient."""
    image = np.full((length, 270, 3), ground, np.float64)
    image -= np.linspace(0, 60, length)[:, None, None]
    drawn = image.astype(np.uint8)
    for top in range(30, length - 60, 60):
        drawn[top : top + 36, 10:170] = (255, 255, 255)
        for line in (top + 6, top + 20):
            drawn[line : line + 8, 18:150:2] = (40, 40, 40)
    drawn[at : at + 150, 60:260] = textured(200, 150, seed=3)
    return drawn


@pytest.mark.parametrize("length", [1000, 4000, 7500])
def test_squares_cover_a_photo_that_no_paper_surrounds(length: int) -> None:
    image = chat(length, at=length // 3)
    layout = parts_within(image, "balanced")
    assert layout.is_complete
    wanted = Box(60, length // 3, 260, length // 3 + 150)
    assert any(
        found.box.left <= wanted.left
        and found.box.top <= wanted.top
        and found.box.right >= wanted.right
        and found.box.bottom >= wanted.bottom
        for found in layout.parts
    )
    assert len(layout.parts) <= 6  # bubbles are not looked at
    assert parts_within(np.ascontiguousarray(image.swapaxes(0, 1)), "balanced").is_complete


def test_bubbles_are_no_photos() -> None:
    image = np.full((3000, 270, 3), (237, 237, 237), np.uint8)
    for top in range(30, 2900, 90):
        image[top : top + 70, 10:200] = (149, 236, 105)
        for line in (top + 10, top + 30, top + 50):
            image[line : line + 9, 20:180:2] = (25, 25, 25)
    assert len(photos_within(image)) > 10
    assert parts_within(image, "balanced").parts == ()


@pytest.mark.parametrize(("length", "is_divided"), [(600, False), (860, False), (1300, True)])
@pytest.mark.parametrize("is_wide", [False, True])
def test_a_thing_in_a_narrow_frame_is_not_divided(length: int, is_divided: bool, is_wide: bool) -> None:
    """Its parts look like anything; of a page as long as a screen, the whole still shows what no photo's shape has."""
    image = np.full((length, 300, 3), 24, np.uint8)
    rows, columns = np.mgrid[:length, :300]
    thing = ((rows / length - 0.5) / 0.48) ** 2 + ((columns / 300 - 0.5) / 0.42) ** 2 < 1
    image[thing] = textured(300, length, seed=3)[thing]
    layout = parts_within(np.swapaxes(image, 0, 1).copy() if is_wide else image, "balanced")
    assert any(found.kind is PartKind.SQUARE for found in layout.parts) == is_divided
    assert layout.is_complete


def test_a_long_photo_is_cut_into_overlapping_squares() -> None:
    image = textured(1200, 240, seed=5)
    layout = parts_within(image, "balanced")
    boxes = [found.box for found in layout.parts]
    assert {found.kind for found in layout.parts} == {PartKind.SQUARE}
    assert boxes[0].left == 0
    assert boxes[-1].right == 1200
    assert all(after.left <= before.left + 121 for before, after in itertools.pairwise(boxes))
    assert parts_within(image, "fast") == Layout((), is_complete=False)


def test_parts_are_bounded_and_it_is_said_that_some_were_left_out() -> None:
    layout = parts_within(textured(96 * 60, 96, seed=6), "balanced")
    assert len(layout.parts) == MAX_PARTS
    assert not layout.is_complete


def test_the_photo_of_a_page_comes_by_itself_as_before() -> None:
    image = page(4000, (255, 255, 255))
    image[1850:2150, 60:460] = textured(400, 300, seed=2)
    (found,) = parts_within(image, "balanced").parts
    assert found == Found(Box(60, 1850, 460, 2150), PartKind.PHOTO)


# --- tiles and sizes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "height"), [(1600, 1200), (900, 1600), (640, 640)])
def test_tiles_cover_a_picture_and_overlap(width: int, height: int) -> None:
    tiles = tiles_of(width, height)
    assert {found.kind for found in tiles} == {PartKind.TILE}
    for side in {found.box.right - found.box.left for found in tiles}:
        own = [found.box for found in tiles if found.box.right - found.box.left == side]
        seen = np.zeros((height, width), np.int8)
        for box in own:
            assert box.bottom - box.top == side
            box.of(seen)[:] += 1
        assert seen.min() >= 1
        assert (seen >= 2).mean() > 0.4
    assert len(tiles) <= MAX_PARTS


def test_a_layout_is_enlarged_within_the_picture() -> None:
    layout = Layout((Found(Box(0, 10, 50, 100), PartKind.PHOTO),), is_complete=True)
    (found,) = enlarged(layout, 4, width=199, height=399).parts
    assert found == Found(Box(0, 40, 199, 399), PartKind.PHOTO)


def red_spot(*, side: int, of: int) -> np.ndarray:
    """A grey scene with a small red thing in it."""
    scene = textured(of, of, seed=9)
    scene = np.repeat(scene.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    scene[of // 5 : of // 5 + side, of // 5 : of // 5 + side] = (230, 50, 50)
    return scene


def test_thorough_looks_at_tiles_of_a_large_picture(tiny_directory: object) -> None:
    image = red_spot(side=56, of=200)
    balanced, thorough = (Classifier(str(tiny_directory), detail=d) for d in ("balanced", "thorough"))
    plain, close = balanced.classify(image), thorough.classify(image)
    assert plain.parts == ()
    assert close.score("ivory") > 2 * plain.score("ivory")
    assert [warning.code for warning in close.warnings] == ["cut_into_tiles"]
    best = max(close.parts, key=lambda part: part.score("ivory"))
    assert best.kind == "tile"
    assert best.left <= 60 < best.right
    explanation = thorough.explain(image, "ivory")
    assert explanation.score == close.score("ivory")
    row, column = np.unravel_index(int(explanation.map.argmax()), explanation.map.shape)
    assert 40 <= row <= 96
    assert 40 <= column <= 96


def test_thorough_decodes_more(tiny_directory: object) -> None:
    buffer = io.BytesIO()
    Image.fromarray(textured(1600, 1200, seed=4)).save(buffer, "JPEG")
    fast, thorough = (Classifier(str(tiny_directory), detail=d) for d in ("fast", "thorough"))
    assert thorough.decode(buffer.getvalue()).pixels.size > 8 * fast.decode(buffer.getvalue()).pixels.size


@pytest.mark.parametrize("detail", ["fast", "balanced"])
def test_a_plain_photo_is_looked_at_once(tiny_directory: object, detail: str) -> None:
    image = textured(300, 220, seed=1)
    result = Classifier(str(tiny_directory), detail=detail).classify(image)  # type: ignore[arg-type]
    assert (result.parts, result.warnings) == ((), ())
    assert result == Classifier(str(tiny_directory), detail="fast").classify(image)


def test_boxes_of_parts_are_in_pixels_of_the_original(tiny_directory: object) -> None:
    cells = picture([(8, 8, 148, 192), (152, 8, 292, 192)], (255, 255, 255))
    large = np.asarray(Image.fromarray(cells).resize((1200, 800)))
    found = Classifier(str(tiny_directory)).classify(large)
    assert read_image(large, decode_side=64).pixels.shape[1] < 600
    whole, left, right = found.parts
    assert (whole.kind, whole.left, whole.top, whole.right, whole.bottom) == ("whole", 0, 0, 1200, 800)
    assert np.abs(np.subtract((left.left, left.top, left.right, left.bottom), (32, 32, 592, 768))).max() <= 16
    assert right.left > 590


def test_a_detail_that_is_none_is_refused(tiny_directory: object) -> None:
    with pytest.raises(
        OptionError, match="expected detail to be one of fast, balanced, thorough, found 'slow'"
    ):
        Classifier(str(tiny_directory), detail="slow")  # type: ignore[arg-type]


# --- pages as apps draw them --------------------------------------------------------------------------------


def bubble(page: np.ndarray, box: tuple[int, int, int, int], *, rim: int, caption: int) -> None:
    """Put a photo into a green bubble with a rim, and a line of text under it."""
    left, top, right, bottom = box
    page[top - rim : bottom + rim + caption, left - rim : right + rim] = (149, 236, 105)
    for row in range(bottom + rim + 4, bottom + rim + caption - 4, 9):
        page[row : row + 5, left : right - 30 : 2] = (25, 25, 25)
    page[top:bottom, left:right] = textured(right - left, bottom - top, seed=3)


def distance(found: Box, wanted: tuple[int, int, int, int]) -> int:
    return int(np.abs(np.subtract(found, wanted)).max())


@pytest.mark.parametrize(("rim", "caption"), [(0, 0), (4, 0), (4, 24), (1, 24)])
def test_the_photo_of_a_bubble_comes_without_rim_and_caption(rim: int, caption: int) -> None:
    image = chat(1500, at=1300)
    image[600:1500] = image[599, 0]
    bubble(image, (60, 640, 240, 780), rim=rim, caption=caption)
    (found,) = parts_within(image, "balanced").parts
    assert found.kind is PartKind.PHOTO
    assert distance(found.box, (60, 640, 240, 780)) <= 2


@pytest.mark.parametrize("length", [1000, 4000, 7500])
def test_a_photo_on_a_ground_with_a_gradient_comes_by_itself(length: int) -> None:
    at = length // 3
    (found,) = parts_within(chat(length, at=at), "balanced").parts
    assert distance(found.box, (60, at, 260, at + 150)) <= 2


def test_bars_and_buttons_of_their_own_colour_are_not_looked_at() -> None:
    image = page(4000, (255, 255, 255))
    for top, colour in ((0, (220, 60, 60)), (400, (40, 120, 220))):
        image[top : top + 70] = colour
        for left in range(60, 480, 24):
            image[top + 24 : top + 44, left : left + 12] = (255, 255, 255)
    image[1850:2150, 60:460] = textured(400, 300, seed=2)
    (found,) = parts_within(image, "balanced").parts
    assert found == Found(Box(60, 1850, 460, 2150), PartKind.PHOTO)


def test_a_page_of_more_photos_than_are_looked_at_says_so() -> None:
    image = np.full((60 * 130, 240, 3), 235, np.uint8)
    image[::4, ::3] = (225, 225, 200)  # a pattern, so that no line of paper divides
    for place in range(60):
        image[place * 130 : place * 130 + 100, 60:180] = textured(120, 100, seed=place)
    layout = parts_within(image, "balanced")
    assert len(layout.parts) == MAX_PARTS
    assert not layout.is_complete


def test_a_hostile_page_is_taken_apart_in_no_time() -> None:
    rng = np.random.default_rng(0)
    specks = np.kron(rng.integers(0, 2, (2500, 24, 1)), np.ones((10, 10, 3))) * rng.integers(
        60, 250, (25000, 240, 3)
    )
    for image in (specks.astype(np.uint8), np.ascontiguousarray(specks.astype(np.uint8).swapaxes(0, 1))):
        started = time.process_time()
        assert len(parts_within(image, "balanced").parts) <= MAX_PARTS
        assert time.process_time() - started < 5


def test_a_thing_in_pieces_is_not_lost() -> None:
    image = np.full((3000, 270, 3), 255, np.uint8)
    for number in range(6):  # a branch of coral on white: no piece is as large as a photo
        left, top = 40 + 30 * number, 1200 + 40 * (number % 3)
        image[top : top + 50, left : left + 24] = textured(24, 50, seed=number)
    assert any(
        found.box.left <= 50 and found.box.top <= 1240 <= found.box.bottom
        for found in parts_within(image, "balanced").parts
    )


def test_a_page_is_decoded_so_that_a_photo_of_half_its_width_has_what_the_network_needs(
    tiny_directory: object,
) -> None:
    buffer = io.BytesIO()
    Image.fromarray(textured(540, 2160, seed=4)).save(buffer, "JPEG")
    fast, balanced = (Classifier(str(tiny_directory), detail=d) for d in ("fast", "balanced"))
    side = balanced.manifest.preprocess.width
    assert 2 * side <= balanced.decode(buffer.getvalue()).pixels.shape[1] < 4 * side
    assert fast.decode(buffer.getvalue()).pixels.shape[1] < 2 * side
    plain = io.BytesIO()
    Image.fromarray(textured(1600, 1200, seed=4)).save(plain, "JPEG")
    shapes = {classifier.decode(plain.getvalue()).pixels.shape for classifier in (fast, balanced)}
    assert len(shapes) == 1


# --- what is shown again ------------------------------------------------------------------------------------


def test_parts_that_show_the_same_are_told_whatever_their_size_and_compression() -> None:
    one, other = textured(160, 160, seed=1), textured(160, 160, seed=2)
    larger = np.asarray(Image.fromarray(one).resize((250, 250), Image.Resampling.BICUBIC))
    shifted = compressed(np.roll(one, 1, axis=1), quality=60)
    wide = np.asarray(Image.fromarray(one).resize((220, 160)))
    assert repeats([one, other, larger, shifted, wide, other]) == (0, 1, 0, 0, 4, 1)
    assert repeats([]) == ()


def test_what_is_shown_again_is_looked_at_once_and_counts_once(
    tiny_directory: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = np.full((1500, 300, 3), 255, np.uint8)
    for place in range(4):
        top = 60 + 352 * place
        image[top : top + 200, 50:250] = textured(200, 200, seed=0 if place else 1)
    classifier = Classifier(str(tiny_directory), detail="balanced")
    looks: list[int] = []
    look = classifier._model.logits
    monkeypatch.setattr(classifier._model, "logits", lambda batch: looks.append(1) or look(batch))
    result = classifier.classify(image)
    assert [part.kind for part in result.parts] == ["photo"] * 4
    assert len(looks) == 2  # two photos; the page itself is a strip
    assert result.parts[1].predictions == result.parts[3].predictions
    shown_once = classifier.classify(np.ascontiguousarray(image[:800]))
    assert shown_once.score("ivory") == pytest.approx(result.score("ivory"), abs=2e-3)


@pytest.mark.parametrize(
    ("kinds", "length", "expected"),
    [
        ((PartKind.PHOTO, PartKind.PHOTO), 3001, True),
        ((PartKind.PHOTO,), 3000, False),  # as a whole it shows a thing
        ((PartKind.PHOTO, PartKind.SQUARE), 9000, False),  # what the square shows may be larger than it
        ((), 9000, False),
    ],
)
def test_a_strip_is_taken_apart_where_photos_are_all_that_it_shows(
    kinds: tuple[PartKind, ...], length: int, expected: bool
) -> None:
    layout = Layout(tuple(Found(Box(0, 0, 9, 9), kind) for kind in kinds), is_complete=True)
    assert is_taken_apart(layout, 1000, length) is expected
    assert is_taken_apart(layout, length, 1000) is expected


@pytest.mark.parametrize(
    ("size", "expected"), [((1080, 1920), 270), ((1080, 2040), 540), ((1080, 2160), 540), ((1080, 9000), 540)]
)
def test_a_screen_of_a_phone_is_a_page_and_a_photo_of_a_camera_is_none(
    size: tuple[int, int], expected: int
) -> None:
    image = np.zeros((size[1], size[0], 3), np.uint8)
    assert read_image(image, decode_side=LeastSides(longer=360, of_page=480)).pixels.shape[1] == expected
    assert is_page(size) == (expected == 540)


def test_a_thing_on_ground_like_the_pages_gets_some_of_it() -> None:
    image = chat(1500, at=1300)
    image[600:1500] = image[599, 0]
    image[700:900, 20:250:3] -= 12  # a pattern, as chats have
    image[760:850, 120:160] = textured(40, 90, seed=3)
    (found,) = parts_within(image, "balanced").parts
    assert 70 <= found.box.left <= 105
    assert 175 <= found.box.right <= 210
    assert 715 <= found.box.top <= 745


def test_a_thing_on_paper_keeps_the_ground_that_it_was_given() -> None:
    image = np.full((1400, 270, 3), 255, np.uint8)
    image[60:260, 20:250] = textured(230, 200, seed=1)
    rows, columns = np.mgrid[:1400, :270]
    thing = (rows - 700) ** 2 / 90**2 + (columns - 130) ** 2 / 60**2 < 1
    image[thing] = textured(270, 1400, seed=2)[thing]
    boxes = [found.box for found in parts_within(image, "balanced").parts]
    assert boxes == list(photos_within(image))
    assert boxes[1].left < 130 - 60 - 10
