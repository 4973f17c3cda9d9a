"""What a category is taught from: one's own photos before the background, in groups that nothing may cross."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wildvision.adapt.background import Background
from wildvision.adapt.hashes import alike
from wildvision.adapt.head import Facts, HeadSettings
from wildvision.adapt.labels import may_show_product
from wildvision.adapt.photos import TeachingPhotos
from wildvision.adapt.sketch import Hashes, seen
from wildvision.adapt.views import VIEWS, repeated
from wildvision.errors import LabelError
from wildvision.taxonomy import Kind, Taxonomy

MIN_PHOTOS = 3  # of a category, that are not the same photo: with two, one would judge the other
MIN_OTHERS = 20  # real photos without it; 5 % of fewer is less than one
# Of a photo that shows it: whoever teaches a category expects to meet it, so that its scores say how likely it is where
# one photo in twenty shows it, as for the released categories with most photos. Chosen; thresholds are set on them.
LEAST_ODDS = 0.05
# Cosine of the features of a photo and of itself in the background, in 4 bits: 0.995 or more; of two photos below 0.99,
# measured with 600 photos of the training set. Fewer features say too little.
SAME_COSINE, LEAST_FEATURES = 0.993, 256
# Of the weight of photos that show it: what renderings of it have beside them, as beside the many photos of a released
# category. A fifth found less in 12 of 16 few-shot cases at 5 %, and more in one (training/EXPERIMENTS.md, 25).
RENDERED_SHOWN = 0.05
YOURS = "yours (--not)"  # what the report calls one's own photos of anything else


@dataclass(frozen=True, slots=True)
class Taught:
    """A photo as calibration and thresholds see it; see `wildvision.adapt.labels.Photo`."""

    labels: frozenset[str]
    unsettled: frozenset[str]
    group: str
    owner: str

    @property
    def origin(self) -> str:
        """The owner."""
        return self.owner

    @property
    def shows_product(self) -> bool:
        """Whether it shows, or may show, anything but look-alikes."""
        return may_show_product(self.labels | self.unsettled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """What was seen of one's own photos before they taught.

    Attributes:
        photos: Of the category, without what was left out.
        sources: That those come from.
        others: Of anything else.
        same_file: Left out, being the same file as another.
        look_alike: Photos that look like another of them; they stay together when some are left out.
        in_training: Photos that trained the released model, or look like one that did.
        replaced: Rows of the background that gave way to them.
        compared: Whether near-duplicates could be looked for.
        unreadable: What could not be read: where it was, and why.
    """

    photos: int
    sources: int
    others: int
    same_file: int
    look_alike: int
    in_training: int
    replaced: int
    compared: bool
    unreadable: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lesson:
    """N photos and renderings: one's own first, then those of the background.

    Attributes:
        category: The id that is taught.
        features: Shape (N, D), float32.
        positive: Shape (N,), bool.
        label_mask: Shape (N,), bool, False where it must count neither way.
        facts: What a fit has to know of them.
        rows: What calibration has to know of them.
        kinds: What each is called in the report.
        mine: Shape (N,), bool, one's own.
        twins: Shape (N,), numbers; photos with the same one look alike.
        views: Shape (V, D), float32, features of what teaches beside one's own photos of a category of few.
        viewed: Shape (V,), of which photo each view is.
        settings: Penalty and balance.
        odds: Photos with the category for one without it, in all that the model was trained on, at least `LEAST_ODDS`.
        noticed: What was seen before.
    """

    category: str
    features: NDArray[np.float32]
    positive: NDArray[np.bool_]
    label_mask: NDArray[np.bool_]
    facts: Facts
    rows: tuple[Taught, ...]
    kinds: tuple[str, ...]
    mine: NDArray[np.bool_]
    twins: NDArray[np.intp]
    views: NDArray[np.float32]
    viewed: NDArray[np.intp]
    settings: HeadSettings
    odds: float
    noticed: Noticed

    @property
    def real(self) -> NDArray[np.bool_]:
        """Which photos judge: real, with a settled label."""
        return self.label_mask & ~self.facts.rendered

    @property
    def groups(self) -> NDArray[np.str_]:
        """Shape (N,), names of what stays together."""
        return np.array([row.group for row in self.rows], np.str_)


def make_lesson(
    category: str,
    photos: TeachingPhotos,
    others: TeachingPhotos | None,
    background: Background,
    taxonomy: Taxonomy,
    *,
    compared: bool,
    sketch: Hashes | None = None,
) -> Lesson:
    """Put one's own photos before the background.

    Args:
        category: The id that is taught, known to the taxonomy.
        photos: That show it.
        others: That do not; None: none but the background's.
        background: Of the model.
        taxonomy: With the category in it.
        compared: Whether photos have perceptual hashes.
        sketch: Hashes of the photos that trained the model; None: not known.

    Raises:
        LabelError: There are too few photos of it or without it, or a photo is named as both.
    """
    mine, positive, same_file = _own(category, photos, others)
    groups = alike(mine.hashes) if compared else np.arange(len(mine))
    _refuse_both(mine, positive, groups)
    _refuse_too_few(category, positive & ~mine.rendered, groups)
    given_way = (
        seen(background.row_hashes, mine.hashes) if compared else held(mine.features, background.features)
    )
    behind = background.without(given_way)
    real = positive & ~mine.rendered
    noticed = Noticed(
        photos=int(real.sum()),
        sources=len({source for source, counts in zip(mine.sources, real, strict=True) if counts}),
        others=int((~positive & ~mine.rendered).sum()),
        same_file=same_file,
        look_alike=len(mine) - len(np.unique(groups)),
        in_training=0 if sketch is None else int(seen(mine.hashes, sketch).sum()),
        replaced=int(given_way.sum()),
        compared=compared,
        unreadable=(*photos.failed, *(others.failed if others else ())),
    )
    return _laid(category, mine, positive, groups, behind, taxonomy, noticed)


def settings_to_teach(
    settings: HeadSettings, *, stands_for: int, photos: int, views: int = 0
) -> HeadSettings:
    """Return a release's penalty and balance as they are where one category is taught behind its background.

    The penalty goes with the number of photos: as strong as where there are all of them. What is taught may be what
    some owner of the background shows and nobody else, so that only everyday photos say in what owners differ.
    Renderings weigh `RENDERED_SHOWN`: the photos are the kind of picture that will be looked for. Views stand beside
    few photos, and do not make them many.

    Args:
        settings: Of the released head.
        stands_for: How many photos and renderings the background was chosen from.
        photos: That the head learns from.
        views: That teach beside them.
    """
    return replace(
        settings,
        inverse_penalty=settings.inverse_penalty * max(stands_for / (photos + views), 1),
        everyday_owners=True,
        rendered_shown=RENDERED_SHOWN,
        rendered_below=settings.rendered_below * (1 + VIEWS) if views else settings.rendered_below,
    )


def held(features: NDArray[np.float32], background: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return, shape (N,), which rows of the background are one of these photos, by their features alone.

    Args:
        features: Shape (M, D), of photos without perceptual hashes.
        background: Shape (N, D).
    """
    if features.shape[1] < LEAST_FEATURES:
        return np.zeros(len(background), np.bool_)
    one, other = (
        rows / np.maximum(np.linalg.norm(rows, axis=1), 1e-12)[:, None] for rows in (features, background)
    )
    return (other @ one.T).max(axis=1) >= SAME_COSINE


