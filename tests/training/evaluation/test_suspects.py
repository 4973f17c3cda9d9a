from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.data.samples import Sample
from training.evaluation.held_out import HeldOutScores, held_out_scores, held_out_table
from training.evaluation.suspects import in_doubt, judged_categories, suspicious_labels
from wildvision.manifest import Calibration, CategoryEntry, Evidence

CATEGORIES = ("ivory", "ceramic")


def photo(name: str, *labels: str, group: str = "a") -> Sample:
    return Sample(
        path=Path("/photos") / name, labels=frozenset(labels), source=group, sha256=name, group=group
    )


def scored(samples: list[Sample], logits: np.ndarray) -> HeldOutScores:
    entries = [
        CategoryEntry(
            id=category,
            status="supported",
            calibration=Calibration(slope=1.0, intercept=0.0, basis="held-out sources"),
            evidence=Evidence(photos=9, sources=2, synthetic_photos=0),
        )
        for category in CATEGORIES
    ]
    return held_out_scores(samples, logits.astype(np.float32), entries)


@pytest.fixture
def held_out() -> HeldOutScores:
    """Ten ivories and ten ceramics of two museums, all scored as they are labelled, give or take."""
    samples = [
        photo(f"{category}{i}.png", category, group="ab"[i % 2]) for category in CATEGORIES for i in range(10)
    ]
    rng = np.random.default_rng(0)
    logits = np.array([[3.0, -3.0]] * 10 + [[-3.0, 3.0]] * 10) + rng.normal(0, 0.5, (20, 2))
    return scored(samples, logits)


def test_right_labels_are_not_in_doubt(held_out: HeldOutScores) -> None:
    assert judged_categories(held_out) == CATEGORIES
    assert suspicious_labels(held_out) == ()


def test_planted_wrong_labels_come_first_and_say_why(held_out: HeldOutScores) -> None:
    samples = list(held_out.samples)
    samples[3] = photo("ivory3.png", "ceramic", group="b")
    suspects = suspicious_labels(scored(samples, held_out.logits))
    assert {(s.path, s.category, s.given) for s in suspects} == {
        ("/photos/ivory3.png", "ivory", False),
        ("/photos/ivory3.png", "ceramic", True),
    }
    given = next(s for s in suspects if s.given)
    assert given.score < 0.1
    assert given.why.startswith(
        f"labelled ceramic, but scores {given.score:.2f}; photos with that label score 0."
    )


def test_the_order_is_by_how_unusual_the_score_is(held_out: HeldOutScores) -> None:
    samples, logits = list(held_out.samples), held_out.logits.copy()
    for row, ivory in ((2, 5.0), (4, 1.5)):  # ivories without their label, one surer than the other
        samples[row] = photo(f"ivory{row}.png", group="a")
        logits[row] = ivory, -3
    suspects = suspicious_labels(scored(samples, logits))
    assert [s.path for s in suspects][:1] == ["/photos/ivory2.png"]


@pytest.mark.parametrize("spoil", ["one group", "not learned", "too few"])
def test_categories_that_held_out_scores_cannot_judge_are_left_alone(
    held_out: HeldOutScores, spoil: str
) -> None:
    samples, logits = list(held_out.samples), held_out.logits.copy()
    samples[3] = photo("ivory3.png", "ceramic", group="b")  # would be found
    if spoil == "one group":
        samples = [photo(s.path.name, *s.labels, group="a") for s in samples]
    elif spoil == "not learned":
        logits = np.random.default_rng(0).permutation(logits)
    else:
        rows = [0, 1, 2, 3, 10, 11, 12, 13]
        samples, logits = [samples[row] for row in rows], logits[rows]
    assert suspicious_labels(scored(samples, logits)) == ()


def test_unsettled_labels_are_never_in_doubt(held_out: HeldOutScores) -> None:
    samples = list(held_out.samples)
    samples[3] = Sample(
        path=Path("/photos/ivory3.png"),
        labels=frozenset(),
        unsettled=frozenset(CATEGORIES),
        source="b",
        sha256="x",
        group="b",
    )
    assert suspicious_labels(scored(samples, held_out.logits)) == ()


def test_doubt_by_hand() -> None:
    scores = np.array([0.9, 0.8, 0.05, 0.1, 0.1, 0.9, 0.55])
    given = np.array([True, True, True, False, False, False, False])
    # On average 0.583 with the label and 0.4125 without, so the middle is 0.498.
    assert in_doubt(scores, given).tolist() == [False, False, True, False, False, True, True]
    # A cautious category: 0.3 and 0.025; 0.2 is nearer to what photos with the label get.
    scores = np.array([0.4, 0.3, 0.2, 0.02, 0.03, 0.01, 0.04])
    assert not in_doubt(scores, given).any()
    assert (
        in_doubt(np.where(scores == 0.2, 0.1, scores), given).tolist() == [False, False, True] + [False] * 4
    )


def test_the_held_out_table_has_a_row_for_all_and_for_each_large_source() -> None:
    everyday = [photo(f"shop{i}.png", group="shop") for i in range(30)]
    ivories = [photo(f"x{i}.png", "ivory", group="a") for i in range(12)]
    ivories += [photo(f"y{i}.png", "ivory", group="b") for i in range(4)]
    scores = np.concatenate([np.arange(30.0), [100.0] * 12, [10.5] * 4])
    found = scored([*everyday, *ivories], np.stack([scores, -scores], axis=1))
    rows = {row.held_out: row for row in held_out_table(found, ["ivory", "rhino_horn"])}
    assert set(rows) == {"all", "a"}
    assert (rows["a"].positives, rows["a"].negatives, rows["a"].area_under_roc) == (12, 30, 1.0)
    assert rows["all"].tpr_at_1_percent_fpr == 0.75
    assert rows["all"].area_under_roc == pytest.approx((12 * 30 + 4 * 11) / (16 * 30))


def test_a_product_of_one_group_cannot_be_held_out(held_out: HeldOutScores) -> None:
    samples = [photo(s.path.name, *s.labels, group="a") for s in held_out.samples]
    assert held_out_table(scored(samples, held_out.logits), ["ivory"]) == ()
