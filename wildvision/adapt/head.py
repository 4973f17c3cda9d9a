"""The head: one regularised logistic regression a category on pooled features of a network that stays as it is.

One implementation serves whoever teaches a category in a minute and whoever trains a release.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wildvision.adapt.lbfgs import minimize_all

# Half of the least deviation that any feature of EfficientNet-Lite1 had over training photos.
MIN_DEVIATION = 0.02
MIN_OWNER_PHOTOS = 3  # for a mean that says more of the owner than of the photos
MAX_STEPS = 300  # of the optimiser; heads on some two thousand features take 40 to 150
# Of the loss, relative, in a step worth taking: logits are then within 1e-5 of those of scikit-learn in float64; at
# 1e-6 they are within 1e-3.
MIN_GAIN = 1e-10

Head = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Weights, shape (K, D), and bias, shape (K,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadSettings:
    """Penalty and balance of a head; defaults are those of the released model.

    Attributes:
        inverse_penalty: scikit-learn's C, for photos that weigh 1 on average: the smaller, the stronger the pull of
            the weights to zero.
        source_cap: The photos of one source, of those with and of those without the category, weigh at most as much
            as this many.
        cap_kinds: Whether the cap is for the photos of one source *with the same labels*: a source with a thousand
            photos of everything then still teaches what its two hundred living animals look like.
        rendered_share: Where photos with or without a category are both taken and rendered, the rendered ones together
            have this share of their weight.
        rendered_share_of_many: The same where at least ``rendered_below`` real photos show the category; 0: it learns
            from real photos alone.
        rendered_below: Real photos that are many, where they are
        rendered_below_sources: of so many groups of sources.
        owner_penalty: How much more a weight costs along directions in which owners without products differ, for each
            unit of their variance; 0: no more. See `owner_directions`.
        everyday_owners: Whether those directions come from everyday photos alone, not from look-alikes too. An owner
            who shows one kind of look-alike differs by what that looks like, and the category could not be taught.
        align_renderings: Whether renderings are moved to where photos lie; see `rendered_shift`.
        align_products: Owners of photos of one product from which on its renderings are moved more by their own shift
            than by that of all; 0: by the same. See `kind_shifts`.
        align_others: The same of what is no product, for each set of labels.
        rendered_sources: Owners of photos of a category that outweigh its renderings: of the weight of photos that show
            it, renderings have this number's share of itself and of the owners there are, at least
            ``rendered_share``. 0: always that.
        rendered_shown: Share of renderings of the weight of photos that show a category, whatever the two above say,
            where it is not of many photos; 0: what those say.
        many_share: Share of the features, the first ones, that categories of many photos see. Where a network pools
            twice, those of the second pooling are last: they help categories of few photos, and harm those of many.
        lookalike_weight: Where they are many, a photo that shows something else with a name weighs so much of an
            everyday photo: most look-alikes come from the very museums that show the product, and teach the museum.
    """

    inverse_penalty: float = 2e-4
    source_cap: int = 20
    cap_kinds: bool = False
    rendered_share: float = 0.2
    rendered_share_of_many: float = 0.05
    rendered_below: int = 50
    rendered_below_sources: int = 1
    owner_penalty: float = 0.03
    everyday_owners: bool = False
    align_renderings: bool = True
    align_products: float = 0.0
    align_others: float = 0.0
    rendered_sources: float = 0.0
    rendered_shown: float = 0.0
    many_share: float = 1.0
    lookalike_weight: float = 0.45


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Facts:
    """What a fit has to know of N photos besides their features and labels.

    Attributes:
        owner: Shape (N,), names or numbers of the groups that they come from.
        rendered: Shape (N,), bool, whether each is rendered or drawn.
        product: Shape (N,), bool, whether each shows, or may show, a product.
        named: Shape (N,), bool, whether each shows, or may show, anything with a name.
        kind: Shape (N,), numbers; photos with the same labels have the same.
    """

    owner: NDArray[Any]
    rendered: NDArray[np.bool_]
    product: NDArray[np.bool_]
    named: NDArray[np.bool_]
    kind: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.owner)

    def take(self, rows: NDArray[Any]) -> Facts:
        """Return those of some of the photos."""
        return Facts(
            owner=self.owner[rows],
            rendered=self.rendered[rows],
            product=self.product[rows],
            named=self.named[rows],
            kind=self.kind[rows],
        )


def fit_linear_head(
    features: NDArray[np.float32],
    targets: NDArray[np.float32],
    label_mask: NDArray[np.bool_],
    *,
    facts: Facts,
    settings: HeadSettings,
    odds: NDArray[np.float64] | None = None,
) -> Head:
    """Fit one logistic regression a category, with the two classes weighing alike, and sources within a class.

    Args:
        features: Shape (N, D), pooled.
        targets: Shape (N, K), 0 or 1. A column without any 1 gets no weights and a very low bias.
        label_mask: Shape (N, K), False where the label must not count.
        facts: Of the N photos.
        settings: Penalty and balance.
        odds: Shape (K,), how many photos show each category for one that does not, where the head will be used; None:
            as in these photos. Heads whose scores are pooled must agree on them.

    Returns:
        Weights, shape (K, D), and bias, shape (K,), for features that are not standardised.
    """
    every = np.arange(len(facts))
    (head,) = fit_linear_heads(
        features, targets, label_mask, facts=facts, parts=[every], settings=settings, odds=odds
    )
    return head


def fit_linear_heads(
    features: NDArray[np.float32],
    targets: NDArray[np.float32],
    label_mask: NDArray[np.bool_],
    *,
    facts: Facts,
    parts: Sequence[NDArray[np.intp]],
    settings: HeadSettings,
    odds: NDArray[np.float64] | None = None,
) -> list[Head]:
    """Fit a head, as `fit_linear_head` does, on each of several parts of the same photos, all at once.

    The heads know nothing of each other: alignment, standardisation and the owners' directions are those of each part.

    Args:
        features: As for `fit_linear_head`, as the other arguments are.
        targets: Shape (N, K).
        label_mask: Shape (N, K).
        facts: Of the N photos.
        parts: Rows that each head learns from.
        settings: Penalty and balance.
        odds: Shape (K,); None: as in each part.

    Returns:
        Weights, shape (K, D), and bias, shape (K,), of each part.
    """
    if settings.many_share < 1:
        return _by_what_they_see(features, targets, label_mask, facts, parts, settings, odds)
    # Of all photos, for the numbers' sake alone: each head has its own mean and scale.
    centre, unit = features.mean(axis=0), np.maximum(features.std(axis=0), MIN_DEVIATION)
    centred = (features - centre) / unit
    views = [_view(centred, unit, facts, part, settings) for part in parts]
    positive = (targets > 0.5) & label_mask
    importance = np.zeros((len(parts), *positive.shape), np.float32)
    for number, part in enumerate(parts):
        learned = facts.take(part)
        for k in range(positive.shape[1]):
            importance[number, part, k] = _importance(
                positive[part, k], label_mask[part, k], learned, settings
            )
    found = _logistic_regressions(
        centred,
        _drawn(facts, settings)[0],
        views,
        positive,
        importance * np.float32(settings.inverse_penalty),
    )
    heads: list[Head] = []
    for part, (standard, intercept) in zip(parts, found, strict=True):
        natural = natural_odds(targets[part], label_mask[part]) if odds is None else odds
        weights = (standard / unit).astype(np.float32)
        heads.append((weights, (intercept + np.log(natural) - weights @ centre).astype(np.float32)))
    return heads


def _by_what_they_see(
    features: NDArray[np.float32],
    targets: NDArray[np.float32],
    label_mask: NDArray[np.bool_],
    facts: Facts,
    parts: Sequence[NDArray[np.intp]],
    settings: HeadSettings,
    odds: NDArray[np.float64] | None,
) -> list[Head]:
    """Fit categories of many photos on the first features, and the others on all; weights that see nothing are 0."""
    size, seen = features.shape[1], round(settings.many_share * features.shape[1])
    positive = (targets > 0.5) & label_mask & ~facts.rendered[:, None]
    many = np.array(
        [
            [are_many(facts.owner[p][positive[p, k]], settings) for k in range(positive.shape[1])]
            for p in parts
        ]
    )
    heads = [
        (np.zeros((positive.shape[1], size), np.float32), np.zeros(positive.shape[1], np.float32))
        for _ in parts
    ]
    for theirs, width in ((many, seen), (~many, size)):
        columns = np.flatnonzero(theirs.any(axis=0))
        found = fit_linear_heads(
            features[:, :width],
            targets[:, columns],
            label_mask[:, columns],
            facts=facts,
            parts=parts,
            settings=replace(settings, many_share=1.0),
            odds=None if odds is None else odds[columns],
        )
        for (weights, bias), (some, level), mine in zip(heads, found, theirs[:, columns], strict=True):
            weights[columns[mine], :width], bias[columns[mine]] = some[mine], level[mine]
    return heads


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """How one head sees the features: renderings moved, standardised, shrunk along what sets owners apart.

    Attributes:
        shifts: Shape (S, D), added to renderings: to each that of its set.
        mean: Shape (D,), of what it learns from.
        scale: Shape (D,).
        directions: Shape (G, D).
        factors: Shape (G,).
    """

    shifts: NDArray[np.float32]
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    directions: NDArray[np.float32]
    factors: NDArray[np.float32]


def _view(
    features: NDArray[np.float32],
    unit: NDArray[np.float32],
    facts: Facts,
    part: NDArray[np.intp],
    settings: HeadSettings,
) -> _View:
    learned, rows = facts.take(part), features[part]
    drawn, kinds = _drawn(facts, settings)
    shifts = np.zeros((len(kinds), features.shape[1]), np.float32)
    if settings.align_renderings:
        shifts = kind_shifts(rows, learned, kinds, settings)
    rows = rows + drawn[part] @ shifts
    # A feature that hardly varies must not get a huge weight: it would magnify rounding.
    mean, scale = rows.mean(axis=0), np.maximum(rows.std(axis=0), MIN_DEVIATION / unit)
    told = learned.named if settings.everyday_owners else learned.product
    directions, factors = owner_directions((rows - mean) / scale, learned, told, settings.owner_penalty)
    return _View(shifts, mean, scale, directions, factors)


def _drawn(facts: Facts, settings: HeadSettings) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Return, shape (N, S), in which set of renderings each row is, and the sets: kinds, or one for all (-1)."""
    if not settings.align_products and not settings.align_others:
        return facts.rendered.astype(np.float32)[:, None], np.array([-1], np.intp)
    kinds = np.unique(facts.kind[facts.rendered])
    return (facts.rendered[:, None] & (facts.kind[:, None] == kinds)).astype(np.float32), kinds


