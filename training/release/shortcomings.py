"""Shortcomings of a model: what it gets wrong, in words and counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from training.evaluation.findings import Evaluation, UnseenFindings
from wildvision.manifest import Manifest

WORST_GROUPS = 5  # that a sentence names; the tables have all


def shortcomings(manifest: Manifest, evaluation: Evaluation, notes: Sequence[str]) -> list[str]:
    """Return the paragraphs of the card's section on failures."""
    sentences = [*_sentences(manifest, evaluation), *notes]
    return ["\n".join(f"- {sentence}" for sentence in sentences)]


def _sentences(manifest: Manifest, evaluation: Evaluation) -> Iterator[str]:
    unseen = evaluation.unseen
    if unseen.photos:
        yield from _false_flags(manifest, unseen)
        yield from _lookalikes(manifest, unseen)
    if unseen.photos and unseen.not_measured:
        yield from _not_measured(unseen.not_measured)
    timid = [entry.id for entry in manifest.categories if entry.status == "experimental"]
    never = [f"`{product}`" for product in manifest.product_ids if product in timid]
    if never:
        yield f"Never flagged, for want of evidence: {', '.join(never)}."
    if doubtful := evaluation.training.suspicious_labels:
        yield (
            f"Labels of training photos that held-out scores put in doubt (confident learning): {doubtful}. Some are "
            "wrong, and some photos are hard."
        )
    yield (
        "Scores are calibrated at each category's share of the training photos. Where it is much rarer, the same score "
        "is right less often."
    )


def _not_measured(counts: Mapping[str, int]) -> Iterator[str]:
    few = [f"`{category}` {count}" for category, count in counts.items() if count]
    none = [f"`{category}`" for category, count in counts.items() if not count]
    if few:
        yield f"Too few evaluation photos to measure: {', '.join(few)}."
    if none:
        yield f"No evaluation photo shows {', '.join(none)}."


def _false_flags(manifest: Manifest, unseen: UnseenFindings) -> Iterator[str]:
    """Say which groups of photos the default policy flags without reason, and which products it misses, worst first."""
    name = manifest.default_policy
    products = {category.id for category in manifest.taxonomy.products}
    groups = {group: counts for group, counts in unseen.verdicts[name].items() if not group.endswith("?")}
    others = {group: counts for group, counts in groups.items() if group not in products}
    shown = {group: counts for group, counts in groups.items() if group in products}
    yield f"Flagged by `{name}` without showing a product: {_worst(others, 'FLAG')}."
    yield f"Products that `{name}` calls CLEAR: {_worst(shown, 'CLEAR')}."


def _worst(groups: Mapping[str, Mapping[str, int]], verdict: str) -> str:
    """List the groups that get a verdict most often."""
    found = [
        (group, counts[verdict], counts["photos"]) for group, counts in groups.items() if counts[verdict]
    ]
    falling = sorted(found, key=lambda item: (-item[1] / item[2], -item[2]))[:WORST_GROUPS]
    return ", ".join(f"{group} {count} of {photos}" for group, count, photos in falling) or "none"


def _lookalikes(manifest: Manifest, unseen: UnseenFindings) -> Iterator[str]:
    pairs = [
        (found.review_share, product, lookalike, found.photos)
        for product, named in unseen.confusion.items()
        for lookalike, found in named.items()
        if found.review_share > 0
    ]
    worst = sorted(pairs, key=lambda pair: (-pair[0], -pair[3]))[:WORST_GROUPS]
    if worst:
        listed = ", ".join(
            f"{lookalike} for {product} ({share:.0%} of {photos})"
            for share, product, lookalike, photos in worst
        )
        yield f"Look-alikes that most often reach review with `{manifest.default_policy}`: {listed}."
