"""A scan that survives: rows are committed in parts, and the same command goes on where it stopped.

A folder holds ``scan.json`` (what is scanned, with what), ``parts/part-NNNNNN.EXT`` and ``parts.jsonl``, one line for
each part that is whole. Part k holds the rows of items k * N to (k + 1) * N - 1 in the order of the sources, so a run
that was killed and resumed leaves the same parts as an unbroken one.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import json
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from wildvision.archive.items import Item
from wildvision.archive.rows import Row, Scorer
from wildvision.archive.sinks import WRITERS, from_record, read_part, remove_torn, replace_file
from wildvision.archive.sources import open_sources
from wildvision.archive.tables import pyarrow
from wildvision.archive.workers import Workers, default_workers
from wildvision.classifier import Classifier
from wildvision.errors import ScanError
from wildvision.runtime import Precision

SCAN_SCHEMA = 1
SCAN_FILE, JOURNAL, PARTS = "scan.json", "parts.jsonl", "parts"
_HASH_RANGE = 2**64


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which items of the sources are scored.

    Attributes:
        limit: At most so many; None: all.
        sample: Share of the items, chosen by their ids, the same ones every time; 0 to 1.
        since: Only items changed at or after this time, seconds since 1970; those of unknown age are scored.
    """

    limit: int | None = None
    sample: float = 1.0
    since: float | None = None

    def take(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the chosen items."""
        chosen = (item for item in items if self._is_sampled(item) and self._is_recent(item))
        return islice(chosen, self.limit)

    def _is_sampled(self, item: Item) -> bool:
        if self.sample >= 1.0:
            return True
        digest = hashlib.sha256(item.id.encode("utf-8", "backslashreplace")).digest()
        return int.from_bytes(digest[:8], "big") < self.sample * _HASH_RANGE

    def _is_recent(self, item: Item) -> bool:
        return self.since is None or item.modified is None or item.modified >= self.since


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOptions:
    """What is scanned, and how; all but ``workers`` must be the same when a run is resumed.

    Attributes:
        sources: See `wildvision.archive.sources.open_source`.
        model: A bundled model's id or a model directory; None: the default.
        policy: Name of its thresholds; None: the model's default.
        precision: Of its network, see `wildvision.Classifier`.
        file_format: ``"parquet"``, ``"jsonl"`` or ``"csv"``.
        embeddings: Whether rows carry the embedding.
        part_rows: Rows a part: what a crash costs at most.
        selection: Which items are scored.
        workers: Processes; None: one for each core.
    """

    sources: tuple[str, ...]
    model: str | None = None
    policy: str | None = None
    precision: Precision = "float32"
    file_format: str = "parquet"
    embeddings: bool = False
    part_rows: int = 1000
    selection: Selection = Selection()
    workers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part that is whole.

    Attributes:
        number: From 0.
        rows: In it.
        ids: SHA-256 of their ids, in order.
        verdicts: How many rows of each verdict.
        errors: How many rows of each class of error.
        bytes: Of all its images.
    """

    number: int
    rows: int
    ids: str
    verdicts: dict[str, int]
    errors: dict[str, int]
    bytes: int


def scan(
    sources: Sequence[str],
    *,
    model: str | None = None,
    policy: str | None = None,
    precision: Precision = "float32",
    embeddings: bool = False,
    selection: Selection = Selection(),
    workers: int | None = None,
) -> Iterator[Row]:
    """Score what the sources hold and yield one row for each item, in order, read or failed.

    Nothing is kept on disk; see `ScanRun` for runs that can be resumed.

    Args:
        sources: See `wildvision.archive.sources.open_source`.
        model: A bundled model's id or a model directory; None: the default.
        policy: Name of its thresholds; None: the model's default.
        precision: Of its network, see `wildvision.Classifier`.
        embeddings: Whether rows carry the embedding.
        selection: Which items are scored.
        workers: Processes; None: one for each core.

    Raises:
        ArchiveError: A source cannot be opened.
        ModelError: The model cannot be used.
    """
    classifier = Classifier(model, policy=policy, threads=1, precision=precision)
    items = enumerate(selection.take(open_sources(sources)))
    yield from _in_order(items, classifier, embeddings, workers, start=0)


def _in_order(
    items: Iterator[tuple[int, Item]],
    classifier: Classifier,
    embeddings: bool,
    workers: int | None,
    *,
    start: int,
) -> Iterator[Row]:
    make_scorer = functools.partial(Scorer, classifier, embeddings=embeddings)
    waiting: dict[int, Row] = {}
    following = start
    with Workers(make_scorer, count=workers or default_workers()) as pool:
        for number, row in pool.score(items):
            waiting[number] = row
            while following in waiting:
                yield waiting.pop(following)
                following += 1


class ScanRun:
    """A scan with its folder.

    Args:
        out: The folder; made if need be.
        options: What is scanned, and how.

    Raises:
        ScanError: The folder holds a scan with another model or other options, which the message names; or it cannot
            be written.
        ModelError: The model cannot be used.
        ArchiveError: pyarrow is not installed, and rows are to be Parquet.
    """

    def __init__(self, out: Path, options: ScanOptions) -> None:
        if options.file_format not in WRITERS:
            raise ScanError(
                f"expected one of the formats {', '.join(WRITERS)}, found {options.file_format!r}"
            )
        if options.file_format == "parquet":
            pyarrow("writing Parquet")  # an hour's work later is too late to say that it is missing
        self._out, self._options = out, options
        self._classifier = Classifier(
            options.model, policy=options.policy, threads=1, precision=options.precision
        )
        self._stop = threading.Event()
        with _writing("the scan's folder cannot be used"):
            (out / PARTS).mkdir(parents=True, exist_ok=True)
            self._check_manifest()

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that are whole, in order; a line that a crash tore is no part."""
        path = self._out / JOURNAL
        found: list[Part] = []
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            try:
                part = Part(**json.loads(line))
            except (json.JSONDecodeError, TypeError):
                break
            if part.number < len(found):  # written again by `retry_failed`
                found[part.number] = part
            else:
                found.append(part)
        return tuple(found)

    def stop(self) -> None:
        """Finish the part at work, then end; may be called from a signal handler."""
        self._stop.set()

    def run(self, advance: Callable[[Row], None] | None = None) -> Iterator[Part]:
        """Score what is not in whole parts yet; yields each part as it is committed.

        Args:
            advance: Called with each row.

        Raises:
            ArchiveError: A source cannot be opened.
            ScanError: The sources changed since the run began, or a part cannot be written.
        """
        done = self.parts
        self._mend_journal(done)
        items = enumerate(self._options.selection.take(open_sources(self._options.sources)))
        if not self._skip(items, done):
            return
        start = sum(part.rows for part in done)
        rows: list[Row] = []
        number = len(done)
        for row in _in_order(
            self._until_stopped(items),
            self._classifier,
            self._options.embeddings,
            self._options.workers,
            start=start,
        ):
            if advance:
                advance(row)
            rows.append(row)
            if len(rows) == self._options.part_rows:
                yield self._commit(number, rows)
                number, rows = number + 1, []
        if rows:
            yield self._commit(number, rows)

    def retry_failed(self, advance: Callable[[Row], None] | None = None) -> Iterator[Part]:
        """Score failed items again and replace their rows; yields each part that was written again.

        Raises:
            ArchiveError: A source cannot be opened.
            ScanError: A part cannot be written.
        """
        failed = [part for part in self.parts if part.errors]
        rows = {part.number: self._read(part.number) for part in failed}
        wanted = {
            part.number * self._options.part_rows + place
            for part in failed
            for place, row in enumerate(rows[part.number])
            if row.error
        }
        items = enumerate(self._options.selection.take(open_sources(self._options.sources)))
        chosen = ((number, item) for number, item in items if number in wanted)
        make_scorer = functools.partial(Scorer, self._classifier, embeddings=self._options.embeddings)
        with Workers(make_scorer, count=self._options.workers or default_workers()) as pool:
            for number, row in pool.score(chosen):
                if advance:
                    advance(row)
                part, place = divmod(number, self._options.part_rows)
                rows[part][place] = row
        for number in sorted(rows):
            yield self._commit(number, rows[number])

    # --- what is on disk --------------------------------------------------------------------------------------

    def _check_manifest(self) -> None:
        """Write the run's manifest, or hold this run to the one that is there."""
        path, now = self._out / SCAN_FILE, self._manifest()
        if not path.exists():
            replace_file(path, lambda part: _write_text(part, json.dumps(now, indent=2) + "\n"))
            return
        before = json.loads(path.read_text(encoding="utf-8"))
        changed = [
            f"{key}: {before.get(key)!r} then, {now[key]!r} now"
            for key in now
            if key != "wildvision" and before.get(key) != now[key]
        ]
        if changed:
            raise ScanError(
                f"{self._out} holds a scan that was begun otherwise ({'; '.join(changed)}); resume it with the same "
                "model and options, or choose another folder"
            )

    def _manifest(self) -> dict[str, Any]:
        facts = asdict(replace(self._options, workers=None))
        facts.pop("workers")
        manifest = self._classifier.manifest
        facts |= {"model": manifest.id, "model_sha256": self._classifier.model_sha256}
        version = importlib.metadata.version("wildvision")
        return json.loads(json.dumps({"schema": SCAN_SCHEMA, "wildvision": version, **facts}))

    def _path(self, number: int) -> Path:
        return self._out / PARTS / f"part-{number:06}.{self._options.file_format}"

    def _mend_journal(self, done: Sequence[Part]) -> None:
        """Drop a torn last line, on which the next one would be lost too, and files torn by a kill."""
        text = "".join(json.dumps(asdict(part)) + "\n" for part in done)
        with _writing("the journal cannot be written"):
            remove_torn(self._out)
            remove_torn(self._out / PARTS)
            replace_file(self._out / JOURNAL, lambda path: _write_text(path, text))

    def _read(self, number: int) -> list[Row]:
        return [from_record(record) for record in read_part(self._path(number))]

    def _commit(self, number: int, rows: Sequence[Row]) -> Part:
        """Write a part, then the line that says it is whole."""
        manifest = self._classifier.manifest
        size = manifest.embedding_size if self._options.embeddings else None
        write = WRITERS[self._options.file_format]
        part = _describe(number, rows)
        with _writing(f"part {number} cannot be written"):
            replace_file(self._path(number), lambda path: write(path, rows, manifest.category_ids, size))
            with (self._out / JOURNAL).open("a", encoding="utf-8") as journal:
                journal.write(json.dumps(asdict(part)) + "\n")
                journal.flush()
        return part

    def _skip(self, items: Iterator[tuple[int, Item]], done: Sequence[Part]) -> bool:
        """Pass over what whole parts hold; return whether anything can follow."""
        for part in done:
            found = _digest(item.id for _, item in islice(items, part.rows))
            if found != part.ids:
                raise ScanError(
                    f"the sources changed since the run began: part {part.number} holds other items than they do now; "
                    "scan into another folder"
                )
        return not done or done[-1].rows == self._options.part_rows

    def _until_stopped(self, items: Iterator[tuple[int, Item]]) -> Iterator[tuple[int, Item]]:
        for number, item in items:
            if self._stop.is_set() and number % self._options.part_rows == 0:
                return
            yield number, item


@contextlib.contextmanager
def _writing(what: str) -> Generator[None]:
    """Turn the system's refusal to write into advice."""
    try:
        yield
    except OSError as error:
        raise ScanError(
            f"{what} ({error}); the parts that are there are whole: make room and run the same command again"
        ) from error


def _describe(number: int, rows: Sequence[Row]) -> Part:
    return Part(
        number=number,
        rows=len(rows),
        ids=_digest(row.id for row in rows),
        verdicts=dict(Counter(row.verdict for row in rows if row.verdict)),
        errors=dict(Counter(row.error for row in rows if row.error)),
        bytes=sum(row.bytes or 0 for row in rows),
    )


def _digest(ids: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for item_id in ids:
        digest.update(item_id.encode("utf-8", "backslashreplace") + b"\n")
    return digest.hexdigest()


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
