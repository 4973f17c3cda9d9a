"""Which category ids photos may carry, and which of them a model can learn."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from training.config import NewCategoryConfig
from training.data.rows import Row
from training.data.samples import Sample
from training.errors import DatasetError
from wildvision.errors import TaxonomyError
from wildvision.taxonomy import Category, Kind, Taxonomy, extend_taxonomy, load_taxonomy


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


def check_ids(rows: Iterable[Row], taxonomy: Taxonomy) -> None:
    """Check that every id is a category.

    Raises:
        DatasetError: Some are not; all are named, each with the closest id there is.
    """
    known = [category.id for category in taxonomy.categories]
    unknown: dict[str, list[Row]] = defaultdict(list)
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


def _describe(name: str, rows: Sequence[Row], known: Sequence[str]) -> str:
    closest = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f"; did you mean {closest[0]!r}?" if closest else ""
    return f"{name!r} ({len(rows)} photos, first: {rows[0].path}){hint}"


def learnable(samples: Iterable[Sample], taxonomy: Taxonomy, *, min_photos: int) -> tuple[str, ...]:
    """Return the categories that enough training photos show, in taxonomy order."""
    shown = Counter(label for sample in samples if sample.split == "train" for label in sample.labels)
    return tuple(category.id for category in taxonomy.categories if shown[category.id] >= min_photos)
