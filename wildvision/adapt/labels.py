"""What labels say of a photo, and what they leave open: a label that is not there is not always a "no"."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wildvision.taxonomy import Kind, load_taxonomy

# A statue or a string of beads is a form and ivory a material: a photo labelled with one says nothing about
# the other. The materials and animals exclude each other well enough for an absent label to mean "no".
FORM_CATEGORIES = frozenset({"statue", "beads"})


class Photo(Protocol):
    """What calibration, thresholds and metrics need to know of a labelled photo."""

    @property
    def labels(self) -> frozenset[str]:
        """Category ids that it shows."""
        ...

    @property
    def unsettled(self) -> frozenset[str]:
        """Ids that count neither for nor against."""
        ...

    @property
    def group(self) -> str:
        """Photos of one group stay together when some are left out."""
        ...

    @property
    def owner(self) -> str:
        """The group as evidence counts it: all photos without a known source are of one owner."""
        ...

    @property
    def origin(self) -> str:
        """The source, as a report names it."""
        ...

    @property
    def shows_product(self) -> bool:
        """Whether it shows, or may show, anything but look-alikes."""
        ...


def label_matrix(
    samples: Sequence[Photo], categories: Sequence[str]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Turn labels into targets and a mask of what is known.

    Returns:
        targets: Shape (N, K), float32, 1 where the photo shows the category.
        label_mask: Shape (N, K), bool, False where the label must not count in a loss or a metric.
    """
    targets = np.zeros((len(samples), len(categories)), np.float32)
    label_mask = np.ones(targets.shape, np.bool_)
    for row, sample in enumerate(samples):
        for column, category in enumerate(categories):
            targets[row, column] = category in sample.labels
            label_mask[row, column] = category in sample.labels or not _is_open(sample, category)
    return targets, label_mask


def _is_open(sample: Photo, category: str) -> bool:
    return category in sample.unsettled or (category in FORM_CATEGORIES and bool(sample.labels))


def may_show_product(ids: frozenset[str]) -> bool:
    """Return whether one of these ids is no look-alike; a category of one's own counts as a product."""
    return bool(ids - _lookalikes())


@functools.cache
def _lookalikes() -> frozenset[str]:
    return frozenset(c.id for c in load_taxonomy().categories if c.kind is Kind.LOOKALIKE)
