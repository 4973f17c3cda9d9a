from __future__ import annotations

import numpy as np
import pytest

from wildvision.manifest import Calibration, CategoryEntry, Evidence
from wildvision.part_scores import POWERS, combined, divided_odds, shares
from wildvision.parts import PartKind

ENTRIES = [
    CategoryEntry(
        id=name,
        status="supported",
        calibration=Calibration(slope=slope, intercept=0.5, basis="held-out sources"),
        evidence=Evidence(photos=1, sources=1, synthetic_photos=0),
    )
    for name, slope in (("ivory", 1.0), ("bone", 2.0))
]
PHOTO = PartKind.PHOTO


def logits(*rows: tuple[float, float]) -> list[np.ndarray]:
    return [np.array(row, np.float32) for row in rows]


def test_a_picture_alone_is_what_it_is() -> None:
    found = combined(logits((1, -1)), (), ENTRIES, areas=())
    assert [p.category for p in found.predictions] == ["ivory", "bone"]
    assert found.predictions[0].score == pytest.approx(1 / (1 + np.exp(-1.5)))
    assert found.carried_by == {"ivory": 0, "bone": 0}


def test_one_photo_within_counts_in_full_and_several_carry_shares() -> None:
    one = combined(logits((-9, -9), (2, -9)), (PHOTO,), ENTRIES, areas=(7,))
    beside = [(-9, -9), (-8, -9), (-7, -9)]
    four = combined(logits((-9, -9), (2, -9), *beside), (PHOTO,) * 4, ENTRIES, areas=(7,) * 4)
    odds = [found.predictions[0].score / (1 - found.predictions[0].score) for found in (one, four)]
    assert odds[0] == pytest.approx(np.exp(2.5))
    assert odds[0] / odds[1] == pytest.approx(4 ** POWERS[PHOTO])
    assert four.carried_by == {"ivory": 1, "bone": 0}
    assert four.views[1, 0] == pytest.approx(odds[0] / (1 + odds[0]))


def test_parts_alone_answer_where_the_whole_was_not_looked_at() -> None:
    found = combined(logits((2, -9), (-8, -8)), (PHOTO, PHOTO), ENTRIES, areas=(7, 7))
    beside = combined(logits((-99, -99), (2, -9), (-8, -8)), (PHOTO, PHOTO), ENTRIES, areas=(7, 7))
    assert found.predictions == beside.predictions
    assert found.carried_by == {"ivory": 0, "bone": 1}


def test_parts_of_other_kinds_do_not_thin_each_other() -> None:
    mixed = combined(logits((-9, -9), (2, -9), (-9, -9)), (PHOTO, PartKind.SQUARE), ENTRIES, areas=(7, 9))
    alone = combined(logits((-9, -9), (2, -9)), (PHOTO,), ENTRIES, areas=(7,))
    assert mixed.predictions[0] == alone.predictions[0]


def test_the_whole_picture_never_loses_by_its_parts() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        rows = logits(*rng.normal(0, 3, (5, 2)))
        areas = rng.integers(1, 100, 4).tolist()
        whole = {p.category: p.score for p in combined(rows[:1], (), ENTRIES, areas=()).predictions}
        both = {p.category: p.score for p in combined(rows, (PHOTO,) * 4, ENTRIES, areas=areas).predictions}
        plain = combined(rows, (PHOTO,) * 4, ENTRIES, areas=areas, powers={})
        most = {p.category: p.score for p in plain.predictions}
        assert all(whole[name] <= both[name] <= most[name] for name in whole)


def odds_of_ivory(areas: tuple[int, ...], *beside: tuple[float, float]) -> float:
    rows = logits((-9, -9), (2, -9), *beside)
    score = combined(rows, (PHOTO,) * len(areas), ENTRIES, areas=areas).predictions[0].score
    return score / (1 - score)


def test_the_photo_of_a_listing_hardly_loses_beside_small_pictures_and_they_lose_much() -> None:
    alone, others = odds_of_ivory((6400,)), [(-9, -9), (-8, -9), (-7, -9), (-6, -9)]
    main, small = odds_of_ivory((6400, *[400] * 4), *others), odds_of_ivory((400, 6400, *[400] * 3), *others)
    assert alone / main == pytest.approx(1.25 ** POWERS[PHOTO], rel=1e-3)
    assert alone / small == pytest.approx(20 ** POWERS[PHOTO], rel=1e-3)


def test_what_is_shown_again_is_one_chance() -> None:
    twice = odds_of_ivory((900, 900, 400), (-8, -9), (-8, -9))
    assert twice == pytest.approx(odds_of_ivory((900, 900), (-8, -9)), rel=1e-6)
    assert shares(np.array([[0.2, 0.1], [0.3, 0.1], [0.2, 0.1]]), (10, 30, 20)).tolist() == [0.4, 0.6, 0.4]


def test_divided_odds_keep_what_is_certain() -> None:
    assert divided_odds(np.array([0.0, 0.5, 1.0]), 4).tolist() == [0, 0.2, 1]
