"""A page about a scan: what was found, what failed, and the highest scores of each product, as pictures.

The page is one HTML file that loads nothing: thumbnails and maps are inside it.
"""

from __future__ import annotations

import base64
import heapq
import importlib
import io
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from wildvision.archive.rows import SCORE_PREFIX
from wildvision.archive.run import PARTS, SCAN_FILE
from wildvision.archive.sinks import read_part, replace_file
from wildvision.archive.sources import open_sources
from wildvision.classifier import Classifier
from wildvision.errors import ArchiveError, ImageError, ModelError, RuntimeBackendError, ScanError
from wildvision.images import DEFAULT_LIMITS
from wildvision.taxonomy import Kind, load_taxonomy

NEAR = 31
"""Bits of 256 in which near-duplicates differ at most (the PDQ reference's recommended threshold)."""

_LEAST_QUALITY = 50  # of a PDQ hash that means something, by the same reference
_CANDIDATES = 12  # highest scores kept for each card, before near-duplicates are folded together
_BINS = 25  # of the histograms
_THUMBNAIL = 208  # px, longer side
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
    model: str = ""


def write_report(results: Path, page: Path, *, model: str | None = None, cards: int = 24) -> None:
    """Write the page of a scan, finished or not.

    The images are read again from the scan's sources for their thumbnails; those that are gone get an empty frame.

    Args:
        results: The folder of the scan.
        page: Where to write, whole or not at all.
        model: The bundled model's id or the directory of the scan's model, for the maps; None: as the scan says.
        cards: Pictures a product.

    Raises:
        ScanError: The folder holds no scan, or the model is another one than the scan's.
        ArchiveError: jinja2 is not installed.
    """
    try:
        jinja2 = importlib.import_module("jinja2")
    except ImportError as error:
        raise ArchiveError(
            "reports need jinja2; install wildvision with its extra `scan`, e.g. `pip install '.[scan]'` in a checkout"
        ) from error
    facts = _scan_facts(results)
    classifier = _classifier(model, facts)
    totals, sheets = _read_rows(results, classifier, cards)
    shown = [card for sheet in sheets for card in sheet.cards]
    _count_copies(results, shown)
    missing = _add_pictures(shown, sheets, facts["sources"], classifier)
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
        totals=totals,
        sheets=sheets,
        missing=missing,
        bins=_BINS,
        explained=classifier is not None,
    )
    replace_file(page, lambda path: _write(path, text))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _scan_facts(results: Path) -> dict[str, Any]:
    try:
        return json.loads((results / SCAN_FILE).read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise ScanError(
            f"expected the folder of a scan, found no readable {SCAN_FILE} in {results}"
        ) from error


def _classifier(model: str | None, facts: dict[str, Any]) -> Classifier | None:
    """Return the scan's model, or None where it is not at hand and was not asked for."""
    try:
        classifier = Classifier(
            model or facts["model"], threads=1, precision=facts.get("precision", "float32")
        )
    except ModelError:
        if model is not None:
            raise
        return None
    found = classifier.manifest.id
    if (found, classifier.model_sha256) != (facts["model"], facts["model_sha256"]):
        raise ScanError(f"expected the scan's model {facts['model']!r} as it was then, found {found!r}")
    return classifier


def _records(results: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((results / PARTS).glob("part-*")):
        yield from read_part(path)


def _read_rows(results: Path, classifier: Classifier | None, cards: int) -> tuple[_Totals, list[Sheet]]:
    """Count everything, and fold the highest scores of each product into cards; one pass, little memory."""
    totals = _Totals()
    sheets: dict[str, Sheet] = {}
    highest: dict[str, list[Hit]] = {}
    for record in _records(results):
        _count(totals, record)
        if record["error"]:
            continue
        if not sheets:
            names = [name.removeprefix(SCORE_PREFIX) for name in record if name.startswith(SCORE_PREFIX)]
            sheets = {name: _empty_sheet(name, classifier) for name in names}
            highest = {name: [] for name, sheet in sheets.items() if sheet.product}
        for name, sheet in sheets.items():
            score = float(record[f"{SCORE_PREFIX}{name}"])
            sheet.counts[min(int(score * _BINS), _BINS - 1)] += 1
            if name in highest:
                hit = Hit(score, record["id"], record["verdict"], record["sha256"], _pdq(record))
                _keep(highest[name], hit, _CANDIDATES * cards)
    for name, hits in highest.items():
        sheets[name].cards = _folded(sorted(hits, reverse=True), cards)
    return totals, sorted(sheets.values(), key=lambda sheet: not sheet.product)


def _count(totals: _Totals, record: dict[str, Any]) -> None:
    totals.images += 1
    totals.bytes += record["bytes"] or 0
    totals.model = record["model"] or totals.model
    totals.warned += bool(record["warnings"])
    if record["error"]:
        totals.errors[record["error"]] += 1
        totals.examples.setdefault(record["error"], f"{record['id']}: {record['error_message']}")
    else:
        totals.verdicts[record["verdict"]] += 1


def _empty_sheet(category: str, classifier: Classifier | None) -> Sheet:
    taxonomy = classifier.manifest.taxonomy if classifier else load_taxonomy()
    entry = taxonomy.get(category)
    product = entry.kind is Kind.PRODUCT
    return Sheet(category=category, name=entry.name, product=product, counts=np.zeros(_BINS, np.int64))


def _pdq(record: dict[str, Any]) -> str:
    return record["pdq"] if record["pdq"] and (record["pdq_quality"] or 0) >= _LEAST_QUALITY else ""


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
    for batch in _batches(record for record in _records(results) if not record["error"]):
        # Bits set in a, in b and in both give those that differ: one matrix product for the whole batch.
        found = _bits(_pdq(record) for record in batch)
        differ = hashes.sum(1)[:, None] + found.sum(1)[None] - 2 * hashes @ found.T
        near = (differ <= NEAR) & valid[:, None] & np.array([bool(_pdq(record)) for record in batch])
        for column, record in enumerate(batch):
            near[digests.get(record["sha256"], []), column] = True
        counts += near.sum(axis=1)
    for card, count in zip(cards, counts, strict=True):
        card.copies = int(count)


def _bits(hashes: Iterable[str]) -> NDArray[np.float32]:
    """Return hashes as rows of 256 zeros and ones; an empty one is all zeros."""
    raw = b"".join(bytes.fromhex(pdq or "00" * 32) for pdq in hashes)
    return np.unpackbits(np.frombuffer(raw, np.uint8).reshape(-1, 32), axis=1).astype(np.float32)


def _batches(records: Iterator[dict[str, Any]], size: int = 1024) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for record in records:
        batch.append(record)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _add_pictures(
    cards: Sequence[Card], sheets: Sequence[Sheet], sources: Sequence[str], classifier: Classifier | None
) -> int:
    """Read the cards' images again and draw them; returns how many could not be read."""
    categories = {id(card): sheet.category for sheet in sheets for card in sheet.cards}
    wanted: dict[str, list[Card]] = {}
    for card in cards:
        wanted.setdefault(card.hit.id, []).append(card)
    if classifier is None:
        return len(cards)
    try:
        for item in open_sources(sources):
            if not wanted:
                break
            for card in wanted.pop(item.id, ()):
                try:
                    _draw(card, item.content.load(DEFAULT_LIMITS.max_bytes), categories[id(card)], classifier)
                except (ImageError, RuntimeBackendError):
                    continue
    except ArchiveError:
        pass  # the source is gone: the page says how many pictures are missing
    return sum(card.thumbnail is None for card in cards)


def _draw(card: Card, encoded: bytes, category: str, classifier: Classifier) -> None:
    image = classifier.decode(encoded)
    picture = Image.fromarray(image.pixels)
    heat = Image.fromarray(np.clip(classifier.activation_map(image, category), 0, None))
    picture.thumbnail((_THUMBNAIL, _THUMBNAIL))
    scale = _MAP / max(picture.size)
    small = [max(1, round(side * scale)) for side in picture.size]
    strength = np.asarray(heat.resize((small[0], small[1]), Image.Resampling.BOX))
    strength = strength / max(float(strength.max()), 1e-6)
    overlay = np.zeros((*strength.shape, 4), np.uint8)
    overlay[..., 0], overlay[..., 1] = 255, 60
    overlay[..., 3] = (200 * strength).astype(np.uint8)
    card.thumbnail = _data_url(picture, "JPEG", quality=80)
    card.overlay = _data_url(Image.fromarray(overlay), "PNG")


def _data_url(picture: Image.Image, kind: str, **settings: int) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **settings)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"