def _own(
    category: str, photos: TeachingPhotos, others: TeachingPhotos | None
) -> tuple[TeachingPhotos, NDArray[np.bool_], int]:
    """Return all one's own photos, which of them show it, and how many were the same file as another."""
    parts = [photos, others] if others is not None and len(others) else [photos]
    kept: list[TeachingPhotos] = []
    for part in parts:
        _, first = (
            np.unique(part.digests, axis=0, return_index=True) if len(part) else (None, np.zeros(0, int))
        )
        kept.append(part.take(np.sort(first)))
    both = {row.tobytes() for row in kept[0].digests} & {row.tobytes() for row in kept[-1].digests}
    if len(kept) > 1 and both:
        name = next(n for n, d in zip(kept[1].names, kept[1].digests, strict=True) if d.tobytes() in both)
        raise LabelError(
            f"expected photos of {category} and others, found {len(both)} that are both, first: {name}; "
            "take them out of one of the two"
        )
    positive = np.concatenate([np.full(len(part), number == 0) for number, part in enumerate(kept)])
    return _together(kept), positive, sum(map(len, parts)) - sum(map(len, kept))


def _together(parts: Sequence[TeachingPhotos]) -> TeachingPhotos:
    """Return all photos in a row; views are those of the first, which show the category."""
    return TeachingPhotos(
        names=tuple(name for part in parts for name in part.names),
        sources=tuple(source for part in parts for source in part.sources),
        features=np.concatenate([part.features for part in parts]),
        digests=np.concatenate([part.digests for part in parts]),
        rendered=np.concatenate([part.rendered for part in parts]),
        hashes=np.concatenate([part.hashes for part in parts]),
        views=parts[0].views,
    )


