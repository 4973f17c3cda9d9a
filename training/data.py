"""Read the photo manifest: samples, labels with a mask for what is not known, and folds by source.

The unit of splitting is the source, never the photo. ``use == "eval"`` photos are for reporting only and
`read_samples` returns them only when asked for by name.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from wildvision.taxonomy import Kind, load_taxonomy

Use = Literal["train", "eval"]

# A statue or a string of beads is a form and ivory a material: a photo labelled with one says nothing about
# the other. The materials and animals exclude each other well enough for an absent label to mean "no".
FORM_CATEGORIES = frozenset({"statue", "beads"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One labelled photo.

    Attributes:
        path: The file.
        labels: Category ids that the photo shows.
        unsettled: Ids that should count neither for nor against (``id?`` in the manifest).
        source: The site or repository: the unit of splitting.
        licence: As found; may be ``"unknown"``.
        sha256: Digest of the original file.
    """

    path: Path
    labels: frozenset[str]
    unsettled: frozenset[str]
    source: str
    licence: str
    sha256: str

    @property
    def group(self) -> tuple[str, ...]:
        """What balanced sampling balances: all labels together with the source."""
        return (*sorted(self.labels | self.unsettled), self.source)


def read_samples(data: Path, *, use: Use) -> list[Sample]:
    """Read the samples of one use from ``manifest.csv`` under ``data``.

    Raises:
        FileNotFoundError: There is no manifest, or it names a photo that is not there.
        ValueError: No row has that use.
    """
    with (data / "manifest.csv").open(newline="", encoding="utf-8") as file:
        samples = [_sample(data, row) for row in csv.DictReader(file) if row["use"] == use]
    if not samples:
        raise ValueError(f"expected rows with use={use!r} in {data / 'manifest.csv'}, found none")
    missing = [sample.path for sample in samples if not sample.path.is_file()]
    if missing:
        raise FileNotFoundError(f"{len(missing)} photos of the manifest are missing, first: {missing[0]}")
    return samples


def _sample(data: Path, row: dict[str, str]) -> Sample:
    marks = [mark for field in ("labels", "lookalikes") for mark in row[field].split(";") if mark]
    return Sample(
        path=data / row["path"],
        labels=frozenset(mark for mark in marks if not mark.endswith("?")),
        unsettled=frozenset(mark.rstrip("?") for mark in marks if mark.endswith("?")),
        source=row["source"],
        licence=row["licence"],
        sha256=row["sha256_original"],
    )


def trainable_categories(samples: Sequence[Sample]) -> tuple[str, ...]:
    """Return the taxonomy ids that at least one sample shows, in taxonomy order (products first)."""
    shown = Counter(label for sample in samples for label in sample.labels)
    return tuple(category.id for category in load_taxonomy().categories if shown[category.id])


def label_matrix(
    samples: Sequence[Sample], categories: Sequence[str]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Turn labels into targets and a mask of what is known.

    Returns:
        targets: Shape (N, K), float32, 1 where the photo shows the category.
        known: Shape (N, K), bool, False where the label must not count in a loss or a metric.
    """
    targets = np.zeros((len(samples), len(categories)), np.float32)
    known = np.ones(targets.shape, np.bool_)
    for row, sample in enumerate(samples):
        for column, category in enumerate(categories):
            targets[row, column] = category in sample.labels
            known[row, column] = category in sample.labels or not _is_open(sample, category)
    return targets, known


def _is_open(sample: Sample, category: str) -> bool:
    return category in sample.unsettled or (category in FORM_CATEGORIES and bool(sample.labels))


def source_folds(samples: Sequence[Sample], *, folds: int, seed: int) -> NDArray[np.int64]:
    """Assign each sample to a fold so that no source crosses and rare products spread.

    Returns:
        Shape (N,), int64, the fold in which each sample is held out.
    """
    products = {category.id for category in load_taxonomy().categories if category.kind is Kind.PRODUCT}
    strata = [(sorted(sample.labels & products) or sorted(sample.labels) or [""])[0] for sample in samples]
    splitter = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=seed)
    fold_of = np.zeros(len(samples), np.int64)
    sources = [sample.source for sample in samples]
    for fold, (_, held_out) in enumerate(splitter.split(np.zeros(len(samples)), strata, sources)):
        fold_of[held_out] = fold
    return fold_of


def sampling_weights(samples: Sequence[Sample]) -> NDArray[np.float64]:
    """Weigh each sample so that a group of n photos is drawn in proportion to sqrt(n).

    Square-root sampling lies between drawing photos alike (rare categories drown) and drawing groups alike
    (four photos are seen a hundred times): Mahajan et al. 2018, "Exploring the Limits of Weakly Supervised
    Pretraining", section 2.1.
    """
    size = Counter(sample.group for sample in samples)
    weights = np.array([size[sample.group] ** -0.5 for sample in samples])
    return weights / weights.sum()


def digest(samples: Sequence[Sample]) -> str:
    """Return one SHA-256 over the digests and labels of all samples, independent of their order."""
    lines = sorted(f"{s.sha256} {sorted(s.labels)} {sorted(s.unsettled)} {s.source}" for s in samples)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
