"""The folder of a scan on disk: its manifest, its parts, and the journal that says what each part holds.

::

    scan.json      what is scanned, with what: written with the first part
    parts/         part-NNNNNN.EXT, rows; a part is there whole or not at all
    parts.jsonl    the journal: one line for each part that was written, the last one of a number counts
    posts.EXT      one answer for each post, made from the parts; only if the scan was grouped
    gone.jsonl     ids of rows whose items the last complete run did not meet; only if there are any
    .lock          held while a process writes here
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import importlib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, cast

from wildvision.archive.places import check_local
from wildvision.archive.rows import Row
from wildvision.archive.sinks import WRITERS, from_record, read_part, remove_torn, replace_file
from wildvision.errors import ScanError

SCAN_SCHEMA = 2
SCAN_FILE, JOURNAL, PARTS, GONE, LOCK = "scan.json", "parts.jsonl", "parts", "gone.jsonl", ".lock"
DECIDING = "deciding"  # in the manifest: the policy that is being applied to all rows
_SCRATCH = "wildvision-scan-"  # prefix of a run's temporary folder
_CANNOT_LOCK = frozenset({errno.EINVAL, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


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
        sha256: Of the part's file.
    """

    number: int
    rows: int
    ids: str
    verdicts: dict[str, int]
    errors: dict[str, int]
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFacts:
    """What is known of a row without reading all of it; see `wildvision.archive.Row` for the fields."""

    id: str
    stamp: str | None
    sha256: str | None
    failed: bool
    pdq: str | None = None
    pdq_quality: int | None = None


