"""Labels that are probably wrong, by confident learning on held-out scores.

Northcutt, Jiang, Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels": a score is judged by
what photos with and without the label usually get from networks that never saw them, so that a cautious category
does not look mislabelled. Each category is taken by itself, shown or not shown. Own code, because cleanlab brings
pandas for thirty lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.evaluation.confusion import groups_of
from training.evaluation.findings import Suspect
from training.evaluation.held_out import HeldOutScores
from training.evaluation.sheets import Picture, photo_sheet
from training.metrics import area_under_roc

MIN_PHOTOS = 5  # that show the category; with fewer there is no "usually"
MIN_GROUPS = 2  # with one, no network that scored them has seen the category
MIN_AREA = 0.7  # under ROC; scores of a category that was not learned say nothing about its labels


def suspicious_labels(held_out: HeldOutScores) -> tuple[Suspect, ...]:
    """Return all labels in doubt, the most doubtful first.

    They are ranked by how far the score of the given label lies below what that label usually gets, so that a
    category that was learned badly as a whole does not fill the list.
    """
    found = [pair for column in range(len(held_out.categories)) for pair in _of_category(held_out, column)]
    return tuple(suspect for _, suspect in sorted(found, key=lambda pair: (pair[0], pair[1].path)))


def judged_categories(held_out: HeldOutScores) -> tuple[str, ...]:
    """Return the categories that were learned from enough photos and groups to doubt a label."""
    return tuple(
        category for column, category in enumerate(held_out.categories) if _can_judge(held_out, column)
    )


def _can_judge(held_out: HeldOutScores, column: int) -> bool:
    rows = np.flatnonzero(held_out.label_mask[:, column])
    given = held_out.targets[rows, column]
    groups = {held_out.samples[int(row)].group for row in rows[given]}
    if min(given.sum(), (~given).sum()) < MIN_PHOTOS or len(groups) < MIN_GROUPS:
        return False
    return area_under_roc(held_out.scores[rows, column], given) >= MIN_AREA


def _of_category(held_out: HeldOutScores, column: int) -> Iterator[tuple[float, Suspect]]:
    if not _can_judge(held_out, column):
        return
    category = held_out.categories[column]
    rows = np.flatnonzero(held_out.label_mask[:, column])
    scores, given = held_out.scores[rows, column], held_out.targets[rows, column]
    usual = {label: float(scores[given == label].mean()) for label in (True, False)}
    for row in np.flatnonzero(in_doubt(scores, given)):
        label, score = bool(given[row]), float(scores[row])
        suspect = Suspect(
            path=str(held_out.samples[int(rows[row])].path),
            category=category,
            given=label,
            score=round(score, 4),
            why=_why(category, given=label, score=score, usual=usual),
        )
        yield -abs(score - usual[label]), suspect


def in_doubt(scores: NDArray[np.floating], given: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say which labels of one category are in doubt.

    Args:
        scores: Shape (n,), calibrated probability that each photo shows the category.
        given: Shape (n,), whether it is labelled with it; both kinds occur.

    Returns:
        Shape (n,): the other label is the likelier one, and the score is nearer to what photos with the other label
        get on average. The paper (equation 1) asks the score to reach that average, which half of the right labels
        do not; a wrong label would be missed as often.
    """
    middle = (scores[given].mean() + scores[~given].mean()) / 2
    return np.where(given, scores < min(0.5, middle), scores > max(0.5, middle))


def _why(category: str, *, given: bool, score: float, usual: dict[bool, float]) -> str:
    if given:
        return f"labelled {category}, but scores {score:.2f}; photos with that label score {usual[True]:.2f} on average"
    return (
        f"not labelled {category}, but scores {score:.2f}; photos without that label score {usual[False]:.2f} "
        f"on average, those with it {usual[True]:.2f}"
    )


def suspect_sheet(suspects: Sequence[Suspect], held_out: HeldOutScores) -> bytes:
    """Draw the suspects, at least one, with the doubt and all labels they were given."""
    by_path = {str(sample.path): sample for sample in held_out.samples}
    pictures = [
        Picture(
            path=Path(suspect.path),
            caption=(
                f"{'labelled' if suspect.given else 'not labelled'} {suspect.category}: {suspect.score:.2f}",
                f"labels: {', '.join(groups_of(by_path[suspect.path]))}",
                by_path[suspect.path].source,
            ),
        )
        for suspect in suspects
    ]
    lines = (
        "labels that networks which never saw the photo's group disagree with most",
        "Look at each: the label may be wrong, or the photo hard. Not for publication.",
    )
    return photo_sheet(lines, pictures)