def kind_shifts(
    features: NDArray[np.float32], facts: Facts, kinds: NDArray[np.intp], settings: HeadSettings
) -> NDArray[np.float32]:
    """Return what renderings of each kind are moved by: their own shift as far as photos say it, else that of all.

    Args:
        features: Shape (N, D).
        facts: Of the N photos and renderings.
        kinds: Shape (S,), as in `Facts.kind`; -1 is any.
        settings: From how many owners of photos of a kind on its own shift has more than half of the weight: what one
            owner shows says little of the kind.

    Returns:
        Shape (S, D).
    """
    every = rendered_shift(features, facts)
    shifts = np.tile(every, (len(kinds), 1))
    for row, kind in enumerate(kinds.tolist()):
        photos, drawn = (
            np.flatnonzero((facts.kind == kind) & (facts.rendered == is_drawn)) for is_drawn in (0, 1)
        )
        owners = 0.0
        if len(photos) and len(drawn):
            owners = settings.align_products if facts.product[drawn[0]] else settings.align_others
        if owners:
            names = np.unique(facts.owner[photos])
            # Owners alike, so that the one with most photos does not speak for all.
            seen = np.mean(
                [features[photos[facts.owner[photos] == name]].mean(axis=0) for name in names], axis=0
            )
            own = seen - features[drawn].mean(axis=0)
            shifts[row] += len(names) / (len(names) + owners) * (own - every)
    return shifts