class ScanFolder:
    """What a scan left on disk, and the only code that writes there.

    Args:
        path: The folder; nothing is made before there is a part to write.
        file_format: Of parts to be written: ``"parquet"``, ``"jsonl"`` or ``"csv"``.

    Raises:
        ScanError: The path is the address of a store.
    """

    def __init__(self, path: Path, file_format: str = "parquet") -> None:
        check_local(path)
        self.path, self._format = path, file_format
        self._read_cached = lru_cache(maxsize=4)(self.read)

    @property
    def file_format(self) -> str:
        """Of the parts."""
        return self._format

    # --- reading ----------------------------------------------------------------------------------------------

    @property
    def manifest(self) -> dict[str, Any] | None:
        """The record of what is scanned and with what; None: no part was ever written.

        Raises:
            ScanError: It cannot be read.
        """
        path = self.path / SCAN_FILE
        if not path.exists():
            return None
        try:
            return _object(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise ScanError(
                f"expected the manifest of a scan, found an unreadable {path}: {error}"
            ) from error

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts as the journal has them, by number; a line that a crash tore is no part."""
        path = self.path / JOURNAL
        found: dict[int, Part] = {}
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            with contextlib.suppress(ValueError, TypeError):
                part = Part(**json.loads(line))
                found[part.number] = part
        return tuple(found[number] for number in sorted(found))

    def read(self, number: int) -> list[Row]:
        """Return the rows of a part.

        Raises:
            ScanError: Its file is damaged.
        """
        with self.reading(number) as path:
            return [from_record(record) for record in read_part(path)]

    def row(self, number: int, place: int) -> Row:
        """Return one row of a part; the last few parts that were asked for are kept."""
        return self._read_cached(number)[place]

    def facts(self, number: int) -> list[RowFacts]:
        """Return what identifies the rows of a part, without scores and embeddings."""
        columns = ("id", "stamp", "sha256", "pdq", "pdq_quality", "error")
        with self.reading(number) as path:
            return [
                RowFacts(
                    id=record["id"],
                    stamp=record["stamp"],
                    sha256=record["sha256"],
                    pdq=record["pdq"],
                    pdq_quality=record["pdq_quality"],
                    failed=bool(record["error"]),
                )
                for record in read_part(path, columns=columns)
            ]

    @contextlib.contextmanager
    def reading(self, number: int) -> Generator[Path]:
        """Yield the file of a part.

        Raises:
            ScanError: What was done with it failed: it is damaged.
        """
        path = self._file(number)
        try:
            yield path
        except Exception as error:  # each format has errors of its own
            raise ScanError(
                f"expected a whole part, found a damaged {path} ({error}); remove it and run the scan again, "
                "which then scores its items anew"
            ) from error

    # --- writing ----------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def writing(self) -> Generator[Path]:
        """Hold the folder for one process; yields a temporary folder, which is removed in the end.

        Raises:
            ScanError: Another process is writing here, or the folder cannot be used.
        """
        made = not self.path.exists()
        with saying("the scan's folder cannot be used"):
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / LOCK).open("a+", encoding="utf-8")
        try:
            with lock:
                _hold(lock, self.path)
                _remove_scratch(lock)
                with tempfile.TemporaryDirectory(prefix=_SCRATCH, ignore_cleanup_errors=True) as scratch:
                    lock.write(scratch)
                    lock.flush()
                    yield Path(scratch)
                lock.truncate(0)
        finally:
            self._leave(made)

    def _leave(self, made: bool) -> None:
        """Leave nothing where nothing was written."""
        if (self.path / SCAN_FILE).exists():
            return
        with contextlib.suppress(OSError):
            (self.path / LOCK).unlink()
        for folder in (self.path / PARTS, *((self.path,) if made else ())):
            with contextlib.suppress(OSError):
                folder.rmdir()

    def mend(self) -> tuple[Part, ...]:
        """Make the journal say what the parts hold, whatever a crash left, and remove torn files.

        A part's file is there whole or not at all, so the file counts and not its line.

        Raises:
            ScanError: A part is damaged, or the journal cannot be written.
        """
        with saying("the journal cannot be written"):
            remove_torn(self.path)
            remove_torn(self.path / PARTS)
        known = {part.number: part for part in self.parts}
        mended: list[Part] = []
        for number in self._numbers():
            digest, part = _digest_file(self._file(number)), known.get(number)
            mended.append(
                part if part and part.sha256 == digest else describe(number, self.read(number), digest)
            )
        if [known[number] for number in sorted(known)] != mended or self._journal_is_torn():
            text = "".join(_line(part) for part in mended)
            with saying("the journal cannot be written"):
                replace_file(self.path / JOURNAL, lambda path: _write_text(path, text))
        return tuple(mended)

    def _journal_is_torn(self) -> bool:
        """Return whether the journal's last line has no end: the next one would be lost with it."""
        path = self.path / JOURNAL
        return path.exists() and not path.read_bytes().endswith(b"\n")

    def describe_run(self, manifest: dict[str, Any]) -> None:
        """Write what is scanned and with what."""
        text = json.dumps(manifest, indent=2) + "\n"
        with saying("the scan's folder cannot be used"):
            (self.path / PARTS).mkdir(parents=True, exist_ok=True)
            replace_file(self.path / SCAN_FILE, lambda path: _write_text(path, text))

    def commit(
        self, number: int, rows: Sequence[Row], categories: Sequence[str], embedding_size: int | None
    ) -> Part:
        """Write a part, then the line that says what it holds.

        Args:
            number: Of the part; one that exists is replaced.
            rows: All of its rows.
            categories: Of the model, whose scores are written.
            embedding_size: Length of the rows' embeddings; None: they have none.

        Raises:
            ScanError: It cannot be written.
        """
        path = self._file(number)
        with saying(f"part {number} cannot be written"):
            (self.path / PARTS).mkdir(parents=True, exist_ok=True)
            replace_file(path, lambda part: WRITERS[self._format](part, rows, categories, embedding_size))
            part = describe(number, rows, _digest_file(path))
            with (self.path / JOURNAL).open("a", encoding="utf-8") as journal:
                journal.write(_line(part))
                journal.flush()
        self._read_cached.cache_clear()
        return part

    def name_gone(self, ids: Iterable[str]) -> None:
        """Write down whose items were not met; nothing is left where all were."""
        lines = [json.dumps({"id": item_id}) + "\n" for item_id in ids]
        with saying("the list of what is gone cannot be written"):
            if lines:
                replace_file(self.path / GONE, lambda path: _write_text(path, "".join(lines)))
            else:
                (self.path / GONE).unlink(missing_ok=True)

    def _file(self, number: int) -> Path:
        return self.path / PARTS / f"part-{number:06}.{self._format}"

    def _numbers(self) -> list[int]:
        found = (self.path / PARTS).glob(f"part-*.{self._format}")
        return sorted(int(path.stem.removeprefix("part-")) for path in found)


def open_folder(path: Path) -> tuple[ScanFolder, dict[str, Any]]:
    """Return the folder of a scan that is there, and its manifest.

    Raises:
        ScanError: It holds no scan, or one of another schema.
    """
    manifest = ScanFolder(path).manifest
    if manifest is None:
        raise ScanError(f"expected the folder of a scan, found no readable {SCAN_FILE} in {path}")
    check_schema(manifest, path)
    return ScanFolder(path, manifest["file_format"]), manifest


def _object(found: Any) -> dict[str, Any]:
    """Return the object of a JSON file.

    Raises:
        ValueError: It holds something else.
    """
    if isinstance(found, dict):
        return cast("dict[str, Any]", found)
    raise ValueError(f"expected an object, found a {type(found).__name__}")


def check_schema(manifest: dict[str, Any], path: Path) -> None:
    """Refuse a scan that another version of the library wrote.

    Raises:
        ScanError: It is of another schema.
    """
    if manifest.get("schema") != SCAN_SCHEMA:
        raise ScanError(
            f"expected a scan of schema {SCAN_SCHEMA}, found schema {manifest.get('schema')} of wildvision "
            f"{manifest.get('wildvision')} in {path}; use that version, or scan into another folder"
        )


def check_decided(manifest: dict[str, Any], path: Path) -> None:
    """Refuse a scan of which a part has the verdicts of one policy, and the rest those of another.

    Raises:
        ScanError: A change of its policy did not end.
    """
    if DECIDING in manifest:
        raise ScanError(
            f"expected verdicts of one policy, found that a change to {manifest[DECIDING]!r} did not end in {path}; "
            f"run `wildvision decide {path} --policy ...` again"
        )


def describe(number: int, rows: Sequence[Row], sha256: str) -> Part:
    """Return what the journal says of a part."""
    ids = hashlib.sha256()
    for row in rows:
        ids.update(row.id.encode("utf-8", "backslashreplace") + b"\n")
    return Part(
        number=number,
        rows=len(rows),
        ids=ids.hexdigest(),
        verdicts=dict(Counter(row.verdict for row in rows if row.verdict)),
        errors=dict(Counter(row.error for row in rows if row.error)),
        bytes=sum(row.bytes or 0 for row in rows),
        sha256=sha256,
    )


def _line(part: Part) -> str:
    return json.dumps(asdict(part)) + "\n"


def _digest_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def saying(what: str) -> Generator[None]:
    """Turn the system's refusal to write into advice.

    Raises:
        ScanError: It refused; the message begins with ``what``.
    """
    try:
        yield
    except OSError as error:
        raise ScanError(
            f"{what} ({error}); what is there is whole: make room, or choose a place that may be written, and run the "
            "same command again"
        ) from error


def _hold(lock: IO[str], path: Path) -> None:
    """Lock the folder until the file is closed or the process dies; some file systems cannot, and go without."""
    try:
        fcntl: Any = importlib.import_module("fcntl")
    except ImportError:
        return  # Windows keeps the open file from being removed, which is all that is had there
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _CANNOT_LOCK:
            raise ScanError(
                f"another process is writing to {path}; wait for it, or choose another folder"
            ) from error


def _remove_scratch(lock: IO[str]) -> None:
    """Remove the temporary folder of a run that was killed; the lock file names it."""
    lock.seek(0)
    left = Path(lock.read().strip() or ".")
    lock.seek(0)
    lock.truncate()
    if left.name.startswith(_SCRATCH) and left.parent == Path(tempfile.gettempdir()):
        shutil.rmtree(left, ignore_errors=True)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
