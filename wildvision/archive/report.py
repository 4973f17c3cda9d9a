"""A page about a scan: what was found, what failed, and the highest scores of each product, as pictures.

The page is one HTML file that loads nothing: thumbnails and maps are inside it.
"""

from __future__ import annotations

import base64
import contextlib
import heapq
import importlib
import io
import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from wildvision.archive.decide import Decider, scan_model
from wildvision.archive.folder import PARTS, check_decided, open_folder, saying
from wildvision.archive.index import Index
from wildvision.archive.items import Item, printable
from wildvision.archive.ledger import renamed
from wildvision.archive.places import is_remote
from wildvision.archive.rows import Row
from wildvision.archive.sinks import from_record, read_part, replace_file
from wildvision.archive.sources import STANDARD_INPUT, open_sources
from wildvision.classifier import Classifier
from wildvision.errors import ArchiveError, ImageError, ModelError, RuntimeBackendError
from wildvision.images import DecodedImage, ImageLimits, read_image
from wildvision.manifest import Policy
from wildvision.taxonomy import Kind

NEAR = 31
"""Bits of 256 in which near-duplicates differ at most (the PDQ reference's recommended threshold)."""

_LEAST_QUALITY = 50  # of a PDQ hash that means something, by the same reference
_CANDIDATES = 12  # highest scores kept for each card, before near-duplicates are folded together
_BINS = 25  # of the histograms
_THUMBNAIL = 208  # px, longer side
_DECODED = (
    2 * _THUMBNAIL
)  # px: images are shrunk while decoding as long as their longer side stays at least this
_MAP = 28  # px, longer side of an overlay, which the browser stretches


class Hit(NamedTuple):
    """A row as the page needs it; ordered by score, then id."""

    score: float
    id: str
    verdict: str
    sha256: str
    pdq: str


@dataclass(slots=True, kw_only=True)
class Card:
    """One picture of a contact sheet, which stands for its near-duplicates.

    Attributes:
        hit: The row.
        copies: Images of the scan that are near-duplicates of it, itself included.
        thumbnail: ``data:`` URL; None: the image could not be read again.
        overlay: ``data:`` URL of the activation map.
    """

    hit: Hit
    copies: int = 1
    thumbnail: str | None = None
    overlay: str | None = None


@dataclass(slots=True, kw_only=True)
class Sheet:
    """What the page says of one category.

    Attributes:
        category: Its id.
        name: Its name to display.
        product: Whether it is a product, whose highest scores are shown as pictures.
        counts: Histogram of its scores, `_BINS` bins of equal width from 0 to 1.
        cards: Highest scores first.
    """

    category: str
    name: str
    product: bool
    counts: NDArray[np.int64]
    cards: list[Card] = field(default_factory=list[Card])


@dataclass(slots=True)
class _Totals:
    images: int = 0
    bytes: int = 0
    verdicts: Counter[str] = field(default_factory=Counter[str])
    errors: Counter[str] = field(default_factory=Counter[str])
    examples: dict[str, str] = field(default_factory=dict[str, str])
    warned: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """How many pictures a page was to show, and how many of them could not be read again."""

    wanted: int
    missing: int

    @property
    def are_mostly_missing(self) -> bool:
        """Whether the page is rather empty."""
        return 2 * self.missing > self.wanted


