"""Scores of labelled photos: each read, judged and let go, in as many processes as a scan uses."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wildvision.adapt.labelled import LabelledPhoto
from wildvision.adapt.labels import label_matrix
from wildvision.adapt.metrics import Scores, Truth
from wildvision.adapt.sketch import LEAST_QUALITY
from wildvision.archive.index import Entry
from wildvision.archive.ledger import InOrder, Job
from wildvision.archive.rows import Row, Scorer
from wildvision.archive.workers import make_pool
from wildvision.classifier import Classifier
from wildvision.errors import LabelError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Failure:
    """A photo that could not be scored."""

    name: str
    error: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoredPhotos:
    """Photos with what a model says of them, and what they show.

    Attributes:
        photos: The N photos that could be scored.
        scores: Shape (N, K), float64, calibrated probabilities in the order of the model's categories.
        truth: Shape (N, K), bool, whether each shows the category.
        label_mask: Shape (N, K), bool, False where the label must not count.
        verdicts: N verdicts of the classifier's policy.
        rules: N rules that decided them.
        sizes: Shape (N, 2), int32, width and height of the original in px.
        hashes: Shape (N, 32), uint8, PDQ; zeros where the package is missing or the picture has too little detail.
        failures: Photos that could not be scored.
    """

    photos: tuple[LabelledPhoto, ...]
    scores: NDArray[np.float64]
    truth: NDArray[np.bool_]
    label_mask: NDArray[np.bool_]
    verdicts: tuple[str, ...]
    rules: tuple[str, ...]
    sizes: NDArray[np.int32]
    hashes: NDArray[np.uint8]
    failures: tuple[Failure, ...] = ()

    @property
    def owners(self) -> tuple[str, ...]:
        """Of each photo."""
        return tuple(photo.owner for photo in self.photos)

    def settled(self, column: int) -> tuple[Scores, Truth, tuple[str, ...], NDArray[np.int64]]:
        """Return scores, truth, owners and row numbers of the photos whose label for a category counts."""
        rows: NDArray[np.int64] = np.flatnonzero(self.label_mask[:, column])
        owners = tuple(self.photos[int(row)].owner for row in rows)
        return self.scores[rows, column], self.truth[rows, column], owners, rows


def score_photos(
    photos: Sequence[LabelledPhoto],
    classifier: Classifier,
    *,
    workers: int | None = None,
    advance: Callable[[Row], None] | None = None,
) -> ScoredPhotos:
    """Score photos one by one; what cannot be read becomes a failure, and only numbers stay in memory.

    Args:
        photos: N photos.
        classifier: Copied into each process.
        workers: Processes; 0: none; None: one for each core.
        advance: Called with each row.

    Raises:
        LabelError: No photo could be read.
        ScanError: No worker process starts.
    """
    ids = classifier.manifest.category_ids
    taken = _Table(len(photos), len(ids))
    failures: list[Failure] = []
    for number, row in _rows(photos, classifier, workers):
        if advance:
            advance(row)
        if row.error:
            failures.append(Failure(name=row.id, error=row.error, message=row.error_message or ""))
        else:
            taken.add(number, row, ids)
    if not taken.numbers:
        raise LabelError(
            f"expected photos that can be read, found none among {len(photos)}; first: {failures[0].name}: "
            f"{failures[0].message}"
        )
    return taken.close(photos, ids, tuple(failures))


def _rows(
    photos: Sequence[LabelledPhoto], classifier: Classifier, workers: int | None
) -> Iterator[tuple[int, Row]]:
    jobs = (
        Job(Entry(number, photo.name, None, None, failed=False), photo.source)
        for number, photo in enumerate(photos)
    )
    with make_pool(functools.partial(Scorer, classifier), workers) as pool:
        for entry, row in InOrder(pool, jobs):
            yield entry.key, row


class _Table:
    """Rows as numbers, in arrays that are made once."""

    def __init__(self, photos: int, categories: int) -> None:
        self.numbers: list[int] = []
        self._verdicts: list[str] = []
        self._rules: list[str] = []
        self._scores = np.zeros((photos, categories))
        self._sizes = np.zeros((photos, 2), np.int32)
        self._hashes = np.zeros((photos, 32), np.uint8)

    def add(self, number: int, row: Row, ids: Sequence[str]) -> None:
        place = len(self.numbers)
        self.numbers.append(number)
        self._verdicts.append(row.verdict or "")
        self._rules.append(row.rule or "")
        self._scores[place] = [row.scores[category] for category in ids]
        self._sizes[place] = row.width or 0, row.height or 0
        if row.pdq and (row.pdq_quality or 0) >= LEAST_QUALITY:
            self._hashes[place] = np.frombuffer(bytes.fromhex(row.pdq), np.uint8)

    def close(
        self, photos: Sequence[LabelledPhoto], ids: Sequence[str], failures: tuple[Failure, ...]
    ) -> ScoredPhotos:
        kept, count = tuple(photos[number] for number in self.numbers), len(self.numbers)
        targets, label_mask = label_matrix(kept, ids)
        return ScoredPhotos(
            photos=kept,
            scores=self._scores[:count],
            truth=targets > 0.5,
            label_mask=label_mask,
            verdicts=tuple(self._verdicts),
            rules=tuple(self._rules),
            sizes=self._sizes[:count],
            hashes=self._hashes[:count],
            failures=failures,
        )
