"""Sections of an audit: tables and warnings, the most pressing first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import get_args

from training.data.audit import Audit, Section
from training.data.curate import UNNAMED, Dropped, Duplicate
from training.data.listing import Rejected, printable
from training.data.samples import Dataset, Sample, Split
from wildvision.taxonomy import Kind

PRESSING = "Look at this first"


def audit_sections(audit: Audit) -> tuple[Section, ...]:
    """Say it all, the most pressing first."""
    return (
        _overview(audit),
        Section(PRESSING, "", (), tuple((warning,) for warning in _warnings(audit))),
        _categories(audit),
        _sources(audit.dataset.samples),
        _licences(audit.dataset.samples),
        _conflicts(audit.conflicts),
        _duplicates(audit.duplicates),
        _linked(audit.linked),
        _dropped(audit.dropped),
        _rejected(audit.rejected),
    )


def _overview(audit: Audit) -> Section:
    samples = audit.dataset.samples
    rows = [
        (split, str(len(part)), str(len({sample.group for sample in part})))
        for split in get_args(Split)
        if (part := audit.dataset.split(split))
    ]
    reasons = Counter(entry.reason for entry in audit.dropped)
    left_out = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items())) or "none"
    note = (
        f"{len(samples)} photos of {len({s.source for s in samples})} sources in {len({s.group for s in samples})} "
        f"groups that no split divides. Left out: {left_out}. Unusable: {len(audit.rejected)}."
    )
    return Section("Photos", note, ("split", "photos", "groups"), tuple(rows))


def _warnings(audit: Audit) -> list[str]:
    return [
        warning
        for warning in (
            _warn_of_unnamed(audit.dataset.samples),
            _warn_of_conflicts(audit.conflicts),
            *_warn_of_categories(audit),
            _warn_of_missing_evaluation(audit.dataset),
            *_warn_of_rejected(audit.rejected),
        )
        if warning
    ] or ["Nothing stands out."]


def _warn_of_rejected(rejected: Sequence[Rejected]) -> Iterable[str]:
    """Count what cannot be used by its kind, and say the first of each: some kinds are labels that were lost."""
    if not rejected:
        return
    yield f"{len(rejected)} files or entries could not be used; the last table names them."
    first = {entry.error: entry for entry in reversed(rejected)}
    for error, count in sorted(Counter(entry.error for entry in rejected).items()):
        entry = first[error]
        yield f"{count} {error}, first: {printable(entry.path)}: {entry.message}"


def _warn_of_unnamed(samples: Sequence[Sample]) -> str:
    unnamed = sum(sample.source.startswith(UNNAMED) for sample in samples)
    if not unnamed:
        return ""
    return (
        f"The source of {unnamed} photos is not known. Photos of one shop or one object will stand on both sides of "
        "the splits, so every figure measured on them will be too good. Sort them as LABEL/SOURCE/photo.jpg, or "
        "fill in 'source' in a manifest."
    )


def _warn_of_conflicts(conflicts: Sequence[Duplicate]) -> str:
    if not conflicts:
        return ""
    return f"{len(conflicts)} pairs show the same photo with different labels: one of each pair is wrong."


def _warn_of_categories(audit: Audit) -> Iterable[str]:
    train = audit.dataset.split("train")
    products = {category.id for category in audit.taxonomy.products}
    groups: dict[str, set[str]] = defaultdict(set)
    for sample in train:
        for label in sample.labels:
            groups[label].add(sample.group)
    for category in (category.id for category in audit.taxonomy.categories):
        if category in audit.not_learned:
            yield f"{category} will not be learned: {audit.not_learned[category]}."
        elif category in products and len(groups[category]) == 1:
            (group,) = groups[category]
            yield f"{category}: all training photos are of one group, {group}; a model may learn that place instead."
        if category in products and groups[category] and (absent := _absent(category, audit.dataset)):
            yield f"{category} is in no photo of {', '.join(absent)}; it takes more sources to be in all splits."


def _absent(category: str, dataset: Dataset) -> list[Split]:
    parts = {split: dataset.split(split) for split in get_args(Split)}
    return [
        split
        for split, part in parts.items()
        if part and not any(category in sample.labels for sample in part)
    ]


def _warn_of_missing_evaluation(dataset: Dataset) -> str:
    if dataset.split("test", "eval"):
        return ""
    return "No photo is set apart for a final test: give test a share of the splits, or mark photos use=eval."


def _categories(audit: Audit) -> Section:
    splits = [split for split in get_args(Split) if audit.dataset.split(split)]
    rows = [
        _category_row(category.id, category.kind, audit, splits)
        for category in audit.taxonomy.categories
        if any(category.id in sample.labels | sample.unsettled for sample in audit.dataset.samples)
    ]
    plain = [sample for sample in audit.dataset.samples if sample.is_everyday]
    counts = Counter(sample.split for sample in plain)
    total = (str(len({s.source for s in plain})), str(sum(s.synthetic for s in plain)))
    rows.append(("(none of them)", "", *(str(counts[split]) for split in splits), "0", *total))
    note = (
        "Photos that show each category. 'unsettled' photos count neither for nor against; * is not learned."
    )
    return Section(
        "Categories", note, ("category", "kind", *splits, "unsettled", "sources", "rendered"), tuple(rows)
    )


def _category_row(category: str, kind: Kind, audit: Audit, splits: Sequence[Split]) -> tuple[str, ...]:
    positives = [sample for sample in audit.dataset.samples if category in sample.labels]
    counts = Counter(sample.split for sample in positives)
    return (
        category if category in audit.dataset.categories else f"{category} *",
        kind.value,
        *(str(counts[split]) for split in splits),
        str(sum(category in sample.unsettled for sample in audit.dataset.samples)),
        str(len({sample.source for sample in positives})),
        str(sum(sample.synthetic for sample in positives)),
    )


def _sources(samples: Sequence[Sample]) -> Section:
    photos: dict[tuple[str, str], list[Sample]] = defaultdict(list)
    for sample in samples:
        name = "(not known)" if sample.source.startswith(UNNAMED) else sample.source
        photos[name, sample.split].append(sample)
    rows = [
        (source, split, str(len(part)), ", ".join(sorted({s.licence for s in part})))
        for (source, split), part in sorted(photos.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    ]
    return Section("Sources", "", ("source", "split", "photos", "licence"), tuple(rows))


def _licences(samples: Sequence[Sample]) -> Section:
    counts = Counter(sample.licence for sample in samples)
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    rows = tuple((licence, str(count)) for licence, count in ordered)
    return Section("Licences", "", ("licence", "photos"), rows)


def _conflicts(conflicts: Sequence[Duplicate]) -> Section:
    note = (
        "The same photo with different labels. Of identical files one stays, with what differs unsettled; "
        "near-duplicates keep their labels until someone corrects them."
    )
    rows = [
        (_likeness(p), ", ".join(sorted(p.conflicting)), str(p.first.path), str(p.second.path))
        for p in conflicts
    ]
    return Section("Label conflicts", note if rows else "None.", ("", "ids", "file", "file"), tuple(rows))


def _likeness(pair: Duplicate) -> str:
    return "identical" if pair.bits is None else f"{pair.bits} bits"


def _duplicates(pairs: Sequence[Duplicate]) -> Section:
    near = [pair for pair in pairs if pair.bits is not None]
    note = (
        f"{len(pairs) - len(near)} identical files, and {len(near)} pairs that look the same (PDQ hashes at most "
        "the given number of 256 bits apart). A photo and its look-alikes stay in one split."
    )
    rows = [(str(pair.bits), str(pair.first.path), str(pair.second.path)) for pair in near]
    return Section("Duplicates", note, ("bits", "file", "file"), tuple(rows))


def _linked(linked: Sequence[tuple[str, ...]]) -> Section:
    note = "Sources that stay together, because a photo is in several of them or an input says so."
    rows = tuple((", ".join(sources),) for sources in linked)
    return Section("Linked sources", note if rows else "None.", ("linked",) if rows else (), rows)


def _dropped(dropped: Sequence[Dropped]) -> Section:
    rows = [(e.reason, str(e.row.path), str(e.instead.path) if e.instead else "") for e in dropped]
    return Section("Left out", "" if rows else "None.", ("reason", "file", "instead"), tuple(rows))


def _rejected(rejected: Sequence[Rejected]) -> Section:
    rows = [(entry.error, printable(entry.path), entry.message) for entry in rejected]
    return Section("Unusable", "" if rows else "None.", ("error", "file", "message"), tuple(rows))
