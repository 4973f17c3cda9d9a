"""Shortcomings of a model: what it gets wrong, in words and counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from training.evaluation.findings import Evaluation, UnseenFindings
from training.release.tables import show
from wildvision.manifest import Manifest

WORST_LOOKALIKES = 5


def shortcomings(manifest: Manifest, evaluation: Evaluation, notes: Sequence[str]) -> list[str]:
    """Return the paragraphs of the card's section on failures."""
    sentences = [*_sentences(manifest, evaluation), *notes]
    return ["\n".join(f"- {sentence}" for sentence in sentences)]


def _sentences(manifest: Manifest, evaluation: Evaluation) -> Iterator[str]:
    unseen = evaluation.unseen
    if unseen.photos:
        yield false_flags(manifest, unseen)
        yield from _lookalikes(manifest, unseen)
    if unseen.photos and unseen.not_measured:
        counts = ", ".join(f"`{category}` {count}" for category, count in unseen.not_measured.items())
        yield f"Too few photos to measure: {counts}."
    experimental = {entry.id for entry in manifest.categories if entry.status == "experimental"}
    if never := [f"`{product}`" for product in manifest.product_ids if product in experimental]:
        yield f"Experimental, so never flagged: {', '.join(never)}."
    if doubtful := evaluation.training.suspicious_labels:
        yield (
            "Labels of training photos in doubt by held-out scores (confident learning): "
            f"{doubtful}; some are wrong, some photos are hard."
        )
    yield (
        "Scores are calibrated at each category's share of the training photos; where it is much rarer, the same score "
        "is right less often."
    )


def false_flags(manifest: Manifest, unseen: UnseenFindings) -> str:
    """Say which photos the default policy flags without reason, and which products it misses."""
    table = unseen.verdicts[manifest.default_policy]
    products = {category.id for category in manifest.taxonomy.products}
    flagged = [
        f"{group} {counts['FLAG']} of {counts['photos']}"
        for group, counts in table.items()
        if counts["FLAG"] and group not in products and not group.endswith("?")
    ]
    missed = [
        f"{product} {counts['CLEAR']} of {counts['photos']}"
        for product, counts in table.items()
        if counts["CLEAR"] and product in products
    ]
    return (
        f"With `{manifest.default_policy}`, flagged without showing a product (false positives): "
        f"{', '.join(flagged) or 'none'}; products called CLEAR (false negatives): {', '.join(missed) or 'none'}."
    )


def _lookalikes(manifest: Manifest, unseen: UnseenFindings) -> Iterator[str]:
    pairs = [
        (found.review_share, product, lookalike, found.photos)
        for product, named in unseen.confusion.items()
        for lookalike, found in named.items()
        if found.review_share > 0
    ]
    worst = sorted(pairs, key=lambda pair: (-pair[0], -pair[3]))[:WORST_LOOKALIKES]
    if worst:
        listed = ", ".join(
            f"{lookalike} for {product} ({share:.0%} of {photos})"
            for share, product, lookalike, photos in worst
        )
        yield f"Look-alikes that most often reach review with `{manifest.default_policy}`: {listed}."


def precision_sentence(unseen: UnseenFindings) -> str:
    """Say how precise flags would be where a product is rare."""
    by_product: dict[str, list[str]] = {}
    for policy, found in unseen.precision_at_1_percent_prevalence.items():
        for product, precision in found.items():
            value = "no flags" if precision is None else show(precision)
            by_product.setdefault(product, []).append(f"`{policy}` {value}")
    if not by_product:
        return "No product that can be flagged has enough photos to say how many of its flags are right."
    listed = "; ".join(f"{product}: {', '.join(values)}" for product, values in by_product.items())
    return (
        "Share of flags that would be right (precision) if 1 photo in 100 showed the product (prevalence 1 %) and the "
        f"others were like the evaluation photos without any: {listed}."
    )


def alarms_sentence(unseen: UnseenFindings) -> str:
    """Say the false-positive rates of each policy on photos without any label."""
    photos = next(iter(unseen.everyday.values())).photos
    listed = "; ".join(
        f"`{policy}` flags {alarms.flagged} ({show(alarms.flag_share)}) and asks to review {alarms.reviewed} "
        f"({show(alarms.review_share)})"
        for policy, alarms in unseen.everyday.items()
    )
    return f"False-positive rates on {photos} everyday photos, without any label: {listed}."
