"""Categories: which ids photos may carry, and which of them a model can learn."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from training.config import NewCategoryConfig
from training.data.labels import label_matrix
from training.data.listing import ListedPhoto
from training.data.samples import Sample
from training.errors import DatasetError
from wildvision.errors import TaxonomyError
from wildvision.taxonomy import Category, Kind, Taxonomy, extend_taxonomy, load_taxonomy

MIN_PHOTOS = 2  # one to learn from while the other is held out


def new_category(config: NewCategoryConfig) -> Category:
    """Write a new category out in full; what is not known of it stays empty."""
    return Category(
        id=config.id,
        kind=Kind(config.kind),
        name=config.name,
        summary=config.name,
        taxa=(),
        cites=(),
        lookalikes=config.lookalikes,
        identification=(),
        confirmation=(),
        sources=(),
    )


def extended_taxonomy(new: Sequence[Category]) -> Taxonomy:
    """Return the packaged taxonomy with new categories after those of their kind.

    Raises:
        DatasetError: An id is there already, or a look-alike is not.
    """
    try:
        return extend_taxonomy(load_taxonomy(), tuple(new))
    except TaxonomyError as error:
        raise DatasetError(f"new categories do not fit the taxonomy: {error}") from error


def check_ids(rows: Iterable[ListedPhoto], taxonomy: Taxonomy) -> None:
    """Check that every id is a category.

    Raises:
        DatasetError: Some are not; all are named, each with the closest id there is.
    """
    known = [category.id for category in taxonomy.categories]
    unknown: dict[str, list[ListedPhoto]] = defaultdict(list)
    for row in rows:
        for name in row.ids.difference(known):
            unknown[name].append(row)
    if not unknown:
        return
    listed = "\n  ".join(_describe(name, unknown[name], known) for name in sorted(unknown))
    raise DatasetError(
        f"expected ids of the taxonomy, found {len(unknown)} others:\n  {listed}\ncorrect them, name photos without "
        "any category 'everyday', or accept a new one with --new-category ID:product:Name"
    )


def _describe(name: str, rows: Sequence[ListedPhoto], known: Sequence[str]) -> str:
    closest = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f"; did you mean {closest[0]!r}?" if closest else ""
    return f"{name!r} ({len(rows)} photos, first: {rows[0].path}){hint}"


def learnable(samples: Sequence[Sample], taxonomy: Taxonomy, *, min_photos: int) -> tuple[str, ...]:
    """Return the categories that a model can learn from the training photos, in taxonomy order."""
    ids = _mentioned(samples) - set(unlearnable(samples, taxonomy, min_photos=min_photos))
    return tuple(category.id for category in taxonomy.categories if category.id in ids)


def unlearnable(samples: Sequence[Sample], taxonomy: Taxonomy, *, min_photos: int) -> dict[str, str]:
    """Say of each category that photos mention and a model cannot learn why, in taxonomy order.

    It takes photos with the category and photos without it, of each at least two: one that teaches while the other is
    held out. Where anything real teaches, renderings without a category are no such photos, for only real ones are
    held out.
    """
    train = [sample for sample in samples if sample.split == "train"]
    mentioned = _mentioned(samples)
    ids = [category.id for category in taxonomy.categories if category.id in mentioned]
    targets, label_mask = label_matrix(train, ids)
    judging = np.array([not sample.synthetic for sample in train], np.bool_)
    judging = judging if judging.any() else ~judging
    reasons: dict[str, str] = {}
    for column, category in enumerate(ids):
        positive = targets[:, column] > 0.5
        negative = label_mask[:, column] & ~positive & judging
        reason = _why_not(
            category, int(positive.sum()), int(negative.sum()), needed=max(min_photos, MIN_PHOTOS)
        )
        if reason:
            reasons[category] = reason
    return reasons


def _mentioned(samples: Iterable[Sample]) -> set[str]:
    return {category for sample in samples for category in sample.labels | sample.unsettled}


def _why_not(category: str, positives: int, negatives: int, *, needed: int) -> str:
    if positives < needed:
        photos = f"{positives or 'no'} training photo{'s' * (positives != 1)}"
        return f"{photos} of it with a settled label, it takes {needed}"
    if negatives < MIN_PHOTOS:
        found = "only one photo" if negatives else "no photo"
        return f"{found} without {category}: put some into everyday/"
    return ""
