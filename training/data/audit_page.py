"""The audit of a data set as one HTML file with thumbnails in it: nothing is loaded from anywhere else."""

from __future__ import annotations

import base64
import io
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from itertools import chain, zip_longest
from pathlib import Path
from typing import NamedTuple

import jinja2
from PIL import Image

from training.data.audit import NUMBERS, Audit, Section
from training.data.curate import Duplicate
from training.data.listing import ListedPhoto
from training.data.samples import Sample
from wildvision.errors import ImageError
from wildvision.images import read_image

_SIDE = 112
_PICTURES = 14
_PAIRS = 60
_MOST_ROWS = 500


class _Picture(NamedTuple):
    address: str
    caption: str


class _Strip(NamedTuple):
    caption: str
    pictures: tuple[_Picture, ...]


class _Gallery(NamedTuple):
    title: str
    note: str
    pairs: tuple[_Strip, ...]


def audit_page(audit: Audit, sections: Sequence[Section]) -> str:
    """Return the page.

    Args:
        audit: What was found; its photos are read again for thumbnails, some hundreds at most.
        sections: Its tables, from `training.data.audit_sections`.
    """
    return _template().render(
        sections=sections,
        galleries=[gallery for gallery in _galleries(audit) if gallery.pairs],
        strips=_strips(audit),
        side=_SIDE,
        most_rows=_MOST_ROWS,
        numbers=NUMBERS,
    )


@cache
def _template() -> jinja2.Template:
    folder = jinja2.FileSystemLoader(Path(__file__).parent)
    settings = jinja2.Environment(
        loader=folder, autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined
    )
    return settings.get_template("audit_page.html.jinja")


def _galleries(audit: Audit) -> tuple[_Gallery, ...]:
    copies = [
        Duplicate(first=entry.row, second=entry.instead, bits=None, conflicting=frozenset())
        for entry in audit.dropped
        if entry.instead and entry.reason == "copy of an evaluation photo"
    ]
    near = [pair for pair in audit.duplicates if pair.bits is not None and not pair.conflicting]
    return (
        _gallery("Label conflicts, seen", "One of each pair is labelled wrong.", audit.conflicts),
        _gallery("Copies of evaluation photos, seen", "The first was left out of training.", copies),
        _gallery("Near-duplicates, seen", "Each pair stays in one split. Are they the same photo?", near),
    )


def _gallery(title: str, note: str, pairs: Sequence[Duplicate]) -> _Gallery:
    strips = tuple(
        _Strip(_pair_caption(pair), tuple(map(_row_picture, (pair.first, pair.second))))
        for pair in pairs[:_PAIRS]
    )
    more = f" The first {_PAIRS} of {len(pairs)}." if len(pairs) > _PAIRS else ""
    return _Gallery(title, note + more, strips)


def _pair_caption(pair: Duplicate) -> str:
    likeness = "" if pair.bits is None else f"{pair.bits} bits apart"
    return ", ".join(part for part in (likeness, *sorted(pair.conflicting)) if part) or "same"


def _row_picture(row: ListedPhoto) -> _Picture:
    labels = " ".join([*sorted(row.labels), *(f"{name}?" for name in sorted(row.unsettled))]) or "no label"
    return _Picture(_thumbnail(row.path), f"{labels}: {row.path.name} ({row.source or 'source not known'})")


def _strips(audit: Audit) -> list[_Strip]:
    samples = audit.dataset.samples
    photos = {c.id: [s for s in samples if c.id in s.labels] for c in audit.taxonomy.categories}
    photos["(none of them)"] = [sample for sample in samples if sample.is_everyday]
    return [
        _Strip(f"{name}: {len(part)} photos", tuple(map(_sample_picture, _spread(part)[:_PICTURES])))
        for name, part in photos.items()
        if part
    ]


def _sample_picture(sample: Sample) -> _Picture:
    return _Picture(_thumbnail(sample.path), f"{sample.split}: {sample.path.name} ({sample.source})")


def _spread(samples: Sequence[Sample]) -> list[Sample]:
    """Take one photo of each source and split in turn."""
    queues: dict[tuple[str, str], list[Sample]] = defaultdict(list)
    for sample in samples:
        queues[sample.source, sample.split].append(sample)
    turns = zip_longest(*(queues[key] for key in sorted(queues)))
    return [sample for sample in chain.from_iterable(turns) if sample is not None]


def _thumbnail(path: Path) -> str:
    """Return a small copy as a data address; empty if the file has gone meanwhile."""
    try:
        image = Image.fromarray(read_image(path, decode_side=_SIDE).pixels)
    except ImageError:
        return ""
    image.thumbnail((_SIDE, _SIDE))
    content = io.BytesIO()
    image.save(content, "WEBP", quality=70)
    return f"data:image/webp;base64,{base64.b64encode(content.getvalue()).decode()}"
