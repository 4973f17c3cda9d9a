"""The photos that a model gets most wrong: its highest-scoring false positives and its lowest-scoring misses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.evaluation.confusion import groups_of
from training.evaluation.findings import WorstPhoto
from training.evaluation.scoring import CategoryScores, ScoredPhotos
from training.evaluation.sheets import Picture, photo_sheet
from wildvision import Verdict

COLOURS = {
    Verdict.FLAG: "#c0392b",
    Verdict.REVIEW: "#d68910",
    Verdict.CLEAR: "#8a8a8a",
    Verdict.ABSTAIN: "#444444",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstSheet:
    """A sheet of photos with what is on it.

    Attributes:
        name: Of the file, without suffix.
        png: The picture.
        photos: What it shows, the worst first.
    """

    name: str
    png: bytes
    photos: tuple[WorstPhoto, ...]


def worst_sheets(
    photos: ScoredPhotos, categories: Sequence[CategoryScores], *, count: int
) -> Iterator[WorstSheet]:
    """Yield, for each product, the sheets of false positives and misses that have any photo.

    Args:
        photos: What was scored; verdicts shown are those of the default policy.
        categories: Its scores by category.
        count: Photos on a sheet at most.
    """
    for column in categories:
        if column.category not in photos.manifest.product_ids:
            continue
        falling = np.argsort(-column.scores, kind="stable")
        false_positives = falling[~column.truth[falling]][:count]
        misses = falling[column.truth[falling]][::-1][:count]
        if len(false_positives):
            title = f"highest scores for {column.category} among photos that do not show it"
            yield _sheet(photos, column, false_positives, "false-positives", title)
        if len(misses):
            title = f"lowest scores for {column.category} among photos that show it"
            yield _sheet(photos, column, misses, "misses", title)


def _sheet(
    photos: ScoredPhotos, column: CategoryScores, places: np.ndarray, kind: str, title: str
) -> WorstSheet:
    worst, pictures = [], []
    policy = photos.manifest.default_policy
    for place in places:
        row, score = int(column.rows[place]), float(column.scores[place])
        sample, verdict = photos.samples[row], photos.decisions[policy][row].verdict
        worst.append(
            WorstPhoto(
                path=str(sample.path),
                product=column.category,
                kind=kind,
                score=round(score, 4),
                verdict=verdict.value,
            )
        )
        pictures.append(
            Picture(
                path=Path(sample.path),
                caption=(f"{score:.3f}  {verdict.value}", ", ".join(groups_of(sample)), sample.source),
                colour=COLOURS[verdict],
            )
        )
    lines = (
        title,
        f"verdict of policy {policy}; under each: score, verdict, true labels, source. Not for publication.",
    )
    return WorstSheet(name=f"{kind}-{column.category}", png=photo_sheet(lines, pictures), photos=tuple(worst))
