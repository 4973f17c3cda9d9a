"""Laws that hold for every input, searched for exceptions."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.hostile_files import ODD, chunk, encode, noise, png
from tests.icc_profiles import matrix_profile
from tests.tiff_files import CFA, NEW_SUBFILE_TYPE, ORIENTATION, Page, tiff_file
from wildvision import Classifier, ImageError, Verdict
from wildvision.decision import decide, spend
from wildvision.images import ImageLimits, read_image
from wildvision.layout import photos_within
from wildvision.manifest import Policy, Threshold
from wildvision.results import Prediction

LIMITS = ImageLimits(max_pixels=1_000_000, max_side=20_000)
GRAVITY = {Verdict.CLEAR: 0, Verdict.REVIEW: 1, Verdict.FLAG: 2}
settings.register_profile("laws", deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
settings.load_profile("laws")

probability = st.floats(0, 1)
scores = st.dictionaries(
    st.sampled_from(["ivory", "elephant_tusk", "pangolin", "bone", "ceramic", "statue"]), probability
)


def image_or_image_error(content: bytes) -> None:
    try:
        image = read_image(content, limits=LIMITS, decode_side=64)
    except ImageError:
        return
    assert image.pixels.dtype == np.uint8
    assert image.pixels.ndim == 3
    assert image.pixels.size <= 3 * LIMITS.max_pixels
    assert image.width * image.height <= 4 * LIMITS.max_pixels  # of a JPEG, which shrinks while it is decoded


def _structured() -> list[bytes]:
    """Return files whose containers are read before Pillow sees them, with all that is looked for in them."""
    samples = np.asarray(noise(40, 30))
    grey, preview = samples[..., :1], {NEW_SUBFILE_TYPE: (4, [1]), ORIENTATION: (3, [6])}
    jpeg = encode(noise(40, 30), "JPEG")
    stored = Page(samples=samples, photometric=6, compression=6, stored=jpeg)
    profile = matrix_profile("any")
    files = [
        encode(noise(40, 30), "PNG", icc_profile=profile, exif=Image.Exif()),
        png(40, 30, zlib.compress(bytes(30 * 241)), depth=16)[:33]
        + chunk(b"tRNS", bytes(6))
        + png(40, 30, zlib.compress(bytes(30 * 241)), depth=16)[33:],
        encode(noise(40, 30), "JPEG", icc_profile=profile, progressive=True),
        ODD["avif"],
        ODD["heif"],
    ]
    for order, big in (("<", False), (">", False), ("<", True)):
        pages = [
            Page(samples=samples, planar=2, rows_per_strip=7, tags={34675: (7, profile)}),
            Page(samples=samples.astype(np.uint16) * 257, bits=16, planar=2, tile=16, compression=8),
            Page(samples=grey[:9], tags=preview, photometric=1, within=(Page(samples=samples),)),
            Page(
                samples=grey[:9],
                tags=preview,
                photometric=1,
                within=(stored, Page(samples=grey, photometric=CFA)),
            ),
        ]
        files += [tiff_file(page, order=order, big=big) for page in pages]
    return files


STRUCTURED = _structured()


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@settings(max_examples=1000)
@given(
    content=st.sampled_from(STRUCTURED),
    edits=st.lists(
        st.tuples(
            st.floats(0, 1, exclude_max=True), st.sampled_from([0, 1, 2, 6, 43, 128, 255]), st.integers(0, 4)
        ),
        min_size=1,
        max_size=8,
    ),
    from_end=st.booleans(),
)
def test_a_damaged_container_gives_an_image_or_an_image_error(
    content: bytes, edits: list[tuple[float, int, int]], from_end: bool
) -> None:
    damaged = bytearray(content)
    for place, value, more in edits:
        at = int(place**2 * len(damaged))  # directories of TIFF stand at the end, all others at the start
        at = len(damaged) - 1 - at if from_end else at
        damaged[at : at + 1] = bytes([value]) * more
    image_or_image_error(bytes(damaged))


@settings(max_examples=200)
@given(
    kind=st.sampled_from(
        [b"tEXt", b"zTXt", b"iTXt", b"pHYs", b"gAMA", b"cHRM", b"sRGB", b"tIME", b"acTL", b"fcTL", b"xyZz"]
    ),
    body=st.binary(max_size=60),
    checksum=st.one_of(st.none(), st.binary(min_size=4, max_size=4)),
    at_end=st.booleans(),
)
def test_metadata_never_changes_a_pixel(
    kind: bytes, body: bytes, checksum: bytes | None, at_end: bool
) -> None:
    plain = ODD["png_alpha"]
    made = chunk(kind, body) if checksum is None else chunk(kind, body)[:-4] + checksum
    place = len(plain) - 12 if at_end else 33
    found = read_image(plain[:place] + made + plain[place:])
    np.testing.assert_array_equal(found.pixels, read_image(plain).pixels)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@settings(max_examples=300)
@given(
    name=st.sampled_from(sorted(ODD)),
    edits=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=12
    ),
    keep=st.floats(0, 1),
    cut=st.booleans(),
)
def test_a_damaged_file_gives_an_image_or_an_image_error(
    name: str, edits: list[tuple[float, int]], keep: float, cut: bool
) -> None:
    content = bytearray(ODD[name])
    for place, value in edits:
        # Squared: damage to headers, which come first, is what decoders stumble over.
        content[int(place**2 * len(content))] = value
    image_or_image_error(bytes(content[: int(keep * len(content))] if cut else content))


@settings(max_examples=300)
@given(
    head=st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"II*\0", b"MM\0*"]),
    body=st.binary(max_size=400),
)
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_any_bytes_give_an_image_or_an_image_error(head: bytes, body: bytes) -> None:
    image_or_image_error(head + body)


@settings(max_examples=500)
@given(scores=scores, review=probability, flag=probability, raised=probability, ratio=probability)
def test_raising_a_threshold_never_makes_a_verdict_graver(
    scores: dict[str, float], review: float, flag: float, raised: float, ratio: float
) -> None:
    def verdict(review: float, flag: float) -> int:
        thresholds = {c: Threshold(review=review, flag=flag) for c in ("ivory", "elephant_tusk", "pangolin")}
        policy = Policy(objective="", set_on="", thresholds=thresholds, lookalike_ratio=ratio)
        return GRAVITY[decide(predictions, policy).verdict]

    predictions = sorted((Prediction(category=c, score=s) for c, s in scores.items()), key=lambda p: -p.score)
    review, flag = sorted((review, flag))
    assert verdict(review, max(flag, raised)) <= verdict(review, flag)
    assert verdict(min(flag, max(review, raised)), flag) <= verdict(review, flag)


@settings(max_examples=40)
@given(
    shapes=st.lists(st.tuples(st.integers(1, 90), st.integers(1, 90)), max_size=6), seed=st.integers(0, 99)
)
def test_a_batch_equals_its_images_one_by_one(
    tiny: Classifier, shapes: list[tuple[int, int]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    images = [rng.integers(0, 256, (*shape, 3), dtype=np.uint8) for shape in shapes]
    assert [o.result for o in tiny.classify_batch(images)] == [tiny.classify(image) for image in images]


@settings(max_examples=60)
@given(width=st.integers(1, 300), height=st.integers(1, 300), side=st.integers(1, 128))
def test_shrinking_never_passes_below_what_was_asked(width: int, height: int, side: int) -> None:
    image = read_image(np.zeros((height, width, 3), np.uint8), decode_side=side)
    assert max(image.pixels.shape[:2]) >= min(side, max(width, height))
    assert (image.width, image.height) == (width, height)


@given(
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.tuples(st.integers(34, 60), st.integers(34, 60)),
    st.integers(2, 6),
    st.sampled_from([(255, 255, 255), (0, 0, 0), (215, 225, 240)]),
    st.integers(0, 2**32 - 1),
)
def test_every_photo_of_a_collage_is_found_in_its_place(
    grid: tuple[int, int], cell: tuple[int, int], gap: int, paper: tuple[int, int, int], seed: int
) -> None:
    (rows, columns), (height, width) = grid, cell
    image = np.full((rows * (height + gap) + gap, columns * (width + gap) + gap, 3), paper, np.uint8)
    places = [
        (gap + x * (width + gap), gap + y * (height + gap)) for y in range(rows) for x in range(columns)
    ]
    rng = np.random.default_rng(seed)
    for left, top in places:
        image[top : top + height, left : left + width] = rng.integers(60, 180, (height, width, 3))
    assert photos_within(image) == tuple((x, y, x + width, y + height) for x, y in places)


@given(
    st.lists(
        st.lists(st.sampled_from(["paper", "photo", "thing"]), min_size=3, max_size=3), min_size=1, max_size=3
    )
)
def test_boxes_lie_in_the_picture(cells: list[list[str]]) -> None:
    """Things on ground like the paper get some of it around them, which must end where the picture does."""
    side, gap = 50, 2
    image = np.full((len(cells) * (side + gap) + gap, 3 * (side + gap) + gap, 3), 255, np.uint8)
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    shapes = {
        "paper": np.zeros((side, side), bool),
        "photo": np.ones((side, side), bool),
        "thing": np.hypot(y, x) < 1,
    }
    for row, kinds in enumerate(cells):
        for column, kind in enumerate(kinds):
            top, left = (gap + place * (side + gap) for place in (row, column))
            image[top : top + side, left : left + side][shapes[kind]] = (140, 110, 60)
    boxes = photos_within(image)
    kinds = [kind for row in cells for kind in row]
    assert len(boxes) == (len(kinds) - kinds.count("paper") if "photo" in kinds else 0)
    for box in boxes:
        assert 0 <= box.left < box.right <= image.shape[1]
        assert 0 <= box.top < box.bottom <= image.shape[0]


# Falling scores with what they cost and what they find, neither falling, as a model's curves are.
curve_points = st.lists(
    st.tuples(st.integers(1, 99), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=12
)


@given(curves=st.lists(curve_points, min_size=1, max_size=4), budgets=st.tuples(probability, probability))
def test_a_larger_budget_is_kept_and_never_raises_a_threshold(
    curves: list[list[tuple[int, int, int]]], budgets: tuple[float, float]
) -> None:
    reached: dict[str, list[tuple[float, float]]] = {}
    found: dict[str, list[float]] = {}
    for number, points in enumerate(curves):
        falling = sorted({score for score, _, _ in points}, reverse=True)
        costs = np.cumsum([cost for _, cost, _ in points])[: len(falling)] / 400
        gains = np.cumsum([gain for _, _, gain in points])[: len(falling)] / 400
        reached[str(number)] = list(zip([score / 100 for score in falling], costs.tolist(), strict=True))
        found[str(number)] = gains.tolist()
    small, large = (spend(reached, found, budget) for budget in sorted(budgets))
    for product, curve in reached.items():
        assert (large[product] or 2) <= (small[product] or 2)
        assert large[product] is None or large[product] in dict(curve)
    spent = sum(dict(reached[product])[score] for product, score in large.items() if score is not None)
    assert spent <= max(budgets) + 1e-6
