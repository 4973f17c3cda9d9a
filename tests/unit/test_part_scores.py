from __future__ import annotations

import numpy as np
import pytest

from wildvision.manifest import Calibration, CategoryEntry, Evidence
from wildvision.part_scores import POWERS, combined, divided_odds
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
    found = combined(logits((1, -1)), (), ENTRIES)
    assert [p.category for p in found.predictions] == ["ivory", "bone"]
    assert found.predictions[0].score == pytest.approx(1 / (1 + np.exp(-1.5)))
    assert found.carried_by == {"ivory": 0, "bone": 0}


def test_one_photo_within_counts_in_full_and_several_carry_shares() -> None:
    one = combined(logits((-9, -9), (2, -9)), (PHOTO,), ENTRIES)
    four = combined(logits((-9, -9), (2, -9), *[(-9, -9)] * 3), (PHOTO,) * 4, ENTRIES)
    odds = [found.predictions[0].score / (1 - found.predictions[0].score) for found in (one, four)]
    assert odds[0] == pytest.approx(np.exp(2.5))
    assert odds[0] / odds[1] == pytest.approx(4 ** POWERS[PHOTO])
    assert four.carried_by == {"ivory": 1, "bone": 0}
    assert four.views[1, 0] == pytest.approx(odds[0] / (1 + odds[0]))


def test_parts_of_other_kinds_do_not_thin_each_other() -> None:
    mixed = combined(logits((-9, -9), (2, -9), (-9, -9)), (PHOTO, PartKind.SQUARE), ENTRIES)
    alone = combined(logits((-9, -9), (2, -9)), (PHOTO,), ENTRIES)
    assert mixed.predictions[0] == alone.predictions[0]


def test_the_whole_picture_never_loses_by_its_parts() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        rows = logits(*rng.normal(0, 3, (5, 2)))
        whole = {p.category: p.score for p in combined(rows[:1], (), ENTRIES).predictions}
        both = {p.category: p.score for p in combined(rows, (PHOTO,) * 4, ENTRIES).predictions}
        plain = combined(rows, (PHOTO,) * 4, ENTRIES, powers={})
        most = {p.category: p.score for p in plain.predictions}
        assert all(whole[name] <= both[name] <= most[name] for name in whole)


def test_divided_odds_keep_what_is_certain() -> None:
    assert divided_odds(np.array([0.0, 0.5, 1.0]), 4).tolist() == [0, 0.2, 1]