def write_report(
    results: Path,
    page: Path,
    *,
    model: str | None = None,
    policy: str | Policy | None = None,
    cards: int = 24,
) -> Pictures:
    """Write the page of a scan, finished or not.

    The images are read again from the scan's sources for their thumbnails, also from another working directory; those
    that are gone get an empty frame.

    Args:
        results: The folder of the scan.
        page: Where to write, whole or not at all.
        model: The bundled model's id or the directory of the scan's model, for the maps; None: as the scan says.
        policy: Name of one of the model's policies, or one's own, to decide by; None: verdicts as they are stored.
        cards: Pictures a product.

    Returns:
        How many pictures there should be, and how many are missing.

    Raises:
        ScanError: The folder holds no scan, or the model is another one than the scan's, or the page cannot be written.
        ModelError: The model is not at hand and was asked for, or is needed for the policy.
        ArchiveError: jinja2 is not installed.
    """
    try:
        jinja2 = importlib.import_module("jinja2")
    except ImportError as error:
        raise ArchiveError(
            "reports need jinja2; install wildvision with its extra `scan`, e.g. `pip install '.[scan]'` in a checkout"
        ) from error
    _, facts = open_folder(results)
    check_decided(facts, results)
    classifier = _classifier(model, facts)
    decider = None if policy is None else Decider(scan_model(facts, model), policy)
    totals, sheets = _read_rows(results, facts, decider, cards)
    shown = [card for sheet in sheets for card in sheet.cards]
    _count_copies(results, shown)
    _add_pictures(shown, sheets, facts, classifier)
    pictures = Pictures(wanted=len(shown), missing=sum(card.thumbnail is None for card in shown))
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("wildvision.archive", ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["log10"] = math.log10
    text = environment.get_template("report.html.jinja").render(
        facts=facts,
        policy=decider.name if decider else facts["policy"],
        totals=totals,
        sheets=sheets,
        missing=pictures.missing,
        bins=_BINS,
        explained=classifier is not None,
    )
    with saying(f"{page} cannot be written"):
        replace_file(page, lambda path: _write(path, text))
    return pictures


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _classifier(model: str | None, facts: dict[str, Any]) -> Classifier | None:
    """Return the scan's model, or None where it is not at hand and was not asked for."""
    try:
        scan_model(facts, model)
        return Classifier(
            model or facts["model_directory"] or facts["model"],
            threads=1,
            limits=ImageLimits(**facts["limits"]),
            precision=facts["precision"],
        )
    except ModelError:
        if model is not None:
            raise
        return None


def _rows(results: Path, decider: Decider | None = None) -> Iterator[Row]:
    for path in sorted((results / PARTS).glob("part-*")):
        for record in read_part(path):
            row = from_record(record)
            yield decider.decide(row) if decider else row


def _read_rows(
    results: Path, facts: dict[str, Any], decider: Decider | None, cards: int
) -> tuple[_Totals, list[Sheet]]:
    """Count everything, and fold the highest scores of each product into cards; one pass, little memory."""
    totals = _Totals()
    sheets = {entry["id"]: _empty_sheet(entry) for entry in facts["categories"]}
    highest: dict[str, list[Hit]] = {name: [] for name, sheet in sheets.items() if sheet.product}
    for row in _rows(results, decider):
        _count(totals, row)
        for name, score in row.scores.items():
            sheets[name].counts[min(int(score * _BINS), _BINS - 1)] += 1
            if name in highest:
                hit = Hit(score, row.id, row.verdict or "", row.sha256 or "", _pdq(row))
                _keep(highest[name], hit, _CANDIDATES * cards)
    for name, hits in highest.items():
        sheets[name].cards = _folded(sorted(hits, reverse=True), cards)
    return totals, sorted(sheets.values(), key=lambda sheet: not sheet.product)


def _count(totals: _Totals, row: Row) -> None:
    totals.images += 1
    totals.bytes += row.bytes or 0
    totals.warned += bool(row.warnings)
    if row.error:
        totals.errors[row.error] += 1
        totals.examples.setdefault(row.error, f"{row.id}: {row.error_message}")
    else:
        totals.verdicts[row.verdict or ""] += 1


def _empty_sheet(entry: dict[str, str]) -> Sheet:
    """Return what the page says of a category; the scan has its name, for it may be one of the model's own."""
    return Sheet(
        category=entry["id"],
        name=entry["name"],
        product=entry["kind"] == Kind.PRODUCT,
        counts=np.zeros(_BINS, np.int64),
    )


def _pdq(row: Row) -> str:
    return row.pdq if row.pdq and (row.pdq_quality or 0) >= _LEAST_QUALITY else ""


def _keep(hits: list[Hit], hit: Hit, most: int) -> None:
    if len(hits) < most:
        heapq.heappush(hits, hit)
    elif hit > hits[0]:
        heapq.heapreplace(hits, hit)


def _folded(hits: Sequence[Hit], most: int) -> list[Card]:
    """Return a card for each hit that is no near-duplicate of one before it."""
    cards: list[Card] = []
    for hit in hits:
        if len(cards) == most:
            break
        if not any(_alike(hit, card.hit) for card in cards):
            cards.append(Card(hit=hit))
    return cards


def _alike(a: Hit, b: Hit) -> bool:
    if a.sha256 == b.sha256:
        return True
    return bool(a.pdq and b.pdq) and (int(a.pdq, 16) ^ int(b.pdq, 16)).bit_count() <= NEAR


def _count_copies(results: Path, cards: Sequence[Card]) -> None:
    """Count over all rows how many are near-duplicates of each card."""
    if not cards:
        return
    counts = np.zeros(len(cards), np.int64)
    hashes = _bits(card.hit.pdq for card in cards)
    valid = np.array([bool(card.hit.pdq) for card in cards])
    digests: dict[str, list[int]] = {}
    for place, card in enumerate(cards):
        digests.setdefault(card.hit.sha256, []).append(place)
    for batch in _batches(row for row in _rows(results) if not row.error):
        # Bits set in a, in b and in both give those that differ: one matrix product for the whole batch.
        found = _bits(_pdq(row) for row in batch)
        differ = hashes.sum(1)[:, None] + found.sum(1)[None] - 2 * hashes @ found.T
        near = (differ <= NEAR) & valid[:, None] & np.array([bool(_pdq(row)) for row in batch])
        for column, row in enumerate(batch):
            near[digests.get(row.sha256 or "", []), column] = True
        counts += near.sum(axis=1)
    for card, count in zip(cards, counts, strict=True):
        card.copies = int(count)


def _bits(hashes: Iterable[str]) -> NDArray[np.float32]:
    """Return hashes as rows of 256 zeros and ones; an empty one is all zeros."""
    raw = b"".join(bytes.fromhex(pdq or "00" * 32) for pdq in hashes)
    return np.unpackbits(np.frombuffer(raw, np.uint8).reshape(-1, 32), axis=1).astype(np.float32)


def _batches(rows: Iterator[Row], size: int = 1024) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _add_pictures(
    cards: Sequence[Card], sheets: Sequence[Sheet], facts: dict[str, Any], classifier: Classifier | None
) -> None:
    """Read the cards' images again and draw them; what cannot be read keeps its empty frame."""
    categories = {id(card): sheet.category for sheet in sheets for card in sheet.cards}
    wanted: dict[str, list[Card]] = {}
    for card in cards:
        wanted.setdefault(card.hit.id, []).append(card)
    limits = ImageLimits(**facts["limits"])
    for item in scanned_items(facts["sources"]):
        if not wanted:
            break
        for card in wanted.pop(item.id, ()):
            with contextlib.suppress(ImageError, RuntimeBackendError):
                _draw(card, item.content.load(limits.max_bytes), categories[id(card)], classifier, limits)


def scanned_items(sources: Sequence[dict[str, str]]) -> Iterator[Item]:
    """Yield the items of a scan by the ids that they had then, whatever the working directory is now."""
    index = Index()  # names items of the same id as the scan did
    with contextlib.closing(index):
        for entry in sources:
            source, directory = entry["source"], entry["directory"]
            is_relative = not (is_remote(source) or Path(source).is_absolute())
            place = str(Path(directory, source)) if is_relative else source
            for item in open_sources((place,)) if source != STANDARD_INPUT else ():
                name = item.id.removeprefix(printable(f"{directory}{os.sep}")) if is_relative else item.id
                met = index.meet(replace(item, id=name))
                if met is not None:
                    yield renamed(item, met[0])


def _draw(
    card: Card, encoded: bytes, category: str, classifier: Classifier | None, limits: ImageLimits
) -> None:
    if classifier is None:
        image = read_image(encoded, limits=limits, decode_side=_DECODED)
    else:
        image = classifier.decode(encoded)
        card.overlay = _overlay(image, category, classifier)
    picture = Image.fromarray(image.pixels)
    picture.thumbnail((_THUMBNAIL, _THUMBNAIL))
    card.thumbnail = _data_url(picture, "JPEG", quality=80)


def _overlay(image: DecodedImage, category: str, classifier: Classifier) -> str:
    """Return the map of what speaks for a category, small, for the browser to lay over the thumbnail."""
    heat = Image.fromarray(np.clip(classifier.activation_map(image, category), 0, None))
    scale = _MAP / max(heat.size)
    small = [max(1, round(side * scale)) for side in heat.size]
    strength = np.asarray(heat.resize((small[0], small[1]), Image.Resampling.BOX))
    strength = strength / max(float(strength.max()), 1e-6)
    overlay = np.zeros((*strength.shape, 4), np.uint8)
    overlay[..., 0], overlay[..., 1] = 255, 60
    overlay[..., 3] = (200 * strength).astype(np.uint8)
    return _data_url(Image.fromarray(overlay), "PNG")


def _data_url(picture: Image.Image, kind: str, **settings: int) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **settings)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"
