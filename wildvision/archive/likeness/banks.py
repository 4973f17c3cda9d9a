"""Banks of hashes: what is known of photos, shared without the photos.

Read, told apart by their first line, and written by their suffix:

::

    .csv    signal_type,signal_str,collab,category,tags: what `threatexchange dataset --print-signals --csv` writes;
            everything that is known
    .txt    "pdq HASH" a line: what ThreatExchange's `local_file` exchange reads, also in Hasher-Matcher-Actioner;
            perceptual hashes alone
    .jsonl  {"pdq": "HASH"} a line: each is what Hasher-Matcher-Actioner takes at POST /c/bank/NAME/signal

Read too: `hashes.csv` of an export, and what PDQ's own photo hasher prints (``HASH,QUALITY,FILE`` a line).
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from wildvision.archive.hamming import LEAST_QUALITY
from wildvision.errors import BankError

PDQ, SHA256 = "pdq", "sha256"
"""Kinds of hashes that are used; ThreatExchange has no name for the SHA-256 of a photo, and skips it."""

_HEADER = ("signal_type", "signal_str", "collab", "category", "tags")
_EXPORTED = {"sha256", "pdq"}
_HASH = re.compile("[0-9a-f]{64}")
_LONGEST = 4096  # characters of a line
_OTHER_KINDS = re.compile("[a-z][a-z0-9_]{0,40}")


class Opinion(StrEnum):
    """What a bank says of a photo, by the names of ThreatExchange, the strongest first.

    ``POSITIVE``: somebody confirmed that it shows the product. ``SEED``: it is worth a look. ``NEGATIVE``: somebody
    found that it shows none, however like one it looks.
    """

    POSITIVE = "POSITIVE_CLASS"
    SEED = "INVESTIGATION_SEED"
    NEGATIVE = "NEGATIVE_CLASS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is known of one photo.

    Attributes:
        kind: `PDQ` or `SHA256`.
        value: The hash, 64 hex digits.
        opinion: Of whoever shared it.
        tags: Category ids first, then whatever they were called.
        bank: Where it came from; empty: not said.
    """

    kind: str
    value: str
    opinion: Opinion = Opinion.SEED
    tags: tuple[str, ...] = ()
    bank: str = ""

    @property
    def said(self) -> str:
        """What a row says of a photo that is known by this: its tags, or else the name of the bank."""
        return " ".join(self.tags) or self.bank or "known"


@dataclass(slots=True, kw_only=True)
class Bank:
    """Entries, and what was left out of them.

    Attributes:
        entries: Each hash once.
        skipped: How many lines were left out, by reason.
    """

    entries: list[Entry] = field(default_factory=list[Entry])
    skipped: Counter[str] = field(default_factory=Counter[str])

    def add(self, entry: Entry, seen: set[tuple[str, str]]) -> None:
        """Add an entry whose hash is not there yet, and count one whose is."""
        key = (entry.kind, entry.value)
        if key in seen:
            self.skipped["repeated"] += 1
        else:
            seen.add(key)
            self.entries.append(entry)


def read_banks(paths: Sequence[Path]) -> Bank:
    """Return what several banks hold; where two know the same hash, the first one counts.

    Raises:
        BankError: One cannot be read, or has a line that is none of a bank; the message names it.
    """
    bank, seen = Bank(), set[tuple[str, str]]()
    for path in paths:
        for entry in _read(path, bank.skipped):
            bank.add(entry, seen)
    return bank


def write_bank(path: Path, entries: Iterable[Entry]) -> Counter[str]:
    """Write a bank in the format of the file's suffix.

    Returns:
        How many entries the format has no place for, by reason.

    Raises:
        BankError: The suffix is of none of the formats, or the file cannot be written.
    """
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise BankError(f"expected a file that ends in {', '.join(_WRITERS)}, found {path.name!r}")
    skipped = Counter[str]()
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            write(file, entries, skipped)
    except OSError as error:
        raise BankError(f"{path} cannot be written ({error}); choose a place that may be") from error
    return skipped


# --- reading ----------------------------------------------------------------------------------------------


def _read(path: Path, skipped: Counter[str]) -> Iterator[Entry]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = _Lines(path, file)
            yield from _reader(lines)(lines, skipped)
    except (OSError, UnicodeDecodeError) as error:
        raise BankError(f"expected a bank of hashes, found an unreadable {path}: {error}") from error


class _Lines(Iterator[str]):
    """The lines of a file without blank ones and comments; remembers where it is, for what is wrong there."""

    def __init__(self, path: Path, lines: Iterable[str]) -> None:
        self._path, self._lines, self.number = path, iter(lines), 0
        self.name = path.stem
        self.first = ""
        self.first = next(self, "")
        self._is_fresh = bool(self.first)

    def __next__(self) -> str:
        if self.first and self._is_fresh:
            self._is_fresh = False
            return self.first
        for line in self._lines:
            self.number += 1
            if len(line) > _LONGEST:
                raise self.wrong(f"a line of at most {_LONGEST:,} characters", f"one of {len(line):,}")
            if line.strip() and not line.startswith("#"):
                return line
        raise StopIteration

    def wrong(self, expected: str, found: str) -> BankError:
        """Return what is said of the line at hand."""
        return BankError(
            f"{self._path}, line {self.number}: expected {expected}, found {found}; correct or remove the line"
        )


