"""Confirmed hits of a scan as a bank of hashes, and the photos that a bank knows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from wildvision.archive.again import load_named, naming
from wildvision.archive.decisions import Decision, Outcome, read_decisions, settled
from wildvision.archive.export import Wanted
from wildvision.archive.folder import SCAN_FILE, check_decided, open_folder
from wildvision.archive.hamming import LEAST_QUALITY
from wildvision.archive.likeness.banks import PDQ, SHA256, Bank, Entry, Opinion
from wildvision.archive.likeness.known import Known, known_photos
from wildvision.archive.rows import Row, perceptual_hash
from wildvision.errors import ScanError
from wildvision.images import DEFAULT_LIMITS, read_image

_OPINIONS = {
    Outcome.CONFIRMED: Opinion.POSITIVE,
    Outcome.UNSURE: Opinion.SEED,
    Outcome.LOOKALIKE: Opinion.NEGATIVE,
    Outcome.NOT_WILDLIFE: Opinion.NEGATIVE,
}


def bank_of(results: Path, wanted: Wanted, name: str) -> Bank:
    """Return the hashes of a scan's hits, and how many have no perceptual hash that means something.

    Args:
        results: The folder of the scan.
        wanted: Which hits.
        name: Of the bank.

    Raises:
        ScanError: The folder holds no scan, or nothing in it is asked for.
    """
    folder, facts = open_folder(results)
    check_decided(facts, results)
    decisions = settled(read_decisions(results))
    bank, seen = Bank(), set[tuple[str, str]]()
    for part in folder.parts:
        for row in folder.read(part.number):
            decision = decisions.get(row.id)
            if not row.error and wanted.takes(row, decision):
                _add(bank, row, decision, name, seen)
    if not bank.entries:
        raise ScanError(
            f"expected hits to share in {results}, found none with {wanted.described}; decide some with `wildvision "
            f"review {results}`, or name others with --outcome, --verdict or --category"
        )
    return bank


def _add(bank: Bank, row: Row, decision: Decision | None, name: str, seen: set[tuple[str, str]]) -> None:
    opinion = _OPINIONS[decision.outcome] if decision else Opinion.SEED
    category = (decision.category if decision else None) or row.category
    tags = (category,) if category else ()
    if row.sha256:
        bank.add(Entry(kind=SHA256, value=row.sha256, opinion=opinion, tags=tags, bank=name), seen)
    if row.pdq and (row.pdq_quality or 0) >= LEAST_QUALITY:
        bank.add(Entry(kind=PDQ, value=row.pdq, opinion=opinion, tags=tags, bank=name), seen)
    else:
        bank.skipped[f"perceptual hashes of a quality below {LEAST_QUALITY}"] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPhoto:
    """A photo that a bank knows.

    Attributes:
        id: Of its row, or its file.
        said: Tags, or the name of the bank.
        opinion: Of the bank.
        distance: Bits in which the hashes differ, 0 to 31.
        verdict: Of the row; None: it is a file.
    """

    id: str
    said: str
    opinion: str
    distance: int
    verdict: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


def matches(bank: Path, what: Sequence[str]) -> Iterator[KnownPhoto]:
    """Yield what a bank knows among the rows of scans, and among images.

    Args:
        bank: The bank.
        what: Folders of scans; files of images, or their ids in a scan.

    Raises:
        BankError: The bank cannot be read.
        ScanError: A folder holds no scan.
        ImageError: An image cannot be read.
    """
    known = known_photos(bank)
    for place in what:
        if (Path(place) / SCAN_FILE).exists():
            yield from _known_rows(known, Path(place))
        else:
            with naming(place):
                encoded = load_named(place, DEFAULT_LIMITS.max_bytes)
                facts = perceptual_hash(read_image(encoded))
            digest = hashlib.sha256(encoded).hexdigest()
            yield from _known(known, place, digest, facts.get("pdq"), facts.get("pdq_quality"))


def _known_rows(known: Known, results: Path) -> Iterator[KnownPhoto]:
    folder, _ = open_folder(results)
    for part in folder.parts:
        for row in folder.read(part.number):
            yield from _known(known, row.id, row.sha256, row.pdq, row.pdq_quality, row.verdict)


def _known(
    known: Known,
    name: str,
    sha256: str | None,
    pdq: str | None,
    quality: int | None,
    verdict: str | None = None,
) -> Iterator[KnownPhoto]:
    found = known.match(sha256, pdq, quality)
    if found is not None:
        yield KnownPhoto(
            id=name, said=found.said, opinion=found.opinion.value, distance=found.distance, verdict=verdict
        )
