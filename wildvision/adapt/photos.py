"""Photos as features: what is read of one's own photos before they teach, and no more than that is kept of them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wildvision.adapt.decisions import Decision, read_decisions
from wildvision.adapt.hashes import perceptual_hash
from wildvision.adapt.views import views_of
from wildvision.archive.again import items_again
from wildvision.archive.folder import SCAN_FILE, open_folder
from wildvision.archive.items import Item
from wildvision.archive.sources import check_sources, open_sources
from wildvision.classifier import Classifier
from wildvision.errors import ImageError, LabelError
from wildvision.images import DecodedImage

DECISIONS = frozenset({"CONFIRMED", "REJECTED", "UNSURE"})  # of people; the other verdicts are the model's
UNNAMED = "unnamed"  # source of photos that lie in no folder of their own

UInt8Array = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TeachingPhotos:
    """N photos that could be read.

    Attributes:
        names: Where each was, for messages only.
        sources: Of each: the folder that it lies in, below the place that was named.
        features: Shape (N, D), float32.
        digests: Shape (N, 32), uint8: SHA-256 of the files.
        rendered: Shape (N,), bool, whether each is rendered or drawn: it teaches and never judges.
        hashes: Shape (N, 32), uint8: PDQ; zeros where ``pdqhash`` is not installed or a photo has too little detail.
        failed: What could not be read: where it was, and why.
        views: Shape (N, `wildvision.adapt.views.VIEWS`, D), float32, features of what teaches beside each photo; None:
            nothing does.
    """

    names: tuple[str, ...]
    sources: tuple[str, ...]
    features: NDArray[np.float32]
    digests: UInt8Array
    rendered: NDArray[np.bool_]
    hashes: UInt8Array
    failed: tuple[tuple[str, str], ...] = ()
    views: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.names)

    def take(self, rows: NDArray[Any]) -> TeachingPhotos:
        """Return some of them."""
        numbers: list[int] = np.arange(len(self))[rows].tolist()
        return TeachingPhotos(
            names=tuple(self.names[row] for row in numbers),
            sources=tuple(self.sources[row] for row in numbers),
            features=self.features[rows],
            digests=self.digests[rows],
            rendered=self.rendered[rows],
            hashes=self.hashes[rows],
            failed=self.failed,
            views=None if self.views is None else self.views[rows],
        )


def read_photos(
    places: Sequence[str | os.PathLike[str]],
    classifier: Classifier,
    *,
    verdicts: Sequence[str] = (),
    category: str | None = None,
    views_below: int = 0,
    advance: Callable[[str], object] | None = None,
) -> TeachingPhotos:
    """Read photos and run the network on them.

    Args:
        places: Folders, archives, tables, globs (see `wildvision.archive.sources.open_source`), and folders of scans,
            whose photos are read from where they were.
        classifier: Of the model that is taught.
        verdicts: Of the rows of scans that count, such as ``"FLAG"``, or of people, such as ``"confirmed"`` (see
            `wildvision.adapt.decisions`); none: a scan among the places is an error, for its clear photos are no
            examples of anything.
        category: What people must have confirmed, where ``"confirmed"`` counts; None: whatever it was.
        views_below: The network runs on views of each photo too, where there are fewer photos than this.
        advance: Called with the name of each photo when it is done.

    Raises:
        ArchiveError: A place cannot be opened.
        ScanError: The folder of a scan cannot be read.
        LabelError: A scan is named without verdicts.
        IncompatibleModelError: The network does not give features.
    """
    found: list[_Read] = []
    failed: list[tuple[str, str]] = []
    for item, source in _items([os.fspath(place) for place in places], verdicts, category):
        try:
            found.append(_read(item, source, classifier, with_views=len(found) < views_below))
        except ImageError as error:
            failed.append((item.id, str(error).removeprefix("<bytes>: ")))
        if advance:
            advance(item.id)
    size = classifier.manifest.embedding_size
    return TeachingPhotos(
        names=tuple(row.name for row in found),
        sources=tuple(row.source for row in found),
        features=np.array([row.features for row in found], np.float32).reshape(-1, size),
        digests=_bytes_table([row.digest for row in found]),
        rendered=np.zeros(len(found), np.bool_),
        hashes=_bytes_table([row.hash for row in found]),
        failed=tuple(failed),
        views=np.array([row.views for row in found]) if 0 < len(found) < views_below else None,
    )


def _bytes_table(rows: Sequence[bytes]) -> UInt8Array:
    return np.frombuffer(b"".join(rows), np.uint8).reshape(-1, 32).copy()


class _Read(NamedTuple):
    name: str
    source: str
    features: NDArray[np.float32]
    digest: bytes
    hash: bytes
    views: NDArray[np.float32] | None


def _read(item: Item, source: str, classifier: Classifier, *, with_views: bool) -> _Read:
    encoded = item.content.load(classifier.limits.max_bytes)
    image = classifier.decode(encoded)
    return _Read(
        name=item.id,
        source=source,
        features=classifier.features(image),
        digest=hashlib.sha256(encoded).digest(),
        hash=perceptual_hash(image.pixels),
        views=_features_of_views(image, classifier) if with_views else None,
    )


def _features_of_views(image: DecodedImage, classifier: Classifier) -> NDArray[np.float32]:
    return np.stack([classifier.features(replace(image, pixels=view)) for view in views_of(image.pixels)])


# --- places and sources -----------------------------------------------------------------------------------


def _items(
    places: Sequence[str], verdicts: Sequence[str], category: str | None
) -> Iterator[tuple[Item, str]]:
    plain = [place for place in places if not is_scan(place)]
    if scans := [place for place in places if is_scan(place)]:
        if not verdicts:
            raise LabelError(
                f"expected to be told which photos of the scan {scans[0]} count, found nothing said; add --verdict, "
                "such as --verdict flag"
            )
        for scan in scans:
            yield from _scanned(scan, {verdict.upper() for verdict in verdicts}, category)
    if plain:
        check_sources(plain)
    for place in plain:
        for item in open_sources((place,)):
            yield item, source_of(item.id, place)


def is_scan(place: str) -> bool:
    """Whether this is the folder of a scan."""
    return (Path(place) / SCAN_FILE).is_file()


def _scanned(place: str, verdicts: set[str], category: str | None) -> Iterator[tuple[Item, str]]:
    """Yield the photos of a scan whose verdict or decision is one of these, read from where the scan found them."""
    folder, manifest = open_folder(Path(place))
    rows = {row.id: row for part in folder.parts for row in folder.read(part.number)}
    wanted = {name for name, row in rows.items() if row.verdict is not None and row.verdict in verdicts}
    if decisions := verdicts & DECISIONS:
        wanted |= {
            decision.id
            for decision in read_decisions(Path(place))
            if decision.decision.upper() in decisions
            and decision.id in rows
            and _is_about(decision, rows[decision.id].category, category)
        }
    for item in items_again(manifest["sources"]):
        if item.id in wanted:
            yield item, PurePath(item.id.replace("!", "/")).parent.name or UNNAMED


def _is_about(decision: Decision, judged: str | None, category: str | None) -> bool:
    """Whether a decision counts for a category: a bone that was confirmed teaches nothing of ivory."""
    return decision.decision != "confirmed" or category is None or (decision.category or judged) == category


def source_of(name: str, place: str) -> str:
    """Return the source of a photo: the first folder below the place that was named, or what it lies in there.

    Photos directly in the place, or in an archive without folders, are of one source that has the place's name.

    >>> source_of("seizures/shop-1/a.jpg", "seizures")
    'shop-1'
    >>> source_of("seizures/a.jpg", "seizures"), source_of("x/photos.zip!market/2.jpg", "x/photos.zip")
    ('seizures', 'market')
    >>> source_of("photos/shop-1/a.jpg", "photos/*/*.jpg")
    'shop-1'
    """
    root = place.rstrip("/\\")
    below = name.removeprefix(root)
    if below != name and below[:1] in {"/", "\\", "!"}:
        parts = PurePath(below[1:].replace("\\", "/").replace("!", "/")).parts
        return parts[0] if len(parts) > 1 else PurePath(root).name or UNNAMED
    parent = PurePath(name.replace("!", "/")).parent.name
    return parent or UNNAMED