def _refuse_both(mine: TeachingPhotos, positive: NDArray[np.bool_], groups: NDArray[np.intp]) -> None:
    for row in np.flatnonzero(~positive):
        if positive[groups == groups[row]].any():
            twin = mine.names[int(np.flatnonzero((groups == groups[row]) & positive)[0])]
            raise LabelError(
                f"expected photos of anything else after --not, found {mine.names[int(row)]}, which looks like {twin}; "
                "take one of the two out"
            )


def _refuse_too_few(category: str, positive: NDArray[np.bool_], groups: NDArray[np.intp]) -> None:
    found = len(np.unique(groups[positive]))
    if found < MIN_PHOTOS:
        alike_too = (
            f" ({int(positive.sum())} with those that look the same)" if found < positive.sum() else ""
        )
        raise LabelError(
            f"expected at least {MIN_PHOTOS} different photos of {category}, found {found}{alike_too}; with fewer "
            "nothing could be left out to say whether it was learned: add photos, best of other sources"
        )


def _joined(sources: Sequence[str], groups: NDArray[np.intp]) -> list[str]:
    """Return one name for sources that share a photo, directly or through others."""
    name = dict(zip(sources, sources, strict=True))

    def root(source: str) -> str:
        while name[source] != source:
            source = name[source]
        return source

    first: dict[int, str] = {}
    for source, group in zip(sources, groups.tolist(), strict=True):
        one, other = root(first.setdefault(group, source)), root(source)
        name[max(one, other)] = min(one, other)
    return [root(source) for source in sources]


def _laid(
    category: str,
    mine: TeachingPhotos,
    positive: NDArray[np.bool_],
    groups: NDArray[np.intp],
    behind: Background,
    taxonomy: Taxonomy,
    noticed: Noticed,
) -> Lesson:
    theirs, label_mask = behind.of(category)
    every_positive = np.concatenate([positive, theirs])
    every_mask = np.concatenate([np.ones(len(mine), np.bool_), label_mask])
    without = every_mask & ~every_positive
    rendered = np.concatenate([mine.rendered, behind.rendered])
    if (without & ~rendered).sum() < MIN_OTHERS:
        raise LabelError(
            f"expected at least {MIN_OTHERS} photos without {category}, found {int((without & ~rendered).sum())}; "
            "name some of anything else after --not, or teach a released model, which brings them"
        )
    rows = [
        Taught(frozenset({category} if is_positive else ()), frozenset(), f"own {source}", f"own {source}")
        for source, is_positive in zip(_joined(mine.sources, groups), positive, strict=True)
    ]
    rows += _background_rows(behind)
    facts = behind.facts(taxonomy)
    is_product = taxonomy.get(category).kind is Kind.PRODUCT
    count = len(mine)
    positives = int((every_positive & every_mask).sum())
    views, viewed = _views(mine, int((every_positive & every_mask & ~rendered).sum()), behind.settings)
    return Lesson(
        category=category,
        features=np.concatenate([mine.features, behind.features]),
        positive=every_positive,
        label_mask=every_mask,
        facts=Facts(
            owner=np.array([row.group for row in rows], np.str_),
            rendered=rendered,
            product=np.concatenate([positive & is_product, facts.product]),
            named=np.concatenate([positive, facts.named]),
            kind=np.concatenate([np.where(positive, -2, -1), facts.kind])
            + 2,  # one's own are kinds of their own
        ),
        rows=tuple(rows),
        kinds=(
            *(category if is_positive else YOURS for is_positive in positive),
            *behind.kinds(range(len(behind))),
        ),
        mine=np.arange(len(rows)) < count,
        twins=np.concatenate([groups, np.arange(len(behind)) + count]),
        views=views,
        viewed=viewed,
        settings=settings_to_teach(
            behind.settings, stands_for=behind.stands_for, photos=len(rows), views=len(viewed)
        ),
        odds=max((positives + 0.5) / (max(behind.stands_for, len(behind)) + 0.5), LEAST_ODDS),
        noticed=noticed,
    )


def _views(
    mine: TeachingPhotos, photos: int, settings: HeadSettings
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Return the views that teach, (V, D), and of which photo each is, (V,): none where there are many photos."""
    if mine.views is None or photos >= settings.rendered_below:
        return np.zeros((0, mine.features.shape[1]), np.float32), np.zeros(0, np.intp)
    return mine.views.reshape(-1, mine.views.shape[2]), repeated(range(len(mine.views)))


def _background_rows(background: Background) -> list[Taught]:
    ids: dict[bytes, tuple[frozenset[str], frozenset[str]]] = {}
    for labels in np.unique(background.labels, axis=0):
        ids[labels.tobytes()] = background.named(labels)
    return [
        Taught(*ids[labels.tobytes()], f"background {owner}", f"background {owner}")
        for labels, owner in zip(background.labels, background.owner.tolist(), strict=True)
    ]