def rendered_shift(features: NDArray[np.float32], facts: Facts) -> NDArray[np.float32]:
    """Return what sets photos without products apart from renderings without products.

    Renderings lie beside photos by a nearly constant shift. Things that are no products are both taken and rendered,
    so the difference of their means is that shift, and no product is needed to know it. Renderings are moved by it: the
    part of first order of Sun, Feng and Saenko 2016, "Return of Frustratingly Easy Domain Adaptation". Photos stay
    where they are: a network on photos needs nothing of it.

    Args:
        features: Shape (N, D).
        facts: Of the N photos and renderings.

    Returns:
        Shape (D,); zeros where there are not both kinds.
    """
    rendered, without = facts.rendered, ~facts.product
    if not (rendered & without).any() or not (~rendered & without).any():
        return np.zeros_like(features[0])
    photos, drawn = (features[kind & without].mean(axis=0) for kind in (~rendered, rendered))
    shift: NDArray[np.float32] = np.subtract(photos, drawn, dtype=np.float32)
    return shift


def owner_directions(
    features: NDArray[np.float32], facts: Facts, told: NDArray[np.bool_], penalty: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Find the directions in which photos of owners differ that show nothing of note, and how much to shrink each.

    What sets the photos of one shop apart from those of another says nothing of what they show, and a head that leans
    on it fails at the next shop. Features are shrunk where the means of owners spread, so that weights there cost more:
    within-class covariance normalisation (Hatch, Kajarekar and Stolcke 2006), its class being what is not told.

    Args:
        features: Shape (N, D), standardised.
        facts: Of the N photos; renderings and owners with fewer than `MIN_OWNER_PHOTOS` say nothing.
        told: Shape (N,), bool, which photos show what a head may have to tell: they say nothing either.
        penalty: See `HeadSettings.owner_penalty`.

    Returns:
        Orthonormal directions, shape (G, D), and factors below 1, shape (G,); none of either at a penalty of 0.
    """
    everyday = np.flatnonzero(~facts.rendered & ~told) if penalty else np.zeros(0, np.intp)
    names, owner_of, photos = np.unique(facts.owner[everyday], return_inverse=True, return_counts=True)
    means = [
        features[everyday[owner_of == number]].mean(axis=0)
        for number in range(len(names))
        if photos[number] >= MIN_OWNER_PHOTOS
    ]
    if len(means) < 2:
        return np.zeros((0, features.shape[1]), np.float32), np.zeros(0, np.float32)
    spread = np.stack(means) - np.mean(means, axis=0)
    _, lengths, directions = np.linalg.svd(spread, full_matrices=False)
    factors = 1 / np.sqrt(1 + penalty * lengths**2 / len(means))
    return directions, factors.astype(np.float32)


def _shrunk(
    rows: NDArray[Any], directions: NDArray[np.float32], factors: NDArray[np.float32]
) -> NDArray[Any]:
    return rows + ((rows @ directions.T) * (factors - 1)) @ directions if len(factors) else rows


def are_many(owners: NDArray[Any], settings: HeadSettings) -> bool:
    """Whether the real photos of a category, from these owners, are enough for renderings to say little or nothing."""
    enough = len(owners) >= settings.rendered_below
    return enough and len(np.unique(owners)) >= settings.rendered_below_sources


def _importance(
    positive: NDArray[np.bool_], label_mask: NDArray[np.bool_], facts: Facts, settings: HeadSettings
) -> NDArray[np.float64]:
    """Weigh each of N photos for one category; those that must not count weigh nothing."""
    rendered = facts.rendered
    owners = facts.owner[positive & label_mask & ~rendered]
    many = are_many(owners, settings)
    share = settings.rendered_share_of_many if many else settings.rendered_share
    usable = label_mask & ~rendered if many and not (share and (rendered & positive).any()) else label_mask
    rows = np.flatnonzero(usable)
    weights = None
    if many:
        named = facts.named & ~rendered & ~positive
        weights = np.where(named[rows], settings.lookalike_weight, 1.0)
    found = np.zeros(len(facts))
    if positive[rows].any() and not positive[rows].all():
        found[rows] = balanced_importance(
            positive[rows],
            _capped(facts, settings)[rows],
            rendered[rows],
            cap=settings.source_cap,
            rendered_share=share,
            rendered_shown=_share_of_shown(owners, share, many, settings),
            weights=weights,
        )
    return found


def _share_of_shown(owners: NDArray[Any], share: float, many: bool, settings: HeadSettings) -> float:
    """Return what renderings weigh of those with a category, the real photos of which come from these owners."""
    few = settings.rendered_sources
    if settings.rendered_shown and not many:
        return settings.rendered_shown
    return share if many or not few else max(share, few / (few + len(np.unique(owners))))


def _capped(facts: Facts, settings: HeadSettings) -> NDArray[np.intp]:
    """Number the sets of photos that `HeadSettings.source_cap` counts, shape (N,)."""
    _, owner_of = np.unique(facts.owner, return_inverse=True)
    if not settings.cap_kinds or not len(facts):
        return owner_of
    kinds = int(facts.kind.max()) + 2
    return owner_of * kinds + np.where(facts.rendered, 0, facts.kind + 1)


def natural_odds(targets: NDArray[np.float32], label_mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return, shape (K,), how many photos show each category for one that does not.

    Balanced classes put a rare category at even odds: a head gives each its share back, so that one pooled
    calibration can serve the categories that are too rare for their own. Half a photo keeps the odds finite.
    """
    positive = (targets > 0.5) & label_mask
    return (positive.sum(axis=0) + 0.5) / ((label_mask & ~positive).sum(axis=0) + 0.5)


def balanced_importance(
    positive: NDArray[np.bool_],
    sources: NDArray[Any],
    rendered: NDArray[np.bool_],
    *,
    cap: int,
    rendered_share: float,
    rendered_shown: float | None = None,
    weights: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Weigh photos so that both classes weigh alike, and within a class no source more than ``cap`` photos.

    A museum with a thousand photos then says no more than a shop with as many as the cap, and a single photo still only
    as much as one. Group-balanced risk (Idrissi et al. 2022, "Simple data balancing achieves competitive
    worst-group-accuracy") with a cap, because sources of one photo would otherwise rule (DECISIONS.md, 11).
    Where a class has both, its rendered photos together have the same share as those of the other class: "rendered"
    must not mean "product".

    Args:
        positive: Shape (N,), whether a photo shows the category.
        sources: Shape (N,), names or numbers.
        rendered: Shape (N,), whether each is rendered or drawn.
        cap: Photos.
        rendered_share: Of the weight of a class that has real photos too.
        rendered_shown: The same of those that show the category; None: as of the others.
        weights: Shape (N,), of each photo among the others of its class; None: alike.

    Returns:
        Shape (N,), with mean 1.
    """
    _, source_of = np.unique(sources, return_inverse=True)
    keys = 2 * source_of + positive
    size = np.bincount(keys)[keys]
    importance = np.minimum(size, cap) / size
    if weights is not None:
        importance *= weights
    for is_positive in (False, True):
        parts = [(positive == is_positive) & (rendered == is_rendered) for is_rendered in (False, True)]
        both = all(part.any() for part in parts)
        drawn = rendered_share if not is_positive or rendered_shown is None else rendered_shown
        for part, share in zip(parts, (1 - drawn, drawn), strict=True):
            importance[part] *= (
                len(positive) / 2 * (share if both else 1) / max(importance[part].sum(), 1e-12)
            )
    return importance


def _logistic_regressions(
    features: NDArray[np.float32],
    drawn: NDArray[np.float32],
    views: Sequence[_View],
    positive: NDArray[np.bool_],
    importance: NDArray[np.float32],
) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """Fit all K columns of all V heads at once: what `sklearn.linear_model.LogisticRegression` fits one at a time.

    Minimised is the sum over heads and columns of half the squared weights and of the weighed log loss. All share the
    features, and one product of two matrices serves them all.

    Args:
        features: Shape (N, D).
        drawn: Shape (N, S), 1 where one is in a set of renderings that are moved together.
        views: How each head sees them.
        positive: Shape (N, K).
        importance: Shape (V, N, K), the penalty in it; a column without any keeps weights of zero.

    Returns:
        Weights, shape (K, D), and intercepts, shape (K,), of each head, for the features as they are given.
    """
    heads, count, columns = importance.shape
    size = features.shape[1]
    sign = np.where(positive, np.float32(-1), np.float32(1))  # of the logit, in log(1 + exp(sign * logit))
    signed = np.tile(sign, heads)  # (N, V * K)
    weighed = importance.transpose(1, 0, 2).reshape(count, heads * columns)

    def loss(asked: NDArray[np.intp], point: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[Any]]:
        free, intercept = point[:, :size], point[:, size].astype(np.float32)
        owner = asked // columns
        asking: list[int] = np.unique(owner).tolist()
        weights = np.empty((len(asked), size), np.float32)
        level, moved = np.empty(len(asked), np.float32), np.empty((drawn.shape[1], len(asked)), np.float32)
        for head in asking:
            mine, view = owner == head, views[head]
            seen = _shrunk(free[mine].astype(np.float32), view.directions, view.factors) / view.scale
            weights[mine], level[mine], moved[:, mine] = seen, seen @ view.mean, view.shifts @ seen.T
        margin = features @ weights.T + drawn @ moved + (intercept - level)  # (N, A)
        margin *= signed[:, asked]
        slope = weighed[:, asked] * signed[:, asked] * (0.5 + 0.5 * np.tanh(0.5 * margin))
        pulls, of_drawn, of_all = (features.T @ slope).T, drawn.T @ slope, slope.sum(axis=0)
        gradient = point.copy()
        for head in asking:
            mine, view = owner == head, views[head]
            pull = pulls[mine] + of_drawn[:, mine].T @ view.shifts - np.outer(of_all[mine], view.mean)
            gradient[mine, :size] += _shrunk(pull / view.scale, view.directions, view.factors)
        gradient[:, size] = of_all
        value = 0.5 * np.einsum("pd,pd->p", free, free)
        value += (weighed[:, asked] * np.logaddexp(np.float32(0), margin)).sum(axis=0, dtype=np.float64)
        return value, gradient

    start = np.zeros((heads * columns, size + 1))
    found = minimize_all(loss, start, max_steps=MAX_STEPS, min_gain=MIN_GAIN)
    fitted: list[tuple[NDArray[Any], NDArray[Any]]] = []
    for head, view in enumerate(views):
        rows = slice(head * columns, (head + 1) * columns)
        free = found[rows, :size].astype(np.float32)
        weights = _shrunk(free, view.directions, view.factors) / view.scale
        fitted.append((weights, found[rows, size] - weights @ view.mean))
    return fitted
