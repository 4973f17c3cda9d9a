"""What a picture and its parts say together: a calibrated combination, not the highest of them as they are.

Each part is a chance of a false alarm of its own: of collages of three everyday photos three times as many would reach
a review as of single ones. A score is calibrated for one photo. Where one picture shows several, each carries a share
of the chance that there is anything to find: its share of their area. Its odds are multiplied by that share to a power,
and the highest score counts. Of k photos of one size each has 1 / k; the photo of a listing has nearly all beside the
small pictures of other offers. What is shown again is one chance, not two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wildvision.decision import calibrated_scores, predictions_of
from wildvision.manifest import CategoryEntry
from wildvision.parts import EARLIER, Detail, PartKind
from wildvision.results import Prediction

POWERS = {PartKind.PHOTO: 0.25, PartKind.CELL: 0.25, PartKind.SQUARE: 0.25, PartKind.TILE: 0.25}
"""Of the share that a part has, by why it is looked at. 1 would hold if what is looked at were independent, and all the
products that a page shows as rare as on a single photo; measured, see `wildvision/SEE_MORE.md`."""

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Combined:
    """The answer of several views of one picture.

    Attributes:
        predictions: Every category, by falling score.
        carried_by: By category, the row of `views` that carries the score.
        views: Shape (V, K): calibrated scores of the whole picture, where it was looked at, and of each of its n parts,
            as if it had come alone; V is n + 1 or n.
    """

    predictions: tuple[Prediction, ...]
    carried_by: dict[str, int]
    views: Scores


def combined(
    logits: Sequence[NDArray[np.float32]],
    kinds: Sequence[PartKind],
    categories: Sequence[CategoryEntry],
    *,
    areas: Sequence[int],
    powers: Mapping[PartKind, float] = POWERS,
) -> Combined:
    """Combine the views of a picture.

    Args:
        logits: Of the whole picture, where it was looked at, and of each part, (K,) each.
        kinds: Of each part; as many as logits, or one fewer.
        categories: K entries of the model, with their calibration.
        areas: Of each part, in pixels or any other unit.
        powers: By kind, of a part's share among those of that kind; what is not named counts as it is.
    """
    views = np.array([calibrated_scores(row, categories) for row in logits], np.float64)
    shared = shared_scores(views, kinds, areas, powers)
    best = shared.argmax(axis=0)
    scores = shared[best, np.arange(len(categories))].tolist()
    return Combined(
        predictions=predictions_of(scores, categories),
        carried_by={entry.id: int(best[k]) for k, entry in enumerate(categories)},
        views=views,
    )


def powers_of(detail: Detail) -> Mapping[PartKind, float]:
    """Return the powers that a detail combines with; none where the highest score counts as it is.

    Scans and records that do not say their detail were made with `wildvision.parts.EARLIER`, and must come out again.
    """
    return {} if detail == EARLIER else POWERS


def shared_scores(
    views: Scores, kinds: Sequence[PartKind], areas: Sequence[int], powers: Mapping[PartKind, float]
) -> Scores:
    """Return what each view says for the whole picture, in the shape of ``views``; the highest counts.

    Args:
        views: Shape (V, K): calibrated scores of the whole picture, where it was looked at, and of each part, as if it
            had come alone.
        kinds: Of each of the n parts, which are the last n views.
        areas: Of each part, in pixels or any other unit.
        powers: By kind, of a part's share among those of that kind; what is not named counts as it is.
    """
    shared = views.copy()
    before = len(views) - len(kinds)
    for kind, power in powers.items():
        places = [place for place, own in enumerate(kinds) if own is kind]
        if places:
            rows = [before + place for place in places]
            portions = shares(views[rows], [areas[place] for place in places])
            shared[rows] = divided_odds(views[rows], portions[:, None] ** -power)
    return shared


def shares(views: Scores, areas: Sequence[int]) -> Scores:
    """Return what share of the area each part has, (n,), above 0; parts that score the same, (n, K), are one.

    Equal scores come from one look: `wildvision.parts.repeats` says which parts show the same.
    """
    _, which = np.unique(views, axis=0, return_inverse=True)
    largest = np.zeros(len(views), np.float64)
    np.maximum.at(largest, which.reshape(-1), np.asarray(areas, np.float64))
    return largest[which.reshape(-1)] / largest.sum()


def divided_odds(scores: Scores, divisor: float | Scores) -> Scores:
    """Return probabilities whose odds are those of the scores over a divisor of at least 1."""
    return scores / (scores + divisor * (1 - scores))