_Reader = Callable[[_Lines, Counter[str]], Iterator[Entry]]


def _reader(lines: _Lines) -> _Reader:
    """Return what reads a file that begins so."""
    first = lines.first.strip().lower()
    columns = set(first.split(","))
    if first.startswith("{"):
        return _read_json
    if {"signal_type", "signal_str"} <= columns:
        return _read_signals
    return _read_exported if columns >= _EXPORTED else _read_plain


def _read_signals(lines: _Lines, skipped: Counter[str]) -> Iterator[Entry]:
    for record in csv.DictReader(lines):
        kind, value = (record.get("signal_type") or "").strip(), record.get("signal_str") or ""
        if not _is_used(kind, lines, skipped):
            continue
        yield Entry(
            kind=kind,
            value=_hash(value, lines),
            opinion=_opinion(record.get("category") or Opinion.SEED.value, lines),
            tags=tuple((record.get("tags") or "").split()),
            bank=record.get("collab") or lines.name,
        )


def _read_exported(lines: _Lines, skipped: Counter[str]) -> Iterator[Entry]:
    for record in csv.DictReader(lines):
        tags = tuple((record.get("category") or "").split())
        for kind in (SHA256, PDQ):
            if record.get(kind):
                value = _hash(record[kind] or "", lines)
                yield Entry(kind=kind, value=value, opinion=Opinion.SEED, tags=tags, bank=lines.name)
            else:
                skipped[f"without {kind}"] += 1


def _read_json(lines: _Lines, skipped: Counter[str]) -> Iterator[Entry]:
    for line in lines:
        try:
            record: Any = json.loads(line)
        except ValueError as error:
            raise lines.wrong("a JSON object", f"{line.strip()[:60]!r}") from error
        if not isinstance(record, dict):
            raise lines.wrong("a JSON object", type(record).__name__)
        for kind, value in cast("dict[str, Any]", record).items():
            if _is_used(kind, lines, skipped):
                yield Entry(kind=kind, value=_hash(str(value), lines), bank=lines.name)


def _read_plain(lines: _Lines, skipped: Counter[str]) -> Iterator[Entry]:
    """Read lines of a kind and a hash, or of a hash alone, with its quality behind a comma."""
    for line in lines:
        kind, _, value = line.strip().partition(" ")
        if not value:
            value, _, rest = line.strip().partition(",")
            quality = rest.partition(",")[0]
            kind = PDQ
            if quality.isdigit() and int(quality) < LEAST_QUALITY:
                _hash(value, lines)
                skipped[f"quality below {LEAST_QUALITY}"] += 1
                continue
        if _is_used(kind, lines, skipped):
            yield Entry(kind=kind, value=_hash(value, lines), bank=lines.name)


def _is_used(kind: str, lines: _Lines, skipped: Counter[str]) -> bool:
    """Whether a kind of hash is used; another one is counted."""
    if kind in {PDQ, SHA256}:
        return True
    if not _OTHER_KINDS.fullmatch(kind):
        raise lines.wrong("a kind of hash, such as pdq", f"{kind[:60]!r}")
    skipped[f"of kind {kind}"] += 1
    return False


def _hash(value: str, lines: _Lines) -> str:
    plain = value.strip().lower()
    if not _HASH.fullmatch(plain):
        raise lines.wrong("a hash of 64 hex digits", f"{value[:80]!r}")
    return plain


def _opinion(text: str, lines: _Lines) -> Opinion:
    try:
        return Opinion.SEED if text == "DISPUTED" else Opinion(text)
    except ValueError as error:
        raise lines.wrong(f"one of {', '.join(Opinion)}", f"{text[:60]!r}") from error


# --- writing ----------------------------------------------------------------------------------------------


def _write_csv(file: Any, entries: Iterable[Entry], _skipped: Counter[str]) -> None:
    writer = csv.writer(file)
    writer.writerow(_HEADER)
    for entry in entries:
        writer.writerow((entry.kind, entry.value, entry.bank, entry.opinion.value, " ".join(entry.tags)))


def _write_txt(file: Any, entries: Iterable[Entry], skipped: Counter[str]) -> None:
    file.writelines(f"{PDQ} {entry.value}\n" for entry in _positive_pdq(entries, skipped))


def _write_jsonl(file: Any, entries: Iterable[Entry], skipped: Counter[str]) -> None:
    file.writelines(json.dumps({PDQ: entry.value}) + "\n" for entry in _positive_pdq(entries, skipped))


def _positive_pdq(entries: Iterable[Entry], skipped: Counter[str]) -> Iterator[Entry]:
    """Yield perceptual hashes that do not say the opposite of what a reader of hashes alone takes them for."""
    for entry in entries:
        if entry.kind != PDQ:
            skipped[f"{entry.kind}, which this format has no place for"] += 1
        elif entry.opinion is Opinion.NEGATIVE:
            skipped["no product, which this format has no place for"] += 1
        else:
            yield entry


_WRITERS: dict[str, Callable[[Any, Iterable[Entry], Counter[str]], None]] = {
    ".csv": _write_csv,
    ".txt": _write_txt,
    ".jsonl": _write_jsonl,
}
